// Receipts on this device: what opens one's bids, by chain, contract, lot and bidder, newest first.

import type { Address, Hex } from 'viem';

import { type Opening, commitment } from '../seals/commitment.ts';
import { formatReceipt, parseReceipts } from '../seals/receipt.ts';

/** Whose receipts on which lot. */
export interface Place {
  chainId: number;
  contract: Address;
  lot: bigint;
  bidder: Address;
}

/** All that are kept here. A browser that keeps nothing has none. */
export function receiptsOf(place: Place, storage: Storage = localStorage): Opening[] {
  const { receipts } = parseReceipts(storage.getItem(keyOf(place)) ?? '');
  return receipts.reverse();
}

/** Keeps one more; those before stay, since a replacement may never be sent. Throws if the browser keeps nothing. */
export function keep(chainId: number, receipt: Opening, storage: Storage = localStorage): void {
  const key = keyOf({ chainId, ...receipt });
  storage.setItem(key, (storage.getItem(key) ?? '') + formatReceipt(receipt));
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
