// Locks that drand's own programs made are opened here, and nothing else is: tests/locks/vectors.json.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import type { Address, Hex } from 'viem';

import type { Box } from '../../src/lots/ledger.ts';
import { openAll } from '../../src/lots/openings.ts';
import type { Beacon } from '../../src/seals/beacon.ts';
import { commitment, newSalt } from '../../src/seals/commitment.ts';
import { lockBid } from '../../src/seals/lock.ts';
import { checkSignature, openLock, SignatureError } from '../../src/seals/unlock.ts';

interface Network {
  info: { public_key: string; period: number; genesis_time: number; groupHash: string; metadata: { beaconID: string } };
  round: { round: number; signature: string };
  locks: { message: string; lock: string }[];
}

const { networks } = JSON.parse(readFileSync('../tests/locks/vectors.json', 'utf8')) as { networks: Network[] };

function beaconOf({ info }: Network): Beacon {
  return {
    publicKey: `0x${info.public_key}`,
    genesis: BigInt(info.genesis_time),
    period: BigInt(info.period),
    groupHash: `0x${info.groupHash}`,
    id: info.metadata.beaconID,
  };
}

for (const network of networks) {
  const [beacon, round] = [beaconOf(network), BigInt(network.round.round)];
  const signature: Hex = `0x${network.round.signature}`;

  test(`${beacon.id}: locks that were made elsewhere open to what they hold`, () => {
    const checked = checkSignature(beacon, round, signature);
    for (const { message, lock } of network.locks) {
      const found = openLock(checked, `0x${lock}`);
      assert.deepEqual(found, { bid: BigInt(`0x${message.slice(0, 16)}`), salt: `0x${message.slice(16)}${'00'.repeat(8)}` });
    }
  });

  test(`${beacon.id}: what is locked here opens here`, () => {
    const salt = newSalt(true);
    assert.deepEqual(openLock(checkSignature(beacon, round, signature), lockBid(beacon, round, 60n, salt)), { bid: 60n, salt });
  });

  test(`${beacon.id}: a signature of another round, of another beacon, or none is refused`, () => {
    const other = networks.find((one) => one !== network) as Network;
    assert.throws(() => checkSignature(beacon, round + 1n, signature), SignatureError);
    assert.throws(() => checkSignature(beaconOf(other), round, signature), SignatureError);
    assert.throws(() => checkSignature(beacon, round, `0x${'00'.repeat(48)}`), SignatureError);
    assert.throws(() => checkSignature(beacon, round, `0xc0${'00'.repeat(47)}`), SignatureError, 'the point at infinity');
    assert.throws(() => checkSignature(beacon, round, signature.slice(0, -2) as Hex), SignatureError);
  });

  test(`${beacon.id}: a lock that was touched, of another round or of another length gives nothing`, () => {
    const checked = checkSignature(beacon, round, signature);
    const lock = network.locks[0]?.lock ?? '';
    for (const at of [1, 100, 200, 250, 319]) {
      const touched = lock.slice(0, at) + (Number.parseInt(lock[at] ?? '0', 16) ^ 1).toString(16) + lock.slice(at + 1);
      assert.equal(openLock(checked, `0x${touched}`), null, `digit ${at}`);
    }
    assert.equal(openLock(checked, `0x${lock}00`), null);
    assert.equal(openLock(checked, '0x'), null);
    assert.equal(openLock(checked, `0xc0${'00'.repeat(159)}`), null, 'a point at infinity, by which anybody could read it');
    assert.equal(openLock(checked, lockBid(beacon, round + 1n, 60n, newSalt(true))), null);
  });
}

test('a lock counts for the bid that it is of, and for no other: copies, other bids and no locks open nothing', async () => {
  const network = networks[0] as Network;
  const [beacon, round] = [beaconOf(network), BigInt(network.round.round)];
  const [dao, ann, bob]: [Address, Address, Address] = [`0x${'d'.repeat(40)}`, `0x${'a'.repeat(40)}`, `0x${'b'.repeat(40)}`];
  const sealed = (bidder: Address, bid: bigint, locked = bid, isLocked = true): Box => {
    const salt = newSalt(true);
    const lock = isLocked ? lockBid(beacon, round, locked, salt) : null;
    const seal = commitment(1n, { contract: dao, lot: 7n, bidder, bid, salt });
    return { bidder, commitment: seal, deposit: 90n, bid: null, lock, burnt: 0n, received: 0n, paidIn: null, closed: false, refused: false, unopenable: false };
  };
  const good = sealed(ann, 60n);
  const boxes = [good, { ...sealed(bob, 50n), lock: good.lock }, sealed(bob, 40n, 41n), sealed(bob, 30n, 30n, false)];
  const heard: number[] = [];
  const signature = checkSignature(beacon, round, `0x${network.round.signature}`);
  const { openings, unopened } = await openAll(signature, 1n, dao, 7n, boxes, (tried) => heard.push(tried));
  assert.deepEqual(openings.map(({ bidder, bid }) => [bidder, bid]), [[ann, 60n]]);
  assert.deepEqual([unopened, heard], [[bob, bob, bob], [1, 2, 3, 4]]);
  for (const [chain, lot] of [[2n, 7n], [1n, 8n]] as const) {
    assert.deepEqual((await openAll(signature, chain, dao, lot, [good], () => undefined)).openings, [], 'of another chain or lot');
  }
});
