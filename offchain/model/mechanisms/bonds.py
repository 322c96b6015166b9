"""Bonds: what silence costs, and who gets it.

A sealed bid that is not opened forfeits a part of its deposit, whatever becomes of the lot. Consort
burns it. Paid to the seller or to the winners it bends what they do, which `consort theory` shows
(rows `phantoms-...`), so all three stand here. Amounts are in units; a bond in basis points of the
deposit.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

BPS = 10_000
"""Basis points in the whole of a deposit."""


class Recipient(StrEnum):
    """Who gets forfeited bonds."""

    BURNT = "burnt"
    SELLER = "to the seller"
    WINNERS = "to the winners"


@dataclass(frozen=True, slots=True)
class Forfeit:
    """Where the bonds of one lot go, exact. forfeited = seller + each * served + burnt.

    each: what every one of those served gets.
    """

    forfeited: Fraction
    seller: Fraction
    each: Fraction
    burnt: Fraction


def forfeit(silent: int, bond_bps: int, to: Recipient, served: int) -> Forfeit:
    """What becomes of the bonds if the deposits of the silent are `silent` in all, and so many are served.

    Bonds to the winners of a lot that nobody wins are burnt. Not rounded, where a contract rounds to
    units. O(1).
    """
    forfeited, none = Fraction(silent * bond_bps, BPS), Fraction(0)
    if to is Recipient.SELLER:
        return Forfeit(forfeited, seller=forfeited, each=none, burnt=none)
    if to is Recipient.WINNERS and served:
        return Forfeit(forfeited, seller=none, each=forfeited / served, burnt=none)
    return Forfeit(forfeited, seller=none, each=none, burnt=forfeited)
