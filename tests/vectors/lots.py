"""Lots as their logs tell them, and what the reference makes of the bids in them: for programs in other languages.

    python -m tests.vectors.lots

plays random auctions on revm and writes the logs of their lots, with what became of them, to lots.json.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from offchain.bindings.entries import account_in, amount_in
from offchain.chain.backend import Log, Progress, quietly
from offchain.chain.revm import Revm
from offchain.keeper.books import Book
from offchain.keeper.ledger import Ledger
from offchain.model.mechanisms.equal_split import equal_split, willingness_to_pay
from offchain.model.mechanisms.price_rule import run_auction
from offchain.play.two_level import TwoLevelStage
from tests.differential.scenarios import hold_equal, scenario

FILE: Final = Path(__file__).with_suffix(".json")
SEEDS: Final = (0, 3, 10, 26, 41, 74, 77, 150)
"""Of auctions in which everything happens: ties, individuals, open and sealed groups, silence, lots that are void."""


@dataclass(frozen=True, slots=True)
class Logs:
    """A chain of which nothing is left but its logs."""

    kept: Sequence[Log]
    name: str = "logs"

    def block(self) -> int:
        """See `Chain`."""
        return max(log.block for log in self.kept)

    def logs(
        self,
        addresses: Sequence[str],
        first_block: int,
        last_block: int | None = None,
        topics: Sequence[bytes] | None = None,
        progress: Progress = quietly,
    ) -> list[Log]:
        """See `Chain`."""
        last = self.block() if last_block is None else last_block
        return [
            log
            for log in self.kept
            if log.address in addresses and first_block <= log.block <= last
        ]


def verdict_of(ledger: Ledger, number: int) -> dict[str, Any]:
    """What the rules make of the open bids on a lot, whatever the contracts made of them; amounts as text."""
    lot = ledger.lots[number]
    individuals = ledger.book(ledger.auctioneer, number)
    arrivals = [(account_in(entry), amount_in(entry)) for entry in individuals.openings]
    willing = {dao: willingness_to_pay(_bids(ledger.book(dao, number))) for dao in lot.daos}
    arrivals += [(dao, willing[dao]) for dao in lot.group_bids]
    standing = run_auction([bid for _, bid in arrivals], lot.reserve)
    if standing.leader is None:
        return {
            "winner": None,
            "price": str(standing.price),
            "split": None,
            "willing": _text(willing),
        }
    winner = arrivals[standing.leader][0]
    split = None
    if winner in lot.daos:
        found = equal_split(_bids(ledger.book(winner, number)), standing.price)
        split = {"served": found.served, "share": str(found.share)}
    return {
        "winner": winner,
        "price": str(standing.price),
        "split": split,
        "willing": _text(willing),
    }


def boxes_of(ledger: Ledger, number: int) -> list[list[str]]:
    """Who bid where, with the deposit, what came back and what was burnt of it."""
    return [
        [book.contract, bidder, *map(str, (box.deposit, box.received, box.burnt))]
        for book in ledger.books_on(number)
        for bidder, box in book.boxes.items()
    ]


def read(vector: dict[str, Any]) -> Ledger:
    """The ledger that the logs of a vector make."""
    logs = [
        Log(at, tuple(map(bytes.fromhex, topics)), bytes.fromhex(data), block)
        for block, (at, topics, data) in enumerate(vector["logs"])
    ]
    ledger = Ledger(Logs(logs), vector["auctioneer"])  # type: ignore[arg-type]
    ledger.sync()
    return ledger


def made(seeds: Sequence[int] = SEEDS) -> Iterator[dict[str, Any]]:
    """A vector of each seed: the logs of all its lots in order, and of each what the rules say and who had what back."""
    for seed in seeds:
        chain = Revm()
        stage = TwoLevelStage(chain)
        hold_equal(stage, scenario(seed))
        ledger = Ledger(chain, stage.auction)  # the stage's own has forgotten what is over
        ledger.sync()
        followed = [stage.auction, *{dao: None for lot in ledger.lots.values() for dao in lot.daos}]
        logs = chain.logs(followed, 0)
        yield {
            "seed": seed,
            "auctioneer": stage.auction,
            "logs": [[log.address, [t.hex() for t in log.topics], log.data.hex()] for log in logs],
            "lots": {str(number): told(ledger, number) for number in ledger.lots},
        }


def told(ledger: Ledger, number: int) -> dict[str, Any]:
    """All of that of one lot."""
    lot = ledger.lots[number]
    return {
        "sold": lot.winner is not None,
        **verdict_of(ledger, number),
        "boxes": boxes_of(ledger, number),
    }


def _bids(book: Book) -> list[int]:
    return [bid for bid, _ in book.ascending()]


def _text(amounts: dict[str, int]) -> dict[str, str]:
    return {name: str(amount) for name, amount in amounts.items()}


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(vector) for vector in made())
    FILE.write_text(f"[\n{lines}\n]\n")
