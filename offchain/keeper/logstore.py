"""What was read of a chain and is final, kept in a file, so that a keeper that is started again reads on where it stopped.

A file is a chain of lines, each `<sha-256> <JSON>`: the digest is that of the digest before and of the line's JSON. The first
line says what was read, of which chain; each other one holds the logs up to a block, and that block's hash, which commits to all
before it. A file is used only if every digest is right and the chain has its first and its last block; else it is thrown away,
which costs reading again and nothing else.
"""

import errno
import fcntl
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from offchain.chain.answers import HASH_BYTES, Answer, MalformedAnswer
from offchain.chain.backend import Chain, Log

SAVE_EVERY: Final = 64
"""How many blocks more must be final before a line is worth its two questions to the node."""

_FORMAT: Final = 1
_DIGEST_CHARACTERS: Final = 64


@dataclass(frozen=True, slots=True)
class Entry:
    """The logs of the blocks after the entry before, up to `last` (of this hash), in the order in which they were taken.

    forgotten: which lots were of no more interest then.
    """

    last: int
    hash: bytes
    logs: tuple[Log, ...]
    forgotten: tuple[int, ...]


class LogStore:
    """A file of final logs.

    What is heard of is written once it is final. If another process has the file, or it cannot be written, it is left alone, and
    `on_flaw` hears why.
    """

    def __init__(
        self,
        path: Path,
        chain: Chain,
        subject: Mapping[str, object],
        on_flaw: Callable[[str], None] | None = None,
    ) -> None:
        """`subject`: what was read, as JSON can hold it; a file of another one is not used."""
        self._path, self._chain = path, chain
        self._subject = dict(subject)
        self._on_flaw = on_flaw or (lambda flaw: None)
        self._file: BinaryIO | None = None
        self._head: bytes | None = None
        self._digest = b""
        self._last: tuple[int, bytes] | None = None
        self._logs: list[Log] = []
        self._forgotten: list[int] = []

    def load(self) -> list[Entry]:
        """What the file holds; nothing, after throwing it away, if it is damaged or of another chain.

        Raises:
            ChainError: the node did not answer.
        """
        self._head = _line_of(
            {"format": _FORMAT, "genesis": _hex(self._chain.block_hash(0)), **self._subject}
        )
        self._last, self._digest = None, b""
        self._logs, self._forgotten = [], []
        try:
            self._open()
            content = self._file.read() if self._file is not None else b""
        except OSError as error:
            self._give_up(f"{self._path}: {error.strerror}")
            return []
        entries = self._read(content)
        if entries and not self._has(entries[-1]):
            entries = None
        if entries is None:
            self.clear()
            return []
        self._last = (entries[-1].last, entries[-1].hash) if entries else None
        return entries

    def hear(self, logs: Iterable[Log]) -> None:
        """Takes logs that were read, to be written once they are final."""
        if self._file is not None:
            self._logs.extend(logs)

    def forget(self, lots: Iterable[int]) -> None:
        """Notes that lots are of no more interest."""
        if self._file is not None:
            self._forgotten.extend(lots)

    def save(self, last: int) -> bool:
        """Writes what was heard of the blocks up to `last`, which are final, if it is worth it.

        False if the chain no longer has what was written before: then all of it is thrown away, and nothing read so far can be
        trusted.

        Raises:
            ChainError: the node did not answer.
        """
        if self._file is None or last < (self._last[0] if self._last else 0) + SAVE_EVERY:
            return True
        if self._last is not None and self._chain.block_hash(self._last[0]) != self._last[1]:
            self.clear()
            return False
        entry = Entry(
            last,
            self._chain.block_hash(last),
            tuple([log for log in self._logs if log.block <= last]),
            tuple(self._forgotten),
        )
        self._append(_line_of(_written(entry)))
        self._last = entry.last, entry.hash
        self._logs = [log for log in self._logs if log.block > last]
        self._forgotten = []
        return True

    def clear(self) -> None:
        """Throws everything away."""
        self._last, self._digest = None, b""
        self._logs, self._forgotten = [], []
        if self._file is not None:
            try:
                self._file.truncate(0)
            except OSError as error:
                self._give_up(f"{self._path}: {error.strerror}")

    def close(self) -> None:
        """Lets go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> None:
        """Opens the file for this process alone."""
        self.close()
        if self._path.exists() and not self._path.is_file():
            raise OSError(errno.EINVAL, "it is no file")
        file = self._path.open("a+b", buffering=0)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            self._on_flaw(f"{self._path} is in use by another process: what is read is not kept")
            return
        file.seek(0)
        self._file = file

    def _read(self, content: bytes) -> list[Entry] | None:
        """The entries of a file; None if a single byte is not as it was written, or it is about something else."""
        if not content:
            return []
        *lines, rest = content.split(b"\n")
        entries: list[Entry] = []
        digest = b""
        for number, line in enumerate(lines):
            text = line[_DIGEST_CHARACTERS + 1 :]
            digest = _next_digest(digest, text)
            if line != digest + b" " + text:
                return None
            if number == 0 and text != self._head:
                return None
            if number > 0:
                entry = _entry(text)
                if entry is None:
                    return None
                entries.append(entry)
        if rest or not lines:
            return None
        self._digest = digest
        return entries

    def _has(self, entry: Entry) -> bool:
        """Whether the chain has the block that an entry ends with."""
        return (
            self._chain.block() >= entry.last and self._chain.block_hash(entry.last) == entry.hash
        )

    def _append(self, text: bytes) -> None:
        assert self._head is not None
        assert self._file is not None
        content = b""
        for line in [text] if self._digest else [self._head, text]:
            self._digest = _next_digest(self._digest, line)
            content += self._digest + b" " + line + b"\n"
        try:
            if self._file.write(content) != len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self._give_up(f"{self._path}: {error.strerror}")

    def _give_up(self, flaw: str) -> None:
        self._on_flaw(f"{flaw}: what is read is not kept")
        self.close()
        self._logs, self._forgotten = [], []


def _next_digest(before: bytes, text: bytes) -> bytes:
    return sha256(before + text).hexdigest().encode()


def _line_of(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _written(entry: Entry) -> dict[str, object]:
    return {
        "last": hex(entry.last),
        "hash": _hex(entry.hash),
        "logs": [_written_log(log) for log in entry.logs],
        "forgotten": [hex(lot) for lot in entry.forgotten],
    }


def _written_log(log: Log) -> Sequence[object]:
    return hex(log.block), log.address.lower(), [_hex(one) for one in log.topics], _hex(log.data)


def _entry(text: bytes) -> Entry | None:
    """The entry of a line; None if it is none."""
    try:
        raw = Answer(json.loads(text), "line")
        return Entry(
            raw.field("last").number(),
            raw.field("hash").blob(HASH_BYTES),
            tuple(map(_log, raw.field("logs").items())),
            tuple([one.number() for one in raw.field("forgotten").items()]),
        )
    except (MalformedAnswer, ValueError, RecursionError):
        return None


def _log(raw: Answer) -> Log:
    parts = raw.items()
    if len(parts) != 4:
        raise raw.unwanted("is no log")
    block, address, topics, data = parts
    return Log(
        address.address(),
        tuple([one.blob(HASH_BYTES) for one in topics.items()]),
        data.blob(),
        block.number(),
    )
