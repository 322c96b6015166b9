"""Money and items that wait for somebody: what is left of deposits, what sellers earned, items that nobody bought."""

from __future__ import annotations

from offchain.bindings.enumerations import BookState, Phase
from offchain.io.units import WEI_PER_UNIT, ether_at_most
from offchain.taking_part.dues import due_of
from offchain.taking_part.steps import Step
from offchain.taking_part.venues import Person, Venue
from offchain.taking_part.words import Refused, eth


def claim(venue: Venue, lot: int, recipient: str) -> Step:
    """Gets what is left of the person's deposit. Refused if nothing is due now."""
    due = due_of(venue, lot)
    if not due.now:
        raise Refused(f"nothing to claim on lot {lot} at {venue.name}: {due.why}")
    says = [f"{eth(due.now)} are sent to {recipient}."]
    if due.paid:
        says.append(f"You are served, and have paid {eth(due.paid)}.")
    if due.bond:
        says.append(f"The bid was never opened: the bond of {eth(due.bond)} is burnt.")
    to_self = recipient == venue.person.address
    call = venue.call("claim", lot) if to_self else venue.call("claimTo", lot, recipient)
    return Step(
        f"Claim what is left of your deposit on lot {lot} at {venue.name}",
        tuple(says),
        (call,),
        lambda _: [f"{eth(due.now)} were sent to {recipient}."],
    )


def proceeds(person: Person, recipient: str) -> Step:
    """Sends what the person's sold lots brought. Refused if there is nothing."""
    house, kind = person.deployed.auctioneer, person.kind
    (wei,) = person.ask(house, kind, "proceeds", person.address)
    if not wei:
        raise Refused(
            f"{person.address} has no proceeds at {house}: a lot brings some once it is settled, and they can be collected once"
        )
    amount = f"{ether_at_most(wei)} ETH" if wei % WEI_PER_UNIT else eth(wei // WEI_PER_UNIT)
    return Step(
        "Collect the proceeds of your lots",
        (f"{amount} are sent to {recipient}.",),
        (person.call(house, kind, "withdrawProceeds", recipient),),
        lambda _: [f"{amount} were sent to {recipient}."],
    )


def reclaim(person: Person, lot: int) -> Step:
    """Sends the item of a void lot back to its seller. Refused if there is none to send."""
    house, kind = person.deployed.auctioneer, person.kind
    (phase, _, _) = person.ask(house, kind, "standing", lot)
    if phase == Phase.NONE:
        raise Refused(f"there is no lot {lot} at {house}")
    if phase != Phase.VOID:
        raise Refused(f"lot {lot} is not void: its item is sold, or can still be")
    if person.ask(house, kind, "bookOf", lot)[0][-1] == BookState.LOST:
        raise Refused(f"the item of lot {lot} went back already")
    seller = person.ask(house, kind, "lotOf", lot)[0][0]
    return Step(
        f"Send the item of lot {lot}, which nobody bought, back",
        (f"The item goes to its seller, {seller}. Anyone may send this; nothing but gas is paid.",),
        (person.call(house, kind, "reclaim", lot),),
        lambda _: [f"The item went back to {seller}."],
    )
