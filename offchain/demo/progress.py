"""Progress of a long step on standard error: a bar on a terminal, a line every so often elsewhere."""

import time
from collections.abc import Callable
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

SECONDS_BETWEEN_LINES = 10.0
_ENOUGH = 50
"""The time left is told once one part in so many is done."""


class Meter(Protocol):
    """Shows how far the step under way has come."""

    def begins(self, step: str, total: int) -> None:
        """`step` has `total` to do."""

    def advances(self, count: int) -> None:
        """`count` more are done, if a step is under way."""

    def ends(self) -> None:
        """It is over, if one is under way: nothing is left, be it that some had no part in it."""

    def breaks_off(self) -> None:
        """It comes to no end, if one is under way."""


def meter(console: Console) -> Meter:
    """Bars where `console` is a terminal, lines elsewhere."""
    return Bars(console) if console.is_terminal else Lines(console)


class Opening:
    """Says how far the opening of locks has come, where it takes long: called with how many of those left in a book are done, and
    how many those were.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._lines = Lines(console, clock)
        self._left = self._done = 0

    def __call__(self, done: int, left: int) -> None:
        """The keeper has opened some, and may do something else before it goes on with the rest."""
        if left != self._left or done <= self._done:
            if left != self._left - self._done:  # another book
                self._lines.begins("locks", left)
            self._left, self._done = left, 0
        self._lines.advances(done - self._done)
        self._done = done


class Bars:
    """Bars that stay where they are once their steps are over."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: Progress | None = None

    def begins(self, step: str, total: int) -> None:
        """See `Meter`."""
        self._bar = Progress(
            TextColumn("  {task.description:8}"),
            BarColumn(bar_width=36),
            TextColumn("{task.completed:,}/{task.total:,}"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=self._console,
        )
        self._bar.add_task(step, total=total)
        self._bar.start()

    def advances(self, count: int) -> None:
        """See `Meter`."""
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0], count)

    def ends(self) -> None:
        """See `Meter`."""
        if self._bar is not None:
            (task,) = self._bar.tasks
            self._bar.update(task.id, total=task.completed, visible=task.completed > 0)
        self.breaks_off()

    def breaks_off(self) -> None:
        """See `Meter`."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


class Lines:
    """A line for a step that takes long, every `SECONDS_BETWEEN_LINES`, with the time left."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._step = ""
        self._done = self._total = 0
        self._began = self._told = 0.0

    def begins(self, step: str, total: int) -> None:
        """See `Meter`."""
        self._step, self._done, self._total = step, 0, total
        self._began = self._told = self._clock()

    def advances(self, count: int) -> None:
        """See `Meter`."""
        self._done += count
        now = self._clock()
        if not self._step or now - self._told < SECONDS_BETWEEN_LINES:
            return
        self._told = now
        said = f"  {self._step}: {self._done:,} of {self._total:,}"
        if self._done * _ENOUGH >= self._total:
            left = (now - self._began) * (self._total - self._done) / self._done
            said += f", about {left:,.0f} s left"
        self._console.print(said, highlight=False)

    def ends(self) -> None:
        """See `Meter`."""
        self._step = ""

    def breaks_off(self) -> None:
        """See `Meter`."""
        self.ends()
