"""Who takes part in a demo, and what they bid. Amounts are integers in units (gwei)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import takewhile
from types import MappingProxyType

from offchain.io.errors import InvalidInput
from offchain.model.instances import constitutiondao as figures
from offchain.model.instances.contributions import Contribution
from offchain.model.instances.rules import Ascending
from offchain.model.instances.two_level import BID_LIMIT, Group, Member, TwoLevelInstance
from offchain.model.mechanisms.equal_split import willingness_to_pay
from offchain.play.behaviour import Behaviour, Lock, MemberKey, counted, crowds
from offchain.report.amounts import count, eth

DEFAULT_SILENT = 2
"""How many members of the built-in DAO send no lock that opens, and keep silent, so that it is seen what that costs."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """An auction of one item that a demo plays, with bids that are locked to a beacon's round.

    instance: everybody's bid, individuals first, since theirs arrive before any DAO's. focus: the
    DAO that the demo is about. silent: members whose bid nobody opens: the first of them sends
    garbage as its lock, the next none, and so on. addresses: those that members ought to bid from.
    sources: where the figures come from, a sentence each.
    """

    title: str
    instance: TwoLevelInstance
    focus: str
    silent: tuple[MemberKey, ...]
    addresses: Mapping[MemberKey, str]
    sources: tuple[str, ...]

    @property
    def behaviour(self) -> Behaviour:
        """What the members do besides. No keeper is told anything."""
        garbled, mute = self.silent[::2], self.silent[1::2]
        members = (
            (group.name, member.name) for group in self.instance.groups for member in group.members
        )
        return Behaviour(
            standalone=crowds(self.instance.groups),
            silent=frozenset(mute),
            locks={
                member: Lock.GARBAGE if member in garbled else Lock.TRUE
                for member in members
                if member not in mute
            },
            deposit=hiding_deposit,
        )

    @property
    def rivals(self) -> tuple[Group, ...]:
        """The individuals."""
        return tuple(
            takewhile(
                lambda group: len(group.members) == 1 and group.name != self.focus,
                self.instance.groups,
            )
        )

    @property
    def counted(self) -> TwoLevelInstance:
        """The instance that counts in the end: without the silent members' bids."""
        return counted(self.instance, self.behaviour)


def built_in(rivals: Sequence[int] = (), silent: int = DEFAULT_SILENT) -> Scenario:
    """ConstitutionDAO in small, against GalleryDAO and individuals who bid `rivals` (by default one collector).

    InvalidInput if more are to be `silent` than there are members.
    """
    members = _members(figures.CONSTITUTION_DAO)
    dao = Group("ConstitutionDAO", members)
    gallery = Group("GalleryDAO", _members(figures.GALLERY_DAO))
    individuals = _individuals(rivals or (figures.COLLECTOR,))
    return Scenario(
        title="ConstitutionDAO in small",
        instance=TwoLevelInstance(1, (figures.RESERVE,), (*individuals, gallery, dao)),
        focus=dao.name,
        silent=_silent(dao, silent),
        addresses=MappingProxyType({}),
        sources=(figures.SOURCE, figures.SOURCE_OF_RIVALS),
    )


def replay(
    contributions: Sequence[Contribution], name: str, rivals: Sequence[int] = (), silent: int = 0
) -> Scenario:
    """A DAO whose members bid what they contributed, against individuals who bid `rivals`.

    By default there is one rival, who bids half of what the DAO could pay. `name` is the list's.
    InvalidInput if more are to be `silent` than there are members.
    """
    bids = [one.units for one in contributions]
    members = tuple(
        Member(one.address, (bid,), (bid,)) for one, bid in zip(contributions, bids, strict=True)
    )
    dao = Group("ContributorsDAO", members)
    half = min(max(willingness_to_pay(bids) // 2, 1), BID_LIMIT)
    individuals = _individuals(rivals or (half,))
    rounded = sum(not one.is_whole for one in contributions)
    sources = [
        f"The bids of {dao.name} are the {count(len(bids), 'contribution')} listed in {name}, "
        f"{eth(sum(bids))} ETH in all."
    ]
    if rounded:
        sources.append(
            f"{count(rounded, 'contribution was', 'contributions were')} not whole gwei and rounded down to it."
        )
    sources.append(
        "The rivals' bids were given on the command line."
        if rivals
        else "The rival's bid is half of what the DAO could pay in equal shares."
    )
    return Scenario(
        title=f"{count(len(bids), 'contribution')} replayed",
        instance=TwoLevelInstance(1, (1,), (*individuals, dao)),
        focus=dao.name,
        silent=_silent(dao, silent),
        addresses=MappingProxyType(
            {(dao.name, member.name): member.name for member in dao.members}
        ),
        sources=tuple(sources),
    )


def at_house(scenario: Scenario, increment: Fraction, house: str) -> Scenario:
    """The same where the item is sold in an ascending auction; `house` says of whom, and on what terms."""
    return replace(
        scenario,
        title=f"{scenario.title}, at a house",
        instance=replace(scenario.instance, upper=Ascending(increment)),
        sources=(*scenario.sources, house),
    )


def hiding_deposit(bid: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … units that is at least twice the bid: a round sum that many different bids share.

    0 for no bid.
    """
    if bid == 0:
        return 0
    power: int = 10 ** (len(str(2 * bid)) - 1)
    return next(step * power for step in (1, 2, 5, 10) if step * power >= 2 * bid)


def _members(bids: Sequence[int]) -> tuple[Member, ...]:
    return tuple(
        Member(f"member {place:02}", (bid,), (bid,)) for place, bid in enumerate(bids, start=1)
    )


def _individuals(bids: Sequence[int]) -> tuple[Group, ...]:
    names = ["Collector", *(f"Collector {place}" for place in range(2, len(bids) + 1))]
    return tuple(
        Group(name, (Member(name, (bid,), (bid,)),)) for name, bid in zip(names, bids, strict=True)
    )


def _silent(group: Group, number: int) -> tuple[MemberKey, ...]:
    """So many members, evenly spaced from the highest bid to the lowest."""
    if number > len(group.members):
        raise InvalidInput(
            f"--silent: {number} is more than the {count(len(group.members), 'member')} of {group.name}"
        )
    ranked = sorted(group.members, key=lambda member: -member.bids[0])
    places = (part * len(ranked) // (number + 1) for part in range(1, number + 1))
    return tuple((group.name, ranked[place].name) for place in places)
