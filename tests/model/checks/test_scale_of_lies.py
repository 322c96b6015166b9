"""A rule that invites lies is found out in any unit of money: the same instance in wei fails the same check."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import pytest

from offchain.model.checks import Finding, Verdict, deviations, vcg
from offchain.model.checks.pay_your_bid import find_lie
from offchain.model.checks.vcg_equal_split import find_lie as find_equal_split_lie
from offchain.model.instances import (
    BID_LIMIT,
    Group,
    Member,
    TwoLevelInstance,
    VcgInstance,
    VcgPlayer,
)
from offchain.model.instances.bundles import Bundle, Values
from offchain.model.kinds import check_reference
from offchain.model.mechanisms import lower
from offchain.model.mechanisms.equal_split import EqualSplit, served_count, share
from offchain.model.mechanisms.pay_your_bid import Asks
from offchain.model.mechanisms.price_rule import PriceRule, Standing, exact, plain_second_price
from offchain.model.mechanisms.upper import SealedBids
from offchain.model.mechanisms.vcg import payments, received
from offchain.model.mechanisms.vcg_equal_split import AGGREGATIONS
from offchain.model.mechanisms.winner_determination import Choice
from tests.model.checking import first_price

SCALES = [1, 997, 10**9, 10**15, 2**55 + 1]

Groups = tuple[tuple[int, ...], ...]


def game(groups: Groups, unit: int = 1, jitter: Callable[[], int] = lambda: 0) -> TwoLevelInstance:
    """One item; everybody bids the value, in so many units and a few more."""
    return TwoLevelInstance(
        items=1,
        reserves=(1,),
        groups=tuple(
            Group(
                f"g{index}",
                tuple(
                    Member(f"m{place}", (amount,), (amount,))
                    for place, amount in enumerate(bid * unit + jitter() for bid in group)
                ),
            )
            for index, group in enumerate(groups)
        ),
    )


def half_way(standing: Standing, bidder: int, bid: int) -> Standing:
    """The winner pays the mean of its bid and what it had to beat."""
    if bid > standing.highest:
        return Standing(bidder, bid, (bid + standing.highest + 1) // 2)
    return replace(standing, price=max(standing.price, bid))


def a_tenth_off(standing: Standing, bidder: int, bid: int) -> Standing:
    """The winner pays a tenth less than what it had to beat, so that to win narrowly is worth a lie."""
    if bid > standing.highest:
        return Standing(bidder, bid, 1 + standing.highest * 9 // 10)
    return replace(standing, price=max(standing.price, bid * 9 // 10))


def third_price(standing: Standing, bidder: int, bid: int) -> Standing:
    """The winner pays what the bid before the last leader's was, in arrival order."""
    if bid > standing.highest:
        return Standing(bidder, bid, max(1, standing.price))
    return standing


GAMES: list[Groups] = [
    ((20,), (12,), (9,)),
    ((12,), (9,), (20,)),
    ((9,), (20,), (12,)),
    ((10, 8, 3), (19,)),
    ((7, 7, 7), (4, 4), (13,)),
    ((19,), (17, 6, 6, 2)),
    ((1,), (2, 2, 2, 2, 2), (6,)),
    ((40,), (38,)),
    ((40,), (19, 19, 3)),
    ((10,), (10, 5)),
    ((18,), (10, 9)),
    ((4,), (4, 2)),
    ((12,), (6, 6, 4)),
]
RULES = [first_price, half_way, a_tenth_off, third_price, plain_second_price]


def some_lie_pays(rule: PriceRule, groups: Groups) -> bool:
    """By trying every bid that can make a difference."""
    places = deviations.seats(game(groups))
    return deviations.find_deviation(places, lambda seat: range(50), SealedBids(rule)) is not None


BROKEN = [(rule, groups) for rule in RULES for groups in GAMES if some_lie_pays(rule, groups)]
BROKEN_FOR_ALL = [pair for pair in BROKEN if pair[0] is first_price]


def test_each_rule_is_broken_somewhere() -> None:
    assert {rule for rule, _ in BROKEN} == set(RULES)
    assert len(BROKEN_FOR_ALL) >= 8


def incentives(instance: TwoLevelInstance, rule: PriceRule) -> Finding:
    """What `consort check` says of incentive compatibility."""
    findings = check_reference(instance, rule)
    return next(finding for finding in findings if finding.name == "incentive compatibility")


def named(value: object) -> str:
    """What a case is called, in every process alike."""
    return getattr(value, "__name__", str(value))


@pytest.mark.parametrize("unit", SCALES)
@pytest.mark.parametrize(("rule", "groups"), BROKEN, ids=named)
def test_what_fails_in_small_amounts_fails_in_large_ones(
    rule: PriceRule, groups: Groups, unit: int
) -> None:
    assert incentives(game(groups, unit), rule).verdict is Verdict.FAILS


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("rule", "groups"), BROKEN_FOR_ALL, ids=named)
def test_odd_amounts_hide_nothing(rule: PriceRule, groups: Groups, seed: int) -> None:
    random = Random(seed)
    unit = random.choice([10**3, 10**9, 10**17])
    instance = game(groups, unit, lambda: random.randrange(unit // 10))
    assert incentives(instance, rule).verdict is Verdict.FAILS, instance.to_json()


@pytest.mark.parametrize("unit", SCALES)
@pytest.mark.parametrize("groups", GAMES, ids=str)
def test_the_rule_in_use_holds_in_all_of_them(groups: Groups, unit: int) -> None:
    finding = incentives(game(groups, unit), exact)
    assert finding.verdict is Verdict.HOLDS
    assert " tried: " in finding.detail, "what was tried is said"


@pytest.mark.parametrize("unit", SCALES)
def test_a_lower_rule_that_rounds_down_is_found_out(
    unit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among three who could share 10, each pays 3, and whoever bids 3 and a bit over is served for less than needed."""

    def floor_split(bids: tuple[int, ...], price: int) -> EqualSplit:
        served = served_count(bids, price)
        return EqualSplit(price, served, max(1, share(price, served) * 2 // 3))

    monkeypatch.setattr(lower, "equal_split", floor_split)
    groups: Groups = ((10, 8, 7, 5), (19,))
    assert incentives(game(groups), exact).verdict is Verdict.FAILS
    assert incentives(game(groups, unit), exact).verdict is Verdict.FAILS


@pytest.mark.parametrize("unit", SCALES)
@pytest.mark.parametrize("asks", Asks)
def test_pooling_is_found_out(asks: Asks, unit: int) -> None:
    for groups in (((10, 5), (9,)), ((6, 6, 6), (10, 1)), ((12,), (9, 9))):
        assert find_lie(game(groups, unit), asks) is not None


def test_no_bid_beyond_the_limit_is_tried() -> None:
    """Twice the largest amount is beyond what the contracts hold."""
    (seat,) = deviations.seats(game(((BID_LIMIT,),)))
    tried = list(deviations.critical_bids(seat, SealedBids()))
    assert max(tried) == BID_LIMIT
    assert len(set(tried)) == len(tried)


Bids = tuple[dict[str, int], ...]

SALES: list[Bids] = [
    ({"a": 20, "ab": 27}, {"a": 12, "b": 9}),
    ({"a": 10}, {"b": 10}, {"ab": 16}),
    ({"abc": 30}, {"a": 12, "bc": 14}, {"ab": 20, "c": 5}),
    ({"a": 8, "b": 7, "c": 6}, {"a": 7, "b": 9}, {"c": 4, "abc": 15}, {"bc": 11}),
    (
        {"ad": 21, "bc": 19},
        {"ab": 22, "cd": 18},
        {"a": 12, "d": 10},
        {"abcd": 35},
        {"b": 8, "c": 8},
    ),
]


def sale(bids: Bids, unit: int = 1, jitter: Callable[[], int] = lambda: 0) -> VcgInstance:
    """Goods a to d, and players who bid so many units and a few more for some bundles."""
    return VcgInstance(
        tuple("abcd"),
        tuple(
            VcgPlayer(
                f"p{place}",
                {tuple(bundle): amount * unit + jitter() for bundle, amount in values.items()},
            )
            for place, values in enumerate(bids)
        ),
    )


def pays_its_bid(goods: Bundle, bids: Sequence[Values], choice: Choice) -> tuple[int, ...]:
    """First price."""
    return tuple(received(bids, choice))


def pays_half(goods: Bundle, bids: Sequence[Values], choice: Choice) -> tuple[int, ...]:
    """Half of what the others lose: a bundle that is worth less than it takes can be had with a gain."""
    return tuple(paid // 2 for paid in payments(goods, bids, choice))


def pays_half_way(goods: Bundle, bids: Sequence[Values], choice: Choice) -> tuple[int, ...]:
    """The mean of the bid and what the others lose."""
    return tuple(
        (own + paid) // 2
        for own, paid in zip(received(bids, choice), payments(goods, bids, choice), strict=True)
    )


def scaled_and_odd(bids: Bids, unit: int) -> tuple[VcgInstance, VcgInstance]:
    """The sale in so many units exactly, and with a few more for each bid."""
    random = Random(unit)
    return sale(bids, unit), sale(bids, unit, lambda: random.randrange(1 + unit // 10))


@pytest.mark.parametrize("unit", [1, 10**9, 10**15])
@pytest.mark.parametrize("broken", [pays_its_bid, pays_half, pays_half_way])
@pytest.mark.parametrize("bids", SALES, ids=range(len(SALES)))
def test_what_vcg_would_charge_matters_in_any_unit(
    bids: Bids, broken: Callable[..., tuple[int, ...]], unit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each rule is broken in each of these sales."""
    monkeypatch.setattr(vcg, "payments", broken)
    for instance in scaled_and_odd(bids, unit):
        finding = vcg.incentive_compatibility(instance)
        assert finding.verdict is Verdict.FAILS, instance.to_json()


@pytest.mark.parametrize("unit", [1, 10**9, 10**15])
@pytest.mark.parametrize("bids", SALES, ids=range(len(SALES)))
def test_vcg_holds_in_any_unit(bids: Bids, unit: int) -> None:
    """In all of the sales in which those are broken."""
    for instance in scaled_and_odd(bids, unit):
        assert vcg.incentive_compatibility(instance).verdict is Verdict.HOLDS


@pytest.mark.parametrize("unit", [1, 10**9])
def test_a_rule_whose_gain_is_one_unit_is_found_out(
    unit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wins by no more than a unit pays nothing: to be found at the critical value alone, which nobody bids."""

    def free_if_narrow(goods: Bundle, bids: Sequence[Values], choice: Choice) -> tuple[int, ...]:
        due = payments(goods, bids, choice)
        return tuple(
            0 if own == paid + 1 else paid
            for own, paid in zip(received(bids, choice), due, strict=True)
        )

    random = Random(unit)
    monkeypatch.setattr(vcg, "payments", free_if_narrow)
    for bids in SALES:
        instance = sale(bids, unit, lambda: random.randrange(1 + unit // 10))
        assert vcg.incentive_compatibility(instance).verdict is Verdict.FAILS, instance.to_json()


@pytest.mark.parametrize("unit", [1, 10**9, 10**15])
@pytest.mark.parametrize("name", ["sum", "maximum", "willingness to pay", "mean, rounded down"])
def test_vcg_over_the_equal_split_invites_lies_in_any_unit(name: str, unit: int) -> None:
    """Appendix A, its amounts not of one unit."""
    random = Random(unit)

    def odd(amount: int) -> int:
        return amount * unit + random.randrange(1 + unit // 10)

    values = [[(odd(1002), 0), (odd(499), odd(1))], [(odd(1000), odd(1))]]
    groups = tuple(
        Group(f"g{j}", tuple(Member(f"m{j}{i}", own, own) for i, own in enumerate(group)))
        for j, group in enumerate(values)
    )
    instance = TwoLevelInstance(items=2, reserves=(1, 1), groups=groups)
    assert find_equal_split_lie(instance, AGGREGATIONS[name]) is not None, instance.to_json()
