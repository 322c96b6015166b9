"""Groups: making a DAO, in the cheaper of two ways, and having it enter a lot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from offchain.bindings.contracts import asked
from offchain.bindings.daos import CROWD, is_crowd
from offchain.bindings.enumerations import BookState
from offchain.taking_part.steps import Step
from offchain.taking_part.venues import Person, Venue
from offchain.taking_part.words import Refused, eth, when

_END_OF_BIDDING: Final = 4
"""Where a lot at an adapter has it."""
_SALTS: Final = 10_000
"""How many DAOs of the same terms are looked through for one that is not made yet."""


@dataclass(frozen=True, slots=True)
class Charter:
    """What a DAO is made with. auctioneer: or adapter, at whose lots it bids. minimum: the least bid, in units. lots: that it
    enters at once. members: how many are expected. salt: tells DAOs of one creator and the same terms apart, None: the first
    that is free.
    """

    auctioneer: str
    is_open: bool
    minimum: int
    lots: tuple[int, ...]
    members: int
    salt: int | None = None


def create_dao(person: Person, charter: Charter) -> Step:
    """Makes a DAO. Refused if it cannot be, or stands already."""
    for lot in charter.lots:
        _require_bidding(person, charter.auctioneer, lot)
    salt, address = place_of(person, charter)
    crowd = is_crowd(charter.members)
    create = "createStandalone" if crowd else "create"
    why = (
        f"A full copy: from {CROWD:,} members on, what it costs more to make is less than what each of them saves."
        if crowd
        else f"A minimal proxy: below {CROWD:,} members, what a full copy would cost more to make is more than they would save."
    )
    bids = "open: everybody sees each bid, which is its deposit" if charter.is_open else "sealed"
    entered = (
        f"It enters {'lot' if len(charter.lots) == 1 else 'lots'} {', '.join(map(str, charter.lots))} at once."
        if charter.lots
        else (f"It enters no lot yet: consort enter {address} LOT, by anyone.")
    )
    least = f" The least bid is {eth(charter.minimum)}." if charter.minimum > 1 else ""
    return Step(
        f"Make a DAO at {address}",
        (
            f"{why} You get no rights over it, and pay nothing but gas.",
            f"Bids are {bids}.{least}",
            entered,
        ),
        (
            person.call(
                person.deployed.factory, "DAOFactory", create, *_terms(charter, salt), charter.lots
            ),
        ),
        lambda _: [
            f"The DAO stands at {address}.",
            *_invitation(address, charter.lots[0] if charter.lots else "LOT", charter.is_open),
        ],
    )


def place_of(person: Person, charter: Charter) -> tuple[int, str]:
    """The salt and the address of the DAO that the person would make. Refused if it stands already."""
    predict = "predictStandalone" if is_crowd(charter.members) else "predict"
    factory = person.deployed.factory
    for salt in range(_SALTS) if charter.salt is None else [charter.salt]:
        terms = _terms(charter, salt)
        address: str = person.ask(factory, "DAOFactory", predict, person.address, *terms)[0]
        if asked(person.chain, factory, "DAOFactory", "isDAO", address) != (True,):
            return salt, address
    if charter.salt is not None:
        raise Refused(f"you have made this very DAO before: it is at {address}")
    raise Refused(f"you have made {_SALTS:,} DAOs of these terms: name a --salt")


def _terms(charter: Charter, salt: int) -> tuple[object, ...]:
    return charter.auctioneer, charter.is_open, charter.minimum, salt.to_bytes(32)


def enter(where: Venue, lot: int) -> Step:
    """Has a DAO enter a lot. Refused if it did, or cannot."""
    if not where.is_dao:
        raise Refused("only a DAO enters lots: individuals just bid")
    person = where.person
    if where.ask("bookOf", lot)[0][-1] != BookState.NONE:
        raise Refused(f"DAO {where.address} has entered lot {lot} already")
    ends = _require_bidding(person, where.auctioneer, lot)
    return Step(
        f"Have DAO {where.address} enter lot {lot}",
        (
            f"Its members can bid on the lot then, until {when(ends, person.now)}. Nothing but gas is paid.",
        ),
        (where.call("enter", lot),),
        lambda _: _invitation(where.address, lot, where.is_open),
    )


def _require_bidding(person: Person, auctioneer: str, lot: int) -> int:
    """When bidding on a lot ends. Refused once it has, or if there is none."""
    kind = person.kind_of(auctioneer)
    (count,) = person.ask(auctioneer, kind, "lotCount")
    if not 1 <= lot <= count:
        raise Refused(f"there is no lot {lot} at {auctioneer}")
    if auctioneer == person.deployed.auctioneer:
        ends: int = person.ask(auctioneer, kind, "bookOf", lot)[0][0]
    else:
        ends = person.ask(auctioneer, kind, "lotOf", lot)[0][_END_OF_BIDDING]
    if person.now >= ends:
        raise Refused(
            f"bidding on lot {lot} ended at {when(ends, person.now)}: no DAO can enter it any more"
        )
    return ends


def _invitation(address: str, lot: int | str, is_open: bool) -> list[str]:
    """How members bid; the command in a line of its own, to be copied whole."""
    verb, amount = ("raise", "by") if is_open else ("bid", "bid")
    return [
        "Members bid with:",
        f"consort {verb} {address} {lot} --{amount} ETH",
    ]
