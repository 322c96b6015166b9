"""What came up in the histories of a case: which lies came out, which values events had, which views were asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from offchain.bindings.artifacts import load
from offchain.io.addresses import NOBODY

Part = tuple[str, str, str]
"""A contract's name, its event, and a part of that."""


@dataclass
class Seen:
    """refuted: how often each lie came out, by the part that was changed and how. values: what each part said."""

    refuted: Counter[tuple[Part, str]] = field(default_factory=Counter)
    values: defaultdict[Part, set[Any]] = field(default_factory=lambda: defaultdict(set))
    viewed: set[tuple[str, str]] = field(default_factory=set)


def events_of(name: str) -> dict[str, tuple[str, ...]]:
    """The events of a contract, and their fields."""
    return {
        one["name"]: tuple(part["name"] for part in one["inputs"])
        for one in load(name).abi
        if one["type"] == "event"
    }


def views_of(name: str) -> set[str]:
    """The views of a contract, but for constants."""
    return {
        one["name"]
        for one in load(name).abi
        if one["type"] == "function"
        and one["stateMutability"] in ("view", "pure")
        and not one["name"].isupper()
    }


def missing(seen: Seen, name: str, events: Iterable[str], alike: dict[Part, str]) -> Iterator[str]:
    """What has not come up of some events of a contract.

    alike: parts that have one value only, and why.
    """
    fields = events_of(name)
    for event in events:
        for one in fields[event]:
            roots = (one, "entry") if one == "entries" else (one,)
            parts = [
                part
                for part in seen.values
                if part[:2] == (name, event) and part[2].partition(".")[0] in roots
            ]
            if not parts:
                yield f"{name}.{event}.{one}: never said"
            for part in parts:
                yield from _missing(seen, part, alike)


def _missing(seen: Seen, part: Part, alike: dict[Part, str]) -> Iterator[str]:
    values, told = seen.values[part], ".".join(part)
    if len(values) < 2 and part not in alike:
        yield f"{told}: always {values}"
    if not seen.refuted[part, "other"]:
        yield f"{told}: another value was never tried"
    if any(_is_something(value) for value in values) and not seen.refuted[part, "zero"]:
        yield f"{told}: nothing was never tried"


def _is_something(value: Any) -> bool:
    return any(value) if isinstance(value, bytes) else value not in (0, NOBODY)
