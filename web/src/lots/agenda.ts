// The steps that are open to anybody on a lot now, worked out from its books: offchain/keeper/agenda.py.

import { Phase } from 'consort-contracts/enums';
import type { Address } from 'viem';

import { stepsLeft } from './counting.ts';
import { BASE, EACH, MOST_GAS } from './gas.ts';
import type { Book, Box, Ledger } from './ledger.ts';

/** Where a lot stands, as the auctioneer says. */
export interface Standing {
  phase: number;
  leader: Address;
  price: bigint;
}

/** One step that anybody can take now. */
export type Duty =
  | { kind: 'open'; book: Book; sealed: readonly Box[] }
  | { kind: 'count'; book: Book; members: number }
  | { kind: 'settle'; book: Book; price: bigint }
  | { kind: 'pay'; book: Book; bidders: readonly Address[] }
  | { kind: 'reclaim' };

/** All that is open at `now`, seconds since 1970, in the order in which it should be done. */
export function dutiesOf(lot: Ledger, standing: Standing, now: bigint): Duty[] {
  const duties: Duty[] = [];
  const { phase, leader, price } = standing;
  if (phase === Phase.Reveal) {
    for (const book of lot.books.values()) {
      const sealed = book.sealed();
      if (sealed.length > 0) duties.push({ kind: 'open', book, sealed });
    }
  }
  if (phase === Phase.Tally && now < lot.endOfTally) {
    for (const dao of lot.daos) {
      const book = lot.book(dao);
      if (book !== undefined && !lot.hasBid(dao)) duties.push({ kind: 'count', book, members: book.ascending().length });
    }
  }
  if (phase === Phase.Closed) {
    const book = lot.book(leader) ?? lot.individuals;
    duties.push({ kind: 'settle', book, price });
  }
  if (now >= lot.endOfReveal) {
    for (const book of lot.books.values()) {
      const bidders = [...book.boxes.values()].filter((box) => isPayable(book, box, standing)).map(({ bidder }) => bidder);
      if (bidders.length > 0) duties.push({ kind: 'pay', book, bidders });
    }
  }
  if (phase === Phase.Void && !lot.returned) duties.push({ kind: 'reclaim' });
  return duties;
}

/** Whether a push would pay a bidder now, or burn its bond: the silent from the end of opening on, all others once it is decided. */
function isPayable(book: Book, box: Box, { phase, leader }: Standing): boolean {
  if (!book.isDue(box)) return false;
  if (box.bid === null) return true;
  if (phase < Phase.Closed) return false;
  if (phase > Phase.Closed) return true;
  const awaited = book.ofDAO ? book.contract : box.bidder;
  return awaited.toLowerCase() !== leader.toLowerCase();
}

/** About what a duty takes in gas, all its transactions together. */
export function gasOf(duty: Duty): bigint {
  switch (duty.kind) {
    case 'open':
      return batches(duty.sealed.length, EACH.reveal) * BASE.reveal + BigInt(duty.sealed.length) * EACH.reveal;
    case 'count':
      return BigInt(stepsLeft(duty.book, duty.book.contract).length) * BASE.tally + BigInt(duty.members) * EACH.tally;
    case 'settle':
      return BASE.settle;
    case 'pay':
      return batches(duty.bidders.length, EACH.refundServed) * BASE.refund + BigInt(duty.bidders.length) * EACH.refundServed;
    case 'reclaim':
      return BASE.reclaim;
  }
}

/** How many of so many bidders one transaction serves at most, with room for some that are dearer. */
export function mostAtOnce(gasEach: bigint): number {
  return Number((MOST_GAS * 8n) / (10n * gasEach));
}

/** A list cut into transactions. */
export function cut<Item>(items: readonly Item[], gasEach: bigint): Item[][] {
  const size = mostAtOnce(gasEach);
  const parts: Item[][] = [];
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}

function batches(items: number, gasEach: bigint): bigint {
  return BigInt(Math.ceil(items / mostAtOnce(gasEach)));
}
