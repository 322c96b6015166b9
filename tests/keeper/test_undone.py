"""What a lot takes where reorganizations undo work: as often as it has to be done again, and no more for what stands."""

from dataclasses import replace
from fractions import Fraction

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.enumerations import Phase
from offchain.chain.backend import Log
from offchain.keeper.books import Box
from offchain.keeper.logbook import REORG_DEPTH
from offchain.keeper.purse import Allowance, Purse
from offchain.keeper.tasks import LAG
from offchain.keeper.undone import Undone
from tests.keeper.chains import Lagging, Trap, Window
from tests.keeper.market import SECOND_KEEPER, DrawnMarket, Market

OFTEN = 24
"""Reorganizations, far more than the slack of an allowance lasts for."""


def taken_back(market: Market, fork: int) -> None:
    """Blocks are taken back to `fork`, and more come in their place."""
    newest = market.chain.block()
    market.restore(fork)
    market.chain.advance_to_block(newest + 1)


def lot_to_open(market: Market) -> int:
    """A lot with one bid, which can be opened now."""
    lot = market.list_lot()
    market.bid(market.auctioneer, lot, 9)
    market.until_reveal(lot)
    return lot


def box_of(market: Market, bidder: str, lot: int) -> Box:
    """Where the bid of somebody stands on a lot."""
    return next(
        book.boxes[bidder] for book in market.ledger().books_on(lot) if bidder in book.boxes
    )


@pytest.mark.parametrize("is_locked", [False, True], ids=["entrusted", "locked"])
def test_bids_are_opened_however_often_blocks_are_taken_back(
    market: Market, is_locked: bool
) -> None:
    """A member whose opening was sent so often would lose the bond, had the lot's gas been counted each time."""
    market.locked = is_locked
    lot = market.list_lot()
    bidder = market.bid(market.new_dao(lot), lot, 9)
    market.until_round(lot)
    purse = Purse()
    keeper, fork = market.keeper(purse=purse), market.snapshot()
    for _ in range(OFTEN):
        assert market.keep(keeper) == 1
        taken_back(market, fork)
    assert purse.gas_of(lot) > Allowance().of(1, 1), "far more than it may take"
    market.keep(keeper)
    assert box_of(market, bidder, lot).bid == 9


@pytest.mark.parametrize("combines", [True, False], ids=["together", "by itself"])
def test_groups_bid_and_everybody_is_paid_however_often_blocks_are_taken_back(
    market: Market, combines: bool
) -> None:
    """The tally, the settlement and the refunds, together or each by itself."""
    lot, dao = market.an_auction()
    keeper = market.keeper(combines=combines)
    market.until_reveal(lot)
    market.keep(keeper)
    market.until_tally(lot)
    fork = market.snapshot()
    for _ in range(OFTEN):
        assert market.keep(keeper) > 0
        assert keeper.standing(lot) == (Phase.SETTLED, dao, 10)
        assert market.is_paid(lot)
        taken_back(market, fork)
    market.keep(keeper)
    market.outcome([lot])


def test_blocks_that_are_taken_back_before_they_show_are_noticed(market: Market) -> None:
    """The node is behind: of what the keeper did it never shows anything, so that no books have to be rebuilt."""
    lot, _ = market.an_auction()
    node = Lagging(market.chain)
    keeper = market.keeper(node)
    for wait in (market.until_reveal, market.until_tally):
        wait(lot)
        for _ in range(OFTEN):
            fork, node.newest = market.snapshot(), market.chain.block()
            assert sum(keeper.step() for _ in range(20)) > 0
            assert market.is_done(lot)
            assert sum(keeper.step() for _ in range(20)) == 0, "believed, though it does not show"
            newest = market.chain.block()
            market.restore(fork)
            market.chain.advance_to_block(newest + LAG)
        node.newest = None
        for _ in range(20):
            keeper.step()
        assert market.is_done(lot)
    market.outcome([lot])


def test_a_draw_is_asked_for_however_often_blocks_are_taken_back(market: Market) -> None:
    """Nothing but the request is in those blocks."""
    drawn = DrawnMarket(market.folder)
    lot = drawn.list_lot()
    drawn.bids(drawn.auctioneer, lot, 9, 5)
    keeper = drawn.keeper()
    drawn.until_reveal(lot)
    drawn.keep(keeper)
    drawn.until_closed(lot)
    fork = drawn.snapshot()
    for _ in range(OFTEN):
        assert drawn.keep(keeper) == 1
        taken_back(drawn, fork)
    drawn.keep(keeper)
    drawn.draw(lot, Fraction(1, 3))
    drawn.keep(keeper)
    drawn.outcome([lot])


def test_what_was_mined_again_counts(market: Market) -> None:
    """The same work in another block, be it another keeper's: nothing is to be done again."""
    lot = lot_to_open(market)
    ledger, fork = market.ledger(), market.snapshot()
    undone = Undone(ledger)
    keep_and_note(market, undone)
    gas = market.actions[-1].gas_used
    taken_back(market, fork)
    ledger.sync(REORG_DEPTH)
    undone.forget()
    undone.look()
    assert undone.gas_of(lot) == gas
    market.keep(market.keeper(account=SECOND_KEEPER))
    ledger.restart()
    ledger.sync()
    undone.forget()
    undone.look()
    assert undone.gas_of(lot) == 0


def test_what_does_not_show_yet_counts_for_a_few_blocks(market: Market) -> None:
    """The node may be behind; or the block is gone, of which this node has shown nothing."""
    lot = lot_to_open(market)
    ledger, fork = market.ledger(), market.snapshot()
    undone = Undone(ledger)
    keep_and_note(market, undone)
    undone.look()
    assert undone.gas_of(lot) == 0
    newest = market.chain.block()
    market.restore(fork)
    for block, gas in ((newest + LAG - 1, 0), (newest + LAG, market.actions[-1].gas_used)):
        market.chain.advance_to_block(block)
        ledger.sync()
        undone.look()
        assert undone.gas_of(lot) == gas


def test_of_two_that_did_the_same_one_counts(market: Market) -> None:
    """Work that was undone and done again logs the same twice, and stands once."""
    lot = lot_to_open(market)
    ledger, fork = market.ledger(), market.snapshot()
    undone = Undone(ledger)
    for times in (1, 2, 3):
        keep_and_note(market, undone)
        ledger.sync(REORG_DEPTH)
        undone.forget()
        undone.look()
        assert undone.gas_of(lot) == (times - 1) * market.actions[-1].gas_used
        taken_back(market, fork)


def test_what_old_blocks_say_stays(market: Market) -> None:
    """No reorganization is so deep: what was undone stays so, what stood does, and neither is kept."""
    lot = lot_to_open(market)
    ledger, fork = market.ledger(), market.snapshot()
    undone = Undone(ledger)
    keep_and_note(market, undone)
    first = market.chain.block()
    taken_back(market, fork)
    ledger.sync(REORG_DEPTH)
    keep_and_note(market, undone)
    second = market.chain.block()
    for newest, left in ((second + 1, 2), (first + REORG_DEPTH, 1), (second + REORG_DEPTH, 0)):
        market.chain.advance_to_block(newest)
        ledger.restart()
        ledger.sync()
        undone.forget()
        undone.look()
        assert undone.gas_of(lot) == market.actions[-1].gas_used, newest
        assert len(undone._recent) == left


def keep_and_note(market: Market, undone: Undone) -> None:
    """A keeper works, and tells what it sent."""
    before = len(market.actions)
    market.keep()
    for action in market.actions[before:]:
        undone.sent(action.lot, action.contract, action.receipt, action.gas_used)


def test_what_others_log_on_the_way_is_not_looked_for(market: Market) -> None:
    """A token or a house can log whatever it likes, of which no book tells."""
    lot = lot_to_open(market)
    market.keep()
    done = market.actions[-1]
    logs = (*done.receipt.logs, replace(done.receipt.logs[0], address=market.item))
    ledger = market.ledger()
    undone = Undone(ledger)
    undone.sent(lot, done.contract, replace(done.receipt, logs=logs), done.gas_used)
    undone.forget()
    undone.look()
    assert undone.gas_of(lot) == 0


def test_a_node_that_hides_logs_for_a_while_makes_a_lot_take_no_more(market: Market) -> None:
    """What seemed to be undone counts again once it shows."""
    lot, _ = market.an_auction()
    market.until_reveal(lot)
    window = Window(market.chain)
    keeper = market.keeper(window)
    market.keep(keeper)
    newest = market.chain.block()

    def early(addresses: object, first: int, logs: list[Log]) -> list[Log]:
        return [log for log in logs if log.block < newest - 1]

    for hook in (early, None):
        window.hook = hook
        market.chain.advance_to_block(market.chain.block() + 1)
        market.keep(keeper)
        seems = keeper._sender._undone.gas_of(lot)
        assert (seems > 0) == (hook is early)


def test_failures_count_whatever_is_taken_back(market: Market) -> None:
    """They logged nothing by which it would show: what fails on the chain alone is not tried for ever."""
    lot = market.list_lot()
    market.bid(market.auctioneer, lot, 9)
    trap = Trap(market.chain, contract("Auctioneer").encode("revealBatch", lot, [])[:4])
    purse = Purse()
    keeper = market.keeper(trap, purse=purse)
    market.until_reveal(lot)
    fork = market.snapshot()
    for _ in range(OFTEN):
        for _ in range(100):
            keeper.step()
        taken_back(market, fork)
    assert 1 < trap.failed < 8
    assert purse.gas_of(lot) <= Allowance().of(0, 1)
