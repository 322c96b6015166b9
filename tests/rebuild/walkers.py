"""The random walks of other tests, by which histories come about: they go further here, and check nothing themselves."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from offchain.bindings.contracts import Contract, contract
from offchain.bindings.deployment import create
from offchain.bindings.enumerations import BookState
from offchain.chain.revm import Revm
from tests.differential.clock_walk import Walk as ClockWalk
from tests.differential.house_watch import Lot as HouseLot
from tests.differential.lot_walk import LotWalk
from tests.differential.test_approximate_walk import HOUSE, Lot
from tests.differential.test_approximate_walk import Stroll as Approximate
from tests.differential.test_house_walk import HouseStroll as HouseWalk
from tests.differential.test_rolling_walk import FACTORY, ITEM, MANNERS, State, Stroll
from tests.puppets import behave
from tests.resilient.resilient_world import DELIVERY_WINDOW, DRAW_WINDOW
from tests.resilient.test_resilient_walk import Walk as ResilientWalk
from tests.universal.universal_walk import Walk as UniversalWalk

ESTATE = contract("Estate")


class GroupsStroll(Stroll):
    """A walk through lots between which deposits roll, and through estates of the DAOs that won. Who hears the chain checks."""

    def check(self, lots: Collection[int]) -> None:
        self.ledger.sync()

    def states(self) -> dict[int, State]:
        """Nothing: the walk itself checks nothing."""
        return {}

    def _contract(self, address: str) -> Contract:
        known = address == self.house or address in self.daos
        return super()._contract(address) if known else ESTATE

    def _dao(self, make: str, is_open: bool, minimum: int) -> str:
        """By anybody, and beside it one that bids nowhere."""
        for auctioneer in (self.heir, self.house):
            data = FACTORY.encode(make, auctioneer, is_open, minimum, bytes(32), [])
            creator = self.rng.choice(self.people[: -len(self.actors)])
            (log,) = self.must(creator, self.factory, data).logs
        event = FACTORY.event(log)
        assert event is not None
        dao: str = event.args["dao"]
        return dao

    def _list(self, place: int) -> int:
        """Of one token or another."""
        self.item = create(self.chain, self.seller, "Item")
        self.must(self.seller, self.item, ITEM.encode("setApprovalForAll", self.house, True))
        return super()._list(place)

    def bid(self, lot: int, who: str) -> None:
        """Those with code above all."""
        super().bid(lot, self.rng.choice((who, *self.actors)))

    def tally(self, lot: int, who: str) -> None:
        """Mostly in small steps, each of them of those who come next."""
        for dao in self.daos:
            book = self.ledger.books.get((dao, lot))
            while book and self.rng.random() < 0.6:
                order = [member for _, member in book.ascending()][book.counted(who) :]
                some = order[: self.rng.randrange(1, 4)]
                if not self.try_(who, dao, "tally", lot, some, lots=[lot]):
                    break
        super().tally(lot, who)

    def claim(self, lot: int, who: str) -> None:
        """For anybody, now and then."""
        super().claim(lot, who)
        to = self.rng.choice(self.people)
        self.try_(who, self._where(lot), "claimTo", lot, to, lots=[lot])

    def name(self, lot: int, who: str) -> None:
        to = self.rng.choice((self.heir, *self.people))
        self.try_(who, self.house, "nameRecipient", lot, to, lots=[lot])

    def deploy_estate(self, lot: int, who: str) -> None:
        """Or what comes after that."""
        dao = self.ledger.lots[lot].winner
        if dao not in self.daos or self.rng.random() < 0.1:
            super().deploy_estate(lot, who)
            return
        at = str(self.view(dao, "estateAt", lot)[0])
        if not self.chain.transaction_count(at):
            self.try_(who, dao, "deployEstate", lot, lots=[lot])
            return
        served = [one for one in self.people if self.view(dao, "isServed", lot, one)[0]]
        reserve = self.rng.choice((0, 1, 1, 1, 2))
        for one in self.rng.sample(served, self.rng.randrange(len(served) + 1)):
            self.try_(one, at, "vote", reserve, lots=[])
        if self.try_(who, at, "resell", reserve, lots=[]):
            self.lots.append(int(self.view(at, "resaleLot")[0]))
        turn = self.rng.randrange(3)
        one = self.rng.choice(served)
        if turn == 0:
            self.try_(one, at, "claim", lots=[])
        elif turn == 1:
            self.try_(one, at, "claimTo", self.heir, lots=[])
        else:
            self.try_(who, at, "claimBatch", self.rng.sample(self.people, 4), lots=[])


class DrawsStroll(Approximate):
    """A walk through lots whose winners are drawn."""

    def __init__(self, seed: int, chain: Revm) -> None:
        super().__init__(seed, chain)
        self.lots.append(self._list())

    def check(self) -> None:
        """Only what the walk itself has to know: what was done by who called back."""
        for lot in self.lots:
            book = HOUSE.decode("bookOf", self._call(self.house, "bookOf", lot.number))[0]
            lot.settled |= book[6] == BookState.WON
            lot.requested |= self.view("lotteryOf", lot.number)[0][3]

    def try_(self, who: str, to: str, function: str, *given: Any, value: int = 0) -> bool:
        """With locks of any kind, and false openings before the true ones."""
        if function == "commit" and given[-1] == b"no lock":
            given = (*given[:-1], self.rng.randbytes(self.rng.randrange(1, 161)))
        elif function == "revealBatch" and self.rng.random() < 0.5:
            lot, openings = given
            false = [(one, bid + 1, salt) for one, bid, salt in openings]
            given = (lot, [*false, *openings])
        return super().try_(who, to, function, *given, value=value)

    def _list(self) -> Lot:
        """Of a token and a seller of its own."""
        self.seller = self.rng.choice(self.accounts[:4])
        self.item = create(self.chain, self.seller, "Item")
        self.must(self.seller, self.item, ITEM.encode("setApprovalForAll", self.house, True))
        return super()._list()

    def claim(self, lot: Lot, who: str) -> None:
        """And once more, for anybody."""
        super().claim(lot, who)
        where = self.rng.choice(list(lot.books))
        self.try_(who, where, "claimTo", lot.number, self.rng.choice(self.people))

    def withdraw_proceeds(self, _: Lot, who: str) -> None:
        seller, to = self.rng.choice((who, self.seller)), self.rng.choice(self.people)
        self.try_(seller, self.house, "withdrawProceeds", to)

    def claim_batch(self, lot: Lot, who: str) -> None:
        """Some of them may refuse."""
        for actor in self.actors:
            self.must(self.stranger, actor, behave(self.rng.choice(MANNERS[:2])))
        self.try_(who, self.rng.choice(list(lot.books)), "claimBatch", lot.number, self.people)

    def roll(self, lot: Lot, who: str) -> None:
        """Mostly from one lot to another."""
        super().roll(self.rng.choice(self.lots), who)


class _SignalStroll(LotWalk):
    """A walk through auctions of signals."""

    def step(self) -> None:
        self.run(20)

    def try_(
        self,
        who: str,
        function: str,
        *arguments: object,
        value_wei: int = 0,
        must: bool | None = None,
    ) -> bool:
        """Who buys may have the item sent to somebody else."""
        if function == "buy" and self.random.random() < 0.5:
            function, arguments = "buyTo", (*arguments, self.random.choice(self.people))
        return super().try_(who, function, *arguments, value_wei=value_wei, must=must)


class ClockStroll(_SignalStroll, ClockWalk):
    """Of the auction over ascending clocks."""

    def __init__(self, seed: int, chain: Revm) -> None:
        super().__init__(seed, chain=chain)


class UniversalStroll(_SignalStroll, UniversalWalk):
    """Of the auction by colours."""

    def __init__(self, seed: int, chain: Revm) -> None:
        super().__init__(seed, chain=chain)


class ResilientStroll(ResilientWalk):
    """A walk through resilient sales."""

    def step(self) -> None:
        self.run(20)

    def try_(self, who: str, function: str, *arguments: Any, value: int = 0) -> bool:
        """Answers may take longer."""
        if function == "list":
            *terms, (bidding, reveal, answers, bond) = arguments
            arguments = (*terms, (bidding, reveal, answers + self.random.randrange(60), bond))
        return super().try_(who, function, *arguments, value=value)

    def move_goods(self) -> None:
        """Or nobody delivers, until it is too late."""
        sale = self.world.state(self.chosen) if self.chosen in self.goods else {}
        if self.random.random() < 0.7 or not sale or not sale["accepted"] & ~sale["closed"]:
            super().move_goods()
            return
        self.world.chain.advance_to(sale["endOfAnswers"] + DELIVERY_WINDOW)
        ruling = self.ruling(self.chosen)
        for index in range(len(ruling.offers)):
            self.try_(self.world.stranger, "refund", self.chosen, ruling.words, index)

    def finish(self) -> None:
        """In the end everybody is paid."""
        self.world.chain.advance_to(self.world.now() + DRAW_WINDOW)
        for lot in self.goods:
            self.try_(self.world.stranger, "claimBatch", lot, self.people)


class HouseStroll(HouseWalk):
    """A walk through lots at houses of others, and what estates sell of it."""

    def check(self, touched: Collection[HouseLot]) -> None:
        for ledger in self.ledgers.values():
            ledger.sync()

    def finish(self) -> None:
        """Everything is ended, as far as anybody can; what was won is sold again, and everybody has a part."""
        for lot in sorted(self.lots, key=self.deadline):
            if lot[0] == self.adapter:
                self._end(lot)
        self.is_closing = True
        for _ in range(4):
            for lot in list(self.lots):
                self.estate(lot, self.rng.choice(self.people))
        for _ in range(60):
            self.step()
        for lot in self.lots:
            if lot[0] == self.market:
                self._end(lot)
            for who in self.people:
                self.part(lot, who)
