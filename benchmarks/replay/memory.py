"""How much memory processes have needed, from what Linux tells in /proc; elsewhere nothing is known."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_PEAK: Final = "VmHWM:"


class Memory:
    """The most that this process and those it started, directly or not, have needed since the first look."""

    def __init__(self) -> None:
        self._kilobytes: dict[str, int] = {}

    def look(self) -> None:
        """Looks at everybody alive."""
        me = os.getpid()
        for pid in (me, *_descendants(me)):
            with suppress(OSError, StopIteration):  # it may just have ended
                name = (
                    "this process" if pid == me else (_PROC / str(pid) / "comm").read_text().strip()
                )
                lines = (_PROC / str(pid) / "status").read_text().splitlines()
                peak = next(int(line.split()[1]) for line in lines if line.startswith(_PEAK))
                self._kilobytes[name] = max(self._kilobytes.get(name, 0), peak)

    @property
    def megabytes(self) -> dict[str, int]:
        """The most that one process of each program needed at a time."""
        return {name: size >> 10 for name, size in self._kilobytes.items() if size > 4 << 10}


def _descendants(pid: int) -> Iterator[int]:
    for task in (_PROC / str(pid) / "task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, task.read_text().split()):
                yield child
                yield from _descendants(child)
