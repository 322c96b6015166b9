"""Ascending auctions of a house as the reference model plays them, for reports that never saw a chain."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances import Group, Member, TwoLevelInstance
from offchain.model.instances.rivals import Rival
from offchain.model.instances.rules import Ascending
from offchain.model.mechanisms.ascending import AscendingAuction
from offchain.model.mechanisms.contest import Terms, play_out
from offchain.report.ascent import AscendingLot
from offchain.report.auction import Entry
from offchain.report.played import Check, Step

TENTH = 10**8
PART = Fraction(1, 50)
END, SEALED = 86_400, 79_000


def ascend(
    groups: Mapping[str, Sequence[int]], rivals: Mapping[str, int] | None = None, reserve: int = 1
) -> AscendingLot:
    """Amounts in tenths of an ETH; deposits are twice the bids. The last group is the one in the pictures."""
    alone = [Rival(name, limit * TENTH) for name, limit in (rivals or {}).items()]
    members = {one.name: {one.name: one.limit} for one in alone} | {
        name: {f"m{place}": bid * TENTH for place, bid in enumerate(bids, 1)}
        for name, bids in groups.items()
    }
    instance = TwoLevelInstance(
        1,
        (reserve * TENTH,),
        tuple(
            Group(name, tuple(Member(who, (bid,), (bid,)) for who, bid in book.items()))
            for name, book in members.items()
        ),
        Ascending(PART),
    )
    house = AscendingAuction(reserve * TENTH * WEI_PER_UNIT, PART, END, 300, WEI_PER_UNIT)
    outcome, bids = play_out(instance, alone, Terms(house, 0, SEALED, SEALED + 3_600))
    most = {
        one.name: max([b.amount for b in bids if b.bidder == one.name], default=0) for one in alone
    }
    entries = []
    for name, book in members.items():
        for who, bid in book.items():
            paid = outcome.payments[name][who]
            deposit = most[name] if name in most else 2 * bid
            entries.append(Entry(name, who, bid, deposit, False, paid > 0, paid, 0, deposit - paid))
    (lot,) = outcome.items
    return AscendingLot(
        title="A <small> auction",
        chain="paper",
        focus=list(groups)[-1],
        instance=instance,
        outcome=outcome,
        entries=tuple(entries),
        proceeds=lot.price,
        burnt=0,
        surplus=lot.paid - lot.price,
        alone=tuple(one.name for one in alone),
        bids=bids,
        announced=END,
        sealed=SEALED,
        steps=(Step("raise", 3, 3, 600_000),),
        checks=(Check("chain = reference", True, "equal"),),
        story=(),
        addresses={"adapter": "0x" + "1" * 40},
        sources=("Made up.",),
    )
