"""Auctions without groups to keep: contracts on a chain, people who do what they alone can, and keepers."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from offchain.bindings.announcements import Announcement
from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.bindings.seals import Opening, commitment, new_salt
from offchain.bindings.value_tables import packed
from offchain.chain.backend import Chain, Receipt, Transaction
from offchain.chain.revm import Revm
from offchain.io.addresses import to_bytes
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.announced import Announced, Disclosure
from offchain.keeper.clocks import CLOCKS, Clocks
from offchain.keeper.frame import Frame
from offchain.keeper.openings import Openings
from offchain.keeper.release import DEPTH
from offchain.keeper.resilient import SaleKeeper
from offchain.keeper.sales import RESILIENT, Sales
from offchain.keeper.sending import Action
from offchain.keeper.signal_clock import ClockKeeper
from offchain.keeper.universal import UniversalKeeper
from offchain.keeper.universals import UNIVERSALS, Universals
from tests.puppets import ItemManner, Manner, behave

HOUR = 3_600
DAY = 24 * HOUR
SELLER, KEEPER, FIRST = range(3)
FUNDS = 10**24
HEADS, TAILS = 1, 0


@dataclass
class DrawnWorld(ABC):
    """An auction without groups, its source of words, and a token."""

    name: ClassVar[str]
    chain: Chain = field(default_factory=Revm)

    def __post_init__(self) -> None:
        self.people = 0
        self.tokens = 0
        self.seller, self.account = self.actor(SELLER), self.actor(KEEPER)
        self.source = create(self.chain, self.seller, "SetRandomness")
        self.auction = create(self.chain, self.seller, self.name, self.source)
        self.item = create(self.chain, self.seller, "HostileItem")
        self.actions: list[Action] = []
        self.skipped: list[tuple[str, Exception]] = []

    def actor(self, index: int) -> str:
        """An account with money."""
        address = self.chain.actor(index)
        self.chain.fund(address, FUNDS)
        return address

    def person(self) -> str:
        """Somebody new."""
        self.people += 1
        return self.actor(FIRST + self.people)

    def puppet(self, manner: Manner) -> str:
        """A contract that behaves so when it is paid."""
        puppet = create(self.chain, self.seller, "Actor")
        self.chain.send(Transaction(self.seller, puppet, behave(manner)))
        return puppet

    def behave(self, manner: ItemManner, token: str | None = None) -> None:
        """The token does so from now on."""
        self.chain.send(Transaction(self.seller, token or self.item, behave(manner)))

    def send(self, who: str, function: str, *arguments: Any, wei: int = 0) -> Receipt:
        """Somebody calls the auction; a puppet through its seller."""
        data = contract(self.name).encode(function, *arguments)
        return self.chain.send(Transaction(who, self.auction, data, wei))

    def view(self, function: str, *arguments: Any) -> Any:
        """What the auction answers."""
        abi = contract(self.name)
        answer = self.chain.call(self.auction, abi.encode(function, *arguments))
        return abi.decode(function, answer)[0]

    def phase(self, lot: int = 1) -> str:
        """Where a lot stands."""
        return str(self.view("phase", lot).name)

    def tell(self, word: int, lot: int = 1) -> None:
        """The word of a lot."""
        data = contract("SetRandomness").encode("set", self.auction, lot, word)
        self.chain.send(Transaction(self.seller, self.source, data))

    def mint(self, count: int, token: str | None = None) -> list[tuple[str, int]]:
        """Items that the auction may take."""
        token, item = token or self.item, contract("Item")
        found = []
        for _ in range(count):
            self.tokens += 1
            found.append((token, self.tokens))
            data = item.encode("mint", self.seller, self.tokens)
            self.chain.send(Transaction(self.seller, token, data))
        data = item.encode("setApprovalForAll", self.auction, True)
        self.chain.send(Transaction(self.seller, token, data))
        return found

    def owner(self, good: tuple[str, int]) -> str:
        """Who has an item."""
        item = contract("Item")
        owner: str = item.decode(
            "ownerOf", self.chain.call(good[0], item.encode("ownerOf", good[1]))
        )[0]
        return owner

    def usual(self) -> dict[str, Any]:
        """What keepers here are told."""
        return {
            "on_action": self.actions.append,
            "on_skip": lambda what, error: self.skipped.append((what, error)),
        }

    @abstractmethod
    def keeper(self, chain: Chain | None = None, **options: Any) -> Frame[Any]:
        """One that was just started."""

    def keep(self, keeper: Frame[Any] | None = None, most: int = 500) -> int:
        """Works until nothing is left to do; how many transactions that took."""
        keeper, total = keeper or self.keeper(), 0
        for _ in range(most):
            sent = keeper.step()
            total += sent
            if not sent and not keeper.unfinished:
                return total
        raise AssertionError("the keeper does not come to an end")

    def steps(self) -> list[str]:
        """What keepers have done."""
        return [one.step for one in self.actions]


class SaleWorld(DrawnWorld):
    """A resilient auction."""

    name = RESILIENT

    def __post_init__(self) -> None:
        super().__post_init__()
        self.announced = Announced()
        self.told: dict[str, Announcement] = {}

    def keeper(self, chain: Chain | None = None, **options: Any) -> SaleKeeper:
        chain = chain or self.chain
        sales = Sales(chain, self.auction)
        return SaleKeeper(chain, sales, self.account, self.announced, **(self.usual() | options))

    def ledger(self) -> Sales:
        """What logs say now."""
        sales = Sales(self.chain, self.auction)
        sales.sync()
        return sales

    def list_goods(self, goods: list[tuple[str, int]], bond: int = 1_000) -> int:
        """A sale of some goods, an hour for each phase."""
        self.end = self.chain.now() + HOUR
        schedule = (self.end, self.end + HOUR, HOUR, bond)
        self.send(self.seller, "list", goods[:80], 1, 2, schedule, wei=WEI_PER_UNIT)
        lot = int(self.view("lotCount"))
        for start in range(80, len(goods), 80):
            self.send(self.seller, "add", lot, goods[start : start + 80])
        return lot

    def seal(
        self,
        lot: int,
        who: str,
        *offers: tuple[str, int, int],
        wish: int = 0,
        deposit: int = 0,
        entrusted: bool = True,
    ) -> Announcement:
        """Somebody announces offers (to, price, bundle) and a wish, and may entrust that to keepers."""
        ordered = sorted(offers, key=lambda offer: to_bytes(offer[0]))
        told = Announcement(tuple(ordered), wish, new_salt())
        seal = told.commitment(self.chain.chain_id, self.auction, lot, who)
        self.send(who, "commit", lot, seal, wei=(deposit or told.revenue + 1) * WEI_PER_UNIT)
        if entrusted:
            self.announced.add([Disclosure(self.auction, lot, who, told)])
        self.told[who] = told
        return told

    def until_reveal(self) -> None:
        """Bidding ends, and as many blocks follow as keepers wait for."""
        self.chain.advance_to(self.end)
        self.chain.advance_to_block(self.chain.block() + DEPTH)

    def until_draw(self) -> None:
        """The reveal ends."""
        self.chain.advance_to(self.end + HOUR)

    def decided(self, word: int, lot: int = 1) -> None:
        """Keepers reveal, ask for the coin and decide, which falls as told."""
        self.until_reveal()
        self.keep()
        self.until_draw()
        self.keep()
        self.tell(word, lot)
        self.keep()


class TabledWorld(DrawnWorld):
    """An auction at which bidders join with a deposit and register tables. end: of joining on the lot that was listed last."""

    end = 0

    @abstractmethod
    def list_item(self, signals: int = 2, types: int = 1, deposit: int = 5) -> int:
        """A lot, an hour for each phase and each answer."""

    @abstractmethod
    def register(self, lot: int, people: list[str], slope: int = 1) -> None:
        """They register tables that rise."""

    @abstractmethod
    def until_draw(self) -> None:
        """All that comes before the draw ends."""

    def listed(self, *terms: object) -> int:
        """An item on these terms."""
        ((token, number),) = self.mint(1)
        self.send(self.seller, "list", token, number, terms)
        return int(self.view("lotCount"))

    def join(self, lot: int, kinds: list[int], deposit: int = 5) -> list[str]:
        """New bidders of these types join."""
        people = [self.person() for _ in kinds]
        for who, kind in zip(people, kinds, strict=True):
            self.send(who, "join", lot, kind, wei=deposit * WEI_PER_UNIT)
        return people

    def table(self, lot: int, slope: int = 1) -> bytes:
        """One that rises."""
        return packed(slope * place for place in range(int(self.view("tableSize", lot))))

    def until_registering(self) -> None:
        """Joining ends."""
        self.chain.advance_to(self.end)


class ClockWorld(TabledWorld):
    """A signal clock auction."""

    name = CLOCKS

    def keeper(self, chain: Chain | None = None, **options: Any) -> ClockKeeper:
        chain = chain or self.chain
        return ClockKeeper(
            chain, Clocks(chain, self.auction), self.account, **(self.usual() | options)
        )

    def list_item(self, signals: int = 2, types: int = 1, deposit: int = 5) -> int:
        self.end = self.chain.now() + HOUR
        return self.listed(signals, types, 0, self.end, self.end + HOUR, HOUR, deposit)

    def register(self, lot: int, people: list[str], slope: int = 1) -> None:
        table = self.table(lot, slope)
        for who in people:
            self.send(who, "register", lot, table)

    def until_draw(self) -> None:
        self.chain.advance_to(self.end + HOUR)


class UniversalWorld(TabledWorld):
    """A universal auction."""

    name = UNIVERSALS

    def __post_init__(self) -> None:
        super().__post_init__()
        self.openings = Openings()
        self.told: dict[str, Opening] = {}

    def keeper(self, chain: Chain | None = None, **options: Any) -> UniversalKeeper:
        chain = chain or self.chain
        universals = Universals(chain, self.auction)
        return UniversalKeeper(
            chain, universals, self.account, self.openings, **(self.usual() | options)
        )

    def list_item(self, signals: int = 2, types: int = 1, deposit: int = 5) -> int:
        return self.list_marked(signals, types, 0, [], deposit)

    def list_marked(
        self, signals: int, types: int, colours: int, marks: Sequence[int], deposit: int = 5
    ) -> int:
        """A lot whose colours are by marks, if it has more bidders than colours."""
        self.end = self.chain.now() + HOUR
        ends = (self.end, self.end + HOUR, self.end + 2 * HOUR)
        flat = bytes(marks).ljust(12, b"\0")
        return self.listed(signals, types, colours, *ends, HOUR, deposit, flat)

    def register(self, lot: int, people: list[str], slope: int = 1) -> None:
        for who in people:
            self.seal(lot, who, self.table(lot, slope), 1)

    def seal(
        self, lot: int, who: str, table: bytes, signal: int, entrusted: bool = True
    ) -> Opening:
        """Somebody registers a table and seals a signal, which it may entrust to keepers."""
        told = Opening(self.auction, lot, who, signal, new_salt())
        self.send(who, "register", lot, table, commitment(self.chain.chain_id, told))
        if entrusted:
            self.openings.add([told])
        self.told[who] = told
        return told

    def revealed(self, lot: int, who: str) -> bool:
        """Whether somebody's signal is known."""
        abi = contract(self.name)
        answer = self.chain.call(self.auction, abi.encode("bidderOf", lot, who))
        _, bidder = abi.decode("bidderOf", answer)
        return bool(bidder[3])

    def until_revealing(self) -> None:
        """Registering ends, and as many blocks follow as keepers wait for."""
        self.chain.advance_to(self.end + HOUR)
        self.chain.advance_to_block(self.chain.block() + DEPTH)

    def until_draw(self) -> None:
        self.until_revealing()
        self.keep()
        self.chain.advance_to(self.end + 2 * HOUR)
