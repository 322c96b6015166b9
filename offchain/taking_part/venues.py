"""Who takes part, and where: a book of bids at a DAO, or the individuals' at the auctioneer, once it is known for what it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from offchain.bindings.adapters import ADAPTER
from offchain.bindings.contracts import Undecodable, asked, contract
from offchain.bindings.deployment import Deployment
from offchain.bindings.enumerations import BookState, Phase
from offchain.chain.backend import Chain, Reverted, Transaction
from offchain.io.quoting import shorten
from offchain.taking_part.words import Refused, when


@dataclass(frozen=True)
class Person:
    """Who takes part at a deployment. kind: the contract that its auctioneer is, by name. address: the account that sends."""

    chain: Chain
    deployed: Deployment
    kind: str
    address: str

    @cached_property
    def now(self) -> int:
        """The chain's time when the person first looked."""
        return self.chain.now()

    def call(self, to: str, name: str, function: str, *args: object, wei: int = 0) -> Transaction:
        """The transaction that calls a function of the contract at `to`, of the kind `name`, with that much money."""
        return Transaction(self.address, to, contract(name).encode(function, *args), wei)

    def ask(self, to: str, name: str, view: str, *args: object) -> tuple[Any, ...]:
        """What a view answers. Refused if there is no such contract; ChainError if the chain does not answer."""
        one = contract(name)
        try:
            return one.decode(view, self.chain.call(to, one.encode(view, *args)))
        except (Reverted, Undecodable) as error:
            raise Refused(
                f"{to} does not answer as {name} does: it is another contract, or none"
            ) from error

    def kind_of(self, auctioneer: str) -> str:
        """The contract that an auctioneer of the deployment is: its own, or an adapter."""
        return self.kind if auctioneer == self.deployed.auctioneer else ADAPTER

    def auctioneers(self) -> list[str]:
        """Where lots of the deployment are."""
        return [self.deployed.auctioneer, *(one.address for one in self.deployed.adapters)]


@dataclass(frozen=True)
class Venue:
    """A book of bids that belongs to the deployment.

    address: the DAO's, or the auctioneer's for individuals. auctioneer: at whose lots it bids.
    """

    person: Person
    address: str
    auctioneer: str
    is_dao: bool

    @property
    def kind(self) -> str:
        """The contract, by name."""
        return "DAO" if self.is_dao else self.person.kind

    @cached_property
    def is_open(self) -> bool:
        """Whether bids are public from the start."""
        return bool(self.ask("isOpen")[0]) if self.is_dao else False

    @cached_property
    def minimum(self) -> int:
        """The least bid, in units."""
        return max(1, int(self.ask("minimumBid")[0])) if self.is_dao else 1

    @property
    def name(self) -> str:
        """For messages."""
        return f"DAO {self.address}" if self.is_dao else "the auctioneer, as an individual"

    @property
    def argument(self) -> str:
        """What the command line says for it, before the lot."""
        return f"{self.address} " if self.is_dao else ""

    def ask(self, view: str, *args: object) -> tuple[Any, ...]:
        """What a view of it answers."""
        return self.person.ask(self.address, self.kind, view, *args)

    def call(self, function: str, *args: object, wei: int = 0) -> Transaction:
        """The transaction that calls it."""
        return self.person.call(self.address, self.kind, function, *args, wei=wei)

    def book(self, lot: int) -> Book:
        """The head of its book on a lot. Refused if there is none."""
        bidding, reveal, tally, bond, members, share, state = self.ask("bookOf", lot)[0]
        if state == BookState.NONE:
            if self.is_dao and _is_listed(self.person, self.auctioneer, lot):
                raise Refused(
                    f"the DAO has not entered lot {lot}: anyone can have it do so while bidding lasts (consort enter"
                    f" {self.address} {lot})"
                )
            raise Refused(f"there is no lot {lot} at {self.auctioneer}")
        return Book(bidding, reveal, tally, bond, members, share, BookState(state))

    def bid_of(self, lot: int) -> Bid:
        """The person's bid on a lot."""
        commitment, bid, deposit = self.ask("bidOf", lot, self.person.address)[0]
        return Bid(commitment, bid, deposit)

    def standing(self, lot: int) -> tuple[Phase, str]:
        """The lot's phase, and who leads it."""
        phase, leader, _ = self._standing(lot)
        return Phase(phase), leader

    def price(self, lot: int) -> int:
        """The lot's price, in units: the reserve as long as nobody leads."""
        return int(self._standing(lot)[2])

    def _standing(self, lot: int) -> tuple[Any, ...]:
        kind = self.person.kind_of(self.auctioneer)
        return self.person.ask(self.auctioneer, kind, "standing", lot)


@dataclass(frozen=True, slots=True)
class Book:
    """The head of a book; times in seconds since the epoch, amounts in units."""

    end_of_bidding: int
    end_of_reveal: int
    end_of_tally: int
    bond_bps: int
    members: int
    share: int
    state: BookState

    def require_bidding(self, lot: int, now: int) -> None:
        """Refused once bidding is over."""
        if now >= self.end_of_bidding:
            raise Refused(f"bidding on lot {lot} ended at {when(self.end_of_bidding, now)}")


@dataclass(frozen=True, slots=True)
class Bid:
    """A bid as it stands; amounts in units. commitment: 24 bytes, of a sealed one. All nothing if there is none."""

    commitment: bytes
    bid: int
    deposit: int

    @property
    def is_sealed(self) -> bool:
        """Whether it was not opened."""
        return any(self.commitment)

    @property
    def is_there(self) -> bool:
        """Whether there is one."""
        return self.is_sealed or self.bid > 0 or self.deposit > 0


def venue(person: Person, where: str | None) -> Venue:
    """The book that bids at `where` come into; None: of individuals, at the auctioneer.

    Raises:
        Refused: nobody should send money there, and why.
    """
    deployed = person.deployed
    if where is None or where == deployed.auctioneer:
        return Venue(person, deployed.auctioneer, deployed.auctioneer, is_dao=False)
    if where in person.auctioneers():
        raise Refused(f"{where} is an adapter on a house of others: only DAOs bid there, name one")
    if asked(person.chain, deployed.factory, "DAOFactory", "isDAO", where) != (True,):
        raise Refused(
            f"{shorten(where)} is no DAO of this deployment's factory: whoever made it can do with your money what they like"
        )
    (auctioneer,) = person.ask(where, "DAO", "auctioneer")
    if auctioneer not in person.auctioneers():
        raise Refused(f"DAO {where} bids at {auctioneer}, which is not in the deployment file")
    return Venue(person, where, auctioneer, is_dao=True)


def _is_listed(person: Person, auctioneer: str, lot: int) -> bool:
    (count,) = person.ask(auctioneer, person.kind_of(auctioneer), "lotCount")
    return bool(1 <= lot <= count)
