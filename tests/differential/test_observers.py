"""What plays tell: every step with its receipts, from the deployment on, and no other gas than the outcome's."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from offchain.chain.backend import Receipt
from offchain.chain.revm import Revm
from offchain.play.approximate import ApproximateStage
from offchain.play.observer import Observer
from offchain.play.resilient import ResilientStage
from offchain.play.signal_clock_lottery import SignalStage
from offchain.play.two_level import TwoLevelStage
from offchain.play.universal import UniversalStage
from offchain.play.words import SecretWords, Source
from tests.differential.approximate_scenarios import auction as approximate
from tests.differential.approximate_scenarios import groups, instance_of
from tests.differential.resilient_scenarios import resilient_scenario
from tests.differential.scenarios import scenario
from tests.differential.signal_draws import auction as signal_clock
from tests.differential.universal_draws import auction as universal

UNCOUNTED = frozenset({"deploy", "approve", "fund", "tell", "seal", "open", "redeem"})
"""Steps that are no part of an outcome's gas."""


class Ear(Observer):
    """Notes what it hears, and refuses what no observer should hear."""

    def __init__(self) -> None:
        self.under_way: str | None = None
        self.told: list[str] = []
        self.served: Counter[str] = Counter()
        self.gas: Counter[str] = Counter()

    def begins(self, step: str, total: int) -> None:
        assert self.under_way is None, f"{step} begins while {self.under_way} is under way"
        assert total >= 0
        self.under_way = step
        self.told.append(step)

    def advances(self, step: str, count: int) -> None:
        assert step == self.under_way
        assert count >= 0
        self.served[step] += count

    def ends(self, step: str, receipts: Sequence[Receipt]) -> None:
        assert step == self.under_way
        self.under_way = None
        for receipt in receipts:
            self.gas[step] += receipt.gas_used

    def counted(self, beside: frozenset[str]) -> dict[str, int]:
        """As an outcome has it, which leaves out some steps."""
        found = {step: gas for step, gas in self.gas.items() if gas and step not in beside}
        return {**found, "total": sum(found.values())}


PLAYS: dict[str, tuple[Callable[..., Any], Callable[[int], Any]]] = {
    "two-level": (TwoLevelStage, lambda seed: scenario(seed).instance),
    "approximate": (ApproximateStage, approximate),
    "groups": (ApproximateStage, lambda seed: instance_of(groups(seed))),
    "resilient": (ResilientStage, lambda seed: resilient_scenario(seed).instance),
    "signal-clock": (SignalStage, lambda seed: signal_clock(seed, most_bidders=3)),
    "universal": (UniversalStage, lambda seed: universal(seed, most_bidders=3)),
}


@pytest.mark.parametrize("name", PLAYS)
def test_every_step_is_told_with_the_gas_it_took(name: str) -> None:
    """One step after another; what is told adds up to the outcome's gas, step by step."""
    make, instance = PLAYS[name]
    deployed = Ear()
    stage = make(Revm(), observer=deployed)
    assert set(deployed.told) <= {"deploy", "approve"}
    assert deployed.gas["deploy"] > 0
    for seed in range(12):
        ear = Ear()
        outcome = stage.play(instance(seed), observer=ear)
        assert ear.under_way is None
        # a two-level outcome is read before the seller is paid
        beside = UNCOUNTED | ({"proceeds"} if name == "two-level" else set())
        assert ear.counted(beside) == outcome.gas, seed
    before = list(deployed.told)
    stage.play(instance(0))
    assert deployed.told == before, "a play is told to its own observer only"


@pytest.mark.parametrize(
    ("source", "steps"), [(None, ["tell"]), (SecretWords, ["seal", "open", "redeem"])]
)
def test_a_word_is_told_of_between_its_request_and_the_decision(
    source: Source | None, steps: list[str]
) -> None:
    """In the order in which things happen, the bar of each step as full as it was to be."""
    ear = Ear()
    instance = approximate(1)
    stage = ApproximateStage(Revm(), source=source) if source else ApproximateStage(Revm())
    stage.play(instance, ear)
    start = ear.told.index("list")
    expected = ["list", "create", "enter", "fund", "bid", "reveal", "draw", *steps, "decide"]
    assert ear.told[start : start + len(expected)] == expected
    assert ear.served["bid"] == ear.served["reveal"] == len(instance.bids)
