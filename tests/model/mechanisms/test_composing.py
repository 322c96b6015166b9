"""Every upper rule over every lower, against what the rules say, written anew; and one interface for all of them."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offchain.io.errors import InvalidInput
from offchain.model.checks import two_level_lottery as check_lottery
from offchain.model.checks.finding import Verdict
from offchain.model.instances import (
    Group,
    Member,
    TwoLevelInstance,
    TwoLevelLotteryInstance,
    TwoLevelOutcome,
)
from offchain.model.instances.approximate import ApproximateGroupsInstance
from offchain.model.instances.rules import (
    CRITICAL_BID,
    FIRST_PRICE,
    Ascending,
    Lottery,
    Lower,
    Posted,
    Upper,
)
from offchain.model.kinds import solve
from offchain.model.mechanisms import approximate, approximate_groups, upper
from offchain.model.mechanisms.ascending import climb
from offchain.model.mechanisms.lower import lower_of
from offchain.model.mechanisms.two_level import solve_lottery
from offchain.model.mechanisms.upper import PRICES_LIMIT, DrawnLots
from tests.model.checking import named

Games = Sequence[Sequence[int]]
UPPERS: tuple[Upper, ...] = (
    CRITICAL_BID,
    FIRST_PRICE,
    Ascending(1),
    Ascending(3),
    Ascending(Fraction(1, 4)),
    Posted(1),
    Posted(5),
)
games = st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=3), min_size=1, max_size=3)


def groups_of(game: Games) -> tuple[Group, ...]:
    return tuple(
        Group(f"g{j}", tuple(Member(f"m{i}", (bid,), (bid,)) for i, bid in enumerate(bids)))
        for j, bids in enumerate(game)
    )


def asked(bids: list[int], lower: Lower) -> int:
    """What a group bids."""
    if lower is Lower.EQUAL_SPLIT:
        return max(count * sorted(bids)[-count] for count in range(1, len(bids) + 1))
    return sum(bids)


def wins(bids: list[int], upper: Upper, reserve: int) -> tuple[int, int] | None:
    """Who gets it and for what, by trying every bid that might have won, and by bidding one after the other."""
    if isinstance(upper, Posted):
        price = max(upper.price, reserve)
        able = [(place, price) for place, bid in enumerate(bids) if bid >= price]
        return able[0] if able else None
    if isinstance(upper, Ascending):
        rising = list(climb(bids, reserve, upper.increment))
        return rising[-1] if rising else None
    if max(bids) < reserve:
        return None
    winner = bids.index(max(bids))
    if upper == FIRST_PRICE:
        return winner, bids[winner]
    least = range(reserve, bids[winner] + 1)
    told = {bid: [*bids[:winner], bid, *bids[winner + 1 :]] for bid in least}
    return winner, next(bid for bid, all_ in told.items() if all_.index(max(all_)) == winner)


def charges(bids: list[int], lower: Lower, price: int) -> dict[int, int]:
    """What each of those served pays: the least integers that the rule's words allow."""
    bidding = [place for place, bid in enumerate(bids) if bid]
    pool = sum(bids)

    def up(amount: Fraction) -> int:
        return next(unit for unit in range(pool + price + 1) if unit >= amount)

    match lower:
        case Lower.EQUAL_SPLIT:
            ranked = sorted(bids, reverse=True)
            count = max(n for n in range(1, len(bids) + 1) if n * ranked[n - 1] >= price)
            share = up(Fraction(price, count))
            return {place: share for place, bid in enumerate(bids) if bid >= share}
        case Lower.PAY_YOUR_BID:
            return {place: bids[place] for place in bidding}
        case Lower.EVERYBODY:
            return dict.fromkeys(bidding, up(Fraction(price, len(bidding))))
        case Lower.PROPORTIONAL:
            return {place: up(Fraction(price * bids[place], pool)) for place in bidding}
        case Lower.VCG:
            return {place: max(0, price - (pool - bids[place])) for place in bidding}


@pytest.mark.parametrize("lower", Lower)
@given(game=games, reserve=st.integers(1, 8), upper=st.sampled_from(UPPERS))
def test_every_pair_does_what_its_rules_say(
    game: list[list[int]], reserve: int, upper: Upper, lower: Lower
) -> None:
    solved = solve(TwoLevelInstance(1, (reserve,), groups_of(game), upper, lower))
    assert isinstance(solved, TwoLevelOutcome)
    outcome, lot = solved.to_json(), solved.items[0].to_json()
    bids = [asked(group, lower) for group in game]
    assert lot["group_bids"] == {f"g{j}": bid for j, bid in enumerate(bids)}
    sale = wins(bids, upper, reserve)
    paid = {} if sale is None else charges(game[sale[0]], lower, sale[1])
    assert outcome["payments"] == {
        f"g{j}": {
            f"m{i}": paid.get(i, 0) if sale is not None and sale[0] == j else 0
            for i in range(len(group))
        }
        for j, group in enumerate(game)
    }
    assert (lot["winner"], lot["price"]) == (
        (None, 0) if sale is None else (f"g{sale[0]}", sale[1])
    )
    assert lot["served"] == [f"m{i}" for i in paid]
    assert lot["paid"] == sum(paid.values())
    if lower in (Lower.EQUAL_SPLIT, Lower.EVERYBODY) or sale is None:
        assert lot["share"] == (next(iter(paid.values())) if paid else 0)
    else:
        assert lot["share"] == {f"m{i}": amount for i, amount in paid.items()}
    assert outcome["welfare"] == (sum(game[sale[0]][i] for i in paid) if sale else 0)
    default = upper == CRITICAL_BID and lower is Lower.EQUAL_SPLIT
    assert outcome.get("rules") == (None if default else [upper.name, lower.value])


@pytest.mark.parametrize("lower", Lower)
@given(game=st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=2), min_size=1, max_size=3))
def test_a_lottery_has_the_chances_of_every_draw(game: list[list[int]], lower: Lower) -> None:
    """Draws in the middle between any two ends of pieces, by the draw that the contract makes."""
    delta, reserve = Fraction(1, 3), 2
    lot = solve_lottery(
        TwoLevelLotteryInstance(1, (reserve,), groups_of(game), Lottery(delta), lower)
    ).items[0]
    bids = [asked(group, lower) for group in game]
    playing = [place for place, bid in enumerate(bids) if bid >= reserve]
    found: dict[tuple[str | None, int], Fraction] = {}
    for chance, sold in lot.chances:
        found[sold.winner, sold.price] = chance
        if sold.winner is not None:
            place = int(sold.winner[1:])
            assert dict(zip(sold.served, map(sold.charge, sold.served), strict=True)) == {
                f"m{i}": paid for i, paid in charges(game[place], lower, sold.price).items()
            }
    expected: dict[tuple[str | None, int], Fraction] = {}
    chances = approximate.probabilities([bids[p] for p in playing], delta) if playing else ()
    for player, place in enumerate(playing):
        before = Fraction(0)
        for price in range(reserve, bids[place] + 1):
            others = [bids[p] if p != place else price for p in playing]
            chance = approximate.probability(others, player, delta)
            if chance > before:
                expected[f"g{place}", price] = chance - before
            before = max(before, chance)
    if sum(chances) < 1:
        expected[None, 0] = 1 - sum(chances, Fraction(0))
    assert found == expected
    assert sum(found.values()) == 1


@given(st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=3), min_size=1, max_size=3))
def test_a_lottery_over_equal_shares_is_that_among_groups(game: list[list[int]]) -> None:
    delta = Fraction(1, 10)
    groups = groups_of(game)
    ours = solve_lottery(TwoLevelLotteryInstance(1, (1,), groups, Lottery(delta))).items[0]
    among = approximate_groups.solve(ApproximateGroupsInstance(delta, groups))
    assert {group.name: ours.probability(group.name) for group in groups} == among.probabilities
    assert ours.unsold == among.unsold
    for place, group in enumerate(groups):
        sales = approximate_groups.lottery((), game, place, delta)
        assert {sale.price: (chance, sale.share) for sale, chance in sales.items()} == {
            lot.price: (chance, lot.share)
            for chance, lot in ours.chances
            if lot.winner == group.name
        }


def test_expected_payments_and_welfare_are_those_of_the_chances() -> None:
    game = [[3], [2, 2]]
    outcome = solve_lottery(
        TwoLevelLotteryInstance(1, (1,), groups_of(game), Lottery(Fraction(1, 10)))
    )
    lot = outcome.items[0]
    for place, group in enumerate(game):
        for i in range(len(group)):
            assert outcome.payments[f"g{place}"][f"m{i}"] == sum(
                chance * sold.charge(f"m{i}")
                for chance, sold in lot.chances
                if sold.winner == f"g{place}" and f"m{i}" in sold.served
            )
    assert outcome.welfare == sum(
        chance * sum(game[int(sold.winner[1:])][int(name[1:])] for name in sold.served)
        for chance, sold in lot.chances
        if sold.winner
    )
    written = outcome.to_json()
    assert written["rules"] == ["lottery", "equal-split"]
    assert written["welfare"] == str(outcome.welfare)
    chances = [chance for chance, _ in lot.chances]
    assert chances == sorted(chances, reverse=True)


def test_a_lottery_over_too_many_prices_is_refused_by_group() -> None:
    game = [[1], [PRICES_LIMIT + 1]]
    instance = TwoLevelLotteryInstance(1, (1,), groups_of(game), Lottery(Fraction(1, 10)))
    with pytest.raises(InvalidInput, match=r"^groups\[1\]: a bid of 10,001: "):
        solve(instance)
    assert DrawnLots(Fraction(1, 2)).chances([PRICES_LIMIT + 1], PRICES_LIMIT)


@pytest.mark.parametrize("lower", Lower)
def test_a_single_bid_is_bid_as_it_is(lower: Lower) -> None:
    rule = lower_of(lower)
    for bid in range(5):
        assert rule.bid([bid]) == bid
    assert rule.bid([0, 4, 0]) == 4


@pytest.mark.parametrize("lower", Lower)
def test_a_price_that_cannot_be_paid_is_refused(lower: Lower) -> None:
    rule = lower_of(lower)
    for price in (0, -1, rule.bid([3, 2]) + 1):
        with pytest.raises(ValueError, match=r"price|nobody"):
            rule.split([3, 2], price)


@pytest.mark.parametrize("lower", Lower)
def test_charges_add_up_to_what_is_paid(lower: Lower) -> None:
    rule = lower_of(lower)
    for bids in product(range(4), repeat=3):
        for price in range(1, rule.bid(bids) + 1):
            split = rule.split(bids, price)
            served = [charge for charge in split.charges if charge is not None]
            assert split.paid == sum(served)
            assert split.share is None or set(served) == {split.share}
            assert all(bid for bid, charge in zip(bids, split.charges, strict=True) if charge)


@pytest.mark.parametrize(
    ("module", "limit", "most", "unsearched"),
    [
        (upper, "PRICES_LIMIT", 11, "group strategyproofness"),
        (check_lottery, "WORK_LIMIT", 50, "incentive compatibility"),
    ],
)
def test_where_lies_have_too_many_prices_for_a_lottery_the_check_says_so(
    module: ModuleType, limit: str, most: int, unsearched: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group bids 10, and 12 by joint lies."""
    monkeypatch.setattr(module, limit, most)
    instance = TwoLevelLotteryInstance(1, (1,), groups_of([[5, 5], [3]]), Lottery(Fraction(1, 10)))
    finding = named(check_lottery.check(instance), unsearched)
    assert (finding.verdict, finding.detail) == (
        Verdict.NOT_CLAIMED,
        "not searched: too many members, or prices",
    )
