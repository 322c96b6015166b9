"""A resilient auction on a chain, people with and without manners, and what they do in one line each.

Amounts are in units, `value` in wei. People are accounts, or puppets: contracts that do as they are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from eth_hash.auto import keccak

from offchain.bindings.announcements import Announcement
from offchain.bindings.artifacts import load
from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.bindings.enumerations import AnnouncementFlaw, CoinOutcome, ResilientPhase
from offchain.bindings.explain import explained
from offchain.chain import abi
from offchain.chain.backend import Chain, Receipt, Reverted, Transaction
from offchain.io.addresses import to_bytes
from offchain.io.units import WEI_PER_UNIT
from offchain.play.resilient import lot_fields
from tests.puppets import ACTOR, ItemManner, Manner, act, behave, force, prepare
from tests.resilient import resilient_ledger

HOUR = 3_600
DAY = 24 * HOUR
DRAW_WINDOW, DELIVERY_WINDOW = 7 * DAY, 3 * DAY
BOND_BPS = 1_000
EPSILON = (1, 2)
EVERYTHING = 2**256 - 1
HEADS, TAILS = 1, 0
FUNDS = 10**30
FIRST_TOKEN = 1
NOTHING = (bytes(24), 0, 0)
"""The bid of who has none."""


Flaw, Outcome, Phase = AnnouncementFlaw, CoinOutcome, ResilientPhase
ERRORS = {
    keccak(abi.signature(entry["name"], entry["inputs"]).encode())[:4]: entry["name"]
    for entry in load("ResilientAuction").abi
    if entry["type"] == "error"
}
"""Names of the auction's errors by selector."""


def bits(*goods: int) -> int:
    """Goods by their numbers as a set."""
    return sum(1 << good for good in goods)


def announce(*offers: tuple[str, int, int], wish: int = 0, salt: int = 7) -> Announcement:
    """Offers (to, price, bundle), put in order, and a wish."""
    in_order = sorted(offers, key=lambda offer: to_bytes(offer[0]))
    return Announcement(tuple(in_order), wish, salt.to_bytes(32, "big"))


class World:
    """The auction, and its money after every step; see the module."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.seller, self.keeper, self.stranger, self.puppeteer = map(chain.actor, range(4))
        self.ann, self.bob, self.cid, self.dan, self.eve = map(chain.actor, range(4, 9))
        self.people = [self.ann, self.bob, self.cid, self.dan, self.eve]
        chain.fund_all({chain.actor(index): FUNDS for index in range(9)})
        self.auction_abi = contract("ResilientAuction")
        self.source = create(chain, self.keeper, "SetRandomness")
        self.auction = create(chain, self.keeper, "ResilientAuction", self.source)
        self.item = create(chain, self.keeper, "Item")
        self._books = resilient_ledger.Follower(chain, self.auction)
        self.puppets: set[str] = set()
        self.minted = FIRST_TOKEN
        self.forced = 0

    # People and tokens

    def actor(self, manner: Manner = Manner.ACCEPT) -> str:
        """A puppet that behaves so when it is paid."""
        puppet = create(self.chain, self.keeper, "Actor")
        self.puppets.add(puppet)
        self.behave(puppet, manner)
        return puppet

    def behave(self, puppet: str, manner: Manner | ItemManner) -> None:
        """It behaves so from now on; tokens can too."""
        self._raw(self.puppeteer, puppet, behave(manner))

    def prepare(self, puppet: str, function: str, *args: object, target: str = "") -> None:
        """Gives a puppet, or a token, the call of the auction that it makes from within another."""
        data = self.auction_abi.encode(function, *args)
        self._raw(self.puppeteer, puppet, prepare(target or self.auction, data))

    def hostile_token(self, manner: ItemManner = ItemManner.HONEST) -> str:
        """A token with manners."""
        token = create(self.chain, self.keeper, "HostileItem")
        self.behave(token, manner)
        return token

    def hostile_source(self) -> str:
        """A new auction whose coins come from a source without manners, in place of the one there was."""
        return self._over("HostileRandomness")

    def timed_source(self, seconds: int) -> str:
        """The same with a source that says how long its coins may take."""
        return self._over("TimedRandomness", seconds)

    def _over(self, source: str, *arguments: object) -> str:
        self.check()
        self.source = create(self.chain, self.keeper, source, *arguments)
        self.auction = create(self.chain, self.keeper, "ResilientAuction", self.source)
        self._books = resilient_ledger.Follower(self.chain, self.auction)
        return self.source

    def behave_source(self, source: str, function: str, *args: object) -> None:
        """The source does so from now on."""
        self._raw(self.keeper, source, contract("HostileRandomness").encode(function, *args))

    def mint(self, owner: str, count: int, token: str = "") -> list[tuple[str, int]]:
        """New goods of `owner`, who lets the auction take them."""
        token = token or self.item
        erc721 = contract("Item")
        goods = [(token, self.minted + n) for n in range(count)]
        self.minted += count
        for _, token_id in goods:
            self._raw(self.keeper, token, erc721.encode("mint", owner, token_id))
        self.as_(owner, token, erc721.encode("setApprovalForAll", self.auction, True))
        return goods

    def owner_of(self, good: tuple[str, int]) -> str:
        """Who owns a good."""
        token, token_id = good
        erc721 = contract("Item")
        data = self.chain.call(token, erc721.encode("ownerOf", token_id))
        owner: str = erc721.decode("ownerOf", data)[0]
        return owner

    # Calls

    def send(
        self, sender: str, function: str, *args: object, value: int = 0, gas: int | None = None
    ) -> Receipt:
        """A call of the auction that has to succeed; then its money is counted."""
        data = self.auction_abi.encode(function, *args)
        receipt = self.as_(sender, self.auction, data, value, gas)
        self.check()
        return receipt

    def as_(
        self, sender: str, to: str, data: bytes, value: int = 0, gas: int | None = None
    ) -> Receipt:
        """Sends as `sender`, which a puppet does when anyone tells it to."""
        if sender in self.puppets:
            sender, to, data = self.puppeteer, sender, act(to, data)
        return self._raw(sender, to, data, value, gas)

    def fails(
        self, error: str, *expected: object, sender: str, call: tuple[Any, ...], value: int = 0
    ) -> None:
        """A call that has to fail with exactly this error."""
        function, *args = call
        with pytest.raises(Reverted) as caught:
            self.send(sender, function, *args, value=value)
        found = self.auction_abi.error(caught.value.data)
        assert found is not None, explained(caught.value)
        assert (found.name, tuple(found.args.values())) == (error, expected)
        self.check()

    def view(self, function: str, *args: object) -> Any:
        """What a view of the auction returns: one value, or a tuple."""
        answer = self.chain.call(self.auction, self.auction_abi.encode(function, *args))
        found = self.auction_abi.decode(function, answer)
        return found[0] if len(found) == 1 else found

    def events(self, receipt: Receipt) -> list[tuple[str, dict[str, Any]]]:
        """What the auction logged, in order."""
        found = [self.auction_abi.event(log) for log in receipt.logs if log.address == self.auction]
        return [(event.name, event.args) for event in found if event is not None]

    def reentered(self, receipt: Receipt) -> list[tuple[bool, str]]:
        """Success, and the error's name, of each call made from within."""
        found = [ACTOR.event(log) for log in receipt.logs]
        return [
            (event.args["success"], self._error_name(event.args["answer"]))
            for event in found
            if event is not None and event.name == "Reentered"
        ]

    def balance(self, who: str) -> int:
        """In wei."""
        return self.chain.balance(who)

    def ledger(self) -> resilient_ledger.Ledger:
        """The auction's books by its logs."""
        return self._books.read()

    def check(self) -> None:
        """The auction holds what it owes and burnt, to the wei, and nothing else but what was forced on it."""
        ledger = self.ledger()
        assert self.balance(self.auction) == ledger.owed() + ledger.burnt + self.forced

    # A sale

    def now(self) -> int:
        """The time of the next transaction."""
        return self.chain.now()

    def list_goods(
        self,
        goods: Sequence[tuple[str, int]],
        seller: str = "",
        epsilon: tuple[int, int] = EPSILON,
        bond_bps: int = BOND_BPS,
    ) -> int:
        """Lists goods: an hour of bidding, one of reveals, one of answers."""
        start = self.now()
        schedule = (start + HOUR, start + 2 * HOUR, HOUR, bond_bps)
        self.send(seller or self.seller, "list", goods, *epsilon, schedule, value=WEI_PER_UNIT)
        return int(self.view("lotCount"))

    def sale(self, goods: int = 3, **options: Any) -> tuple[int, list[tuple[str, int]]]:
        """A sale of new goods: its number, and the goods."""
        listed = self.mint(options.get("seller") or self.seller, goods)
        return self.list_goods(listed, **options), listed

    def seal(
        self, lot: int, player: str, announcement: Announcement, deposit: int | None = None
    ) -> None:
        """Seals an announcement, by default under twice its worth and a unit."""
        units = 2 * announcement.revenue + 1 if deposit is None else deposit
        seal = announcement.commitment(self.chain.chain_id, self.auction, lot, player)
        self.send(player, "commit", lot, seal, value=units * WEI_PER_UNIT)

    def to(self, lot: int, phase: ResilientPhase) -> None:
        """Lets time pass until a phase begins, at the latest."""
        sale = self.state(lot)
        times = {
            Phase.REVEAL: sale["endOfBidding"],
            Phase.DRAW: sale["endOfReveal"],
            Phase.FINAL: sale["endOfAnswers"],
            Phase.VOID: sale["endOfReveal"] + DRAW_WINDOW,
        }
        self.chain.advance_to(times[phase])

    def state(self, lot: int) -> dict[str, Any]:
        """All that is kept of a sale."""
        return dict(zip(lot_fields(), self.view("lotOf", lot), strict=True))

    def reveal(self, lot: int, openings: Iterable[tuple[str, Announcement]]) -> Receipt:
        """Opens announcements, in this order."""
        words = [(player, one.words) for player, one in openings]
        return self.send(self.keeper, "revealBatch", lot, words)

    def announced(self, lot: int, players: dict[str, Announcement]) -> None:
        """All seal and reveal, in this order; then the reveal is over."""
        for player, one in players.items():
            self.seal(lot, player, one)
        self.to(lot, Phase.REVEAL)
        self.reveal(lot, players.items())
        self.to(lot, Phase.DRAW)

    def set_word(self, lot: int, word: int) -> None:
        """The random word of a sale is this."""
        data = contract("SetRandomness").encode("set", self.auction, lot, word)
        self._raw(self.keeper, self.source, data)

    def decide(self, lot: int, ruling: Announcement, word: int = TAILS) -> Receipt:
        """The coin falls so."""
        self.send(self.keeper, "requestDraw", lot)
        self.set_word(lot, word)
        return self.send(self.keeper, "decide", lot, ruling.words)

    def answer(
        self, lot: int, ruling: Announcement, player: str, yes: bool, gas: int | None = None
    ) -> Receipt:
        """A player answers what it is offered."""
        index = index_of(ruling, player)
        value = ruling.offers[index][1] * WEI_PER_UNIT if yes else 0
        return self.send(player, "answer", lot, ruling.words, index, yes, value=value, gas=gas)

    def deliver(
        self, lot: int, ruling: Announcement, player: str, goods: int = EVERYTHING, sender: str = ""
    ) -> Receipt:
        """A bundle that a player accepted is delivered."""
        index = index_of(ruling, player)
        return self.send(sender or self.keeper, "deliver", lot, ruling.words, index, goods)

    def force(self, wei: int) -> None:
        """Ether that cannot be refused."""
        force(self.chain, self.stranger, self.auction, wei)
        self.forced += wei

    def _raw(
        self, sender: str, to: str, data: bytes, value: int = 0, gas: int | None = None
    ) -> Receipt:
        return self.chain.send(Transaction(sender, to, data, value, gas))

    def _error_name(self, selector: bytes) -> str:
        """The error that a puppet logged the selector of; empty if there was none."""
        return ERRORS.get(selector, selector.strip(b"\0").hex())


def index_of(ruling: Announcement, player: str) -> int:
    """The number of a player's offer."""
    return next(index for index, offer in enumerate(ruling.offers) if offer[0] == player)
