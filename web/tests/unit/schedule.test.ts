// The bounds of a schedule, and lengths of time in words.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { parseCount } from '../../src/lots/counts.ts';
import { parseDuration, sayDuration } from '../../src/lots/durations.ts';
import { flawsOf, MAX_PHASE, MIN_BOND_BPS, MIN_PHASE, stepsOf, tallyTime, warningsOf } from '../../src/lots/schedule.ts';
import type { Schedule } from '../../src/lots/phases.ts';

interface Case {
  now: number;
  schedule: Record<keyof Schedule, number>;
  refused: string | null;
}

const DAY = 86_400;
const day = BigInt(DAY);
const NOW = 1_800_000_000n;
const GOOD: Schedule = { endOfBidding: NOW + 3n * day, endOfReveal: NOW + 4n * day, endOfTally: NOW + 5n * day, bondBps: 10_000 };

test('what the contract refuses is refused before anything is signed, and nothing else', () => {
  const cases = JSON.parse(readFileSync('../tests/vectors/schedules.json', 'utf8')) as Case[];
  assert.ok(cases.length > 10);
  for (const { now, schedule, refused } of cases) {
    const { bondBps, ...ends } = schedule;
    const times = { endOfBidding: BigInt(ends.endOfBidding), endOfReveal: BigInt(ends.endOfReveal), endOfTally: BigInt(ends.endOfTally) };
    assert.equal(flawsOf({ ...times, bondBps }, BigInt(now)).length > 0, refused !== null, JSON.stringify({ now, schedule, refused }));
  }
});

test('a flaw names its field and the bound', () => {
  const soon = flawsOf({ ...GOOD, endOfReveal: GOOD.endOfBidding + BigInt(MIN_PHASE) - 1n }, NOW);
  assert.deepEqual(soon.map(({ field }) => field), ['endOfReveal']);
  assert.match(soon[0]?.text ?? '', /at least 10 minutes, not 9 minutes 59 seconds/);
  const late = flawsOf({ ...GOOD, endOfTally: GOOD.endOfReveal + BigInt(MAX_PHASE) + 1n }, NOW);
  assert.match(late[0]?.text ?? '', /at most 4 weeks 2 days/);
  assert.match(flawsOf({ ...GOOD, bondBps: MIN_BOND_BPS - 1 }, NOW)[0]?.text ?? '', /at least 10 %/);
});

test('a good schedule has neither flaws nor warnings', () => {
  assert.deepEqual(flawsOf(GOOD, NOW), []);
  assert.deepEqual(warningsOf(GOOD, NOW, 400), []);
});

test('what bidders should know is said', () => {
  const fields = (change: Partial<Schedule>, members = 10) =>
    warningsOf({ ...GOOD, ...change }, NOW, members).map(({ field }) => field);
  assert.deepEqual(fields({ bondBps: 1_000 }), ['bondBps']);
  assert.deepEqual(fields({ endOfReveal: GOOD.endOfBidding + 3_600n }), ['endOfReveal']);
  const tally = BigInt(tallyTime(20_000));
  assert.deepEqual(fields({ endOfTally: GOOD.endOfReveal + tally }, 20_000), []);
  assert.deepEqual(fields({ endOfTally: GOOD.endOfReveal + tally - 1n }, 20_000), ['endOfTally']);
  assert.equal(stepsOf(20_000), 40);
});

test('lengths of time as people write them', () => {
  const written: [string, number | null][] = [
    ['3 days', 3 * DAY],
    ['1 day and 2 hours', 93_600],
    ['2h30min', 9_000],
    ['1.5 hours', 5_400],
    ['1,5 h', 5_400],
    ['10 minutes', 600],
    ['1 week', 7 * DAY],
    ['3', null],
    ['three days', null],
    ['3 parsecs', null],
    ['3 days ago', null],
    [`${'9'.repeat(400)} days`, null],
    ['', null],
  ];
  for (const [text, seconds] of written) assert.equal(parseDuration(text), seconds, text);
});

test('how many members there are, as people write it', () => {
  const written: [string, number | null][] = [['400', 400], [' 17,448 ', 17_448], ['17 448', 17_448], ['1.5', null], ['1,50', null], ['0', null], ['-5', null], ['many', null], ['', null], ['99999999', null]];
  for (const [text, count] of written) assert.equal(parseCount(text), count, text);
});

test('lengths of time as people say them', () => {
  const said: [number, string][] = [
    [0, 'no time'],
    [-5, 'no time'],
    [1, '1 second'],
    [600, '10 minutes'],
    [93_600, '1 day 2 hours'],
    [3 * DAY, '3 days'],
    [90_061, '1 day 1 hour'],
  ];
  for (const [seconds, text] of said) assert.equal(sayDuration(seconds), text);
});
