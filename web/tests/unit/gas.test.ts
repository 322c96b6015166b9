// The gas that the page names is what was measured, benchmarks/gas/gas.json, as far as anybody reads it: to a two hundredth.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { BASE, choose, CROWD, EACH, GAS, MEMBER_CHEAP, MEMBER_FULL } from '../../src/lots/gas.ts';

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

function near(told: bigint, measured: number): void {
  assert.ok(Math.abs(Number(told) / measured - 1) < 0.005, `${told} is told, ${Math.round(measured)} measured`);
}

test('what one person sends', () => {
  near(GAS.createCheap, each('groups', 'create'));
  near(GAS.createCheapEntering, each('groups', 'create 1'));
  near(GAS.createFull, each('groups', 'createStandalone'));
  near(GAS.createFullEntering, each('groups', 'createStandalone 1'));
  near(GAS.enter, each('groups', 'enter cheap'));
  near(GAS.list, each('groups', 'list'));
  near(GAS.deployEstate, each('estate', 'deployEstate'));
  near(GAS.vote, each('estate', 'first vote'));
  near(GAS.resell, each('estate', 'resell'));
  near(GAS.claimPart, each('estate', 'claim'));
});

test('what a batch takes for each bid', () => {
  near(EACH.reveal, each('sealed lost 400', 'batch reveal'));
  near(EACH.refundServed, each('sealed won 400', 'batch claim'));
});

test('what a batch takes before its first bid', () => {
  near(BASE.reveal + EACH.reveal, each('sealed won 1', 'batch reveal'));
  near(BASE.tally + EACH.tally, each('sealed won 1', 'tally'));
  near(BASE.refund + EACH.refundServed, each('sealed won 1', 'batch claim'));
  near(BASE.settle, (steps['sealed won 400']?.['settle']?.gas ?? 0) / 2);
});

test('from how many members on a full copy is the cheaper one', () => {
  const life = ['bid', 'reveal', 'tally', 'refund'];
  const way = (kind: string) => life.reduce((sum, step) => sum + each('groups', `${kind}, with locks: ${step}`), 0);
  near(MEMBER_CHEAP, way('cheap DAO'));
  near(MEMBER_FULL, way('full copy'));
  const made = each('groups', 'createStandalone') - each('groups', 'create');
  near(BigInt(CROWD), made / (way('cheap DAO') - way('full copy')));
});

test('the choice turns there, and says by how much', () => {
  assert.equal(choose(2, true).make, 'cheap');
  assert.equal(choose(CROWD - 1, false).make, 'cheap');
  const crowd = choose(CROWD + 1, false);
  assert.equal(crowd.make, 'standalone');
  assert.ok(crowd.saved > 0n && crowd.saved < 2n * (MEMBER_CHEAP - MEMBER_FULL));
  assert.equal(choose(17_448, true).gas, GAS.createFullEntering);
});
