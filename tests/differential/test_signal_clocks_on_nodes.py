"""Random signal clock auctions on real nodes, and the instances of the examples."""

from pathlib import Path
from typing import Any

import pytest

from offchain.chain.connect import connect
from offchain.chain.revm import Revm
from offchain.model.instances import SignalClockInstance
from offchain.model.kinds import solve
from offchain.model.theory.signals import steep
from offchain.play.signal_clock import SignalClocks
from offchain.play.signal_clock_lottery import SignalStage
from tests.differential.signal_draws import auction, hold_equal

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("signals_*.py"))
NODES = {"anvil": (40, 5), "ganache": (8, 1)}
"""How many single auctions, and how many distributions."""


@pytest.mark.parametrize("on", NODES)
def test_chain_equals_reference(on: str) -> None:
    """Seeds beyond those that run in process, so that more auctions are covered."""
    single, distributions = NODES[on]
    first = 2_000_000 if on == "anvil" else 3_000_000
    with connect(on) as chain:
        clocks = SignalClocks(chain)
        for seed in range(first, first + single):
            hold_equal(clocks, seed)
        clocks.audit()
        stage = SignalStage(chain)
        for seed in range(first + single, first + single + distributions):
            instance = auction(seed, most_bidders=4)
            assert stage.play(instance) == solve(instance), seed


def instances_of(example: Path, patch: pytest.MonkeyPatch) -> list[SignalClockInstance]:
    """The auctions that an example makes before it turns to its row of `consort theory`."""
    made: list[SignalClockInstance] = []
    make = steep.clock_auction

    def recorded(*arguments: Any, **options: Any) -> SignalClockInstance:
        made.append(make(*arguments, **options))
        return made[-1]

    patch.setattr(steep, "clock_auction", recorded)
    text, row, _ = example.read_text(encoding="utf-8").partition("\nrow = ")
    assert row
    exec(compile(text, str(example), "exec"), {"__name__": "__main__"})
    return made


def test_the_examples_of_the_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every signal clock auction of examples/, over all its draws."""
    stage = SignalStage(Revm())
    played = 0
    for example in EXAMPLES:
        with monkeypatch.context() as patch:
            for instance in instances_of(example, patch):
                assert stage.play(instance) == solve(instance), example.name
                played += 1
    assert played >= 10
