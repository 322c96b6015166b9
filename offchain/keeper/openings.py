"""The file of openings that members entrust to a keeper.

One JSON object a line, only ever appended to and flushed to disk before `add` returns, so that a keeper killed at any point
loses nothing it acknowledged. Several processes may append. Whoever reads the file knows the bids: it is created readable by
its owner alone.
"""

import fcntl
import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from offchain.bindings.entries import MOST_AMOUNT, MOST_LOT
from offchain.bindings.seals import SALT_BYTES, Opening, commitment
from offchain.io.addresses import checksum, to_bytes
from offchain.io.quoting import shorten

MODE: Final = 0o600
MAX_LINE: Final = 1_024
"""The most bytes a line may have; an opening takes 230."""
_FIELDS: Final = ("contract", "lot", "bidder", "bid", "salt")
_PIECE: Final = 1 << 20
"""How many bytes of a file are in memory at once."""


class OpeningsError(Exception):
    """The file, or a line of it, cannot be used; the message names the line and the value."""


class Openings:
    """Openings by contract, lot and bidder. A later one for the same bid replaces an earlier one, as the bid did.

    Each is read and hashed once; which one opens a sealed bid is then found in O(1), whatever else the file holds.
    """

    def __init__(
        self, path: Path | None = None, on_flaw: Callable[[OpeningsError], None] | None = None
    ) -> None:
        """Reads `path` if it exists; `add` appends to it. None keeps openings in memory only.

        `on_flaw` hears of lines that are no openings, which are then passed over: one member's must not stop the others'.

        Raises:
            OpeningsError: the file cannot be read; or, without `on_flaw`, a line of it is no opening.
        """
        self._path = path
        self._on_flaw = on_flaw or _refuse
        self._openings: dict[tuple[str, int, str], dict[Opening, None]] = {}
        self._sealed: dict[int, dict[bytes, Opening]] = {}
        self._file: tuple[int, int] | None = None
        self._offset = self._lines = 0
        self._in_long_line = False
        self.refresh()

    def refresh(self) -> None:
        """Reads what others appended to the file since the last time; O(new bytes), of which one MiB is in memory.

        Raises:
            OpeningsError: as when it was first read.
        """
        if self._path is None:
            return
        try:
            with _opened(self._path) as file:
                self._rewind_if_replaced(os.fstat(file.fileno()))
                file.seek(self._offset)
                for line in self._new_lines(file):
                    self._take(line)
        except FileNotFoundError:
            return
        except OSError as error:
            raise OpeningsError(f"{self._path} cannot be read: {error.strerror}") from error

    def _rewind_if_replaced(self, state: os.stat_result) -> None:
        if self._file != (state.st_dev, state.st_ino) or state.st_size < self._offset:
            self._file = (state.st_dev, state.st_ino)
            self._offset = self._lines = 0
            self._in_long_line = False

    def _new_lines(self, file: BinaryIO) -> Iterator[bytes]:
        """Each further line, the first bytes of it where it is too long.

        What follows the last newline was cut off while being written, and never acknowledged: it is read again the next time,
        unless it is too long already.
        """
        rest = b""
        while piece := file.read(_PIECE):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                self._offset += len(line) + 1
                self._lines += 1
                if not self._in_long_line:
                    yield line
                self._in_long_line = False
            if len(rest) > MAX_LINE:
                self._offset += len(rest)
                if not self._in_long_line:
                    self._in_long_line = True
                    self._lines += 1
                    yield rest
                    self._lines -= 1
                rest = b""

    def _take(self, line: bytes) -> None:
        try:
            self._remember(_parse(line))
        except OpeningsError as error:
            self._on_flaw(OpeningsError(f"{self._path}, line {self._lines}: {error}"))

    def add(self, openings: Iterable[Opening]) -> None:
        """Keeps `openings`, on disk first.

        Raises:
            OpeningsError: one of them can open no bid, or the file cannot be written; none is kept then.
        """
        openings = list(openings)
        for opening in openings:
            _check(opening)
        if self._path is not None and openings:
            try:
                _append(self._path, openings)
            except OSError as error:
                raise OpeningsError(f"{self._path} cannot be written: {error.strerror}") from error
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

    def _remember(self, opening: Opening) -> None:
        key = (opening.contract, opening.lot, opening.bidder)
        known = self._openings.setdefault(key, {})
        if opening in known:
            return
        known[opening] = None
        for chain_id, sealed in self._sealed.items():
            sealed[commitment(chain_id, opening)] = opening


def _refuse(flaw: OpeningsError) -> None:
    raise flaw


def _opened(path: Path) -> BinaryIO:
    """The file for reading. `OSError` if it is a pipe, a device or a folder, which hold no lines to go back to."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file")
    return os.fdopen(descriptor, "rb")


def _parse(line: bytes) -> Opening:
    """Whatever the bytes are: an opening, or an `OpeningsError`."""
    if len(line) > MAX_LINE:
        raise OpeningsError(f"longer than {MAX_LINE} bytes")
    try:
        # not from bytes: JSON's own guess at the encoding would take more than one
        entry = json.loads(line.decode("utf-8"), object_pairs_hook=_fields)
    except UnicodeDecodeError as error:
        raise OpeningsError("not UTF-8") from error
    except RecursionError as error:
        raise OpeningsError("not JSON: nested too deeply") from error
    except ValueError as error:
        raise OpeningsError(f"not JSON: {error}") from error
    if not isinstance(entry, dict) or sorted(entry) != sorted(_FIELDS):
        raise OpeningsError(f"not an object of {', '.join(_FIELDS)}")
    opening = Opening(
        contract=_address(entry, "contract"),
        lot=entry["lot"],
        bidder=_address(entry, "bidder"),
        bid=entry["bid"],
        salt=_salt(entry["salt"]),
    )
    _check(opening)
    return opening


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise OpeningsError("a field comes twice")
    return fields


def _address(entry: dict[str, Any], field: str) -> str:
    try:
        return checksum(to_bytes(entry[field]))
    except (AttributeError, TypeError, ValueError) as error:
        raise OpeningsError(f"{field}: {shorten(ascii(entry[field]))} is no address") from error


def _salt(text: Any) -> bytes:
    # never shown in full: with it, bids can be tried out
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except (AttributeError, ValueError) as error:
        raise OpeningsError("salt: not in hexadecimal") from error


def _check(opening: Opening) -> None:
    """Refuses what no contract would take, before it can do harm further on."""
    for field, value, least, most in (
        ("lot", opening.lot, 1, MOST_LOT),
        ("bid", opening.bid, 0, MOST_AMOUNT),
    ):
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise OpeningsError(
                f"{field}: {shorten(ascii(value))} is not an integer from {least} to {most}"
            )
    if len(opening.salt) != SALT_BYTES:
        raise OpeningsError(f"salt: {len(opening.salt)} bytes, not {SALT_BYTES}")


def _format(opening: Opening) -> str:
    values = (opening.contract, opening.lot, opening.bidder, opening.bid, opening.salt.hex())
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
