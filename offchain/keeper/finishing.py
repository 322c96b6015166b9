"""The end of a lot that a DAO wins, in one transaction: what is left of its tally, the settlement, and what everybody gets back.

Small groups save two transactions by it. It is tried where the logs say what will come of the tally; whenever anything is in
doubt it is not done, and each step goes by itself as always.
"""

from collections.abc import Sequence
from typing import Any, Final

from offchain.bindings.constants import DAO
from offchain.keeper.books import Book, Lot, Step, first_reaching
from offchain.keeper.ledger import Ledger
from offchain.keeper.reading import Reader
from offchain.keeper.sending import Sender
from offchain.keeper.tasks import Task

MAX_DELIVERY_GAS: Final = 2_000_000
"""The most gas the keeper spends on moving an item: settling takes 300,000 with a decent token, but a token can be anything."""
HAND_ON_GAS: Final = 350_000
"""What settling a lot at a house of others is sent with besides: where handing the item on has too little gas it fails quietly,
so that a simulation may find too little."""
GAS_EACH: Final = 25_000
"""What counting and paying a member may take besides."""
PUSH_ALLOWANCE: Final = 12_500
"""What a recipient can make a payment cost beyond its estimate by behaving worse than in simulation: the gas that it is given to
burn, and the event of its refusal."""
TIME_TO_FALL_BACK: Final = 240
"""Seconds of the tally that have to be left: for it to be mined by itself, should the rest fail on the chain alone."""


class Finisher:
    """Ends lots of one auctioneer, which sells as soon as it has all bids."""

    def __init__(self, account: str, reader: Reader[Ledger], sender: Sender) -> None:
        self._account, self._reader, self._sender = account, reader, sender
        self._spare = HAND_ON_GAS if reader.ledger.at_house else 0

    def tally(self, lot: Lot, book: Book, steps: Sequence[tuple[str, ...]], now: int) -> bool:
        """Counts the `steps` left, settles and pays, if the lot waits for this DAO alone, and it wins. Whether it did."""
        self._reader.refuse_old_books()
        if now + TIME_TO_FALL_BACK > lot.end_of_tally or _is_large(book):
            return False
        walked = walk(book, book.progress.get(self._account, []))
        price = self._price_to_come(lot, book, walked[-1].best if walked else 0)
        if price is None:
            return False
        step = first_reaching(walked, price)
        tallies = [("tally", lot.number, some) for some in steps]
        return step is not None and self._end(book, tallies, step, price)

    def settle(self, book: Book, step: Step, price: int) -> bool:
        """Settles a lot that the DAO has won at `price` (units), and pays. Whether it did."""
        return not _is_large(book) and self._end(book, [], step, price)

    def _price_to_come(self, lot: Lot, book: Book, bid: int) -> int | None:
        """What a DAO will pay for a lot that waits for its `bid` alone, in units; None if it will not win, or not yet. Who comes
        last loses a tie, and so pays a unit more than the highest rival bids.
        """
        if any(dao not in lot.group_bids for dao in lot.daos if dao != book.contract):
            return None
        ledger = self._reader.ledger
        individuals = ledger.book(ledger.auctioneer, lot.number).boxes.values()
        others = [
            *lot.group_bids.values(),
            *(one.bid for one in individuals if one.bid is not None),
        ]
        price = max(lot.reserve, max(others, default=0) + 1)
        return price if bid >= price else None

    def _end(self, book: Book, tallies: Sequence[tuple[Any, ...]], step: Step, price: int) -> bool:
        payees = owed(book, price)
        calls = [*tallies, ("settle", *settlement(book, step))]
        if payees:
            calls.append(("claimBatch", book.lot, payees))
        members = len(book.boxes)
        if len(calls) == 1:
            return False
        receipt = self._sender.together(
            Task("finish", book.lot, book.contract),
            members,
            calls,
            most=MAX_DELIVERY_GAS + GAS_EACH * members,
            allowance=PUSH_ALLOWANCE * len(payees) + self._spare,
        )
        if receipt is None:
            return False
        refund = Task("refund", book.lot, book.contract)
        self._sender.memory(refund, PUSH_ALLOWANCE).serve(payees, receipt.block)
        return True


def settlement(book: Book, step: Step) -> tuple[int, int, int, bytes]:
    """What a DAO's `settle` takes, by the step of the tally in which the price is first reached."""
    counted = book.ascending()[step.start : step.counted]
    packed = b"".join(bid.to_bytes(8, "big") for bid, _ in counted)
    return book.lot, step.start, step.best_before, packed


def walk(book: Book, done: Sequence[Step]) -> list[Step]:
    """All steps of a tally, of which some are `done` and the others as large as may be. O(members)."""
    steps = list(done)
    bids = [bid for bid, _ in book.ascending()]
    counted, best = (steps[-1].counted, steps[-1].best) if steps else (0, 0)
    for start in range(counted, len(bids), DAO.MAX_STEP):
        part = bids[start : start + DAO.MAX_STEP]
        reached = max((len(bids) - start - place) * bid for place, bid in enumerate(part))
        steps.append(Step(start, start + len(part), best, max(best, reached)))
        best = steps[-1].best
    return steps


def owed(book: Book, price: int) -> list[str]:
    """Who is owed something by a DAO that wins at `price` (units), or a bond to burn, as `planning.is_due` then says."""
    share = share_of(book, price)
    return [
        bidder
        for bidder, box in book.boxes.items()
        if not box.closed
        and not box.refused
        and (box.bid is None or box.deposit > (share if box.bid >= share else 0))
    ]


def share_of(book: Book, price: int) -> int:
    """What each served member will pay of a price that the DAO can pay, in units: it is shared by the most members who can."""
    members = len(book.ascending())
    ranked = ((members - place, bid) for place, (bid, _) in enumerate(book.ascending()))
    served = next(rank for rank, bid in ranked if rank * bid >= price)
    return -(-price // served)


def _is_large(book: Book) -> bool:
    """Whether a transaction can hardly hold it all, so that it is not even tried."""
    return len(book.boxes) > DAO.MAX_STEP
