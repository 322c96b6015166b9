"""An auction that was played on a chain and told as it ran, and its report: a page, tables for a terminal, files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from offchain.report.page import Chapter, Page, Section, Story, tabled, write
from offchain.report.tables import Row, Table, as_text

PAGE = "report.html"


@dataclass(frozen=True, slots=True)
class Step:
    """What one step took: how many it served (bids, members, contracts …), in how many transactions, at what gas, and how long
    on the machine that ran it. what: said of it. is_repeated: it did the same for many, so that a mean says something.
    """

    name: str
    served: int
    transactions: int
    gas: int
    seconds: float = 0.0
    what: str = ""
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """Something that was checked on the outcome, and what came of it."""

    name: str
    holds: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """An auction as it went. chain: the back end's name. addresses: the contracts, by what they are. sources: where mechanism and
    figures come from, a paragraph each. seconds: from listing to the last check.
    """

    title: str
    chain: str
    steps: tuple[Step, ...]
    checks: tuple[Check, ...]
    story: tuple[Chapter, ...]
    addresses: Mapping[str, str]
    sources: tuple[str, ...]
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether every check does."""
        return all(check.holds for check in self.checks)


@dataclass(frozen=True, slots=True)
class Report:
    """What is shown of an auction. tables: those for a terminal. files: what lies beside the page and its pictures, by name."""

    played: Played
    page: Page
    tables: tuple[Table, ...]
    files: Mapping[str, bytes]

    @property
    def text(self) -> str:
        """The tables for a terminal."""
        return "\n".join(map(as_text, self.tables))

    def write(self, folder: Path) -> list[Path]:
        """Writes it all, and returns what was written, the page first; see `page.write`."""
        return write(self.page, folder, PAGE, self.files)


def page(
    played: Played,
    lead: str,
    key: tuple[tuple[str, str], ...],
    before: tuple[Section, ...],
    after: tuple[Section, ...] = (),
) -> Page:
    """The page of an auction: how it went, its gas and its checks stand between what is its own."""
    told = Section("How it went", (Story(played.story),))
    return Page(
        title=played.title,
        lead=lead,
        key=key,
        sections=(*before, told, *tabled(gas(played), checks(played)), *after),
        footer=played.sources,
        chain=played.chain,
        addresses=played.addresses,
    )


def gas(played: Played) -> Table:
    """Gas and time by step."""
    steps = played.steps
    rows = [
        (
            step.name,
            step.what,
            f"{step.transactions:,}" if step.transactions else "",
            f"{step.gas:,}",
            f"{round(step.gas / step.served):,}" if step.is_repeated else "",
            f"{step.seconds:,.1f}",
        )
        for step in steps
    ]
    transactions, burnt = sum(step.transactions for step in steps), sum(step.gas for step in steps)
    seconds = sum(step.seconds for step in steps)
    total = ("all", "", f"{transactions:,}", f"{burnt:,}", "", f"{seconds:,.1f}")
    notes = (
        (True, "Sent: transactions. "),
        (
            any(step.is_repeated for step in steps),
            "Each: gas by bid, member or contract, rounded, with its part in what a transaction costs anyway. ",
        ),
        (
            played.chain == "revm",
            "On revm gas is lower than on a node: what one transaction touched stays warm for the next. ",
        ),
        (
            True,
            f"Seconds: on the machine that ran it; {played.seconds:,.1f} with everything between the steps.",
        ),
    )
    return Table(
        title="Gas and time",
        headings=("step", "", "sent", "gas", "each", "seconds"),
        rows=(*map(Row, rows), Row(total, is_total=True)),
        texts=2,
        note="".join(note for applies, note in notes if applies),
    ).without_empty_columns()


def checks(played: Played) -> Table:
    """What was checked on the outcome."""
    return Table(
        title="Checks",
        headings=("check", "", "figures"),
        rows=tuple(
            Row((check.name, "holds" if check.holds else "FAILS", check.detail))
            for check in played.checks
        ),
        texts=3,
    )
