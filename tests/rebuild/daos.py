"""DAOs and where they come from, by their logs (contracts/groups)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from eth_abi.packed import encode_packed
from eth_hash.auto import keccak

from offchain.bindings.entries import account_in, amount_in, lot_in, pack
from offchain.bindings.enumerations import BookState, Phase
from offchain.io.addresses import NOBODY, checksum, to_bytes
from tests.rebuild.books import EVERYBODY, Books
from tests.rebuild.estates import Estate
from tests.rebuild.twin import Twin, World, units

Progress = tuple[int, int, int]
"""Last key, members counted, and the largest rank times bid so far."""


class DAOFactory(Twin):
    """Where DAOs come from."""

    name = "DAOFactory"
    made_of = ("template",)

    def __init__(self, world: World, at: str, **facts: Any) -> None:
        super().__init__(world, at, **facts)
        self.daos: dict[str, tuple[Any, ...]] = {}

    def isDAO(self, account: str) -> bool:
        return account in self.daos

    def predict(self, *terms: Any) -> str:
        return next(dao for dao, made in self.daos.items() if made == (*terms, "create"))

    def predictStandalone(self, *terms: Any) -> str:
        return next(dao for dao, made in self.daos.items() if made == (*terms, "createStandalone"))

    def DAOCreated(
        self, dao: str, creator: str, auctioneer: str, isOpen: bool, minimumBid: int
    ) -> None:
        assert dao not in self.daos
        (call,) = self.called("create", "createStandalone", auctioneer=auctioneer, isOpen=isOpen)
        terms = (creator, auctioneer, isOpen, minimumBid, call.args["salt"])
        self.daos[dao] = (*terms, call.function)
        self.ask("isDAO", dao)
        self.ask("predict" if call.function == "create" else "predictStandalone", *terms)
        facts = {"auctioneer": auctioneer, "isOpen": isOpen, "minimumBid": minimumBid}
        # the first contract that the factory's constructor created
        template = checksum(keccak(b"\xd6\x94" + to_bytes(self.at) + b"\1")[12:])
        self.world.add(DAO(self.world, dao, estateTemplate=template, **facts))


class DAO(Books):
    """One DAO, cheap or standalone."""

    name = "DAO"
    counts_bids = True

    def __init__(self, world: World, at: str, **facts: Any) -> None:
        super().__init__(world, at, **facts)
        self.results: dict[int, tuple[str, int]] = {}
        self.tallies: dict[tuple[int, str], list[tuple[int, int, int, bytes]]] = {}
        """Steps by lot and tallier: where each starts, where it ends, the best then, and its digest."""
        self.keys: dict[tuple[int, str], Progress] = {}
        self.astray: dict[tuple[int, str], list[str]] = {}
        """What tallies counted that left somebody out, which no log tells, and which come to no end."""
        self.cleared: set[tuple[int, str, int]] = set()
        self.paying: dict[int, int] = {}

    @property
    def house(self) -> Any:
        return self.world.twins[self.facts["auctioneer"]]

    # Views

    def phase(self, lot: int) -> Any:
        return self.house.phase_of(lot) if lot in self.books else Phase.NONE

    def resultOf(self, lot: int) -> tuple[str, int]:
        return self.results.get(lot, (NOBODY, 0))

    def progress(self, lot: int, tallier: str) -> Progress:
        return self.keys.get((lot, tallier), (0, 0, 0))

    def checkpoints(self, lot: int, tallier: str, start: int) -> bytes:
        steps = self.tallies.get((lot, tallier), [])
        found = [digest for at, *_, digest in steps if at == start]
        return found[0] if found and (lot, tallier, start) not in self.cleared else bytes(32)

    def lentOf(self, lot: int) -> int:
        book = self.books[lot]
        return book.share if book.state == BookState.RUNNING else 0

    def servedOf(self, lot: int) -> int:
        book = self.books[lot]
        return book.members if book.state == BookState.WON else 0

    def isServed(self, lot: int, member: str) -> bool:
        book = self.books[lot]
        box = book.box(member)
        return book.state == BookState.WON and not box.is_sealed and box.bid >= book.share

    def hasAccess(self, lot: int, member: str) -> bool:
        estate = self.world.twins.get(self.estateAt(lot))
        return self.isServed(lot, member) and not (isinstance(estate, Estate) and estate.resold())

    def estateAt(self, lot: int) -> str:
        terms = to_bytes(self.at) + lot.to_bytes(32)
        code = b"\x61" + (len(terms) + 45).to_bytes(2)
        code += bytes.fromhex("3d81600a3d39f3363d3d373d3d3d363d73")
        code += to_bytes(self.facts["estateTemplate"])
        code += bytes.fromhex("5af43d82803e903d91602b57fd5bf3") + terms
        return checksum(keccak(b"\xff" + to_bytes(self.at) + bytes(32) + keccak(code))[12:])

    # The book of members

    def is_served(self, lot: int, bidder: str) -> bool:
        return self.isServed(lot, bidder)

    def awaited(self, lot: int) -> str | None:
        book = self.books[lot]
        if book.state > BookState.RUNNING:
            return None
        if not self.house.decides:
            return EVERYBODY
        phase, leader, _ = self.house.standing(lot)
        wins = phase == Phase.CLOSED and leader == self.at
        return EVERYBODY if phase < Phase.CLOSED or wins else None

    def minimum(self) -> int:
        return int(self.facts["minimumBid"])

    # Events

    def BookOpened(self, lot: int) -> None:
        self.opens(lot, self.house.schedule_of(lot))
        assert self.at in self.house.lots[lot].entered
        for view in ("resultOf", "lentOf", "servedOf", "estateAt"):
            self.ask(view, lot)
        for who in self.world.people:
            self.ask("isServed", lot, who)
            self.ask("hasAccess", lot, who)

    def BidPlaced(self, entry: int) -> None:
        bidder, total = account_in(entry), amount_in(entry)
        book, box = self.look(lot_in(entry), bidder)
        assert total > box.deposit
        book.members += box.is_empty
        self.moves(units(total - box.deposit))
        box.bid = box.deposit = total

    def Checkpoint(self, lot: int, tallier: str, start: int, counted: int, best: int) -> None:
        book, key = self.books[lot], (lot, tallier)
        before = self.progress(lot, tallier)
        assert start == before[1]
        order = sorted((bid, int(who, 16), who) for who, bid in book.open_bids().items())
        members = [who for *_, who in order]
        calls = [call for call in self.called("tally", lot=lot) if call.sender == tallier]
        named = list(calls[0].args["members"])
        assert counted == start + len(named)
        if key in self.astray or named != members[start:counted]:
            members = self.astray.setdefault(key, members[:start])
            members += named
        bids = [book.boxes[who].bid for who in members[start:counted]]
        ranks = range(book.members - start, 0, -1)
        reached = max((rank * bid for rank, bid in zip(ranks, bids, strict=False)), default=0)
        assert best == max(reached, before[2])
        packed = b"".join(bid.to_bytes(8) for bid in bids)
        digest = keccak(encode_packed(["uint256", "uint256", "bytes"], [before[2], start, packed]))
        self.tallies.setdefault(key, []).append((start, counted, best, digest))
        self.ask("checkpoints", lot, tallier, start)
        self.ask("progress", lot, tallier)
        if counted < book.members:
            last = pack(0, bids[-1], members[counted - 1])
            self.keys[key] = last, counted, best

    def Tallied(self, lot: int, tallier: str, willingnessToPay: int) -> None:
        _, counted, best, _ = self.tallies[lot, tallier][-1]
        assert (counted, best) == (self.books[lot].members, willingnessToPay)
        assert (lot, tallier) not in self.astray
        assert lot not in self.results
        self.results[lot] = tallier, willingnessToPay
        self.ask("resultOf", lot)

    def BookWon(self, lot: int, price: int, served: int, share: int) -> None:
        book, tallier = self.books[lot], self.results.pop(lot)[0]
        assert price == self.house.lots[lot].price
        bids = sorted(book.open_bids().values(), reverse=True)
        assert served == max(rank for rank, bid in enumerate(bids, 1) if rank * bid >= price)
        assert share == -(-price // served)
        self.paying[lot] = served * share - book.share
        self.moves(-units(self.paying[lot]))
        book.members, book.share, book.state = served, share, BookState.WON
        steps = [(0, 0, 0, b""), *self.tallies[lot, tallier]]
        for (*_, before, _), (start, _, best, _) in pairwise(steps):
            if before < price <= best:
                self.cleared.add((lot, tallier, start))
                self.ask("checkpoints", lot, tallier, start)
        for view in ("bookOf", "resultOf", "servedOf", "lentOf", "phase"):
            self.ask(view, lot)
        for who in self.world.people:
            self.ask("isServed", lot, who)
            self.ask("hasAccess", lot, who)

    def BookLost(self, lot: int) -> None:
        book = self.books[lot]
        assert (book.state, book.share) == (BookState.RUNNING, 0)
        book.state = BookState.LOST
        self.ask("bookOf", lot)
        self.ask("lentOf", lot)

    def Lent(self, lot: int, paddle: str, amount: int) -> None:
        self.books[lot].share += amount
        assert paddle == self.house.paddleOf(lot, self.at)
        self.pays(paddle, units(amount))
        self.ask("lentOf", lot)
        self.ask("bookOf", lot)

    def Restored(self, lot: int, amount: int) -> None:
        self.books[lot].share -= amount
        self.moves(units(amount))
        self.ask("lentOf", lot)
        self.ask("bookOf", lot)

    def EstateOpened(self, lot: int, estate: str) -> None:
        assert self.books[lot].state == BookState.WON
        assert estate == self.estateAt(lot)
        self.ask("estateAt", lot)
        self.world.add(Estate(self.world, estate, dao=self.at, lot=lot))

    def end(self) -> None:
        super().end()
        assert len(self.called("deployEstate")) == len(self.told("EstateOpened"))
