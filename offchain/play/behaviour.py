"""What members do besides bidding as the instance says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Final

from offchain.bindings.constants import AuctionHouse
from offchain.bindings.daos import is_crowd
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance

MemberKey = tuple[str, str]
"""Group name and member name."""


class Lock(Enum):
    """What a bidder sends as the lock of a bid: the bid, or what opens no bid of its own."""

    TRUE = auto()
    GARBAGE = auto()
    WRONG_ROUND = auto()
    ANOTHERS = auto()
    ANOTHER_BID = auto()


def twice(bid: int) -> int:
    """Twice the bid: the simplest deposit that does not give it away to who does not know the habit."""
    return 2 * bid


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The default is that every group is a cheap sealed DAO, and everybody bids once, leaves its opening with the keeper and gets
    paid by it.

    open_groups: groups whose DAO takes open bids. standalone: groups whose DAO is a full copy. silent: members who never reveal.
    locks: what members send as the locks of their bids; they leave no openings with the keeper. opening: members who open by
    themselves, as soon as that can be, and leave no openings either. withdrawn: members who take their bid back. changed:
    members who first bid something else. rolling: members who bid on a lot with what they have left on the one before, which is
    over by then. claiming: members who claim on their own as soon as they can: the silent once the reveal has ended, others once
    the lots are settled, before the keeper pays anybody. naming: individuals who have what they win sent to another account.
    deposit: what is put down for a sealed bid, at least the bid and 0 for 0, both in units. bond_bps: basis points of the
    deposit that not revealing costs.
    """

    open_groups: frozenset[str] = frozenset()
    standalone: frozenset[str] = frozenset()
    silent: frozenset[MemberKey] = frozenset()
    locks: Mapping[MemberKey, Lock] = field(default_factory=dict)
    opening: frozenset[MemberKey] = frozenset()
    withdrawn: frozenset[MemberKey] = frozenset()
    changed: frozenset[MemberKey] = frozenset()
    rolling: frozenset[MemberKey] = frozenset()
    claiming: frozenset[MemberKey] = frozenset()
    naming: frozenset[MemberKey] = frozenset()
    deposit: Callable[[int], int] = twice
    bond_bps: int = AuctionHouse.MIN_BOND_BPS

    def entrusts(self, key: MemberKey) -> bool:
        """Whether a member leaves the openings of its bids with the keeper."""
        return key not in self.silent and key not in self.locks and key not in self.opening

    def is_opened(self, key: MemberKey) -> bool:
        """Whether somebody opens the sealed bids of a member: itself, or the keeper by its openings or locks."""
        by_lock = self.locks.get(key) is Lock.TRUE
        return key in self.opening or by_lock or self.entrusts(key)

    def turns(self, items: int) -> list[list[int]]:
        """Which items are sold at the same time: all, unless somebody rolls, for whom one has to be over before the next."""
        return [[item] for item in range(items)] if self.rolling else [list(range(items))]


STRAIGHT: Final = Behaviour()


def leading_individuals(groups: Sequence[Group], behaviour: Behaviour) -> int:
    """How many groups from the first on bid as individuals: those of one member, as long as no DAO stands before them, since
    an individual's bid arrives in the reveal phase and a DAO's after it.
    """
    for index, group in enumerate(groups):
        if len(group.members) > 1 or group.name in behaviour.open_groups | behaviour.standalone:
            return index
    return len(groups)


def crowds(groups: Sequence[Group]) -> frozenset[str]:
    """The groups for which a DAO that is a full copy is cheaper in all."""
    return frozenset(group.name for group in groups if is_crowd(len(group.members)))


def counted(instance: TwoLevelInstance, behaviour: Behaviour) -> TwoLevelInstance:
    """The instance that counts in the end: without the bids of whoever withdrew, or whose sealed bid nobody opened, and with the
    groups in the order in which their bids arrive.
    """

    def member_of(group: Group, member: Member) -> Member:
        key = (group.name, member.name)
        silent = not behaviour.is_opened(key) and group.name not in behaviour.open_groups
        return (
            replace(member, bids=(0,) * instance.items)
            if silent or key in behaviour.withdrawn
            else member
        )

    def is_late(group: Group) -> bool:
        return (group.name, group.members[0].name) not in behaviour.opening

    groups = [
        replace(g, members=tuple(member_of(g, m) for m in g.members)) for g in instance.groups
    ]
    alone = leading_individuals(groups, behaviour)
    return replace(instance, groups=(*sorted(groups[:alone], key=is_late), *groups[alone:]))
