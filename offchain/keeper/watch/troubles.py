"""What kinds of trouble a keeper has, by their errors."""

from typing import Final

from offchain.chain.backend import Reverted
from offchain.chain.errors import Unfunded
from offchain.chain.fees import FeeTooHighError
from offchain.keeper.lines import LinesError
from offchain.keeper.purse import Overspent
from offchain.keeper.raising import RaiseMissed
from offchain.keeper.reveals import LocksClosed
from offchain.keeper.troubles import Alert

KINDS: Final = {
    "bid": "a bid at an auction house is due, or will be, and cannot be sent",
    "secret": "a bond under a sealed secret is lost, or about to be",
    "opening": "what opens bids is not to be had: the file of openings, a beacon's round",
    "money": "the account has too little money",
    "gas": "gas takes more than a unit of it, a lot or all may cost",
    "refused": "a contract or a token refuses",
    "node": "anything else; as a rule the node",
}

_BY_ERROR: Final = (
    (RaiseMissed, "bid"),
    (Alert, "secret"),
    (LocksClosed, "opening"),
    (LinesError, "opening"),
    (Unfunded, "money"),
    (Overspent, "gas"),
    (FeeTooHighError, "gas"),
    (Reverted, "refused"),
)


def kind_of(error: Exception) -> str:
    """One of `KINDS`."""
    return next((kind for type_, kind in _BY_ERROR if isinstance(error, type_)), "node")
