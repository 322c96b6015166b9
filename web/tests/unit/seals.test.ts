// Seals, locks, rounds and receipts: byte for byte what the Python makes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { type Address, type Hex, hexToBytes } from 'viem';

import { parseDeployment } from '../../src/chain/deployment.ts';
import { QUICKNET_HASH, chainHash, roundFor, timeOf } from '../../src/seals/beacon.ts';
import { LOCKED_RANDOM_BYTES, type Opening, commitment, isLockable, newSalt } from '../../src/seals/commitment.ts';
import { lockBid } from '../../src/seals/lock.ts';
import { ReceiptError, formatReceipt, parseReceipt, parseReceipts } from '../../src/seals/receipt.ts';

interface Told {
  contract: Address;
  lot: string;
  bidder: Address;
  bid: string;
  salt: string;
}
interface Vectors {
  commitments: (Told & { chain: string; commitment: string })[];
  receipts: (Told & { line: string })[];
  beacons: { hash: string; metadata: { beaconID: string } }[];
  rounds: { beacon: string; endOfBidding: string; round: string; time: string }[];
  locks: { round: string; bid: string; salt: string; sigma: string; lock: string }[];
}

const vectors = JSON.parse(readFileSync('../tests/vectors/seals.json', 'utf8')) as Vectors;
const ZERO = `0x${'00'.repeat(20)}`;

function openingOf({ contract, lot, bidder, bid, salt }: Told): Opening {
  return { contract, lot: BigInt(lot), bidder, bid: BigInt(bid), salt: `0x${salt}` };
}

function beacons() {
  const files = vectors.beacons.map((beacon) => JSON.stringify({ chain_id: 1, block: 0, factory: ZERO, auctioneer: ZERO, beacon }));
  return files.map((file) => parseDeployment(file).beacon!);
}

test('commitments are those of the contracts', () => {
  for (const vector of vectors.commitments) {
    assert.equal(commitment(BigInt(vector.chain), openingOf(vector)), `0x${vector.commitment}`);
  }
});

test('receipts are the lines that a keeper reads, to the byte', () => {
  for (const vector of vectors.receipts) {
    assert.equal(formatReceipt(openingOf(vector)), vector.line);
    assert.deepEqual(parseReceipt(vector.line), openingOf(vector));
  }
});

test('a receipt whose numbers are strings is one, too', () => {
  for (const vector of vectors.receipts) {
    const { contract, lot, bidder, bid, salt } = vector;
    assert.deepEqual(parseReceipt(JSON.stringify({ salt: `0x${salt}`, bid, bidder, lot, contract })), openingOf(vector));
  }
});

test('lines that are no receipts are told, and do not stop the others; no salt is repeated', () => {
  const good = vectors.receipts[0]!;
  const lines = ['', 'x', '{}', '[]', 'null', good.line.replace('"bid": ', '"bid": -'), good.line.replace('"salt": "', '"salt": "zz'), 'y'.repeat(2000)];
  const { receipts, flaws } = parseReceipts([...lines, good.line].join('\n'));
  assert.deepEqual(receipts, [openingOf(good)]);
  assert.equal(flaws.length, lines.length - 1);
  assert.ok(flaws.every((flaw) => !flaw.includes(good.salt)));
  for (const bid of ['1.5', '1e3', 'true', 'null', '18446744073709551616', '"-1"', '" 1"']) {
    assert.throws(() => parseReceipt(good.line.replace(/"bid": [0-9]+/, `"bid": ${bid}`)), ReceiptError, bid);
  }
  for (const lot of ['0', '4294967296']) {
    assert.throws(() => parseReceipt(good.line.replace(/"lot": [0-9]+/, `"lot": ${lot}`)), ReceiptError, lot);
  }
});

test('chain hashes are drand’s', () => {
  assert.deepEqual(beacons().map(chainHash), vectors.beacons.map(({ hash }) => `0x${hash}`));
  assert.equal(chainHash(beacons()[0]!), QUICKNET_HASH);
});

test('bids are locked to the round that keepers open', () => {
  const byName = new Map(beacons().map((beacon) => [beacon.id, beacon]));
  for (const { beacon, endOfBidding, round, time } of vectors.rounds) {
    assert.equal(roundFor(byName.get(beacon)!, BigInt(endOfBidding)), BigInt(round));
    assert.equal(timeOf(byName.get(beacon)!, BigInt(round)), BigInt(time));
  }
});

test('locks are those of the Python, byte for byte', () => {
  const [, local] = beacons();
  for (const { round, bid, salt, sigma, lock } of vectors.locks) {
    assert.equal(lockBid(local!, BigInt(round), BigInt(bid), `0x${salt}`, hexToBytes(`0x${sigma}`)), `0x${lock}`);
  }
});

test('salts are random, and end in zeros where they are locked', () => {
  const made = Array.from({ length: 50 }, () => newSalt(true));
  assert.ok(made.every(isLockable));
  assert.equal(new Set(made).size, made.length);
  assert.ok(made.every((salt) => hexToBytes(salt).subarray(0, LOCKED_RANDOM_BYTES).some((byte) => byte !== 0)));
  assert.ok(!isLockable(newSalt(false)));
  assert.throws(() => lockBid(beacons()[1]!, 1n, 1n, `0x${'11'.repeat(32)}` as Hex), RangeError);
});
