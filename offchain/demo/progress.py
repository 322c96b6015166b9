"""Progress of a long run on standard error: bars on a terminal, a line every so often elsewhere."""

import time
from collections.abc import Callable
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

SECONDS_BETWEEN_LINES = 10.0
_ENOUGH = 50
"""The time left is told once one part in so many is done."""


class Meter(Protocol):
    """Shows how far the steps under way have come."""

    def begins(self, step: str, total: int) -> None:
        """`step` has `total` to do."""

    def advances(self, step: str, count: int) -> None:
        """`step` has done `count` more."""

    def ends(self, step: str) -> bool:
        """`step` is over. Returns whether no other is under way."""

    def close(self) -> None:
        """Stops, whatever is under way."""


def meter(console: Console) -> Meter:
    """Bars where `console` is a terminal, lines elsewhere."""
    return Bars(console) if console.is_terminal else Lines(console)


class Bars:
    """Bars that stay where they are once their steps are over."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def begins(self, step: str, total: int) -> None:
        """See `Meter`."""
        if self._progress is None:
            self._progress = Progress(
                TextColumn("  {task.description:8}"),
                BarColumn(bar_width=36),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=self._console,
            )
            self._progress.start()
        self._tasks[step] = self._progress.add_task(step, total=total)

    def advances(self, step: str, count: int) -> None:
        """See `Meter`."""
        if self._progress is not None and step in self._tasks:
            self._progress.advance(self._tasks[step], count)

    def ends(self, step: str) -> bool:
        """See `Meter`."""
        self._tasks.pop(step, None)
        if not self._tasks:
            self.close()
        return not self._tasks

    def close(self) -> None:
        """See `Meter`."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


class Lines:
    """A line for each step that takes long, every `SECONDS_BETWEEN_LINES`, with the time left."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._steps: dict[str, _Pace] = {}

    def begins(self, step: str, total: int) -> None:
        """See `Meter`."""
        self._steps[step] = _Pace(total, self._clock())

    def advances(self, step: str, count: int) -> None:
        """See `Meter`."""
        pace = self._steps.get(step)
        if pace is None:
            return
        pace.done += count
        now = self._clock()
        if now - pace.told < SECONDS_BETWEEN_LINES:
            return
        pace.told = now
        said = f"  {step}: {pace.done:,} of {pace.total:,}"
        if pace.done * _ENOUGH >= pace.total:
            left = (now - pace.began) * (pace.total - pace.done) / pace.done
            said += f", about {left:,.0f} s left"
        self._console.print(said, highlight=False)

    def ends(self, step: str) -> bool:
        """See `Meter`."""
        self._steps.pop(step, None)
        return not self._steps

    def close(self) -> None:
        """See `Meter`."""
        self._steps.clear()


class _Pace:
    """How far a step has come: `began` and `told` (the last line) in seconds of the clock."""

    def __init__(self, total: int, began: float) -> None:
        self.total = total
        self.done = 0
        self.began = began
        self.told = began
