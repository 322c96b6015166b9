"""Upper mechanisms behind one interface: the bids of groups and individuals in, the winner and its price out.

Each is a rule of `offchain.model.instances.rules` at work, by `rule_of`. Amounts are integers in units; a bid of 0 is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import ClassVar, Protocol, Self

from offchain.model.instances.rules import Ascending, CriticalBid, Increment, Upper
from offchain.model.mechanisms.ascending import Ascent, ascend, driven, least_over
from offchain.model.mechanisms.price_rule import PriceRule, Standing, exact, run_auction


class Sold(Protocol):
    """leader: the winner's place in order of arrival, None if unsold. price: what it pays; the reserve if unsold."""

    @property
    def leader(self) -> int | None: ...

    @property
    def price(self) -> int: ...


class UpperRule(Protocol):
    """Which bid wins a lot, and at what price. truth_is_best: against what others that is claimed."""

    truth_is_best: ClassVar[str]

    def sell(self, bids: Sequence[int], reserve: int) -> Sold:
        """The lot among these bids, in order of arrival. Raises ValueError if the reserve is below 1 unit."""

    def over(self, amount: int) -> int:
        """The least bid that beats any others up to this amount, whoever came first."""

    def scaled(self, factor: int) -> "UpperRule":
        """The same rule where all amounts are multiplied."""


@dataclass(frozen=True, slots=True)
class SealedBids:
    """Everybody bids once; the first of the highest wins, and a fold over the bids prices it. O(bids)."""

    truth_is_best: ClassVar[str] = "in dominant strategies"

    price_rule: PriceRule = exact

    def sell(self, bids: Sequence[int], reserve: int) -> Standing:
        """As an UpperRule."""
        return run_auction(bids, reserve, self.price_rule)

    def over(self, amount: int) -> int:
        """As an UpperRule."""
        return amount + 1

    def scaled(self, factor: int) -> Self:
        """As an UpperRule: a price rule knows no amounts of its own."""
        return self


@dataclass(frozen=True, slots=True)
class OpenBids:
    """An ascending auction from the reserve on, in which every bid is a limit. O(bids), and what `ascend` says."""

    truth_is_best: ClassVar[str] = "against rivals whose bids do not depend on its group's limit"

    increment: Increment

    def sell(self, bids: Sequence[int], reserve: int) -> Ascent:
        """As an UpperRule."""
        return ascend(bids, reserve, self.increment)

    def over(self, amount: int) -> int:
        """As an UpperRule."""
        return least_over(amount, self.increment)

    def scaled(self, factor: int) -> Self:
        """As an UpperRule: parts of an amount stay what they are."""
        if isinstance(self.increment, Fraction):
            return self
        return replace(self, increment=self.increment * factor)


@dataclass(frozen=True, slots=True)
class SeenLimits(OpenBids):
    """The same where somebody who would rather not win has seen the winner's limit, and drives it there."""

    truth_is_best: ClassVar[str] = "never"

    def sell(self, bids: Sequence[int], reserve: int) -> Ascent:
        """As an UpperRule."""
        found = ascend(bids, reserve, self.increment)
        if found.leader is None:
            return found
        most = driven(bids[found.leader], reserve, self.increment)
        return replace(found, price=max(found.price, most))


def rule_of(upper: Upper, price_rule: PriceRule = exact) -> UpperRule:
    """The rule at work that a file names. price_rule: how the critical bid is found, where that is the price."""
    match upper:
        case CriticalBid():
            return SealedBids(price_rule)
        case Ascending(increment):
            return OpenBids(increment)
