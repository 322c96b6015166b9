"""What is sealed off-chain: a commitment now, its opening later. For bids, and for secrets that make a random word.

The formulas are those of `contracts/libraries/BidSlot.sol` and `contracts/randomness/CommitRevealRandomness.sol`;
tests hold them equal.
"""

import secrets
from dataclasses import dataclass

from eth_hash.auto import keccak

from offchain.locks import bids
from offchain.locks.beacon import Beacon

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


def new_salt(is_locked: bool = False) -> bytes:
    """A salt that nobody can guess. Whoever guesses it can try out bids and so unseal one.

    is_locked: it has to fit a lock, so its last 8 bytes are zero and the others random.
    """
    return bids.new_salt() if is_locked else secrets.token_bytes(SALT_BYTES)


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


def lock(beacon: Beacon, round_: int, opening: Opening) -> bytes:
    """What is sent beside the commitment to `opening`, so that anybody can open it once the beacon has signed the round
    (`Beacon.round_for`). `offchain.locks.bids.open_lock` gives bid and salt again.

    Raises:
        ValueError: the salt is not one of `new_salt(is_locked=True)`.
    """
    return bids.lock_bid(beacon, round_, bids.LockedBid(opening.bid, opening.salt))


def secret_seal(
    chain_id: int, source: str, consumer: str, id_: int, sealer: str, secret: bytes
) -> bytes:
    """The 32 bytes that seal a `secret` of 32 bytes, bound to chain, source, draw (`consumer`, `id_`) and sealer.

    A secret is as random as a salt (`new_salt`), and never used twice: who knows it can choose the word.
    Raises ValueError if it has another length.
    """
    if len(secret) != SALT_BYTES:
        raise ValueError(f"a secret has {SALT_BYTES} bytes, not {len(secret)}")
    words = (
        chain_id.to_bytes(32, "big"),
        _address_word(source),
        _address_word(consumer),
        id_.to_bytes(32, "big"),
        _address_word(sealer),
        secret,
    )
    return keccak(b"".join(words))


def _address_word(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")
