"""The `consort` application: its commands, and what all of them share.

Each command is a module here with a function `command`; its imports stay light, and it imports what
it needs to do its work when it runs, so that `--help` is quick.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import cleandoc
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from offchain import __version__
from offchain.cli import (
    beacon,
    bid,
    check,
    claim,
    create_dao,
    curve,
    demo,
    deploy,
    enter,
    keep,
    page,
    proceeds,
    raise_,
    reclaim,
    regroup,
    resell,
    reveal,
    simulate,
    solve,
    status,
    theory,
    withdraw,
)
from offchain.cli import list as list_
from offchain.cli.exits import reported
from offchain.cli.interrupts import orderly
from offchain.io.quoting import quote, shorten

COMMANDS: dict[str, Callable[..., None]] = {
    "solve": solve.command,
    "check": check.command,
    "demo": demo.command,
    "simulate": simulate.command,
    "curve": curve.command,
    "regroup": regroup.command,
    "deploy": deploy.command,
    "keep": keep.command,
    "page": page.command,
    "list": list_.command,
    "create-dao": create_dao.command,
    "enter": enter.command,
    "bid": bid.command,
    "raise": raise_.command,
    "withdraw": withdraw.command,
    "status": status.command,
    "reveal": reveal.command,
    "claim": claim.command,
    "proceeds": proceeds.command,
    "reclaim": reclaim.command,
    "resell": resell.command,
    "beacon": beacon.command,
    "theory": theory.command,
}
"""The commands in the order of `--help`."""

_USAGE = 400
"""Longest message about the arguments."""


class ReportingGroup(TyperGroup):
    """A group of commands whose failures become messages and exit codes."""

    def make_context(self, *arguments: Any, **extra: Any) -> Any:
        """Read the arguments: help and the version are printed on the way."""
        with reported(), _short_usage_errors():
            return super().make_context(*arguments, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that the arguments name."""
        with orderly(), reported(), _short_usage_errors():
            return super().invoke(ctx)


@contextmanager
def _short_usage_errors() -> Iterator[None]:
    """Arguments can be long, and what is said of a wrong one repeats it; the help, where there are none, is told whole."""
    try:
        yield
    except TyperException as error:
        _name_the_value(error)
        # By its name, as typer itself does: the class is not public.
        helps = type(error).__name__ == "NoArgsIsHelpError"
        if not helps and isinstance(message := getattr(error, "message", None), str):
            error.message = shorten(message, _USAGE)
        raise


_REASONS: Final = {
    "int_parsing": "is not a whole number",
    "int_from_float": "is not a whole number",
    "float_parsing": "is not a number",
    "greater_than_equal": "is less than {ge}",
    "less_than_equal": "is more than {le}",
}
"""In place of what pydantic, which reads the arguments, says without the value: by its names of errors."""


def _name_the_value(error: TyperException) -> None:
    """The value that cannot be used is part of the message about it."""
    errors = getattr(error.__cause__, "errors", None)
    if errors is not None:
        first = errors()[0]
        if reason := _REASONS.get(first["type"]):
            limits = first.get("ctx", {})
            error.message = f"{quote(str(first['input']))} {reason.format(**limits)}"


app = typer.Typer(
    name="consort",
    cls=ReportingGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"consort {__version__}")
        raise typer.Exit()


@app.callback()
def consort(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Auctions in which groups bid as one, and split what they pay so that no member of one group, under one
    name, gains by a lie.

    Exit codes: 0 done; 1 a check failed; 2 bad input; 3 the chain could not be reached or a
    transaction failed; 4 the output could not be written.
    """


def _sentence(command: Callable[..., None]) -> str:
    """What the list of commands says of one: the first sentence of its text, whole; else as much as fits in a line."""
    first, _, _ = " ".join(cleandoc(command.__doc__ or "").split()).partition(". ")
    return first.removesuffix(".") + "."


for name, command in COMMANDS.items():
    app.command(name, short_help=_sentence(command))(command)
