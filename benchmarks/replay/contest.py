"""Who bids in a replay: a DAO of contributors, and rivals who bid alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offchain.chain.backend import actor_address
from offchain.io.errors import InvalidInput
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.constitutiondao import CONSTITUTION_DAO
from offchain.model.instances.contributions import Contribution, parse
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance
from offchain.model.mechanisms.equal_split import willingness_to_pay
from offchain.play.behaviour import Behaviour, Lock, MemberKey, crowds

DAO: Final = "ContributorsDAO"
_FIRST_RIVAL: Final = 500
"""No accounts of the back end: each keeper that starts gives those money for gas."""
_FIRST_MEMBER: Final = 1_000


@dataclass(frozen=True, slots=True)
class Contest:
    """An auction of one item, and the address that each member bids from."""

    instance: TwoLevelInstance
    addresses: Mapping[MemberKey, str]

    @property
    def members(self) -> int:
        """How many the DAO has."""
        return len(self.instance.group(DAO).members)

    @property
    def behaviour(self) -> Behaviour:
        """Everybody locks its bid, and nobody tells a keeper anything. The DAO is of the kind that is cheaper for its size."""
        return Behaviour(
            standalone=crowds(self.instance.groups), locks=dict.fromkeys(self.addresses, Lock.TRUE)
        )


def contest(file: str | None, members: int | None, rivals: Sequence[int] = ()) -> Contest:
    """The DAO of so many contributors, spread as the whole list in `file` is, and rivals who bid so many units; by default one
    who bids half of what the DAO can pay.

    Raises:
        InvalidInput: the list cannot be used, or is too short.
    """
    listed = _percentiles(members) if file is None else _chosen(file, members)
    half = max(1, willingness_to_pay([one.units for one in listed]) // 2)
    groups = [
        Group(name, (Member(name, (bid,), (bid,)),))
        for name, bid in ((f"Rival {n}", bid) for n, bid in enumerate(rivals or [half], 1))
    ]
    dao = Group(DAO, tuple(Member(one.address, (one.units,), (one.units,)) for one in listed))
    addresses = {
        (group.name, group.name): actor_address(_FIRST_RIVAL + place)
        for place, group in enumerate(groups)
    } | {(DAO, one.address): one.address for one in listed}
    return Contest(TwoLevelInstance(1, (1,), (*groups, dao)), addresses)


def _chosen(file: str, members: int | None) -> tuple[Contribution, ...]:
    try:
        listed = parse(Path(file).read_bytes(), file)
    except OSError as error:
        raise InvalidInput(f"--contributions: {file}: {error.strerror}") from error
    if members is None:
        return listed
    if members > len(listed):
        raise InvalidInput(f"--members: {members} is more than the {len(listed)} in {file}")
    ranked = sorted(listed, key=lambda one: -one.wei)
    return tuple(ranked[place * len(ranked) // members] for place in range(members))


def _percentiles(members: int | None) -> tuple[Contribution, ...]:
    """Bids that the project has, each as often as it takes."""
    bids = CONSTITUTION_DAO
    number = members or len(bids)
    return tuple(
        Contribution(
            actor_address(_FIRST_MEMBER + place), bids[place * len(bids) // number] * WEI_PER_UNIT
        )
        for place in range(number)
    )
