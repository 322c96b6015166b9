"""Parts of access in steps: the mechanism's promises on games drawn at random, far beyond the grid that the row goes through."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from offchain.model.checks.two_level import harmonic
from offchain.model.theory.sharing.lotteries import steps as row
from offchain.model.theory.sharing.step_search import find_steps
from offchain.model.theory.sharing.step_sums import by_sum
from offchain.model.theory.sharing.steps import Sold, Steps, rules, sell_to

KEPT = rules()
BEST = {2: Fraction(10, 13), 3: Fraction(4, 7)}


def named(rule: Steps) -> str:
    return f"{rule.members}-{rule.steps}"


def games(rule: Steps, seed: int, count: int) -> list[list[list[int]]]:
    """Up to four groups of up to so many members, of values of all sizes, many of them equal or a step's cost apart."""
    random = Random(seed)
    found = []
    for _ in range(count):
        scale = random.choice([rule.steps, 2 * rule.steps, 97, 10**6])
        found.append(
            [
                [random.randint(0, scale) for _ in range(random.randint(1, rule.members))]
                for _ in range(random.randint(1, 4))
            ]
        )
    return found


def welfare(groups: Sequence[Sequence[int]], sold: Sequence[Sold]) -> Fraction:
    return sum(
        (
            part * value
            for group, one in zip(groups, sold, strict=True)
            for part, value in zip(one.access, group, strict=True)
        ),
        Fraction(0),
    )


def test_the_best_of_each_size() -> None:
    for members, part in BEST.items():
        found = max(rule.check() for rule in KEPT if rule.members == members)
        assert found == part > 1 / harmonic(members)


@pytest.mark.parametrize("rule", KEPT, ids=named)
def test_promises_on_random_games(rule: Steps) -> None:
    """Budget balance to the last fraction, nobody pays more than access is worth, and the part of the optimum."""
    part = rule.check()
    for groups in games(rule, 11, 300):
        sold = sell_to(rule, groups)
        best = max(sum(group) for group in groups)
        assert welfare(groups, sold) >= part * best or best == 0, groups
        winners = [place for place, one in enumerate(sold) if any(one.access)]
        assert len(winners) <= 1, groups
        for place in winners:
            bids = [rule.bid(group) for group in groups]
            price = max([Fraction(1), *bids[:place], *bids[place + 1 :]])
            assert bids[place] == max(bids), groups
            assert sum(sold[place].pays) == price, groups
        for group, one in zip(groups, sold, strict=True):
            for value, x, pays in zip(group, one.access, one.pays, strict=True):
                assert 0 <= x <= 1, groups
                assert 0 <= pays <= x * value, groups


@pytest.mark.parametrize("rule", KEPT, ids=named)
def test_no_lie_pays_on_random_games(rule: Steps) -> None:
    """Lies of all sizes, among them those that just reach or miss an index at the price."""
    random = Random(5)
    for groups in games(rule, 12, 60):
        truth = sell_to(rule, groups)
        place = random.randrange(len(groups))
        member = random.randrange(len(groups[place]))
        value = groups[place][member]
        kept = truth[place].access[member] * value - truth[place].pays[member]
        others = [*groups[:place], *groups[place + 1 :]]
        price = max([Fraction(1), *map(rule.bid, others)])
        reach = [int(price * index / rule.steps) for index in range(rule.steps + 1)]
        for lie in {0, value - 1, value + 1, 2 * value, *reach, *(one + 1 for one in reach)}:
            if lie < 0:
                continue
            changed = [list(group) for group in groups]
            changed[place][member] = lie
            got = sell_to(rule, changed)[place]
            assert got.access[member] * value - got.pays[member] <= kept, (
                groups,
                place,
                member,
                lie,
            )


@pytest.mark.parametrize("rule", KEPT, ids=named)
def test_a_single_member_bids_its_value_and_whoever_has_the_price_has_all(rule: Steps) -> None:
    assert [rule.bid([value]) for value in (0, 1, 7, 1000)] == [0, 1, 7, 1000]
    for groups in games(rule, 13, 60):
        price = max(rule.bid(group) for group in groups)
        if price >= 1:
            first, *_ = sell_to(rule, [[int(price) + 1, *groups[0][1:]], *groups])
            assert first.access[0] == 1, groups
    twins = sell_to(rule, [[9] * rule.members, [5]])[0]
    assert len(set(twins.access)) == len(set(twins.pays)) == 1


@pytest.mark.parametrize("rule", KEPT, ids=named)
def test_no_lie_pays_at_ties(rule: Steps) -> None:
    """Beside a single member who bids what the group does, or what a member does: a group that comes first wins the tie."""
    random = Random(14)
    for _ in range(40):
        scale = random.choice([4, rule.steps, 60])
        group = [random.randint(1, scale) for _ in range(rule.members)]
        member = random.randrange(rule.members)
        lies = {*range(0, scale + 2), 2 * scale} if scale < 60 else {0, *group, scale, 2 * scale}
        for rival in {rule.bid(group), Fraction(group[member])}:
            for before in ([[rival]], []):
                kept = gain_of(rule, before, group, rival, member, group[member])
                for lie in lies:
                    changed = [*group[:member], lie, *group[member + 1 :]]
                    got = gain_of(rule, before, changed, rival, member, group[member])
                    assert got <= kept, (before, group, rival, member, lie)


def gain_of(
    rule: Steps,
    before: Sequence[Sequence[Fraction]],
    bids: Sequence[int],
    rival: Fraction,
    member: int,
    value: int,
) -> Fraction:
    """What a member gains who values access so: its group after those before, and before a rival."""
    scaled = [*before, [Fraction(bid) for bid in bids], [rival]]
    got = sell_to(rule, scaled)[len(before)]
    return got.access[member] * value - got.pays[member]


def test_broken_rules_are_refused() -> None:
    rule = next(rule for rule in KEPT if (rule.members, rule.steps) == (2, 8))
    whole, paid = ((8, 0), 8), ((7, 3), 7)
    for place, part, message in (
        (whole, Fraction(1, 2), "no whole access"),
        (((8, 8), 8), Fraction(2), "is no part"),
        (paid, rule.access[paid] - Fraction(1, 10**6), "not the price"),
    ):
        broken = replace(rule, access={**rule.access, place: part})
        with pytest.raises(ValueError, match=message):
            broken.check()
    lowered = {place: part for place, part in rule.access.items() if 8 not in place[0]}
    with pytest.raises(ValueError, match="no whole access"):
        replace(rule, access=lowered).check()
    falling = {**rule.access, ((8, 0), 0): Fraction(1)}
    with pytest.raises(ValueError, match="access falls"):
        replace(rule, access=falling).check()
    assert not row(kept=[], top=2).holds


def test_a_rule_is_found_again() -> None:
    assert find_steps(2, 8).check() == Fraction(8, 11)


@pytest.mark.parametrize(("steps", "least"), [(8, 10), (12, 15), (16, 20), (30, 38)])
def test_the_formula_for_two_members_gives_the_tables(steps: int, least: int) -> None:
    """HiGHS and the formula say the same, to the last fraction."""
    (kept,) = (rule for rule in KEPT if (rule.members, rule.steps) == (2, steps))
    assert by_sum(steps, least) == kept


def test_more_steps_do_better() -> None:
    """As docs/sharing.md says; a larger sum guarantees less, and of a smaller one the formula makes no rule."""
    assert by_sum(100, 128).check() == Fraction(100, 129)
    assert by_sum(30, 39).check() == Fraction(3, 4)
    with pytest.raises(ValueError, match="is no part"):
        by_sum(30, 37).check()
