"""The upper mechanism: which group wins a lot and at what price, as a fold over bids in arrival order.

Source: "When Bidders Are DAOs", §3.1, where the upper mechanism is a Vickrey auction "with ties
broken arbitrarily". That is truthful for real-valued bids, on which a tie has probability zero. On
a grid of integer units ties are common and the second-highest bid is not always the winner's
critical bid, so two rules stand here: `exact`, which Consort uses, and `plain_second_price`, the
paper's words taken literally, kept to show the difference.

All amounts are integers in units. A bid below the reserve cannot win and does not move the price; a
bid of 0 is no bid. The fold takes O(1) per bid and is the same loop that the auction contract runs.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Standing:
    """A lot after some of its bids have arrived.

    leader: arrival index of the leading bid, None while no bid meets the reserve.
    highest: what a bid must exceed to take the lead.
    price: what the leader would pay; the reserve while there is no leader.
    """

    leader: int | None
    highest: int
    price: int


PriceRule = Callable[[Standing, int, int], Standing]
"""One step of the fold: (standing, arrival index of a bid, the bid) to the new standing."""


def opening(reserve: int) -> Standing:
    """The standing before any bid: a bid of the reserve itself takes the lead.

    Raises ValueError if the reserve is below 1 unit.
    """
    if reserve < 1:
        raise ValueError(f"a reserve is at least 1 unit, not {reserve}")
    return Standing(leader=None, highest=reserve - 1, price=reserve)


def exact(standing: Standing, bidder: int, bid: int) -> Standing:
    """The winner pays its critical bid: every later rival's bid, and one unit more than every earlier one's.

    Ties go to the earlier bid, so one unit more is what a later bidder needs in order to win.
    Truthful on the grid in dominant strategies, for groups and for their members, of one group each.
    """
    if bid > standing.highest:
        return Standing(leader=bidder, highest=bid, price=standing.highest + 1)
    return _raised(standing, bid)


def plain_second_price(standing: Standing, bidder: int, bid: int) -> Standing:
    """The winner pays the second-highest bid, or the reserve if that is more; ties go to the earlier bid.

    Not truthful on the grid: a later bidder wins only above the earlier highest bid, yet pays that
    bid itself, one unit less than its critical bid.
    """
    if bid > standing.highest:
        return Standing(leader=bidder, highest=bid, price=max(standing.price, standing.highest))
    return _raised(standing, bid)


def _raised(standing: Standing, bid: int) -> Standing:
    """The standing after a bid that does not take the lead."""
    if bid <= standing.price:
        return standing
    return Standing(standing.leader, standing.highest, bid)


RULES: Mapping[str, PriceRule] = MappingProxyType({"exact": exact, "plain": plain_second_price})
"""The price rules by the names that a user gives."""


def run_auction(bids: Iterable[int], reserve: int, rule: PriceRule = exact) -> Standing:
    """The final standing after all bids, in arrival order. `leader` None means unsold. O(number of bids).

    Raises ValueError if the reserve is below 1 unit.
    """
    standing = opening(reserve)
    for bidder, bid in enumerate(bids):
        standing = rule(standing, bidder, bid)
    return standing
