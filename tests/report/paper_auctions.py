"""Auctions as the reference model solves them, for reports that never saw a chain."""

from collections.abc import Mapping, Sequence

from offchain.model.instances import Group, Member, TwoLevelInstance
from offchain.model.mechanisms.two_level import solve
from offchain.play.behaviour import Behaviour, counted
from offchain.report.auction import Auction, Entry
from offchain.report.page import Chapter
from offchain.report.played import Check, Step

BOND_PERCENT = 10


def example() -> Auction:
    """A DAO of five, of whom one keeps silent and three are served, against an individual."""
    return build({"Rival": [14], "DAO": [10, 5, 9, 5, 2]}, silent=[("DAO", "m2")])


def build(
    groups: Mapping[str, Sequence[int]],
    silent: Sequence[tuple[str, str]] = (),
    reserve: int = 1,
    unit: int = 10**8,
) -> Auction:
    """Bids are given in tenths of an ETH. Deposits are twice the bids."""
    instance = TwoLevelInstance(
        1,
        (reserve,),
        tuple(
            Group(
                name,
                tuple(
                    Member(_member(name, place, bids), (bid * unit,), (bid * unit,))
                    for place, bid in enumerate(bids, start=1)
                ),
            )
            for name, bids in groups.items()
        ),
    )
    counting = counted(instance, Behaviour(silent=frozenset(silent)))
    outcome = solve(counting)
    entries = tuple(
        _entry(
            group.name,
            member,
            (group.name, member.name) in silent,
            outcome.payments[group.name][member.name],
            group.name == outcome.items[0].winner and member.name in outcome.items[0].served,
        )
        for group in instance.groups
        for member in group.members
    )
    return Auction(
        title="A <small> auction",
        chain="paper",
        focus=list(groups)[-1],
        alone=tuple(name for name, bids in list(groups.items())[:-1] if len(bids) == 1),
        instance=counting,
        outcome=outcome,
        entries=entries,
        proceeds=outcome.items[0].paid,
        burnt=sum(entry.bond for entry in entries),
        steps=(Step("list", 3, 3, 300_000), Step("bid", 6, 6, 288_000)),
        checks=(Check("chain = reference", True, "equal"),),
        story=(Chapter("Listing", "The item is listed.", ("It is lot 1.",)),),
        addresses={"auctioneer": "0x" + "1" * 40},
        sources=("Made up.",),
    )


def _member(group: str, place: int, bids: Sequence[int]) -> str:
    return group if len(bids) == 1 else f"m{place}"


def _entry(group: str, member: Member, silent: bool, paid: int, served: bool) -> Entry:
    deposit = 2 * member.bids[0]
    bond = deposit * BOND_PERCENT // 100 if silent else 0
    return Entry(
        group,
        member.name,
        bid=member.bids[0],
        deposit=deposit,
        silent=silent,
        served=served,
        paid=paid,
        bond=bond,
        refund=deposit - paid - bond,
    )
