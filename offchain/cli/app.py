"""The `consort` application: its commands, and what all of them share.

Each command is a module here with a function `command`; its imports stay light, and it imports what
it needs to do its work when it runs, so that `--help` is quick.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from offchain import __version__
from offchain.cli import beacon, check, demo, deploy, keep, simulate, solve, theory
from offchain.cli.exits import reported
from offchain.cli.interrupts import orderly
from offchain.io.quoting import shorten

COMMANDS: dict[str, Callable[..., None]] = {
    "solve": solve.command,
    "check": check.command,
    "demo": demo.command,
    "simulate": simulate.command,
    "deploy": deploy.command,
    "keep": keep.command,
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
        # By its name, as typer itself does: the class is not public.
        helps = type(error).__name__ == "NoArgsIsHelpError"
        if not helps and isinstance(message := getattr(error, "message", None), str):
            error.message = shorten(message, _USAGE)
        raise


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


for name, command in COMMANDS.items():
    app.command(name)(command)
