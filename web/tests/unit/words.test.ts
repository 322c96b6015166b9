// Receipts and entries as other programs write and read them: by the same vectors as the Python.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { type Address, type Hex } from 'viem';

import { unpackEntry } from '../../src/lots/ledger.ts';
import { ReceiptError, parseReceipt } from '../../src/seals/receipt.ts';

interface Receipts {
  accepted: { line: string; opening: { contract: Address; lot: string; bidder: Address; bid: string; salt: string } }[];
  refused: string[];
}
interface Entries {
  entries: { lot: string; amount: string; account: Address; entry: Hex }[];
}

const receipts = JSON.parse(readFileSync('../tests/vectors/receipts.json', 'utf8')) as Receipts;
const entries = JSON.parse(readFileSync('../tests/vectors/entries.json', 'utf8')) as Entries;

test('what is a receipt to a keeper is one here', () => {
  for (const { line, opening } of receipts.accepted) {
    const { contract, lot, bidder, bid, salt } = opening;
    assert.deepEqual(parseReceipt(line), { contract, lot: BigInt(lot), bidder, bid: BigInt(bid), salt: `0x${salt}` }, line);
  }
});

test('what is none to a keeper is none here', () => {
  for (const line of receipts.refused) assert.throws(() => parseReceipt(line), ReceiptError, line);
});

test('entries unpack to lot, amount and account', () => {
  for (const { lot, amount, account, entry } of entries.entries) {
    assert.deepEqual(unpackEntry(BigInt(entry)), { lot: BigInt(lot), amount: BigInt(amount), account });
  }
});
