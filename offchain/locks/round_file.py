"""Rounds in a file, for whoever has no way to a beacon's servers: what `curl` got of one elsewhere, a round a line."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from offchain.io.decoding import decode
from offchain.io.errors import InvalidInput
from offchain.io.fields import Field
from offchain.io.quoting import shorten_path
from offchain.locks.beacon import Beacon, Signature, WrongSignature, read_round
from offchain.locks.source import Cause, NoSignature, Trouble

MOST_LINE: Final = 4_096
MOST_BYTES: Final = 1 << 24
"""How much of the file is read: 50,000 rounds."""
_MOST_TRIES: Final = 100
"""How many signatures of one round are checked: 0.2 s."""


@dataclass(frozen=True, slots=True)
class RoundFile:
    """A file of rounds as drand's API gives them, one JSON object a line; see `Source`.

    It is read anew each time, so rounds can be appended. Lines that are no rounds, or of other rounds, are passed over, and so
    are those with a wrong signature, up to a hundred.
    """

    beacon: Beacon
    path: Path

    def signature(self, round_: int) -> Signature:
        """See `Source`; a file without the round is late with it."""
        trouble = self._trouble(Cause.LATE, "the file does not have it")
        try:
            for answer in islice(self._answers(round_), _MOST_TRIES):
                try:
                    return read_round(self.beacon, answer)
                except (InvalidInput, WrongSignature) as error:
                    trouble = self._trouble(Cause.WRONG_SIGNATURE, str(error))
        except OSError as error:
            trouble = self._trouble(Cause.UNREACHABLE, error.strerror or str(error))
        raise NoSignature(round_, [trouble])

    def _answers(self, round_: int) -> Iterator[Field]:
        """The lines that say that they are of the round."""
        for line in self._lines():
            try:
                answer = Field("", decode(line.decode("utf-8")))
                if answer.members().get("round", answer).value == round_:
                    yield answer
            except (InvalidInput, UnicodeDecodeError):
                continue

    def _trouble(self, cause: Cause, told: str) -> Trouble:
        return Trouble(shorten_path(str(self.path)), cause, told)

    def _lines(self) -> Iterator[bytes]:
        """The file's lines, or the pieces of those that are too long to be rounds; `OSError` if it is no regular file."""
        descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(0, "not a regular file")
            while file.tell() < MOST_BYTES and (line := file.readline(MOST_LINE)):
                yield line
