"""Commands that are stopped: what they changed elsewhere is put back first."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import typer

from offchain.cli.exits import say

TERMINATED: Final = 128 + signal.SIGTERM
"""The exit code of a process that SIGTERM ended, as shells tell it."""


class _Terminated(BaseException):
    """SIGTERM came."""


@contextmanager
def orderly() -> Iterator[None]:
    """Lets SIGTERM unwind the body, as Ctrl-C does, so that a node is left as it was found; a second one ends it at once.

    Raises typer.Exit in its place.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are not for it
        return
    owner = os.getpid()

    def unwind(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if os.getpid() != owner:  # a child that was forked off
            os.kill(os.getpid(), signal.SIGTERM)
        raise _Terminated

    before = signal.signal(signal.SIGTERM, unwind)
    try:
        yield
    except _Terminated:
        raise typer.Exit(TERMINATED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def until_stopped(last_words: str = "", tell: Callable[[str], None] = say) -> Iterator[None]:
    """Lets Ctrl-C and SIGTERM end the body in good order; `tell` is then told `last_words`."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        if last_words:
            tell(last_words)
    finally:
        signal.signal(signal.SIGTERM, before)
