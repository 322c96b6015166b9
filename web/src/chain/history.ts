// A lot as its logs tell it, read from a node and kept up to date: all of it once, then the newest blocks alone.

import { abi as auctioneerAbi } from 'consort-contracts/Auctioneer';
import { abi as daoAbi } from 'consort-contracts/DAO';
import { type AbiEvent, type Address, getAbiItem, type Log, parseEventLogs } from 'viem';

import { Ledger, type LotEvent, lotOf } from '../lots/ledger.ts';
import type { Node } from './node.ts';

/** As many of the newest blocks are read again each time: a reorganization may have changed them. */
const REREAD = 12n;
const ABI = [...auctioneerAbi, ...daoAbi.filter(({ type }) => type === 'event')] as const;
const LISTED = getAbiItem({ abi: auctioneerAbi, name: 'LotListed' });
const ENTERED = getAbiItem({ abi: daoAbi, name: 'BookOpened' });

interface Placed {
  block: bigint;
  index: number;
  event: LotEvent;
}

/** No lot of this number was listed. */
export class NoLot extends Error {}

/** The events of one lot, at its auctioneer and at the DAOs that entered it. */
export class History {
  #events: Placed[] = [];
  #synced: bigint;
  #first: bigint;
  #isFound = false;

  /** `firstBlock`: the first in which the auctioneer can have logged anything. */
  constructor(
    private readonly node: Node,
    private readonly auctioneer: Address,
    private readonly number: bigint,
    firstBlock: bigint,
  ) {
    this.#first = firstBlock;
    this.#synced = firstBlock - 1n;
  }

  /** The lot as of the block `newest`. Throws `NoLot`, or what the node answers. */
  async read(newest: bigint): Promise<Ledger> {
    await this.#find(newest);
    const from = max(this.#first, this.#synced + 1n - REREAD);
    const kept = this.#events.filter(({ block }) => block < from);
    const fresh = newest < from ? [] : await this.#fetch([this.auctioneer], from, newest);
    const known = enteringIn(kept);
    const entering = enteringIn(fresh);
    if (known.size > 0 && newest >= from) fresh.push(...(await this.#fetch([...known.keys()], from, newest)));
    const late = [...entering.keys()].filter((dao) => !known.has(dao));
    if (late.length > 0) {
      const since = [...entering.values()].reduce((one, other) => (one < other ? one : other));
      fresh.push(...(await this.#fetch(late, since, newest)));
    }
    const events = [...kept, ...fresh].sort((one, other) => (one.block === other.block ? one.index - other.index : one.block < other.block ? -1 : 1));
    const lot = fold(events, this.auctioneer);
    // nothing is kept of an answer that was not whole
    [this.#events, this.#synced] = [events, newest];
    if (lot === null) throw new NoLot(`There is no lot ${this.number} here.`);
    return lot;
  }

  /** Nothing of the lot is before the block that listed it. */
  async #find(newest: bigint): Promise<void> {
    if (this.#isFound) return;
    const [listed] = await logsOf(this.node, [this.auctioneer], this.#first, newest, { event: LISTED, args: { lot: this.number } });
    if (listed === undefined || listed.blockNumber === null) throw new NoLot(`There is no lot ${this.number} here.`);
    this.#first = max(this.#first, listed.blockNumber - REREAD);
    [this.#synced, this.#isFound] = [this.#first - 1n, true];
  }

  async #fetch(addresses: Address[], from: bigint, to: bigint): Promise<Placed[]> {
    const logs = await logsOf(this.node, addresses, from, to);
    const decoded = parseEventLogs({ abi: ABI, logs });
    return decoded.flatMap((log) => {
      const event = log as unknown as LotEvent;
      const isOurs = lotOf(event) === this.number;
      return isOurs ? [{ block: log.blockNumber ?? 0n, index: log.logIndex ?? 0, event }] : [];
    });
  }
}

/** Which logs: all, or those of one event whose indexed arguments are these. */
export interface Filter {
  event?: AbiEvent;
  args?: Readonly<Record<string, unknown>>;
}

/** The logs of some contracts in some blocks, in as many questions as the node makes necessary: a range that it does not answer is
 * asked for in halves. Throws what it answers of a single block. */
export async function logsOf(node: Node, addresses: readonly Address[], from: bigint, to: bigint, filter: Filter = {}): Promise<Log[]> {
  try {
    return await node.getLogs({ address: [...addresses], fromBlock: from, toBlock: to, ...filter } as never);
  } catch (error) {
    if (from >= to) throw error;
    const middle = (from + to) / 2n;
    const early = await logsOf(node, addresses, from, middle, filter);
    return [...early, ...(await logsOf(node, addresses, middle + 1n, to, filter))];
  }
}

/** The lots that an account has listed, in order. */
export async function listedBy(node: Node, auctioneer: Address, seller: Address, from: bigint, to: bigint): Promise<bigint[]> {
  const logs = await logsOf(node, [auctioneer], from, to, { event: LISTED, args: { seller } });
  return logs.map(({ topics }) => BigInt(topics[1] ?? 0));
}

/** The lots that a DAO has entered, in order. */
export async function enteredBy(node: Node, dao: Address, from: bigint, to: bigint): Promise<bigint[]> {
  const logs = await logsOf(node, [dao], from, to, { event: ENTERED });
  return logs.map(({ topics }) => BigInt(topics[1] ?? 0));
}

/** The lot that its events make; null where it was not listed. */
function fold(events: readonly Placed[], auctioneer: Address): Ledger | null {
  let lot: Ledger | null = null;
  for (const { event } of events) {
    if (event.eventName === 'LotListed' && event.address.toLowerCase() === auctioneer.toLowerCase()) lot = Ledger.listed(event);
    else lot?.apply(event);
  }
  return lot;
}

/** The DAOs that enter, and the block in which each does. */
function enteringIn(events: readonly Placed[]): Map<Address, bigint> {
  const found = new Map<Address, bigint>();
  for (const { block, event } of events) {
    if (event.eventName === 'DAOEntered') found.set(event.args['dao'] as Address, block);
  }
  return found;
}

function max(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
