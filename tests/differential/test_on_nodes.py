"""The same random auctions on real nodes: signing, mining, clocks and gas are theirs, the outcome is the reference's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import pytest

from offchain.chain.backend import Chain
from offchain.chain.connect import connect
from offchain.model.instances import ApproximateInstance
from offchain.model.kinds import solve
from offchain.play.approximate import ApproximateStage
from offchain.play.house_auctions import HouseAuctions
from offchain.play.resilient import ResilientStage
from offchain.play.signal_clock import SignalClocks
from offchain.play.signal_clock_lottery import SignalStage
from offchain.play.two_level import TwoLevelStage
from offchain.play.universal import UniversalStage
from tests.differential import approximate_scenarios, ascending_scenarios, signal_draws
from tests.differential.resilient_scenarios import hold_resilient_equal, resilient_scenario
from tests.differential.scenarios import LOCKED_EVERY, hold_equal, scenario
from tests.differential.universal_draws import hold_every_colour_equal

FIRST_SEED = {"anvil": 2_000_000, "ganache": 3_000_000}
"""Beyond those that run in process, so that more auctions are covered."""
BIDDERS = 300


@dataclass(frozen=True)
class Kind:
    """What is played, and how often: `hold` holds the auction of a seed on a chain against the reference.

    What is shown here is that the nodes do as the chain in process does, where the thousands are: each auction takes hundreds
    of requests, and Ganache mines but some tens of transactions a second.
    """

    on_anvil: int
    on_ganache: int
    hold: Callable[[Chain], Callable[[int], object]]

    def number(self, on: str) -> int:
        """How many auctions are played there."""
        return self.on_anvil if on == "anvil" else self.on_ganache


def two_level(chain: Chain) -> Callable[[int], object]:
    stage = TwoLevelStage(chain)
    return lambda seed: hold_equal(stage, scenario(seed, most_members=3))


def ascending(chain: Chain) -> Callable[[int], object]:
    auctions = HouseAuctions(chain)
    return lambda seed: ascending_scenarios.hold_equal(auctions, seed)


def approximate(chain: Chain) -> Callable[[int], object]:
    stage = ApproximateStage(chain)
    return lambda seed: approximate_scenarios.hold_equal(stage, seed)


def groups(chain: Chain) -> Callable[[int], object]:
    stage = ApproximateStage(chain)
    return lambda seed: approximate_scenarios.hold_groups_equal(stage, seed)


def resilient(chain: Chain) -> Callable[[int], object]:
    stage = ResilientStage(chain)
    return lambda seed: hold_resilient_equal(stage, resilient_scenario(seed))


def signal_clock(chain: Chain) -> Callable[[int], object]:
    clocks = SignalClocks(chain)

    def hold(seed: int) -> None:
        signal_draws.hold_equal(clocks, seed)
        clocks.audit()

    return hold


def signal_lottery(chain: Chain) -> Callable[[int], object]:
    stage = SignalStage(chain)
    return lambda seed: signal_draws.hold_distribution_equal(stage, seed, most_bidders=4)


def universal(chain: Chain) -> Callable[[int], object]:
    stage = UniversalStage(chain)
    return lambda seed: hold_every_colour_equal(stage, seed, most_bidders=4)


KINDS: Mapping[str, Kind] = {
    "two-level": Kind(3 * LOCKED_EVERY, LOCKED_EVERY, two_level),
    "ascending": Kind(4, 1, ascending),
    "approximate": Kind(25, 5, approximate),
    "approximate groups": Kind(25, 5, groups),
    "resilient": Kind(20, 6, resilient),
    "signal clock": Kind(20, 4, signal_clock),
    "signal clock, all draws": Kind(4, 1, signal_lottery),
    "universal": Kind(4, 1, universal),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("on", FIRST_SEED)
def test_chain_equals_reference(on: str, kind: str) -> None:
    first = FIRST_SEED[on]
    with connect(on) as chain:
        hold = KINDS[kind].hold(chain)
        for seed in range(first, first + KINDS[kind].number(on)):
            hold(seed)


def test_hundreds_of_bidders_on_anvil() -> None:
    """No transaction above the limit, and every wei accounted for."""
    bids = {f"p{n}": 10**9 - n for n in range(BIDDERS)}
    instance = ApproximateInstance(Fraction(1, 3), bids, Fraction(999, 1000))
    with connect("anvil") as chain:
        assert ApproximateStage(chain).play(instance) == solve(instance)
