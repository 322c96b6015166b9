"""docs/nodes.md quotes constants of the code."""

import pytest

from offchain.bindings.constants import ApproximateAuction, ResilientAuction
from offchain.bindings.deployment import ACTING_SECONDS, BEACON_SECONDS
from offchain.chain import fees, outbox, signing
from offchain.chain.backend import MAX_TRANSACTION_GAS, TOY_CHAINS
from offchain.chain.jsonrpc import PATIENCE
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI
from offchain.houses.nouns import NOUNS_TERMS
from offchain.play.ascending import shortest_auction
from offchain.play.solve import SHORTEST_PHASE_SECONDS
from tests.docs.markdown import ROOT

PAGE = " ".join((ROOT / "docs" / "nodes.md").read_text(encoding="utf-8").split())
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@pytest.mark.parametrize(
    "said",
    [
        f"{DEFAULT_MAX_FEE_GWEI} if nothing is said",
        f"the last {NUMBERS[fees._BLOCKS_LOOKED_AT]} blocks",
        f"{NUMBERS[outbox.REPLACE_AFTER]} blocks, and {NUMBERS[int(outbox.REPLACE_AFTER_SECONDS)]} seconds",
        f"ends after {PATIENCE:g} seconds",
        f"{signing._WORKING_GAS // 10**6} million gas more",
        f"{MAX_TRANSACTION_GAS:,} (EIP-7825)",
        f"{BEACON_SECONDS // 12} blocks of 12 seconds",
        f"{NUMBERS[ApproximateAuction.DRAW_WINDOW // 86_400]} days",
        f"({NUMBERS[ResilientAuction.DRAW_WINDOW // 86_400]} in resilient sales)",
        f"phases of {NUMBERS[SHORTEST_PHASE_SECONDS // 60]} minutes",
        f"each item takes {(shortest_auction(SHORTEST_PHASE_SECONDS) + NOUNS_TERMS.buffer) // 60} minutes",
        "chains " + " and ".join(map(str, sorted(TOY_CHAINS))),
    ],
)
def test_what_the_page_says(said: str) -> None:
    assert said in PAGE


def test_half_an_hour_to_act() -> None:
    assert ACTING_SECONDS == 1_800
    assert "half an hour to act" in PAGE
