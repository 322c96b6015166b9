// Sealed bids opened by their locks: what a lock holds counts only if it is what the commitment on the chain says.

import type { Address, Hex } from 'viem';

import { commitment } from '../seals/commitment.ts';
import { openLock, type Signature } from '../seals/unlock.ts';
import type { Box } from './ledger.ts';

/** What opens a bid, as `revealBatch` takes it. */
export interface Opening {
  bidder: Address;
  bid: bigint;
  salt: Hex;
}

/** What came of some locks. `unopened`: who sent none, or one that opens to something else than the bid. */
export interface Opened {
  openings: Opening[];
  unopened: Address[];
}

/** Opens the locks of sealed bids on a lot of `contract`, one after another, with a breath in between so that the page stays alive.
 * `progress` hears how many were tried. Some 50 ms each. */
export async function openAll(
  signature: Signature,
  chainId: bigint,
  contract: Address,
  lot: bigint,
  boxes: readonly Box[],
  progress: (tried: number) => void,
): Promise<Opened> {
  const found: Opened = { openings: [], unopened: [] };
  for (const [i, box] of boxes.entries()) {
    const opening = openOne(signature, chainId, contract, lot, box);
    if (opening === null) found.unopened.push(box.bidder);
    else found.openings.push(opening);
    progress(i + 1);
    await new Promise((resolve) => setTimeout(resolve));
  }
  return found;
}

function openOne(signature: Signature, chainId: bigint, contract: Address, lot: bigint, { bidder, lock, commitment: sealed }: Box): Opening | null {
  const held = lock === null ? null : openLock(signature, lock);
  if (held === null) return null;
  const { bid, salt } = held;
  return commitment(chainId, { contract, lot, bidder, bid, salt }) === sealed ? { bidder, bid, salt } : null;
}
