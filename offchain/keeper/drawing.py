"""Random words that lots wait for: asked for once, and read once they are there."""

from typing import Any

from offchain.bindings.contracts import contract as contract_named
from offchain.keeper.frame import Bench
from offchain.keeper.tasks import Task


class Drawing:
    """Draws for the lots of one auctioneer, from its own source."""

    def __init__(self, bench: Bench[Any]) -> None:
        self._bench = bench
        self._source: str | None = None
        self._words = contract_named("IRandomness")

    def word(self, lot: int, requested: bool) -> int | None:
        """The word of a lot, None while it is not there. Asks the auctioneer to request it, unless it was.

        Raises:
            ChainError: it cannot be asked for, or read.
        """
        auction = self._bench.ledger.auctioneer
        if not requested:
            self._bench.sender.one(Task("draw", lot, auction), 0, "requestDraw", lot)
        if self._source is None:
            (self._source,) = self._bench.reader.view(auction, "randomness")
        drawn, word = self._bench.courier.ask(self._words, self._source, "wordOf", auction, lot)
        return word if drawn else None
