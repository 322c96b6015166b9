"""The three standard streams of the process, made to fail in one way each."""

import io
import os
import sys
from typing import Any

from offchain.io.output import OutputFailed, Sink


def prepare() -> None:
    """Replace the standard streams, whose failures Python tells by tracebacks and exit codes of its own.

    What cannot be written to standard output raises OutputFailed, once. Messages that nobody can read
    are dropped, since they are no reason to stop the work. A stream that was closed when the program
    started fails likewise, and its number is not given to the next file that is opened.
    """
    for number, flags in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_RDONLY)):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is this one. Opened the wrong way round, so that every use is an error.
            os.open(os.devnull, flags)
    sys.stdin = sys.stdin or io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)))
    sys.stdout = _text(Sink(1, "standard output", closefd=False), "strict")
    sys.stderr = _text(_Messages(2, "standard error", closefd=False), "backslashreplace")


def _text(raw: io.FileIO, errors: str) -> io.TextIOWrapper:
    # UTF-8 whatever the locale, so that no name in an instance can fail to print.
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding="utf-8", errors=errors, line_buffering=True
    )


class _Messages(Sink):
    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OutputFailed:
            return super().write(data)  # which now goes nowhere
