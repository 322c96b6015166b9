"""What leaves the program: its output, its messages, and its exit codes.

Failures that a user can meet become one line on standard error and a code, never a traceback.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from offchain.chain.errors import ChainError
from offchain.instances.errors import InstanceError

CHECK_FAILED = 1
BAD_INPUT = 2
BACK_END_FAILED = 3
"""A chain, a cluster or processes to compute on: not reached, or failed on the way."""
BROKEN_PIPE = 128 + 13
"""What a shell reports of a program that SIGPIPE ended: the reader left, which none of the above covers."""


class BadInput(Exception):
    """What the user gave cannot be used; the message names it and says why."""


class CheckFailed(Exception):
    """Two that should agree do not; the message says where."""


class BackEndFailed(Exception):
    """What should compute cannot be reached, or was lost."""


@contextmanager
def reported() -> Iterator[None]:
    """Turn the failures that a user can meet into a message and an exit code.

    Raises typer.Exit; anything else that is raised is a defect and passes through.
    """
    try:
        yield
    except (BadInput, InstanceError) as error:
        say(f"error: {error}")
        raise typer.Exit(BAD_INPUT) from error
    except CheckFailed as error:
        say(f"error: {error}")
        raise typer.Exit(CHECK_FAILED) from error
    except (ChainError, BackEndFailed) as error:
        say(f"error: {error}")
        raise typer.Exit(BACK_END_FAILED) from error
    except BrokenPipeError as error:
        # What is still buffered would fail once more when Python exits, with a message of its own.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BROKEN_PIPE) from error


def put(text: str) -> None:
    """Text on standard output: UTF-8 whatever the locale, so that no name in an instance can fail to print.

    Raises BrokenPipeError if the reader has left.
    """
    stream = sys.stdout.buffer
    rest = memoryview(text.encode())
    while rest:
        # An unbuffered stream (PYTHONUNBUFFERED) may take only a part of what it is given.
        rest = rest[stream.write(rest) :]
    stream.flush()


def say(line: str) -> None:
    """A line for the user on standard error, where progress and messages go."""
    typer.echo(line, err=True)
