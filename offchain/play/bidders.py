"""The bidders of a two-level auction on a chain, and what they send there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from offchain.bindings.contracts import Deployed
from offchain.bindings.seals import Opening, commitment, new_salt
from offchain.chain.backend import Transaction
from offchain.io.addresses import Address
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.two_level import BID_LIMIT, Group, Member
from offchain.play.behaviour import Behaviour, MemberKey

_FIRST_DEPOSIT = 1
"""Units that who changes a bid puts down with the first one: no more than any bid, so that a second deposit never falls below."""


@dataclass(frozen=True, slots=True)
class Bidder:
    """A member on the chain: the account it sends from and the contract it bids at (its DAO, or the auctioneer)."""

    key: MemberKey
    member: Member
    account: Address
    contract: Deployed
    is_open: bool

    def deposit(self, bid: int, behaviour: Behaviour) -> int:
        """What it puts down for a bid, in units: as it behaves, where the field allows; the bid itself if it is open."""
        return bid if self.is_open else min(behaviour.deposit(bid), BID_LIMIT)

    def openings(self, lots: Sequence[int]) -> list[Opening]:
        """Its bids under new salts, one for each lot on which it bids anything."""
        return [
            Opening(self.contract.address, lot, self.account, bid, new_salt())
            for lot, bid in zip(lots, self.member.bids, strict=True)
            if bid > 0
        ]

    def first_bids(self, lots: Sequence[int], chain_id: int) -> list[Transaction]:
        """Bids that will be replaced: of one unit, on a first deposit."""
        drafts = (replace(opening, bid=1) for opening in self.openings(lots))
        return [self._single_bid(draft, _FIRST_DEPOSIT, chain_id) for draft in drafts]

    def bids(
        self, openings: Sequence[Opening], behaviour: Behaviour, chain_id: int
    ) -> list[Transaction]:
        """What brings its bids to `openings`; who changes them has a first deposit on each lot already."""
        first_deposit = _FIRST_DEPOSIT if self.key in behaviour.changed else 0
        added = [self.deposit(one.bid, behaviour) - first_deposit for one in openings]
        if not openings:
            return []
        if len(openings) > 1:
            return self._many_bids(openings, added, chain_id)
        if self.is_open and added[0] == 0:
            return []
        return [self._single_bid(openings[0], added[0], chain_id)]

    def _single_bid(self, opening: Opening, added: int, chain_id: int) -> Transaction:
        lot, value = opening.lot, added * WEI_PER_UNIT
        if self.is_open:
            return self.contract.call(self.account, "raiseBid", lot, value=value)
        seal = commitment(chain_id, opening)
        return self.contract.call(self.account, "commit", lot, seal, value=value)

    def _many_bids(
        self, openings: Sequence[Opening], added: Sequence[int], chain_id: int
    ) -> list[Transaction]:
        """Bids on several lots at once, in one transaction if any."""
        value = sum(added) * WEI_PER_UNIT
        both = list(zip(openings, added, strict=True))
        if not self.is_open:
            seals = [(one.lot, commitment(chain_id, one), more) for one, more in both]
            return [
                self.contract.call(
                    self.account, "commitMany", seals, [b""] * len(seals), value=value
                )
            ]
        raised = [(one.lot, more) for one, more in both if more]
        if not raised:
            return []
        return [self.contract.call(self.account, "raiseMany", raised, value=value)]


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody in one auction: its lots by item, the members of each group in file order, and each group's bidder at the
    auctioneer.
    """

    lots: tuple[int, ...]
    members: Mapping[str, tuple[Bidder, ...]]
    groups: Mapping[str, Address]

    @property
    def bidders(self) -> tuple[Bidder, ...]:
        """All members of all groups, in file order."""
        return tuple(bidder for members in self.members.values() for bidder in members)


def leading_individuals(groups: Sequence[Group], behaviour: Behaviour) -> int:
    """How many groups from the first on bid as individuals: those of one member, as long as no DAO stands before them, since
    an individual's bid arrives in the reveal phase and a DAO's after it.
    """
    for index, group in enumerate(groups):
        if len(group.members) > 1 or group.name in behaviour.open_groups:
            return index
    return len(groups)
