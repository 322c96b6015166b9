"""`consort keep` sees an auction that draws lots through to the end, the beacon's header included."""

import subprocess
import sys
from pathlib import Path

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import Deployment, create, deploy_for_groups
from offchain.bindings.enumerations import Phase
from offchain.bindings.seals import Opening, commitment, new_salt
from offchain.chain.backend import Chain, Transaction
from offchain.chain.connect import connect
from offchain.chain.nodes import anvil
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.openings import Openings

HOUR = 3_600
SELLER, FIRST_BIDDER = 5, 10
BIDS = (12, 11, 10)
AUCTION, ITEM = contract("ApproximateAuction"), contract("Item")


def listed(chain: Chain, deployed: Deployment, end: int) -> None:
    """Lot 1, whose bidding ends then."""
    seller = chain.actor(SELLER)
    item = create(chain, seller, "Item")
    schedule = (end, end + HOUR, end + 2 * HOUR, 1_000)
    for to, data in (
        (item, ITEM.encode("mint", seller, 1)),
        (item, ITEM.encode("approve", deployed.auctioneer, 1)),
        (deployed.auctioneer, AUCTION.encode("list", item, 1, 1, 4, schedule)),
    ):
        chain.send(Transaction(seller, to, data))


def bid(chain: Chain, deployed: Deployment, openings: Openings) -> None:
    """Everybody seals a bid, and leaves its opening with the keeper."""
    for place, amount in enumerate(BIDS):
        bidder = chain.actor(FIRST_BIDDER + place)
        opening = Opening(deployed.auctioneer, 1, bidder, amount, new_salt())
        openings.add([opening])
        chain.fund(bidder, 20 * WEI_PER_UNIT)
        data = AUCTION.encode("commit", 1, commitment(chain.chain_id, opening))
        chain.send(Transaction(bidder, deployed.auctioneer, data, 20 * WEI_PER_UNIT))


def phase(chain: Chain, deployed: Deployment) -> Phase:
    """Where the lot stands."""
    answer = chain.call(deployed.auctioneer, AUCTION.encode("phase", 1))
    return Phase(AUCTION.decode("phase", answer)[0])


def test_a_draw_from_the_request_to_the_last_refund(tmp_path: Path) -> None:
    """Nobody but the keeper does anything once bidding is over; every deposit but the price comes back."""
    with anvil(accounts=1, auto_impersonate=True) as node, connect(node.url) as chain:
        deployed = deploy_for_groups(chain, chain.actor(SELLER), "ApproximateAuction")
        deployed.write(tmp_path / "deployment.json")
        end = chain.now() + HOUR
        listed(chain, deployed, end)
        bid(chain, deployed, Openings(tmp_path / "openings.jsonl"))

        def keep() -> list[str]:
            files = ["--deployment", str(tmp_path / "deployment.json")]
            files += ["--openings", str(tmp_path / "openings.jsonl"), "--once"]
            command = [sys.executable, "-m", "offchain.cli", "keep", "--on", node.url, *files]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
            return [" ".join(line.split()[2:-5]) for line in done.stdout.splitlines()]

        chain.advance_to(end)
        assert keep() == ["reveal"]
        chain.advance_to(end + 2 * HOUR)
        assert keep() == ["draw"]
        assert keep() == [], "its block has not come"
        chain.advance_to_block(chain.block() + 132)
        assert phase(chain, deployed) is Phase.DRAW
        steps = keep()
        assert steps[:2] == ["prove", "decide"]
        assert phase(chain, deployed) in (Phase.SETTLED, Phase.VOID)
        earned = AUCTION.encode("proceeds", chain.actor(SELLER))
        owed = AUCTION.decode("proceeds", chain.call(deployed.auctioneer, earned))[0]
        assert chain.balance(deployed.auctioneer) == owed <= max(BIDS) * WEI_PER_UNIT
        assert keep() == []
