"""What a play tells whoever watches it."""

from typing import Protocol


class Observer(Protocol):
    """Hears of a play as it happens. Steps are named as in the outcome's gas: list, enter, bid …; one of
    them, fund, gives bidders their money and uses none.
    """

    def begins(self, step: str, total: int) -> None:
        """`step` begins; it will serve `total` bids, members or lots."""

    def advances(self, step: str, count: int) -> None:
        """`step` has served `count` more."""

    def ends(self, step: str, gas_used: int) -> None:
        """`step` is over and has used `gas_used` in all."""


class Silent:
    """An observer that does nothing."""

    def begins(self, step: str, total: int) -> None:
        """Nothing."""

    def advances(self, step: str, count: int) -> None:
        """Nothing."""

    def ends(self, step: str, gas_used: int) -> None:
        """Nothing."""
