"""The property checks under an ascending upper rule: they pass on what it does, and fail on what it must not do."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offchain.model.checks import Finding, Verdict
from offchain.model.checks.deviations import find_deviation, seats
from offchain.model.checks.two_level import check_outcome
from offchain.model.instances import TwoLevelInstance, TwoLevelOutcome
from offchain.model.instances.rules import Ascending, Increment
from offchain.model.kinds import check_reference
from offchain.model.mechanisms.two_level import solve
from offchain.model.mechanisms.upper import OpenBids, SeenLimits, rule_of
from offchain.model.theory.daos import additive, auction
from tests.model.checking import named

increments = st.one_of(
    st.integers(1, 6), st.fractions(Fraction(1, 20), 1, max_denominator=20).filter(bool)
)
UNCLAIMED = ("false names", "seen limits", "several groups", "upper semi-continuity")


def ascending(game: TwoLevelInstance, increment: Increment) -> TwoLevelInstance:
    """The same game at an ascending auction."""
    return replace(game, upper=Ascending(increment))


@given(
    st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=3), min_size=1, max_size=4),
    st.integers(1, 9),
    increments,
)
def test_every_claim_holds(groups: list[list[int]], reserve: int, increment: Increment) -> None:
    findings = check_reference(ascending(auction(*groups, reserve=reserve), increment))
    assert [finding.name for finding in findings] == [
        "budget balance",
        "individual rationality",
        "equal treatment",
        "welfare ratio",
        "price",
        "efficiency",
        "consumer sovereignty",
        "upper semi-continuity",
        "incentive compatibility",
        "group strategyproofness",
        "false names",
        "seen limits",
    ]
    for finding in findings:
        if finding.name not in UNCLAIMED:
            assert finding.verdict is Verdict.HOLDS, finding
    # No tie is lost there: who can reach a rung has it.
    assert named(findings, "upper semi-continuity").verdict is Verdict.HOLDS


def test_the_claims_of_several_items() -> None:
    game = ascending(additive([(10, 3), (5, 8)], [(9, 9)]), Fraction(1, 10))
    assert all(finding.verdict is not Verdict.FAILS for finding in check_reference(game))


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=5),
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    increments,
)
def test_every_item_is_an_auction_of_its_own(
    bids: list[tuple[int, int]], reserves: tuple[int, int], increment: Increment
) -> None:
    game = replace(ascending(additive(bids[:1], bids[1:]), increment), reserves=reserves)
    alone = [
        solve(
            ascending(
                auction(
                    *([pair[item] for pair in some] for some in (bids[:1], bids[1:])),
                    reserve=reserve,
                ),
                increment,
            )
        )
        for item, reserve in enumerate(reserves)
    ]
    together = solve(game)
    assert [lot.items[0] for lot in alone] == list(together.items)
    assert together.welfare == sum(one.welfare for one in alone)


def test_truth_is_said_to_be_best_against_whom() -> None:
    found = named(check_reference(ascending(auction([10, 5], [9]), 2)), "incentive compatibility")
    assert found.verdict is Verdict.HOLDS
    assert found.detail.startswith("against rivals whose bids do not depend on its group's limit")


GAME = ascending(auction([10, 5, 5, 1], [10]), 2)
"""A can pay 15, B 10: 1, 3, 5, 7, 9, and 11 is beyond B's limit."""


def lot(outcome: TwoLevelOutcome, **changes: object) -> TwoLevelOutcome:
    """The outcome with something else in its only lot."""
    return replace(outcome, items=(replace(outcome.items[0], **changes),))  # type: ignore[arg-type]


def test_the_game_by_hand() -> None:
    sale = solve(GAME).items[0]
    assert (sale.winner, sale.price, sale.share, sale.paid) == ("A", 9, 3, 9)


@pytest.mark.parametrize(
    ("changes", "failing", "detail"),
    [
        ({"price": 7}, "price", "item 0: price 7, critical bid 10"),
        ({"price": 13}, "price", "item 0: price 13, critical bid 10"),
        ({"price": 0}, "price", "item 0: price 0, critical bid 10"),
        ({"winner": None}, "price", "item 0: only one of open and sealed bids sells it"),
        (
            {"winner": None},
            "efficiency",
            "item 0: unsold at reserve 1, and somebody bids up to 15",
        ),
        (
            {"winner": "B", "served": ()},
            "efficiency",
            "item 0: B wins at 9, and a rival bids up to 15",
        ),
        (
            {"winner": "B", "price": 11, "served": ()},
            "efficiency",
            "item 0: B bids up to 10 and wins at 11",
        ),
    ],
)
def test_a_wrong_outcome_fails(changes: dict[str, object], failing: str, detail: str) -> None:
    finding = named(check_outcome(GAME, lot(solve(GAME), **changes)), failing)
    assert (finding.verdict, finding.detail) == (Verdict.FAILS, detail)


def test_the_welfare_bound_counts_the_increment_in() -> None:
    # 10, 19: the first stands on 10, and the other's 18 is not enough for more.
    game = ascending(auction([10], [18], reserve=10), 9)
    outcome = solve(game)
    assert (outcome.items[0].winner, outcome.welfare, outcome.optimal_welfare) == ("A", 10, 18)
    finding = named(check_outcome(game, outcome), "welfare ratio")
    assert finding.verdict is Verdict.HOLDS
    assert "H_1 = 1 and an increment" in finding.detail
    beyond = replace(game, groups=auction([10], [19]).groups)
    finding = named(check_outcome(beyond, outcome), "welfare ratio")
    assert (finding.verdict, finding.detail) == (
        Verdict.FAILS,
        "item 0: welfare 10, optimum 19, beyond H_1 and an increment",
    )


def seen(game: TwoLevelInstance) -> Finding:
    """What is said of limits that somebody has seen."""
    return named(check_reference(game), "seen limits")


def test_seen_limits_make_the_truth_cost() -> None:
    finding = seen(ascending(auction([10, 5, 5], [4]), 1))
    assert finding.verdict is Verdict.NOT_CLAIMED
    assert finding.detail == (
        "if somebody drives the winner to the limit it has seen, a1 of A (item 0, value 10) gets 5 by bidding it and 6"
        " by bidding 4"
    )


@pytest.mark.parametrize("increment", [7, Fraction(1, 20), Fraction(1, 3)])
@pytest.mark.parametrize("groups", [[[10**9], [10**6]], [[10**6], [10**9, 10**8]]])
def test_seen_limits_are_told_in_any_unit(groups: list[list[int]], increment: Increment) -> None:
    assert seen(ascending(auction(*groups), increment)).verdict is Verdict.NOT_CLAIMED


def test_a_limit_that_leaves_no_room_costs_nothing() -> None:
    assert seen(ascending(auction([10], [3], reserve=10), 3)).verdict is Verdict.HOLDS


def test_the_best_reply_to_seen_limits_is_found_on_the_grid_too() -> None:
    game = ascending(auction([9, 4], [3]), 1)
    rule = SeenLimits(1)
    assert find_deviation(seats(game), lambda seat: range(12), rule) is not None
    assert find_deviation(seats(game), lambda seat: range(12), rule_of(game.upper)) is None


@pytest.mark.parametrize(
    ("rule", "amount", "over"),
    [(OpenBids(3), 7, 10), (OpenBids(Fraction(1, 4)), 7, 9), (SeenLimits(3), 7, 10)],
)
def test_what_beats_an_amount(rule: OpenBids, amount: int, over: int) -> None:
    assert rule.over(amount) == over
    assert rule.sell([amount, over], 1).leader == 1


def test_rules_in_a_finer_unit() -> None:
    assert OpenBids(3).scaled(10) == OpenBids(30)
    assert OpenBids(Fraction(1, 4)).scaled(10) == OpenBids(Fraction(1, 4))
    assert SeenLimits(3).scaled(10) == SeenLimits(30)
