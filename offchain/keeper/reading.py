"""How a keeper reads: the books of its ledger, and views of the contracts that they are at."""

from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from offchain.bindings.contracts import Contract
from offchain.chain.errors import ChainError
from offchain.keeper.courier import Courier
from offchain.keeper.logbook import REORG_DEPTH, Logbook, LogsMissing
from offchain.keeper.pace import Pace
from offchain.keeper.troubles import Troubles

_COUNT_EVERY: Final = 64
"""Blocks after which the auctioneer is asked again how many lots there are."""


LogbookT = TypeVar("LogbookT", bound=Logbook[Any])


class Reader(Generic[LogbookT]):
    """Reads one auctioneer's lots. What is known of them is about nothing any more once the ledger was rebuilt."""

    def __init__(
        self,
        ledger: LogbookT,
        courier: Courier,
        pace: Pace,
        troubles: Troubles,
        on_rebuilt: Callable[[], None],
    ) -> None:
        """`on_rebuilt` is called when the books are new ones."""
        self.ledger: Final = ledger
        self._courier, self._pace, self._troubles = courier, pace, troubles
        self._on_rebuilt = on_rebuilt
        self._lacking = 0
        self._begin()

    def read(self) -> None:
        """Takes in what happened before a step, and now and then counts the lots.

        Raises:
            ChainError: the chain could not be read at all.
        """
        self.ledger.sync(recheck=REORG_DEPTH)
        self._take_new_books()
        if self.ledger.synced - self._counted_at >= _COUNT_EVERY or self._lacking:
            self._troubles.guard(0, "counting lots", self._count_lots)

    def sync(self) -> None:
        """Reads on within a step. `ChainError` as `refuse_old_books`; the next step takes the new ones."""
        self.ledger.sync()
        self._pace.asked(2)
        self.refuse_old_books()

    def refuse_old_books(self) -> None:
        """`ChainError` if the ledger was rebuilt since the step began: what is at hand is about nothing that it holds."""
        if self.is_rebuilt:
            raise ChainError("the books have to be rebuilt")

    @property
    def is_rebuilt(self) -> bool:
        """Whether the ledger was rebuilt since the step began."""
        return self.ledger.generation != self._generation

    def view(self, address: str, function: str, *arguments: object) -> tuple[Any, ...]:
        """What the auctioneer or a DAO says. `ChainError` if it says nothing."""
        return self._courier.ask(self.contract_at(address), address, function, *arguments)

    def contract_at(self, address: str) -> Contract:
        """The auctioneer, or else a DAO."""
        return self.ledger.contract_at(address)

    def _begin(self) -> None:
        self._generation = self.ledger.generation
        self._counted_at = -_COUNT_EVERY

    def _take_new_books(self) -> None:
        if self.is_rebuilt:
            self._begin()
            self._on_rebuilt()

    def _count_lots(self) -> None:
        """Compares the lots with how many the auctioneer says there are: logs that a node left out for a while, and that are
        older than what `sync` compares, are missed by nothing else. Reads all anew the first, second, fourth, … time in a row.

        Raises:
            LogsMissing: there are fewer.
        """
        (listed,) = self.view(self.ledger.auctioneer, "lotCount")
        if listed > self.ledger.listed:
            self.ledger.sync()  # one that was listed meanwhile
        if listed > self.ledger.listed:
            self._lacking += 1
            if self._lacking & (self._lacking - 1) == 0:
                self.ledger.restart()
                self.ledger.sync()
        self._take_new_books()
        if listed > (known := self.ledger.listed):
            node = self._courier.chain.name
            raise LogsMissing(f"{node}: there are {listed} lots, and logs of {known}")
        self._lacking, self._counted_at = 0, self.ledger.synced
