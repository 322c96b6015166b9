"""What all plays have in common: amounts, and who is who among the actors of a back end."""

from typing import Final

UNIT: Final = 10**9
"""One unit in wei (`contracts/libraries/Units.sol`)."""
BOND_BPS: Final = 1_000
"""What a bidder who does not reveal forfeits: basis points of the deposit."""
GAS_MONEY: Final = 10**20
"""Wei that every actor holds beside its deposits, for gas."""
SELLER: Final = 0
KEEPER: Final = 1
FIRST_PLAYER: Final = 2
"""Actors by their index; whoever bids follows after the first player."""
