// The JavaScript of docs/languages.md, run as it stands: it makes what the Python makes.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

import { type Address, type Hex } from 'viem';

import { parseReceipt } from '../../src/seals/receipt.ts';

interface Told {
  chain: string;
  contract: Address;
  lot: string;
  bidder: Address;
  bid: string;
  salt: string;
  commitment: string;
}
interface Entry {
  lot: string;
  amount: string;
  account: Address;
  entry: Hex;
}

const read = (name: string): unknown => JSON.parse(readFileSync(`../tests/vectors/${name}.json`, 'utf8'));
const page = readFileSync('../docs/languages.md', 'utf8');
const [, code = ''] = /```js\n(.*?)```/s.exec(page) ?? [];
const file = resolve('.tests', 'languages.mjs');
writeFileSync(file, code); // beside node_modules, where viem is found
const { commitment, receipt, unpack } = (await import(pathToFileURL(file).href)) as Record<string, (...values: unknown[]) => unknown>;

test('the page\u2019s commitments and receipts are those of the Python', () => {
  const { commitments } = read('seals') as { commitments: Told[] };
  for (const { chain, contract, lot, bidder, bid, salt, commitment: made } of commitments) {
    const opening = { contract, lot: BigInt(lot), bidder, bid: BigInt(bid), salt: `0x${salt}` as Hex };
    assert.equal(commitment!(BigInt(chain), opening), `0x${made}`);
    assert.deepEqual(parseReceipt((receipt!(opening) as string).trimEnd()), opening);
  }
});

test('the page\u2019s entries unpack to what the Python packs', () => {
  const { entries } = read('entries') as { entries: Entry[] };
  for (const { lot, amount, account, entry } of entries) {
    assert.deepEqual(unpack!(BigInt(entry)), { lot: BigInt(lot), amount: BigInt(amount), account: account.toLowerCase() });
  }
});
