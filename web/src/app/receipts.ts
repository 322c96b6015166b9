// Receipts on this device: what opens one's bids, by chain, contract, lot and bidder, newest first.

import type { Address, Hex } from 'viem';

import { type Opening, commitment } from '../seals/commitment.ts';
import { type Kept, device } from './device.ts';
import { formatReceipt, parseReceipts } from '../seals/receipt.ts';

/** Whose receipts on which lot. */
export interface Place {
  chainId: number;
  contract: Address;
  lot: bigint;
  bidder: Address;
}

/** All that are kept here. */
export function receiptsOf(place: Place, kept: Kept = device): Opening[] {
  const { receipts } = parseReceipts(kept.get(keyOf(place)) ?? '');
  return receipts.reverse();
}

/** Keeps one more; those before stay, since a replacement may never be sent. Whether it outlives the page. */
export function keep(chainId: number, receipt: Opening, kept: Kept = device): boolean {
  const key = keyOf({ chainId, ...receipt });
  return kept.set(key, (kept.get(key) ?? '') + formatReceipt(receipt));
}

/** The one that opens a bid sealed by `seal`. */
export function matching(chainId: number, receipts: readonly Opening[], place: Place, seal: Hex): Opening | null {
  const isOurs = ({ contract, lot, bidder }: Opening) => contract === place.contract && lot === place.lot && bidder === place.bidder;
  return receipts.find((one) => isOurs(one) && commitment(BigInt(chainId), one) === seal) ?? null;
}

/** What the file of a receipt is called. */
export function fileName({ lot, bidder, contract }: Opening): string {
  return `consort-lot${lot}-${contract.slice(2, 8)}-${bidder.slice(2, 8)}.jsonl`;
}

function keyOf({ chainId, contract, lot, bidder }: Place): string {
  return `consort/receipts/${chainId}/${contract}/${lot}/${bidder}`;
}
