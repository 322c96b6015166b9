"""Listing an item for sale, on terms that the contract takes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from offchain.bindings.constants import AuctionHouse
from offchain.bindings.contracts import asked, contract
from offchain.chain.backend import Receipt
from offchain.keeper.ledger import APPROXIMATE
from offchain.taking_part.steps import Became, Step
from offchain.taking_part.venues import Person
from offchain.taking_part.words import Refused, eth, lasting, when

_BPS: Final = 10_000
_LAST_TIME: Final = 2**40 - 1
_SETTLING: Final = AuctionHouse.SETTLEMENT_WINDOW


@dataclass(frozen=True, slots=True)
class Terms:
    """How an item is sold. Spans are seconds; reserve in units, None where lots are drawn; bond: of the deposit, in basis points.

    inaccuracy: of bids, where lots are drawn.
    """

    bidding: int
    reveal: int
    tally: int
    bond_bps: int
    reserve: int | None = None
    inaccuracy: Fraction | None = None


def list_item(person: Person, token: str, number: int, terms: Terms) -> Step:
    """Lists an item of the person's, and lets the auctioneer take it if that is not allowed yet.

    Raises:
        Refused: the item is not the person's, or the contract would not take the terms; and why.
    """
    _check(person, terms)
    house, kind = person.deployed.auctioneer, person.kind
    owner = asked(person.chain, token, "Item", "ownerOf", number)
    if owner is None:
        raise Refused(f"{token} has no item {number}, or is no ERC-721 token")
    if owner != (person.address,):
        raise Refused(f"item {number} of {token} belongs to {owner[0]}, not to {person.address}")
    now = person.now
    ends = (now + terms.bidding, now + terms.bidding + terms.reveal)
    schedule = (*ends, ends[1] + terms.tally, terms.bond_bps)
    if terms.inaccuracy is None:
        price: tuple[object, ...] = (terms.reserve,)
    else:
        price = (terms.inaccuracy.numerator, terms.inaccuracy.denominator)
    calls = [person.call(house, kind, "list", token, number, *price, schedule)]
    if not _may_take(person, token, number):
        calls.insert(0, person.call(token, "Item", "approve", house, number))
    asks = (
        "Anyone who bids more than nothing can win it."
        if terms.reserve is None
        else f"It is sold for {eth(terms.reserve)} or more."
    )
    says = (
        *(
            ("Two transactions: the auctioneer is allowed to take the item, and lists it.",)
            if len(calls) > 1
            else ()
        ),
        "The item goes to the auctioneer, and nobody can take the lot back. " + asks,
        f"Bids come until {when(schedule[0], now)}, are opened until {when(schedule[1], now)}, groups bid until"
        f" {when(schedule[2], now)}.",
        f"Unsold, or not settled within {lasting(_SETTLING)} more, it comes back to you (consort reclaim).",
        f"Who does not open a sealed bid loses {terms.bond_bps / 100:g} % of its deposit.",
    )
    risks = (
        "List what no account is refused: a token that can be paused, expires or cannot be moved to every account can leave"
        " the lot void.",
    )
    return Step(f"List item {number} of {token}", says, tuple(calls), _listed(person), risks)


def _listed(person: Person) -> Became:
    def became(receipt: Receipt) -> list[str]:
        events = map(contract(person.kind).event, receipt.logs)
        lots = [one.args["lot"] for one in events if one is not None and one.name == "LotListed"]
        return [f"Your item is lot {lots[0]} of {person.deployed.auctioneer}."]

    return became


def _may_take(person: Person, token: str, number: int) -> bool:
    house = person.deployed.auctioneer
    return asked(person.chain, token, "Item", "getApproved", number) == (house,) or asked(
        person.chain, token, "Item", "isApprovedForAll", person.address, house
    ) == (True,)


def _check(person: Person, terms: Terms) -> None:
    """Refuses what `Schedules.check` and the kind of auction would, in words."""
    least, most = AuctionHouse.MIN_PHASE, AuctionHouse.MAX_PHASE
    if terms.bidding < 1:
        raise Refused("bidding has to last a second at least")
    for name, span in (("reveal", terms.reveal), ("tally", terms.tally)):
        if not least <= span <= most:
            raise Refused(
                f"{name} would last {lasting(span)}: it has to be from {lasting(least)} to {lasting(most)}"
            )
    if person.now + terms.bidding + terms.reveal + terms.tally > _LAST_TIME:
        raise Refused(
            f"bidding of {lasting(terms.bidding)} would end after all times that the contract knows"
        )
    if not AuctionHouse.MIN_BOND_BPS <= terms.bond_bps <= _BPS:
        raise Refused(
            f"the bond would be {terms.bond_bps / 100:g} % of the deposit: it has to be from {AuctionHouse.MIN_BOND_BPS / 100:g}"
            " % to 100 %"
        )
    if (person.kind == APPROXIMATE) != (terms.reserve is None):
        raise Refused(
            "lots are drawn at this auctioneer, which takes an inaccuracy of bids in place of a reserve"
            if person.kind == APPROXIMATE
            else "this auctioneer draws no lots: it takes a reserve, and no inaccuracy"
        )
