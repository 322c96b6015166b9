"""Nobody in any small game gains by lying to the deployed contracts, alone or in a coalition.

Source: "When Bidders Are DAOs", Theorem 2, for the rule on the integer grid, and docs/mechanism.md for
coalitions. Every profile of bids is played through the bytecode, as a lot of its own; the search for lies
that pay then only looks outcomes up, so nothing of the reference model is involved.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations, product

import pytest

from offchain.chain.revm import Revm
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance
from offchain.play.behaviour import STRAIGHT, Behaviour, Lock
from offchain.play.two_level import TwoLevelStage

BIDS = range(5)
"""Values as well; of a coalition, too, somebody may want nothing, and lie for another."""
LOTS = 25
"""Sold in one play: members and DAOs are the same on all of them, bids are not."""

Bids = tuple[int, ...]
Charges = tuple[int | None, ...]
"""What each member pays, None if not served."""
Coalition = tuple[int, ...]
Lie = tuple[Coalition, Bids, Bids, list[int]]
"""Who lies; what everybody bids when they do not, which is what it is worth to them, and when they do; what each liar gains."""


def kinds(sizes: tuple[int, ...]) -> dict[str, Behaviour]:
    """The ways in which a bid can be made. Without a lock its opening is left with the keeper; rolled, it is made with what is
    left of the deposit on the lot before."""
    members = [(f"g{g}", f"m{m}") for g, size in enumerate(sizes) for m in range(size)]
    groups = frozenset(f"g{g}" for g in range(len(sizes)))
    return {
        "sealed": STRAIGHT,
        "locked": Behaviour(
            locks=dict.fromkeys(members, Lock.TRUE), standalone=frozenset({f"g{len(sizes) - 1}"})
        ),
        "open": Behaviour(open_groups=groups),
        "rolled": Behaviour(rolling=frozenset(members)),
    }


SIZES = [(1, 2), (2, 2), (1, 3), (2, 1, 1)]
KINDS = ["sealed", "locked", "open", "rolled"]
LONG = {((2, 2), "locked"), ((1, 3), "locked")}
"""Played at length only: locks are slow to open, and a smaller game and one of more groups have them every time."""


@pytest.mark.parametrize(
    ("sizes", "kind"),
    [
        pytest.param(*game, marks=pytest.mark.long if game in LONG else ())
        for game in product(SIZES, KINDS)
    ],
    ids=str,
)
def test_nobody_gains_by_lying(sizes: tuple[int, ...], kind: str) -> None:
    table = charged(sizes, kinds(sizes)[kind])
    everybody = range(sum(sizes))
    alone = [(member,) for member in everybody]
    assert not [lie for lie in lies(table, alone) if lie[-1][0] > 0], "a lie of one pays"
    together = [c for size in everybody for c in combinations(everybody, size + 1)]
    assert not [lie for lie in lies(table, together) if min(lie[-1]) > 0], (
        "a lie pays all of a coalition"
    )
    within = [c for c in together if any(set(c) <= set(group) for group in groups_of(sizes))]
    assert not [lie for lie in lies(table, within) if min(lie[-1]) >= 0 and max(lie[-1]) > 0], (
        "within a group, a lie pays one at no cost to the others"
    )


def test_the_search_finds_lies_where_there_are_some() -> None:
    """On the same bytecode a rival who loses anyway can make another group's price fall, at no cost to itself; and bids that are
    paid in full are no truth."""
    table = charged((1, 1), STRAIGHT)
    free = [lie for lie in lies(table, [(0, 1)]) if min(lie[-1]) >= 0 and max(lie[-1]) > 0]
    assert ((0, 1), (4, 3), (4, 0), [2, 0]) in free
    own_bid = {bids: tuple(bid or None for bid in bids) for bids in product(BIDS, repeat=2)}
    assert [lie for lie in lies(own_bid, [(0,)]) if lie[-1][0] > 0]
    assert [lie for lie in lies(own_bid, [(0, 1)]) if min(lie[-1]) > 0]


def lies(table: dict[Bids, Charges], coalitions: Iterable[Coalition]) -> Iterator[Lie]:
    """All joint lies of each coalition, whatever the others bid."""
    for coalition, bids in product(coalitions, table):
        truth = [utility(table[bids][member], bids[member]) for member in coalition]
        for lie in product(BIDS, repeat=len(coalition)):
            told = list(bids)
            for member, bid in zip(coalition, lie, strict=True):
                told[member] = bid
            paid = table[tuple(told)]
            gains = [
                utility(paid[member], bids[member]) - before
                for member, before in zip(coalition, truth, strict=True)
            ]
            yield coalition, bids, tuple(told), gains


def utility(charge: int | None, value: int) -> int:
    """What a member whose charge it is has of the item."""
    return 0 if charge is None else value - charge


def groups_of(sizes: tuple[int, ...]) -> list[range]:
    """Whose members are whose."""
    starts = [sum(sizes[:g]) for g in range(len(sizes))]
    return [range(start, start + size) for start, size in zip(starts, sizes, strict=True)]


def charged(sizes: tuple[int, ...], behaviour: Behaviour) -> dict[Bids, Charges]:
    """What everybody pays on the chain, for every profile of bids."""
    stage = TwoLevelStage(Revm())
    profiles = list(product(BIDS, repeat=sum(sizes)))
    return {
        bids: charges
        for first in range(0, len(profiles), LOTS)
        for bids, charges in _play(stage, sizes, profiles[first : first + LOTS], behaviour)
    }


def _play(
    stage: TwoLevelStage, sizes: tuple[int, ...], profiles: list[Bids], behaviour: Behaviour
) -> Iterator[tuple[Bids, Charges]]:
    """Each profile on a lot of its own."""
    by_member = list(zip(*profiles, strict=True))
    groups = tuple(
        Group(f"g{g}", tuple(_member(m, by_member[i]) for m, i in enumerate(indices)))
        for g, indices in enumerate(groups_of(sizes))
    )
    outcome = stage.play(TwoLevelInstance(len(profiles), (1,) * len(profiles), groups), behaviour)
    for bids, lot in zip(profiles, outcome.items, strict=True):
        yield (
            bids,
            tuple(
                lot.share if group.name == lot.winner and member.name in lot.served else None
                for group in groups
                for member in group.members
            ),
        )


def _member(index: int, bids: Bids) -> Member:
    return Member(f"m{index}", bids, bids)
