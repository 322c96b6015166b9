// Votes and parts of an estate from its logs: each owner's last word counts, and a part is had once.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Address } from 'viem';

import { type EstateEvent, majorityOf, ownersOf } from '../../src/lots/owners.ts';

const [ann, bob, cid]: [Address, Address, Address] = ['0xAa00000000000000000000000000000000000001', '0xBb00000000000000000000000000000000000002', '0xCc00000000000000000000000000000000000003'];
const voted = (member: Address, reserve: bigint): EstateEvent => ({ eventName: 'Voted', args: { member, reserve } });
const said = (eventName: string, member: Address): EstateEvent => ({ eventName, args: { member } });

test('the last vote of each counts, one that was taken back does not, and the same reserve is needed', () => {
  const { wanted } = ownersOf([voted(ann, 60n), voted(bob, 60n), voted(cid, 90n), voted(bob, 90n), voted(ann, 0n)]);
  assert.deepEqual(wanted, [{ reserve: 90n, votes: 2n }]);
  const split = ownersOf([voted(ann, 90n), voted(bob, 60n), voted(cid, 60n)]).wanted;
  assert.deepEqual(split, [{ reserve: 60n, votes: 2n }, { reserve: 90n, votes: 1n }]);
});

test('half is no majority', () => {
  assert.deepEqual([1, 2, 3, 4, 5].map(majorityOf), [1n, 2n, 2n, 3n, 3n]);
});

test('who refused a part that was sent still has it to claim, and once it has it is not asked again', () => {
  const refusing = ownersOf([said('PartPushed', ann), said('PartRefused', bob)]);
  assert.deepEqual([[...refusing.claimed], [...refusing.refused]], [[ann.toLowerCase()], [bob.toLowerCase()]]);
  const had = ownersOf([said('PartRefused', bob), said('PartClaimed', bob)]);
  assert.deepEqual([[...had.claimed], [...had.refused]], [[bob.toLowerCase()], []]);
});
