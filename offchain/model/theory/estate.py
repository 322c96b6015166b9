"""What owning a won item together does: who can have it sold, who gets what, and what a bid is worth then.

Beside "When Bidders Are DAOs", where access is all that a member buys. A private value is then what a
member's bid is about; of what an item brings when it is sold again everybody gets the same, which is a
value in common.
"""

from collections.abc import Iterator, Sequence
from itertools import product

from offchain.model.checks.estate import check
from offchain.model.checks.finding import Verdict
from offchain.model.instances.estate import Attempt, EstateOutcome, Vote
from offchain.model.instances.two_level import Group, LotOutcome, Member
from offchain.model.mechanisms.estate import decided, solve
from offchain.model.theory.claim import Evidence, Status, claim
from offchain.model.theory.daos import auction, payments

SOURCE = "beside When Bidders Are DAOs: the item belongs to those who paid"


def buyer(name: str, bid: int) -> Group:
    """An individual who bids so much for an item that is sold again, which it values at that."""
    return Group(name, (Member(name, (bid,), (bid,)),))


def won_by(served: int, share: int = 1) -> LotOutcome:
    """A lot that a group has won for members m1, m2, ..., each at this share."""
    names = tuple(f"m{place}" for place in range(1, served + 1))
    paid = share * served
    return LotOutcome("group", paid, share, paid, names, {"group": paid})


def resold(served: int, reserve: int, *bids: int) -> EstateOutcome:
    """What becomes of an item if all of so many members want it sold at this reserve, and these bid."""
    members = won_by(served).served
    votes = tuple(Vote(member, reserve) for member in members)
    return solve(members, [Attempt(votes, buyers(bids))])


def buyers(bids: Sequence[int]) -> tuple[Group, ...]:
    """Individuals b1, b2, ... with these bids, in order of arrival."""
    return tuple(buyer(f"b{place}", bid) for place, bid in enumerate(bids, start=1))


def histories(served: int, reserves: Sequence[int], top: int) -> Iterator[list[Attempt]]:
    """Every vote of every member, then every pair of bids; and if that leaves it unsold, one more vote and the same bids."""
    members = won_by(served).served
    for wanted in product(reserves, repeat=served):
        votes = tuple(Vote(m, reserve) for m, reserve in zip(members, wanted, strict=True))
        for bids in product(range(top + 1), repeat=2):
            first = Attempt(votes, buyers(bids))
            if solve(members, [first]).resales[0].sold:
                yield [first]
            else:
                for reserve in reserves:
                    yield [first, Attempt((Vote(members[0], reserve),), buyers(bids))]


@claim(
    SOURCE,
    "a resale is one more lot: what is paid is the served members' in equal whole units, and less than a unit each stays. No"
    " minority can sell it, no majority can take it for less than others bid; unsold, access stays",
    Status.CHECKED,
)
def resale(
    sizes: Sequence[int] = (1, 2, 3, 4), reserves: Sequence[int] = (0, 1, 3), top: int = 4
) -> Evidence:
    """Every promise on every history; every vote of a minority; every friend of a majority against a rival."""
    count = broken = 0
    for served in sizes:
        won = won_by(served)
        for attempts in histories(served, reserves, top):
            count += 1
            findings = check(won, attempts, solve(won.served, attempts))
            broken += any(finding.verdict is not Verdict.HOLDS for finding in findings)
    enough = [fewest_voters(served) for served in sizes]
    half = [served // 2 + 1 for served in sizes]
    cheap = sum(below_rival(*case) for case in product(sizes, range(1, top + 1), range(1, top + 1)))
    alone = resold(3, 1, top)
    return Evidence(
        f"{count} histories of {', '.join(map(str, sizes))} members: {broken} break a promise; it takes"
        f" {', '.join(map(str, enough))} votes; at a reserve of 1 a friend of the majority gets the item {cheap} times below a"
        f" rival's bid, and, where nobody else bids, for {sum(alone.parts.values()) + alone.dust}",
        broken == cheap == 0 and enough == half and alone.dust == 1,
    )


def fewest_voters(served: int) -> int:
    """How many members have to want a reserve for it to be decided."""
    members = won_by(served).served
    return next(
        voters
        for voters in range(1, served + 1)
        if decided(members, dict.fromkeys(members[:voters], 1)) is not None
    )


def below_rival(served: int, rival: int, friend: int) -> bool:
    """Whether a friend of the members, who come first or last, has the item for less than a rival bids."""
    for bids, place in (((friend, rival), "b1"), ((rival, friend), "b2")):
        (sale,) = resold(served, 1, *bids).resales
        if sale.lot is not None and sale.lot.winner == place and sale.lot.paid < rival:
            return True
    return False


@claim(
    SOURCE,
    "where an item can be sold again the value of access is not all that a bid is about: bids above it pay for who expects"
    " more of a resale, and who has a part in the proceeds gains by bidding there above its value",
    Status.PROVED,
)
def values(top: int = 5) -> Evidence:
    """Every value of access, bid of a rival and buyer's bid at the resale; every value of a member who bids there."""
    spans = range(1, top + 1)
    games = list(product(spans, repeat=3))
    flipping = sum(
        max(flip(value, bid, rival, later) for bid in range(value + 1, top + 2))
        > flip(value, value, rival, later)
        for value, rival, later in games
    )
    shilling = sum(
        max(own_bid(value, bid, rival, served) for bid in range(value + 1, top + 2))
        > own_bid(value, value, rival, served)
        for value, rival, served in games
    )
    without = sum(
        max(access_only(value, bid, rival) for bid in range(value + 1, top + 2))
        > access_only(value, value, rival)
        for value, rival in product(spans, repeat=2)
    )
    return Evidence(
        f"values, bids and members 1..{top}: in {flipping} of {len(games)} games some bid above the value of access pays, the"
        f" item being sold again, in {without} of {top**2} where it is not; in {shilling} of {len(games)} a member who shares"
        " the proceeds gains by bidding above its value at the resale",
        flipping > 0 and shilling > 0 and without == 0,
    )


def access_only(value: int, bid: int, rival: int) -> int:
    """What a DAO of one has, that comes after a rival, if access is all it can have."""
    paid = payments(auction([rival], [bid]))[-1]
    return 0 if paid is None else value - paid


def flip(value: int, bid: int, rival: int, later: int) -> int:
    """The same if the member can have it sold again to somebody who bids `later`, at that reserve, if that is more."""
    paid = payments(auction([rival], [bid]))[-1]
    if paid is None:
        return 0
    proceeds = resold(1, later, later).parts["m1"]
    return max(value, proceeds) - paid


def own_bid(value: int, bid: int, rival: int, served: int) -> int:
    """What a member has of a resale for so many, where it bids after a rival; the item alone is worth `value` to it."""
    outcome = resold(served, 1, rival, bid)
    lot = outcome.resales[0].lot
    bought = value - lot.paid if lot is not None and lot.winner == "b2" else 0
    return bought + outcome.parts["m1"]
