"""What players of the resilient auction announce, as its contract takes it: addresses, units, and sets of goods as bits.

The formulas are those of `contracts/resilient/Announcements.sol`; a reveal succeeds only if both agree.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from eth_hash.auto import keccak

from offchain.bindings.seals import Opening, commitment, new_salt
from offchain.chain import abi
from offchain.io.addresses import to_bytes
from offchain.model.instances.bundles import Bundle
from offchain.model.instances.resilient import Offer

MOST_GOODS = 256
MOST_OFFERS = 32
MOST_REVENUE = 2**64 - 1
MOST_EPSILON = 2**32 - 1
"""What the contract can hold: goods, offers of one player, their prices together (units), and the parts of epsilon."""

Address: TypeAlias = str
OfferTuple: TypeAlias = tuple[Address, int, int]
"""To whom, at what price (units), which goods (bits)."""

_ENCODED = abi.arguments(
    [
        {
            "type": "tuple[]",
            "components": [{"type": "address"}, {"type": "uint64"}, {"type": "uint256"}],
        },
        {"type": "uint256"},
        {"type": "bytes32"},
    ]
)


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
        return keccak(_ENCODED.encode(self.words))

    def commitment(self, chain_id: int, contract: Address, lot: int, player: Address) -> bytes:
        """What `player` sends to seal it: the seal of a bid of R, with the digest as its salt."""
        return commitment(chain_id, Opening(contract, lot, player, self.revenue, self.digest()))


def announcement(
    offers: Iterable[Offer],
    wish: Bundle,
    goods: Bundle,
    accounts: Mapping[str, Address],
) -> Announcement:
    """What an instance says a player announces, under a new salt. `accounts`: the players' addresses by name."""
    found = [(accounts[offer.to], offer.price, as_bits(offer.goods, goods)) for offer in offers]
    return Announcement(
        tuple(sorted(found, key=lambda offer: to_bytes(offer[0]))),
        as_bits(wish, goods),
        new_salt(),
    )


def as_bits(bundle: Bundle, goods: Bundle) -> int:
    """A bundle as a set: bit i stands for the i-th good."""
    return sum(1 << goods.index(good) for good in bundle)
