"""Plays in which bidders bid and answer, and all else is done by keepers: alone, or several that are killed and started anew."""

import random
from collections.abc import Callable
from typing import Any

from offchain.bindings.announcements import Announcement
from offchain.chain.backend import Chain, Receipt, Transaction
from offchain.keeper.announced import Announced, Disclosure
from offchain.keeper.clocks import Clocks
from offchain.keeper.frame import Frame
from offchain.keeper.resilient import SaleKeeper
from offchain.keeper.sales import Sales
from offchain.keeper.signal_clock import ClockKeeper
from offchain.model.instances.signal_clock import SignalClockInstance
from offchain.model.instances.signals import UNSOLD, Sale, SignalBidder
from offchain.play.resilient import HEADS, ResilientStage
from offchain.play.resilient import Sale as Sold
from offchain.play.signal_clock import DEPOSIT, SignalClocks
from offchain.play.signal_clock_trail import Play, Trail
from offchain.play.stage import KEEPER
from tests.keeper.chains import Killed, Mortal, Proxy

AnyKeeper = Frame[Any]
SECOND_KEEPER = 1_000
"""Actor that keeps beside the first."""


class Recorded(Proxy):
    """Keeps the receipts of what was sent through it."""

    def __init__(self, chain: Chain) -> None:
        super().__init__(chain)
        self.receipts: list[Receipt] = []

    def send(self, transaction: Transaction) -> Receipt:
        receipt = self.chain.send(transaction)
        self.receipts.append(receipt)
        return receipt


class Staff:
    """Keepers of one auction. calm: whether one works alone, and never dies."""

    def __init__(self, chain: Chain, make: Callable[..., AnyKeeper], rng: random.Random) -> None:
        """`make` makes a keeper that was just started, on a chain, with an account and options."""
        self._chain, self._make, self.rng = chain, make, rng
        self.calm = True
        self.killed = 0

    def work(self, lot: int, refunds: bool = True) -> list[Receipt]:
        """Keepers work on a lot until nothing is left to do; what was sent."""
        recorded = Recorded(self._chain)
        others = 0 if self.calm else self.rng.randrange(2)
        hands = [self._started(recorded, lot, who) for who in range(1 + others)]
        idle = 0
        while idle < len(hands):
            who = self.rng.randrange(len(hands))
            try:
                sent = hands[who].step(refunds=refunds)
            except Killed:
                self.killed += 1
                hands[who] = self._started(recorded, lot, who)
                idle = 0
                continue
            idle = idle + 1 if not sent and not hands[who].unfinished else 0
        return recorded.receipts

    def _started(self, chain: Chain, lot: int, who: int) -> AnyKeeper:
        if not self.calm and self.rng.random() < 0.5:
            chain = Mortal(chain, self.rng.randrange(1, 4), before=self.rng.random() < 0.5)
        account = self._chain.actor((KEEPER, SECOND_KEEPER)[who])
        return self._make(chain, account, only=[lot])


class KeptSales(ResilientStage):
    """Resilient sales whose players announce and answer; keepers do all else."""

    def __init__(self, chain: Chain, rng: random.Random) -> None:
        super().__init__(chain)
        self.announced, self._from = Announced(), chain.block()
        self.staff = Staff(chain, self.keeper, rng)

    def keeper(self, chain: Chain, account: str, **options: Any) -> SaleKeeper:
        """One that was just started."""
        sales = Sales(chain, self.auction, self._from)
        return SaleKeeper(chain, sales, account, self.announced, **options)

    def _reveal(self, sale: Sold) -> None:
        silent = sale.cast.behaviour.silent
        told = {n: each for n, each in sale.announcements.items() if n not in silent}
        self._entrust(sale, {sale.cast.accounts[name]: each for name, each in told.items()})
        if sale.own is not None:
            self._entrust(sale, {self._seller: sale.own})
        self._chain.advance_to_block(self._chain.block() + 2)
        self._work(sale, refunds=False)

    def _entrust(self, sale: Sold, told: dict[str, Announcement]) -> None:
        self.announced.add(
            Disclosure(self.auction, sale.lot, who, each) for who, each in told.items()
        )

    def _decide(self, sale: Sold) -> None:
        ruling = self._ruling(sale)
        if ruling is None:
            return
        self._work(sale, refunds=False)
        coin = self._words.deliver(self.auction, sale.lot, sale.word) & 1
        self._work(sale, refunds=False)
        sale.carried_out = None if coin == HEADS else ruling

    def _deliver(self, sale: Sold) -> None:
        self._work(sale, refunds=True)

    def _work(self, sale: Sold, refunds: bool) -> None:
        for event in self._auction.events(self.staff.work(sale.lot, refunds)):
            sale.book.take(event)


class KeptClocks(SignalClocks):
    """Signal clocks whose bidders join, register and answer; keepers do all else. mute: how often somebody whose clock need not
    rise says nothing instead of that it leaves, which leads to the same.
    """

    def __init__(self, chain: Chain, rng: random.Random) -> None:
        super().__init__(chain)
        self._from = 0
        self.staff, self.rng, self.mute = Staff(chain, self.keeper, rng), rng, 0.0

    def keeper(self, chain: Chain, account: str, **options: Any) -> ClockKeeper:
        """One that was just started."""
        return ClockKeeper(chain, Clocks(chain, self.auction, self._from), account, **options)

    def play(self, instance: SignalClockInstance, lot: int, word: int) -> Play:
        """See `SignalClocks`."""
        trail = self.start(instance, lot, word)
        while trail.asked is not None:
            self._hear(lot, trail, trail.asked)
        if trail.last is not None:
            self._sell(lot, trail, trail.last)
        assert trail.sale is not None
        self._wind_up(lot, trail.accounts, trail.sale)
        return trail.play()

    def _draw(self, lot: int, trail: Trail, word: int) -> None:
        self._work(lot, trail)
        self._words.deliver(self.auction, lot, word)
        self._work(lot, trail)

    def _learn(self, lot: int, trail: Trail) -> None:
        members = trail.instance.members(trail.kind)
        for index in range(len(trail.accounts)):
            if index not in members:
                self._hear(lot, trail, index)

    def _prepare(self, lot: int, trail: Trail) -> None:
        if self._deadline(lot) > self._chain.now() and self._waits_for_learners(lot):
            self._chain.advance_to(self._deadline(lot))
        self._work(lot, trail)

    def _state(self, lot: int, trail: Trail, bidder: SignalBidder) -> None:
        self._work(lot, trail)

    def _wind_up(self, lot: int, accounts: Any, sale: Sale) -> None:
        self._work(lot, None)
        if sale == UNSOLD:
            assert self._view("lotOf", lot)[0][8], "the item went back"

    def _hear(self, lot: int, trail: Trail, index: int) -> None:
        """Somebody answers, or keeps silent where that says as much."""
        if trail.instance.bidders[index].signal or self.rng.random() >= self.mute:
            self._take("answer", [self._answer(lot, trail, index)], trail)
            return
        self._paid += DEPOSIT
        if trail.asked == index:
            self._chain.advance_to(self._deadline(lot))
            self._work(lot, trail)

    def _deadline(self, lot: int) -> int:
        deadline: int = self._view("lotOf", lot)[0][14][4]
        return deadline

    def _waits_for_learners(self, lot: int) -> bool:
        return self.phase_of(lot).name == "LEARNING"

    def _work(self, lot: int, trail: Trail | None) -> None:
        receipts = self.staff.work(lot)
        for event in self._auction.events(receipts) if trail is not None else ():
            assert trail is not None
            trail.take(event)
