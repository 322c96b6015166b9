// What steps take in gas, measured: benchmarks/gas/gas.json, which a test holds these to but for what nobody reads (docs/gas.md).

/** Gas of a transaction that one person sends, whatever the size of the group. */
export const GAS = {
  list: 171_885n,
  createCheap: 96_274n,
  createCheapEntering: 139_317n,
  createFull: 3_733_409n,
  createFullEntering: 3_773_660n,
  enter: 68_115n,
  deployEstate: 83_951n,
  vote: 83_724n,
  resell: 242_950n,
  claimPart: 51_353n,
} as const;

/** Gas of one member's whole way through a lot, bid with a lock, the rest in batches. */
export const MEMBER_CHEAP = 79_437n;
export const MEMBER_FULL = 76_543n;

/** Gas of a batch, for each bid in it, in groups of hundreds. */
export const EACH = { reveal: 7_426n, tally: 3_262n, refundServed: 16_074n } as const;

/** Gas of the same before the first bid. To settle takes more the larger the step that it walks: of 400, here. */
export const BASE = { reveal: 29_900n, tally: 107_500n, refund: 26_260n, settle: 171_511n, reclaim: 73_545n } as const;

/** What a transaction may use at most, and a part of it that leaves room for members who are dearer than others. */
export const MOST_GAS = 16_777_216n;

/** The two ways a DAO is made: a small contract that borrows its code, or a full copy. */
export type Make = 'cheap' | 'standalone';

/** From how many members on a full copy takes less gas in all, for one lot. */
export const CROWD = Number(ceilDiv(GAS.createFull - GAS.createCheap, MEMBER_CHEAP - MEMBER_FULL));

/** What making a DAO would take, and why it is made this way. */
export interface Choice {
  make: Make;
  /** Gas of making it, and of entering one lot at once where it does. */
  gas: bigint;
  /** By how much gas the group is better off on one lot than with the other make, all its members' ways counted. */
  saved: bigint;
}

/** The make that takes less gas in all for so many members on one lot. */
export function choose(members: number, enters: boolean): Choice {
  const [cheap, full] = enters ? [GAS.createCheapEntering, GAS.createFullEntering] : [GAS.createCheap, GAS.createFull];
  const balance = full - cheap - BigInt(Math.max(0, Math.round(members))) * (MEMBER_CHEAP - MEMBER_FULL);
  return balance < 0n ? { make: 'standalone', gas: full, saved: -balance } : { make: 'cheap', gas: cheap, saved: balance };
}

function ceilDiv(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
