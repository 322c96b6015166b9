// What others do to a lot, without the page: items listed, groups made, bids sealed and opened.

import { abi as auctioneerAbi } from 'consort-contracts/Auctioneer';
import { abi as daoAbi } from 'consort-contracts/DAO';
import { abi as factoryAbi } from 'consort-contracts/DAOFactory';
import { abi as itemAbi } from 'consort-contracts/Item';
import { type Abi, type Address, type Hex, parseEventLogs, zeroHash } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';

import { parseDeployment } from '../../src/chain/deployment.ts';
import { roundFor } from '../../src/seals/beacon.ts';
import { commitment, newSalt } from '../../src/seals/commitment.ts';
import { lockBid } from '../../src/seals/lock.ts';
import type { Stage } from './stage.ts';

const UNIT = 10n ** 9n;
const DAY = 86_400n;

/** Lists item `tokenId`, made for it, at a reserve in wei; opening and counting last a day each. Returns the lot's number. */
export async function list(stage: Stage, seller: PrivateKeyAccount, tokenId: bigint, reserve: bigint, endOfBidding: bigint, bondBps = 10_000): Promise<bigint> {
  const { auctioneer } = stage.deployment;
  await stage.send(seller, stage.item, itemAbi as Abi, 'mint', [seller.address, tokenId]);
  await stage.send(seller, stage.item, itemAbi as Abi, 'approve', [auctioneer, tokenId]);
  const schedule = { endOfBidding: Number(endOfBidding), endOfReveal: Number(endOfBidding + DAY), endOfTally: Number(endOfBidding + 2n * DAY), bondBps };
  const { logs } = await stage.send(seller, auctioneer, auctioneerAbi as Abi, 'list', [stage.item, tokenId, reserve / UNIT, schedule]);
  const [event] = parseEventLogs({ abi: auctioneerAbi, eventName: 'LotListed', logs });
  return event?.args.lot ?? 0n;
}

/** A group of sealed or open bids on some lots, by default at the auctioneer of the stage. */
export async function newGroup(stage: Stage, creator: PrivateKeyAccount, lots: readonly bigint[], isOpen = false, at?: Address, minimumBid = 1n): Promise<Address> {
  const { factory, auctioneer: own } = stage.deployment;
  const auctioneer = at ?? own;
  const { logs } = await stage.send(creator, factory, factoryAbi as Abi, 'create', [auctioneer, isOpen, minimumBid, zeroHash, lots]);
  const [event] = parseEventLogs({ abi: factoryAbi, eventName: 'DAOCreated', logs });
  return event?.args.dao as Address;
}

/** Seals a bid with a deposit, both in wei, in a group or alone; with a lock unless it is said otherwise. */
export async function seal(stage: Stage, bidder: PrivateKeyAccount, contract: Address, lot: bigint, bid: bigint, deposit: bigint, isLocked = true): Promise<{ salt: Hex; reveal: () => Promise<unknown> }> {
  const salt = newSalt(true);
  const units = bid / UNIT;
  const sealed = commitment(BigInt(stage.deployment.chain_id), { contract, lot, bidder: bidder.address, bid: units, salt });
  const args: unknown[] = [lot, sealed];
  if (isLocked) {
    const { beacon } = parseDeployment(JSON.stringify(stage.deployment));
    const book = await stage.client.readContract({ address: contract, abi: daoAbi, functionName: 'bookOf', args: [lot] });
    if (beacon === null) throw new Error('no beacon');
    args.push(lockBid(beacon, roundFor(beacon, BigInt(book.endOfBidding)), units, salt));
  }
  await stage.send(bidder, contract, daoAbi as Abi, 'commit', args, deposit);
  return { salt, reveal: () => stage.send(bidder, contract, daoAbi as Abi, 'reveal', [lot, units, salt]) };
}

/** The same at the auctioneer, without a group and without a lock. */
export function sealAlone(stage: Stage, bidder: PrivateKeyAccount, lot: bigint, bid: bigint, deposit: bigint) {
  return seal(stage, bidder, stage.deployment.auctioneer, lot, bid, deposit, false);
}

/** Bids openly in a group of open bids. */
export function bidOpenly(stage: Stage, bidder: PrivateKeyAccount, dao: Address, lot: bigint, bid: bigint): Promise<unknown> {
  return stage.send(bidder, dao, daoAbi as Abi, 'raiseBid', [lot], bid);
}
