// A lot at an auctioneer or an adapter, and the book that one bids in: a DAO's, or that of individuals.

import * as AuctioneerABI from 'consort-contracts/Auctioneer';
import * as DAO from 'consort-contracts/DAO';
import * as NounsAdapter from 'consort-contracts/NounsAdapter';
import { type Address, isAddressEqual, zeroAddress } from 'viem';

import type { Deployment } from '../chain/deployment.ts';
import type { Node } from '../chain/node.ts';
import type { Schedule } from './phases.ts';

/** Where a lot is sold: at the deployment's own auctioneer, or through an adapter at a house of others. */
export interface Seller {
  address: Address;
  isHouse: boolean;
}

/** What a lot is and where it stands; amounts in units. `reserve` null: a house sets it. */
export interface Lot {
  number: bigint;
  at: Seller;
  seller: Address | null;
  token: Address;
  tokenId: bigint;
  phase: number;
  leader: Address | null;
  price: bigint;
  schedule: Schedule;
  entered: number;
  arrived: number;
}

/** The terms of a group. */
export interface Group {
  dao: Address;
  isOpen: boolean;
  minimumBid: bigint;
}

/** The head of the book one bids in. `hasEntered`: the group is on this lot. `members`: whose bid is open; once won, who is served. */
export interface Head {
  contract: Address;
  group: Group | null;
  hasEntered: boolean;
  phase: number;
  members: number;
  share: bigint;
  isWon: boolean;
  endOfBidding: bigint;
}

/** A bid as it stands, in units. */
export interface Bid {
  isSealed: boolean;
  commitment: `0x${string}`;
  bid: bigint;
  deposit: bigint;
}

const WON = 2;
const NO_COMMITMENT = `0x${'00'.repeat(24)}`;

/** How many lots there ever were at the auctioneer. */
export async function lotCount(node: Node, { auctioneer }: Deployment): Promise<bigint> {
  return node.readContract({ address: auctioneer, abi: AuctioneerABI.abi, functionName: 'lotCount' });
}

/** The newest lots at an auctioneer, at most so many, the newest first. */
export async function newestLots(node: Node, auctioneer: Address, most: bigint): Promise<Lot[]> {
  const count = await node.readContract({ address: auctioneer, abi: AuctioneerABI.abi, functionName: 'lotCount' });
  const numbers: bigint[] = [];
  for (let number = count; number > 0n && number > count - most; --number) numbers.push(number);
  return Promise.all(numbers.map((number) => readLot(node, { address: auctioneer, isHouse: false }, number)));
}

/** Where the DAO's lots are sold. */
export async function sellerOf(node: Node, deployment: Deployment, dao: Address | null): Promise<Seller> {
  if (dao === null) return { address: deployment.auctioneer, isHouse: false };
  const address = await node.readContract({ address: dao, abi: DAO.abi, functionName: 'auctioneer' });
  return { address, isHouse: deployment.adapters.some((one) => isAddressEqual(one.address, address)) };
}

/** The lot of a number. */
export async function readLot(node: Node, at: Seller, number: bigint): Promise<Lot> {
  return at.isHouse ? readHouseLot(node, at, number) : readOwnLot(node, at, number);
}

async function readOwnLot(node: Node, at: Seller, number: bigint): Promise<Lot> {
  const call = { address: at.address, abi: AuctioneerABI.abi, args: [number] } as const;
  const [lot, book, [phase, leader, price]] = await Promise.all([
    node.readContract({ ...call, functionName: 'lotOf' }),
    node.readContract({ ...call, functionName: 'bookOf' }),
    node.readContract({ ...call, functionName: 'standing' }),
  ]);
  return {
    number,
    at,
    seller: lot.seller,
    token: lot.token,
    tokenId: lot.tokenId,
    phase,
    leader: someone(leader),
    price,
    schedule: scheduleOf(book),
    entered: lot.entered,
    arrived: lot.arrived,
  };
}

async function readHouseLot(node: Node, at: Seller, number: bigint): Promise<Lot> {
  const call = { address: at.address, abi: NounsAdapter.abi, args: [number] } as const;
  const [lot, [phase, leader, price]] = await Promise.all([
    node.readContract({ ...call, functionName: 'lotOf' }),
    node.readContract({ ...call, functionName: 'standing' }),
  ]);
  return {
    number,
    at,
    seller: null,
    token: lot.token,
    tokenId: lot.tokenId,
    phase,
    leader: someone(leader),
    price,
    schedule: scheduleOf(lot),
    entered: lot.entered,
    arrived: lot.arrived,
  };
}

/** The head of a DAO's book on a lot; without a DAO that of individuals at the auctioneer. */
export async function readHead(node: Node, at: Seller, dao: Address | null, number: bigint): Promise<Head> {
  const contract = dao ?? at.address;
  const call = { address: contract, abi: DAO.abi } as const;
  const [book, phase, isOpen, minimumBid] = await Promise.all([
    node.readContract({ ...call, functionName: 'bookOf', args: [number] }),
    node.readContract({ ...call, functionName: 'phase', args: [number] }),
    dao === null ? false : node.readContract({ ...call, functionName: 'isOpen' }),
    dao === null ? 1n : node.readContract({ ...call, functionName: 'minimumBid' }),
  ]);
  return {
    contract,
    group: dao === null ? null : { dao, isOpen, minimumBid },
    hasEntered: book.state !== 0,
    phase,
    members: book.members,
    share: book.share,
    isWon: book.state === WON,
    endOfBidding: BigInt(book.endOfBidding),
  };
}

/** The bid of an account; null if there is none, or nothing is left of it. */
export async function readBid(node: Node, contract: Address, number: bigint, bidder: Address): Promise<Bid | null> {
  const found = await node.readContract({ address: contract, abi: DAO.abi, functionName: 'bidOf', args: [number, bidder] });
  const isSealed = found.commitment !== NO_COMMITMENT;
  return isSealed || found.bid > 0n || found.deposit > 0n ? { isSealed, ...found } : null;
}

function scheduleOf(book: { endOfBidding: number; endOfReveal: number; endOfTally: number; bondBps: number }): Schedule {
  return {
    endOfBidding: BigInt(book.endOfBidding),
    endOfReveal: BigInt(book.endOfReveal),
    endOfTally: BigInt(book.endOfTally),
    bondBps: book.bondBps,
  };
}

function someone(account: Address): Address | null {
  return isAddressEqual(account, zeroAddress) ? null : account;
}
