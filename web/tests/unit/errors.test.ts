// Every custom error of every contract is told in a sentence.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as contracts from 'consort-contracts';
import { type Abi, type AbiParameter, encodeErrorResult, encodeAbiParameters, zeroAddress } from 'viem';

import { SENTENCES, explain, explainRevert, noticeOf } from '../../src/chain/errors.ts';

type ErrorItem = Extract<Abi[number], { type: 'error' }>;
/** What the page calls, or what they call in turn. */
const CALLED = ['Auctioneer', 'ApproximateAuction', 'DAO', 'DAOFactory', 'Estate', 'NounsAdapter', 'ZoraAdapter', 'Paddle', 'Item'];

function errorsOf(name: string): ErrorItem[] {
  const { abi = [] } = (contracts as unknown as Record<string, { abi?: Abi }>)[name] ?? {};
  return abi.filter((item): item is ErrorItem => item.type === 'error');
}

function anything({ type }: AbiParameter): unknown {
  if (type === 'address') return zeroAddress;
  if (type === 'bool') return true;
  if (/^bytes\d+$/.test(type)) return `0x${'00'.repeat(Number(type.slice(5)))}`;
  const bits = Number(/^u?int(\d+)$/.exec(type)?.[1] ?? 256);
  return bits > 48 ? 1n : 1;
}

test('each error of the contracts that the page calls has a sentence of its own', () => {
  const missing = CALLED.flatMap(errorsOf).filter(({ name }) => SENTENCES[name] === undefined);
  assert.deepEqual([...new Set(missing.map(({ name }) => name))], []);
});

test('there is no sentence for an error that no contract has', () => {
  const names = new Set(Object.keys(contracts).flatMap(errorsOf).map(({ name }) => name));
  assert.deepEqual(Object.keys(SENTENCES).filter((name) => !names.has(name)), []);
});

test('each error of all contracts is told in words, whatever its arguments', () => {
  for (const item of Object.keys(contracts).flatMap(errorsOf)) {
    const data = encodeErrorResult({ abi: [item] as Abi, errorName: item.name, args: item.inputs.map(anything) });
    const said = explainRevert(data);
    assert.match(said, / .*[.]$/, `${item.name}: ${said}`);
    assert.doesNotMatch(said, /undefined|does not know|\[object/, `${item.name}: ${said}`);
    assert.ok(SENTENCES[item.name] !== undefined || noticeOf(item) !== undefined || said.includes(item.name), item.name);
  }
});

test('what is no custom error is told, too', () => {
  assert.equal(explainRevert('0x'), 'The contract refuses it, without saying why.');
  const text = `0x08c379a0${encodeAbiParameters([{ type: 'string' }], ['nope']).slice(2)}` as const;
  assert.equal(explainRevert(text), 'The contract refuses it: nope');
  assert.match(explainRevert('0xdeadbeef'), /does not know \(0xdeadbeef\)/);
  assert.match(explain({ code: 4001, message: 'User rejected' }), /You declined/);
  assert.equal(explain(undefined), 'Something went wrong.');
});
