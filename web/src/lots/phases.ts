// Where a lot stands, in words. The numbers are those of contracts/interfaces/Phase.sol.

import { Phase } from 'consort-contracts/enums';

export { Phase };
/** One of `Phase`. */
export type PhaseNumber = (typeof Phase)[keyof typeof Phase];

/** What a phase is called, and what happens in it. */
export interface PhaseWords {
  name: string;
  text: string;
}

const WORDS: Readonly<Record<PhaseNumber, PhaseWords>> = {
  [Phase.None]: { name: 'not listed', text: 'There is no such lot here.' },
  [Phase.Bidding]: { name: 'bidding', text: 'Bids can be made, changed and taken back.' },
  [Phase.Reveal]: { name: 'reveal', text: 'Sealed bids are opened: by anybody once their lock has opened, or by their bidders.' },
  [Phase.Tally]: { name: 'tally', text: 'The groups’ bids are counted. Anybody can do it.' },
  [Phase.Draw]: { name: 'draw', text: 'All bids are in; what decides now is the draw, or the auction house.' },
  [Phase.Closed]: { name: 'closed', text: 'Winner and price are fixed. Anybody can have the winner pay.' },
  [Phase.Settled]: { name: 'settled', text: 'Paid for and delivered.' },
  [Phase.Void]: { name: 'void', text: 'Nobody won. Item and money go back.' },
};

/** The words of a phase, whatever a contract answers. */
export function phaseWords(phase: number): PhaseWords {
  return WORDS[phase as PhaseNumber] ?? { name: `phase ${phase}`, text: 'A phase that this page does not know.' };
}

/** The times of a lot, in seconds since 1970, and its bond in basis points of the deposit. */
export interface Schedule {
  endOfBidding: bigint;
  endOfReveal: bigint;
  endOfTally: bigint;
  bondBps: number;
}

/** How long a winner can be settled, in seconds. */
export const SETTLEMENT_WINDOW = 3n * 24n * 3600n;

/** When a phase ends, if it does by the clock. */
export function endOf(phase: number, { endOfBidding, endOfReveal, endOfTally }: Schedule): bigint | null {
  if (phase === Phase.Bidding) return endOfBidding;
  if (phase === Phase.Reveal) return endOfReveal;
  if (phase === Phase.Tally) return endOfTally;
  if (phase === Phase.Closed) return endOfTally + SETTLEMENT_WINDOW;
  return null;
}

/** Whether a lot is decided for good. */
export function isOver(phase: number): boolean {
  return phase >= Phase.Settled;
}
