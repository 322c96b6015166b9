"""What became of a bidder, from the books: paid out, or refused, in which case it is still owed and not paid."""

from typing import cast

import pytest

from offchain.demo.fates import entries
from offchain.keeper.books import Book, Box
from offchain.keeper.ledger import Ledger
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance

ACCOUNT = "0x" + "1" * 40
INSTANCE = TwoLevelInstance(1, (1,), (Group("DAO", (Member("ann", (50,), (50,)),)),))


class Books:
    """A ledger of one book."""

    def __init__(self, box: Box | None, won: bool) -> None:
        boxes = {} if box is None else {ACCOUNT: box}
        self._book = Book("0x" + "2" * 40, 7, 1_000, of_dao=True, boxes=boxes)
        self._book.won, self._book.share = won, 30

    def books_on(self, lot: int) -> list[Book]:
        """All, whatever the lot."""
        return [self._book]


@pytest.mark.parametrize(
    ("box", "won", "expected"),
    [
        (Box(b"", 100, 50, received=70, closed=True), True, (30, 0, 70, False)),
        (Box(b"", 100, 50, received=100, closed=True), False, (0, 0, 100, False)),
        (Box(b"", 100, burnt=10, received=90, closed=True), True, (0, 10, 90, False)),
        (Box(b"", 100, 50, refused=True), True, (30, 0, 70, True)),
        (Box(b"", 100, 50, refused=True), False, (0, 0, 100, True)),
        (Box(b"", 100, refused=True), True, (0, 10, 90, True)),
        (Box(b"", 100, burnt=10, refused=True), True, (0, 10, 90, True)),
        (None, True, (0, 0, 0, False)),
    ],
    ids=[
        "served",
        "lost",
        "silent",
        "served, refused",
        "lost, refused",
        "silent, refused",
        "silent, burnt and refused",
        "no bid",
    ],
)
def test_where_the_deposit_went(
    box: Box | None, won: bool, expected: tuple[int, int, int, bool]
) -> None:
    ledger = cast(Ledger, Books(box, won))
    (entry,) = entries(ledger, 7, INSTANCE, {("DAO", "ann"): ACCOUNT})
    assert (entry.paid, entry.bond, entry.refund, entry.refused) == expected
    assert entry.is_balanced
    assert entry.silent == (box is not None and box.bid is None)
