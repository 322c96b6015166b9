"""The vectors for programs in other languages are what the contracts and the reference say."""

import json

import pytest

from tests.vectors import lots, schedules

LOTS = json.loads(lots.FILE.read_text())


def test_schedules_are_those_of_the_contract() -> None:
    """Each is taken or refused as the file says, now."""
    assert list(schedules.made()) == json.loads(schedules.FILE.read_text())


@pytest.mark.parametrize("vector", LOTS, ids=lambda vector: str(vector["seed"]))
def test_lots_are_what_the_reference_makes_of_them(vector: dict[str, object]) -> None:
    """From the logs alone: who wins at what price, how it is shared, and who had what back."""
    ledger = lots.read(vector)
    assert {str(number): lots.told(ledger, number) for number in ledger.lots} == vector["lots"]


def test_lots_show_what_can_happen() -> None:
    """A group and an individual that win, a lot that is not sold, a bond that is burnt, a group that is silent."""
    told = [lot for vector in LOTS for lot in vector["lots"].values()]
    assert any(lot["split"] is not None for lot in told)
    assert any(lot["winner"] is not None and lot["split"] is None for lot in told)
    assert any(not lot["sold"] for lot in told)
    assert any(burnt != "0" for lot in told for *_, burnt in lot["boxes"])
    assert any("0" in lot["willing"].values() for lot in told)


def test_contracts_log_as_they_did() -> None:
    """What is in the file is how the contracts log today: the same auction makes the same events, whatever the addresses."""
    (made,) = lots.made(seeds=(lots.SEEDS[0],))
    assert [topics[0] for _, topics, _ in made["logs"]] == [
        topics[0] for _, topics, _ in LOTS[0]["logs"]
    ]
