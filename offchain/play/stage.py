"""What plays share: a chain, who is who on it, a seller with items, an auction, and who watches."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any, ClassVar, Final, Protocol, TypeVar

from offchain.bindings.constants import AuctionHouse
from offchain.bindings.contracts import Deployed, Event
from offchain.chain.backend import Chain, Receipt, Transaction
from offchain.io.addresses import Address
from offchain.io.units import WEI_PER_UNIT
from offchain.play.observer import ObservedChain, Observer
from offchain.play.words import Source, ToldWords

BOND_BPS: Final = AuctionHouse.MIN_BOND_BPS
"""What a bidder who does not reveal forfeits: basis points of the deposit."""
_PLAY_MONEY: Final = 10**20
_REAL_MONEY: Final = 1_000 * WEI_PER_UNIT
"""Wei that every actor holds beside its deposits, for small payments; what gas takes, the chain gives on top."""
SELLER: Final = 0
KEEPER: Final = 1
FIRST_PLAYER: Final = 2
"""Actors by their index; whoever bids follows after the first player."""
Item = TypeVar("Item")
Done = tuple[str, Receipt]
"""A step that somebody took, and its receipt."""


class Stage:
    """An auction deployed on a chain, ready to be played again and again; every play gets items of its own.

    Those that derive from it deploy an auction and `_open` it, and play instances of their kind.
    """

    _first_token: ClassVar[int] = 1
    _auction: Deployed
    _item: Deployed

    def __init__(self, chain: Chain, phase_seconds: int, observer: Observer | None) -> None:
        """Provides for the seller and the keeper. `observer` hears of the deployment."""
        self._chain, self._seconds = chain, phase_seconds
        self._observed = ObservedChain(chain, observer)
        self._seller, self._keeper_account = chain.actor(SELLER), chain.actor(KEEPER)
        self._pocket_money = _PLAY_MONEY if chain.time_is_free else _REAL_MONEY
        chain.fund_all(dict.fromkeys((self._seller, self._keeper_account), self._pocket_money))
        self._gas: Counter[str] = Counter()
        self._tokens = count(self._first_token)

    @property
    def auction(self) -> Address:
        """Where the auction is."""
        return self._auction.address

    def _open(self, auction: Deployed) -> None:
        """Takes `auction` for the one that is played, and gives the seller items to sell there."""
        self._auction = auction
        self._item = self._observed.create(self._seller, "Item")

    def _approve_all(self) -> None:
        """The seller lets the auction take any of its items."""
        approval = self._item.call(self._seller, "setApprovalForAll", self.auction, True)
        self._observed.send("approve", [approval])

    def _begin(self, observer: Observer | None) -> None:
        """A play begins, of which `observer` hears."""
        self._gas.clear()
        self._observed.observer = observer or Observer()

    def _players(self, number: int, first: int = 0) -> list[Address]:
        """Accounts of so many who bid, from the `first` of all on."""
        return [self._chain.actor(FIRST_PLAYER + first + place) for place in range(number)]

    def _mint(self) -> tuple[int, Transaction]:
        """The number of a new item of the seller's, and the transaction that makes it."""
        token = next(self._tokens)
        return token, self._item.call(self._seller, "mint", self._seller, token)

    def _send(self, step: str, transactions: Sequence[Transaction]) -> list[Receipt]:
        """Sends them all, and counts their gas; their receipts in the same order. Raises the first `Reverted`."""
        receipts = self._observed.send(step, transactions)
        self._count(step, receipts)
        return receipts

    def _count(self, step: str, receipts: Sequence[Receipt]) -> None:
        for receipt in receipts:
            self._gas[step] += receipt.gas_used

    @property
    def gas(self) -> dict[str, int]:
        """The gas used since the play began, by step and in total."""
        return {**self._gas, "total": self._gas.total()}

    def _view(self, function: str, *arguments: object) -> tuple[Any, ...]:
        """What the auction says now."""
        return self._observed.view(self._auction, function, *arguments)

    def _owner_of(self, token: int) -> Address:
        owner: Address
        (owner,) = self._observed.view(self._item, "ownerOf", token)
        return owner

    def _withdraw_proceeds(self, step: str = "proceeds") -> int:
        """Lets the seller take what it earned; returns the wei that had been owed to it."""
        owed: int
        (owed,) = self._view("proceeds", self._seller)
        if owed:
            withdrawal = self._auction.call(self._seller, "withdrawProceeds", self._seller)
            self._send(step, [withdrawal])
        return owed


class Notes(Protocol):
    """What is known of an auction from its events."""

    def take(self, event: Event) -> None:
        """Takes in the next one."""


class DrawnStage(Stage):
    """The stage of an auction that draws random words, and so is made with their source.

    Those that derive from it say what their contract is called, and which actor deploys it.
    """

    _name: ClassVar[str]
    _deployer: ClassVar[int] = KEEPER

    def __init__(
        self,
        chain: Chain,
        phase_seconds: int = 3_600,
        source: Source = ToldWords,
        observer: Observer | None = None,
    ) -> None:
        """Deploys the contracts, of which `observer` hears. `phase_seconds`: how long each phase lasts. `source`: where words
        come from; if they are not told, those that a play wants do not count.

        Raises:
            ChainError: the chain cannot be reached.
        """
        super().__init__(chain, phase_seconds, observer)
        account = chain.actor(self._deployer)
        self._words = source(self._observed, account)
        self.randomness = self._words.address
        self._open(self._observed.create(account, self._name, self.randomness))
        self._approve_all()

    def _take(self, step: str, transactions: Sequence[Transaction], notes: Notes) -> None:
        """Sends them all, and lets `notes` take in what the auction says."""
        for event in self._auction.events(self._send(step, transactions)):
            notes.take(event)

    def _hear(self, done: Iterable[Done], notes: Notes | None) -> None:
        """Counts and tells what somebody else has sent, and lets `notes` take in what the auction says."""
        for step, receipt in done:
            self._observed.tell(step, [receipt])
            self._count(step, [receipt])
            if notes is not None:
                for event in self._auction.events([receipt]):
                    notes.take(event)


def portions(items: Sequence[Item], most: int) -> Iterator[Sequence[Item]]:
    """The items in their order, at most so many at a time."""
    return (items[start : start + most] for start in range(0, len(items), most))
