"""Sealed bids as members make them off-chain: a commitment now, its opening later.

The formula is that of `contracts/libraries/BidSlot.sol`; a test holds both equal.
"""

import secrets
from dataclasses import dataclass

from eth_hash.auto import keccak

COMMITMENT_BYTES = 24
SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens the bid of `bidder` on `lot` of `contract` (a DAO or the auctioneer); `bid` in units."""

    contract: str
    lot: int
    bidder: str
    bid: int
    salt: bytes


def new_salt() -> bytes:
    """A salt that nobody can guess. Whoever guesses it can try out bids and so unseal one."""
    return secrets.token_bytes(SALT_BYTES)


def commitment(chain_id: int, opening: Opening) -> bytes:
    """The 24 bytes that seal `opening`, bound to chain, contract, lot and bidder."""
    words = (
        chain_id.to_bytes(32, "big"),
        _address_word(opening.contract),
        opening.lot.to_bytes(32, "big"),
        _address_word(opening.bidder),
        opening.bid.to_bytes(32, "big"),
        opening.salt,
    )
    return keccak(b"".join(words))[:COMMITMENT_BYTES]


def _address_word(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")
