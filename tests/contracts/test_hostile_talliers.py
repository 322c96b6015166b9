"""A caller who tallies wrongly, in part, or over and over, blocks nobody, himself included."""

import pytest
from brownie import accounts

from offchain.bindings.enumerations import Phase
from tests.contracts.auction import sealed_to_tally, settle, tally
from tests.contracts.checks import emitted, plain, reverts_with
from tests.contracts.mechanism import NOBODY, ascending, pack


@pytest.fixture
def bids(alice, bob, carol, dave):
    """Ranks times bids, upward: 4*2, 3*5, 2*7, 1*9; so the willingness to pay is 15."""
    return {alice: 7, bob: 2, carol: 9, dave: 5}


@pytest.fixture
def order(dao, lot, bids):
    """The members in order, at the beginning of the tally phase."""
    sealed_to_tally(dao, lot, bids)
    return ascending(bids)


@pytest.fixture
def villain():
    """Who tallies badly."""
    return accounts[15]


def finish(dao, auctioneer, lot, bids, who, step=500):
    """A tally from the beginning still succeeds, and the lot can be settled."""
    tally(dao, lot, bids, who, step)
    assert plain(dao.resultOf(lot)) == (who, 15)
    assert plain(auctioneer.standing(lot)) == (Phase.CLOSED, dao, 3)
    settle(dao, lot, bids, 3, step=step)


@pytest.mark.parametrize("skipped", range(4))
def test_skipping_a_member(dao, auctioneer, lot, bids, order, villain, keeper, skipped):
    """One short, it never completes; others' tallies are their own."""
    kept = [member for i, member in enumerate(order) if i != skipped]
    dao.tally(lot, kept, {"from": villain})
    assert plain(dao.resultOf(lot)) == (NOBODY, 0)
    dao.tally(lot, [], {"from": villain})
    assert plain(dao.resultOf(lot)) == (NOBODY, 0)
    finish(dao, auctioneer, lot, bids, keeper)


def test_skipping_the_last_can_be_mended(dao, auctioneer, lot, bids, order, villain):
    """Who has left out only larger ones has merely not finished."""
    dao.tally(lot, order[:2], {"from": villain})
    dao.tally(lot, order[2:], {"from": villain})
    assert plain(dao.resultOf(lot)) == (villain, 15)
    dao.settle(lot, 0, 0, pack([2, 5]), {"from": villain})


def test_refused_steps_leave_no_trace(dao, auctioneer, lot, bids, order, villain, stranger):
    """Repeating, reversing and naming strangers fail as a whole; the same caller can go on."""
    for bad, error, member in [
        ([order[0], order[0]], "OutOfOrder", order[0]),
        ([order[1], order[0]], "OutOfOrder", order[0]),
        ([order[0], stranger], "NotRevealed", stranger),
    ]:
        with reverts_with(dao, error, member):
            dao.tally(lot, bad, {"from": villain})
        assert plain(dao.progress(lot, villain)) == (0, 0, 0)
    finish(dao, auctioneer, lot, bids, villain)


def test_many_talliers_at_once(dao, auctioneer, lot, bids, order, keeper):
    """Half-done tallies of others, in any state, change nothing for the one who finishes first."""
    for i, who in enumerate(accounts[15:18]):
        dao.tally(lot, order[i : i + 2], {"from": who})
    dao.tally(lot, order[:1], {"from": keeper})
    dao.tally(lot, [order[3]], {"from": accounts[15]})
    dao.tally(lot, order[1:], {"from": keeper})
    assert plain(dao.resultOf(lot)) == (keeper, 15)
    with reverts_with(dao, "AlreadyTallied", lot, keeper):
        dao.tally(lot, order[2:], {"from": accounts[15]})
    dao.settle(lot, 0, 0, pack([2]), {"from": accounts[15]})
    assert auctioneer.phase(lot) == Phase.SETTLED


def test_completing_where_another_stopped(dao, lot, order, villain, keeper):
    """Progress is not shared: what another counted, one has not."""
    dao.tally(lot, order[:2], {"from": villain})
    dao.tally(lot, order[2:], {"from": keeper})
    assert plain(dao.resultOf(lot)) == (NOBODY, 0)


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_empty_steps_between(dao, auctioneer, lot, bids, order, villain, step):
    """A caller who overwrites his own checkpoints with empty ones ends with the true ones."""
    for start in range(0, 4, step):
        for _ in range(2):
            dao.tally(lot, [], {"from": villain})
        dao.tally(lot, order[start : start + step], {"from": villain})
    assert plain(dao.resultOf(lot)) == (villain, 15)
    settle(dao, lot, bids, 3, step=step)
    assert auctioneer.phase(lot) == Phase.SETTLED


def test_empty_steps_leave_no_log(dao, lot, order, villain):
    """They count nobody, cost next to nothing, and every log is read by every keeper."""
    assert emitted(dao.tally(lot, [], {"from": villain})) == []
    dao.tally(lot, order[:2], {"from": villain})
    assert emitted(dao.tally(lot, [], {"from": villain})) == []
    assert dao.progress(lot, villain)["counted"] == 2


def test_an_empty_step_serves_nobody(dao, lot, bids, order, villain):
    """An empty step that was overwritten is no certificate, nor is an unfinished tally's."""
    dao.tally(lot, [], {"from": villain})
    tally(dao, lot, bids, villain)
    for start, best in ((0, 0), (4, 15)):
        with reverts_with(dao, "DigestMismatch", lot, start):
            dao.settle(lot, start, best, b"", {"from": villain})


def test_certificate_of_an_unfinished_tally(dao, lot, bids, order, villain, keeper):
    """A tally that left somebody out fixes no share, however well it is proved."""
    dao.tally(lot, order[2:], {"from": villain})
    tally(dao, lot, bids, keeper)
    with reverts_with(dao, "DigestMismatch", lot, 0):
        dao.settle(lot, 0, 0, pack([7, 9]), {"from": villain})


def test_progress_on_one_lot_is_none_on_another(dao, lot, order, villain):
    """Nothing carries over."""
    dao.tally(lot, order, {"from": villain})
    assert plain(dao.progress(lot + 1, villain)) == (0, 0, 0)
    with reverts_with(dao, "WrongPhase", lot + 1, Phase.NONE):
        dao.tally(lot + 1, order, {"from": villain})
