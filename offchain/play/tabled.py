"""The stage of auctions at which bidders join with a deposit and register tables of values.

Each auction is a lot of its own. Everything that a play returns is read from the contract's events, nothing from the reference
model.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar

from offchain.chain.backend import Transaction
from offchain.io.addresses import Address
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.signals import UNSOLD, Sale, SignalBidder, SignalInstance
from offchain.play.audit import check_balance, check_proceeds
from offchain.play.observer import Observer
from offchain.play.stage import SELLER, DrawnStage

DEPOSIT: Final = 1
"""What every bidder puts down, in units."""

InstanceT = TypeVar("InstanceT", bound=SignalInstance)


class TabledStage(DrawnStage, Generic[InstanceT]):
    """The contracts deployed on a chain, ready to play auctions one after another.

    Those that derive from it say on which terms a lot is listed, and what bidders register.
    """

    _deployer = SELLER
    _paid = 0
    """What the seller has earned since the last audit, in units."""

    def watch(self, observer: Observer | None) -> None:
        """`observer` hears of all that follows, and gas is counted anew."""
        self._begin(observer)

    @abstractmethod
    def _terms(self, instance: InstanceT, end: int) -> tuple[object, ...]:
        """The terms of a lot where joining lasts until `end`."""

    @abstractmethod
    def _kinds(self, instance: InstanceT) -> Sequence[int]:
        """The type of every bidder, by number."""

    @abstractmethod
    def _tables(self, instance: InstanceT) -> Sequence[bytes]:
        """Every bidder's table."""

    def _sealed(self, lot: int, account: Address, bidder: SignalBidder) -> tuple[object, ...]:
        """What is registered beside a table."""
        return ()

    def open(self, instance: InstanceT, count: int) -> range:
        """Lists so many lots, on which all bidders join and register.

        Returns their numbers.
        """
        accounts = self._players(len(instance.bidders))
        deposits = count * DEPOSIT * WEI_PER_UNIT
        self._observed.fund(dict.fromkeys(accounts, self._pocket_money + deposits))
        end = self._chain.now() + self._seconds
        lots = self._list(self._terms(instance, end), count)
        kinds, tables = self._kinds(instance), self._tables(instance)
        joins = [
            self._auction.call(account, "join", lot, kind, value=DEPOSIT * WEI_PER_UNIT)
            for lot in lots
            for account, kind in zip(accounts, kinds, strict=True)
        ]
        self._send("join", joins)
        self._chain.advance_to(end)
        registrations = [
            self._auction.call(account, "register", lot, table, *self._sealed(lot, account, bidder))
            for lot in lots
            for account, table, bidder in zip(accounts, tables, instance.bidders, strict=True)
        ]
        self._send("register", registrations)
        self._until_draw(lots, end + self._seconds)
        return lots

    def phase_of(self, lot: int) -> Any:
        """The phase of a lot."""
        (phase,) = self._view("phase", lot)
        return phase

    def audit(self) -> None:
        """Lets the seller take what it earned, and checks that this is what was paid, and that no wei is left.

        `MoneyAstray` names the sums that differ.
        """
        check_proceeds(self._withdraw_proceeds(), self._paid * WEI_PER_UNIT)
        self._paid = 0
        check_balance(self._chain, self.auction)

    def _until_draw(self, lots: range, end: int) -> None:
        """What comes before the draws, where registering lasts until `end`."""
        self._chain.advance_to(end)

    def _list(self, terms: tuple[object, ...], count: int) -> range:
        (listed,) = self._view("lotCount")
        lots = range(listed + 1, listed + 1 + count)
        minted = [self._mint() for _ in lots]
        listing = [
            self._auction.call(self._seller, "list", self._item.address, token, terms)
            for token, _ in minted
        ]
        self._send("list", [*(mint for _, mint in minted), *listing])
        return lots

    def _purchase(self, lot: int, account: str, price: int) -> Transaction:
        """The purchase of a lot at a price in units, which `account` is given."""
        self._observed.fund({account: price * WEI_PER_UNIT + self._pocket_money})
        self._paid += price
        return self._auction.call(account, "buy", lot, value=price * WEI_PER_UNIT)

    def _wind_up(self, lot: int, accounts: Sequence[str], sale: Sale) -> None:
        """The item and the deposits go where they belong."""
        if sale == UNSOLD:
            self._send("return", [self._auction.call(self._keeper_account, "reclaim", lot)])
        back = self._auction.call(self._keeper_account, "claimBatch", lot, list(accounts))
        self._send("return", [back])
