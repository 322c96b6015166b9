"""The bidders of a two-level auction on a chain, and what they send there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from offchain.bindings.contracts import Deployed
from offchain.bindings.seals import Opening, commitment, new_salt
from offchain.chain.backend import Transaction
from offchain.io.addresses import Address
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.two_level import BID_LIMIT, Member
from offchain.play.behaviour import Behaviour, MemberKey
from offchain.play.locking import NO_LOCK, Locksmith

DRAFT: Final = 1
"""Units that who changes a bid bids and puts down first: no more than any bid, so that a second deposit never falls below."""


@dataclass(frozen=True, slots=True)
class Bid:
    """What is sent for a bid.

    added: to what lies under it, in units. lock: what goes with the commitment, if anything. rolled_from: the lot whose deposit
    goes under it, too.
    """

    opening: Opening
    added: int
    lock: bytes = NO_LOCK
    rolled_from: int | None = None


@dataclass(frozen=True, slots=True)
class Bidder:
    """A member on the chain: the account it sends from and the contract it bids at (its DAO, or the auctioneer)."""

    key: MemberKey
    member: Member
    account: Address
    contract: Deployed
    is_open: bool

    def drafts(self, lots: Mapping[int, int], behaviour: Behaviour) -> list[Bid]:
        """Bids of a unit, which will be replaced, on deposits that do not cover more."""
        drafts = (replace(opening, bid=DRAFT) for opening in self.openings(lots, behaviour))
        return [Bid(draft, DRAFT) for draft in drafts]

    def deposit(self, bid: int, behaviour: Behaviour) -> int:
        """What it puts down for a bid, in units: as it behaves, where the field allows; the bid itself if it is open."""
        return bid if self.is_open else min(behaviour.deposit(bid), BID_LIMIT)

    def openings(self, lots: Mapping[int, int], behaviour: Behaviour) -> list[Opening]:
        """Its bids under new salts, one for each of the `lots`, which have their item, on which it bids anything."""
        return [
            Opening(self.contract.address, lot, self.account, bid, new_salt(self.locks(behaviour)))
            for lot, item in lots.items()
            if (bid := self.member.bids[item]) > 0
        ]

    def locks(self, behaviour: Behaviour) -> bool:
        """Whether it sends something as a lock."""
        return self.key in behaviour.locks and not self.is_open

    def send(self, bids: Sequence[Bid], chain_id: int) -> list[Transaction]:
        """The transactions that place bids, one if possible."""
        if self.is_open:
            return self._raise([bid for bid in bids if bid.added])
        rolled = [bid for bid in bids if bid.rolled_from is not None]
        others = [bid for bid in bids if bid.rolled_from is None]
        return [self._roll(bid, chain_id) for bid in rolled] + self._commit(others, chain_id)

    def _raise(self, bids: Sequence[Bid]) -> list[Transaction]:
        value = sum(bid.added for bid in bids) * WEI_PER_UNIT
        if len(bids) > 1:
            raises = [(bid.opening.lot, bid.added) for bid in bids]
            return [self.contract.call(self.account, "raiseMany", raises, value=value)]
        return [
            self.contract.call(self.account, "raiseBid", bid.opening.lot, value=value)
            for bid in bids
        ]

    def _commit(self, bids: Sequence[Bid], chain_id: int) -> list[Transaction]:
        value = sum(bid.added for bid in bids) * WEI_PER_UNIT
        if len(bids) > 1:
            seals = [
                (bid.opening.lot, commitment(chain_id, bid.opening), bid.added) for bid in bids
            ]
            locks = [bid.lock for bid in bids]
            return [self.contract.call(self.account, "commitMany", seals, locks, value=value)]
        return [self._sealing("commit", (bid.opening.lot,), bid, value, chain_id) for bid in bids]

    def _roll(self, bid: Bid, chain_id: int) -> Transaction:
        lots = bid.rolled_from, bid.opening.lot
        return self._sealing("roll", lots, bid, bid.added * WEI_PER_UNIT, chain_id)

    def _sealing(
        self, function: str, lots: Sequence[int | None], bid: Bid, value: int, chain_id: int
    ) -> Transaction:
        """A call that seals one bid, which has a form with a lock and one without."""
        lock = [bid.lock] if bid.lock else []
        seal = commitment(chain_id, bid.opening)
        return self.contract.call(self.account, function, *lots, seal, *lock, value=value)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody in one auction: its lots by item, the DAOs, the members of each group in file order, each group's bidder at the
    auctioneer, and to whom individuals who name somebody have their item sent.
    """

    lots: tuple[int, ...]
    daos: tuple[Deployed, ...]
    members: Mapping[str, tuple[Bidder, ...]]
    groups: Mapping[str, Address]
    recipients: Mapping[MemberKey, Address]

    @property
    def bidders(self) -> tuple[Bidder, ...]:
        """All members of all groups, in file order."""
        return tuple(bidder for members in self.members.values() for bidder in members)


def with_locks(
    bids: Sequence[tuple[Bidder, Sequence[Bid]]], behaviour: Behaviour, smith: Locksmith
) -> list[tuple[Bidder, list[Bid]]]:
    """The same bids with what each bidder sends as the lock."""
    locks = smith.locks(
        {
            bid.opening: behaviour.locks[bidder.key]
            for bidder, its in bids
            if bidder.locks(behaviour)
            for bid in its
        }
    )
    return [
        (bidder, [replace(bid, lock=locks.get(bid.opening, NO_LOCK)) for bid in its])
        for bidder, its in bids
    ]
