// The equal split of a price among as many members as can bear it: contracts/groups/EqualSplit.sol.

import { type Step, descending } from './tally.ts';

/** `served` members pay `share` each, in units. */
export interface Split {
  served: number;
  share: bigint;
}

/** `T`, the largest rank `i` with `i * b_(i) >= price`; 0 if there is none. */
export function servedCount(bids: readonly bigint[], price: bigint): number {
  if (price < 1n) throw new RangeError(`a price is at least 1 unit, not ${price}`);
  return [...bids].sort(descending).reduce((most, bid, i) => (BigInt(i + 1) * bid >= price ? i + 1 : most), 0);
}

/** How these bids share a price: each served member pays it over `T`, rounded up. Null if they cannot. */
export function equalSplit(bids: readonly bigint[], price: bigint): Split | null {
  const served = servedCount(bids, price);
  return served === 0 ? null : { served, share: shareOf(price, served) };
}

/** What each of `count` served members pays. */
export function shareOf(price: bigint, count: number): bigint {
  return (price + BigInt(count) - 1n) / BigInt(count);
}

/** The step of a tally in which the price first comes within reach: what `settle` has to be given. Null if in none. */
export function settlingStep(steps: readonly Step[], members: number, price: bigint): Step | null {
  const reaches = ({ start, bids }: Step) => bids.some(({ bid }, i) => BigInt(members - start - i) * bid >= price);
  return steps.find((step) => step.best < price && reaches(step)) ?? null;
}
