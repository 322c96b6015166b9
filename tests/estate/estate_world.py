"""An estate on a chain, people with and without manners, and what they do in one line each.

Amounts are in units, `value` in wei. People are accounts, or puppets: contracts that do as they are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from offchain.bindings.constants import AuctionHouse, Estate
from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.deployment import NO_BEACON, create
from offchain.bindings.enumerations import Phase
from offchain.bindings.seals import Opening, commitment
from offchain.chain.backend import Chain, Log, Receipt, Transaction
from offchain.io.units import WEI_PER_UNIT
from tests.puppets import ItemManner, Manner, act, behave, prepare
from tests.reverts import reverts

HOUR = 3_600
FUNDS = 10**24
PRICE, SHARE = 30, 10
WINDOW = AuctionHouse.SETTLEMENT_WINDOW
SALT = bytes(32)


class World:
    """A house, its DAOs, and one lot that a DAO has won; see the module.

    served: Ann, Bob and Cid, who paid 10 each, Cid with all that was there. dan: bid too little. eve: kept silent.
    """

    def __init__(
        self, chain: Chain, standalone: bool = False, house: str = "Auctioneer", won: bool = True
    ) -> None:
        self.chain, self.standalone = chain, standalone
        self.keeper, self.seller, self.stranger, self.puppeteer = map(chain.actor, range(4))
        self.ann, self.bob, self.cid, self.dan, self.eve = map(chain.actor, range(4, 9))
        self.served = [self.ann, self.bob, self.cid]
        self.buyer, self.rival = map(chain.actor, range(9, 11))
        chain.fund_all({chain.actor(index): FUNDS for index in range(11)})
        self.puppets: set[str] = set()
        self.salts = 0
        self.factory = self._deploy("DAOFactory")
        self.words: Deployed | None = None
        sources = []
        if house == "ApproximateAuction":
            self.words = self._deploy("SetRandomness")
            sources = [self.words.address]
        self.house = self._deploy(house, self.factory.address, NO_BEACON, *sources)
        self.item = self._deploy("HostileItem")
        self.token = 0
        self.dao = self.new_dao()
        if won:
            self.lot = self.list_item(reserve=PRICE)
            self.win(self.dao, self.lot, PRICE, self.bids)
            self.estate = self.open_estate(self.dao, self.lot)

    @property
    def bids(self) -> dict[str, int]:
        """What members bid at the first lot."""
        return {self.ann: 12, self.bob: 11, self.cid: 10, self.dan: 7}

    # Contracts and calls

    def _deploy(self, name: str, *args: object) -> Deployed:
        return Deployed(contract(name), create(self.chain, self.keeper, name, *args))

    def send(
        self, sender: str, to: Deployed, function: str, *args: object, value: int = 0
    ) -> Receipt:
        """One call, which succeeds; by way of the puppeteer if the sender is a puppet."""
        call = to.call(sender, function, *args, value=value)
        if sender in self.puppets:
            call = Transaction(self.puppeteer, sender, act(to.address, call.data), value)
        return self.chain.send(call)

    def fails(
        self, error: str, sender: str, to: Deployed, function: str, *args: object, value: int = 0
    ) -> None:
        """One call that reverts with this error, with or without its arguments."""
        with reverts(error):
            self.send(sender, to, function, *args, value=value)

    def view(self, of: Deployed, function: str, *args: object) -> Any:
        """What one view returns, bare if it is one thing."""
        data = self.chain.call(of.address, of.contract.encode(function, *args))
        found = of.contract.decode(function, data)
        return found[0] if len(found) == 1 else found

    def told(self, of: Deployed, receipts: Iterable[Receipt]) -> list[tuple[str, dict[str, Any]]]:
        """What a contract said in these transactions."""
        return [(event.name, event.args) for event in of.events(receipts)]

    def logs(self, of: Deployed) -> list[Log]:
        """All that it ever said."""
        return self.chain.logs([of.address], 0)

    def puppet(self, manner: Manner = Manner.ACCEPT) -> str:
        """A contract that behaves so when it is paid."""
        address = create(self.chain, self.keeper, "Actor")
        self.puppets.add(address)
        self.behave(address, manner)
        return address

    def behave(self, whom: str, manner: Manner | ItemManner) -> None:
        """A puppet, or the item's token, behaves so from now on."""
        self.chain.send(Transaction(self.puppeteer, whom, behave(manner)))

    def prepare(self, whom: str, to: Deployed, function: str, *args: object) -> None:
        """Gives a puppet, or the token, the call that it makes from within another."""
        call = to.contract.encode(function, *args)
        self.chain.send(Transaction(self.puppeteer, whom, prepare(to.address, call)))

    def balance(self, account: str) -> int:
        """In wei."""
        return self.chain.balance(account)

    def owner(self, token: int | None = None) -> str:
        """Who has an item, the newest if none is named."""
        owner: str = self.view(self.item, "ownerOf", self.token if token is None else token)
        return owner

    # Before there is an estate

    def new_dao(self) -> Deployed:
        """A sealed DAO of the kind of this world."""
        self.salts += 1
        salt = self.salts.to_bytes(32, "big")
        made = "createStandalone" if self.standalone else "create"
        receipt = self.send(self.keeper, self.factory, made, self.house.address, False, 1, salt, [])
        (event,) = (e for e in self.factory.events([receipt]) if e.name == "DAOCreated")
        return Deployed(contract("DAO"), event.args["dao"])

    def list_item(self, reserve: int = 1, seller: str = "") -> int:
        """A new item of the seller's, listed with an hour for each phase."""
        seller = seller or self.seller
        self.token += 1
        self.send(seller, self.item, "mint", seller, self.token)
        return self.list_token(self.token, reserve, seller)

    def list_token(self, token: int, reserve: int, seller: str) -> int:
        """An item that somebody has, listed."""
        self.send(seller, self.item, "approve", self.house.address, token)
        start = self.chain.now()
        schedule = (start + HOUR, start + 2 * HOUR, start + 3 * HOUR, 1_000)
        terms = (reserve,) if self.words is None else (1, 2)
        self.send(seller, self.house, "list", self.item.address, token, *terms, schedule)
        return int(self.view(self.house, "lotCount"))

    def seal(self, book: Deployed, lot: int, bidder: str, bid: int, deposit: int) -> None:
        """A sealed bid under a deposit."""
        value = deposit * WEI_PER_UNIT
        self.send(bidder, book, "commit", lot, self._seal(book, lot, bidder, bid), value=value)

    def _seal(self, book: Deployed, lot: int, bidder: str, bid: int) -> bytes:
        opening = Opening(book.address, lot, bidder, bid, SALT)
        return commitment(self.chain.chain_id, opening)

    def reveal(self, book: Deployed, lot: int, bids: Mapping[str, int]) -> None:
        """Opens bids once bidding is over."""
        self.to_phase(lot, "endOfBidding")
        openings = [(bidder, bid, SALT) for bidder, bid in bids.items()]
        self.send(self.keeper, book, "revealBatch", lot, openings)

    def tally(self, dao: Deployed, lot: int, bids: Mapping[str, int]) -> None:
        """Counts a DAO's bids once they are open."""
        self.to_phase(lot, "endOfReveal")
        members = sorted(bids, key=lambda one: (bids[one], int(one, 16)))
        self.send(self.keeper, dao, "tally", lot, members)

    def settle(self, dao: Deployed, lot: int, bids: Mapping[str, int]) -> Receipt:
        """Settles a lot that a DAO won, tallied in one step."""
        row = b"".join(bid.to_bytes(8, "big") for bid in sorted(bids.values()))
        return self.send(self.keeper, dao, "settle", lot, 0, 0, row)

    def enter(self, dao: Deployed, lot: int, bids: Mapping[str, int], silent: str = "") -> None:
        """Members seal bids under twice as much, but Cid under no more than the bid; somebody who keeps silent, too."""
        self.send(self.keeper, dao, "enter", lot)
        for member, bid in bids.items():
            self.seal(dao, lot, member, bid, bid if member == self.cid else 2 * bid)
        if silent:
            self.seal(dao, lot, silent, 50, 50)

    def win(self, dao: Deployed, lot: int, price: int, bids: Mapping[str, int]) -> None:
        """All that it takes for a DAO to win a lot, alone, at the reserve; Eve keeps silent."""
        self.enter(dao, lot, bids, self.eve)
        self.reveal(dao, lot, bids)
        self.tally(dao, lot, bids)
        self.settle(dao, lot, bids)
        assert self.view(self.house, "standing", lot) == (Phase.SETTLED, dao.address, price)

    def to_phase(self, lot: int, end: str) -> None:
        """Time passes until a phase is over, or the window to settle in, if it is named so."""
        names = ("endOfBidding", "endOfReveal", "endOfTally")
        book = self.view(self.house, "bookOf", lot)
        ends = dict(zip(names, book, strict=False)) | {"window": book[2] + WINDOW}
        self.chain.advance_to(ends[end])

    def open_estate(self, dao: Deployed, lot: int) -> Deployed:
        """Puts code where the item is."""
        self.send(self.stranger, dao, "deployEstate", lot)
        return Deployed(contract("Estate"), self.view(dao, "estateAt", lot))

    # The estate

    def vote(self, reserve: int, *members: str) -> None:
        """These members want it, all served ones if none is named."""
        for member in members or self.served:
            self.send(member, self.estate, "vote", reserve)

    def resell(self, reserve: int) -> int:
        """A stranger has the item listed; the lot."""
        self.send(self.stranger, self.estate, "resell", reserve)
        return int(self.view(self.estate, "resaleLot"))

    def buy(self, lot: int, bids: Mapping[str, int]) -> None:
        """Individuals bid at a resale, and it is settled."""
        for bidder, bid in bids.items():
            self.seal(self.house, lot, bidder, bid, bid)
        self.reveal(self.house, lot, bids)
        self.to_phase(lot, "endOfReveal")
        self.send(self.keeper, self.house, "settle", lot)

    def sell(self, price: int, reserve: int = 1) -> int:
        """Everybody wants it sold, and the buyer pays this price; the lot."""
        self.vote(reserve)
        lot = self.resell(reserve)
        self.buy(
            lot,
            {self.buyer: price + 5, self.rival: price} if price > reserve else {self.buyer: price},
        )
        assert self.view(self.house, "standing", lot) == (Phase.SETTLED, self.buyer, price)
        return lot

    def unsold(self, reserve: int = 1) -> int:
        """Everybody wants it sold, and nobody buys it; the lot, which is void."""
        self.vote(reserve)
        lot = self.resell(reserve)
        self.to_phase(lot, "endOfReveal")
        return lot

    def push(self, *members: str) -> list[tuple[str, dict[str, Any]]]:
        """A stranger has these members paid; what the estate says."""
        return self.told(
            self.estate, [self.send(self.stranger, self.estate, "claimBatch", list(members))]
        )

    def access(self, dao: Deployed | None = None, lot: int | None = None) -> list[str]:
        """Who of the five has it."""
        of, what = dao or self.dao, self.lot if lot is None else lot
        people = [*self.served, self.dan, self.eve]
        return [one for one in people if self.view(of, "hasAccess", what, one)]


SCHEDULE = (Estate.BIDDING, Estate.REVEAL, Estate.TALLY)


def rebuilt(estate: Deployed, logs: Sequence[Log]) -> dict[str, int]:
    """What each voter wants, from logs alone; those that want nothing are left out."""
    wants: dict[str, int] = {}
    for log in logs:
        event = estate.contract.event(log)
        if event is not None and event.name == "Voted":
            wants[event.args["member"]] = event.args["reserve"]
    return {member: reserve for member, reserve in wants.items() if reserve}
