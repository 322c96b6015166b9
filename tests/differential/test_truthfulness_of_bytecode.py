"""No member of any small game gains by lying to the deployed contracts.

Source: "When Bidders Are DAOs", Theorem 2, for the rule on the integer grid. Every profile of bids is
played through the bytecode once; the search for a deviation then only looks outcomes up, so nothing
of the reference model is involved.
"""

from itertools import product

import pytest

from offchain.chain.revm import Revm
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance
from offchain.play.behaviour import STRAIGHT, Behaviour, Lock
from offchain.play.two_level import TwoLevelStage

VALUES = range(1, 5)
BIDS = range(5)
"""Lies include 0: not bidding."""


@pytest.mark.parametrize("sizes", [(1, 2), (2, 2), (1, 3), (2, 1, 1)], ids=str)
def test_no_member_gains_by_lying(sizes: tuple[int, ...]) -> None:
    _hold_truthful(sizes, STRAIGHT)


def test_no_member_gains_by_lying_under_locks() -> None:
    """Everybody locks its bid, the groups bid through a full copy and a cheap DAO, and no opening is left with anybody."""
    sizes = (1, 2)
    members = [(f"g{g}", f"m{m}") for g, size in enumerate(sizes) for m in range(size)]
    locks = dict.fromkeys(members, Lock.TRUE)
    _hold_truthful(sizes, Behaviour(locks=locks, standalone=frozenset({"g0"})))


def _hold_truthful(sizes: tuple[int, ...], behaviour: Behaviour) -> None:
    stage = TwoLevelStage(Revm())
    members = sum(sizes)
    charged = {
        bids: _charges(stage, sizes, bids, behaviour) for bids in product(BIDS, repeat=members)
    }

    def utility(bids: tuple[int, ...], member: int, value: int) -> int:
        charge = charged[bids][member]
        return 0 if charge is None else value - charge

    lies = [
        f"{bids}: member {member}, worth {bids[member]}, gains by bidding {lie}"
        for bids in charged
        for member in range(members)
        if bids[member] in VALUES
        for lie in BIDS
        if utility((*bids[:member], lie, *bids[member + 1 :]), member, bids[member])
        > utility(bids, member, bids[member])
    ]
    assert not lies


def _charges(
    stage: TwoLevelStage, sizes: tuple[int, ...], bids: tuple[int, ...], behaviour: Behaviour
) -> list[int | None]:
    """What each member pays on the chain, None if not served."""
    rest = iter(bids)
    groups = tuple(
        Group(
            f"g{g}",
            tuple(
                Member(f"m{m}", (bid,), (bid,)) for m, bid in zip(range(size), rest, strict=False)
            ),
        )
        for g, size in enumerate(sizes)
    )
    outcome = stage.play(TwoLevelInstance(1, (1,), groups), behaviour)
    lot = outcome.items[0]
    return [
        outcome.payments[group.name][member.name]
        if group.name == lot.winner and member.name in lot.served
        else None
        for group in groups
        for member in group.members
    ]
