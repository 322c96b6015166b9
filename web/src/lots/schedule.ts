// The times and the bond of a lot, and what the contract refuses of them: contracts/libraries/Schedules.sol, in words.

import { BidBook, DAO, Schedules } from 'consort-contracts/constants';

import { sayDuration } from './durations.ts';
import type { Schedule } from './phases.ts';

/** How long opening and counting last each, at least and at most, in seconds. */
export const MIN_PHASE = Number(Schedules.MIN_PHASE);
export const MAX_PHASE = Number(Schedules.MAX_PHASE);
/** The least bond, in basis points of the deposit, and the whole deposit. */
export const MIN_BOND_BPS = Number(Schedules.MIN_BOND_BPS);
export const BPS = Number(BidBook.BPS);
/** The last second that 40 bits hold. */
const LAST_TIME = 2n ** 40n - 1n;

/** Below this a bidder in another time zone may never have been awake while bids could be made. */
const SHORT_BIDDING = 24 * 60 * 60;
/** A lock opens two minutes after bidding ends; whoever opens the bids needs time after that, and a person needs to wake up. */
const SHORT_REVEAL = 12 * 60 * 60;
/** How many members one transaction counts, and how long it may take for one to be sent and mined where a block is full. */
export const MAX_STEP = Number(DAO.MAX_STEP);
const TALLY_STEP = 2 * 60;
/** What people need besides, to notice that counting has begun, where no keeper runs. */
const TALLY_NOTICE = 60 * 60;

/** One thing about a schedule, and the field that it is about. */
export interface Remark {
  field: keyof Schedule;
  text: string;
}

/** What the contract would refuse at the time `now`, each with the bound; none if it would list the item. */
export function flawsOf(schedule: Schedule, now: bigint): Remark[] {
  const flaws: Remark[] = [];
  const { endOfBidding, endOfReveal, endOfTally, bondBps } = schedule;
  if (endOfBidding <= now) flaws.push({ field: 'endOfBidding', text: 'Bidding has to end in the future.' });
  if (endOfTally > LAST_TIME) flaws.push({ field: 'endOfBidding', text: 'That is later than the contract can count.' });
  flaws.push(...phaseFlaws('endOfReveal', 'Opening the bids', Number(endOfReveal - endOfBidding)));
  flaws.push(...phaseFlaws('endOfTally', 'Counting the bids', Number(endOfTally - endOfReveal)));
  if (bondBps < MIN_BOND_BPS) {
    flaws.push({ field: 'bondBps', text: `The bond is at least ${MIN_BOND_BPS / 100} % of the deposit.` });
  }
  if (bondBps > BPS) flaws.push({ field: 'bondBps', text: 'The bond is at most the whole deposit, 100 %.' });
  if (!Number.isInteger(bondBps)) flaws.push({ field: 'bondBps', text: 'The bond has at most two decimals.' });
  return flaws;
}

function phaseFlaws(field: keyof Schedule, phase: string, length: number): Remark[] {
  if (length < MIN_PHASE) {
    return [{ field, text: `${phase} has to last at least ${sayDuration(MIN_PHASE)}, not ${sayDuration(length)}.` }];
  }
  if (length > MAX_PHASE) {
    return [{ field, text: `${phase} may last at most ${sayDuration(MAX_PHASE)}, not ${sayDuration(length)}.` }];
  }
  return [];
}

/** What the contract takes, and people should think about before they sign; `members`: how many bids the largest group may have. */
export function warningsOf(schedule: Schedule, now: bigint, members: number): Remark[] {
  const warnings: Remark[] = [];
  const bidding = Number(schedule.endOfBidding - now);
  const reveal = Number(schedule.endOfReveal - schedule.endOfBidding);
  const tally = Number(schedule.endOfTally - schedule.endOfReveal);
  if (schedule.bondBps < BPS) {
    warnings.push({
      field: 'bondBps',
      text:
        `At a bond of ${schedule.bondBps / 100} % bids that are sealed and never opened ("phantom bids") can pay for whoever makes them. ` +
        'Careful bidders look at this number; at 100 % such bids never pay.',
    });
  }
  if (bidding < SHORT_BIDDING) {
    warnings.push({
      field: 'endOfBidding',
      text: `Bidding lasts ${sayDuration(bidding)} only: groups need time to gather, everywhere on earth.`,
    });
  }
  if (reveal < SHORT_REVEAL) {
    warnings.push({
      field: 'endOfReveal',
      text:
        `Opening lasts ${sayDuration(reveal)} only. Whoever has to open a bid and sleeps through ` +
        'it loses the bond. Half a day or more is kinder.',
    });
  }
  const needed = tallyTime(members);
  if (tally < needed) {
    warnings.push({
      field: 'endOfTally',
      text:
        `Counting a group of ${members.toLocaleString('en')} takes ${stepsOf(members)} transactions, and somebody has to notice that it is ` +
        `time: plan ${sayDuration(needed)} or more. A group that is not counted in time does not bid.`,
    });
  }
  return warnings;
}

/** How many transactions the count of so many members takes. */
export function stepsOf(members: number): number {
  return Math.max(1, Math.ceil(members / MAX_STEP));
}

/** The time to plan for counting so many members, in seconds. */
export function tallyTime(members: number): number {
  return TALLY_NOTICE + stepsOf(members) * TALLY_STEP;
}
