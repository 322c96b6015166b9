"""VCG: its definition, the published examples, truthfulness by exhaustion, and collusion."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offchain.model.checks import Finding, Verdict, vcg
from offchain.model.checks.properties import find_deviation, find_joint_deviation
from offchain.model.document import parse_text
from offchain.model.instances import VcgInstance, VcgOutcome, VcgPlayer
from offchain.model.instances.bundles import Bundle, Values
from offchain.model.kinds import check_reference
from offchain.model.mechanisms.subset_programme import SubsetProgramme
from offchain.model.mechanisms.vcg import received, solve, value
from offchain.model.mechanisms.winner_determination import (
    Choice,
    TooHardError,
    critical_values,
    effort,
)
from tests.model.auction_cases import AUSUBEL_MILGROM

GOODS = ("a", "b")
BUNDLES: list[Bundle] = [("a",), ("b",), ("a", "b")]


def game(*players: Values, goods: Bundle = GOODS) -> VcgInstance:
    """Players 0, 1, ... with these values."""
    return VcgInstance(goods, tuple(VcgPlayer(str(i), values) for i, values in enumerate(players)))


@st.composite
def instances(draw: st.DrawFn) -> VcgInstance:
    """Small instances with ties, zero values, and supersets bid less for than what they hold."""
    goods = ("a", "b", "c")
    bundles = st.sets(st.sampled_from(goods), min_size=1).map(lambda chosen: tuple(sorted(chosen)))
    values = st.dictionaries(bundles, st.integers(0, 6), max_size=3)
    return game(*draw(st.lists(values, min_size=1, max_size=3)), goods=goods)


def most(instance: VcgInstance, players: list[VcgPlayer]) -> int:
    """The most welfare that these players can have, by handing out the goods one by one."""
    return max(
        sum(
            value(
                player.values,
                tuple(g for g, owner in zip(instance.goods, owners, strict=True) if owner == place),
            )
            for place, player in enumerate(players)
        )
        for owners in product(range(-1, len(players)), repeat=len(instance.goods))
    )


@given(instances())
def test_the_definition(instance: VcgInstance) -> None:
    """The best allocation; each pays the others' best without it, less what they have."""
    outcome = solve(instance)
    got = {
        player.name: value(player.values, outcome.allocation.get(player.name, ()))
        for player in instance.players
    }
    given_away = [good for bundle in outcome.allocation.values() for good in bundle]
    assert len(given_away) == len(set(given_away))
    assert outcome.welfare == sum(got.values()) == most(instance, list(instance.players))
    for player in instance.players:
        others = [other for other in instance.players if other is not player]
        loss = most(instance, others) - (outcome.welfare - got[player.name])
        assert outcome.payments[player.name] == loss
        assert 0 <= loss <= got[player.name]
    assert outcome.revenue == sum(outcome.payments.values())


def test_ausubel_and_milgrom() -> None:
    assert solve(AUSUBEL_MILGROM) == VcgOutcome(
        allocation={"3": ("g1", "g2")}, payments={"1": 0, "2": 0, "3": 2}, welfare=100, revenue=2
    )


@pytest.mark.parametrize("claim", [100, 10**18])
def test_two_who_collude_get_everything_for_nothing(claim: int) -> None:
    """Both claim at least 100: welfare is 2 of a possible 100, and the revenue 0."""
    lying = VcgInstance(
        AUSUBEL_MILGROM.goods,
        (
            VcgPlayer("1", {("g1",): claim}),
            VcgPlayer("2", {("g2",): claim}),
            AUSUBEL_MILGROM.players[2],
        ),
    )
    outcome = solve(lying)
    assert outcome.allocation == {"1": ("g1",), "2": ("g2",)}
    assert (outcome.payments, outcome.revenue) == ({"1": 0, "2": 0, "3": 0}, 0)
    truth = AUSUBEL_MILGROM.players
    assert sum(value(p.values, outcome.allocation.get(p.name, ())) for p in truth) == 2


def test_the_documented_file() -> None:
    text = """{"mechanism": "vcg", "goods": ["g1", "g2"], "players": [
        {"name": "1", "values": {"g1": 1}}, {"name": "2", "values": {"g2": 1}},
        {"name": "3", "values": {"g1,g2": 100}}]}"""
    (instance,) = parse_text(text).instances
    assert instance == AUSUBEL_MILGROM
    assert solve(AUSUBEL_MILGROM).to_json() == {
        "mechanism": "vcg",
        "allocation": {"3": ["g1", "g2"]},
        "payments": {"1": 0, "2": 0, "3": 2},
        "welfare": 100,
        "revenue": 2,
    }


def test_a_single_good_is_a_second_price_auction() -> None:
    outcome = solve(game({("a",): 7}, {("a",): 9}, {("a",): 9}, goods=("a",)))
    assert outcome.allocation == {"1": ("a",)}
    assert outcome.payments == {"0": 0, "1": 9, "2": 0}


def test_a_superset_is_worth_what_it_holds() -> None:
    """Disposal is free: asking for less than one gets is no loss, so a low bid for a superset changes nothing."""
    values: Values = {("a",): 5, ("a", "b"): 2}
    assert value(values, ("a", "b")) == 5
    assert value(values, ("b",)) == 0
    outcome = solve(game(values, {("b",): 1}))
    assert outcome.allocation == {"0": ("a",), "1": ("b",)}


def test_the_same_goods_to_one_or_to_two() -> None:
    """Three want a, b and both: the two pay what the third would have had, between them."""
    outcome = solve(game({("a",): 6}, {("b",): 7}, {("a", "b"): 10}))
    assert outcome.payments == {"0": 3, "1": 4, "2": 0}


def test_nobody_wants_anything() -> None:
    outcome = solve(game({}, {("a",): 0}))
    assert outcome == VcgOutcome({}, {"0": 0, "1": 0}, 0, 0)


def valuations(top: int) -> list[Values]:
    """Every valuation of two goods up to an amount, with free disposal."""
    return [
        {("a",): a, ("b",): b, ("a", "b"): both}
        for a, b, both in product(range(top + 1), repeat=3)
        if both >= max(a, b)
    ]


def test_no_lie_pays_against_any_bid() -> None:
    """Two goods, two players, all valuations up to 2 of both, and all lies."""
    every = valuations(2)
    for values, rival in product(every, repeat=2):
        seats = vcg.game(game(values, rival))
        assert find_deviation(seats, lambda player: every) is None


@given(instances(), st.data())
@settings(max_examples=40)
def test_no_sampled_lie_pays(instance: VcgInstance, data: st.DataObject) -> None:
    lies = data.draw(st.lists(instances(), min_size=1, max_size=5))
    bids = [player.values for lie in lies for player in lie.players]
    assert find_deviation(vcg.game(instance), lambda player: bids) is None


def test_two_gain_together() -> None:
    deviation = find_joint_deviation(
        vcg.game(AUSUBEL_MILGROM), lambda player: [{("g1",): 100}, {("g2",): 100}]
    )
    assert deviation is not None
    assert (deviation.players, deviation.truthful, deviation.utility) == (("1", "2"), 0, 2)


def test_every_check_passes_on_the_example_and_collusion_is_shown() -> None:
    findings = check_reference(AUSUBEL_MILGROM)
    assert [(finding.name, finding.verdict) for finding in findings] == [
        ("budget balance", Verdict.HOLDS),
        ("individual rationality", Verdict.HOLDS),
        ("equal treatment", Verdict.HOLDS),
        ("welfare ratio", Verdict.HOLDS),
        ("consumer sovereignty", Verdict.HOLDS),
        ("incentive compatibility", Verdict.HOLDS),
        ("upper semi-continuity", Verdict.HOLDS),
        ("collusion", Verdict.NOT_CLAIMED),
        ("false names", Verdict.HOLDS),
    ]
    assert findings[-2].detail == (
        '1 and 2 get 0 by the truth and 2 by bidding {"g1": 103} and {"g2": 103}'
    )


def test_two_names_can_pay() -> None:
    findings = check_reference(game({("a", "b"): 12}, {("a", "b"): 10}))
    assert findings[-1].verdict is Verdict.NOT_CLAIMED
    assert findings[-1].detail == (
        '0 gets 2 by the truth and 12 under 2 names by bidding {"a": 23} and {"b": 23}'
    )


def test_a_tie_is_a_jump() -> None:
    finding = check_reference(game({("a",): 4}, {("a",): 4}))[6]
    assert (finding.name, finding.verdict) == ("upper semi-continuity", Verdict.NOT_CLAIMED)
    assert finding.detail == "1 loses a tie that any higher bid would win"


@given(instances())
@settings(max_examples=15)
def test_no_check_fails(instance: VcgInstance) -> None:
    findings = check_reference(instance, grid=3)
    assert [finding for finding in findings if finding.verdict is Verdict.FAILS] == []


@pytest.mark.parametrize(
    ("outcome", "failing", "detail"),
    [
        (VcgOutcome({"3": ("g1", "g2")}, {"1": 0, "2": 0, "3": 2}, 100, 3), 0, "2 paid, but the revenue is 3"),
        (VcgOutcome({"3": ("g1", "g2")}, {"1": -1, "2": 0, "3": 2}, 100, 1), 0, "1 receives 1"),
        (VcgOutcome({"3": ("g1", "g2")}, {"1": 1, "2": 0, "3": 2}, 100, 3), 0, "1 pays 1 for nothing"),
        (VcgOutcome({"3": ("g1", "g2")}, {"1": 0, "2": 0, "3": 101}, 100, 101), 1, "3 gets -1 by the truth"),
        (VcgOutcome({"1": ("g1",), "3": ("g1", "g2")}, {"1": 0, "2": 0, "3": 2}, 101, 2), 3, "1 and 3 both get g1"),
        (VcgOutcome({"1": ("g1",), "2": ("g2",)}, {"1": 0, "2": 0, "3": 0}, 2, 0), 3, "welfare 2, optimum 100"),
        (VcgOutcome({"1": ("g1",)}, {"1": 0, "2": 0, "3": 0}, 100, 0), 3, "the bids for what is given add up to 1, not 100"),
    ],
)  # fmt: skip
def test_each_check_fails_on_a_wrong_outcome(
    outcome: VcgOutcome, failing: int, detail: str
) -> None:
    finding = vcg.check_outcome(AUSUBEL_MILGROM, outcome)[failing]
    assert (finding.verdict, finding.detail) == (Verdict.FAILS, detail)


def test_equals_who_gain_differently_are_found() -> None:
    twins = game({("a",): 4}, {("a",): 4})
    wrong = VcgOutcome({"0": ("a",)}, {"0": 1, "1": 0}, 4, 1)
    finding = vcg.check_outcome(twins, wrong)[2]
    assert finding.detail == "0 and 1 bid the same and gain differently"


def test_large_instances_are_not_searched_and_the_finding_says_so() -> None:
    goods = tuple(map(str, range(30)))
    bids: list[Values] = [{(good,): 3 + player for good in goods} for player in range(9)]
    crowd = game(*bids, goods=goods)
    findings = check_reference(crowd)
    assert [finding.verdict for finding in findings[:4]] == [Verdict.HOLDS] * 4
    assert {finding.detail for finding in findings[4:-1]} == {
        "not searched: too many players and bundles"
    }
    assert [finding.name for finding in findings[4:]] == [
        "consumer sovereignty",
        "incentive compatibility",
        "upper semi-continuity",
        "collusion",
        "false names",
    ]


def for_a_solver(bundles: int) -> VcgInstance:
    """So many different bids for ten of thirty goods: too many goods for their sets, too many bids to try all allocations."""
    goods = tuple(map(str, range(30)))
    return game(
        *({goods[first : first + 10]: 3 + bid} for bid in range(bundles) for first in [bid % 20]),
        goods=goods,
    )


def test_how_often_a_search_may_play() -> None:
    """As long as it may take, where that can be told; else a few times, and not at all with many bids."""
    small = game({("a",): 6}, {("b",): 7}, {("a", "b"): 10})
    each = effort(small.goods, [player.values for player in small.players])
    assert each is not None
    assert vcg.plays(small) == 8_000_000 // each
    assert [vcg.plays(for_a_solver(bundles)) for bundles in (39, 40, 41)] == [24, 24, 0]


def test_false_names_are_not_searched_where_there_are_more_cuts_than_plays() -> None:
    finding = vcg.false_names(for_a_solver(41))
    assert (finding.name, finding.verdict, finding.detail) == (
        "false names",
        Verdict.NOT_CLAIMED,
        "not searched: too many players and bundles",
    )


@pytest.mark.parametrize("unit", [1, 10**9, 10**18])
def test_a_rule_that_charges_the_bid_is_found_out_in_any_unit(
    unit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half the bid still wins, or a unit above the rival's."""

    def first_price(goods: Bundle, bids: list[Values], choice: Choice) -> tuple[int, ...]:
        return tuple(received(bids, choice))

    monkeypatch.setattr(vcg, "payments", first_price)
    players = (
        VcgPlayer("1", {("a",): 20 * unit, ("a", "b"): 25 * unit}),
        VcgPlayer("2", {("a",): 12 * unit, ("b",): 9 * unit}),
    )
    finding = vcg.incentive_compatibility(VcgInstance(("a", "b"), players))
    assert finding.verdict is Verdict.FAILS


@given(instances())
@settings(max_examples=30)
def test_a_critical_value_is_where_a_bid_for_one_bundle_starts_to_win(
    instance: VcgInstance,
) -> None:
    """One more wins, one less does not, whichever bundle; what the others lose is what VCG charges."""
    for player, own in enumerate(instance.players):
        others = [one.values for place, one in enumerate(instance.players) if place != player]
        bundles = list(own.values)
        for bundle, take in zip(
            bundles, critical_values(instance.goods, others, bundles), strict=True
        ):
            for bid, wins in ((take + 1, True), (take - 1, False)):
                if bid > 0:
                    claim = VcgPlayer(own.name, {bundle: bid})
                    players = (*instance.players[:player], claim, *instance.players[player + 1 :])
                    outcome = solve(replace(instance, players=players))
                    assert (own.name in outcome.allocation) is wins
                    assert outcome.payments[own.name] == (take if wins else 0)


@given(instances())
@settings(max_examples=30)
def test_critical_values_are_the_same_without_a_programme_over_sets(instance: VcgInstance) -> None:
    """Of more goods than a table of all sets can be made for, each is what the others lose without the bundle."""
    first, *others = [player.values for player in instance.players]
    by_sets = critical_values(instance.goods, others, list(first))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SubsetProgramme, "affordable", False)
        assert critical_values(instance.goods, others, list(first)) == by_sets


def test_a_search_that_is_too_hard_is_not_claimed() -> None:
    def hard() -> Finding:
        raise TooHardError

    assert vcg.found("collusion", hard).verdict is Verdict.NOT_CLAIMED
