// The order of a group's open bids and what it is willing to pay: contracts/groups/Tally.sol, offchain/model/mechanisms/equal_split.py.

import { type Address, type Hex, concatHex, encodePacked, keccak256, numberToHex } from 'viem';

/** An open bid, in units. */
export interface OpenBid {
  bidder: Address;
  bid: bigint;
}

/** One step of a tally: the bids from `start` on, ascending, and the largest `rank * bid` before them. */
export interface Step {
  start: number;
  best: bigint;
  bids: readonly OpenBid[];
}

/** The bids in the order in which a tally walks them: by bid, then by address. */
export function order(bids: readonly OpenBid[]): OpenBid[] {
  return [...bids].sort((one, other) => compare(one.bid, other.bid) || compare(BigInt(one.bidder), BigInt(other.bidder)));
}

/** The most that a group with these bids can pay in equal shares: the largest `rank * bid`, 0 if nobody bids. */
export function willingnessToPay(bids: readonly bigint[]): bigint {
  return [...bids].sort(descending).reduce((best, bid, i) => max(best, BigInt(i + 1) * bid), 0n);
}

/** The tally in steps of at most `size` members each; one step of nobody for a book without open bids. */
export function steps(bids: readonly OpenBid[], size: number): Step[] {
  const ordered = order(bids);
  const found: Step[] = [];
  let best = 0n;
  for (let start = 0; start === 0 || start < ordered.length; start += size) {
    const some = ordered.slice(start, start + size);
    found.push({ start, best, bids: some });
    some.forEach(({ bid }, i) => (best = max(best, BigInt(ordered.length - start - i) * bid)));
  }
  return found;
}

/** The bids of a step as `settle` takes them: 8 bytes each. */
export function packBids(bids: readonly OpenBid[]): Hex {
  return concatHex(bids.map(({ bid }) => numberToHex(bid, { size: 8 })));
}

/** The digest that a checkpoint keeps of a step. */
export function digest({ best, start, bids }: Step): Hex {
  return keccak256(encodePacked(['uint256', 'uint256', 'bytes'], [best, BigInt(start), packBids(bids)]));
}

export function descending(one: bigint, other: bigint): number {
  return compare(other, one);
}

function compare(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function max(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
