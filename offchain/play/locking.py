"""The locks of a play's bids: true ones, and what bidders send in their place."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from offchain.bindings.seals import Opening, lock, new_salt
from offchain.locks.beacon import Beacon
from offchain.locks.bids import LOCK_BYTES
from offchain.play.behaviour import Lock

NO_LOCK: Final = b""


@dataclass(frozen=True, slots=True)
class Locksmith:
    """Makes locks to the beacon's round for lots whose bidding ends at a time, in seconds since the epoch. 2 ms each."""

    beacon: Beacon
    end_of_bidding: int

    @property
    def round(self) -> int:
        """The round that opens true locks."""
        return self.beacon.round_for(self.end_of_bidding)

    def locks(self, wanted: Mapping[Opening, Lock]) -> dict[Opening, bytes]:
        """What is sent beside each commitment; the lock of another is that of somebody who bids on the same lot, if anybody
        locks its bid there.
        """
        true = {one: self._lock(one) for one, kind in wanted.items() if kind is Lock.TRUE}
        return true | {
            one: self._false(one, kind, true)
            for one, kind in wanted.items()
            if kind is not Lock.TRUE
        }

    def _false(self, opening: Opening, kind: Lock, true: Mapping[Opening, bytes]) -> bytes:
        if kind is Lock.GARBAGE:
            return secrets.token_bytes(opening.bid % LOCK_BYTES + 1)
        if kind is Lock.WRONG_ROUND:
            return lock(self.beacon, self.round + 1, opening)
        if kind is Lock.ANOTHER_BID:
            return self._lock(replace(opening, bid=opening.bid - 1))
        others = (sent for other, sent in true.items() if other.lot == opening.lot)
        return next(others, None) or self._lock(replace(opening, salt=new_salt(is_locked=True)))

    def _lock(self, opening: Opening) -> bytes:
        return lock(self.beacon, self.round, opening)
