"""Who watches a play that is measured, and says how far it is."""

import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from offchain.chain.backend import Receipt
from offchain.play.observer import Observer


@dataclass(slots=True)
class Spent:
    """What a step took: whom it served, in how many transactions, at what gas; seconds of real time and of this process'."""

    served: int = 0
    transactions: int = 0
    gas: int = 0
    seconds: float = 0.0
    processor: float = 0.0


class Watch(Observer):
    """An observer that gives every moment to the step that ends it. steps: in the order in which they began."""

    def __init__(self, every: float = 15.0) -> None:
        """`every`: seconds between two lines on standard error."""
        self.steps: defaultdict[str, Spent] = defaultdict(Spent)
        self._every = every
        self._last = (time.monotonic(), time.process_time())
        self._told = time.monotonic()
        self._total: Counter[str] = Counter()

    def begins(self, step: str, total: int) -> None:
        """What comes before a step prepares it."""
        self.lap(step)
        self._total[step] += total

    def advances(self, step: str, count: int) -> None:
        """Says how far it is every now and then."""
        self.lap(step)
        self.steps[step].served += count
        if self._last[0] - self._told > self._every:
            self._told = self._last[0]
            done, total = self.steps[step].served, self._total[step]
            print(f"  {step}: {done:,} of {total:,}, {peak_mib():,} MiB", file=sys.stderr)

    def ends(self, step: str, receipts: Sequence[Receipt]) -> None:
        """The receipts tell the gas."""
        self.lap(step)
        self.steps[step].transactions += len(receipts)
        self.steps[step].gas += sum(one.gas_used for one in receipts)

    def lap(self, step: str) -> None:
        """Gives the time since the last call to `step`."""
        now = (time.monotonic(), time.process_time())
        self.steps[step].seconds += now[0] - self._last[0]
        self.steps[step].processor += now[1] - self._last[1]
        self._last = now


def peak_mib() -> int:
    """The most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
