"""Finds rules of `steps.py` with SciPy's HiGHS: a programme whose whole variables say at which profiles a group buys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import inf
from typing import Any, TypeAlias

from offchain.model.theory.sharing.steps import Indexes, Steps

_DENOMINATORS = tuple(10**power for power in range(2, 9))

Name: TypeAlias = tuple[Any, ...]
"""A variable: ("part",), ("buys", indexes), or ("access", indexes, own index)."""
PART: Name = ("part",)


@dataclass(frozen=True, slots=True)
class _Row:
    """The sum of the terms lies between two limits."""

    terms: Mapping[Name, int]
    low: float
    high: float


def find_steps(members: int, steps: int) -> Steps:
    """The rule of so many steps with the best part, as far as HiGHS says; in fractions that `Steps.check` is satisfied with.

    Raises RuntimeError if HiGHS finds none, or if no rounding satisfies it.
    """
    rows = list(_rows(members, steps))
    names = list(dict.fromkeys([PART, *(name for row in rows for name in row.terms)]))
    first = _solved(rows, names, {})
    bought = {name: round(first[name]) for name in names if name[0] == "buys"}
    found = _solved(rows, names, bought)
    for most in _DENOMINATORS:
        access = {
            (name[1], name[2]): Fraction(found[name]).limit_denominator(most)
            for name in names
            if name[0] == "access"
        }
        rule = Steps(members, steps, {place: part for place, part in access.items() if part > 0})
        try:
            rule.check()
        except ValueError:
            continue
        return rule
    raise RuntimeError(f"no fractions near HiGHS's rule of {steps} steps keep its promises")


def _rows(members: int, steps: int) -> Iterator[_Row]:
    """What `Steps.check` asks for, linear in access and part once it is known where the group buys."""
    for indexes in combinations_with_replacement(range(steps, -1, -1), members):
        buys: Name = ("buys", indexes)
        paid: dict[Name, int] = {buys: -steps}
        for place, own in enumerate(indexes):
            yield _Row({_access(indexes, place): 1, buys: -1}, -inf, 0)
            if own == steps:
                yield _Row({_access(indexes, place): 1}, 1, 1)
            for index in range(1, own + 1):
                _add(paid, _access(_with(indexes, place, index), place), index)
                _add(paid, _access(_with(indexes, place, index - 1), place), -index)
            if own < steps:
                above = _with(indexes, place, own + 1)
                yield _Row({buys: 1, ("buys", _ranked(above)): -1}, -inf, 0)
                for one in range(members):
                    yield _Row({_access(indexes, one): 1, _access(above, one): -1}, -inf, 0)
        yield _Row(paid, 0, 0)
        for up in product(*((0,) if own == steps else (0, 1) for own in indexes)):
            corner = [own + more for own, more in zip(indexes, up, strict=True)]
            welfare: dict[Name, int] = {buys: -steps, PART: -max(sum(corner), steps)}
            for place, value in enumerate(corner):
                _add(welfare, _access(indexes, place), value)
            yield _Row(welfare, -steps, inf)


def _with(indexes: Indexes, place: int, index: int) -> Indexes:
    return (*indexes[:place], index, *indexes[place + 1 :])


def _ranked(indexes: Indexes) -> Indexes:
    return tuple(sorted(indexes, reverse=True))


def _access(indexes: Indexes, place: int) -> Name:
    return ("access", _ranked(indexes), indexes[place])


def _add(terms: dict[Name, int], name: Name, many: int) -> None:
    terms[name] = terms.get(name, 0) + many


def _solved(rows: list[_Row], names: list[Name], bought: Mapping[Name, int]) -> dict[Name, float]:
    """The best values of the variables: with whole `buys` if none are given, else with these."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    place = {name: number for number, name in enumerate(names)}
    entries = [
        (number, place[name], float(many))
        for number, row in enumerate(rows)
        for name, many in row.terms.items()
    ]
    at, columns, data = zip(*entries, strict=True)
    matrix = csr_array((data, (at, columns)), shape=(len(rows), len(names)))
    found: Any = milp(
        [-float(name == PART) for name in names],
        constraints=LinearConstraint(matrix, [row.low for row in rows], [row.high for row in rows]),
        integrality=[int(name[0] == "buys" and not bought) for name in names],
        bounds=Bounds(
            [float(bought.get(name, 0)) for name in names],
            [float(bought.get(name, 1)) for name in names],
        ),
    )
    if found.x is None:
        raise RuntimeError(f"HiGHS: {found.message}")
    return dict(zip(names, map(float, found.x), strict=True))
