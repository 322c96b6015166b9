"""Bids sealed and locked, the same in every run: salts, the beacon's key and what makes locks come of the seed."""

from itertools import cycle
from random import Random
from typing import Final

from offchain.bindings.seals import SALT_BYTES, Opening
from offchain.locks.bids import BID_BYTES, RANDOM_BYTES
from offchain.locks.ibe import encrypt
from offchain.locks.local_beacon import LocalBeacon

LOCKS: Final = 400
"""How many locks are made. Further bids take them again in turn: no contract reads a lock, so that what stands in it decides
nothing but what its calldata costs.
"""
_SECRET: Final = 2**200 + 1


class Sealer:
    """Openings, and the locks that hold them, drawn from `random`."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._beacon = LocalBeacon(_SECRET, genesis=0).beacon
        self._made: list[bytes] = []
        self._again = cycle(self._made)

    def opening(self, contract: str, lot: int, bidder: str, bid: int) -> Opening:
        """An opening that a lock can hold: the last bytes of its salt are zero."""
        salt = self._random.randbytes(RANDOM_BYTES).ljust(SALT_BYTES, b"\0")
        return Opening(contract, lot, bidder, bid, salt)

    def lock(self, opening: Opening, end_of_bidding: int) -> bytes:
        """What the bidder sends beside the commitment."""
        if len(self._made) == LOCKS:
            return next(self._again)
        message = opening.bid.to_bytes(BID_BYTES, "big") + opening.salt[:RANDOM_BYTES]
        sigma = self._random.randbytes(len(message))
        round_ = self._beacon.round_for(end_of_bidding)
        self._made.append(encrypt(self._beacon.key, round_, message, sigma))
        return self._made[-1]
