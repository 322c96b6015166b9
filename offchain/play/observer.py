"""What a play tells whoever watches it."""

from collections.abc import Sequence
from typing import Final, Protocol

from offchain.chain.backend import Receipt


class Observer(Protocol):
    """Hears of a play as it happens, one step after another.

    Steps are named as in the outcome's gas: list, bid, reveal, decide … Beside these there are `deploy`, of the contracts;
    `approve`, of all items of a seller; `fund`, which gives bidders their money and sends nothing; and those that bring a
    random word (`play.words`): `seal`, `open` and `redeem` secrets, `prove` a header, `tell` a word that was chosen. A step
    can come up again.
    """

    def begins(self, step: str, total: int) -> None:
        """`step` begins; it will serve `total` bids, members, lots or transactions. Of a step that a keeper takes one
        hears with its first transaction, unless it was to come next.
        """

    def advances(self, step: str, count: int) -> None:
        """`step` has served `count` more."""

    def ends(self, step: str, receipts: Sequence[Receipt]) -> None:
        """`step` is over, and these are the receipts of what it sent since it began, in order."""


class Silent:
    """An observer that does nothing."""

    def begins(self, step: str, total: int) -> None:
        """Nothing."""

    def advances(self, step: str, count: int) -> None:
        """Nothing."""

    def ends(self, step: str, receipts: Sequence[Receipt]) -> None:
        """Nothing."""


SILENT: Final = Silent()
