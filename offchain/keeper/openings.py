"""The file of openings that members entrust to a keeper: one JSON object a line."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from offchain.bindings.entries import MOST_AMOUNT, MOST_LOT
from offchain.bindings.seals import SALT_BYTES, Opening, commitment
from offchain.keeper.lines import Lines, LinesError
from offchain.keeper.records import address_in, integer_in, record_in, secret_in

MAX_LINE: Final = 1_024
"""The most bytes a line may have; an opening takes 230."""
_FIELDS: Final = ("contract", "lot", "bidder", "bid", "salt")

OpeningsError = LinesError
"""The file, or a line of it, cannot be used; the message names the line and the value."""


class Openings:
    """Openings by contract, lot and bidder. A later one for the same bid replaces an earlier one, as the bid did.

    Each is read and hashed once; which one opens a sealed bid is then found in O(1), whatever else the file holds.
    """

    def __init__(
        self,
        path: Path | None = None,
        on_flaw: Callable[[OpeningsError], None] | None = None,
        among_others: bool = False,
    ) -> None:
        """Reads `path` if it exists; `add` appends to it. None keeps openings in memory only.

        `on_flaw` hears of lines that are no openings, which are then passed over: one member's must not stop the others'.
        `among_others`: the file has other lines, too (`is_opening`).

        Raises:
            OpeningsError: the file cannot be read; or, without `on_flaw`, a line of it is no opening.
        """
        self._openings: dict[tuple[str, int, str], dict[Opening, None]] = {}
        self._sealed: dict[int, dict[bytes, Opening]] = {}
        self._lines = Lines(
            path, self._take, MAX_LINE, on_flaw, is_opening if among_others else None
        )
        self.refresh()

    def refresh(self) -> None:
        """Reads what others appended to the file since the last time; O(new bytes), of which one MiB is in memory.

        Raises:
            OpeningsError: as when it was first read.
        """
        self._lines.refresh()

    def add(self, openings: Iterable[Opening]) -> None:
        """Keeps `openings`, on disk first.

        Raises:
            OpeningsError: one of them can open no bid, or the file cannot be written; none is kept then.
        """
        openings = list(openings)
        for opening in openings:
            _check(opening)
        if openings:
            self._lines.append(map(_format, openings))
        for opening in openings:
            self._remember(opening)

    def of(self, contract: str, lot: int, bidder: str) -> list[Opening]:
        """All openings known for a bid, newest first: whether the newest or an older one fits, the chain decides."""
        return list(self._openings.get((contract, lot, bidder), ()))[::-1]

    def opening(
        self, chain_id: int, contract: str, lot: int, bidder: str, seal: bytes
    ) -> Opening | None:
        """The opening of the bid that stands sealed as `seal` (24 bytes), if it is known. O(1), and one hash for each opening
        the first time that a chain is asked about.
        """
        if chain_id not in self._sealed:
            self._sealed[chain_id] = {
                commitment(chain_id, opening): opening
                for known in self._openings.values()
                for opening in known
            }
        found = self._sealed[chain_id].get(seal)
        if found is None or (found.contract, found.lot, found.bidder) != (contract, lot, bidder):
            return None
        return found

    def __len__(self) -> int:
        """How many bids there are openings for."""
        return len(self._openings)

    def _take(self, line: bytes) -> None:
        self._remember(_parse(line))

    def _remember(self, opening: Opening) -> None:
        key = (opening.contract, opening.lot, opening.bidder)
        known = self._openings.setdefault(key, {})
        if opening in known:
            return
        known[opening] = None
        for chain_id, sealed in self._sealed.items():
            sealed[commitment(chain_id, opening)] = opening


def is_opening(line: bytes) -> bool:
    """Whether a line is meant for an opening, of a file that holds announcements, too."""
    return b'"bid"' in line


def _parse(line: bytes) -> Opening:
    """Whatever the bytes are: an opening, or an `OpeningsError`."""
    entry = record_in(line, _FIELDS)
    return Opening(
        contract=address_in("contract", entry["contract"]),
        lot=integer_in("lot", entry["lot"], 1, MOST_LOT),
        bidder=address_in("bidder", entry["bidder"]),
        bid=integer_in("bid", entry["bid"], 0, MOST_AMOUNT),
        salt=secret_in("salt", entry["salt"]),
    )


def _check(opening: Opening) -> None:
    """Refuses what no contract would take, before it can do harm further on."""
    integer_in("lot", opening.lot, 1, MOST_LOT)
    integer_in("bid", opening.bid, 0, MOST_AMOUNT)
    if len(opening.salt) != SALT_BYTES:
        raise OpeningsError(f"salt: {len(opening.salt)} bytes, not {SALT_BYTES}")


def _format(opening: Opening) -> str:
    values = (opening.contract, opening.lot, opening.bidder, opening.bid, opening.salt.hex())
    return json.dumps(dict(zip(_FIELDS, values, strict=True)))
