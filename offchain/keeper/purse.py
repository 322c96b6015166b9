"""What a keeper may spend: gas on each lot, by what serving an honest one takes, and wei in all.

Anybody can list lots, and a token can be anything. Without a bound for each lot, moving an item that burns gas costs its keeper
many times what the listing cost.
"""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

from offchain.chain.backend import Chain, Receipt, Reverted, Transaction, Unsettled
from offchain.chain.errors import ChainError
from offchain.io.units import WEI_PER_ETH

GAS_OF_LOT: Final = 250_000
GAS_OF_BOOK: Final = 170_000
GAS_OF_BID: Final = 100_000
GAS_OF_DRAW: Final = 250_000
"""What a lot, each DAO on it, each bid, and a draw where lots are drawn may take: more than serving honest ones does, even if
each bid is opened by itself, and at most 5/2 of what they cost those who list, enter and bid (`tests/keeper/test_purse.py`
measures both)."""
NO_LOT: Final = 0
"""What is spent on draws, whose lots have no allowance for it."""
GAS_AT_HOUSE: Final = 2_500_000
"""What a lot at a house of others may take besides: the house settles it, be it with the beginning of its next auction."""
GAS_OF_RAISES: Final = 12_800_000
"""What bidding there may take for each DAO: 64 bids of 200,000. Where each has to exceed the last by 2 %, as many answers of a
rival between them lead to twelve times the first."""
GAS_OF_RETURN: Final = 150_000
"""What giving an item back to its seller may take, which nobody but the seller is helped by."""


class Overspent(ChainError):
    """It would take more than may be spent."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """The most gas that a lot may take."""

    lot: int = GAS_OF_LOT
    book: int = GAS_OF_BOOK
    bid: int = GAS_OF_BID
    draw: int = GAS_OF_DRAW
    house: int = GAS_AT_HOUSE
    raises: int = GAS_OF_RAISES

    def of(self, daos: int, bids: int, is_drawn: bool = False, at_house: bool = False) -> int:
        """For a lot that so many DAOs entered, with so many bids in all its books; `is_drawn`: where a draw decides it,
        `at_house`: where a house of others does.
        """
        plain = self.lot + self.book * daos + self.bid * bids
        elsewhere = self.house + self.raises * daos if at_house else 0
        return plain + elsewhere + (self.draw if is_drawn else 0)


@dataclass(slots=True)
class _Funds:
    """What all pockets are filled from. budget: wei, without end if None. is_closed: what was wanted last did not fit. price:
    that was paid last for a unit of gas, in wei. spent: wei, for so much gas.
    """

    budget: int | None
    is_closed: bool = False
    price: int = 0
    spent: int = 0
    gas: int = 0


class Purse:
    """What was spent, and what may be."""

    def __init__(self, budget: int | None = None) -> None:
        """`budget`: wei for all transactions together, without end if None."""
        self._funds = _Funds(budget)
        self._gas: Counter[int] = Counter()

    def pocket(self) -> "Purse":
        """A purse on the same budget for the lots of another auctioneer, which have the same numbers."""
        other = Purse()
        other._funds = self._funds
        return other

    @property
    def spent(self) -> int:
        """Wei so far, out of all pockets."""
        return self._funds.spent

    @property
    def gas(self) -> int:
        """What that was spent on, out of all pockets; one whose fate is unknown counts as all that it was sent with."""
        return self._funds.gas

    @property
    def price(self) -> int:
        """What a unit of gas cost last, in wei; 0 before anything was sent."""
        return self._funds.price

    @property
    def budget(self) -> int | None:
        """Wei for all transactions together, without end if None."""
        return self._funds.budget

    @property
    def is_empty(self) -> bool:
        """Whether nothing more is to be sent: what was wanted last did not fit, or nothing is left."""
        funds = self._funds
        return funds.budget is not None and (funds.is_closed or funds.spent >= funds.budget)

    def gas_of(self, lot: int) -> int:
        """The gas that a lot has taken."""
        return self._gas[lot]

    def used_up(self) -> Overspent:
        """What to tell when it is empty."""
        return Overspent(
            f"the budget is used up, so nothing more is sent: {ether(self.spent)} of"
            f" {ether(self._funds.budget or 0)} ETH are spent"
        )

    def check(self, gas: int) -> None:
        """Whether `gas` more can be paid for at the price that was paid last.

        Raises:
            Overspent: it cannot, and nothing is sent any more.
        """
        if not self.affords(gas):
            self._funds.is_closed = True
            raise self.used_up()

    def affords(self, gas: int) -> bool:
        """Whether `gas` more can be paid for at the price that was paid last."""
        if self._funds.budget is None:
            return True
        return not self.is_empty and self.spent + gas * self._funds.price <= self._funds.budget

    def check_lot(self, lot: int, gas: int, allowance: int) -> None:
        """Whether a lot may take `gas` more.

        Raises:
            Overspent: not within its `allowance`.
        """
        if not self.has_left(lot, gas, allowance):
            raise Overspent(
                f"it takes {gas} gas, which is too much: {self._gas[lot]} of the {allowance} for lot {lot} are spent"
            )

    def has_left(self, lot: int, gas: int, allowance: int) -> bool:
        """Whether a lot may take `gas` more within its `allowance`."""
        return self._gas[lot] + gas <= allowance

    def send(self, chain: Chain, transaction: Transaction, gas: int, lot: int) -> Receipt:
        """Sends a transaction of at most `gas` for a lot, at a price that what is left can pay, and books what it cost. One whose
        fate is unknown is booked as the most that it can cost.

        Raises:
            Overspent: it cannot be paid for.
            ChainError: as `Chain.send`.
        """
        self.check(gas)
        left = (
            None if self._funds.budget is None else (self._funds.budget - self.spent) // max(1, gas)
        )
        try:
            receipt = chain.send(replace(transaction, gas=gas, max_fee=left))
        except Reverted as failure:
            if failure.fee:
                self.book(lot, gas, failure.fee)
            raise
        except Unsettled as unknown:
            self.book(lot, gas, unknown.cost)
            raise
        # whatever the node says
        self.book(lot, min(receipt.gas_used, gas), receipt.fee)
        return receipt

    def book(self, lot: int, gas: int, fee: int) -> None:
        """A transaction on a lot took `gas`, and cost `fee` wei."""
        self._gas[lot] += gas
        self._funds.spent += fee
        self._funds.gas += gas
        if gas:
            self._funds.price = -(-fee // gas)


def ether(wei: int) -> str:
    """An amount in ether, without zeros behind it."""
    whole, rest = divmod(wei, WEI_PER_ETH)
    return f"{whole}.{rest:018}".rstrip("0").rstrip(".")
