// A lot is read whole whatever the node hands out at once, block by block or in one go, and anew where the chain was reorganized.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { type Address, type Hex, toEventSelector } from 'viem';

import { History, NoLot } from '../../src/chain/history.ts';
import type { Node } from '../../src/chain/node.ts';
import type { Ledger } from '../../src/lots/ledger.ts';

interface Vector {
  auctioneer: Address;
  logs: [Address, string[], string][];
  lots: Record<string, unknown>;
}

interface Question {
  address: Address[];
  fromBlock: bigint;
  toBlock: bigint;
  event?: { name: string; inputs: { type: string }[] };
  args?: Record<string, unknown>;
}

const vectors = JSON.parse(readFileSync('../tests/vectors/lots.json', 'utf8')) as Vector[];
const FIRST = 1_000n;
const LISTED = toEventSelector('LotListed(uint256,address,address,uint256,uint96,(uint40,uint40,uint40,uint16))');

/** A node that has the logs of a vector, one in each block, and hands out `most` blocks at once. */
function nodeWith(logs: Vector['logs'], most = 10_000n): { node: Node; questions: Question[] } {
  const questions: Question[] = [];
  const getLogs = async (question: Question) => {
    questions.push(question);
    if (question.toBlock - question.fromBlock >= most) throw new Error('too many blocks');
    return logs
      .map(([address, topics, data], i) => ({ address, topics: topics.map((one): Hex => `0x${one}`), data: `0x${data}`, blockNumber: FIRST + BigInt(i), logIndex: 0 }))
      .filter(({ address, blockNumber }) => question.address.includes(address) && blockNumber >= question.fromBlock && blockNumber <= question.toBlock)
      .filter(({ topics }) => question.event === undefined || topics[0] === LISTED)
      .filter(({ topics }) => question.args?.['lot'] === undefined || BigInt(topics[1] ?? 0) === question.args['lot']);
  };
  return { node: { getLogs } as unknown as Node, questions };
}

const newest = ({ logs }: { logs: Vector['logs'] }) => FIRST + BigInt(logs.length) - 1n;

function told(lot: Ledger): unknown {
  const books = [...lot.books.values()].map(({ contract, boxes, won, lost, share, tallier }) => [contract, [...boxes.values()], won, lost, share, tallier]);
  return { daos: lot.daos, bids: lot.groupBids, settled: lot.settled, books };
}

test('block by block it is what it is in one go, whatever the node hands out at once', async () => {
  for (const vector of vectors.slice(0, 4)) {
    for (const number of Object.keys(vector.lots).map(BigInt)) {
      const whole = await new History(nodeWith(vector.logs).node, vector.auctioneer, number, FIRST).read(newest(vector));
      for (const most of [1n, 3n, 7n]) {
        const { node } = nodeWith(vector.logs, most);
        assert.deepEqual(told(await new History(node, vector.auctioneer, number, FIRST).read(newest(vector))), told(whole));
      }
      const history = new History(nodeWith(vector.logs).node, vector.auctioneer, number, FIRST);
      let last: Ledger | null = null;
      for (let block = FIRST; block <= newest(vector); ++block) {
        last = await history.read(block).catch((error: unknown) => {
          assert.ok(error instanceof NoLot, String(error));
          return null;
        });
      }
      assert.deepEqual(told(last as Ledger), told(whole));
    }
  }
});

test('only the newest blocks are asked for again', async () => {
  const vector = vectors[0] as Vector;
  const { node, questions } = nodeWith(vector.logs);
  const history = new History(node, vector.auctioneer, 1n, FIRST);
  await history.read(newest(vector) - 1n);
  const before = questions.length;
  await history.read(newest(vector));
  assert.ok(questions.slice(before).every(({ fromBlock }) => fromBlock >= newest(vector) - 12n));
});

test('what a reorganization took back is forgotten', async () => {
  const vector = vectors[0] as Vector;
  const logs = vector.logs.slice(0, 20);
  const history = new History(nodeWith(logs).node, vector.auctioneer, 1n, FIRST);
  await history.read(newest({ logs }));
  // the last logs never happened: other blocks have taken the place of theirs
  const [kept] = [logs.splice(15, 5)];
  const after = await history.read(newest({ logs }) + 5n);
  const fresh = await new History(nodeWith(logs).node, vector.auctioneer, 1n, FIRST).read(newest({ logs }) + 5n);
  assert.equal(kept?.length, 5);
  assert.deepEqual(told(after), told(fresh));
});

test('a lot that was never listed is none, and a node that answers nothing is told', async () => {
  const vector = vectors[0] as Vector;
  await assert.rejects(new History(nodeWith(vector.logs).node, vector.auctioneer, 77n, FIRST).read(newest(vector)), NoLot);
  await assert.rejects(new History(nodeWith(vector.logs, 0n).node, vector.auctioneer, 1n, FIRST).read(newest(vector)), /too many blocks/);
});
