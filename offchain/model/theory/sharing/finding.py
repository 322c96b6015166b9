"""Finds certificates with SciPy's HiGHS, whose floats are rounded to fractions and then believed only as far as these hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from offchain.model.theory.sharing.certificates import Certificate, bound, reached
from offchain.model.theory.sharing.programme import PART, Programme, Variable

_DENOMINATORS = tuple(10**power for power in range(3, 9))
"""Tried from the smallest on: a vertex of a small programme has small ones."""
_GRID = 10**8
"""Multipliers that cannot be told exactly are whole parts of it."""


def find(programme: Programme, partial: bool = False) -> Certificate:
    """The best rule and multipliers that show that it is, as fractions; where rounding does not get to both, multipliers that
    bound the best closely, and no rule.

    partial: also the best rule, as far as a search by HiGHS says, by which the group buys for certain or not at all.
    """
    found = _solved(programme, {})
    certain = _rule(programme, _certain(programme)) if partial else None
    for most in _DENOMINATORS:
        solution, weights = _rounded(found.values, most), _rounded(found.multipliers, most)
        if _reached(programme, solution) == bound(programme, weights):
            return Certificate(programme, solution, certain, weights)
    close = {
        name: Fraction(round(weight * _GRID), _GRID) for name, weight in found.multipliers.items()
    }
    return Certificate(
        programme, None, certain, {name: weight for name, weight in close.items() if weight > 0}
    )


def _rule(programme: Programme, bought: Mapping[Variable, int]) -> dict[Variable, Fraction] | None:
    """The best rule that buys just so; None if rounding does not get to it."""
    found = _solved(programme, bought)
    rules = (_rounded(found.values, most) for most in _DENOMINATORS)
    return next((rule for rule in rules if _reached(programme, rule) is not None), None)


def _reached(programme: Programme, solution: Mapping[Variable, Fraction]) -> Fraction | None:
    try:
        return reached(programme, solution)
    except ValueError:
        return None


def _rounded(values: Mapping[str, float], most: int) -> dict[str, Fraction]:
    rounded = {name: Fraction(value).limit_denominator(most) for name, value in values.items()}
    return {name: value for name, value in rounded.items() if value > 0}


@dataclass(frozen=True, slots=True)
class _Solved:
    """An optimal vertex in floats: all variables, and the multipliers of all constraints."""

    values: Mapping[Variable, float]
    multipliers: Mapping[str, float]


def _solved(programme: Programme, bought: Mapping[Variable, int]) -> _Solved:
    """bought: variables that are held at a value."""
    from scipy.optimize import linprog

    found: Any = linprog(
        _objective(programme),
        A_ub=_matrix(programme),
        b_ub=[one.limit for one in programme.constraints],
        bounds=[(bought.get(name, 0), bought.get(name)) for name in programme.variables],
        method="highs-ds",
    )
    if not found.success:
        raise RuntimeError(f"HiGHS: {found.message}")
    weights = map(float, found.ineqlin.marginals)
    return _Solved(
        dict(zip(programme.variables, map(float, found.x), strict=True)),
        {one.name: -weight for one, weight in zip(programme.constraints, weights, strict=True)},
    )


def _certain(programme: Programme) -> dict[Variable, int]:
    """When the group buys, by the best rule by which it does so for certain or not at all."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    chances = [name.startswith("g ") for name in programme.variables]
    limits = [one.limit for one in programme.constraints]
    found: Any = milp(
        _objective(programme),
        constraints=LinearConstraint(_matrix(programme), ub=limits),
        integrality=[int(is_chance) for is_chance in chances],
        bounds=Bounds(lb=0),
    )
    if not found.success:
        raise RuntimeError(f"HiGHS: {found.message}")
    pairs = zip(programme.variables, chances, found.x, strict=True)
    return {name: round(value) for name, is_chance, value in pairs if is_chance}


def _objective(programme: Programme) -> list[float]:
    """What is minimized."""
    return [-float(name == PART) for name in programme.variables]


def _matrix(programme: Programme) -> Any:
    from scipy.sparse import csr_array

    place = {name: number for number, name in enumerate(programme.variables)}
    entries = [
        (row, place[name], many)
        for row, one in enumerate(programme.constraints)
        for name, many in one.terms.items()
    ]
    rows, columns, data = zip(*entries, strict=True)
    return csr_array(
        ([float(many) for many in data], (rows, columns)),
        shape=(len(programme.constraints), len(place)),
    )
