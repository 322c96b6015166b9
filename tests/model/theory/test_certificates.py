"""Certificates of the linear programmes: verified by rows built here anew from the definitions, without a solver and without the
programme's own constraints; and wrong ones are refused.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement, permutations

import pytest

from offchain.model.theory.sharing import lotteries
from offchain.model.theory.sharing.certificates import (
    Certificate,
    bound,
    certificates,
    is_certain,
    reached,
)
from offchain.model.theory.sharing.finding import find
from offchain.model.theory.sharing.programme import Budget, Programme
from tests.docs.markdown import ROOT

KEPT = certificates()
RULES = [(one, rule) for one in KEPT for rule in (one.solution, one.partial) if rule is not None]


def named(case: object) -> str:
    """A certificate by its programme."""
    if isinstance(case, Certificate):
        one = case.programme
        return f"{one.members}-{one.price}-{one.budget}"
    return ""


class Rule:
    """A kept rule as functions of profiles in any order."""

    def __init__(self, values: Mapping[str, Fraction]) -> None:
        self._values = values

    def buys(self, profile: tuple[int, ...]) -> Fraction:
        return self._read("g", profile)

    def access(self, profile: tuple[int, ...], member: int) -> Fraction:
        return self._read("x", profile, profile[member])

    def pays(self, profile: tuple[int, ...], member: int) -> Fraction:
        return self._read("c", profile, profile[member])

    def _read(self, kind: str, profile: tuple[int, ...], *value: int) -> Fraction:
        said = ",".join(map(str, sorted(profile, reverse=True)))
        return self._values.get(" ".join([kind, said, *map(str, value)]), Fraction(0))


@pytest.mark.parametrize(("one", "values"), RULES, ids=named)
def test_a_rule_is_what_it_is_said_to_be(one: Certificate, values: Mapping[str, Fraction]) -> None:
    """Every profile, every member, every lie: not only to neighbouring values."""
    rule, price = Rule(values), one.programme.price
    members = range(one.programme.members)
    worst = Fraction(1)
    for profile in combinations_with_replacement(range(price + 1), len(members)):
        g = rule.buys(profile)
        paid = sum((rule.pays(profile, i) for i in members), Fraction(0))
        assert 0 <= g <= 1
        assert paid == price * g if one.programme.budget is Budget.EXACT else paid >= price * g
        welfare = price * (1 - g)
        for i in members:
            x, c = rule.access(profile, i), rule.pays(profile, i)
            assert 0 <= x <= g
            assert 0 <= c <= profile[i] * x
            welfare += profile[i] * x
            for bid in range(price + 1):
                lie = (*profile[:i], bid, *profile[i + 1 :])
                gain = profile[i] * rule.access(lie, i) - rule.pays(lie, i)
                assert gain <= profile[i] * x - c, (profile, i, bid)
        worst = min(worst, welfare / max(sum(profile), price))
    assert values["part"] <= worst
    assert reached(one.programme, values) == values["part"]


def rows(members: int, price: int, budget: Budget) -> Iterator[tuple[str, dict[str, int], int]]:
    """The constraints that multipliers name, written down once more: name, coefficients, limit."""

    def said(profile: tuple[int, ...]) -> str:
        return ",".join(map(str, sorted(profile, reverse=True)))

    def sums(*terms: tuple[str, int]) -> dict[str, int]:
        total: dict[str, int] = {}
        for name, many in terms:
            total[name] = total.get(name, 0) + many
        return total

    for profile in combinations_with_replacement(range(price, -1, -1), members):
        p = said(profile)
        yield (
            f"welfare {p}",
            sums(
                ("part", max(sum(profile), price)),
                (f"g {p}", price),
                *((f"x {p} {value}", -value) for value in profile),
            ),
            price,
        )
        yield f"lottery {p}", {f"g {p}": 1}, 1
        paid = [(f"c {p} {value}", 1) for value in profile]
        yield f"covered {p}", sums((f"g {p}", price), *((c, -1) for c, _ in paid)), 0
        if budget is Budget.EXACT:
            yield f"returned {p}", sums((f"g {p}", -price), *paid), 0
        for place, value in enumerate(profile):
            yield f"access {p} {value}", {f"x {p} {value}": 1, f"g {p}": -1}, 0
            yield (
                f"rational {p} {value}",
                sums((f"c {p} {value}", 1), (f"x {p} {value}", -value)),
                0,
            )
            for bid in range(price + 1):
                if bid != value:
                    lie = said((*profile[:place], bid, *profile[place + 1 :]))
                    gain = sums(
                        (f"x {lie} {bid}", value),
                        (f"c {lie} {bid}", -1),
                        (f"x {p} {value}", -value),
                        (f"c {p} {value}", 1),
                    )
                    yield f"truthful {p} {value} {bid}", gain, 0


@pytest.mark.parametrize("one", [one for one in KEPT if one.programme.price <= 12], ids=named)
def test_multipliers_prove_their_bound(one: Certificate) -> None:
    """Weak duality, in fractions: the sum of the named constraints says `part + (what is not negative) <= bound`."""
    table = {
        name: (terms, limit)
        for name, terms, limit in rows(
            one.programme.members, one.programme.price, one.programme.budget
        )
    }
    assert all(weight > 0 for weight in one.multipliers.values())
    sums: dict[str, Fraction] = {}
    limit = Fraction(0)
    for name, weight in one.multipliers.items():
        terms, most = table[name]
        limit += weight * most
        for variable, many in terms.items():
            sums[variable] = sums.get(variable, Fraction(0)) + weight * many
    sums["part"] -= 1
    highest = {variable: one.programme.price if variable[0] == "c" else 1 for variable in sums}
    slack = sum((-many * highest[name] for name, many in sums.items() if many < 0), Fraction(0))
    assert limit + slack == bound(one.programme, one.multipliers)
    assert slack < Fraction(1, 10**4)
    if one.solution is not None:
        assert (slack, limit) == (Fraction(0), one.solution["part"])


def test_what_is_kept() -> None:
    """Exact for both numbers of members and both budgets; parts of access are sold without chance."""
    exact = {
        (one.programme.members, one.programme.budget) for one in KEPT if one.solution is not None
    }
    assert exact == {(members, budget) for members in (2, 3) for budget in Budget}
    partial = [one.partial for one in KEPT if one.partial is not None]
    assert len(partial) >= 6
    assert all(map(is_certain, partial))
    assert not all(is_certain(one.solution) for one in KEPT if one.solution is not None)


def test_wrong_certificates_are_refused() -> None:
    one = next(one for one in KEPT if one.solution is not None)
    solution = dict(one.solution or {})
    for wrong in (
        {**solution, "part": solution["part"] + Fraction(1, 1000)},
        {**solution, "x 9,9 9": Fraction(1)},
        {name: -value for name, value in solution.items()},
        {**solution, "c 4,4 4": Fraction(0)},
    ):
        with pytest.raises(ValueError, match="no solution"):
            reached(one.programme, wrong)
    with pytest.raises(ValueError, match="no bound"):
        bound(one.programme, {"welfare 99": Fraction(1)})
    with pytest.raises(ValueError, match="no bound"):
        bound(one.programme, {"lottery 4,4": Fraction(-1)})
    halved = {name: weight / 2 for name, weight in one.multipliers.items()}
    assert bound(one.programme, halved) > bound(one.programme, one.multipliers)
    assert not lotteries.programmes(kept=[replace(one, multipliers=halved)]).holds
    assert not lotteries.parts_of_access(kept=[replace(one, partial=one.solution)]).holds
    assert not lotteries.parts_of_access(kept=[]).holds


def test_they_are_found_again() -> None:
    """By the solver, for the smallest programmes."""
    for budget in Budget:
        found = find(Programme(2, 4, budget), partial=budget is Budget.EXACT)
        (kept,) = (
            one
            for one in KEPT
            if (one.programme.members, one.programme.price, one.programme.budget) == (2, 4, budget)
        )
        best = bound(found.programme, found.multipliers)
        assert best == bound(kept.programme, kept.multipliers)
        assert found.solution is not None
        assert reached(found.programme, found.solution) == best
    (partial,) = (one.partial for one in KEPT if one.programme == Programme(2, 4, Budget.EXACT))
    assert partial is not None
    again = find(Programme(2, 4, Budget.EXACT), partial=True).partial
    assert again is not None
    assert again["part"] == partial["part"] == Fraction(13, 15)


def test_a_rule_may_as_well_treat_members_alike() -> None:
    """Variables are of profiles in falling order: whatever order is asked for is the same."""
    names = set(Programme(3, 3, Budget.EXACT).variables)
    for profile in permutations((3, 1, 0)):
        said = ",".join(map(str, sorted(profile, reverse=True)))
        assert {f"g {said}", f"x {said} 1", f"c {said} 0"} <= names


def test_the_table_of_the_page() -> None:
    """docs/sharing.md: best parts, bounds rounded up, parts of access, the equal split."""
    page = (ROOT / "docs" / "sharing.md").read_text(encoding="utf-8")
    rows = (line for line in page.splitlines() if line[:3] in ("| 2", "| 3"))
    told = [[cell.strip() for cell in line.split("|")[1:-1]] for line in rows]
    assert len(told) == 8
    for members, price, exact, covered, partial, plain in told:
        for text, budget in ((exact, Budget.EXACT), (covered, Budget.COVERED)):
            programme = Programme(int(members), int(price), budget)
            (one,) = (one for one in KEPT if one.programme == programme)
            best = bound(programme, one.multipliers)
            if text.startswith("≤ "):
                assert 0 <= Fraction(text[2:]) - best < Fraction(1, 10**5)
            else:
                assert one.solution is not None
                assert Fraction(text) == best
            assert lotteries.by_equal_split(programme) == Fraction(plain)
            if partial and budget is Budget.EXACT:
                assert one.partial is not None
                assert Fraction(partial) == one.partial["part"]
