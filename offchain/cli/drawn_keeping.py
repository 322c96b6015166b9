"""Keepers at work for `consort keep` on auctions without groups, and their draws."""

from typing import TYPE_CHECKING

from offchain.cli.journal import Flaws, Journal
from offchain.cli.keeping import Lots, Post, Terms, Worker, draw_hands, store_of

if TYPE_CHECKING:
    from offchain.keeper.frame import Options


def resilient_keepers(post: Post, terms: Terms, journal: Journal, flaws: Flaws) -> list[Worker]:
    """`Keepers` of a resilient auction. Raises ChainError."""
    from offchain.keeper.resilient import SaleKeeper
    from offchain.keeper.sales import Sales

    chain, auction, block = post.chain, post.deployed.auctioneer, post.deployed.block
    store = store_of(terms.cache, chain, auction, block, journal)
    sales = Sales(chain, auction, block, store, journal.progress())
    keeper = SaleKeeper(
        chain,
        sales,
        chain.actor(terms.account),
        post.announced,
        depth=terms.depth_on(chain),
        lot_gas=terms.lot_gas,
        **_options(post, terms, journal),
    )
    lots = Lots(keeper, sales, journal, flaws)
    return [lots, *draw_hands(post, terms, journal, lots)]


def clock_keepers(post: Post, terms: Terms, journal: Journal, flaws: Flaws) -> list[Worker]:
    """`Keepers` of a signal clock auction. Raises ChainError."""
    from offchain.keeper.clocks import Clocks
    from offchain.keeper.signal_clock import ClockKeeper

    chain, auction, block = post.chain, post.deployed.auctioneer, post.deployed.block
    store = store_of(terms.cache, chain, auction, block, journal)
    clocks = Clocks(chain, auction, block, store, journal.progress())
    keeper = ClockKeeper(
        chain,
        clocks,
        chain.actor(terms.account),
        lot_gas=terms.lot_gas,
        **_options(post, terms, journal),
    )
    lots = Lots(keeper, clocks, journal, flaws)
    return [lots, *draw_hands(post, terms, journal, lots)]


def universal_keepers(post: Post, terms: Terms, journal: Journal, flaws: Flaws) -> list[Worker]:
    """`Keepers` of a universal auction. Raises ChainError."""
    from offchain.keeper.universal import UniversalKeeper
    from offchain.keeper.universals import Universals

    chain, auction, block = post.chain, post.deployed.auctioneer, post.deployed.block
    store = store_of(terms.cache, chain, auction, block, journal)
    universals = Universals(chain, auction, block, store, journal.progress())
    keeper = UniversalKeeper(
        chain,
        universals,
        chain.actor(terms.account),
        post.openings,
        depth=terms.depth_on(chain),
        lot_gas=terms.lot_gas,
        **_options(post, terms, journal),
    )
    lots = Lots(keeper, universals, journal, flaws)
    return [lots, *draw_hands(post, terms, journal, lots)]


def _options(post: Post, terms: Terms, journal: Journal) -> "Options":
    """What every keeper of lots is told."""
    return {
        "on_action": journal.on_action,
        "on_skip": journal.on_skip,
        "gas_limit": terms.block_gas,
        "only": terms.lots_at(post.deployed.auctioneer),
        "purse": terms.purse,
        "forgets": True,
    }
