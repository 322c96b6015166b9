"""The estate of what a DAO won: votes for a resale, the resale itself, and each one's part of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from offchain.bindings.constants import Estate as Bounds
from offchain.bindings.contracts import asked, contract
from offchain.bindings.enumerations import BookState, Phase
from offchain.chain.backend import Receipt, Transaction
from offchain.taking_part.steps import Became, Step
from offchain.taking_part.venues import Venue
from offchain.taking_part.words import Refused, eth, lasting

_KIND = "Estate"


@dataclass(frozen=True)
class EstateOf:
    """The estate of a DAO at a lot that it won."""

    where: Venue
    lot: int

    def __post_init__(self) -> None:
        """Refused if nothing was won."""
        if not self.where.is_dao:
            raise Refused("an individual who wins has the item itself: there is no estate")
        book = self.where.book(self.lot)
        if book.state != BookState.WON:
            raise Refused(
                f"DAO {self.where.address} has not won lot {self.lot}, or it is not settled: there is nothing to sell again"
            )

    @cached_property
    def address(self) -> str:
        """Where the item is, or was."""
        found: str = self.where.ask("estateAt", self.lot)[0]
        return found

    @cached_property
    def served(self) -> int:
        """How many own it."""
        return int(self.where.ask("servedOf", self.lot)[0])

    @cached_property
    def resale(self) -> tuple[int, Phase]:
        """The lot at which the item is or was sold again, 0 if none, and its phase."""
        lot = self.view("resaleLot", 0)
        if not lot:
            return 0, Phase.NONE
        return lot, Phase(self.where.person.ask(self._market, "AuctionHouse", "standing", lot)[0])

    @cached_property
    def _market(self) -> str:
        person = self.where.person
        found: str = person.ask(self.where.auctioneer, "IAuctioneer", "market")[0]
        return found

    def view(self, name: str, without: Any, *args: object) -> Any:
        """What a view answers; `without` as long as there is no code."""
        answer = asked(self.where.person.chain, self.address, _KIND, name, *args)
        return without if answer is None else answer[0]

    @property
    def has_code(self) -> bool:
        """Whether anybody can call it yet."""
        return asked(self.where.person.chain, self.address, _KIND, "resaleLot") is not None

    def call(self, function: str, *args: object) -> Transaction:
        """The transaction that calls it."""
        return self.where.person.call(self.address, _KIND, function, *args)

    def opened(self, call: Transaction) -> tuple[Transaction, ...]:
        """The call, and before it the one that puts the code there, if there is none."""
        if self.has_code:
            return (call,)
        return self.where.call("deployEstate", self.lot), call

    def is_served(self) -> bool:
        """Whether the person is one of the owners."""
        return bool(self.where.ask("isServed", self.lot, self.where.person.address)[0])


def told(estate: EstateOf) -> list[str]:
    """How the estate stands, in sentences."""
    lot, phase = estate.resale
    mine = estate.view("voteOf", 0, estate.where.person.address)
    lines = [
        f"{estate.served} own what DAO {estate.where.address} won at lot {estate.lot}; it is in the estate {estate.address}."
    ]
    if estate.is_served():
        votes = estate.view("votesFor", 0, mine) if mine else 0
        lines.append(
            f"You want it sold for {eth(mine)}, as {votes} of {estate.served} do."
            if mine
            else "You have not voted to sell it."
        )
    if lot:
        lines.append(f"It is, or was last, sold again as lot {lot}: {phase.name.lower()}.")
    return lines


def vote(estate: EstateOf, reserve: int) -> Step:
    """Says for which reserve, in units, the person wants the item sold; 0: not at all. Refused if it has no vote."""
    if not estate.is_served():
        raise Refused(f"{estate.where.person.address} did not pay for the item, and has no vote")
    _require_unsold(estate)
    wish = f"sold for {eth(reserve)} or more" if reserve else "not sold"
    needed = estate.served // 2 + 1
    says = (
        f"Your one vote of {estate.served} says: {wish}. It stands until you say something else.",
        f"When {needed} want the same reserve anyone can have the item listed (consort resell --send). Sold, each of the"
        f" {estate.served} has an equal part, and access ends for all.",
    )
    return Step(
        f"Vote to have the item of lot {estate.lot} {wish}",
        says,
        estate.opened(estate.call("vote", reserve)),
        lambda _: _votes(estate, reserve, needed),
    )


def send(estate: EstateOf, reserve: int) -> Step:
    """Has the item listed at a reserve that more than half want. Refused if they do not, or it is listed."""
    _require_unsold(estate)
    votes = estate.view("votesFor", 0, reserve)
    if votes * 2 <= estate.served:
        raise Refused(f"{votes} of {estate.served} want {eth(reserve)}: more than half are needed")
    lot, phase = estate.resale
    if lot and phase != Phase.VOID:
        raise Refused(f"the item is listed already, as lot {lot}")
    says = (
        f"The item is listed for {eth(reserve)} or more: bids for {lasting(Bounds.BIDDING)}, then {lasting(Bounds.REVEAL)} to"
        f" open them and {lasting(Bounds.TALLY)} for groups. Nobody can stop it.",
        "If it is sold, access ends for all who own it now, and each has an equal part.",
    )
    return Step(
        f"Have the item of lot {estate.lot} sold again",
        says,
        (estate.call("resell", reserve),),
        _listed(estate, reserve),
    )


def part(estate: EstateOf, recipient: str) -> Step:
    """Gets the person's part of a resale. Refused if there is none, or it was had."""
    who = estate.where.person.address
    if not estate.is_served():
        raise Refused(f"{who} did not pay for the item, and has no part")
    if not estate.has_code:  # where nobody is, a call would come to nothing
        raise Refused("the item was not sold again")
    if estate.view("hasClaimed", False, who):
        raise Refused("your part was sent already")
    call = estate.call("claim") if recipient == who else estate.call("claimTo", recipient)
    return Step(
        f"Take your part of what the item of lot {estate.lot} brought",
        (f"One of {estate.served} equal parts is sent to {recipient}.",),
        (call,),
        lambda _: [f"{eth(estate.view('part', 0))} were sent to {recipient}."],
    )


def _require_unsold(estate: EstateOf) -> None:
    lot, phase = estate.resale
    if phase == Phase.SETTLED:
        raise Refused(f"the item was sold again, as lot {lot}")


def _votes(estate: EstateOf, reserve: int, needed: int) -> list[str]:
    if not reserve:
        return ["Your vote is taken back."]
    votes = estate.view("votesFor", 0, reserve)
    told_ = [
        f"{votes} of {estate.served} want the item sold for {eth(reserve)}; {needed} are needed."
    ]
    if votes >= needed:
        told_.append("Anyone can have it listed: consort resell --send.")
    return told_


def _listed(estate: EstateOf, reserve: int) -> Became:
    def became(receipt: Receipt) -> list[str]:
        events = map(contract(_KIND).event, receipt.logs)
        lots = [one.args["lot"] for one in events if one is not None and one.name == "Resale"]
        return [f"The item is lot {lots[0]} now, for {eth(reserve)} or more."]

    return became
