"""What is said about an auction among groups at a house: what the house knows, and how the price rises there."""

from collections.abc import Sequence
from typing import Any, Final

from offchain.bindings.contracts import Event
from offchain.demo.narration import ROWS as ROWS_OF_GROUPS
from offchain.demo.narration import SETTLEMENT, Narration, scene_of
from offchain.demo.teller import Row, Scene
from offchain.io.units import WEI_PER_UNIT
from offchain.play.ascending import AscendingStage
from offchain.report.amounts import count, money

_TOLD: Final = 8
"""How many turns of the last minutes are told one by one."""


class HouseNarration(Narration):
    """The sentences on the auction at the house of a stage; see `Narration`."""

    def __init__(self, stage: AscendingStage, *of_groups: Any) -> None:
        super().__init__(*of_groups)
        self._stage, self._announced = stage, stage.announced
        rivals = {group.name for group in self._scenario.rivals}
        groups = self._scenario.instance.groups
        self._daos = [group.name for group in groups if group.name not in rivals]
        self._turns = 0
        self._last, self._end = ("nobody", 0), stage.announced

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """The parts of the auction, in order."""
        terms = self._stage.terms
        return (
            scene_of(
                "register",
                "A house, and a lot there",
                f"Nouns' own code runs here: for {_hours(terms.duration)} Noun {self._stage.number} is for sale to whoever bids "
                f"most, from {money(terms.reserve // WEI_PER_UNIT)} on, each bid {terms.increment} % above the one before. It "
                "knows nothing of groups. Anyone registers the auction with an adapter, with times for sealed bids, as late as "
                "can be.",
                self._registered,
            ),
            *self._gathering,
            scene_of(
                "rival",
                "Meanwhile",
                "The auction runs all the time, in public. An individual bids at the house with its own hands.",
                self._rival_bid,
            ),
            *self._opening,
            Scene(
                "The price rises",
                "Each group's limit is fixed, and now public. Anyone can have a DAO that does not lead bid the least that the "
                "house takes. Exactly that leaves the DAO, and once it is outbid it lies ready for its next bid, or comes home. "
                "The keeper bids as late as is safe: when no more time is left than the house leaves to answer, "
                f"{terms.buffer // 60} minutes. Individuals bid a minute before the end.",
                frozenset({"raise", "rival"}),
                self._rising,
            ),
            scene_of(
                "conclude",
                "Closing",
                "Nobody bids more: the house takes the highest bid, and hands the Noun to who made it.",
                self._over,
            ),
            scene_of("settle", "Settlement", SETTLEMENT, self._settled),
            self._refunds,
        )

    def _registered(self) -> list[str]:
        self._ledger.sync()
        lot = self._lot
        sealed, tallied = self._announced - lot.end_of_bidding, self._announced - lot.end_of_tally
        return [
            f"Lot {lot.number}: sealed bids until {_hours(sealed)} before the end, tallies until {_hours(tallied)} before it."
        ]

    def _rival_bid(self) -> list[str]:
        bidder, amount, _ = self._look()
        left = self._announced - self._stage.now
        return [f"{bidder} bids {money(amount)}, {_hours(left)} before the end."]

    def _rising(self, events: Sequence[Event]) -> list[str]:
        self._turns += 1
        bidder, amount, end = self._look()
        if self._turns > _TOLD:
            return ["And so on."] if self._turns == _TOLD + 1 else []
        moved = f" The end is {_hours(end - self._announced)} later now." * (end > self._end + 30)
        self._end = end
        raises = sum(event.name == "Raised" for event in events)
        before = f"{raises:,} bids of DAOs, one over the other. " if raises > 1 else ""
        return [f"{before}{bidder} leads with {money(amount)}.{moved}"]

    def _over(self) -> list[str]:
        bidder, amount = self._last
        return [f"{bidder} wins at {money(amount)}."] if amount else ["Nobody has bid."]

    def _look(self) -> tuple[str, int, int]:
        """Who leads, with what bid, and when the auction ends."""
        standing, bidder = self._stage.house.auction(), self._stage.leader
        assert bidder is not None
        assert standing.end is not None
        self._last = bidder, standing.amount // WEI_PER_UNIT
        return (*self._last, standing.end)


ROWS: Final = {
    **{
        step: row
        for step, row in ROWS_OF_GROUPS.items()
        if step not in ("list", "reclaim", "proceeds")
    },
    "register": Row("register the auction", is_repeated=False),
    "rival": Row("individuals' own bids"),
    "raise": Row("DAOs bid at the house"),
    "recall": Row("money home from the house"),
    "conclude": Row("the house settles", is_repeated=False),
}


def _hours(seconds: int) -> str:
    """A time as people say it: "24 hours", "2 hours 11 minutes"."""
    hours, minutes = divmod(round(seconds / 60), 60)
    parts = [count(hours, "hour")] * (hours > 0) + [count(minutes, "minute")] * (
        minutes > 0 or not hours
    )
    return " ".join(parts)
