"""What the demos share where all put down a small deposit, and one may buy at a price."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from offchain.bindings.contracts import Event
from offchain.demo import chance
from offchain.demo.teller import Scene
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.signals import Sale, SignalOutcome
from offchain.play.tabled import DEPOSIT
from offchain.report.amounts import eth
from offchain.report.people import Fate, People, Person

CENT: Final = 10**7
"""A hundredth of an ETH, in units."""
JOINING: Final = Scene("Joining", "Everybody joins under a small deposit.", frozenset({"join"}))


def ending(names: Mapping[str, str], back: str) -> tuple[Scene, ...]:
    """The scenes after the sale. back: what goes back."""
    return (
        Scene("Deposits", back, frozenset({"return"}), lambda events: chance.back(events, names)),
        Scene(
            "Proceeds", "The seller withdraws the price.", frozenset({"proceeds"}), chance.PROCEEDS
        ),
    )


def key(sale: Sale, expected: SignalOutcome, draws: str) -> tuple[tuple[str, str], ...]:
    """The figures above all others. draws: which there are, `all draws`."""
    return (
        ("winner", sale.winner or "nobody"),
        ("price", f"{eth(sale.price)} ETH"),
        ("worth to the best owner", f"{eth(expected.optimal_welfare)} ETH"),
        (f"welfare over {draws}", f"{eth(int(expected.expected_welfare))} ETH"),
    )


def money(
    events: Sequence[Event], names: Mapping[str, str], sale: Sale, fate: Callable[[str], Fate]
) -> People:
    """What became of it, as the contract tells it. names: by account. fate: of each, by name."""
    price = sale.price * WEI_PER_UNIT
    back = {names[e.args["bidder"]]: e.args["amountWei"] for e in events if e.name == "Claimed"}
    deposit = DEPOSIT * WEI_PER_UNIT
    return People(
        title="Everybody's money",
        persons=tuple(
            Person(
                name=name,
                fate=fate(name),
                back=back[name],
                paid=paid,
                bond=0,
                deposit=deposit + paid,
            )
            for name in names.values()
            for paid in [price if name == sale.winner else 0]
        ),
        note="Put down: a small deposit, and the price where one buys.",
    )
