"""Two lots with everybody there is, for the keeper to bring to an end."""

from collections.abc import Callable
from typing import Any

from offchain.chain.errors import ChainError
from offchain.keeper.keeper import Keeper
from tests.keeper.market import Market
from tests.puppets import Manner


def fair(market: Market) -> list[int]:
    """A DAO that wins, one that loses, one whose bids are open; individuals; the silent, those below the minimum, and one
    who takes no money. Nothing depends on who reveals first.
    """
    first, second = market.list_lot(reserve=10), market.list_lot(reserve=500)
    winners = market.new_dao(first, second, minimum=4)
    losers = market.new_dao(first)
    public = market.new_dao(first, second, is_open=True)
    market.bids(winners, first, 30, 20, 10, 9, 5)
    market.bid(winners, first, 12, entrusted=False)
    market.bid(winners, first, 3, deposit=8)
    market.puppet_bid(winners, first, 6, Manner.REFUSE)
    market.bids(losers, first, 7, 7)
    market.bid(losers, first, 50, entrusted=False)
    market.place(public, first, 8, 6)
    market.bid(market.auctioneer, first, 25)
    market.bid(market.auctioneer, first, 11)
    market.bid(market.auctioneer, first, 40, entrusted=False)
    market.bid(winners, second, 100)
    market.bid(market.auctioneer, second, 800)
    return [first, second]


def play(market: Market, work: Callable[[], object] | None = None) -> dict[str, Any]:
    """The fair with `work`, by default a keeper's, done in each phase; and its outcome."""
    lots = fair(market)
    market.through(lots[0], work)
    return market.outcome(lots)


def insist(keeper: Keeper, quiet: int = 25) -> None:
    """Steps until nothing could be done for a while."""
    idle = 0
    for _ in range(5_000):
        try:
            idle = 0 if keeper.step() else idle + 1
        except ChainError:
            idle += 1
        if idle == quiet:
            return
    raise AssertionError("the keeper does not come to an end")
