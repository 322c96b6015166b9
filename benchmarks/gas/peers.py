"""What taking part costs elsewhere: gas of each step for one participant who does not win."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final


@dataclass(frozen=True, slots=True)
class Peer:
    """A system, what it does, and where its figures come from. A step it does not have is 0."""

    name: str
    does: str
    enter: int
    reveal: int
    claim: int
    source: str

    @property
    def total(self) -> int:
        """Gas of the whole way."""
        return self.enter + self.reveal + self.claim


_PARTY: Final = "[AuctionCrowdfund](https://github.com/PartyDAO/party-protocol), measured ¹"
PEERS: Final = (
    Peer(
        "a16z OverCollateralizedAuction",
        "sealed second price, for individuals only",
        57_860,
        46_194,
        0,
        "[auction-zoo](https://github.com/a16z/auction-zoo), measured ¹",
    ),
    Peer(
        "PartyDAO, refunds in a batch",
        "pools money for one bid, in public",
        133_286,
        0,
        23_683,
        _PARTY,
    ),
    Peer("PartyDAO, refund by oneself", "the same", 133_286, 0, 48_500, _PARTY),
    Peer(
        "Uniswap Continuous Clearing Auction",
        "sells many tokens, in public",
        150_822,
        0,
        66_468 + 83_580,
        "[its own snapshot](https://github.com/Uniswap/continuous-clearing-auction/blob/"
        "0029089ebd1a3f788abcf4818f240d0f675068e6/snapshots/AuctionTest.json)",
    ),
)
"""Dearest last. ¹ The same EVM, optimizer on, medians over 50 participants; not measured again by `make gas`."""

PARTY_START: Final = 343_118
"""What it takes to start a PartyBid (`createAuctionCrowdfund`, measured as the rest: ¹), once for all its members."""

PARTY_BATCH: Final = 50
"""Among how many the transaction of a batch of refunds was shared when it was measured."""


def party_all_in(members: int) -> tuple[Fraction, Fraction]:
    """Gas per member of a PartyBid with so many: refunded in a batch of 50, and each by oneself. Listing the item, the party's
    own bid and what comes after the auction, but for refunds, are not in it.
    """
    batch, alone = (one.total for one in PEERS if one.name.startswith("PartyDAO"))
    started = Fraction(PARTY_START, members)
    return started + batch, started + alone
