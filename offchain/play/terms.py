"""What all plays have in common: amounts, and who is who among the actors of a back end."""

from collections.abc import Callable
from typing import Final

from offchain.bindings.constants import AuctionHouse
from offchain.chain.backend import Chain
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.release import CLOCK_TOLERANCE

BOND_BPS: Final = AuctionHouse.DEFAULT_BOND_BPS
"""What a bidder who does not reveal forfeits: basis points of the deposit."""
_PLAY_MONEY: Final = 10**20
_REAL_MONEY: Final = 1_000 * WEI_PER_UNIT
SELLER: Final = 0
KEEPER: Final = 1
FIRST_PLAYER: Final = 2
"""Actors by their index; whoever bids follows after the first player."""


def pocket_money(chain: Chain) -> int:
    """Wei that every actor holds beside its deposits, for small payments; what gas takes, the chain gives on top."""
    return _PLAY_MONEY if chain.time_is_free else _REAL_MONEY


def trusting(chain: Chain) -> Callable[[], float]:
    """The clock of a keeper that takes the chain's word for the time: nobody else bids in a play."""
    return lambda: chain.now() + CLOCK_TOLERANCE
