// Locks that drand's own programs made are opened here, and nothing else is: tests/locks/vectors.json.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import type { Hex } from 'viem';

import type { Beacon } from '../../src/seals/beacon.ts';
import { newSalt } from '../../src/seals/commitment.ts';
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
