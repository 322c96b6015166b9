// The outcome of a lot by the rules alone, from the bids in its logs, held against what the contracts made of them.

import { Phase } from 'consort-contracts/enums';
import type { Address } from 'viem';

import { outcome } from '../model/price.ts';
import { equalSplit, type Split } from '../model/split.ts';
import { willingnessToPay } from '../model/tally.ts';
import type { Standing } from './agenda.ts';
import { type Book, bondOf, type Box, type Ledger } from './ledger.ts';

/** One thing that the rules decide: what they say and what the chain says, amounts in units; null where there is nothing. */
export type Check =
  | { about: 'willing'; dao: Address; rules: bigint; chain: bigint }
  | { about: 'winner'; rules: Address | null; chain: Address | null }
  | { about: 'price'; rules: bigint; chain: bigint }
  | { about: 'share'; rules: bigint; chain: bigint }
  | { about: 'served'; rules: bigint; chain: bigint }
  | { about: 'paid'; rules: bigint; chain: bigint }
  | { about: 'back'; bidder: Address; book: Address; rules: bigint; chain: bigint }
  | { about: 'burnt'; bidder: Address; book: Address; rules: bigint; chain: bigint };

/** What the rules make of the open bids: who wins at what price and, where it is a group, how that is shared. */
export interface Verdict {
  winner: Address | null;
  price: bigint;
  split: Split | null;
}

/** The rules on the bids as they stand: individuals in the order in which they were opened, then groups in the order in which they
 * bid, each what its own members' open bids come to. */
export function verdictOf(lot: Ledger): Verdict {
  const arrivals: [Address, bigint][] = lot.individuals.arrivals.map(({ bidder, bid }) => [bidder, bid ?? 0n]);
  for (const { dao } of lot.groupBids) arrivals.push([dao, willingnessToPay(bidsOf(lot.book(dao)))]);
  const { leader, price } = outcome(lot.reserve, arrivals);
  const book = leader === null ? undefined : lot.book(leader);
  return { winner: leader, price, split: book === undefined ? null : equalSplit(bidsOf(book), price) };
}

/** What the chain is held to, as far as the lot has come. */
export function checksOf(lot: Ledger, standing: Standing): Check[] {
  const checks: Check[] = lot.groupBids.map(({ dao, bid }) => ({
    about: 'willing',
    dao,
    rules: willingnessToPay(bidsOf(lot.book(dao))),
    chain: bid,
  }));
  if (standing.phase < Phase.Closed) return checks;
  const verdict = verdictOf(lot);
  if (standing.phase === Phase.Void) {
    // a winner whom nobody settled in time leaves a void lot, too: then the rules name one, and nobody pays
    return [...checks, ...payouts(lot, null)];
  }
  checks.push({ about: 'winner', rules: verdict.winner, chain: lot.settled?.winner ?? standing.leader });
  checks.push({ about: 'price', rules: verdict.price, chain: lot.settled?.price ?? standing.price });
  if (lot.settled === null) return [...checks, ...payouts(lot, verdict)];
  const book = lot.book(lot.settled.winner);
  const { served, share } = verdict.split ?? { served: 1, share: verdict.price };
  if (book !== undefined) {
    checks.push({ about: 'share', rules: share, chain: book.share });
    checks.push({ about: 'served', rules: BigInt(served), chain: BigInt(book.served) });
  }
  checks.push({ about: 'paid', rules: BigInt(served) * share, chain: lot.settled.paid });
  return [...checks, ...payouts(lot, verdict)];
}

export function holds({ rules, chain }: Check): boolean {
  if (typeof rules === 'bigint' || typeof chain === 'bigint') return rules === chain;
  return (rules ?? '').toLowerCase() === (chain ?? '').toLowerCase();
}

/** What each bidder who was paid out had back, and which bonds were burnt. */
function payouts(lot: Ledger, verdict: Verdict | null): Check[] {
  const checks: Check[] = [];
  for (const book of lot.books.values()) {
    for (const box of book.boxes.values()) {
      if (!box.closed) continue;
      const [bidder, back] = [box.bidder, backOf(book, box, verdict)];
      checks.push({ about: 'back', bidder, book: book.contract, rules: back, chain: box.received });
      if (box.bid === null) {
        const bond = bondOf(box.deposit, book.bondBps);
        checks.push({ about: 'burnt', bidder, book: book.contract, rules: bond, chain: box.burnt });
      }
    }
  }
  return checks;
}

/** What a bidder has to have back: all but the bond of who was silent, the share of who is served. */
function backOf(book: Book, { bidder, bid, deposit }: Box, verdict: Verdict | null): bigint {
  if (bid === null) return deposit - bondOf(deposit, book.bondBps);
  if (verdict === null || verdict.winner === null) return deposit;
  const winner = verdict.winner.toLowerCase();
  if (!book.ofDAO) return winner === bidder.toLowerCase() ? deposit - verdict.price : deposit;
  const isServed = winner === book.contract.toLowerCase() && verdict.split !== null && bid >= verdict.split.share;
  return isServed ? deposit - (verdict.split?.share ?? 0n) : deposit;
}

function bidsOf(book: Book | undefined): bigint[] {
  return book === undefined ? [] : book.ascending().map(({ bid }) => bid);
}
