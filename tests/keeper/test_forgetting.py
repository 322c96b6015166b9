"""How many contracts a keeper reads is bounded by what is alive: lots that are over are forgotten, and their DAOs with them."""

from offchain.bindings.deployment import create
from offchain.keeper.agenda import GIVEN_UP
from offchain.keeper.keeper import Keeper
from offchain.keeper.logbook import REORG_DEPTH
from offchain.keeper.planning import WINDOW
from tests.keeper.market import Market
from tests.puppets import ItemManner


def forgetting(market: Market) -> Keeper:
    return market.keeper(forgets=True)


def an_auction(market: Market, token: str | None = None) -> tuple[int, str]:
    lot = market.list_lot(token=token)
    dao = market.new_dao(lot)
    market.bids(dao, lot, 9, 5)
    return lot, dao


def pass_blocks(market: Market, count: int) -> None:
    market.chain.advance_to_block(market.chain.block() + count)


def test_lots_that_are_over_are_forgotten_once_that_is_final(market: Market) -> None:
    lot, _ = an_auction(market)
    keeper = forgetting(market)
    market.through(lot, lambda: market.keep(keeper))
    ledger = keeper._reader.ledger
    assert (set(ledger.lots), ledger.followed) == ({lot}, 2)
    pass_blocks(market, REORG_DEPTH + 2)
    keeper.step()
    assert (set(ledger.lots), ledger.followed) == (set(), 1)
    assert not ledger.books
    market.outcome([lot])


def test_what_is_alive_is_kept_and_served(market: Market) -> None:
    """Also at a DAO that entered a lot that is over, and one that a keeper started later reads."""
    over, dao = an_auction(market)
    keeper = forgetting(market)
    market.through(over, lambda: market.keep(keeper))
    pass_blocks(market, REORG_DEPTH + 2)
    keeper.step()
    alive = market.list_lot()
    market.send(market.seller, dao, "DAO", "enter", alive)
    market.bid(dao, alive, 7)
    market.through(alive, lambda: market.keep(keeper))
    assert market.count("finish", alive) == 1
    assert keeper._reader.ledger.followed == 2
    market.outcome([over, alive])


def test_many_dead_lots_leave_nothing_behind(market: Market) -> None:
    """A thousand DAOs of a stranger cost requests while their lots are alive, and none for ever."""
    keeper = forgetting(market)
    lots = [market.list_lot() for _ in range(20)]
    for lot in lots:
        market.new_dao(lot)
        market.new_dao(lot)
    market.until_void(lots[-1])
    market.keep(keeper)
    pass_blocks(market, REORG_DEPTH + 2)
    keeper.step()
    assert keeper._reader.ledger.followed == 1
    assert not keeper._reader.ledger.lots


def test_an_item_that_its_token_keeps_is_given_up_in_the_end(market: Market) -> None:
    """The seller's own affair; bidders have been paid long before."""
    token = create(market.chain, market.seller, "HostileItem")
    lot = market.list_lot(reserve=100, token=token)
    market.send(market.seller, token, "HostileItem", "behave", ItemManner.REFUSE)
    dao = market.new_dao(lot)
    bidder = market.bid(dao, lot, 9)
    keeper = forgetting(market)
    market.until_void(lot)
    for _ in range(50):
        keeper.step()
    assert market.ledger().book(dao, lot).boxes[bidder].closed
    market.chain.advance_to(market.ends(lot)[2] + 2 * WINDOW + GIVEN_UP)
    keeper.step()
    assert set(keeper._reader.ledger.lots) == {lot}
    market.chain.advance_to(market.ends(lot)[2] + 2 * WINDOW + GIVEN_UP + 1)
    keeper.step()
    assert not keeper._reader.ledger.lots
    assert keeper._reader.ledger.followed == 1
