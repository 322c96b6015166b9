"""What members do besides bidding as the instance says."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from offchain.model.instances.two_level import Group, Member, TwoLevelInstance

MemberKey = tuple[str, str]
"""Group name and member name."""


def twice(bid: int) -> int:
    """Twice the bid: the simplest deposit that does not give it away to who does not know the habit."""
    return 2 * bid


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The default is that every group is sealed, everybody bids once and reveals, and gets paid by the keeper.

    open_groups: groups whose DAO takes open bids. silent: members who never reveal. withdrawn: members who take their bid back.
    changed: members who first bid something else. claiming: members who claim on their own before the keeper pays anybody.
    deposit: what is put down for a sealed bid, at least the bid and 0 for 0, both in units.
    """

    open_groups: frozenset[str] = frozenset()
    silent: frozenset[MemberKey] = frozenset()
    withdrawn: frozenset[MemberKey] = frozenset()
    changed: frozenset[MemberKey] = frozenset()
    claiming: frozenset[MemberKey] = frozenset()
    deposit: Callable[[int], int] = twice


STRAIGHT = Behaviour()


def counted(instance: TwoLevelInstance, behaviour: Behaviour) -> TwoLevelInstance:
    """The instance that counts in the end: without the bids of whoever withdrew, or kept silent about a sealed bid."""

    def member_of(group: Group, member: Member) -> Member:
        key = (group.name, member.name)
        silent = key in behaviour.silent and group.name not in behaviour.open_groups
        return (
            replace(member, bids=(0,) * instance.items)
            if silent or key in behaviour.withdrawn
            else member
        )

    groups = (
        replace(g, members=tuple(member_of(g, m) for m in g.members)) for g in instance.groups
    )
    return replace(instance, groups=tuple(groups))
