"""Plays of auctions without groups in which people do what they alone can, and a keeper all else, from logs alone."""

from collections.abc import Iterable, Sequence
from typing import Final

from offchain.chain.backend import Chain
from offchain.keeper.announced import Announced, Disclosure
from offchain.keeper.clocks import Clocks
from offchain.keeper.openings import Openings
from offchain.keeper.resilient import SaleKeeper
from offchain.keeper.sales import Sales
from offchain.keeper.sending import Action
from offchain.keeper.signal_clock import ClockKeeper
from offchain.keeper.universal import UniversalKeeper
from offchain.keeper.universals import Universals
from offchain.model.instances.signals import Sale, SignalBidder
from offchain.play.hand import exhaust
from offchain.play.observer import Observer
from offchain.play.resilient import TAILS, ResilientStage
from offchain.play.resilient import Sale as Sold
from offchain.play.signal_clock import SignalClocks
from offchain.play.signal_clock_trail import Trail
from offchain.play.stage import Done
from offchain.play.universal import Trail as Universal
from offchain.play.universal import UniversalAuctions
from offchain.play.words import Source, ToldWords

_STEPS: Final = {
    "reclaim": "deliver",
    "refund": "claim",
    "settle": "claim",
}
"""What plays of sales call the steps of a keeper, where they have another name for it."""
_CLOCK_STEPS: Final = {
    "begin": "draw",
    "expire": "answer",
    "refund": "return",
    "reclaim": "return",
}

_UNIVERSAL_STEPS: Final = {
    "refund": "return",
    "reclaim": "return",
}


class KeptSales(ResilientStage):
    """Resilient sales whose players announce and answer."""

    def __init__(
        self,
        chain: Chain,
        phase_seconds: int = 3_600,
        source: Source = ToldWords,
        observer: Observer | None = None,
    ) -> None:
        """As `DrawnStage`."""
        super().__init__(chain, phase_seconds, source, observer)
        self._announced, self._first_block = Announced(), chain.block()

    def _work(self, lot: int, refunds: bool) -> Iterable[Done]:
        """A keeper that was just started works on a sale until nothing is left to do; without `refunds` it pays nobody."""
        actions: list[Action] = []
        keeper = SaleKeeper(
            self._chain,
            Sales(self._chain, self.auction, self._first_block),
            self._keeper_account,
            self._announced,
            depth=0,
            only=[lot],
            on_action=actions.append,
            on_skip=_refuse,
        )
        exhaust(keeper, refunds)
        return [(_STEPS.get(one.step, one.step), one.receipt) for one in actions]

    def _reveal(self, sale: Sold) -> None:
        """Entrusts a keeper with what everybody announced who is not silent."""
        silent = sale.cast.behaviour.silent
        told = [
            (sale.cast.accounts[name], each)
            for name, each in sale.announcements.items()
            if name not in silent
        ]
        told += [(self._seller, sale.own)] if sale.own is not None else []
        self._announced.add(Disclosure(self.auction, sale.lot, who, each) for who, each in told)
        self._keep(sale, refunds=False)

    def _decide(self, sale: Sold) -> None:
        ruling = self._ruling(sale)
        if ruling is None:
            return
        self._keep(sale, refunds=False)
        coin = self._words.deliver(self.auction, sale.lot, sale.word) & 1
        self._keep(sale, refunds=False)
        sale.carried_out = ruling if coin == TAILS else None

    def _deliver(self, sale: Sold) -> None:
        self._keep(sale, refunds=True)

    def _pay(self, sale: Sold) -> None:
        """The keeper has paid everybody with the deliveries."""

    def _keep(self, sale: Sold, refunds: bool) -> None:
        self._hear(self._work(sale.lot, refunds), sale.book)


class KeptClocks(SignalClocks):
    """Signal clocks whose bidders join, register, answer and buy."""

    def __init__(
        self,
        chain: Chain,
        phase_seconds: int = 3_600,
        source: Source = ToldWords,
        observer: Observer | None = None,
    ) -> None:
        """As `DrawnStage`."""
        super().__init__(chain, phase_seconds, source, observer)
        self._first_block = chain.block()

    def _work(self, lot: int) -> Iterable[Done]:
        """A keeper that was just started works on a lot until nothing is left to do."""
        actions: list[Action] = []
        keeper = ClockKeeper(
            self._chain,
            Clocks(self._chain, self.auction, self._first_block),
            self._keeper_account,
            only=[lot],
            on_action=actions.append,
            on_skip=_refuse,
        )
        exhaust(keeper, refunds=True)
        return [(_CLOCK_STEPS.get(one.step, one.step), one.receipt) for one in actions]

    def _draw(self, lot: int, trail: Trail, word: int) -> None:
        self._keep(lot, trail)
        self._words.deliver(self.auction, lot, word)
        self._keep(lot, trail)

    def _prepare(self, lot: int, trail: Trail) -> None:
        self._keep(lot, trail)

    def _state(self, lot: int, trail: Trail, bidder: SignalBidder) -> None:
        self._keep(lot, trail)

    def _wind_up(self, lot: int, accounts: Sequence[str], sale: Sale) -> None:
        self._keep(lot, None)

    def _keep(self, lot: int, trail: Trail | None) -> None:
        self._hear(self._work(lot), trail)


class KeptUniversals(UniversalAuctions):
    """Universal auctions whose bidders join, register and buy, and leave their signals with the keeper."""

    def __init__(
        self,
        chain: Chain,
        phase_seconds: int = 3_600,
        source: Source = ToldWords,
        observer: Observer | None = None,
    ) -> None:
        """As `DrawnStage`."""
        super().__init__(chain, phase_seconds, source, observer)
        self._entrusted, self._first_block = Openings(), chain.block()

    def _work(self, lot: int) -> Iterable[Done]:
        """A keeper that was just started works on a lot until nothing is left to do."""
        actions: list[Action] = []
        keeper = UniversalKeeper(
            self._chain,
            Universals(self._chain, self.auction, self._first_block),
            self._keeper_account,
            self._entrusted,
            depth=0,
            only=[lot],
            on_action=actions.append,
            on_skip=_refuse,
        )
        exhaust(keeper, refunds=True)
        return [(_UNIVERSAL_STEPS.get(one.step, one.step), one.receipt) for one in actions]

    def _reveal(self, lots: range) -> None:
        self._entrusted.add(self._openings)
        self._openings.clear()
        for lot in lots:
            self._keep(lot, None)

    def _decide(self, lot: int, trail: Universal, word: int) -> None:
        self._keep(lot, trail)
        self._words.deliver(self.auction, lot, word)
        self._keep(lot, trail)

    def _wind_up(self, lot: int, accounts: Sequence[str], sale: Sale) -> None:
        self._keep(lot, None)

    def _keep(self, lot: int, trail: Universal | None) -> None:
        self._hear(self._work(lot), trail)


def _refuse(what: str, error: Exception) -> None:
    raise error
