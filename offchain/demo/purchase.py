"""Everybody's money where all put down a small deposit, and one may buy at a price."""

from collections.abc import Callable, Mapping, Sequence

from offchain.bindings.contracts import Event
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.signals import Sale
from offchain.play.tabled import DEPOSIT
from offchain.report.people import Fate, People, Person


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
