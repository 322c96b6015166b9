"""The property checks: they pass on what the reference model does, and fail on what it must not do."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offchain.model.checks import Verdict
from offchain.model.checks.deviations import Seat, find_unsovereign, seats
from offchain.model.checks.two_level import (
    GRID_LIMIT,
    check_outcome,
    default_grid,
    harmonic,
    harmonic_text,
    incentive_compatibility,
)
from offchain.model.instances import Group, Member, TwoLevelInstance, TwoLevelOutcome
from offchain.model.kinds import check_reference
from offchain.model.mechanisms.price_rule import Standing, exact, plain_second_price, run_auction
from offchain.model.mechanisms.two_level import solve
from offchain.model.mechanisms.upper import SealedBids
from tests.model.checking import first_price, named

NAMES = [
    "budget balance",
    "individual rationality",
    "equal treatment",
    "welfare ratio",
    "consumer sovereignty",
    "upper semi-continuity",
    "incentive compatibility",
    "group strategyproofness",
    "false names",
]


def game(*groups: list[int], reserve: int = 1) -> TwoLevelInstance:
    """Groups g0, g1, ... of members m0, m1, ... who bid their values for one item."""
    return TwoLevelInstance(
        items=1,
        reserves=(reserve,),
        groups=tuple(
            Group(f"g{j}", tuple(Member(f"m{i}", (bid,), (bid,)) for i, bid in enumerate(bids)))
            for j, bids in enumerate(groups)
        ),
    )


@given(
    st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=4), min_size=1, max_size=3),
    st.integers(1, 9),
)
def test_every_claim_holds_under_the_exact_rule(groups: list[list[int]], reserve: int) -> None:
    findings = check_reference(game(*groups, reserve=reserve))
    assert [finding.name for finding in findings if finding.name != "several groups"] == NAMES
    for finding in findings:
        claimed = finding.name not in ("upper semi-continuity", "false names", "several groups")
        assert finding.verdict is Verdict.HOLDS if claimed else finding.verdict is not Verdict.FAILS


def test_the_plain_rule_fails_with_the_counter_example() -> None:
    finding = named(
        check_reference(game([10], [10, 5]), plain_second_price), "incentive compatibility"
    )
    assert finding.verdict is Verdict.FAILS
    assert finding.detail == "m0 of g1 (item 0, value 10) gets 0 by bidding it and 5 by bidding 11"


def corrupt(instance: TwoLevelInstance, name: str) -> TwoLevelOutcome:
    """The reference outcome of the instance with one thing wrong."""
    outcome = solve(instance)
    lot = outcome.items[0]
    match name:
        case "paid":
            return replace(outcome, items=(replace(lot, paid=lot.paid + 1),))
        case "price":
            return replace(outcome, items=(replace(lot, price=lot.price - len(lot.served)),))
        case "payment":
            return replace(outcome, payments={**outcome.payments, "g1": {"m0": 1}})
        case "sold to nobody":
            return replace(outcome, items=(replace(lot, winner=None),))
        case "too many served":
            return replace(outcome, items=(replace(lot, served=("m0", "m1", "m2", "m3")),))
        case "one of two equals":
            return replace(outcome, items=(replace(lot, served=("m0", "m1")),))
        case "wrong group":
            return replace(outcome, items=(replace(lot, winner="g1", served=("m0",)),))
        case "welfare":
            return replace(outcome, welfare=outcome.welfare - 1)
        case "optimum":
            return replace(outcome, optimal_welfare=outcome.optimal_welfare + 1)
    raise AssertionError(name)


@pytest.mark.parametrize(
    ("wrong", "failing", "detail"),
    [
        ("paid", "budget balance", "item 0: 3 shares of 4 are not the 13 paid"),
        ("price", "budget balance", "item 0: 12 paid for a price of 7, 3 served"),
        ("payment", "budget balance", "m0 of g1 pays 1, but the shares are 0"),
        ("payment", "individual rationality", "m0 of g1 pays 1 for items they bid 0 on"),
        ("sold to nobody", "budget balance", "item 0: unsold, yet at price 10 with 3 served"),
        ("too many served", "individual rationality", "item 0: m3 of g0 bids 1 and pays 4"),
        (
            "one of two equals",
            "equal treatment",
            "item 0: m1 and m2 of g0 bid 5, only m1 is served",
        ),
        ("wrong group", "welfare ratio", "item 0: welfare 10, optimum 21, beyond H_4"),
        ("welfare", "welfare ratio", "the items' welfare is 20, not 19"),
        ("optimum", "welfare ratio", "the items' optimal welfare is 21, not 22"),
    ],
)
def test_each_check_fails_on_a_wrong_outcome(wrong: str, failing: str, detail: str) -> None:
    instance = game([10, 5, 5, 1], [10])
    assert all(
        finding.verdict is Verdict.HOLDS for finding in check_outcome(instance, solve(instance))
    )
    finding = named(check_outcome(instance, corrupt(instance, wrong)), failing)
    assert (finding.verdict, finding.detail) == (Verdict.FAILS, detail)


def test_an_item_withheld_from_the_optimum_fails_the_welfare_ratio() -> None:
    instance = game([10, 5], reserve=4)
    unsold = replace(solve(game([3], reserve=4)), payments={"g0": {"m0": 0, "m1": 0}})
    finding = named(check_outcome(instance, unsold), "welfare ratio")
    assert finding.detail == "item 0: unsold at reserve 4, optimum 15, beyond H_2"


def test_the_welfare_bound_is_not_claimed_when_bids_are_not_the_values() -> None:
    instance = TwoLevelInstance(1, (1,), (Group("g", (Member("m", (5,), (9,)),)),))
    finding = named(check_reference(instance), "welfare ratio")
    assert finding.verdict is Verdict.NOT_CLAIMED
    assert finding.detail.startswith("m of g bids 5 for item 0, worth 9")


def test_the_search_is_exhaustive_for_any_rule() -> None:
    """Under first price it pays to bid less, which only the grid shows: the extreme bids do not."""
    assert run_auction([4, 9], 1, first_price).price == 9
    finding = incentive_compatibility(list(seats(game([4], [9]))), SealedBids(first_price), grid=10)
    assert finding.detail == "m0 of g1 (item 0, value 9) gets 0 by bidding it and 4 by bidding 5"


def never(standing: Standing, bidder: int, bid: int) -> Standing:
    """A rule that never sells."""
    return standing


def test_a_rule_that_never_sells_is_not_sovereign() -> None:
    seat = find_unsovereign(seats(game([4])), SealedBids(never))
    assert isinstance(seat, Seat)
    assert (seat.group, seat.member) == ("g0", "m0")


def test_large_instances_are_sampled_and_the_finding_says_so() -> None:
    places = list(seats(game([10**9 + i for i in range(4500)])))
    finding = incentive_compatibility(places, SealedBids(), grid=GRID_LIMIT)
    assert finding.verdict is Verdict.HOLDS
    assert "bids 0 and 2^64-1, up to 40 critical bids each; " in finding.detail
    assert finding.detail.endswith(" of 4500 different members")


def test_the_default_grid_ends_above_the_largest_amount() -> None:
    assert default_grid(game([3, 8], [5])) == 9
    assert default_grid(game([10**6])) == GRID_LIMIT


@pytest.mark.parametrize("count", [1, 2, 3, 10, 100])
def test_harmonic_numbers(count: int) -> None:
    assert harmonic(count) == sum(Fraction(1, rank) for rank in range(1, count + 1))


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "H_1 = 1"),
        (2, "H_2 = 1 + 1/2 = 1.5"),
        (3, "H_3 = 1 + 1/2 + 1/3 = 1.833"),
        (4, "H_4 = 1 + 1/2 + … + 1/4 = 2.083"),
        (100, "H_100 = 1 + 1/2 + … + 1/100 = 5.187"),
    ],
)
def test_harmonic_numbers_are_written_by_their_first_and_last_terms(count: int, text: str) -> None:
    assert harmonic_text(count) == text


def test_a_tie_that_a_group_loses_is_a_jump() -> None:
    for rule in (exact, plain_second_price):
        finding = named(check_reference(game([10], [10, 5]), rule), "upper semi-continuity")
        assert finding.verdict is Verdict.NOT_CLAIMED
        assert finding.detail == "g1 loses a tie for item 0 that any higher bid of m0 would win"
        finding = named(check_reference(game([10, 5], [9]), rule), "upper semi-continuity")
        assert finding.verdict is Verdict.HOLDS


def test_who_is_in_several_groups_may_gain_by_silence_in_one() -> None:
    """10 in {10} and in {10, 5, 5}: a share of 4 by the truth in both, of 1 by silence in the first."""
    finding = named(check_reference(game([10], [10, 5, 5])), "several groups")
    assert finding.verdict is Verdict.NOT_CLAIMED
    assert finding.detail == (
        "if m0 of g0 and of g1 is one, it gets 6 by the truth in all and 9 by bidding 0 in g0"
    )


@pytest.mark.parametrize("groups", [([0], [10, 5, 5]), ([1, 50], [1, 1])], ids=str)
def test_who_is_in_several_groups_need_not_gain(groups: tuple[list[int], ...]) -> None:
    finding = named(check_reference(game(*groups)), "several groups")
    assert finding.verdict is Verdict.HOLDS, finding.detail


def test_names_that_do_not_recur_are_in_one_group() -> None:
    alone = TwoLevelInstance(
        1,
        (1,),
        tuple(Group(name, (Member(name, (bid,), (bid,)),)) for name, bid in (("a", 3), ("b", 2))),
    )
    assert "several groups" not in [finding.name for finding in check_reference(alone)]


def test_several_groups_are_not_searched_without_end() -> None:
    """Each name and group is an auction: 3,000 names in two groups of 3,000 would be 9,000 of them."""
    bids = [5] * 3000
    finding = named(check_reference(game(bids, bids)), "several groups")
    assert (finding.verdict, finding.detail) == (
        Verdict.NOT_CLAIMED,
        "not searched: too many members",
    )
