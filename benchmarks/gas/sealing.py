"""Bids sealed and locked, the same in every run.

Calldata is charged by the byte, and zeros are cheaper. What is sealed depends on the DAO's address, and that, of a full copy, on
every byte of its code, down to a hash of the comments. So that figures do not, no salt, commitment or lock here has a zero byte:
they are the dearest there are.
"""

from collections.abc import Callable
from itertools import cycle
from random import Random
from typing import Final, TypeVar

from offchain.bindings.seals import SALT_BYTES, Opening, commitment
from offchain.locks.bids import BID_BYTES, RANDOM_BYTES
from offchain.locks.ibe import encrypt
from offchain.locks.local_beacon import LocalBeacon

LOCKS: Final = 400
"""How many locks are made. Further bids take them again in turn: no contract reads a lock."""
_SECRET: Final = 2**200 + 1

Drawn = TypeVar("Drawn")


class Sealer:
    """Openings for a chain, and the locks that hold them, drawn from `random`."""

    def __init__(self, chain_id: int, random: Random) -> None:
        self._chain_id, self._random = chain_id, random
        self._beacon = LocalBeacon(_SECRET, genesis=0).beacon
        self._made: list[bytes] = []
        self._again = cycle(self._made)

    def opening(
        self, contract: str, lot: int, bidder: str, bid: int, is_locked: bool = True
    ) -> Opening:
        """An opening that a lock can hold, if it has to: the last bytes of its salt are zero then."""
        length = RANDOM_BYTES if is_locked else SALT_BYTES
        # of its own, so that it does not matter to others how often it is drawn
        random = Random(self._random.random())

        def opening() -> Opening:
            salt = bytes(random.randrange(1, 256) for _ in range(length))
            return Opening(contract, lot, bidder, bid, salt.ljust(SALT_BYTES, b"\0"))

        return _until(opening, lambda one: 0 not in self.seal(one))

    def seal(self, opening: Opening) -> bytes:
        """The commitment."""
        return commitment(self._chain_id, opening)

    def lock(self, opening: Opening, end_of_bidding: int) -> bytes:
        """What the bidder sends beside the commitment."""
        if len(self._made) == LOCKS:
            return next(self._again)
        message = opening.bid.to_bytes(BID_BYTES, "big") + opening.salt[:RANDOM_BYTES]
        round_ = self._beacon.round_for(end_of_bidding)
        random = Random(self._random.random())

        def lock() -> bytes:
            return encrypt(self._beacon.key, round_, message, random.randbytes(len(message)))

        self._made.append(_until(lock, lambda one: 0 not in one))
        return self._made[-1]


def _until(draw: Callable[[], Drawn], suits: Callable[[Drawn], bool]) -> Drawn:
    """The first that suits."""
    return next(one for one in iter(draw, None) if suits(one))
