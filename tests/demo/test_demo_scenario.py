"""Who takes part in a demo: rivals, silent members, deposits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offchain.demo.scenario import built_in, hiding_deposit, replay
from offchain.io.errors import InvalidInput
from offchain.model.instances.contributions import Contribution
from offchain.model.mechanisms.two_level import solve
from offchain.play.behaviour import Lock

LIST = [Contribution(f"0x{n:040x}", n * 10**9 + n % 2) for n in range(1, 11)]


def test_the_dao_wins_at_a_second_price_and_serves_some() -> None:
    scenario = built_in()
    lot = solve(scenario.counted).items[0]
    assert (lot.winner, lot.price) == ("ConstitutionDAO", 2_500_000_001)
    assert (len(lot.served), lot.share) == (26, 96_153_847)
    assert lot.group_bids == {
        "Collector": 2_500_000_000,
        "GalleryDAO": 2_100_000_000,
        "ConstitutionDAO": 5_000_000_000,
    }


def test_individuals_come_first() -> None:
    for scenario in (built_in([1, 2]), replay(LIST, "list.csv", [3, 4])):
        names = [group.name for group in scenario.instance.groups]
        assert names[:2] == ["Collector", "Collector 2"]
        assert names[-1] == scenario.focus


def test_a_replay_bids_what_was_contributed_from_its_address() -> None:
    scenario = replay(LIST, "list.csv")
    members = scenario.instance.group("ContributorsDAO").members
    assert [member.bids for member in members] == [(n,) for n in range(1, 11)]
    assert scenario.addresses == {("ContributorsDAO", one.address): one.address for one in LIST}
    # 6 * 5 is the most that can be paid; the rival bids half of it
    assert scenario.instance.group("Collector").members[0].bids == (15,)
    assert "5 contributions were not whole gwei" in scenario.sources[1]


@pytest.mark.parametrize(("silent", "ranks"), [(0, []), (1, [5]), (2, [3, 6]), (10, range(10))])
def test_silent_members_are_spread(silent: int, ranks: list[int]) -> None:
    scenario = replay(LIST, "list.csv", silent=silent)
    assert scenario.silent == tuple(("ContributorsDAO", LIST[::-1][rank].address) for rank in ranks)


def test_everybody_locks_and_tells_no_keeper_anything() -> None:
    """But for every other silent member; the others' locks are garbage."""
    scenario = replay(LIST, "list.csv", silent=3)
    behaviour = scenario.behaviour
    first, second, third = scenario.silent
    locked = {
        (group.name, member.name) for group in scenario.instance.groups for member in group.members
    } - {second}
    assert behaviour.locks == dict.fromkeys(locked, Lock.TRUE) | dict.fromkeys(
        (first, third), Lock.GARBAGE
    )
    assert behaviour.silent == {second}
    assert not any(behaviour.entrusts(key) for key in (*locked, second))


def test_no_more_than_all_can_be_silent() -> None:
    with pytest.raises(InvalidInput, match="--silent: 61 is more than the 60 members"):
        built_in(silent=61)


@given(st.integers(1, 2**64 - 1))
def test_deposits_are_round_and_hide_the_bid(bid: int) -> None:
    deposit = hiding_deposit(bid)
    assert 2 * bid <= deposit < 5 * bid
    assert str(deposit).rstrip("0") in ("1", "2", "5")
    assert hiding_deposit(0) == 0
