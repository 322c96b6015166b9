"""The teller: what it says of a play and when, and what it counts."""

from collections.abc import Sequence
from io import StringIO
from typing import NoReturn

import pytest
from rich.console import Console

from offchain.bindings.contracts import Event
from offchain.chain.backend import Receipt, Transaction
from offchain.chain.revm import Revm
from offchain.demo.teller import Row, Scene, Teller
from offchain.play.observer import ObservedChain


def silent() -> Console:
    """A console that nobody reads."""
    return Console(file=StringIO(), width=100)


def scene(title: str, *steps: str, least: int = 1) -> Scene:
    """A scene of which nothing comes."""
    return Scene(title, f"It is about {title}.", frozenset(steps), least=least)


def pass_by(teller: Teller, *steps: str, total: int = 1) -> None:
    """These steps are taken, each in one transaction of 10 gas."""
    for step in steps:
        teller.begins(step, total)
        teller.advances(step, total)
        teller.ends(step, [Receipt(10, 1, ())])


def told(teller: Teller) -> list[tuple[str, tuple[str, ...]]]:
    """The chapters: their titles and what came of them."""
    return [(chapter.title, chapter.results) for chapter in teller.story]


def test_scenes_come_in_order_and_never_again() -> None:
    """What belongs to none counts to the one under way, and what two scenes consist of to the next of them."""
    teller = Teller(
        silent(), [scene("Asking", "draw"), scene("Proof", "prove"), scene("Clock", "draw", "set")]
    )
    pass_by(teller, "draw", "draw", "prove", "odd", "draw", "set", "prove")
    assert [title for title, _ in told(teller)] == ["Asking", "Proof", "Clock"]
    taken = [(step.name, step.transactions, step.gas) for step in teller.steps]
    assert taken == [("Asking", 2, 20), ("Proof", 2, 20), ("Clock", 3, 30)]


def test_it_hears_what_contracts_say() -> None:
    """Every step says what came of it as soon as it is over."""

    def owners(events: Sequence[Event]) -> list[str]:
        return [f"token {event.args['tokenId']}" for event in events]

    scenes = [scene("Contracts", "deploy"), Scene("Items", "Made.", frozenset({"mint"}), owners)]
    teller = Teller(silent(), scenes, ("Item",))
    chain = Revm()
    sender, account = ObservedChain(chain, teller), chain.actor(0)
    item = sender.create(account, "Item")
    for tokens in ((1, 2), (3,)):
        sender.send("mint", [item.call(account, "mint", account, token) for token in tokens])
    assert told(teller) == [("Contracts", ()), ("Items", ("token 1", "token 2", "token 3"))]
    assert [event.name for event in teller.events] == ["Transfer"] * 3
    contracts, items = teller.steps
    assert (contracts.transactions, items.transactions) == (1, 3)
    assert contracts.gas > items.gas > 3 * 21_000


def test_a_step_of_nothing_is_not_told() -> None:
    """Nor one that serves few, if its scene is for many; it is counted all the same, if it has a row."""
    scenes = [scene("Listing", "list"), scene("Bids", "bid"), scene("Money", "fund", least=10)]
    rows = {"list": Row("listing", is_repeated=False), "fund": Row("money")}
    teller = Teller(silent(), scenes, rows=rows)
    teller.begins("bid", 0)
    teller.ends("bid", [])
    pass_by(teller, "list", total=3)
    pass_by(teller, "fund", total=9)
    assert [title for title, _ in told(teller)] == ["Listing"]
    assert [(one.name, one.served, one.what, one.is_repeated) for one in teller.steps] == [
        ("list", 3, "listing", False),
        ("fund", 9, "money", True),
    ]
    pass_by(teller, "fund", total=10)
    assert [title for title, _ in told(teller)] == ["Listing", "Money"]


@pytest.mark.parametrize("said", [["T = 5."], []], ids=["sold", "unsold"])
def test_what_is_told_afterwards_if_there_is_anything(said: list[str]) -> None:
    then = Scene("Settlement", "Shares.", frozenset(), lambda _: said)
    closing = Scene("Closing", "A price.", frozenset({"settle"}), lambda _: ["Closed."], then=then)
    teller = Teller(silent(), [closing])
    pass_by(teller, "settle")
    assert told(teller) == [("Closing", ("Closed.",))] + [("Settlement", tuple(said))] * len(said)


def test_a_keepers_step_is_heard_of_by_its_first_transaction() -> None:
    """It begins with nothing foreseen."""
    teller = Teller(silent(), [scene("Refunds", "refund")])
    teller.begins("refund", 0)
    assert told(teller) == []
    teller.advances("refund", 2)
    teller.ends("refund", [Receipt(10, 1, ())])
    assert told(teller) == [("Refunds", ())]


def test_a_step_takes_from_its_begin_to_its_end() -> None:
    """What lies between steps is nobody's."""
    now = 0.0

    def later(seconds: float) -> None:
        nonlocal now
        now += seconds

    scenes = [scene("Tally", "tally"), scene("Closing", "settle")]
    teller = Teller(silent(), scenes, clock=lambda: now)
    later(100)
    teller.begins("tally", 3)
    later(2)
    teller.advances("tally", 3)
    teller.ends("tally", [Receipt(30, 1, ())])
    later(100)
    teller.begins("settle", 1)
    later(3)
    teller.advances("settle", 1)
    later(4)
    teller.ends("settle", [Receipt(10, 2, ())])
    later(100)
    assert {step.name: step.seconds for step in teller.steps} == {"Tally": 2, "Closing": 7}
    assert teller.seconds == 309


def test_a_failure_closes_the_bars() -> None:
    """Whatever ends a demo, the terminal is left as it was."""

    class Broken(Revm):
        def send_all(self, transactions: object, progress: object = None) -> NoReturn:
            raise KeyboardInterrupt

    output, chain = StringIO(), Broken()
    console = Console(file=output, width=100, force_terminal=True)
    creation = Transaction(chain.actor(0), None, b"")
    with (
        pytest.raises(KeyboardInterrupt),
        Teller(console, [scene("Contracts", "deploy")]) as teller,
    ):
        ObservedChain(chain, teller).send("deploy", [creation] * 2)
    shown = output.getvalue()
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l"), "the cursor is hidden"
