"""`consort check`: the properties of a mechanism on the instances of a file."""

from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from offchain.cli.choices import choice
from offchain.cli.exits import CHECK_FAILED, BadInput, put, say
from offchain.cli.files import open_instances
from offchain.cli.width import columns
from offchain.io.errors import InvalidInput
from offchain.io.quoting import printable
from offchain.model.mechanisms.price_rule import RULES

if TYPE_CHECKING:
    from offchain.model.checks import Finding


_MOST_UNITS = 10**6
"""More deviations than that take hours even where each takes a millisecond."""


def command(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Instance file in JSON; -: standard input.")
    ],
    rule: Annotated[
        str,
        choice("--rule", RULES, "How ties are priced: by the critical bid, or plain second price."),
    ] = "exact",
    grid: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=_MOST_UNITS,
            metavar="UNITS",
            help="Try every deviation up to this bid; by default those that the mechanism calls for.",
        ),
    ] = None,
) -> None:
    """Check the properties of a mechanism: one row each, with the counter-example where one fails."""
    from offchain.model.checks import Verdict
    from offchain.model.kinds import check_reference

    failed = False
    with open_instances(file) as instances:
        for index, instance in enumerate(instances):

            def tell(what: str, index: int = index) -> None:
                say(instances.place(index, what))

            try:
                findings = check_reference(instance, RULES[rule], grid, tell)
            except InvalidInput as error:
                raise BadInput(instances.place(index, str(error))) from error
            failed = failed or any(finding.verdict is Verdict.FAILS for finding in findings)
            put(table(findings, instances.path(index), columns()))
    if failed:
        raise typer.Exit(CHECK_FAILED)


def table(findings: "list[Finding]", label: str, width: int | None = None) -> str:
    """For each finding, aligned: the label if any, the property, the verdict, the detail, wrapped at `width` if that is given."""
    rows = [
        (
            *([label] if label else []),
            finding.name,
            finding.verdict.value,
            printable(finding.detail),
        )
        for finding in findings
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    before = sum(widths) + _GAP * len(widths)
    written = []
    for *cells, detail in rows:
        first = "".join(map(str.ljust, cells, (one + _GAP for one in widths)))
        room = max(len(detail), 1) if width is None else max(width - before, _LEAST)
        lines = wrap(detail, room, break_on_hyphens=False) or [""]
        written.append((first + lines[0]).rstrip())
        written += (" " * before + line for line in lines[1:])
    return "".join(f"{line}\n" for line in written)


_GAP = 2
_LEAST = 24
"""Columns that a detail has at least."""
