"""How a lot stands, and a person's money on it: what is there, what it pays, and where what came back went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from offchain.bindings.contracts import contract
from offchain.bindings.entries import account_in, amount_in, lot_in
from offchain.bindings.enumerations import Phase
from offchain.bindings.sentences import PHASES
from offchain.chain.backend import Log
from offchain.keeper.books import Book, Lot
from offchain.keeper.ledger import Ledger
from offchain.keeper.planning import phase_of
from offchain.taking_part.venues import Person
from offchain.taking_part.words import Refused, eth, when

_BPS: Final = 10_000
_PAID: Final = ("Claimed", "ClaimedTo", "Rolled", "Pushed")
_NEXT: Final[dict[Phase, str]] = {
    Phase.BIDDING: "Members bid, change bids and take them back",
    Phase.REVEAL: "Bids are opened, by keepers where they have locks, else by who has the receipt",
    Phase.TALLY: "Anyone counts each group's bids, as keepers do, and the group bids",
    Phase.DRAW: "The draw, or the auction at the house, decides",
    Phase.CLOSED: "Anyone settles it, as keepers do; else it is void",
}


@dataclass(frozen=True, slots=True)
class Money:
    """A bidder's money in one book, each in words."""

    where: str
    deposit: str
    pays: str
    bond: str
    back: str
    now: str

    def rows(self) -> list[tuple[str, str]]:
        """The five lines, each with its name."""
        names = ("deposit", "pays", "bond", "back", "where it is")
        return list(
            zip(names, (self.deposit, self.pays, self.bond, self.back, self.now), strict=True)
        )


@dataclass(frozen=True, slots=True)
class Status:
    """A lot in words, and the money of somebody on it: in each book in which there ever was some."""

    lines: tuple[str, ...]
    money: tuple[Money, ...] = ()


def status(person: Person, auctioneer: str, number: int, who: str | None) -> Status:
    """How a lot of an auctioneer or adapter stands, and where the money of `who` is. Refused if there is no such lot.

    Cost: reads the logs of the auctioneer and its DAOs since the deployment.
    """
    kind = person.kind_of(auctioneer)
    ledger = Ledger(person.chain, auctioneer, person.deployed.block, kind)
    ledger.sync()
    if number not in ledger.lots:
        raise Refused(f"there is no lot {number} at {auctioneer}")
    lot, now = ledger.lots[number], person.now
    answer, leader, price = person.ask(auctioneer, kind, "standing", number)
    phase = Phase(answer)
    lines = _of_lot(ledger, lot, phase, leader, price, now)
    if who is None:
        return Status(lines)
    books = [book for book in ledger.books_on(number) if _ever(person, book, who)]
    return Status(lines, tuple(_money(person, book, lot, who, phase, leader) for book in books))


def _of_lot(
    ledger: Ledger, lot: Lot, phase: Phase, leader: str, price: int, now: int
) -> tuple[str, ...]:
    told = [f"Lot {lot.number}: item {lot.token_id} of {lot.token}"]
    if not ledger.at_house:
        told.append(f"Reserve {eth(lot.reserve)}, seller {lot.seller}")
    told.append(f"Phase {phase.name.lower()}: {PHASES[phase]}.")
    _, _, until = phase_of(ledger, lot, now)
    if phase in _NEXT and until is not None and until > now:
        told.append(f"{_NEXT[phase]}, until {when(until, now)}.")
    if phase is Phase.VOID and not ledger.at_house:
        waits = f"Anyone can send the item back: consort reclaim {lot.number}"
        told.append("The item was sent back to the seller." if lot.returned else waits)
    if phase >= Phase.CLOSED and int(leader, 16):
        winner = f"DAO {leader}" if leader in lot.daos else leader
        told.append(f"Winner {winner}, at a price of {eth(price)}.")
    for book in ledger.books_on(lot.number):
        sealed = sum(box.is_sealed for box in book.boxes.values())
        name = f"DAO {book.contract}" if book.of_dao else "Individuals"
        told.append(
            f"{name}: {_bids(len(book.boxes), sealed)}, deposits of {eth(sum(box.deposit for box in book.boxes.values()))}"
        )
    return tuple(told)


def _bids(count: int, sealed: int) -> str:
    bids = f"{count:,} bid{'' if count == 1 else 's'}"
    return f"{bids}, {sealed:,} of them sealed" if sealed else bids


def _money(person: Person, book: Book, lot: Lot, who: str, phase: Phase, leader: str) -> Money:
    where = f"DAO {book.contract}" if book.of_dao else "as an individual"
    argument = f"{book.contract} " if book.of_dao else ""
    if who not in book.boxes:
        return Money(
            where,
            "0 ETH: taken back before bidding ended",
            "0 ETH",
            "0 ETH",
            *_withdrawn(person, book, who),
        )
    box, now = book.boxes[who], person.now
    decided = phase >= Phase.CLOSED and not (
        phase == Phase.CLOSED and leader in (book.contract, who)
    )
    served = book.won and book.is_served(who)
    bid = "a sealed bid" if box.bid is None else f"a bid of {eth(box.bid)}"
    deposit = f"{eth(box.deposit)}, under {bid}"
    bond_at_stake = box.deposit * book.bond_bps // _BPS
    if served:
        pays = f"{eth(book.share)}: served"
    elif decided or (box.is_sealed and now >= lot.end_of_reveal):
        pays = "0 ETH: not served"
    else:
        pays = "not decided yet"
    if box.burnt:
        bond = f"{eth(box.burnt)} burnt: the bid was never opened"
    elif not box.is_sealed:
        bond = "0 ETH: the bid is open"
    elif now < lot.end_of_reveal:
        bond = f"{eth(bond_at_stake)}, if nobody opens the bid by {when(lot.end_of_reveal, now)}"
    else:
        bond = f"{eth(bond_at_stake)} lost: nobody opened the bid in time"
    if box.closed:
        back = eth(box.received) if box.received else "0 ETH"
        return Money(where, deposit, pays, bond, back, _went(person, book, who))
    if (box.is_sealed and now < lot.end_of_reveal) or (
        not box.is_sealed and not decided and not book.won and not book.lost
    ):
        back = f"{eth(box.deposit)} less what it pays, once the lot is decided"
        return Money(where, deposit, pays, bond, back, f"in {book.contract}")
    due = book.due(who)
    stays = (
        "nothing is left"
        if not due
        else f"in {book.contract}: consort claim {argument}{lot.number}"
    )
    if box.refused:
        stays = f"in {book.contract}, not taken: consort claim {argument}{lot.number} --to ADDRESS"
    return Money(where, deposit, pays, bond, eth(due), stays)


def _ever(person: Person, book: Book, who: str) -> bool:
    return who in book.boxes or bool(_events(person, book, who, ("BidWithdrawn",)))


def _withdrawn(person: Person, book: Book, who: str) -> tuple[str, str]:
    (amount, block, _), *_ = reversed(_events(person, book, who, ("BidWithdrawn",)))
    return eth(amount), f"taken back by {who} in block {block:,}"


def _went(person: Person, book: Book, who: str) -> str:
    """Where what was left went, by the logs."""
    found = _events(person, book, who, _PAID)
    if not found:
        return "nothing was left to send"
    _, block, name = found[-1]
    how = {
        "Claimed": f"sent to {who}",
        "ClaimedTo": "sent to the account that was named",
        "Rolled": "under a bid on another lot",
        "Pushed": f"sent to {who}",
    }[name]
    return f"{how}, in block {block:,}"


def _events(
    person: Person, book: Book, who: str, names: tuple[str, ...]
) -> list[tuple[int, int, str]]:
    """Amount in units, block and name of the events about a bidder on the lot."""
    kind = contract("DAO" if book.of_dao else person.kind)
    topics = sorted(kind.topics(names))
    logs = person.chain.logs([book.contract], person.deployed.block, None, topics)
    return [found for log in logs for found in _about(kind.name, log, book.lot, who)]


def _about(kind: str, log: Log, lot: int, who: str) -> list[tuple[int, int, str]]:
    event = contract(kind).event(log)
    if event is None:
        return []
    if event.name == "BidWithdrawn":
        mine = event.args["lot"] == lot and event.args["bidder"] == who
        return [(event.args["deposit"], log.block, event.name)] if mine else []
    entries = [event.args["entry"]] if "entry" in event.args else event.args["entries"]
    return [
        (amount_in(one), log.block, event.name)
        for one in entries
        if lot_in(one) == lot and account_in(one) == who
    ]
