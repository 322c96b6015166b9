"""What players of the resilient auction announce, as its contract takes it: addresses, units, and sets of goods as bits.

The formulas are those of `contracts/resilient/Announcements.sol`; a reveal succeeds only if both agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from eth_hash.auto import keccak

from offchain.bindings.artifacts import load
from offchain.bindings.seals import Opening, commitment
from offchain.chain import abi
from offchain.io.addresses import Address

MOST_EPSILON = 2**32 - 1
"""The largest numerator or denominator of epsilon that the contract can hold."""

OfferTuple: TypeAlias = tuple[Address, int, int]
"""To whom, at what price (units), which goods (bits)."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """Offers in ascending order of recipient, a wish (bits), and the salt that hides both until they are revealed."""

    offers: tuple[OfferTuple, ...]
    wish: int
    salt: bytes

    @property
    def revenue(self) -> int:
        """The prices together, in units: the paper's R."""
        return sum(price for _, price, _ in self.offers)

    @property
    def words(self) -> tuple[tuple[OfferTuple, ...], int, bytes]:
        """As an argument of a call."""
        return self.offers, self.wish, self.salt

    def digest(self) -> bytes:
        """By which the contract knows it again: `keccak256(abi.encode(offers, wish, salt))`."""
        return keccak(_fields().encode(self.words))

    def commitment(self, chain_id: int, contract: Address, lot: int, player: Address) -> bytes:
        """What `player` sends to seal it: the seal of a bid of R, with the digest as its salt."""
        return commitment(chain_id, Opening(contract, lot, player, self.revenue, self.digest()))


@cache
def _fields() -> abi.Codec:
    """What an announcement is made of, as the contract's `reveal` takes it."""
    entries: tuple[Mapping[str, Any], ...] = load("ResilientAuction").abi
    (reveal,) = (one for one in entries if one.get("name") == "reveal")
    return abi.arguments(reveal["inputs"][1]["components"])
