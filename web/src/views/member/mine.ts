// One's own bid on a lot: as it stands, whether it is served, and its receipts on this device.

import * as DAO from 'consort-contracts/DAO';
import type { Address } from 'viem';

import { type Place, matching, receiptsOf } from '../../app/receipts.ts';
import type { Node } from '../../chain/node.ts';
import { type Bid, type Head, type Lot, type Seller, readBid, readHead, readLot } from '../../lots/lot.ts';
import { dueOf } from '../../lots/money.ts';
import { Phase } from '../../lots/phases.ts';
import type { Opening } from '../../seals/commitment.ts';

/** `receipt`: that of the bid as it stands sealed, if this device has it. */
export interface Mine {
  place: Place;
  bid: Bid | null;
  isServed: boolean;
  hasAccess: boolean;
  receipt: Opening | null;
}

export async function readMine(node: Node, chainId: number, lot: Lot, head: Head, bidder: Address): Promise<Mine> {
  const place = { chainId, contract: head.contract, lot: lot.number, bidder };
  const ask = (functionName: 'isServed' | 'hasAccess') =>
    node.readContract({ address: head.contract, abi: DAO.abi, functionName, args: [lot.number, bidder] });
  const [bid, isServed, hasAccess] = await Promise.all([
    readBid(node, head.contract, lot.number, bidder),
    head.group === null ? isWinner(lot, bidder) : ask('isServed'),
    head.group === null ? false : ask('hasAccess'),
  ]);
  const receipt = bid?.isSealed ? matching(chainId, receiptsOf(place), place, bid.commitment) : null;
  return { place, bid, isServed, hasAccess, receipt };
}

/** What can be claimed of a lot now, in units. */
export async function readDue(node: Node, at: Seller, dao: Address | null, place: Place): Promise<bigint> {
  const [lot, head, { timestamp }] = await Promise.all([readLot(node, at, place.lot), readHead(node, at, dao, place.lot), node.getBlock()]);
  const { bid, isServed } = await readMine(node, place.chainId, lot, head, place.bidder);
  const due = bid === null ? null : dueOf(lot, head, bid, isServed, timestamp);
  return due === null || due.wait !== null ? 0n : due.amount;
}

/** An individual is served who leads a lot that is decided. */
function isWinner({ phase, leader }: Lot, bidder: Address): boolean {
  return (phase === Phase.Closed || phase === Phase.Settled) && leader === bidder;
}
