"""`consort keep` sees an auction that draws lots through to the end, the beacon's header included."""

from pathlib import Path

from offchain.bindings.enumerations import Phase
from offchain.chain.connect import connect
from offchain.chain.nodes import anvil
from offchain.io.units import WEI_PER_UNIT
from tests.keeper.market import DrawnMarket

BIDS = (12, 11, 10)


def test_a_draw_from_the_request_to_the_last_refund(tmp_path: Path) -> None:
    """Nobody but the keeper does anything once bidding is over; every deposit but the price comes back."""
    with anvil(accounts=1, auto_impersonate=True) as node, connect(node.url) as chain:
        market = DrawnMarket(tmp_path, chain, by_beacon=True)
        market.deployment.write(tmp_path / "deployment.json")
        lot = market.list_lot()
        market.bids(market.auctioneer, lot, *BIDS)

        def keep() -> list[str]:
            done = market.run(node.url, "--once")
            assert done.returncode == 0, done.stderr
            return [line.split()[2] for line in done.stdout.splitlines()]

        def phase() -> Phase:
            return market.keeper().standing(lot)[0]

        market.until_reveal(lot)
        assert keep() == ["reveal"]
        market.until_closed(lot)
        assert keep() == ["draw"]
        assert keep() == [], "its block has not come"
        chain.advance_to_block(chain.block() + 132)
        assert phase() is Phase.DRAW
        steps = keep()
        assert steps[:2] == ["prove", "decide"]
        assert phase() in (Phase.SETTLED, Phase.VOID)
        (owed,) = market.ask("proceeds", market.seller)
        assert chain.balance(market.auctioneer) == owed <= max(BIDS) * WEI_PER_UNIT
        assert keep() == []
