"""Files of lines that others append to while a keeper reads them: what was entrusted to it, and what it has to keep itself.

A line is only ever appended and flushed to disk before `append` returns, so that whoever is killed at any point loses nothing
that was acknowledged. Several processes may append. Such files hold secrets: they are created readable by their owner alone.
"""

import fcntl
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

MODE: Final = 0o600
_PIECE: Final = 1 << 20
"""How many bytes of a file are in memory at once."""


class LinesError(Exception):
    """The file, or a line of it, cannot be used; the message names the line and the value."""


class Lines:
    """The lines of a file, each taken once, however often it is read."""

    def __init__(
        self,
        path: Path | None,
        take: Callable[[bytes], None],
        longest: int,
        on_flaw: Callable[[LinesError], None] | None = None,
        concerns: Callable[[bytes], bool] | None = None,
    ) -> None:
        """`path` None: there are none, and what is appended is kept nowhere. `take` is called with each line, and raises
        `LinesError` if it is none. `on_flaw` hears of that, with the line's number: one must not stop the others. Without it the
        error is raised. `longest`: the most bytes that a line may have. `concerns`: whether a line is for this reader, where a
        file has several; by default all are.
        """
        self._path, self._take_one, self._longest = path, take, longest
        self._on_flaw = on_flaw or _refuse
        self._concerns = concerns or (lambda line: True)
        self._file: tuple[int, int] | None = None
        self._offset = self._lines = 0
        self._in_long_line = False

    def refresh(self) -> None:
        """Reads what was appended to the file since the last time; O(new bytes), of which one MiB is in memory.

        Raises:
            LinesError: the file cannot be read; or, without `on_flaw`, a line of it is none.
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
            raise LinesError(f"{self._path} cannot be read: {error.strerror}") from error

    def append(self, lines: Iterable[str]) -> None:
        """Writes lines to the end of the file, on disk when it returns.

        Raises:
            LinesError: it cannot be written.
        """
        if self._path is None:
            return
        try:
            _append(self._path, "".join(line + "\n" for line in lines).encode())
        except OSError as error:
            raise LinesError(f"{self._path} cannot be written: {error.strerror}") from error

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
            if len(rest) > self._longest:
                self._offset += len(rest)
                if not self._in_long_line:
                    self._in_long_line = True
                    self._lines += 1
                    yield rest
                    self._lines -= 1
                rest = b""

    def _take(self, line: bytes) -> None:
        if not self._concerns(line):
            return
        try:
            if len(line) > self._longest:
                raise LinesError(f"longer than {self._longest} bytes")
            self._take_one(line)
        except LinesError as error:
            self._on_flaw(LinesError(f"{self._path}, line {self._lines}: {error}"))


def _refuse(flaw: LinesError) -> None:
    raise flaw


def _opened(path: Path) -> BinaryIO:
    """The file for reading. `OSError` if it is a pipe, a device or a folder, which hold no lines to go back to."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file")
    return os.fdopen(descriptor, "rb")


def _append(path: Path, data: bytes) -> None:
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
