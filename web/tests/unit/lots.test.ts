// Lots from their logs alone: the same books, and by the rules the same outcome, as the reference in Python has them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { abi as auctioneerAbi } from 'consort-contracts/Auctioneer';
import { abi as daoAbi } from 'consort-contracts/DAO';
import { Flaw, Phase } from 'consort-contracts/enums';
import { type Address, getAddress, type Hex, parseEventLogs, zeroAddress } from 'viem';

import { cut, dutiesOf, gasOf } from '../../src/lots/agenda.ts';
import { certificateOf, stepsLeft } from '../../src/lots/counting.ts';
import { EACH } from '../../src/lots/gas.ts';
import { Book, Ledger, type LotEvent } from '../../src/lots/ledger.ts';
import { checksOf, holds, verdictOf } from '../../src/lots/outcome.ts';

interface Told {
  sold: boolean;
  winner: Address | null;
  price: string;
  split: { served: number; share: string } | null;
  willing: Record<Address, string>;
  boxes: [Address, Address, string, string, string][];
}

interface Vector {
  seed: number;
  auctioneer: Address;
  logs: [Address, Hex[], Hex][];
  lots: Record<string, Told>;
}

const vectors = JSON.parse(readFileSync('../tests/vectors/lots.json', 'utf8')) as Vector[];
const abi = [...auctioneerAbi, ...daoAbi];

function eventsOf({ logs }: Vector): LotEvent[] {
  const raw = logs.map(([address, topics, data]) => ({ address, topics: topics.map((one) => `0x${one}`), data: `0x${data}` }));
  return parseEventLogs({ abi, logs: raw as never }) as unknown as LotEvent[];
}

function lotsOf(vector: Vector, events = eventsOf(vector)): Map<string, Ledger> {
  const lots = new Map<string, Ledger>();
  for (const event of events) {
    if (event.eventName === 'LotListed') lots.set(String(event.args['lot']), Ledger.listed(event));
    for (const lot of lots.values()) lot.apply(event);
  }
  return lots;
}

const standingOf = (lot: Ledger) => ({
  phase: lot.settled === null ? Phase.Void : Phase.Settled,
  leader: lot.settled?.winner ?? zeroAddress,
  price: lot.settled?.price ?? 0n,
});

for (const vector of vectors) {
  test(`auction ${vector.seed}: books and outcome are those of the reference`, () => {
    const lots = lotsOf(vector);
    assert.deepEqual([...lots.keys()].sort(), Object.keys(vector.lots).sort());
    for (const [number, lot] of lots) {
      const told = vector.lots[number] as Told;
      assert.deepEqual(boxes(lot), told.boxes);
      const { winner, price, split } = verdictOf(lot);
      assert.equal(winner, told.winner);
      assert.equal(String(price), told.price);
      assert.deepEqual(split === null ? null : { served: split.served, share: String(split.share) }, told.split);
      const checks = checksOf(lot, standingOf(lot));
      for (const check of checks) {
        assert.ok(holds(check), JSON.stringify(check, (_, value) => (typeof value === 'bigint' ? String(value) : value)));
        if (check.about === 'willing') assert.equal(String(check.rules), told.willing[getAddress(check.dao)]);
      }
      assert.equal(checks.filter(({ about }) => about === 'back').length, told.boxes.filter((box) => isPaid(box)).length);
    }
  });
}

test('the tally is in the order that the contract demands, and its certificate is that of the step that reaches the price', () => {
  let seen = 0;
  for (const vector of vectors) {
    for (const lot of lotsOf(vector).values()) {
      for (const book of lot.books.values()) {
        if (!book.ofDAO || book.tallier === null) continue;
        const order = book.ascending().map(({ bid, bidder }) => (bid << 160n) | BigInt(bidder));
        assert.ok(order.every((one, i) => i === 0 || (order[i - 1] as bigint) < one));
        assert.deepEqual(stepsLeft(book, zeroAddress).flat(), book.ascending().map(({ bidder }) => bidder));
        assert.equal(stepsLeft(book, book.tallier).flat().length, 0);
        if (!book.won) continue;
        ++seen;
        const certificate = certificateOf(book, book.price);
        assert.equal(certificate?.bids.length, 2 + 16 * order.length);
      }
    }
  }
  assert.ok(seen >= 5);
});

test('a crowd is counted in steps that one transaction takes, from where the counter stopped, and settled by the step that reaches the price', () => {
  const [dao, ann]: [Address, Address] = [`0x${'d'.repeat(40)}`, `0x${'a'.repeat(40)}`];
  const book = new Book(dao, 1n, 10_000, true);
  const apply = (eventName: string, args: Record<string, unknown>) => book.apply({ address: dao, eventName, args });
  for (let i = 1n; i <= 1_100n; ++i) apply('BidPlaced', { entry: (1n << 224n) | (i << 160n) | (2_000n - i) });
  assert.deepEqual(stepsLeft(book, ann).map(({ length }) => length), [500, 500, 100]);
  apply('Checkpoint', { lot: 1n, tallier: ann, start: 0, counted: 500, best: 300_500n });
  assert.deepEqual(stepsLeft(book, ann).map(({ length }) => length), [500, 100]);
  assert.deepEqual(stepsLeft(book, dao).map(({ length }) => length), [500, 500, 100], 'each counter counts for itself');
  apply('Checkpoint', { lot: 1n, tallier: ann, start: 500, counted: 1_000, best: 303_050n });
  apply('Checkpoint', { lot: 1n, tallier: ann, start: 1_000, counted: 1_100, best: 303_050n });
  apply('Tallied', { lot: 1n, tallier: ann, willingnessToPay: 303_050n });
  const certificate = certificateOf(book, 303_000n);
  assert.deepEqual([certificate?.start, certificate?.best, certificate?.bids.length], [500n, 300_500n, 2 + 16 * 500]);
  assert.equal(certificateOf(book, 1n)?.start, 0n);
  assert.equal(certificateOf(book, 303_051n), null, 'a price that the group cannot pay');
  assert.ok(gasOf({ kind: 'count', book, members: 1_100 }) > 3n * 107_000n + 1_100n * EACH.tally);
  assert.deepEqual(cut([...book.boxes.keys()], EACH.refundServed).map(({ length }) => length), [834, 266]);
});

test('whatever is changed in the logs of a lot that was sold, the rules notice', () => {
  const vector = vectors.find(({ seed }) => seed === 41) as Vector;
  const events = eventsOf(vector);
  const lies: [string, string, bigint | number][] = [
    ['LotSettled', 'price', 1n],
    ['LotSettled', 'paid', 1n],
    ['BookWon', 'share', 1n],
    ['BookWon', 'served', -1n],
    ['DAOBid', 'bid', 1n],
  ];
  for (const [name, argument, by] of lies) {
    const forged = events.map((event) =>
      event.eventName !== name
        ? event
        : { ...event, args: { ...event.args, [argument]: BigInt(event.args[argument] as bigint) + BigInt(by) } },
    );
    const [lot] = lotsOf(vector, forged).values();
    assert.ok(lot !== undefined);
    assert.ok(checksOf(lot, standingOf(lot)).some((check) => !holds(check)), `${name}.${argument}`);
  }
  const unpaid = events.map((event) =>
    event.eventName === 'Pushed' ? { ...event, args: { entries: (event.args['entries'] as bigint[]).map((one) => one + (1n << 160n)) } } : event,
  );
  const [lot] = lotsOf(vector, unpaid).values();
  assert.ok(lot !== undefined && checksOf(lot, standingOf(lot)).some((check) => check.about === 'back' && !holds(check)));
});

test('what is open at which moment: nothing while bids come, then opening, counting, settling, paying', () => {
  const vector = vectors.find(({ seed }) => seed === 3) as Vector;
  const events = eventsOf(vector);
  const at = (last: string) => {
    const [lot] = lotsOf(vector, events.slice(0, events.findIndex(({ eventName }) => eventName === last))).values();
    return lot as Ledger;
  };
  const kinds = (lot: Ledger, phase: number, now: bigint, leader: Address = zeroAddress) =>
    dutiesOf(lot, { phase, leader, price: lot.reserve }, now).map(({ kind }) => kind);
  const sealed = at('BidsOpened');
  assert.deepEqual(kinds(sealed, Phase.Bidding, sealed.endOfBidding - 1n), []);
  assert.ok(kinds(sealed, Phase.Reveal, sealed.endOfBidding).every((kind) => kind === 'open'));
  const opened = at('Checkpoint');
  assert.equal(kinds(opened, Phase.Tally, opened.endOfReveal).filter((kind) => kind === 'count').length, opened.daos.length);
  const counted = at('LotSettled');
  const winner = counted.daos[0] as Address;
  assert.equal(kinds(counted, Phase.Closed, counted.endOfReveal, winner)[0], 'settle');
  const unsold = kinds(counted, Phase.Void, counted.endOfTally);
  assert.equal(unsold.at(-1), 'reclaim');
});

/** A lot of one group, made by hand: three sealed bids under deposits of 9. */
function byHand() {
  const [auctioneer, dao, ann, bob, cid] = ['1', '2', 'a', 'b', 'c'].map((digit) => getAddress(`0x${digit.repeat(40)}`)) as [Address, Address, Address, Address, Address];
  const schedule = { endOfBidding: 100n, endOfReveal: 200n, endOfTally: 300n, bondBps: 1_000 };
  const listed = { lot: 1n, seller: auctioneer, token: auctioneer, tokenId: 1n, reserve: 10n, schedule };
  const lot = Ledger.listed({ address: auctioneer, eventName: 'LotListed', args: listed });
  const at = (address: Address) => (eventName: string, args: Record<string, unknown>) => lot.apply({ address, eventName, args });
  const [tell, say] = [at(auctioneer), at(dao)];
  const entry = (amount: bigint, account: Address) => (1n << 224n) | (amount << 160n) | BigInt(account);
  tell('DAOEntered', { lot: 1n, dao });
  for (const bidder of [ann, bob, cid]) say('BidSealed', { entry: entry(0n, bidder), sealedBid: `0x${'5e'.repeat(24)}${'9'.padStart(16, '0')}` });
  const due = (phase: number, leader: Address, now = 250n) =>
    dutiesOf(lot, { phase, leader, price: 10n }, now).flatMap((duty) => (duty.kind === 'pay' ? duty.bidders : []));
  return { lot, dao, ann, bob, cid, tell, say, entry, due };
}

test('who bid just the share is served, pays it, and nobody is paid before it is time', () => {
  const { lot, dao, ann, bob, cid, tell, say, entry, due } = byHand();
  say('BidsOpened', { entries: [entry(5n, ann), entry(5n, bob)] });
  assert.deepEqual(due(Phase.Reveal, zeroAddress, 150n), []);
  assert.deepEqual(due(Phase.Tally, zeroAddress), [cid], 'the silent from the end of opening on, the others not yet');
  assert.deepEqual(due(Phase.Closed, dao), [cid], 'not the members of a group that has still to pay');
  assert.deepEqual(due(Phase.Closed, ann), [ann, bob, cid], 'the members of one that lost');
  say('Tallied', { lot: 1n, tallier: ann, willingnessToPay: 10n });
  tell('DAOBid', { lot: 1n, dao, bid: 10n });
  say('BookWon', { lot: 1n, price: 10n, served: 2n, share: 5n });
  tell('LotSettled', { lot: 1n, winner: dao, price: 10n, paid: 10n });
  assert.ok(lot.book(dao)?.isServed(ann));
  const back = (amount: bigint) => {
    say('Pushed', { entries: [entry(amount, ann)] });
    return checksOf(lot, { phase: Phase.Settled, leader: dao, price: 10n }).filter((check) => !holds(check)).map(({ about }) => about);
  };
  assert.deepEqual(back(4n), []);
  assert.deepEqual(back(9n), ['back'], 'a share that was not paid');
  say('PushRefused', { lot: 1n, bidder: bob, amount: 4n });
  assert.deepEqual(due(Phase.Settled, dao), [cid], 'who refused a payment is not sent it again');
});

test('a bid whose own opening breaks the rules is not tried again, one that a stranger spoiled is', () => {
  const { lot, dao, ann, bob, say } = byHand();
  say('OpeningSkipped', { lot: 1n, bidder: ann, flaw: Flaw.ZeroBid });
  say('OpeningSkipped', { lot: 1n, bidder: bob, flaw: Flaw.WrongOpening });
  assert.ok(!lot.book(dao)?.sealed().some(({ bidder }) => bidder === ann));
  assert.ok(lot.book(dao)?.sealed().some(({ bidder }) => bidder === bob));
});

function boxes(lot: Ledger): Told['boxes'] {
  const found: Told['boxes'] = [];
  const add = (book: Book) => {
    for (const { bidder, deposit, received, burnt } of book.boxes.values()) {
      found.push([getAddress(book.contract), getAddress(bidder), String(deposit), String(received), String(burnt)]);
    }
  };
  for (const contract of [lot.auctioneer, ...lot.daos]) add(lot.book(contract) as Book);
  return found;
}

function isPaid([, , , received, burnt]: Told['boxes'][number]): boolean {
  return received !== '0' || burnt !== '0';
}
