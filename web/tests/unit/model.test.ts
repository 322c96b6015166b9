// What a group can pay, who is served, what the price is: what the reference in Python says.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { numberToHex } from 'viem';

import { outcome } from '../../src/model/price.ts';
import { equalSplit, servedCount, settlingStep } from '../../src/model/split.ts';
import { type OpenBid, order, packBids, steps, willingnessToPay } from '../../src/model/tally.ts';

interface Vectors {
  groups: { bids: string[]; willing: string; splits: { price: string; served: number; share: string | null }[] }[];
  auctions: { reserve: string; bids: string[]; leader: number | null; price: string }[];
}

const vectors = JSON.parse(readFileSync('../tests/vectors/splits.json', 'utf8')) as Vectors;

test('a group can pay what the reference says', () => {
  for (const { bids, willing } of vectors.groups) assert.equal(willingnessToPay(bids.map(BigInt)), BigInt(willing));
});

test('a price is shared as the reference shares it', () => {
  for (const { bids, splits } of vectors.groups) {
    for (const { price, served, share } of splits) {
      assert.equal(servedCount(bids.map(BigInt), BigInt(price)), served);
      assert.equal(equalSplit(bids.map(BigInt), BigInt(price))?.share ?? null, share === null ? null : BigInt(share));
    }
  }
});

test('an auction comes out as the reference says', () => {
  for (const { reserve, bids, leader, price } of vectors.auctions) {
    const found = outcome(BigInt(reserve), bids.map((bid, i) => [i, BigInt(bid)] as const));
    assert.deepEqual([found.leader, found.price], [leader, BigInt(price)]);
  }
});

test('a tally in steps of any size finds the same, and one step settles each price', () => {
  for (const { bids, willing, splits } of vectors.groups) {
    const open: OpenBid[] = bids.map((bid, i) => ({ bidder: numberToHex(i + 1, { size: 20 }), bid: BigInt(bid) })).filter(({ bid }) => bid > 0n);
    for (const size of [1, 3, 500]) {
      const found = steps(open, size);
      assert.equal(found.reduce((count, step) => count + step.bids.length, 0), open.length);
      for (const { price, served } of splits.filter((split) => BigInt(split.price) <= BigInt(willing))) {
        const step = settlingStep(found, open.length, BigInt(price));
        const i = step?.bids.findIndex(({ bid }, at) => BigInt(open.length - step.start - at) * bid >= BigInt(price)) ?? -1;
        assert.equal(open.length - step!.start - i, served);
      }
    }
  }
});

test('bids are ordered by amount, then by address, and packed in 8 bytes each', () => {
  const bid = (address: number, amount: bigint) => ({ bidder: numberToHex(address, { size: 20 }), bid: amount });
  const ordered = order([bid(2, 5n), bid(1, 5n), bid(9, 1n)]);
  assert.deepEqual(ordered.map(({ bidder }) => Number(bidder)), [9, 1, 2]);
  assert.equal(packBids(ordered), `0x${'0000000000000001'}${'0000000000000005'.repeat(2)}`);
});
