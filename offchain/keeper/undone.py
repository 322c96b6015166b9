"""Gas that went into work which a reorganization undid: it has to be done again, so a lot may take as much once more.

Whether work stands is told by the logs that the books are made of. What a budget has paid for stays paid for: a node can make
reorganizations up.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from offchain.chain.backend import Log, Receipt
from offchain.keeper.logbook import REORG_DEPTH, Logbook
from offchain.keeper.tasks import LAG

_Mark = tuple[str, tuple[bytes, ...], bytes]
"""A log, in whichever block it is."""


@dataclass(slots=True)
class _Work:
    """A transaction for a lot, the gas that it took, its block, and what it logged. due: from which block on logs should show
    that; stands: whether they do, or it is too early to say.
    """

    lot: int
    gas: int
    block: int
    marks: Counter[_Mark]
    due: int
    stands: bool = True


class Undone:
    """Of one keeper, on the lots of one auctioneer."""

    def __init__(self, logbook: Logbook[Any]) -> None:
        self._logbook = logbook
        self._recent: list[_Work] = []
        self._final: Counter[int] = Counter()

    def gas_of(self, lot: int) -> int:
        """How much a lot took for what does not stand."""
        return self._final[lot] + sum(
            work.gas for work in self._recent if work.lot == lot and not work.stands
        )

    def sent(self, lot: int, contract: str, receipt: Receipt, gas: int) -> None:
        """A transaction to `contract` took so much `gas`. One that logged nothing of which books are made counts as standing."""
        at = (contract, self._logbook.auctioneer)
        logs = [log for log in receipt.logs if log.address in at and self._logbook.reads(log)]
        self._forget_old()
        self._recent.append(_Work(lot, gas, receipt.block, _marks(logs), receipt.block + LAG))

    def forget(self) -> None:
        """The books are new ones: what they do not show is undone."""
        for work in self._recent:
            work.due = 0

    def look(self) -> None:
        """The books may have changed: looks at what stands. Of two works that logged the same, the later one."""
        if not self._recent:
            return
        self._forget_old()
        left = _marks(self._logbook.recent)
        for work in reversed(self._recent):
            shows = work.marks <= left
            if shows:
                left -= work.marks
            work.stands = shows or self._logbook.synced < work.due

    def _forget_old(self) -> None:
        """What is so old that no reorganization changes it any more stays as it is."""
        final = self._logbook.synced - REORG_DEPTH
        for work in self._recent:
            if work.block <= final and not work.stands:
                self._final[work.lot] += work.gas
        self._recent = [work for work in self._recent if work.block > final]


def _marks(logs: Sequence[Log]) -> Counter[_Mark]:
    return Counter((log.address, log.topics, log.data) for log in logs)
