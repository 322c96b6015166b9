// Small parts: money, times, addresses of the page, deployment files, calendars, codes, receipts on the device.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { type Hex, getAddress } from 'viem';

import { flawOf, hrefOf, routeOf } from '../../src/app/route.ts';
import { keeping } from '../../src/app/device.ts';
import { keep, matching, receiptsOf } from '../../src/app/receipts.ts';
import { likeness } from '../../src/chain/checks.ts';
import { DeploymentError, liesBeside, nodeUrl, parseDeployment } from '../../src/chain/deployment.ts';
import { calendarOf } from '../../src/lots/calendar.ts';
import { dueOf } from '../../src/lots/money.ts';
import type { Bid, Head, Lot } from '../../src/lots/lot.ts';
import { Phase } from '../../src/lots/phases.ts';
import { commitment, newSalt } from '../../src/seals/commitment.ts';
import { eth, ethOfWei, parseEth, plainEth } from '../../src/ui/money.ts';
import { duration } from '../../src/ui/time.ts';

const [A, B] = [getAddress(`0x${'ab'.repeat(20)}`), getAddress(`0x${'cd'.repeat(20)}`)];
const DEPLOYED = { chain_id: 1, block: 5, factory: A.toLowerCase(), auctioneer: B };

test('money is exact, to a unit, in both directions', () => {
  for (const units of [0n, 1n, 999_999_999n, 1_000_000_000n, 60_000_000n, 2n ** 64n - 1n]) assert.equal(parseEth(plainEth(units)), units);
  assert.equal(eth(1_234_567_000_000_001n), '1,234,567.000000001 ETH');
  assert.equal(ethOfWei(1n), '0.000000001 ETH');
  assert.equal(parseEth(' 0,06 '), 60_000_000n);
  assert.equal(parseEth('.5'), 500_000_000n);
  assert.equal(parseEth('0,125'), 125_000_000n);
  assert.equal(parseEth('1,000'), 'Write 1000 or 1.000: a comma there can mean either.');
  for (const text of ['', '.', 'x', '-1', '1e3', '0x1', '1.2.3', '1 000', '1,000', '12,345', '0.0000000001', '18446744073.709551616']) assert.equal(typeof parseEth(text), 'string', text);
});

test('how long is left is said in its two largest parts', () => {
  assert.deepEqual([0n, 59n, 60n, 3_599n, 3_600n, 86_399n, 86_400n, 200_000n].map(duration), ['0 s', '59 s', '1 min 0 s', '59 min 59 s', '1 h 0 min', '23 h 59 min', '1 day 0 h', '2 days 7 h']);
});

test('an address names a view, a group and a lot; what it says wrongly is left out', () => {
  assert.deepEqual(routeOf(`?view=x&dao=${A.toLowerCase()}&lot=7`), { view: 'x', dao: A, lot: 7n });
  for (const lot of ['0', '-1', '1.5', 'x', '4294967296', '1e3']) assert.equal(routeOf(`?lot=${lot}`).lot, null, lot);
  assert.equal(routeOf('?dao=0x12').dao, null);
  // a link to a group that was cut or typed must not become one to bid for oneself
  const typo = A.replace(/[a-f]/, (digit) => digit.toUpperCase()).replace(/[A-F](?=[^A-F]*$)/, (digit) => digit.toLowerCase());
  for (const search of ['?dao=0x12&lot=1', `?dao=${A.slice(0, -1)}&lot=1`, `?dao=${typo}&lot=1`, '?dao=&lot=1']) assert.match(String(flawOf(search)), /names a group/, search);
  assert.match(String(flawOf(`?dao=${A}&lot=1e3`)), /names a lot/);
  for (const search of ['', '?lot=1', `?dao=${A}&lot=1`, `?dao=${A.toLowerCase()}`]) assert.equal(flawOf(search), null, search);
  assert.equal(hrefOf({ lot: 2n }, '?deployment=d.json&node=http%3A%2F%2Fn&lot=1&dao=x'), '?deployment=d.json&node=http%3A%2F%2Fn&lot=2');
});

test('a file lies beside the page in its folder only, not anywhere on a host that many share', () => {
  const page = new URL('https://gateway.example/ipfs/Qm1/index.html?lot=1');
  for (const good of ['deployment.json', 'other/d.json', '/ipfs/Qm1/d.json']) assert.ok(liesBeside(new URL(good, page), page), good);
  for (const bad of ['/ipfs/Qm2/deployment.json', '../Qm2/d.json', '%2e%2e/Qm2/d.json', '/ipfs/Qm1d.json', 'https://other.example/ipfs/Qm1/d.json', 'http://gateway.example/ipfs/Qm1/d.json', 'data:application/json,1', 'blob:https://gateway.example/1']) {
    assert.ok(!liesBeside(new URL(bad, page), page), bad);
  }
  assert.ok(!liesBeside(new URL('file:///x/d.json'), new URL('file:///x/index.html')));
});

test('a deployment file is read strictly', () => {
  const read = parseDeployment(JSON.stringify(DEPLOYED));
  assert.deepEqual([read.chainId, read.block, read.factory, read.auctioneer, read.beacon, read.node], [1, 5n, A, B, null, null]);
  const [beacon] = (JSON.parse(readFileSync('../tests/vectors/seals.json', 'utf8')) as { beacons: Record<string, unknown>[] }).beacons;
  assert.equal(parseDeployment(JSON.stringify({ ...DEPLOYED, beacon })).beacon?.period, 3n);
  const wrong = [
    { chain_id: '1' }, { chain_id: 0 }, { block: -1 }, { block: 1.5 }, { factory: 'x' }, { auctioneer: null }, { node: 'ftp://x' }, { node: 'javascript:1' }, { adapters: {} },
    { beacon: { ...beacon, period: 4 } }, { beacon: { ...beacon, schemeID: 'other' } }, { beacon: { ...beacon, public_key: 'ab' } }, { beacon: [] }, { auction: A },
  ];
  for (const change of wrong) assert.throws(() => parseDeployment(JSON.stringify({ ...DEPLOYED, ...change })), DeploymentError, JSON.stringify(change));
  for (const text of ['', 'x', '[]', 'null', ' '.repeat(70_000)]) assert.throws(() => parseDeployment(text), DeploymentError);
  assert.throws(() => nodeUrl(null), DeploymentError);
});

test('the code of a contract is known whatever its immutables, and not when anything else differs', () => {
  const { deployedBytecode } = JSON.parse(readFileSync('node_modules/consort-contracts/dist/json/Auctioneer.json', 'utf8')) as { deployedBytecode: Hex };
  const place = `7f${'00'.repeat(32)}`;
  assert.ok(deployedBytecode.includes(place));
  const deployed = deployedBytecode.replaceAll(place, `7f${'ab'.repeat(32)}`) as Hex;
  assert.equal(likeness(deployed, ['Auctioneer']), 'same');
  assert.equal(likeness(deployed, ['DAOFactory']), 'other');
  assert.equal(likeness(deployed, ['Auctioneer', 'DAOFactory']), 'same');
  for (const at of [2, 200, deployed.length - 2]) {
    const changed = `${deployed.slice(0, at)}${deployed.slice(at, at + 2) === '60' ? '61' : '60'}${deployed.slice(at + 2)}` as Hex;
    assert.equal(likeness(changed, ['Auctioneer']), 'other', String(at));
  }
  assert.equal(likeness(`${deployed}00`, ['Auctioneer']), 'other');
  assert.equal(likeness(undefined, ['Auctioneer']), 'none');
  assert.equal(likeness('0x', ['Auctioneer']), 'none');
  assert.equal(likeness(deployed, ['NoSuchContract']), 'other');
});

test('a calendar file has the three dates, by the standard', () => {
  const schedule = { endOfBidding: 1_700_000_000n, endOfReveal: 1_700_086_400n, endOfTally: 1_700_172_800n, bondBps: 1_000 };
  const text = calendarOf(1, A, 3n, schedule, 'https://host.example/page/?dao=0x1&lot=3;x');
  assert.ok(text.endsWith('END:VCALENDAR\r\n'));
  const lines = text.split('\r\n');
  assert.ok(lines.every((line) => line.length <= 75));
  assert.deepEqual(lines.filter((line) => line.startsWith('DTSTART')), ['DTSTART:20231114T221320Z', 'DTSTART:20231115T221320Z', 'DTSTART:20231116T221320Z']);
  assert.ok(text.replaceAll('\r\n ', '').includes('https://host.example/page/?dao=0x1&lot=3\\;x'));
  assert.equal(new Set(lines.filter((line) => line.startsWith('UID'))).size, 3);
});

test('receipts on the device are told apart by chain, contract, lot and bidder, and all are kept', () => {
  const storage = keeping(() => { throw new Error('a private window'); });
  const place = { chainId: 1, contract: A, lot: 1n, bidder: B };
  const made = [1n, 2n, 3n].map((bid) => ({ contract: A, lot: 1n, bidder: B, bid, salt: newSalt(true) }));
  assert.deepEqual(made.map((one) => keep(1, one, storage)), [false, false, false]);
  assert.deepEqual(receiptsOf(place, storage).map(({ bid }) => bid), [3n, 2n, 1n]);
  for (const other of [{ ...place, chainId: 2 }, { ...place, contract: B }, { ...place, lot: 2n }, { ...place, bidder: A }]) assert.deepEqual(receiptsOf(other, storage), []);
  const seal = commitment(1n, made[1]!);
  assert.equal(matching(1, receiptsOf(place, storage), place, seal)?.bid, 2n);
  assert.equal(matching(5, receiptsOf(place, storage), place, seal), null);
  assert.equal(matching(1, receiptsOf(place, storage), { ...place, bidder: A }, seal), null);
});

test('what a browser keeps lasts, and what it cannot keep lasts as long as the page', () => {
  const kept = new Map<string, string>();
  let isFull = false;
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => {
      if (isFull) throw new Error('full');
      kept.set(name, value);
    },
    removeItem: (name: string) => void kept.delete(name),
  } as unknown as Storage;
  const first = keeping(() => storage);
  assert.equal(first.set('a', '1'), true);
  isFull = true;
  assert.equal(first.set('a', '2'), false, 'the member is told that the file is all there is');
  assert.equal(first.get('a'), '2');
  assert.equal(keeping(() => storage).get('a'), '1');
  isFull = false;
  first.set('a', '3');
  assert.equal(keeping(() => storage).get('a'), '3');
  first.remove('a');
  assert.equal(first.get('a'), null);
});

test('what is due is what a claim would pay, and not before it would', () => {
  const schedule = { endOfBidding: 100n, endOfReveal: 200n, endOfTally: 300n, bondBps: 2_500 };
  const lot = { leader: null, schedule } as unknown as Lot;
  const head = (phase: number, more: Partial<Head> = {}) => ({ contract: A, group: { dao: A, isOpen: false, minimumBid: 1n }, phase, share: 40n, isWon: phase === Phase.Settled, ...more }) as Head;
  const bid = (more: Partial<Bid>): Bid => ({ isSealed: false, commitment: '0x', bid: 60n, deposit: 101n, ...more });
  const silent = bid({ isSealed: true, bid: 0n });
  assert.deepEqual(dueOf(lot, head(Phase.Tally), silent, false, 250n), { amount: 76n, bond: 25n, wait: null });
  assert.notEqual(dueOf(lot, head(Phase.Reveal), silent, false, 199n).wait, null);
  assert.notEqual(dueOf(lot, head(Phase.Tally), bid({}), false, 250n).wait, null);
  assert.equal(dueOf(lot, head(Phase.Settled), bid({}), true, 400n).amount, 61n);
  assert.equal(dueOf(lot, head(Phase.Settled), bid({ deposit: 0n }), true, 400n).amount, 0n);
  assert.equal(dueOf(lot, head(Phase.Settled), bid({}), false, 400n).amount, 101n);
  assert.equal(dueOf(lot, head(Phase.Void), bid({}), false, 400n).amount, 101n);
  assert.equal(dueOf({ ...lot, leader: B } as Lot, head(Phase.Closed), bid({}), false, 400n).amount, 101n);
  assert.notEqual(dueOf({ ...lot, leader: A } as Lot, head(Phase.Closed), bid({}), false, 400n).wait, null);
  // an individual's share is the price, which the book has once the lot is settled
  assert.equal(dueOf({ ...lot, leader: B } as Lot, head(Phase.Settled, { group: null }), bid({}), true, 400n).amount, 61n);
  assert.notEqual(dueOf({ ...lot, leader: B } as Lot, head(Phase.Closed, { group: null }), bid({}), true, 400n).wait, null);
});
