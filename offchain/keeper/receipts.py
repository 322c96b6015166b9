"""The file of openings that members entrust to a keeper.

One JSON object a line, only ever appended to and flushed to disk before `add` returns, so that a keeper killed at any point
loses nothing it acknowledged. Several processes may append. Whoever reads the file knows the bids: it is created readable by
its owner alone.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from offchain.chain.abi import checksum, to_bytes
from offchain.chain.seals import SALT_BYTES, Opening
from offchain.instances.two_level import BID_LIMIT

MODE: Final = 0o600
_LOT_LIMIT: Final = (1 << 32) - 1
_FIELDS: Final = ("contract", "lot", "bidder", "bid", "salt")


class ReceiptsError(Exception):
    """The file, or a line of it, cannot be used; the message names the line and the value."""


class Receipts:
    """Openings by contract, lot and bidder. A later receipt for the same bid replaces an earlier one, as the bid did."""

    def __init__(
        self, path: Path | None = None, on_flaw: Callable[[ReceiptsError], None] | None = None
    ) -> None:
        """Reads `path` if it exists; `add` appends to it. None keeps receipts in memory only.

        `on_flaw` hears of lines that are no receipts, which are then passed over: one member's must not stop the others'.

        Raises:
            ReceiptsError: the file cannot be read; or, without `on_flaw`, a line of it is no receipt.
        """
        self._path = path
        self._on_flaw = on_flaw or _refuse
        self._openings: dict[tuple[str, int, str], dict[Opening, None]] = {}
        self._file: tuple[int, int] | None = None
        self._offset = self._lines = 0
        self.refresh()

    def refresh(self) -> None:
        """Reads what others appended to the file since the last time; O(new lines).

        Raises:
            ReceiptsError: as when it was first read.
        """
        if self._path is None:
            return
        try:
            with self._path.open("rb") as file:
                state = os.fstat(file.fileno())
                if self._file != (state.st_dev, state.st_ino) or state.st_size < self._offset:
                    self._file = (state.st_dev, state.st_ino)
                    self._offset = self._lines = 0
                file.seek(self._offset)
                text = file.read()
        except FileNotFoundError:
            return
        except OSError as error:
            raise ReceiptsError(f"{self._path} cannot be read: {error.strerror}") from error
        # what follows the last newline was cut off while being written, and never acknowledged
        *lines, rest = text.split(b"\n")
        self._offset += len(text) - len(rest)
        for line in lines:
            self._lines += 1
            try:
                self._remember(_parse(line))
            except ReceiptsError as error:
                self._on_flaw(ReceiptsError(f"{self._path}, line {self._lines}: {error}"))

    def add(self, openings: Iterable[Opening]) -> None:
        """Keeps `openings`, on disk first.

        Raises:
            ReceiptsError: one of them can open no bid, or the file cannot be written; none is kept then.
        """
        openings = list(openings)
        for opening in openings:
            _check(opening)
        if self._path is not None and openings:
            try:
                _append(self._path, openings)
            except OSError as error:
                raise ReceiptsError(f"{self._path} cannot be written: {error.strerror}") from error
        for opening in openings:
            self._remember(opening)

    def of(self, contract: str, lot: int, bidder: str) -> list[Opening]:
        """All openings known for a bid, newest first: whether the newest or an older one fits, the chain decides."""
        return list(self._openings.get((contract, lot, bidder), ()))[::-1]

    def __len__(self) -> int:
        """How many bids there are receipts for."""
        return len(self._openings)

    def _remember(self, opening: Opening) -> None:
        key = (opening.contract, opening.lot, opening.bidder)
        self._openings.setdefault(key, {})[opening] = None


def _refuse(flaw: ReceiptsError) -> None:
    raise flaw


def _parse(line: bytes) -> Opening:
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise ReceiptsError(f"not JSON: {error}") from error
    if not isinstance(entry, dict) or sorted(entry) != sorted(_FIELDS):
        raise ReceiptsError(f"not an object of {', '.join(_FIELDS)}")
    opening = Opening(
        contract=_address(entry, "contract"),
        lot=entry["lot"],
        bidder=_address(entry, "bidder"),
        bid=entry["bid"],
        salt=_salt(entry["salt"]),
    )
    _check(opening)
    return opening


def _address(entry: dict[str, Any], field: str) -> str:
    try:
        return checksum(to_bytes(entry[field]))
    except (AttributeError, TypeError, ValueError) as error:
        raise ReceiptsError(f"{field}: {entry[field]!r} is no address") from error


def _salt(text: Any) -> bytes:
    # never shown in full: with it, bids can be tried out
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except (AttributeError, ValueError) as error:
        raise ReceiptsError("salt: not in hexadecimal") from error


def _check(opening: Opening) -> None:
    """Refuses what no contract would take, before it can do harm further on."""
    for field, value, least, most in (
        ("lot", opening.lot, 1, _LOT_LIMIT),
        ("bid", opening.bid, 0, BID_LIMIT),
    ):
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ReceiptsError(f"{field}: {value!r} is not an integer from {least} to {most}")
    if len(opening.salt) != SALT_BYTES:
        raise ReceiptsError(f"salt: {len(opening.salt)} bytes, not {SALT_BYTES}")


def _format(opening: Opening) -> str:
    values = (
        opening.contract,
        opening.lot,
        opening.bidder,
        opening.bid,
        opening.salt.hex(),
    )
    return json.dumps(dict(zip(_FIELDS, values, strict=True))) + "\n"


def _append(path: Path, openings: list[Opening]) -> None:
    data = "".join(map(_format, openings)).encode()
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, MODE)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _drop_partial_line(file.fileno())
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        _flush_folder(path)


def _drop_partial_line(descriptor: int) -> None:
    """Cuts off a last line without its newline, left by a process that was killed while writing."""
    size = os.fstat(descriptor).st_size
    if size == 0 or os.pread(descriptor, 1, size - 1) == b"\n":
        return
    whole = os.pread(descriptor, size, 0)
    os.ftruncate(descriptor, whole.rfind(b"\n") + 1)


def _flush_folder(path: Path) -> None:
    """Makes a new file's name last, too."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
