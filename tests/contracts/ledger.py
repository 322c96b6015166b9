"""The books of every contract, rebuilt from its logs alone, what each contract owes, and what was burnt in it.

That the balances equal these sums, and the stored bids equal these bids, is checked after every
test. Amounts are in units unless a name ends in ``wei``.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from brownie import web3
from eth_abi import decode, encode
from eth_utils import function_signature_to_4byte_selector, to_checksum_address

from offchain.io.units import WEI_PER_UNIT
from tests.contracts.checks import Log, decode_log
from tests.contracts.mechanism import MOST, open_slot, sealed_slot

ADDRESS = (1 << 160) - 1


@dataclass
class Book:
    """One contract's book on one lot: packed slots by bidder, the share once it is won, and what was burnt."""

    slots: dict[str, int] = field(default_factory=dict)
    share: int = 0
    winner: str | None = None
    burnt: int = 0

    def price(self, bidder: str) -> int:
        """What ``bidder`` pays: individuals win by name, members by their bid."""
        if self.winner is not None:
            return self.share if bidder == self.winner else 0
        bid = self.slots[bidder] >> 64
        return self.share if self.share and self.share <= bid < 1 << 64 else 0

    def due(self, bidder: str) -> int:
        """What ``bidder`` has there, before any bond."""
        deposit = self.slots[bidder] % (1 << 64)
        return deposit and deposit - self.price(bidder)


@dataclass
class Ledger:
    """Everything the logs say."""

    books: dict[tuple[str, int], Book] = field(default_factory=lambda: defaultdict(Book))
    sellers: dict[tuple[str, int], str] = field(default_factory=dict)
    bonds_bps: dict[tuple[str, int], int] = field(default_factory=dict)
    daos: set[tuple[str, int, str]] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    """Auctions that list lots without a book, as signal clocks do, and are checked by themselves."""
    proceeds_wei: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def held_wei(self, contract: str) -> int:
        """All that ``contract`` owes, and what was burnt there."""
        books = [book for (owner, _), book in self.books.items() if owner == contract]
        deposits = sum(book.due(bidder) for book in books for bidder in book.slots)
        burnt = sum(book.burnt for book in books)
        earned = sum(wei for (owner, _), wei in self.proceeds_wei.items() if owner == contract)
        return (deposits + burnt) * WEI_PER_UNIT + earned

    def contracts(self) -> set[str]:
        """Who logged anything about money."""
        return {owner for owner, _ in (*self.books, *self.proceeds_wei)}

    def record(self, log: Log) -> None:
        """Take in one log; those that move no money are passed over."""
        if log.name == "LotListed" and "reserve" not in log.fields:
            self.others.add(log.emitter)
        step = getattr(self, f"_{log.name}", None)
        if step and log.emitter not in self.others:
            step(log.emitter, **log.fields)

    # One method per event, named like it, with the event's own fields.

    def _LotListed(
        self, at: str, lot: int, seller: str, schedule: tuple[int, ...], **_: Any
    ) -> None:
        self.sellers[at, lot] = seller
        self.bonds_bps[at, lot] = schedule[3]

    def _DAOEntered(self, at: str, lot: int, dao: str) -> None:
        self.daos.add((at, lot, dao))
        self.bonds_bps[dao, lot] = self.bonds_bps[at, lot]

    def _BidSealed(self, at: str, entry: int, sealedBid: bytes) -> None:
        lot, _, bidder = _parts(entry)
        self.books[at, lot].slots[bidder] = int.from_bytes(sealedBid, "big")

    def _BidLocked(self, at: str, entry: int, sealedBid: bytes, lock: bytes) -> None:
        self._BidSealed(at, entry, sealedBid)

    def _BidPlaced(self, at: str, entry: int) -> None:
        lot, bid, bidder = _parts(entry)
        self.books[at, lot].slots[bidder] = open_slot(bid, bid)

    def _BidWithdrawn(self, at: str, lot: int, bidder: str, deposit: int) -> None:
        assert self.books[at, lot].slots[bidder] % (1 << 64) == deposit
        self.books[at, lot].slots[bidder] = 0

    def _BidOpened(self, at: str, entry: int) -> None:
        lot, bid, bidder = _parts(entry)
        slots = self.books[at, lot].slots
        slots[bidder] = open_slot(bid, slots[bidder] % (1 << 64))

    def _BidsOpened(self, at: str, entries: Iterable[int]) -> None:
        for entry in entries:
            self._BidOpened(at, entry)

    def _BondBurnt(self, at: str, lot: int, bidder: str, bond: int) -> None:
        book = self.books[at, lot]
        assert bond == self._bond(at, lot, bidder)
        book.slots[bidder] = open_slot(0, book.slots[bidder] % (1 << 64) - bond)
        book.burnt += bond

    def _bond(self, at: str, lot: int, bidder: str) -> int:
        """What a bidder who did not open its bid forfeits."""
        slot = self.books[at, lot].slots[bidder]
        return slot % (1 << 64) * self.bonds_bps[at, lot] // 10_000 if slot >> 128 else 0

    def _BookWon(self, at: str, lot: int, price: int, served: int, share: int) -> None:
        self.books[at, lot].share = share

    def _LotSettled(self, at: str, lot: int, winner: str, price: int, paid: int) -> None:
        self.proceeds_wei[at, self.sellers[at, lot]] += paid * WEI_PER_UNIT
        if (at, lot, winner) not in self.daos:
            book = self.books[at, lot]
            book.winner, book.share = winner, paid

    def _Claimed(self, at: str, entry: int) -> None:
        lot, amount, bidder = _parts(entry)
        book = self.books[at, lot]
        assert book.due(bidder) == amount
        served = book.price(bidder) > 0
        book.slots[bidder] = open_slot(book.slots[bidder] >> 64, 0) if served else 0

    def _ClaimedTo(self, at: str, entry: int, recipient: str) -> None:
        self._Claimed(at, entry)

    def _Rolled(self, at: str, entry: int) -> None:
        self._Claimed(at, entry)

    def _Pushed(self, at: str, entries: Iterable[int]) -> None:
        for entry in entries:
            self._Claimed(at, entry)

    def _PushRefused(self, at: str, lot: int, bidder: str, amount: int) -> None:
        assert self.books[at, lot].due(bidder) - self._bond(at, lot, bidder) == amount

    def _ProceedsWithdrawn(self, at: str, seller: str, recipient: str, amountWei: int) -> None:
        self.proceeds_wei[at, seller] -= amountWei


def _parts(entry: int) -> tuple[int, int, str]:
    """Lot, amount and account of a packed log."""
    account = (entry & ADDRESS).to_bytes(20, "big")
    return entry >> 224, entry >> 160 & MOST, str(to_checksum_address(account))


def read() -> Ledger:
    """Rebuild everything from the logs of the whole chain."""
    ledger = Ledger()
    for log in web3.eth.get_logs({"fromBlock": 0, "toBlock": "latest"}):
        ledger.record(decode_log(log))
    return ledger


def stored_slots(contract: str, lot: int, bidders: Sequence[str]) -> list[int]:
    """The bids of ``bidders`` as the contract has them, packed, in one call."""
    ask = function_signature_to_4byte_selector("bidOf(uint256,address)")
    calls = [ask + encode(["uint256", "address"], [lot, bidder]) for bidder in bidders]
    together = function_signature_to_4byte_selector("multicall(bytes[])")
    answer = web3.eth.call({"to": contract, "data": together + encode(["bytes[]"], [calls])})
    bids = [
        decode(["bytes24", "uint64", "uint64"], bid)
        for bid in decode(["bytes[]"], bytes(answer))[0]
    ]
    return [
        sealed_slot(seal, deposit) if any(seal) else open_slot(bid, deposit)
        for seal, bid, deposit in bids
    ]


def check(forced: dict[str, int]) -> None:
    """Balances equal debts, what was burnt, and what was forced in (wei by address); stored bids equal logged bids."""
    ledger = read()
    for contract in ledger.contracts():
        assert web3.eth.get_balance(contract) == ledger.held_wei(contract) + forced.get(contract, 0)
    for (contract, lot), book in ledger.books.items():
        assert stored_slots(contract, lot, list(book.slots)) == list(book.slots.values())
