"""What became of everybody's money: a row for each, on a page that can be searched, and all of them in a file.

Amounts are integers in wei. Who put money down has all of it back but what it paid and what was burnt.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from offchain.report.amounts import ether, plain_gwei
from offchain.report.tables import Row, Table

ALL_ROWS: Final = 1_000
"""A page holds the rows of up to so many people."""
FIRST_ROWS: Final = 200
"""Of more people it holds so many rows, and the others as data, which its script shows."""
SHOWN: Final = 12
"""So many rows are shown before somebody asks for more."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets run if a text begins with it."""


class Tone(StrEnum):
    """How somebody fared, for a mark beside the words that say it."""

    GOOD = "good"
    PLAIN = "plain"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of somebody: in a word or two, and why, in a sentence."""

    word: str
    reason: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Person:
    """One bidder. deposit: all that it put down. group: whose member it is; empty of who bid for itself. bid: None if it
    made none that is an amount.
    """

    name: str
    fate: Fate
    back: int
    paid: int
    bond: int
    deposit: int
    bid: int | None = None
    group: str = ""

    @property
    def is_balanced(self) -> bool:
        """Whether the deposit is accounted for, to the wei."""
        return self.deposit == self.paid + self.bond + self.back


@dataclass(frozen=True, slots=True)
class Column:
    """A column of amounts: its heading; the name of the field of a person, and of the columns of a file."""

    heading: str
    name: str


_WANTED: Final = ("bond", "bid")
"""Amounts that may be nobody's."""


@dataclass(frozen=True)
class People:
    """Everybody, in the order of the page. deposit_called, bid_called: the headings of what they put down and of their bids.
    file: has all of them, beside the page.
    """

    title: str
    persons: tuple[Person, ...]
    note: str = ""
    deposit_called: str = "put down"
    bid_called: str = "bid"
    file: str = "members.csv"

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The amounts that somebody has."""
        all_ = (
            Column("back", "back"),
            Column("paid", "paid"),
            Column("bond burnt", "bond"),
            Column(self.deposit_called, "deposit"),
            Column(self.bid_called, "bid"),
        )
        return tuple(one for one in all_ if one.name not in _WANTED or self._is_used(one.name))

    @property
    def fates(self) -> tuple[Fate, ...]:
        """All that became of anybody, in order of appearance."""
        return tuple(dict.fromkeys(person.fate for person in self.persons))

    @property
    def groups(self) -> tuple[str, ...]:
        """All groups, in order of appearance."""
        return tuple(dict.fromkeys(person.group for person in self.persons))

    @property
    def rows(self) -> tuple[Person, ...]:
        """Those whose rows are on the page."""
        return self.persons if len(self.persons) <= ALL_ROWS else self.persons[:FIRST_ROWS]

    @property
    def total(self) -> tuple[str, ...]:
        """The sum of each column, exact."""
        return tuple(
            ether(sum(getattr(person, column.name) or 0 for person in self.persons))
            if column.name != "bid"
            else ""
            for column in self.columns
        )

    def cells(self, person: Person) -> tuple[str, ...]:
        """A person's amounts, in ETH, exact."""
        return tuple(_cell(getattr(person, column.name)) for column in self.columns)

    @property
    def data(self) -> dict[str, object]:
        """All rows for the script of the page: names, groups and fates by their numbers, amounts."""
        groups = {group: place for place, group in enumerate(self.groups)}
        fates = {fate: place for place, fate in enumerate(self.fates)}
        rows = (
            [person.name, groups[person.group], fates[person.fate], *self.cells(person)]
            for person in self.persons
        )
        return {
            "groups": list(self.groups),
            "fates": [[fate.tone, fate.word, fate.reason] for fate in self.fates],
            "rows": list(rows),
        }

    def _is_used(self, name: str) -> bool:
        return any(getattr(person, name) for person in self.persons)


def as_table(people: People) -> Table:
    """Everybody for a terminal, without the reasons."""
    rows = [
        Row((person.name, person.fate.word, *people.cells(person))) for person in people.persons
    ]
    return Table(
        title=people.title,
        headings=("who", "status", *(column.heading for column in people.columns)),
        rows=(*rows, Row(("all", "", *people.total), is_total=True)),
        texts=2,
        note="In ETH, exact.",
    )


def as_file(people: People) -> bytes:
    """Everybody as CSV, amounts in gwei and in wei, exact. Text that a spreadsheet would run has an apostrophe before it."""
    buffer = io.StringIO(newline="")
    written = csv.writer(buffer)
    names = [column.name for column in people.columns]
    written.writerow(
        [
            "name",
            "group",
            "status",
            "reason",
            *(f"{one}_gwei" for one in names),
            *(f"{one}_wei" for one in names),
        ]
    )
    for person in people.persons:
        amounts: Sequence[int | None] = [getattr(person, one) for one in names]
        words = (person.name, person.group, person.fate.word, person.fate.reason)
        written.writerow(
            [
                *(f"'{text}" if text.startswith(_FORMULA) else text for text in words),
                *("" if one is None else plain_gwei(one) for one in amounts),
                *("" if one is None else one for one in amounts),
            ]
        )
    return buffer.getvalue().encode()


def _cell(amount: int | None) -> str:
    return "" if amount is None else ether(amount)
