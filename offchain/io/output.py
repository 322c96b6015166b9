"""Files that are written whole or not at all, and what is raised when any output cannot be written."""

import errno
import io
import os
import secrets
import select
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from offchain.io.quoting import shorten_path


class OutputFailed(Exception):
    """Something that was asked for could not be written; the message names it and says why.

    The command line prints it on standard error and exits with code 4.
    """


class Sink(io.FileIO):
    """An open file or stream whose failure to take what is written raises OutputFailed instead of OSError."""

    def __init__(self, descriptor: int, called: str, closefd: bool = True) -> None:
        super().__init__(descriptor, "w", closefd=closefd)
        self._called = called

    def write(self, data: Any) -> int:
        """Writes some of the data and returns how many bytes."""
        try:
            while (written := super().write(data)) is None:
                # The other end of a pipe has set it not to block.
                select.select([], [self.fileno()], [])
        except OSError as error:
            self.discard()
            raise _failed(self._called, error) from error
        return written

    def discard(self) -> None:
        """Whatever is still buffered, or comes later, goes nowhere: it would fail once more when it is closed."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)


def write_whole(path: str | Path, data: bytes) -> None:
    """Puts the data in the file, or leaves what was there. Raises OutputFailed as `replacing` does."""
    with replacing(path) as file:
        file.write(data)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Puts files by their names into the folder, which is made if need be: each whole or not at all, in this order.

    Returns their paths. Raises OutputFailed if that fails.
    """
    make_folder(folder)
    for name, data in files.items():
        write_whole(folder / name, data)
    return [folder / name for name in files]


def check_file(path: Path) -> None:
    """Raise OutputFailed if `replacing` would clearly fail, so that no work is done in vain."""
    with _told_of(str(path)):
        if path.is_dir():
            raise OutputFailed(f"{path} is a directory")
        if not path.parent.is_dir():
            raise OutputFailed(f"{path.parent} is not a directory")
        in_place = path.exists() and not path.is_file()
        _check_access(path if in_place else path.resolve().parent)


def check_folder(folder: Path) -> None:
    """Raise OutputFailed if `write_folder` would clearly fail, so that no work is done in vain."""
    with _told_of(str(folder)):
        taken = next((one for one in (folder, *folder.parents) if one.exists()), None)
        if taken is None:
            return
        if not taken.is_dir():
            raise OutputFailed(f"{taken} is not a directory")
        _check_access(taken)


def make_folder(folder: Path) -> None:
    """Makes the folder and those above it, if need be. Raises OutputFailed if that fails."""
    with _told_of(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)


@contextmanager
def replacing(path: str | Path, called: str | None = None) -> Iterator[BinaryIO]:
    """A new file, open for bytes, that takes the place of the one at `path` at the end of the body.

    If the body raises, or the machine stops, what was at `path` before is still there. A link is
    followed. What is no regular file, like /dev/stdout or a named pipe, is written into directly.

    Raises OutputFailed if that is impossible: at the start where it can be known, and where the body
    writes. All else that the body raises passes through. `called`: what messages call the file, by
    default its path.
    """
    called = str(path) if called is None else called
    with _told_of(called):
        # The last link leads to the file that is to be replaced.
        final = Path(os.path.realpath(path))
        mode = _mode(final)
        if mode is not None and stat.S_ISDIR(mode):
            raise IsADirectoryError(os.strerror(errno.EISDIR))
        in_place = mode is not None and not stat.S_ISREG(mode)
        draft = Path(path) if in_place else final.parent / f".consort-{secrets.token_hex(8)}"
        new = 0 if in_place else os.O_CREAT | os.O_EXCL
        descriptor = os.open(draft, os.O_WRONLY | new, 0o666)
    try:
        with io.BufferedWriter(Sink(descriptor, called)) as file:
            yield file
            file.flush()
            if not in_place:
                with _told_of(called):
                    if mode is not None:
                        os.fchmod(descriptor, stat.S_IMODE(mode))
                    # On the disk before the rename, or a crash could leave an empty file under the name.
                    os.fsync(descriptor)
                    draft.replace(final)
                    _sync_folder(final.parent)
    finally:
        if not in_place:
            draft.unlink(missing_ok=True)


def reason(error: Exception) -> str:
    """Why a file could not be opened, read or written, without its name."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


@contextmanager
def _told_of(called: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise _failed(called, error) from error


def _failed(called: str, error: Exception) -> OutputFailed:
    return OutputFailed(f"{shorten_path(called)} cannot be written: {reason(error)}")


def _check_access(path: Path) -> None:
    if not os.access(path, os.W_OK):
        # A system mounted to be read refuses everybody, permissions only those whom they leave out.
        raise PermissionError(os.strerror(errno.EACCES))


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _sync_folder(folder: Path) -> None:
    """So that the new name is on the disk too; not every file system can do that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
