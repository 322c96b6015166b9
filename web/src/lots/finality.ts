// Whether what one bids on can still be undone by the chain.

import * as Auctioneer from 'consort-contracts/Auctioneer';
import * as DAO from 'consort-contracts/DAO';

import type { Node } from '../chain/node.ts';
import type { Head, Lot } from './lot.ts';

/** Whether lot and group stand in the chain's last final block. False also where the node does not know of any. */
export async function isFinal(node: Node, lot: Lot, head: Head): Promise<boolean> {
  const at = { blockTag: 'finalized', args: [lot.number] } as const;
  try {
    const [phase, book] = await Promise.all([
      node.readContract({ ...at, address: lot.at.address, abi: Auctioneer.abi, functionName: 'standing' }).then(([now]) => now),
      node.readContract({ ...at, address: head.contract, abi: DAO.abi, functionName: 'bookOf' }),
    ]);
    return phase !== 0 && book.state !== 0;
  } catch {
    return false;
  }
}
