"""Scripted rivals against groups: the ascending rule where there are none, and what holds whoever comes."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.rivals import LAST_SECONDS, PlacedBid, Rival, fight, jump
from offchain.model.instances.rules import Ascending
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance
from offchain.model.mechanisms.ascending import AscendingAuction, least_over
from offchain.model.mechanisms.contest import ExactFloor, Terms, follow, play_out
from offchain.model.mechanisms.two_level import solve

PART = Fraction(1, 50)
BUFFER = 300
END = 86_400
TERMS_TIMES = (0, 70_000, 75_000)

books = st.lists(st.integers(0, 10**6), min_size=1, max_size=6)
crowds = st.lists(books, min_size=1, max_size=4)
limits = st.lists(st.integers(1, 3 * 10**6), max_size=3)


def instance(
    groups: Sequence[Sequence[int]], rivals: Sequence[int], reserve: int
) -> TwoLevelInstance:
    """Rivals first, each a group of one under a name of its own."""
    alone = [Group(f"r{i}", (Member(f"r{i}", (bid,), (bid,)),)) for i, bid in enumerate(rivals)]
    daos = [
        Group(f"g{i}", tuple(Member(f"m{j}", (bid,), (bid,)) for j, bid in enumerate(bids)))
        for i, bids in enumerate(groups)
    ]
    return TwoLevelInstance(1, (reserve,), (*alone, *daos), Ascending(PART))


def house(reserve: int) -> AscendingAuction:
    return AscendingAuction(reserve * WEI_PER_UNIT, PART, END, BUFFER, WEI_PER_UNIT)


def script(rivals: Sequence[int]) -> list[Rival]:
    return [Rival(f"r{i}", limit) for i, limit in enumerate(rivals)]


@given(crowds, st.integers(50, 10**6))
def test_groups_alone_bid_as_the_rule_has_it(groups: list[list[int]], reserve: int) -> None:
    """In wei and with times, and by leaps over whole units: one outcome."""
    one = instance(groups, [], reserve)
    outcome, _ = play_out(one, [], Terms(house(reserve), *TERMS_TIMES))
    assert outcome == solve(one)


@given(crowds, limits, st.integers(50, 10**6))
@example([[10**6]], [2_500_000, 100], 1_000)
def test_whoever_comes(groups: list[list[int]], rivals: list[int], reserve: int) -> None:
    """Bids are what a house takes, within limits; groups bid the least alone; at the end nobody with a limit for it is left."""
    one, names = instance(groups, rivals, reserve), script(rivals)
    outcome, bids = play_out(one, names, Terms(house(reserve), *TERMS_TIMES))
    (lot,) = outcome.items
    after = follow(house(reserve), bids)
    assert [after.leader, after.amount] == [lot.winner, lot.price * WEI_PER_UNIT]
    leads = 0
    for bid in bids:
        least = least_over(leads, PART) if leads else reserve
        assert least <= bid.amount <= lot.group_bids[bid.bidder]
        assert bid.amount == least or bid.bidder.startswith("r")
        assert bid.bidder.startswith("r") or bid.at >= TERMS_TIMES[2]
        leads = bid.amount
    least = least_over(lot.price, PART) if bids else reserve
    assert all(limit < least for name, limit in lot.group_bids.items() if name != lot.winner)
    assert sum(outcome.payments[str(lot.winner)].values()) == lot.paid if bids else lot.paid == 0


def test_a_rival_opens_jumps_and_answers_in_the_last_minute() -> None:
    """And every answer there keeps the auction open."""
    one, rivals = instance([[3_000, 1_000, 1_000]], [1_200], 1_000), script([1_200])
    outcome, bids = play_out(one, rivals, Terms(house(500), *TERMS_TIMES))
    assert bids[:3] == (
        PlacedBid("r0", 500, 23_333, END),
        PlacedBid("r0", 600, 46_666, END),
        PlacedBid("g0", 612, END - BUFFER, END),
    )
    answers = [bid for bid in bids[2:] if bid.bidder == "r0"]
    ends = [END, *(bid.end for bid in answers)]
    assert [bid.at for bid in answers] == [end - LAST_SECONDS for end in ends[:-1]]
    assert {after - before for before, after in pairwise(ends)} == {BUFFER - LAST_SECONDS}
    assert outcome.items[0].winner == "g0"
    assert outcome.items[0].price == bids[-1].amount <= least_over(1_200, PART)


def test_a_jump_that_is_no_bid_is_not_made() -> None:
    floor = ExactFloor(house(500), {}, 0)
    jump(floor, [Rival("low", 499), Rival("poor", 990), Rival("rich", 2_000)], 0, 400)
    assert [(bid.bidder, bid.amount) for bid in floor.bids] == [("rich", 1_000)]
    fight(floor, [])
    assert floor.bids[-1].bidder == "rich"
