// The gas that the page names is what was measured: benchmarks/gas/gas.json.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { choose, CROWD, EACH, GAS, MEMBER_CHEAP, MEMBER_FULL } from '../../src/lots/gas.ts';

interface Measured {
  gas: number;
  members: number;
}

const { steps } = JSON.parse(readFileSync('../benchmarks/gas/gas.json', 'utf8')) as {
  steps: Record<string, Record<string, Measured>>;
};

/** Gas of a step for each member, unrounded. */
function each(group: string, step: string): number {
  const found = steps[group]?.[step];
  assert.ok(found, `${group}: ${step} is not measured`);
  return found.gas / found.members;
}

const rounded = (gas: number) => BigInt(Math.round(gas));

test('what one person sends', () => {
  assert.equal(GAS.createCheap, rounded(each('groups', 'create')));
  assert.equal(GAS.createCheapEntering, rounded(each('groups', 'create 1')));
  assert.equal(GAS.createFull, rounded(each('groups', 'createStandalone')));
  assert.equal(GAS.createFullEntering, rounded(each('groups', 'createStandalone 1')));
  assert.equal(GAS.enter, rounded(each('groups', 'enter cheap')));
  assert.equal(GAS.list, rounded(each('groups', 'list')));
  assert.equal(GAS.deployEstate, rounded(each('estate', 'deployEstate')));
  assert.equal(GAS.vote, rounded(each('estate', 'first vote')));
  assert.equal(GAS.resell, rounded(each('estate', 'resell')));
  assert.equal(GAS.claimPart, rounded(each('estate', 'claim')));
});

test('what a batch takes for each bid', () => {
  assert.equal(EACH.reveal, rounded(each('sealed lost 400', 'batch reveal')));
  assert.equal(EACH.refund, rounded(each('sealed lost 400', 'batch claim')));
  assert.equal(EACH.refundServed, rounded(each('sealed won 400', 'batch claim')));
});

test('from how many members on a full copy is the cheaper one', () => {
  const life = ['bid', 'reveal', 'tally', 'refund'];
  const way = (kind: string) => life.reduce((sum, step) => sum + each('groups', `${kind}, with locks: ${step}`), 0);
  assert.equal(MEMBER_CHEAP, rounded(way('cheap DAO')));
  assert.equal(MEMBER_FULL, rounded(way('full copy')));
  const made = each('groups', 'createStandalone') - each('groups', 'create');
  assert.ok(Math.abs(CROWD - made / (way('cheap DAO') - way('full copy'))) < 1);
});

test('the choice turns there, and says by how much', () => {
  assert.equal(choose(2, true).make, 'cheap');
  assert.equal(choose(CROWD - 1, false).make, 'cheap');
  const crowd = choose(CROWD + 1, false);
  assert.equal(crowd.make, 'standalone');
  assert.ok(crowd.saved > 0n && crowd.saved < 2n * (MEMBER_CHEAP - MEMBER_FULL));
  assert.equal(choose(17_448, true).gas, GAS.createFullEntering);
});
