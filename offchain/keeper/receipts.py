"""The file of openings that members entrust to a keeper.

One JSON object a line, only ever appended to and flushed to disk before `add` returns, so that a keeper killed at any point
loses nothing it acknowledged. Whoever reads the file knows the bids: it is created readable by its owner alone.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from offchain.chain.seals import Opening


class ReceiptsError(Exception):
    """The file cannot be read; the message names the line."""


class Receipts:
    """Openings by contract, lot and bidder. A later receipt for the same bid replaces an earlier one, as the bid did."""

    def __init__(self, path: Path | None = None) -> None:
        """Reads `path` if it exists and appends to it from now on; None keeps receipts in memory only."""
        self._path = path
        self._openings: dict[tuple[str, int, str], list[Opening]] = {}
        if path is not None and path.exists():
            for opening in _read(path):
                self._remember(opening)

    def add(self, openings: Iterable[Opening]) -> None:
        """Keeps `openings`, on disk first."""
        openings = list(openings)
        if self._path is not None:
            _append(self._path, openings)
        for opening in openings:
            self._remember(opening)

    def of(self, contract: str, lot: int, bidder: str) -> list[Opening]:
        """All openings known for a bid, newest first: whether the newest or an older one fits, the chain decides."""
        return self._openings.get((contract, lot, bidder), [])[::-1]

    def _remember(self, opening: Opening) -> None:
        self._openings.setdefault((opening.contract, opening.lot, opening.bidder), []).append(
            opening
        )


def _read(path: Path) -> Iterator[Opening]:
    lines = path.read_text(encoding="utf-8").split("\n")
    # what follows the last newline was cut off while being written, and never acknowledged
    for number, line in enumerate(lines[:-1], start=1):
        try:
            entry = json.loads(line)
            yield Opening(
                contract=entry["contract"],
                lot=entry["lot"],
                bidder=entry["bidder"],
                bid=entry["bid"],
                salt=bytes.fromhex(entry["salt"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ReceiptsError(f"{path}, line {number}: not a receipt ({error!r})") from error


def _append(path: Path, openings: list[Opening]) -> None:
    text = "".join(
        json.dumps(
            {
                "contract": opening.contract,
                "lot": opening.lot,
                "bidder": opening.bidder,
                "bid": opening.bid,
                "salt": opening.salt.hex(),
            }
        )
        + "\n"
        for opening in openings
    )
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        _drop_partial_line(file.fileno())
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _drop_partial_line(descriptor: int) -> None:
    """Cuts off a last line without its newline, left by a keeper that was killed while writing."""
    size = os.fstat(descriptor).st_size
    if size == 0 or os.pread(descriptor, 1, size - 1) == b"\n":
        return
    whole = os.pread(descriptor, size, 0)
    os.ftruncate(descriptor, whole.rfind(b"\n") + 1)
