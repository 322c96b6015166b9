"""DAOs at a house: an adapter on top of a real one, and members whose bids are opened and tallied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.enumerations import Phase
from offchain.chain.backend import Chain, Receipt
from offchain.houses.house import Account, AtHouse, ask
from offchain.houses.zora import ZoraAuction
from offchain.io.units import WEI_PER_ETH, WEI_PER_UNIT

FUNDS = 1_000 * WEI_PER_ETH
BIDDING = 600
REVEAL = 600
TALLY = 600
BOND_BPS = 1_000
BEACON = bytes(32)


class NounsLike(AtHouse, Protocol):
    """A house in the manner of Nouns, real or not."""

    @property
    def address(self) -> str:
        """Where it is."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a lot stands; the price in units."""

    phase: Phase
    leader: str
    price: int


@dataclass(frozen=True, slots=True)
class Floor:
    """A house with an adapter on it, and all that the adapter needs.

    keeper: an account that takes every step that is open to anyone.
    """

    house: AtHouse
    keeper: Account
    factory: Deployed
    market: Deployed
    adapter: Deployed

    @property
    def chain(self) -> Chain:
        return self.keeper.chain

    @classmethod
    def on_nouns(cls, house: NounsLike, keeper: str) -> Self:
        """An adapter on a house in the manner of Nouns."""
        return cls._on("NounsAdapter", house, house.address, keeper)

    @classmethod
    def on_zora(cls, auction: ZoraAuction, keeper: str) -> Self:
        """An adapter on Zora's house; an auction there, of however many, stands for it."""
        return cls._on("ZoraAdapter", auction, auction.house.address, keeper)

    @classmethod
    def _on(cls, adapter: str, house: AtHouse, address: str, keeper: str) -> Self:
        account = Account(house.chain, keeper)
        factory = account.create(contract("DAOFactory"))
        market = account.create(contract("Auctioneer"), factory.address, BEACON)
        terms = (factory.address, BEACON, market.address, address)
        return cls(house, account, factory, market, account.create(contract(adapter), *terms))

    def ask(self, of: Deployed, view: str, *arguments: object) -> Any:
        """What a view of one result answers."""
        return ask(self.chain, of, view, *arguments)[0]

    def register(self, number: int | None = None, starts: int | None = None) -> int:
        """The auction that runs as a lot, whose phases are as short as they can be."""
        start = self.chain.now() + BIDDING if starts is None else starts
        schedule = (start, start + REVEAL, start + REVEAL + TALLY, BOND_BPS)
        auction = self.house.auction().number if number is None else number
        self.keeper.send(self.adapter, "register", auction, schedule)
        return int(self.ask(self.adapter, "lotCount"))

    def create_dao(self, lots: Sequence[int], salt: int = 0, is_open: bool = True) -> Deployed:
        """A DAO of the adapter that enters the lots."""
        terms = (self.adapter.address, is_open, 1, salt.to_bytes(32))
        address = self.ask(self.factory, "predict", self.keeper.address, *terms)
        self.keeper.send(self.factory, "create", *terms, tuple(lots))
        return Deployed(contract("DAO"), address)

    def place(self, dao: Deployed, lot: int, bids: Mapping[str, int]) -> None:
        """Open bids of members, in units."""
        for member, bid in bids.items():
            self.chain.send(dao.call(member, "raiseBid", lot, value=bid * WEI_PER_UNIT))

    def tally(self, dao: Deployed, lot: int, bids: Mapping[str, int]) -> None:
        """One step of a tally of all; the DAO then bids."""
        order = sorted(bids, key=lambda member: (bids[member], int(member, 16)))
        self.keeper.send(dao, "tally", lot, tuple(order))

    def settle(self, dao: Deployed, lot: int, bids: Mapping[str, int]) -> Receipt:
        """Settles a lot that was tallied in one step."""
        packed = b"".join(bid.to_bytes(8) for bid in sorted(bids.values()))
        return self.keeper.send(dao, "settle", lot, 0, 0, packed)

    def raise_for(self, lot: int, dao: Deployed) -> Receipt:
        """One bid of a DAO at the house. Raises Reverted."""
        return self.keeper.send(self.adapter, "raiseFor", lot, dao.address)

    def standing(self, lot: int) -> Standing:
        """Where a lot stands."""
        phase, leader, price = ask(self.chain, self.adapter, "standing", lot)
        return Standing(Phase(phase), leader, int(price))

    def paddle(self, lot: int, dao: Deployed) -> str:
        """Who bids at the house for a DAO."""
        return str(self.ask(self.adapter, "paddleOf", lot, dao.address))

    def ends(self, lot: int) -> tuple[int, int, int]:
        """Ends of bidding, reveal and tally."""
        bidding, reveal, tally = self.ask(self.adapter, "lotOf", lot)[4:7]
        return int(bidding), int(reveal), int(tally)

    def deadline(self, lot: int) -> int:
        """From when on the house's word counts for nothing."""
        return int(self.ask(self.adapter, "lotOf", lot)[8])

    def tallied(self, books: Mapping[int, Mapping[str, int]], lot: int) -> list[Deployed]:
        """A DAO for each book of open bids, in units, entered, bid in and tallied; time is then the tally's."""
        daos = [self.create_dao((lot,), salt) for salt in books]
        for dao, bids in zip(daos, books.values(), strict=True):
            self.place(dao, lot, bids)
        self.chain.advance_to(self.ends(lot)[1])
        for dao, bids in zip(daos, books.values(), strict=True):
            self.tally(dao, lot, bids)
        return daos
