"""What leaves the program: its output, its messages, and its exit codes.

Failures that a user can meet become one line on standard error and a code, never a traceback.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from offchain.chain.errors import ChainError
from offchain.cli.extras import remedy
from offchain.io.errors import InvalidInput
from offchain.io.output import OutputFailed
from offchain.io.quoting import one_line

CHECK_FAILED = 1
BAD_INPUT = 2
BACK_END_FAILED = 3
"""A chain, a cluster or processes to compute on: not reached, or failed on the way."""
OUTPUT_FAILED = 4
"""The output could not be written: a full disk, a closed stream, a folder that cannot be written to."""


class BadInput(Exception):
    """What the user gave cannot be used; the message names it and says why."""


class CheckFailed(Exception):
    """Two that should agree do not; the message says where."""


class BackEndFailed(Exception):
    """What should compute cannot be reached, or was lost."""


@contextmanager
def reported(tell: Callable[[str], None] | None = None) -> Iterator[None]:
    """Turn the failures that a user can meet into a message, by default one that is said, and an exit code.

    Raises typer.Exit; anything else that is raised is a defect and passes through.
    """
    tell = tell or say
    try:
        yield
    except (BadInput, InvalidInput) as error:
        tell(f"error: {one_line(str(error))}")
        raise typer.Exit(BAD_INPUT) from error
    except CheckFailed as error:
        tell(f"error: {one_line(str(error))}")
        raise typer.Exit(CHECK_FAILED) from error
    except (ChainError, BackEndFailed) as error:
        from offchain.bindings.explain import explained

        tell(f"error: {one_line(explained(error))}")
        raise typer.Exit(BACK_END_FAILED) from error
    except ModuleNotFoundError as error:
        if (told := remedy(error)) is None:
            raise
        say(f"error: {told}")
        raise typer.Exit(BAD_INPUT) from error
    except OutputFailed as error:
        # A reader that leaves early, like `head`, needs no telling.
        if not isinstance(error.__cause__, BrokenPipeError):
            tell(f"error: {one_line(str(error))}")
        raise typer.Exit(OUTPUT_FAILED) from error


def put(text: str) -> None:
    """Text on standard output, now. Raises OutputFailed if it cannot be written."""
    sys.stdout.write(text)
    sys.stdout.flush()


def say(line: str) -> None:
    """A line for the user on standard error, where progress and messages go."""
    typer.echo(line, err=True)
