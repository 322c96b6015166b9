// A lot and its books of bids as their events make them: every state here is a fold of what the contracts logged, as
// offchain/keeper/books.py has it. Amounts are units (1 gwei). Nothing here talks to a chain.

import { BidBook } from 'consort-contracts/constants';
import { Flaw } from 'consort-contracts/enums';
import { type Address, getAddress, type Hex } from 'viem';

import { type OpenBid, order } from '../model/tally.ts';

/** An event of a contract, decoded. */
export interface LotEvent {
  address: Address;
  eventName: string;
  args: Record<string, unknown>;
  readonly transactionHash?: Hex | null;
}

/** One step of a tally: the members from `start` up to `counted`, and the largest rank·bid before and after it. */
export interface Step {
  start: number;
  counted: number;
  bestBefore: bigint;
  best: bigint;
}

/** One bidder's bid and money in a book. */
export interface Box {
  bidder: Address;
  /** 24 bytes, null where the bid was public from the start. */
  commitment: Hex | null;
  /** What lies under the bid until it is paid out. */
  deposit: bigint;
  /** What was bid, null as long as it is sealed. */
  bid: bigint | null;
  /** What the bidder says is the opening, encrypted; null if there is none. */
  lock: Hex | null;
  burnt: bigint;
  received: bigint;
  /** In which transaction it was paid out. */
  paidIn: Hex | null;
  /** Paid out, or its bond burnt. */
  closed: boolean;
  /** Its bidder did not take a pushed payment, which stays claimable. */
  refused: boolean;
  /** The right opening broke the rules: below the minimum, above the deposit, zero. */
  unopenable: boolean;
}

/** The bids on one lot at one contract: individuals' at the auctioneer, members' at a DAO. */
export class Book {
  readonly boxes = new Map<string, Box>();
  readonly progress = new Map<string, Step[]>();
  /** Individuals' bids in the order in which they were opened, which breaks ties. */
  readonly arrivals: Box[] = [];
  tallier: Address | null = null;
  willingnessToPay: bigint | null = null;
  share = 0n;
  served = 0;
  price = 0n;
  won = false;
  lost = false;
  /** Who among individuals won. */
  winner: Address | null = null;

  constructor(
    readonly contract: Address,
    readonly lot: bigint,
    readonly bondBps: number,
    readonly ofDAO: boolean,
  ) {}

  of(bidder: Address): Box | undefined {
    return this.boxes.get(key(bidder));
  }

  /** The open bids in the order of the tally: ascending by bid, then by address. O(n log n). */
  ascending(): OpenBid[] {
    return order([...this.boxes.values()].flatMap(({ bidder, bid }) => (bid === null ? [] : [{ bidder, bid }])));
  }

  /** Whose bids are still sealed, and could be opened. */
  sealed(): Box[] {
    return [...this.boxes.values()].filter((box) => box.bid === null && !box.unopenable);
  }

  /** How many members the tally of an account has counted. */
  counted(tallier: Address): number {
    return this.progress.get(key(tallier))?.at(-1)?.counted ?? 0;
  }

  /** Whether a bidder pays for the lot. */
  isServed(bidder: Address): boolean {
    if (!this.ofDAO) return this.winner !== null && key(this.winner) === key(bidder);
    const bid = this.of(bidder)?.bid ?? null;
    return this.won && bid !== null && bid >= this.share;
  }

  /** What a payout would bring, in units, once the lot is decided. */
  due(box: Box): bigint {
    if (box.closed) return 0n;
    if (box.bid === null) return box.deposit - bondOf(box.deposit, this.bondBps);
    return box.deposit - (this.isServed(box.bidder) ? this.share : 0n);
  }

  /** Whether a push would pay something, or burn a bond. A refused push is not tried again: its bidder can claim. */
  isDue(box: Box): boolean {
    return !box.closed && !box.refused && (box.bid === null || this.due(box) > 0n);
  }

  apply(event: LotEvent): void {
    const { args } = event;
    switch (event.eventName) {
      case 'BidSealed':
      case 'BidLocked':
        return this.#seal(args);
      case 'BidPlaced': {
        const { amount, account } = unpackEntry(args['entry'] as bigint);
        return this.#put({ ...emptyBox(account), deposit: amount, bid: amount });
      }
      case 'BidWithdrawn':
        this.boxes.delete(key(args['bidder'] as Address));
        return;
      case 'BidOpened':
      case 'BidsOpened':
        for (const { amount, account } of entriesOf(args)) this.#open(account, amount);
        return;
      case 'OpeningSkipped':
        // from this flaw on the commitment matched, so that no stranger can bring it about
        if (Number(args['flaw']) >= Flaw.ZeroBid) this.#change(args['bidder'] as Address, { unopenable: true });
        return;
      case 'Checkpoint':
        return this.#step(args);
      case 'Tallied':
        this.tallier = args['tallier'] as Address;
        this.willingnessToPay = BigInt(args['willingnessToPay'] as bigint);
        return;
      case 'BookWon':
        this.won = true;
        this.share = BigInt(args['share'] as bigint);
        this.served = Number(args['served']);
        this.price = BigInt(args['price'] as bigint);
        return;
      case 'BookLost':
      case 'ItemReturned':
        this.lost = true;
        return;
      case 'LotSettled':
        return this.#sold(args);
      case 'BondBurnt':
        return this.#change(args['bidder'] as Address, {
          burnt: BigInt(args['bond'] as bigint),
          closed: true,
          paidIn: event.transactionHash ?? null,
        });
      case 'Claimed':
      case 'ClaimedTo':
      case 'Rolled':
      case 'Pushed':
        for (const { amount, account } of entriesOf(args)) {
          const paidIn = event.transactionHash ?? null;
          this.#change(account, { received: amount, closed: true, refused: false, paidIn });
        }
        return;
      case 'PushRefused':
        return this.#change(args['bidder'] as Address, { closed: false, refused: true });
    }
  }

  #seal(args: Record<string, unknown>): void {
    const { account } = unpackEntry(args['entry'] as bigint);
    const slot = args['sealedBid'] as Hex;
    const lock = (args['lock'] as Hex | undefined) ?? null;
    const commitment = slot.slice(0, 2 + 2 * COMMITMENT_BYTES) as Hex;
    const deposit = BigInt(`0x${slot.slice(2 + 2 * COMMITMENT_BYTES)}`);
    this.#put({ ...emptyBox(account), commitment, deposit, lock });
  }

  #open(account: Address, bid: bigint): void {
    this.#change(account, { bid });
    const box = this.of(account);
    if (!this.ofDAO && box !== undefined) this.arrivals.push(box);
  }

  #step(args: Record<string, unknown>): void {
    const tallier = key(args['tallier'] as Address);
    const steps = this.progress.get(tallier) ?? [];
    const [start, counted, best] = [Number(args['start']), Number(args['counted']), BigInt(args['best'] as bigint)];
    if (counted > start) steps.push({ start, counted, bestBefore: steps.at(-1)?.best ?? 0n, best });
    this.progress.set(tallier, steps);
  }

  /** At the auctioneer: it may be a DAO that won, and then nobody here pays. */
  #sold(args: Record<string, unknown>): void {
    this.won = true;
    const winner = args['winner'] as Address;
    if (this.of(winner) === undefined) return;
    [this.winner, this.share, this.served] = [winner, BigInt(args['price'] as bigint), 1];
  }

  /** A replaced bid arrives anew, behind those that stand. */
  #put(box: Box): void {
    this.boxes.delete(key(box.bidder));
    this.boxes.set(key(box.bidder), box);
  }

  #change(bidder: Address, change: Partial<Box>): void {
    const box = this.of(bidder);
    if (box !== undefined) this.boxes.set(key(bidder), { ...box, ...change });
  }
}

/** A lot and the DAOs that entered it, in order, with all their books. Times are seconds since 1970. */
export class Ledger {
  readonly daos: Address[] = [];
  /** What DAOs bid, in the order in which they did. */
  readonly groupBids: { dao: Address; bid: bigint }[] = [];
  readonly books = new Map<string, Book>();
  settled: { winner: Address; price: bigint; paid: bigint; hash: Hex | null } | null = null;
  returned = false;

  constructor(
    readonly auctioneer: Address,
    readonly number: bigint,
    readonly seller: Address,
    readonly token: Address,
    readonly tokenId: bigint,
    readonly reserve: bigint,
    readonly endOfBidding: bigint,
    readonly endOfReveal: bigint,
    readonly endOfTally: bigint,
    readonly bondBps: number,
  ) {
    this.books.set(key(auctioneer), new Book(auctioneer, number, bondBps, false));
  }

  /** The lot of a `LotListed`. */
  static listed({ address, args }: LotEvent): Ledger {
    const schedule = args['schedule'] as { endOfBidding: number; endOfReveal: number; endOfTally: number; bondBps: number };
    return new Ledger(
      address,
      args['lot'] as bigint,
      args['seller'] as Address,
      args['token'] as Address,
      args['tokenId'] as bigint,
      args['reserve'] as bigint,
      BigInt(schedule.endOfBidding),
      BigInt(schedule.endOfReveal),
      BigInt(schedule.endOfTally),
      Number(schedule.bondBps),
    );
  }

  get individuals(): Book {
    return this.book(this.auctioneer) as Book;
  }

  book(contract: Address): Book | undefined {
    return this.books.get(key(contract));
  }

  /** Whether a DAO has bid. */
  hasBid(dao: Address): boolean {
    return this.groupBids.some((one) => key(one.dao) === key(dao));
  }

  /** Takes an event of this lot, by the auctioneer or one of its DAOs; others change nothing. */
  apply(event: LotEvent): void {
    if (lotOf(event) !== this.number) return;
    if (key(event.address) === key(this.auctioneer)) this.#applyOwn(event);
    this.book(event.address)?.apply(event);
  }

  #applyOwn({ eventName, args, transactionHash }: LotEvent): void {
    switch (eventName) {
      case 'DAOEntered': {
        const dao = args['dao'] as Address;
        this.daos.push(dao);
        this.books.set(key(dao), new Book(dao, this.number, this.bondBps, true));
        return;
      }
      case 'DAOBid':
        this.groupBids.push({ dao: args['dao'] as Address, bid: BigInt(args['bid'] as bigint) });
        return;
      case 'LotSettled':
        this.settled = {
          winner: args['winner'] as Address,
          price: BigInt(args['price'] as bigint),
          paid: BigInt(args['paid'] as bigint),
          hash: transactionHash ?? null,
        };
        return;
      case 'ItemReturned':
        this.returned = true;
    }
  }
}

/** What lies in the bond of a deposit, in units: rounded down. */
export function bondOf(deposit: bigint, bondBps: number): bigint {
  return (deposit * BigInt(bondBps)) / BidBook.BPS;
}

/** An entry of a log: lot (32 bits), amount in units (64), account (160) in one word. */
export function unpackEntry(entry: bigint): { lot: bigint; amount: bigint; account: Address } {
  const account = getAddress(`0x${(entry & ((1n << 160n) - 1n)).toString(16).padStart(40, '0')}`);
  return { lot: entry >> 224n, amount: (entry >> 160n) & ((1n << 64n) - 1n), account };
}

/** The lot an event is about, null if it is about none. */
export function lotOf({ args }: LotEvent): bigint | null {
  if (typeof args['lot'] === 'bigint') return args['lot'];
  return entriesOf(args)[0]?.lot ?? null;
}

const COMMITMENT_BYTES = 24;

function entriesOf(args: Record<string, unknown>): { lot: bigint; amount: bigint; account: Address }[] {
  if (typeof args['entry'] === 'bigint') return [unpackEntry(args['entry'])];
  return ((args['entries'] as bigint[] | undefined) ?? []).map(unpackEntry);
}

function emptyBox(bidder: Address): Box {
  return {
    bidder,
    commitment: null,
    deposit: 0n,
    bid: null,
    lock: null,
    burnt: 0n,
    received: 0n,
    paidIn: null,
    closed: false,
    refused: false,
    unopenable: false,
  };
}

function key(address: Address): string {
  return address.toLowerCase();
}
