"""Plays in which bidders bid and answer, and all else is done by keepers: alone, or several that are killed and started anew."""

import random
from collections.abc import Callable, Iterable
from typing import Any

from offchain.bindings.enumerations import ClockPhase
from offchain.chain.backend import Chain, Receipt, Transaction
from offchain.keeper.clocks import Clocks
from offchain.keeper.frame import Frame
from offchain.keeper.resilient import SaleKeeper
from offchain.keeper.sales import Sales
from offchain.keeper.signal_clock import ClockKeeper
from offchain.keeper.universal import UniversalKeeper
from offchain.keeper.universals import Universals
from offchain.model.instances.signal_clock import SignalClockInstance
from offchain.model.instances.signals import UNSOLD, Sale
from offchain.play.kept import KeptClocks, KeptSales, KeptUniversals
from offchain.play.signal_clock_trail import Play, Trail
from offchain.play.stage import KEEPER, Done
from offchain.play.tabled import DEPOSIT
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


class WildSales(KeptSales):
    """Sales kept by a staff."""

    def __init__(self, chain: Chain, rng: random.Random) -> None:
        super().__init__(chain)
        self.staff = Staff(chain, self.keeper, rng)

    def keeper(self, chain: Chain, account: str, **options: Any) -> SaleKeeper:
        """One that was just started."""
        sales = Sales(chain, self.auction, self._first_block)
        return SaleKeeper(chain, sales, account, self._announced, depth=0, **options)

    def _work(self, lot: int, refunds: bool) -> Iterable[Done]:
        return [("kept", receipt) for receipt in self.staff.work(lot, refunds)]


class WildClocks(KeptClocks):
    """Signal clocks kept by a staff. mute: how often somebody whose clock need not rise says nothing instead of that it leaves,
    which leads to the same.
    """

    def __init__(self, chain: Chain, rng: random.Random) -> None:
        super().__init__(chain)
        self.staff, self.rng, self.mute = Staff(chain, self.keeper, rng), rng, 0.0

    def keeper(self, chain: Chain, account: str, **options: Any) -> ClockKeeper:
        """One that was just started."""
        return ClockKeeper(
            chain, Clocks(chain, self.auction, self._first_block), account, **options
        )

    def play(self, instance: SignalClockInstance, lot: int, word: int) -> Play:
        """See `SignalClocks`."""
        trail = self.start(instance, lot, word)
        while trail.asked is not None:
            self._say(lot, trail, trail.asked)
        if trail.last is not None:
            self._sell(lot, trail, trail.last)
        assert trail.sale is not None
        self._wind_up(lot, trail.accounts, trail.sale)
        return trail.play()

    def _work(self, lot: int) -> Iterable[Done]:
        return [("kept", receipt) for receipt in self.staff.work(lot)]

    def _learn(self, lot: int, trail: Trail) -> None:
        members = trail.instance.members(trail.kind)
        for index in range(len(trail.accounts)):
            if index not in members:
                self._say(lot, trail, index)

    def _prepare(self, lot: int, trail: Trail) -> None:
        if self.phase_of(lot) == ClockPhase.LEARNING:
            self._chain.advance_to(self._deadline(lot))
        super()._prepare(lot, trail)

    def _wind_up(self, lot: int, accounts: Any, sale: Sale) -> None:
        super()._wind_up(lot, accounts, sale)
        assert bool(self._view("lotOf", lot)[0][7]) == (sale == UNSOLD), (
            "whether the item went back"
        )

    def _say(self, lot: int, trail: Trail, index: int) -> None:
        """Somebody answers, or keeps silent where that says as much."""
        if trail.instance.bidders[index].signal or self.rng.random() >= self.mute:
            self._take("answer", [self._answer(lot, trail, index)], trail)
            return
        self._paid += DEPOSIT
        if trail.asked == index:
            self._chain.advance_to(self._deadline(lot))
            self._keep(lot, trail)

    def _deadline(self, lot: int) -> int:
        deadline: int = self._view("lotOf", lot)[0][14][4]
        return deadline


class WildUniversals(KeptUniversals):
    """Universal auctions kept by a staff. mute: how often somebody with signal 0 entrusts nothing, which leads to the same sale.

    Its deposit is the seller's.
    """

    def __init__(self, chain: Chain, rng: random.Random) -> None:
        super().__init__(chain)
        self.staff, self.rng, self.mute = Staff(chain, self.keeper, rng), rng, 0.0

    def keeper(self, chain: Chain, account: str, **options: Any) -> UniversalKeeper:
        """One that was just started."""
        universals = Universals(chain, self.auction, self._first_block)
        return UniversalKeeper(chain, universals, account, self._entrusted, depth=0, **options)

    def _work(self, lot: int) -> Iterable[Done]:
        return [("kept", receipt) for receipt in self.staff.work(lot)]

    def _reveal(self, lots: range) -> None:
        told = [one for one in self._openings if one.bid or self.rng.random() >= self.mute]
        self._paid += DEPOSIT * (len(self._openings) - len(told))
        self._openings = told
        super()._reveal(lots)

    def _wind_up(self, lot: int, accounts: Any, sale: Sale) -> None:
        super()._wind_up(lot, accounts, sale)
        assert self._view("lotOf", lot)[0][7] == (sale == UNSOLD), "whether the item went back"
