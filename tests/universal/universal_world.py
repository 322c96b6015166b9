"""A universal auction on a chain in process, people with and without manners, and what they do in one line each.

Values, prices and deposits are in units, `value` in wei. People are accounts, or puppets: contracts that do as they are told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import pytest

from offchain.bindings.artifacts import load
from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.bindings.enumerations import UniversalPhase
from offchain.bindings.explain import explained
from offchain.bindings.seals import Opening, commitment
from offchain.bindings.value_tables import packed
from offchain.chain.backend import Chain, Receipt, Reverted, Transaction
from offchain.chain.revm import Revm
from offchain.io.units import WEI_PER_UNIT
from tests.puppets import ACTOR, ItemManner, Manner, act, behave, force, prepare
from tests.universal.universal_ledger import Ledger

HOUR = 3_600
DEPOSIT = 50
ANSWER = HOUR // 2
WINDOW = 72 * HOUR
FUNDS = 10**30
SALT = bytes(31) + b"\x07"
NAME = "UniversalAuction"

Phase = UniversalPhase
_ENTRIES: Sequence[Any] = load(NAME).abi
LOT_FIELDS = [
    field["name"]
    for entry in _ENTRIES
    if entry.get("name") == "lotOf"
    for field in entry["outputs"][0]["components"]
]
"""What the contract calls the fields of a lot, in its order."""
Fields = dict[str, Any]


def terms(start: int, **changed: Any) -> dict[str, Any]:
    """Two signals of one type, marks 0 and 1 in Z_2, an hour to join, to register and to reveal each, half of one to answer."""
    usual = {
        "signals": 2,
        "types": 1,
        "colours": 2,
        "endOfJoining": start + HOUR,
        "endOfRegistering": start + 2 * HOUR,
        "endOfRevealing": start + 3 * HOUR,
        "answerSeconds": ANSWER,
        "deposit": DEPOSIT,
        "marks": [1],
    }
    assert changed.keys() <= usual.keys()
    return {**usual, **changed}


def table(rungs: int, counts: Sequence[int], value: Any) -> list[int]:
    """Values in the order of a table, given `value` of the sides: how many of each type have at least each signal from 1 up."""
    sides = [range(count + 1) for count in counts for _ in range(rungs)]
    return [value(*index) for index in product(*sides)]


class World:
    """The auction, and its money after every step; see the module."""

    def __init__(self, chain: Chain | None = None, source: str = "SetRandomness", *made_of: object):
        self.chain = chain = chain or Revm()
        self.keeper, self.seller, self.stranger, self.puppeteer = map(chain.actor, range(4))
        self.people = list(map(chain.actor, range(4, 12)))
        self.ann, self.bob, self.cid, self.dan = self.people[:4]
        chain.fund_all({chain.actor(index): FUNDS for index in range(12)})
        self.house_abi = contract(NAME)
        self.source_abi = contract(source)
        self.source = create(chain, self.keeper, source, *made_of)
        self.house = create(chain, self.keeper, NAME, self.source)
        self.item = create(chain, self.keeper, "Item")
        self.ledger = Ledger(chain, self.house)
        self.puppets: set[str] = set()
        self.tokens = 0
        self.forced = 0

    # People and tokens

    def crowd(self, count: int) -> list[str]:
        """So many more accounts, with money."""
        found = [self.chain.actor(index) for index in range(100, 100 + count)]
        self.chain.fund_all(dict.fromkeys(found, FUNDS))
        return found

    def actor(self, manner: Manner = Manner.ACCEPT) -> str:
        """A puppet that behaves so when it is paid."""
        puppet = create(self.chain, self.keeper, "Actor")
        self.puppets.add(puppet)
        self.behave(puppet, manner)
        return puppet

    def behave(self, puppet: str, manner: Manner | ItemManner) -> None:
        """It behaves so from now on; tokens can too."""
        self.raw(self.puppeteer, puppet, behave(manner))

    def prepare(self, puppet: str, function: str, *args: object) -> None:
        """Gives a puppet, a token or a source the call of the auction that it makes from within another."""
        data = self.house_abi.encode(function, *args)
        self.raw(self.puppeteer, puppet, prepare(self.house, data))

    def hostile_token(self, manner: ItemManner = ItemManner.HONEST) -> str:
        """A token with manners."""
        token = create(self.chain, self.keeper, "HostileItem")
        self.behave(token, manner)
        return token

    def tell(self, function: str, *args: object) -> None:
        """The source of words is told something."""
        self.raw(self.keeper, self.source, self.source_abi.encode(function, *args))

    def force(self, wei: int) -> None:
        """Ether that cannot be refused."""
        force(self.chain, self.stranger, self.house, wei)
        self.forced += wei

    def mint(self, owner: str, token: str = "") -> tuple[str, int]:
        """A new item of `owner`, who lets the auction take it."""
        token, erc721 = token or self.item, contract("Item")
        self.tokens += 1
        self.raw(self.keeper, token, erc721.encode("mint", owner, self.tokens))
        self.as_(owner, token, erc721.encode("approve", self.house, self.tokens))
        return token, self.tokens

    def owner_of(self, item: tuple[str, int]) -> str:
        """Who owns an item."""
        erc721 = contract("Item")
        owner: str = erc721.decode(
            "ownerOf", self.chain.call(item[0], erc721.encode("ownerOf", item[1]))
        )[0]
        return owner

    # Calls

    def send(
        self, sender: str, function: str, *args: object, value: int = 0, gas: int | None = None
    ) -> Receipt:
        """A call of the auction that has to succeed; then its money is counted."""
        receipt = self.as_(sender, self.house, self.house_abi.encode(function, *args), value, gas)
        self.check()
        return receipt

    def as_(
        self, sender: str, to: str, data: bytes, value: int = 0, gas: int | None = None
    ) -> Receipt:
        """Sends as `sender`, which a puppet does when anyone tells it to."""
        if sender in self.puppets:
            sender, to, data = self.puppeteer, sender, act(to, data)
        return self.raw(sender, to, data, value, gas)

    def raw(
        self, sender: str, to: str, data: bytes, value: int = 0, gas: int | None = None
    ) -> Receipt:
        """Sends as it is."""
        return self.chain.send(Transaction(sender, to, data, value, gas))

    def fails(
        self, error: str, *expected: object, sender: str, call: tuple[Any, ...], value: int = 0
    ) -> None:
        """A call that has to fail with exactly this error."""
        function, *args = call
        with pytest.raises(Reverted) as caught:
            self.send(sender, function, *args, value=value)
        found = self.house_abi.error(caught.value.data)
        assert found is not None, explained(caught.value)
        assert (found.name, tuple(found.args.values())) == (error, expected)
        self.check()

    def view(self, function: str, *args: object) -> Any:
        """What a view of the auction returns: one value, or a tuple."""
        found = self.house_abi.decode(
            function, self.chain.call(self.house, self.house_abi.encode(function, *args))
        )
        return found[0] if len(found) == 1 else found

    def said(self, receipt: Receipt) -> list[tuple[str, Fields]]:
        """What the auction logged, in order, the lot left out."""
        found = [self.house_abi.event(log) for log in receipt.logs if log.address == self.house]
        return [
            (event.name, {name: value for name, value in event.args.items() if name != "lot"})
            for event in found
            if event is not None
        ]

    def reentered(self, receipt: Receipt) -> list[tuple[bool, bytes]]:
        """Success, and the error's selector, of each call made from within."""
        found = [ACTOR.event(log) for log in receipt.logs]
        return [
            (event.args["success"], event.args["answer"])
            for event in found
            if event is not None and event.name == "Reentered"
        ]

    def balance(self, who: str) -> int:
        """In wei."""
        return self.chain.balance(who)

    def check(self) -> None:
        """The auction holds what it owes, to the wei, and nothing else but what was forced on it."""
        assert self.balance(self.house) == self.ledger.owed() + self.forced

    def list(self, **changed: Any) -> Lot:
        """A new lot of the seller's, on these terms."""
        return Lot(self, self.mint(self.seller), self.seller, changed)


class Lot:
    """One lot, and what the people in it do. `tables` and `signals` by bidder, in the order of joining."""

    def __init__(
        self, world: World, item: tuple[str, int], seller: str, changed: Mapping[str, Any]
    ) -> None:
        self.world, self.item, self.seller = world, item, seller
        self.terms = terms(world.chain.now(), **changed)
        listed = {**self.terms, "marks": bytes(self.terms["marks"]).ljust(12, b"\0")}
        world.send(seller, "list", *item, tuple(listed.values()))
        self.number: int = world.view("lotCount")
        self.bidders: list[str] = []
        self.tables: dict[str, bytes] = {}
        self.signals: dict[str, int] = {}

    def phase(self) -> UniversalPhase:
        """Where it stands."""
        phase: UniversalPhase = self.world.view("phase", self.number)
        return phase

    @property
    def state(self) -> Fields:
        """All that is kept of it."""
        return dict(zip(LOT_FIELDS, self.world.view("lotOf", self.number), strict=True))

    def join(self, *bidders: str, kind: int = 0) -> None:
        """They join, in this order."""
        for bidder in bidders:
            self.bidders.append(bidder)
            self.world.send(bidder, "join", self.number, kind, value=DEPOSIT * WEI_PER_UNIT)

    def close(self, phase: str) -> None:
        """The time for joining, registering or revealing ends."""
        self.world.chain.advance_to(self.terms[f"endOf{phase}"])

    def register(self, bidder: str, signal: int, values: Sequence[int]) -> Receipt:
        """A bidder registers its table and seals its signal."""
        self.tables[bidder], self.signals[bidder] = packed(values), signal
        return self.world.send(
            bidder, "register", self.number, self.tables[bidder], self.seal(bidder, signal)
        )

    def seal(self, bidder: str, signal: int, salt: bytes = SALT) -> bytes:
        """What seals a signal."""
        return commitment(
            self.world.chain.chain_id, Opening(self.world.house, self.number, bidder, signal, salt)
        )

    def reveal(self, *bidders: str, sender: str = "") -> None:
        """They reveal what they sealed."""
        for bidder in bidders:
            self.world.send(
                sender or bidder, "reveal", self.number, bidder, self.signals[bidder], SALT
            )

    def draw(self, word: int = 0) -> None:
        """The word is asked for, and comes."""
        self.world.send(self.world.keeper, "requestDraw", self.number)
        self.world.tell("set", self.world.house, self.number, word)

    def decide(self, first: int = 0, end: int | None = None, sender: str = "") -> Receipt:
        """The tables of some bidders are supplied."""
        tables = [self.tables.get(bidder, b"") for bidder in self.bidders[first:end]]
        return self.world.send(sender or self.world.keeper, "decide", self.number, first, tables)

    def buy(self, bidder: str, price: int) -> Receipt:
        """The bidder served pays."""
        return self.world.send(bidder, "buy", self.number, value=price * WEI_PER_UNIT)

    def claim_batch(self, *bidders: str) -> Receipt:
        """Deposits are pushed back."""
        return self.world.send(self.world.stranger, "claimBatch", self.number, list(bidders))
