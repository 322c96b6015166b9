// A bidder's money on a lot: what is due, when, and why.

import type { Bid, Head, Lot } from './lot.ts';
import { bondOf } from './ledger.ts';
import { Phase } from './phases.ts';

/** What can be claimed now, in units, and the bond that it costs; or why nothing can yet. */
export interface Due {
  amount: bigint;
  bond: bigint;
  wait: string | null;
}

/** By a bid as it stands at `now`. `isServed`: its bidder pays the share. */
export function dueOf(lot: Lot, head: Head, bid: Bid, isServed: boolean, now: bigint): Due {
  const { schedule, leader } = lot;
  if (bid.isSealed) {
    const bond = bondOf(bid.deposit, schedule.bondBps);
    const wait = now < schedule.endOfReveal ? 'It can be claimed once the reveal is over.' : null;
    return { amount: bid.deposit - bond, bond, wait };
  }
  const isOurs = leader !== null && leader.toLowerCase() === head.contract.toLowerCase();
  if (head.phase < Phase.Closed) return { amount: 0n, bond: 0n, wait: 'The lot is not decided yet.' };
  if (head.phase === Phase.Closed && (head.group === null ? isServed : isOurs)) {
    return { amount: 0n, bond: 0n, wait: 'Winner and price are fixed. What is left comes back once somebody has it settled.' };
  }
  // of a served bid that was paid out only the bid is left
  if (isServed) return { amount: bid.deposit === 0n ? 0n : bid.deposit - head.share, bond: 0n, wait: null };
  return { amount: bid.deposit, bond: 0n, wait: null };
}
