"""Every book of an auctioneer and of the DAOs that entered its lots, rebuilt from event logs alone.

Amounts are units (1 gwei). A `Ledger` only ever reads; feeding it the same logs again in the same order gives the same books,
which is what lets a keeper be killed and started again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from offchain.chain.abi import checksum
from offchain.chain.backend import Chain, Log
from offchain.chain.codec import Event, Flaw
from offchain.chain.codec import contract as contract_named

BPS = 10_000
_ADDRESS_BITS = 160
_DEPOSIT_BITS = 64


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a tally: the members from `start` up to `counted`, and the largest rank·bid before and after it."""

    start: int
    counted: int
    best_before: int
    best: int


@dataclass(slots=True)
class Account:
    """One bidder's account in a book: closed once it was paid out, `refused` if its bidder did not take a pushed
    payment, `unopenable` if the right opening turned out to break the rules (below the minimum, above the deposit, zero).
    """

    commitment: bytes | None
    deposit: int
    bid: int | None = None
    forfeited: int = 0
    received: int = 0
    closed: bool = False
    refused: bool = False
    unopenable: bool = False

    @property
    def is_sealed(self) -> bool:
        """Whether the bid was never opened."""
        return self.bid is None


@dataclass(slots=True)
class Book:
    """The bids on one lot at one contract: individuals' at the auctioneer, members' at a DAO."""

    contract: str
    lot: int
    bond_bps: int
    accounts: dict[str, Account] = field(default_factory=dict)
    progress: dict[str, list[Step]] = field(default_factory=dict)
    tallier: str | None = None
    willingness_to_pay: int = 0
    share: int = 0
    served: int = 0
    won: bool = False
    individual: str | None = None
    bonds_held: int = 0

    def is_served(self, bidder: str) -> bool:
        """Whether `bidder` pays for the lot: everybody who bid the share in a DAO that won, only the winner among individuals."""
        if self.individual is not None:
            return bidder == self.individual
        bid = self.accounts[bidder].bid
        return self.won and bid is not None and bid >= self.share

    def due(self, bidder: str) -> int:
        """What a payout would bring `bidder`, in units, once the lot is decided."""
        account = self.accounts[bidder]
        if account.closed:
            return 0
        if account.is_sealed and not account.refused:
            return account.deposit - account.deposit * self.bond_bps // BPS
        return account.deposit - account.forfeited - (self.share if self.is_served(bidder) else 0)

    def ascending(self) -> list[tuple[int, str]]:
        """The open bids with their bidders in the order of the tally. O(n log n)."""
        bids = (
            (account.bid, bidder)
            for bidder, account in self.accounts.items()
            if account.bid is not None
        )
        return sorted(bids, key=lambda entry: (entry[0], int(entry[1], 16)))

    def counted(self, tallier: str) -> int:
        """How many members the tally of `tallier` has counted."""
        steps = self.progress.get(tallier)
        return steps[-1].counted if steps else 0


@dataclass(slots=True)
class Lot:
    """A lot and the DAOs that entered it, in order."""

    number: int
    seller: str
    token: str
    token_id: int
    reserve: int
    end_of_bidding: int
    end_of_reveal: int
    end_of_tally: int
    bond_bps: int
    daos: list[str] = field(default_factory=list)
    group_bids: dict[str, int] = field(default_factory=dict)
    winner: str | None = None
    price: int = 0
    paid: int = 0
    returned: bool = False


class Ledger:
    """The lots of one auctioneer and all their books."""

    def __init__(self, chain: Chain, auctioneer: str, first_block: int = 0) -> None:
        self._chain = chain
        self._auctioneer = auctioneer
        self._first_block = first_block
        self._contracts = {auctioneer: contract_named("Auctioneer")}
        self._dao = contract_named("DAO")
        self._next_block = first_block
        self.lots: dict[int, Lot] = {}
        self.books: dict[tuple[str, int], Book] = {}

    @property
    def auctioneer(self) -> str:
        """The auctioneer's address."""
        return self._auctioneer

    def sync(self) -> None:
        """Reads what has happened since the last call."""
        newest = self._chain.block()
        if newest < self._next_block:
            return
        known = list(self._contracts)
        self._fold(self._chain.logs(known, self._next_block))
        met = [address for address in self._contracts if address not in known]
        if met:
            # a DAO's own events start before it enters a lot
            self._fold(self._chain.logs(met, self._first_block))
        self._next_block = newest + 1

    def book(self, contract: str, lot: int) -> Book:
        """The book of `contract` on `lot`. KeyError if there is none."""
        return self.books[contract, lot]

    def forget(self, lots: Iterable[int]) -> None:
        """Stops following `lots`, and the DAOs that entered no other."""
        for number in lots:
            for book in self.books_on(number):
                del self.books[book.contract, number]
            del self.lots[number]
        watched = {self._auctioneer, *(dao for lot in self.lots.values() for dao in lot.daos)}
        self._contracts = {address: self._contracts[address] for address in watched}

    def books_on(self, lot: int) -> list[Book]:
        """All books on a lot: the individuals', then the DAOs' in the order in which they entered."""
        return [self.books[contract, lot] for contract in (self._auctioneer, *self.lots[lot].daos)]

    def _fold(self, logs: Iterable[Log]) -> None:
        for log in logs:
            event = self._contracts[log.address].event(log)
            if event is not None:
                self._apply(log.address, event)

    def _apply(self, contract: str, event: Event) -> None:
        handler = _HANDLERS.get(event.name)
        if handler is not None:
            handler(self, contract, event.args)

    def _on_listed(self, contract: str, args: dict[str, Any]) -> None:
        end_of_bidding, end_of_reveal, end_of_tally, bond_bps = args["schedule"]
        number = args["lot"]
        self.lots[number] = Lot(
            number=number,
            seller=args["seller"],
            token=args["token"],
            token_id=args["tokenId"],
            reserve=args["reserve"],
            end_of_bidding=end_of_bidding,
            end_of_reveal=end_of_reveal,
            end_of_tally=end_of_tally,
            bond_bps=bond_bps,
        )
        self.books[contract, number] = Book(contract, number, bond_bps)

    def _on_entered(self, contract: str, args: dict[str, Any]) -> None:
        dao, lot = args["dao"], args["lot"]
        self._contracts.setdefault(dao, self._dao)
        self.lots[lot].daos.append(dao)
        self.books[dao, lot] = Book(dao, lot, self.lots[lot].bond_bps)

    def _on_dao_bid(self, contract: str, args: dict[str, Any]) -> None:
        self.lots[args["lot"]].group_bids[args["dao"]] = args["bid"]

    def _on_settled(self, contract: str, args: dict[str, Any]) -> None:
        lot = self.lots[args["lot"]]
        lot.winner, lot.price, lot.paid = args["winner"], args["price"], args["paid"]
        book = self.books[contract, lot.number]
        if lot.winner in book.accounts:
            book.won, book.individual, book.share, book.served = True, lot.winner, lot.price, 1

    def _on_returned(self, contract: str, args: dict[str, Any]) -> None:
        self.lots[args["lot"]].returned = True

    def _on_sealed(self, contract: str, args: dict[str, Any]) -> None:
        lot, bidder = _untag(args["lotAndBidder"])
        slot = int.from_bytes(args["sealedBid"], "big")
        commitment = args["sealedBid"][:24]
        accounts = self.books[contract, lot].accounts
        # a replaced bid arrives anew, behind those that stand
        accounts.pop(bidder, None)
        accounts[bidder] = Account(commitment, slot & ((1 << _DEPOSIT_BITS) - 1))

    def _on_placed(self, contract: str, args: dict[str, Any]) -> None:
        bid, member = _untag(args["key"])
        self.books[contract, args["lot"]].accounts[member] = Account(None, bid, bid)

    def _on_withdrawn(self, contract: str, args: dict[str, Any]) -> None:
        del self.books[contract, args["lot"]].accounts[args["bidder"]]

    def _on_opened(self, contract: str, args: dict[str, Any]) -> None:
        accounts = self.books[contract, args["lot"]].accounts
        for key in args["keys"]:
            bid, bidder = _untag(key)
            accounts[bidder].bid = bid

    def _on_skipped(self, contract: str, args: dict[str, Any]) -> None:
        # flaws from here on are found after the commitment matched, so nobody else can bring them about
        if args["flaw"] >= Flaw.ZERO_BID:
            self.books[contract, args["lot"]].accounts[args["bidder"]].unopenable = True

    def _on_checkpoint(self, contract: str, args: dict[str, Any]) -> None:
        steps = self.books[contract, args["lot"]].progress.setdefault(args["tallier"], [])
        best_before = steps[-1].best if steps else 0
        if args["counted"] > args["start"]:
            steps.append(Step(args["start"], args["counted"], best_before, args["best"]))

    def _on_tallied(self, contract: str, args: dict[str, Any]) -> None:
        book = self.books[contract, args["lot"]]
        book.tallier, book.willingness_to_pay = args["tallier"], args["willingnessToPay"]

    def _on_won(self, contract: str, args: dict[str, Any]) -> None:
        book = self.books[contract, args["lot"]]
        book.won, book.share, book.served = True, args["share"], args["served"]

    def _on_forfeited(self, contract: str, args: dict[str, Any]) -> None:
        book = self.books[contract, args["lot"]]
        account = book.accounts[args["bidder"]]
        account.forfeited, account.closed = args["bond"], True
        book.bonds_held += args["bond"]

    def _on_bonds_forwarded(self, contract: str, args: dict[str, Any]) -> None:
        self.books[contract, args["lot"]].bonds_held -= args["amount"]

    def _on_claimed(self, contract: str, args: dict[str, Any]) -> None:
        account = self.books[contract, args["lot"]].accounts[args["bidder"]]
        account.received, account.closed, account.refused = args["amount"], True, False

    def _on_pushed(self, contract: str, args: dict[str, Any]) -> None:
        accounts = self.books[contract, args["lot"]].accounts
        for payment in args["payments"]:
            amount, bidder = _untag(payment)
            account = accounts[bidder]
            account.received, account.closed, account.refused = amount, True, False

    def _on_push_refused(self, contract: str, args: dict[str, Any]) -> None:
        account = self.books[contract, args["lot"]].accounts[args["bidder"]]
        account.closed, account.refused = False, True


_HANDLERS = {
    "LotListed": Ledger._on_listed,
    "DAOEntered": Ledger._on_entered,
    "DAOBid": Ledger._on_dao_bid,
    "LotSettled": Ledger._on_settled,
    "ItemReturned": Ledger._on_returned,
    "BidSealed": Ledger._on_sealed,
    "BidPlaced": Ledger._on_placed,
    "BidWithdrawn": Ledger._on_withdrawn,
    "BidsOpened": Ledger._on_opened,
    "OpeningSkipped": Ledger._on_skipped,
    "Checkpoint": Ledger._on_checkpoint,
    "Tallied": Ledger._on_tallied,
    "BookWon": Ledger._on_won,
    "BondForfeited": Ledger._on_forfeited,
    "BondsForwarded": Ledger._on_bonds_forwarded,
    "Claimed": Ledger._on_claimed,
    "Pushed": Ledger._on_pushed,
    "PushRefused": Ledger._on_push_refused,
}


def _untag(word: int) -> tuple[int, str]:
    """The number above and the account below in a packed word."""
    account = word & ((1 << _ADDRESS_BITS) - 1)
    return word >> _ADDRESS_BITS, checksum(account.to_bytes(20, "big"))
