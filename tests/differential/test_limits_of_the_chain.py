"""What no contract can hold is refused before anything is sent, by the name of its field."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from offchain.bindings.draw_proofs import TERM_LIMIT
from offchain.io.errors import InvalidInput
from offchain.model.instances.approximate import ApproximateGroupsInstance, ApproximateInstance
from offchain.model.instances.rules import FIRST_PRICE, Ascending, Lower
from offchain.model.instances.two_level import BID_LIMIT, Group, Member, TwoLevelInstance
from offchain.play import limits
from offchain.play.limits import check_approximate, check_ascending, check_two_level

RICH = (Group("g", tuple(Member(f"m{n}", (BID_LIMIT,), (BID_LIMIT,)) for n in range(2))),)
"""Together they can pay twice what one bid can be."""
HALF = Fraction(1, 2)
PERCENT = Ascending(Fraction(1, 100))


def drawn(players: int, delta: Fraction = HALF) -> ApproximateInstance:
    return ApproximateInstance(delta, {f"p{n}": 1 for n in range(players)})


@pytest.mark.parametrize(
    ("check", "refused"),
    [
        (
            lambda: check_two_level(TwoLevelInstance(1, (1,), (), PERCENT)),
            "upper: no contract sells by ascending; the auctioneer does by critical-bid",
        ),
        (
            lambda: check_two_level(TwoLevelInstance(1, (1,), (), FIRST_PRICE)),
            "upper: no contract sells by first-price; the auctioneer does by critical-bid",
        ),
        (
            lambda: check_two_level(TwoLevelInstance(1, (1,), (), lower=Lower.PROPORTIONAL)),
            "lower: no contract has proportional; DAOs share by equal-split",
        ),
        (
            lambda: check_ascending(TwoLevelInstance(1, (1,), (), PERCENT, Lower.VCG)),
            "lower: no contract has vcg; DAOs share by equal-split",
        ),
        (lambda: check_ascending(TwoLevelInstance(1, (1,), ())), "upper: houses sell by ascending"),
        (
            lambda: check_ascending(TwoLevelInstance(1, (1,), (), Ascending(Fraction(1, 101)))),
            "an increment of 1/101",
        ),
        (
            lambda: check_ascending(TwoLevelInstance(1, (1,), RICH, PERCENT)),
            r"groups\[0\]: its members can pay",
        ),
        (lambda: check_approximate(drawn(1, Fraction(1, TERM_LIMIT))), "delta: denominator"),
        (
            lambda: check_approximate(ApproximateGroupsInstance(HALF, RICH)),
            r"groups\[0\]: its members can pay",
        ),
    ],
    ids=[
        "upper",
        "first price",
        "lower",
        "lower at a house",
        "house",
        "increment",
        "lent",
        "inaccuracy",
        "group",
    ],
)
def test_what_does_not_fit_is_refused(check: Callable[[], None], refused: str) -> None:
    with pytest.raises(InvalidInput, match=refused):
        check()


def test_more_players_than_the_contract_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By fewer than the sixteen million that it holds, which take gigabytes."""
    monkeypatch.setattr(limits, "MOST_PLAYERS", 3)
    check_approximate(drawn(3))
    with pytest.raises(InvalidInput, match=r"bids: 4 players are more than .*, which is 3"):
        check_approximate(drawn(4))


def test_the_largest_that_fit_are_not() -> None:
    check_approximate(drawn(2, Fraction(1, TERM_LIMIT - 1)))
    check_ascending(TwoLevelInstance(1, (1,), (), PERCENT))
    check_two_level(TwoLevelInstance(1, (1,), RICH))
