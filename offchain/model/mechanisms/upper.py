"""Upper mechanisms behind one interface: the bids of groups and individuals in, the winner and its price out.

Each is a rule of `offchain.model.instances.rules` at work, by `rule_of`. Amounts are integers in units; a bid of 0 is none.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import ClassVar, Final, Protocol, Self, TypeAlias

from offchain.model.instances.rules import (
    Ascending,
    CriticalBid,
    FirstPrice,
    Increment,
    Posted,
    Upper,
)
from offchain.model.mechanisms.approximate import price_lottery, total
from offchain.model.mechanisms.ascending import Ascent, ascend, driven, least_over
from offchain.model.mechanisms.price_rule import PriceRule, Standing, exact, opening, run_auction


class Sold(Protocol):
    """leader: the winner's place in order of arrival, None if unsold. price: what it pays; the reserve if unsold."""

    @property
    def leader(self) -> int | None: ...

    @property
    def price(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Sale:
    """A lot that is sold, or not, as Sold says."""

    leader: int | None
    price: int


Amount: TypeAlias = int | Fraction


class UpperRule(Protocol):
    """Which bid wins a lot, and at what price. truth_is_best: against what others that is claimed."""

    truth_is_best: ClassVar[str]

    def chances(self, bids: Sequence[int], reserve: int) -> Sequence[tuple[Amount, Sold]]:
        """What may become of the lot among these bids, in order of arrival, with which probability: 1 in all.

        Raises ValueError if the reserve is below 1 unit.
        """


class CertainRule(UpperRule, Protocol):
    """An upper rule without chance."""

    def sell(self, bids: Sequence[int], reserve: int) -> Sold:
        """The lot among these bids, in order of arrival. Raises ValueError if the reserve is below 1 unit."""

    def over(self, amount: int) -> int:
        """The least bid that beats any others up to this amount, whoever came first."""

    def scaled(self, factor: int) -> "CertainRule":
        """The same rule where all amounts are multiplied."""


class Certain(ABC):
    """One outcome, of probability 1."""

    @abstractmethod
    def sell(self, bids: Sequence[int], reserve: int) -> Sold:
        """As a CertainRule."""

    def chances(self, bids: Sequence[int], reserve: int) -> Sequence[tuple[Amount, Sold]]:
        """As an UpperRule."""
        return ((1, self.sell(bids, reserve)),)


@dataclass(frozen=True, slots=True)
class SealedBids(Certain):
    """Everybody bids once; the first of the highest wins, and a fold over the bids prices it. O(bids)."""

    truth_is_best: ClassVar[str] = "in dominant strategies"

    price_rule: PriceRule = exact

    def sell(self, bids: Sequence[int], reserve: int) -> Standing:
        """As a CertainRule."""
        return run_auction(bids, reserve, self.price_rule)

    def over(self, amount: int) -> int:
        """As a CertainRule."""
        return amount + 1

    def scaled(self, factor: int) -> Self:
        """As a CertainRule: a price rule knows no amounts of its own."""
        return self


@dataclass(frozen=True, slots=True)
class OpenBids(Certain):
    """An ascending auction from the reserve on, in which every bid is a limit. O(bids), and what `ascend` says."""

    truth_is_best: ClassVar[str] = "against rivals whose bids do not depend on its group's limit"

    increment: Increment

    def sell(self, bids: Sequence[int], reserve: int) -> Ascent:
        """As a CertainRule."""
        return ascend(bids, reserve, self.increment)

    def over(self, amount: int) -> int:
        """As a CertainRule."""
        return least_over(amount, self.increment)

    def scaled(self, factor: int) -> Self:
        """As a CertainRule: parts of an amount stay what they are."""
        if isinstance(self.increment, Fraction):
            return self
        return replace(self, increment=self.increment * factor)


@dataclass(frozen=True, slots=True)
class SeenLimits(OpenBids):
    """The same where somebody who would rather not win has seen the winner's limit, and drives it there."""

    truth_is_best: ClassVar[str] = "never"

    def sell(self, bids: Sequence[int], reserve: int) -> Ascent:
        """As a CertainRule."""
        found = ascend(bids, reserve, self.increment)
        if found.leader is None:
            return found
        most = driven(bids[found.leader], reserve, self.increment)
        return replace(found, price=max(found.price, most))


@dataclass(frozen=True, slots=True)
class OwnBid(Certain):
    """Everybody bids once; the first of the highest wins and pays its bid. O(bids)."""

    truth_is_best: ClassVar[str] = "never"

    def sell(self, bids: Sequence[int], reserve: int) -> Sale:
        """As a CertainRule."""
        standing = run_auction(bids, reserve)
        if standing.leader is None:
            return Sale(None, reserve)
        return Sale(standing.leader, bids[standing.leader])

    def over(self, amount: int) -> int:
        """As a CertainRule."""
        return amount + 1

    def scaled(self, factor: int) -> Self:
        """As a CertainRule: it knows no amounts of its own."""
        return self


@dataclass(frozen=True, slots=True)
class OnePrice(Certain):
    """The first who bids the price, or the reserve if that is more, gets the lot for it. O(bids)."""

    truth_is_best: ClassVar[str] = "in dominant strategies"

    price: int

    def sell(self, bids: Sequence[int], reserve: int) -> Sale:
        """As a CertainRule."""
        price = max(self.price, opening(reserve).price)
        takers = (place for place, bid in enumerate(bids) if bid >= price)
        return Sale(next(takers, None), price)

    def over(self, amount: int) -> int:
        """As a CertainRule, except that nothing beats who came first and bids the price."""
        return max(self.price, amount + 1)

    def scaled(self, factor: int) -> Self:
        """As a CertainRule."""
        return replace(self, price=self.price * factor)


@dataclass(frozen=True, slots=True)
class DrawnLots:
    """The lottery M_f (`approximate`) among those who bid the reserve, which is the least price.

    Whoever bids faces posted prices, drawn at random, that nothing it bids changes: it wins at a price, with the probability of
    that, exactly if it bids as much. O(bids * the highest bid) probabilities.
    """

    truth_is_best: ClassVar[str] = "in expectation over the draw"

    delta: Fraction

    def chances(self, bids: Sequence[int], reserve: int) -> Sequence[tuple[Amount, Sold]]:
        """As an UpperRule. Raises TooManyPricesError as well, if a bid is PRICES_LIMIT above the reserve or more."""
        least = opening(reserve).price
        check_listed(bids, reserve)
        places = [place for place, bid in enumerate(bids) if bid >= least]
        playing = [bids[place] for place in places]
        sales: list[tuple[Amount, Sold]] = [
            (chance, Sale(place, price))
            for player, place in enumerate(places)
            for price, chance in price_lottery(playing, player, self.delta, least).items()
        ]
        unsold = 1 - total(Fraction(chance) for chance, _ in sales)
        return [*sales, (unsold, Sale(None, reserve))] if unsold else sales


PRICES_LIMIT: Final = 10_000
"""Prices of one bidder that a lottery is worked out for: some seconds, and fractions of some thousand digits."""


class TooManyPricesError(ValueError):
    """A bid, by its place, is too high for a lottery over all prices up to it."""

    def __init__(self, place: int, bid: int) -> None:
        super().__init__(
            f"a bid of {bid:,}: all prices of a lottery are worked out up to {PRICES_LIMIT:,} units above the reserve"
        )
        self.place, self.bid = place, bid


def check_listed(bids: Sequence[int], reserve: int) -> None:
    """Raises TooManyPricesError at the first bid that is PRICES_LIMIT above the reserve or more."""
    for place, bid in enumerate(bids):
        if bid - reserve >= PRICES_LIMIT:
            raise TooManyPricesError(place, bid)


def rule_of(upper: Upper, price_rule: PriceRule = exact) -> CertainRule:
    """The rule at work that a file names. price_rule: how the critical bid is found, where that is the price."""
    match upper:
        case CriticalBid():
            return SealedBids(price_rule)
        case FirstPrice():
            return OwnBid()
        case Ascending(increment):
            return OpenBids(increment)
        case Posted(price):
            return OnePrice(price)
