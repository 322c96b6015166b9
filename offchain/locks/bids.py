"""A lock: the 160 bytes beside a sealed bid that hold its bid and salt until the beacon signs the round.

The message is the bid in 8 bytes, big-endian, and the first 24 bytes of the salt, whose last 8 are zero: 192 random bits are
as many as the commitment has, and a longer message would take a longer lock.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from offchain.locks.beacon import Beacon, Signature
from offchain.locks.ibe import POINT_BYTES, Refusal, decrypt, encrypt

BID_BYTES: Final = 8
RANDOM_BYTES: Final = 24
"""How much of a locked bid's salt is random."""
SALT_BYTES: Final = 32
LOCK_BYTES: Final = POINT_BYTES + 2 * (BID_BYTES + RANDOM_BYTES)
_PADDING: Final = bytes(SALT_BYTES - RANDOM_BYTES)


@dataclass(frozen=True, slots=True)
class LockedBid:
    """What a lock holds: a bid in units, below 2^64, and the salt of its commitment, 32 bytes of which the last 8 are zero.

    Raises:
        ValueError: they are not so.
    """

    bid: int
    salt: bytes

    def __post_init__(self) -> None:
        """Refuses what would not come out as it went in."""
        if not 0 <= self.bid < 1 << 8 * BID_BYTES:
            raise ValueError(f"no bid of {BID_BYTES} bytes: {self.bid}")
        if len(self.salt) != SALT_BYTES or not self.salt.endswith(_PADDING):
            raise ValueError(
                f"a locked salt has {SALT_BYTES} bytes, the last {len(_PADDING)} of them zero"
            )


def new_salt() -> bytes:
    """A salt for a bid that is locked: nobody can guess it, and a lock can hold it."""
    return secrets.token_bytes(RANDOM_BYTES) + _PADDING


def lock_bid(beacon: Beacon, round_: int, locked: LockedBid) -> bytes:
    """The 160 bytes that open by the beacon's signature of the round (`Beacon.round_for`). Takes 2 ms."""
    message = locked.bid.to_bytes(BID_BYTES, "big") + locked.salt[:RANDOM_BYTES]
    return encrypt(beacon.key, round_, message)


def open_lock(signature: Signature, lock: bytes) -> LockedBid | Refusal:
    """What a lock of the signature's round holds, or why it gives nothing, whatever the bytes are. Takes at most 2 ms.

    That it opens says that it was made by the scheme, not that it is of the bid it stands beside: anybody can copy a lock, or
    lock another bid. Whether bid and salt are those of the commitment on the chain is for the caller to see
    (`bindings.seals.commitment`).
    """
    if len(lock) != LOCK_BYTES:
        return Refusal.LENGTH
    message = decrypt(signature.point, lock)
    if isinstance(message, Refusal):
        return message
    bid = int.from_bytes(message[:BID_BYTES], "big")
    return LockedBid(bid, message[BID_BYTES:] + _PADDING)
