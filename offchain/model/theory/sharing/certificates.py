"""Certificates of the linear programmes in `programme.py`: what shows, in fractions and without a solver, how good a rule can be.

A solution bounds the best part from below. Multipliers y of the constraints A·v <= b, none negative, bound it from above: by b·y
if A'·y covers the objective, and where it falls short for a variable, by so much times that variable's highest value more.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from offchain.model.theory.sharing.programme import PART, Budget, Programme, Variable

FILE = "certificates.json"
"""Written by `python -m tools.write_certificates`."""


@dataclass(frozen=True)
class Certificate:
    """What is known of the best rule of a programme.

    solution: values of variables, unlisted 0; None if none is given. partial: another one, in which the group buys for certain
    or not at all, so that access is a part and nothing is drawn; None if none is given. multipliers: of constraints, by name,
    unlisted 0.
    """

    programme: Programme
    solution: Mapping[Variable, Fraction] | None
    partial: Mapping[Variable, Fraction] | None
    multipliers: Mapping[str, Fraction]

    def to_json(self) -> dict[str, object]:
        """As `certificates` reads it."""
        one = self.programme
        written: dict[str, object] = {
            "members": one.members,
            "price": one.price,
            "budget": one.budget.value,
        }
        for name, rule in (("solution", self.solution), ("partial", self.partial)):
            if rule is not None:
                written[name] = _texts(rule)
        return written | {"multipliers": _texts(self.multipliers)}


def _texts(values: Mapping[str, Fraction]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items() if value}


def reached(programme: Programme, solution: Mapping[Variable, Fraction]) -> Fraction:
    """The part that a solution guarantees. Raises ValueError that names a constraint which it breaks. O(constraints)."""
    unknown = solution.keys() - set(programme.variables)
    if unknown or min(solution.values(), default=Fraction(0)) < 0:
        raise ValueError(f"no solution: {', '.join(sorted(unknown)) or 'a negative variable'}")
    for one in programme.constraints:
        sum_ = sum((many * solution.get(name, 0) for name, many in one.terms.items()), Fraction(0))
        if sum_ > one.limit:
            raise ValueError(f"no solution: {one.name} has {sum_}, more than {one.limit}")
    return Fraction(solution.get(PART, 0))


def is_certain(solution: Mapping[Variable, Fraction]) -> bool:
    """Whether the group buys for certain or not at all, whatever the values."""
    return all(chance in (0, 1) for name, chance in solution.items() if name.startswith("g "))


def bound(programme: Programme, multipliers: Mapping[str, Fraction]) -> Fraction:
    """What no rule of the programme exceeds. Raises ValueError for multipliers that prove nothing. O(constraints)."""
    rows = {one.name: one for one in programme.constraints}
    unknown = multipliers.keys() - rows.keys()
    if unknown or min(multipliers.values(), default=Fraction(0)) < 0:
        raise ValueError(f"no bound: {', '.join(sorted(unknown)) or 'a negative multiplier'}")
    total = Fraction(0)
    covered = dict.fromkeys(programme.variables, Fraction(0))
    for name, weight in multipliers.items():
        total += weight * rows[name].limit
        for variable, many in rows[name].terms.items():
            covered[variable] += weight * many
    lacking = {name: (name == PART) - amount for name, amount in covered.items()}
    return total + sum(
        (short * _highest(programme, name) for name, short in lacking.items() if short > 0),
        Fraction(0),
    )


def _highest(programme: Programme, name: Variable) -> int:
    """No solution has more: parts and probabilities are at most 1, and nobody pays more than the highest value."""
    return programme.price if name.startswith("c ") else 1


@cache
def certificates() -> tuple[Certificate, ...]:
    """All that are kept, read from the file."""
    text = files(__package__ or "").joinpath(FILE).read_text(encoding="utf-8")
    return tuple(_read(json.loads(text)))


def _read(entries: list[dict[str, Any]]) -> Iterator[Certificate]:
    for entry in entries:
        solution, partial = entry.get("solution"), entry.get("partial")
        yield Certificate(
            Programme(entry["members"], entry["price"], Budget(entry["budget"])),
            None if solution is None else _fractions(solution),
            None if partial is None else _fractions(partial),
            _fractions(entry["multipliers"]),
        )


def _fractions(values: Mapping[str, str]) -> dict[str, Fraction]:
    return {name: Fraction(value) for name, value in values.items()}
