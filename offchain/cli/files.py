"""Reading the files that a user names, and writing the ones asked for."""

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from textwrap import fill
from typing import TYPE_CHECKING, BinaryIO

from offchain.cli.exits import BadInput, put, say
from offchain.io.errors import InvalidInput
from offchain.io.output import OutputFailed, check_file, check_folder, reason, replacing
from offchain.io.quoting import shorten_path

if TYPE_CHECKING:
    from offchain.model.instances import Instance

STANDARD_INPUT = "-"
_PIECE = 1 << 20
"""Bytes that are read at a time."""


_LARGEST_LIST = 1 << 28
"""Bytes of a list that is held in memory: some millions of contributions."""


class Instances:
    """The instances of a file: read anew each time that they are gone through, of a list one at a time.

    All were read once before, so that a bad one is refused before any work is done. Memory: the largest.
    """

    def __init__(self, name: str, descriptor: int, pieces: Iterator[bytes] | None = None) -> None:
        """Read them all. `name`: of the file in messages. `descriptor`: of the file, open.

        `pieces`: its content, where it becomes readable at the descriptor only when they are taken.
        Raises BadInput, which starts with the name, if the file cannot be read or holds something else.
        """
        self._name, self._descriptor = name, descriptor
        self.is_list = False
        self._only: Instance | None = None
        self._count = 0
        for instance in self._read(self._pieces() if pieces is None else pieces):
            self._count += 1
            self._only = None if self.is_list else instance

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> "Iterator[Instance]":
        return self._read(self._pieces()) if self._only is None else iter((self._only,))

    def path(self, index: int) -> str:
        """What messages put in front of the fields of the instance at `index`; empty in a file of one."""
        return f"[{index}]" if self.is_list else ""

    def place(self, index: int, problem: str) -> str:
        """A message about a field of the instance at `index`, which it starts with."""
        return f"[{index}].{problem}" if self.is_list else problem

    def of(self, wanted: "Callable[[Instance], bool]") -> "Selection":
        """Those that are wanted. Reads them all once more, to count them."""
        return Selection(self, wanted, sum(map(wanted, self)))

    def each(self, do: "Callable[[Instance], object]") -> None:
        """Do something with each. Raises BadInput with the place of the one for which InvalidInput is raised."""

        for index, instance in enumerate(self):
            try:
                do(instance)
            except InvalidInput as error:
                raise BadInput(self.place(index, str(error))) from error

    def _read(self, pieces: Iterator[bytes]) -> "Iterator[Instance]":
        from offchain.io.stream import utf8
        from offchain.model.document import InstanceStream

        try:
            stream = InstanceStream(utf8(pieces))
            self.is_list = stream.is_list
            yield from stream
        except InvalidInput as error:
            raise BadInput(f"{self._name}: {error}") from error

    def _pieces(self) -> Iterator[bytes]:
        offset = 0
        while piece := self._at(offset):
            offset += len(piece)
            yield piece

    def _at(self, offset: int) -> bytes:
        with told_of_reading(self._name):
            # Not by the file's own position, since it may be gone through twice at once.
            return os.pread(self._descriptor, _PIECE, offset)


@dataclass(frozen=True, slots=True)
class Selection:
    """Some of the instances of a file."""

    instances: Instances
    wanted: "Callable[[Instance], bool]"
    count: int

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> "Iterator[Instance]":
        return filter(self.wanted, self.instances)


@contextmanager
def open_instances(file: str) -> Iterator[Instances]:
    """The instances in the file, or on standard input if it is `-`, all read once.

    Raises BadInput if the file cannot be read or holds something else; the message starts with its
    name. What cannot be read twice, like a pipe, is copied to the disk on the way.
    """
    name = "standard input" if file == STANDARD_INPUT else shorten_path(file)
    with told_of_reading(name):
        source = sys.stdin.buffer if file == STANDARD_INPUT else Path(file).open("rb")  # noqa: SIM115
    with nullcontext() if file == STANDARD_INPUT else source:
        if file != STANDARD_INPUT and stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            yield Instances(name, source.fileno())
            return
        with TemporaryFile(buffering=0) as copy:
            yield Instances(name, copy.fileno(), _copied(source, copy, name))


def _copied(source: BinaryIO, copy: BinaryIO, name: str) -> Iterator[bytes]:
    while True:
        with told_of_reading(name):
            piece = source.read(_PIECE)
        if not piece:
            return
        try:
            copy.write(piece)
        except OSError as error:
            raise OutputFailed(f"a copy of {name} cannot be written: {reason(error)}") from error
        yield piece


def read_list(option: str, file: str) -> bytes:
    """The bytes of a list that an option names. Raises BadInput, which starts with the option and the file."""
    name = f"{option}: {shorten_path(file)}"
    with told_of_reading(name), Path(file).open("rb") as stream:
        data = stream.read(_LARGEST_LIST + 1)
    if len(data) > _LARGEST_LIST:
        raise BadInput(f"{name}: holds more than {_LARGEST_LIST >> 20} MiB")
    return data


def put_and_keep(pieces: Iterable[str], out: str | None) -> None:
    """Text on standard output as it comes and, if `out` is given, in that file, whole or not at all.

    The file is finished even if standard output fails on the way. Raises OutputFailed.
    """
    lost: OutputFailed | None = None
    with nullcontext() if out is None else replacing(out, f"--out: {out}") as file:
        for piece in pieces:
            if file is not None:
                file.write(piece.encode())
                file.flush()
            try:
                if lost is None:
                    put(piece)
            except OutputFailed as error:
                if file is None:
                    raise
                lost = error
    if lost is not None:
        raise lost


@contextmanager
def told_of_reading(name: str) -> Iterator[None]:
    """Raise BadInput, which starts with the name, where the body cannot open or read a file."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise BadInput(f"{shorten_path(name)}: cannot be read: {reason(error)}") from error


_WIDTH = 80
"""Columns that lists of files are wrapped at."""


def write_report(write: Callable[[], Sequence[Path]], *more: str) -> None:
    """Writes a report into the folder of --out, and says what is in it: what `write` returns, the page first, and `more`."""
    with told_of_out():
        page, *others = write()
    say(f"Report: {page}")
    beside = f"beside it: {', '.join([*(path.name for path in others), *more])}"
    say(fill(beside, _WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False))


@contextmanager
def told_of_out() -> Iterator[None]:
    """Name the option where the body cannot write what `--out` asks for."""
    try:
        yield
    except OutputFailed as error:
        raise OutputFailed(f"--out: {error}") from error.__cause__


def refuse_unwritable(file: str) -> None:
    """Raise OutputFailed if the file can clearly not be written, before any work is done for it."""
    with told_of_out():
        check_file(Path(file))


def report_folder(out: str | Path) -> Path:
    """Where a report goes. Raise OutputFailed if it clearly cannot, before any work is done for it."""
    with told_of_out():
        check_folder(Path(out))
    return Path(out)
