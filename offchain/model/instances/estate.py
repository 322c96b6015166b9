"""What an estate tries with an item that a group won, and what becomes of it. Amounts are integers in units."""

from collections.abc import Mapping
from dataclasses import dataclass

from offchain.model.instances.two_level import Group, LotOutcome


@dataclass(frozen=True, slots=True)
class Vote:
    """A served member wants the item sold for `reserve` units or more, and nothing else any more; 0: not sold."""

    member: str
    reserve: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to sell.

    votes: what is said since the attempt before, in order. buyers: who would bid, in order of arrival,
    each member for one item.
    """

    votes: tuple[Vote, ...]
    buyers: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Resale:
    """What came of an attempt: the lot at the reserve that was decided; both None if none was, and nothing listed."""

    reserve: int | None
    lot: LotOutcome | None

    @property
    def sold(self) -> bool:
        """Whether somebody bought the item."""
        return self.lot is not None and self.lot.winner is not None


@dataclass(frozen=True, slots=True)
class EstateOutcome:
    """What became of an item that was won.

    resales: of each attempt, in order. parts: what each served member gets; 0 if it was not sold. dust:
    what stays of the proceeds, fewer units than members served. access: who has access in the end.
    """

    resales: tuple[Resale, ...]
    parts: Mapping[str, int]
    dust: int
    access: tuple[str, ...]
