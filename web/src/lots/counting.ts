// What a tally and a settlement take, worked out from a book: offchain/keeper/finishing.py.

import type { Address, Hex } from 'viem';

import { packBids } from '../model/tally.ts';
import type { Book } from './ledger.ts';
import { MAX_STEP } from './schedule.ts';

/** What a DAO's `settle` takes: the step of its tally in which the price is first reached, with the bids of that step. */
export interface Certificate {
  start: bigint;
  best: bigint;
  bids: Hex;
}

/** The members whom `tallier` has still to count, in the order of the contract, cut as one transaction takes them. A book without
 * open bids is tallied with no members, in one. */
export function stepsLeft(book: Book, tallier: Address): Address[][] {
  const members = book.ascending().map(({ bidder }) => bidder);
  const left = members.slice(book.counted(tallier));
  const steps: Address[][] = [];
  for (let at = 0; at < left.length; at += MAX_STEP) steps.push(left.slice(at, at + MAX_STEP));
  return members.length === 0 ? [[]] : steps;
}

/** The certificate by which a DAO that won at `price` units is settled, by the finished tally; null if that never reaches it. */
export function certificateOf(book: Book, price: bigint): Certificate | null {
  const steps = book.tallier === null ? [] : (book.progress.get(book.tallier.toLowerCase()) ?? []);
  const step = steps.find(({ best }) => price <= best);
  if (step === undefined) return null;
  const bids = book.ascending().slice(step.start, step.counted);
  return { start: BigInt(step.start), best: step.bestBefore, bids: packBids(bids) };
}
