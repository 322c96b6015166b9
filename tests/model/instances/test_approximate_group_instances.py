"""Instance files of groups under approximate valuations: read, refused, solved, checked."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offchain.io.errors import InvalidInput
from offchain.model.checks import Verdict, approximate_groups
from offchain.model.checks.approximate import WORK_LIMIT
from offchain.model.document import instance_text, outcome_text, parse_text
from offchain.model.instances import (
    ApproximateGroupsInstance,
    ApproximateGroupsSale,
    ApproximateInstance,
    ApproximateOutcome,
    Group,
    Member,
    TwoLevelInstance,
)
from offchain.model.instances.approximate import GroupSale
from offchain.model.kinds import check_reference
from offchain.model.mechanisms import approximate, lower
from offchain.model.mechanisms.approximate_groups import lottery, sell, solve
from offchain.model.mechanisms.equal_split import EqualSplit, equal_split, willingness_to_pay
from tests.model.checking import named

HALF = Fraction(1, 2)
CREW = {"name": "crew", "members": [{"name": "ann", "bid": 4}, {"name": "bob", "bid": 4}]}
SOLO = {"name": "solo", "members": [{"name": "ann", "bid": 9, "value": 8}]}


def file(**fields: object) -> str:
    """A file of two groups with some fields of its own; ... takes one away."""
    document = {"mechanism": "approximate", "delta": "1/2", "groups": [CREW, SOLO], **fields}
    return json.dumps({name: value for name, value in document.items() if value is not ...})


def read(**fields: object) -> ApproximateGroupsInstance:
    """The instance in that file."""
    (instance,) = parse_text(file(**fields)).instances
    assert isinstance(instance, ApproximateGroupsInstance)
    return instance


def game(
    *groups: tuple[int, ...], delta: Fraction = HALF, draw: str | None = "1/3"
) -> ApproximateGroupsInstance:
    """Groups g0, g1, ... of members m0, m1, ... who bid their values."""
    return ApproximateGroupsInstance(
        delta,
        tuple(
            Group(f"g{j}", tuple(Member(f"m{i}", (bid,), (bid,)) for i, bid in enumerate(group)))
            for j, group in enumerate(groups)
        ),
        None if draw is None else Fraction(draw),
    )


def test_groups_are_read_as_in_two_level() -> None:
    assert read() == ApproximateGroupsInstance(
        HALF,
        (
            Group("crew", (Member("ann", (4,), (4,)), Member("bob", (4,), (4,)))),
            Group("solo", (Member("ann", (9,), (8,)),)),
        ),
    )
    assert read(draw="1/3").draw == Fraction(1, 3)
    two_level = {"mechanism": "two-level", "groups": [CREW, SOLO]}
    (like,) = parse_text(json.dumps(two_level)).instances
    assert isinstance(like, TwoLevelInstance)
    assert read().groups == like.groups


@pytest.mark.parametrize("draw", [..., "0", "2/7"])
def test_what_is_written_reads_back(draw: object) -> None:
    instance = read(draw=draw)
    assert parse_text(instance_text(instance)).instances == (instance,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (file(bids={"a": 1}), "groups: beside bids: it is either bids or groups"),
        (file(groups=...), "bids: missing, and so is groups: it is one of the two"),
        (file(groups=[]), "groups: [] holds no group"),
        (file(groups={}), "groups: an object is not a list"),
        (file(groups=None), "groups: null is not a list"),
        (file(groups=[CREW, CREW]), 'groups[1].name: "crew" is already the name of groups[0]'),
        (file(groups=[{**CREW, "members": []}]), "groups[0].members: [] holds no member"),
        (file(reserve=1), "reserve: unknown field with value 1 (known: "),
        (file(items=1), "items: unknown field with value 1 (known: "),
        (file(groups=[{**CREW, "share": 1}]), "groups[0].share: unknown field with value 1"),
        (
            file(groups=[{"name": "a", "members": [{"name": "b", "bid": -1}]}]),
            "groups[0].members[0].bid: -1 is negative",
        ),
        (
            file(groups=[{"name": "a", "members": [{"name": "b", "bid": 2**64}]}]),
            f"groups[0].members[0].bid: {2**64} is above 2^64-1",
        ),
        (
            file(groups=[{"name": "a", "members": [{"name": "b", "bid": [1, 2]}]}]),
            "groups[0].members[0].bid: a list of 2, but items is 1",
        ),
        (
            file(groups=[{"name": "a", "members": [{"name": "b", "bid": 1}] * 2}]),
            'groups[0].members[1].name: "b" is already the name of groups[0].members[0]',
        ),
        (file(delta="1"), 'delta: "1" is not above 0 and below 1'),
        (file(draw="1"), 'draw: "1" is not at least 0 and below 1'),
    ],
)
def test_bad_files_are_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidInput) as error:
        parse_text(text)
    assert str(error.value).startswith(message)


def test_the_outcome_has_share_served_and_payments_of_a_draw() -> None:
    written = json.loads(outcome_text([solve(read(draw="0"))], is_list=False))
    assert written == {
        "mechanism": "approximate",
        "probabilities": {"crew": "63/128", "solo": "73/144"},
        "unsold": "1/1152",
        "winner": "crew",
        "price": 2,
        "share": 1,
        "served": ["ann", "bob"],
        "payments": {"crew": {"ann": 1, "bob": 1}, "solo": {"ann": 0}},
    }


def test_without_a_draw_it_has_the_probabilities_alone() -> None:
    written = json.loads(outcome_text([solve(read())], is_list=False))
    assert list(written) == ["mechanism", "probabilities", "unsold"]


def test_unsold() -> None:
    sale = solve(read(draw="1151/1152")).sale
    assert sale == ApproximateGroupsSale(
        None, 0, 0, (), {"crew": {"ann": 0, "bob": 0}, "solo": {"ann": 0}}
    )


def test_a_group_without_a_bid_does_not_play_and_does_not_count() -> None:
    """Three of which one bids nothing have the chances of two."""
    outcome = solve(game((0, 0), (4, 4, 2), (9,)))
    alone = approximate.probabilities([8, 9], HALF)
    assert list(outcome.probabilities.values()) == [0, *alone]
    silent = solve(game((0,), (0, 0)))
    assert set(silent.probabilities.values()) == {Fraction(0)}
    assert silent.unsold == 1
    assert silent.sale is not None
    assert silent.sale.winner is None


groups = st.lists(
    st.lists(st.integers(0, 9) | st.integers(0, 2**64 - 1), min_size=1, max_size=4).map(tuple),
    min_size=1,
    max_size=4,
)
draws = st.fractions(0, 1, max_denominator=1000).filter(lambda draw: draw < 1)


@given(groups, draws)
@settings(max_examples=80)
def test_the_price_lottery_is_that_of_individuals_with_their_groups_bids(
    members: list[tuple[int, ...]], draw: Fraction
) -> None:
    """And the price is split equally among as many as can share it, at least one unit."""
    instance = replace(game(*members), draw=draw)
    outcome = solve(instance)
    bids = {
        f"g{j}": reach for j, group in enumerate(members) if (reach := willingness_to_pay(group))
    }
    if not bids:
        return
    among = approximate.solve(ApproximateInstance(HALF, bids, draw))
    assert {name: outcome.probabilities[name] for name in bids} == among.probabilities
    sale, like = outcome.sale, among.sale
    assert isinstance(sale, ApproximateGroupsSale)
    assert like is not None
    assert sale.winner == like.winner
    if sale.winner is not None:
        assert sale.price == max(1, like.price)
        won = instance.groups[int(sale.winner[1:])]
        split = equal_split(won.bids_on(0), sale.price)
        assert sale.share == split.share
        assert sale.served == tuple(m.name for m in won.members if split.serves(m.bids[0]))
        assert sale.payments[won.name] == {
            m.name: sale.share if m.name in sale.served else 0 for m in won.members
        }


ROWS = [
    "probabilities",
    "budget balance",
    "individual rationality",
    "equal treatment",
    "welfare ratio",
    "incentive compatibility",
    "false names",
]


@pytest.mark.parametrize("unit", [1, 10**9, 2**60])
@pytest.mark.parametrize(
    "members", [((4, 4, 2), (9,)), ((3, 1), (2, 2), (0,)), ((5,),), ((0,), (0, 0))], ids=str
)
def test_no_check_fails(members: tuple[tuple[int, ...], ...], unit: int) -> None:
    findings = check_reference(game(*(tuple(bid * unit for bid in group) for group in members)))
    assert [finding.name for finding in findings] == ROWS
    assert [finding for finding in findings[:-1] if finding.verdict is not Verdict.HOLDS] == []
    assert "one address in one group" in named(findings, "incentive compatibility").detail
    assert findings[-1].verdict is not Verdict.FAILS


def test_the_welfare_bound_is_the_one_with_the_harmonic_number() -> None:
    """{6, 3, 2} against 6 at 1/100: 77.3 % of the optimum, where individuals would have 98 %."""
    instance = game((6, 3, 2), (6,), delta=Fraction(1, 100))
    finding = named(check_reference(instance), "welfare ratio")
    assert finding.verdict is Verdict.HOLDS
    bound = approximate.probabilistic_guarantee(Fraction(1, 100), 2) / Fraction(11, 6)
    assert f"; {bound} promised to members who know their values exactly" in finding.detail
    assert finding.detail.startswith("at least 17/22;")


def test_nothing_is_promised_where_bids_are_not_the_values() -> None:
    finding = named(check_reference(read()), "welfare ratio")
    assert finding.verdict is Verdict.NOT_CLAIMED
    assert finding.detail == (
        "ann of solo bids 9, worth 8; the bound is for members who know their values exactly and bid them, else none is known"
    )


@pytest.mark.parametrize(
    ("wrong", "failing", "detail"),
    [
        ({"price": 3}, "budget balance", "2 paid for a price of 3, 2 served"),
        ({"share": 2}, "budget balance", "m0 of g0 pays 1, not 2"),
        ({"winner": None}, "budget balance", "m0 of g0 pays 1, not 0"),
        (
            {"winner": None, "served": (), "payments": {"g0": {"m0": 0, "m1": 0}, "g1": {"m0": 0}}},
            "budget balance",
            "unsold, yet 0 paid for a price of 2",
        ),
        ({"served": ("m0",)}, "equal treatment", "m0 and m1 bid 4, only one is served"),
        (
            {"payments": {"g0": {"m0": 5, "m1": 1}, "g1": {"m0": 0}}},
            "individual rationality",
            "m0 of g0 bids 4 and pays 5",
        ),
    ],
)
def test_each_check_fails_on_a_wrong_sale(wrong: dict[str, Any], failing: str, detail: str) -> None:
    instance = game((4, 4), (9,), draw="0")
    outcome = solve(instance)
    assert isinstance(outcome, ApproximateOutcome)
    assert isinstance(outcome.sale, ApproximateGroupsSale)
    spoilt = replace(outcome, sale=replace(outcome.sale, **wrong))
    finding = named(approximate_groups.check_outcome(instance, spoilt), failing)
    assert (finding.verdict, finding.detail) == (Verdict.FAILS, detail)


def test_wrong_probabilities_fail() -> None:
    instance = game((4, 4), (8,))
    outcome = solve(instance)
    assert isinstance(outcome, ApproximateOutcome)
    unfair = {"g0": Fraction(1, 3), "g1": Fraction(2, 3)}
    findings = approximate_groups.check_outcome(instance, replace(outcome, probabilities=unfair))
    assert (
        named(findings, "equal treatment").detail
        == "g0 and g1 bid 8 and do not have the same probability"
    )
    nobody = {"g0": Fraction(0), "g1": Fraction(0)}
    idle = replace(outcome, probabilities=nobody, unsold=Fraction(1))
    findings = approximate_groups.check_outcome(instance, idle)
    assert named(findings, "welfare ratio").verdict is Verdict.FAILS


@pytest.mark.parametrize("unit", [1, 10**9, 10**16])
def test_a_split_that_invites_lies_is_found_out_in_any_unit(
    unit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the served pay what the least of them bids, it pays to bid just enough."""

    def pay_the_lowest_bid(bids: list[int], price: int) -> EqualSplit:
        split = equal_split(bids, price)
        return EqualSplit(price, split.served, min(bid for bid in bids if split.serves(bid)))

    for module in (
        "offchain.model.mechanisms.lower",
        "offchain.model.mechanisms.approximate_groups.equal_split",
    ):
        monkeypatch.setattr(f"{module}.equal_split", pay_the_lowest_bid)
    instance = game((10 * unit, 7 * unit), (6 * unit,))
    assert named(check_reference(instance), "incentive compatibility").verdict is Verdict.FAILS


def test_a_split_that_invites_lies_at_posted_prices_alone_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def pay_the_lowest_bid(bids: list[int], price: int) -> EqualSplit:
        split = equal_split(bids, price)
        return EqualSplit(price, split.served, min(bid for bid in bids if split.serves(bid)))

    monkeypatch.setattr(lower, "equal_split", pay_the_lowest_bid)
    finding = named(check_reference(game((10**10, 7), (6,))), "incentive compatibility")
    assert finding.verdict is Verdict.FAILS
    assert re.match(
        r"at a posted price of \d+, m0 of g0 \(item 0, value 10000000000\) gets \d+ by",
        finding.detail,
    ), finding.detail


def test_where_nobody_bids_nothing_is_lost() -> None:
    finding = named(check_reference(game((0,), (0, 0))), "welfare ratio")
    assert (finding.verdict, finding.detail) == (
        Verdict.HOLDS,
        "nobody bids: nothing is lost",
    )


def test_what_is_said_where_not_all_bids_are_tried() -> None:
    unit = 10**9
    finding = named(
        check_reference(game((10 * unit, 7 * unit), (6 * unit,))), "incentive compatibility"
    )
    assert re.fullmatch(
        "in expectation over the draw, for values known exactly, one address in one group:"
        r" no probability falls, at \d+ bids each; no better bid among \d+ tried at posted prices,"
        " every member, the price is the critical bid at 8 draws",
        finding.detail,
    )


def test_false_names_in_the_own_group_can_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    """If it were served by several names for the price of one."""
    honest = approximate_groups.expected

    def several_for_one(
        instance: ApproximateGroupsInstance, at: approximate_groups.Place, bids: Sequence[int]
    ) -> Fraction:
        return honest(instance, at, bids) + (len(bids) == 3)

    monkeypatch.setattr(approximate_groups, "expected", several_for_one)
    finding = approximate_groups.false_names(game((0, 1)))
    assert (finding.name, finding.verdict) == ("false names", Verdict.NOT_CLAIMED)
    assert finding.detail == (
        "m0 of g0 expects 0 by bidding its value and 1 by bidding 0 under each of 3 names"
    )


def test_false_names_can_pay() -> None:
    """As for individuals: the chances of two names are more than those of one."""
    finding = named(check_reference(game((10,), (7,))), "false names")
    assert finding.verdict is Verdict.NOT_CLAIMED
    assert finding.detail == (
        "m0 of g0 expects 22031/5760 by bidding its value and 123247/30240 by bidding it as 2 groups of one"
    )


@pytest.mark.parametrize("unit", [1, 10**2, 10**9, 10**15])
@pytest.mark.parametrize("groups", [((10, 4), (9, 3, 3)), ((5, 5), (8,), (0, 0))], ids=str)
def test_a_draw_that_does_not_sell_at_the_critical_bid_is_found_out_in_any_unit(
    groups: tuple[tuple[int, ...], ...], unit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group that pays its own bid, or half of what it should, or serves one fewer, fails whatever the unit."""
    instance = game(*(tuple(bid * unit for bid in group) for group in groups))
    assert named(check_reference(instance), "incentive compatibility").verdict is Verdict.HOLDS
    honest = sell

    def repriced(price: Callable[[int, Sequence[int]], int]) -> Callable[..., GroupSale]:
        def broken(
            individuals: Sequence[int],
            groups: Sequence[Sequence[int]],
            delta: Fraction,
            draw: Fraction,
        ) -> GroupSale:
            sale = honest(individuals, groups, delta, draw)
            if sale.winner is None:
                return sale
            members = groups[sale.winner]
            split = equal_split(members, price(sale.price, members))
            served = tuple(place for place, bid in enumerate(members) if split.serves(bid))
            return GroupSale(sale.winner, split.price, split.share, served)

        return broken

    def unfair(*arguments: Any) -> GroupSale:
        sale = honest(*arguments)
        return replace(sale, served=sale.served[1:])

    first_price = repriced(lambda _, members: willingness_to_pay(members))
    half = repriced(lambda price, _: max(1, price // 2))
    for broken, words in (
        (first_price, r"^g\d pays \d+, which is not the least bid that the draw sells to$"),
        (half, r"^g\d pays \d+, which is not the least bid that the draw sells to$"),
        (unfair, r"^\d of g\d pay (\d+) each for \d+, which \d can share at \1$"),
    ):
        monkeypatch.setattr(approximate_groups, "sell", broken)
        finding = named(check_reference(instance), "incentive compatibility")
        assert finding.verdict is Verdict.FAILS
        assert re.search(words, finding.detail), finding.detail


@pytest.mark.parametrize(("count", "size"), [(10_000, 2), (2, 5_000), (1_000, 30)])
def test_many_groups_are_searched_in_part_and_the_row_says_so(
    count: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the search reads does not grow with the instance, however many small groups there are."""
    random = Random(count)
    instance = game(*(tuple(random.randrange(1, 10**9) for _ in range(size)) for _ in range(count)))
    reads = 0

    def counting(bids: Sequence[int]) -> int:
        nonlocal reads
        reads += len(bids) + approximate_groups.LOOK
        return willingness_to_pay(bids)

    monkeypatch.setattr(lower, "willingness_to_pay", counting)
    finding = named(check_reference(instance), "incentive compatibility")
    assert finding.verdict is Verdict.HOLDS
    assert f" of {count * size} members" in finding.detail, finding.detail
    assert reads <= 6 * WORK_LIMIT


def test_a_draw_that_sells_to_nobody_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approximate_groups, "sell", lambda *_: GroupSale(None, 0, 0, ()))
    finding = named(check_reference(game((5, 5), (8,))), "incentive compatibility")
    assert finding.verdict is Verdict.FAILS
    assert finding.detail == "a draw in the piece of g0 sells to nobody"


def test_a_lie_that_pays_is_found_out_where_all_bids_are_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Though every single draw sells at the critical bid: in expectation the served pay the least of their bids."""

    def dearer(*game: Any) -> dict[GroupSale, Fraction]:
        _, groups, group, _ = game
        found: dict[GroupSale, Fraction] = {}
        for sale, chance in lottery(*game).items():
            least = min(groups[group][place] for place in sale.served)
            dear = replace(sale, share=least)
            found[dear] = found.get(dear, Fraction(0)) + chance
        return found

    monkeypatch.setattr(approximate_groups, "lottery", dearer)
    finding = named(check_reference(game((5, 5), (8,))), "incentive compatibility")
    assert finding.verdict is Verdict.FAILS
    assert finding.detail.startswith("m0 of g0 expects 0 by bidding its value and ")


@pytest.mark.parametrize("unit", [10**9, 10**15])
def test_a_chance_that_falls_is_found_out_in_any_unit(
    unit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group that bids more than all others wins half as often, which no draw shows: none of them bids that."""
    honest = approximate.probability

    def capped(bids: Sequence[int], player: int, delta: Fraction) -> Fraction:
        chance = honest(bids, player, delta)
        others = [bid for place, bid in enumerate(bids) if place != player]
        return chance / 2 if bids[player] > 3 * max(others) // 2 else chance

    monkeypatch.setattr("offchain.model.checks.approximate.probability", capped)
    instance = game((5 * unit, 5 * unit), (7 * unit,), (7 * unit + 1,))
    finding = named(check_reference(instance), "incentive compatibility")
    assert finding.verdict is Verdict.FAILS
    assert " wins with " in finding.detail


def test_of_the_winners_members_those_with_equal_bids_alone_are_to_be_served_alike() -> None:
    """Who bids less may go without."""
    instance = game((6, 6, 1))
    outcome = solve(instance)
    assert isinstance(outcome.sale, ApproximateGroupsSale)
    said = [
        approximate_groups.equal_treatment(instance, outcome, replace(outcome.sale, served=served))
        for served in (("m0", "m1"), ("m0",))
    ]
    assert [finding.verdict for finding in said] == [Verdict.HOLDS, Verdict.FAILS]
    assert said[1].detail == "m0 and m1 bid 6, only one is served"


def test_false_names_are_not_searched_where_that_is_too_much_work() -> None:
    finding = named(check_reference(game((10**9, 5), (8,))), "false names")
    assert (finding.verdict, finding.detail) == (
        Verdict.NOT_CLAIMED,
        "not searched: too many members, or bids too large",
    )


def test_every_price_that_is_tried_is_one() -> None:
    """At least a unit, also of a group that bids next to nothing; none twice, and no more than there are to be."""
    for group_bid in (0, 1, 2, 3, 10**9):
        prices = approximate_groups.prices_for(group_bid)
        assert min(prices, default=1) == 1 or group_bid == 10**9
        assert len(prices) == len(set(prices)) <= approximate_groups.PRICES
        assert max(prices) <= max(1, 2 * group_bid)
    assert {10**9, 10**9 - 1, 10**9 + 1, 5 * 10**8, 2 * 10**9} <= set(prices)
