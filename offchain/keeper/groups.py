"""The trade of auctions among groups: bids opened, DAOs tallied, lots drawn or bid for elsewhere, settled and paid out."""

from collections.abc import Callable, Collection
from typing import Final

from offchain.bindings.enumerations import Phase
from offchain.keeper.agenda import Duty, Need
from offchain.keeper.books import Lot
from offchain.keeper.duties import Duties
from offchain.keeper.finishing import Finisher
from offchain.keeper.frame import Bench
from offchain.keeper.ledger import Ledger
from offchain.keeper.openings import Openings
from offchain.keeper.planning import GroupPlan
from offchain.keeper.purse import Overspent
from offchain.keeper.raising import RaiseMissed, Raiser, Raising
from offchain.keeper.release import Release
from offchain.keeper.reveals import Reveals
from offchain.keeper.sights import Sights
from offchain.keeper.unlocking import Unlocker
from offchain.keeper.view import Stand


class GroupTrade:
    """`Trade` with the lots of an auctioneer, or of an adapter on a house of others."""

    def __init__(
        self,
        bench: Bench[Ledger],
        openings: Openings,
        release: Release,
        unlocker: Unlocker | None,
        players_per_step: int,
        combines: bool,
        raising: Raising,
    ) -> None:
        """As `Keeper`. `release`: when openings may leave."""
        self._bench, self._openings, self._release = bench, openings, release
        self._reveals = Reveals(
            bench.chain.chain_id, bench.reader, openings, release, bench.troubles, unlocker
        )
        self._sights = Sights()
        self.plan: Final = GroupPlan(bench.ledger, self._reveals.can_open, self._sights)
        self._duties = Duties(
            bench.courier,
            bench.reader,
            bench.sender,
            self._reveals,
            bench.pace,
            bench.troubles,
            bench.gives_way,
            players_per_step,
            Finisher(bench.account, bench.reader, bench.sender) if combines else None,
            self._raiser(raising) if bench.ledger.at_house else None,
        )

    @property
    def interrupted(self) -> bool:
        """See `Trade`."""
        return self._duties.interrupted

    def standing(self, lot: int) -> tuple[Phase, str, int]:
        """Phase, leader and price (units) of a lot, as the chain has them now."""
        return self._duties.standing(lot)

    def stand(self, lot: Lot, now: int) -> Stand:
        """See `Trade`."""
        return self.plan.stand(lot, now)

    def refresh(self) -> None:
        """See `Trade`."""
        self._openings.refresh()

    def look(self, now: int) -> None:
        """See `Trade`."""
        self._reveals.look(now)

    def serve(self, number: int, refunds: bool, now: int) -> None:
        """See `Trade`."""
        self._duties.serve(number, refunds, now)

    def used_up(self, duty: Duty, why: Overspent) -> None:
        """See `Trade`: a bid at a house that is not made is lost for good."""
        if duty.need == Need.RAISE:
            missed = RaiseMissed(f"no bid can be sent any more: {why}")
            self._bench.troubles.skip(duty.lot, f"bids on lot {duty.lot}", missed)

    def forget(self) -> None:
        """See `Trade`."""
        self._duties.forget()
        self._sights.forget()

    def keep(self, lots: Collection[int]) -> None:
        """See `Trade`."""
        self._duties.keep(lots)
        self._sights.keep(self._bench.ledger.lots)

    def awaits(self, seconds: float) -> bool:
        """See `Trade`."""
        return self._reveals.awaits_round(seconds)

    def seconds_to_next(self, now: int) -> int | None:
        """See `Trade`: until locks can be opened, or until a bid may be due at a house."""
        ahead = (self._reveals.seconds_to_round, self._sights.seconds_to_next(now))
        return min((seconds for seconds in ahead if seconds is not None), default=None)

    def is_pressed(self, now: int) -> bool:
        """See `Trade`: whether a bid at a house is due or soon may be."""
        return self._sights.is_pressed(self._release.world_time(now))

    def _raiser(self, raising: Raising) -> Callable[[Callable[[], bool]], Raiser]:
        """Who bids at a house, as `Duties` takes it."""
        bench = self._bench

        def raiser(gives_way: Callable[[], bool]) -> Raiser:
            return Raiser(
                bench.courier,
                bench.reader,
                bench.sender,
                self._sights,
                bench.troubles,
                raising,
                self._release.world_time,
                gives_way,
            )

        return raiser
