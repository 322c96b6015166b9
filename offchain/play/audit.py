"""Where every wei went: the check after each auction that none is missing and none is stuck."""

from collections.abc import Callable, Sequence

from offchain.chain.backend import Chain
from offchain.chain.errors import ChainError
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.ledger import Ledger


class MoneyAstray(ChainError):
    """A contract holds more or less than it owes, or the seller got another sum than the bidders paid."""


def audit(chain: Chain, ledger: Ledger, lots: Sequence[int], withdraw: Callable[[], int]) -> None:
    """Checks the money of `lots` after everybody was paid; `withdraw` pays the seller and returns the wei owed to it before.

    What strangers gave to the seller of a lot is neither missing nor too much. `MoneyAstray` names the sums that differ.
    """
    owed = withdraw()
    gifts = sum(ledger.lots[lot].gifts for lot in lots)
    earned = sum(ledger.lots[lot].paid for lot in lots) + sum(_bonds(ledger, lot) for lot in lots)
    check_proceeds(owed, earned * WEI_PER_UNIT + gifts)
    _equal(
        "what bidders paid",
        sum(_kept(ledger, lot) for lot in lots) * WEI_PER_UNIT,
        earned * WEI_PER_UNIT,
    )
    for contract in {dao for lot in lots for dao in ledger.lots[lot].daos} | {ledger.auctioneer}:
        check_balance(chain, contract, _unpaid(ledger, contract) * WEI_PER_UNIT)


def check_proceeds(owed: int, expected: int) -> None:
    """Checks what the seller was owed, in wei. `MoneyAstray` if it is not what was expected."""
    _equal("the seller's proceeds", owed, expected)


def check_balance(chain: Chain, contract: str, expected: int = 0) -> None:
    """Checks that a contract holds so many wei. `MoneyAstray` if it holds more or less."""
    _equal(f"the balance of {contract}", chain.balance(contract), expected)


def _bonds(ledger: Ledger, lot: int) -> int:
    return sum(box.forfeited for book in ledger.books_on(lot) for box in book.boxes.values())


def _kept(ledger: Ledger, lot: int) -> int:
    """Deposits less what was paid out or is still claimable, in units."""
    return sum(
        box.deposit - box.received - (0 if box.closed else book.due(bidder))
        for book in ledger.books_on(lot)
        for bidder, box in book.boxes.items()
    )


def _unpaid(ledger: Ledger, contract: str) -> int:
    """What a contract still owes to bidders who refused their payment, in units."""
    return sum(
        book.due(bidder)
        for book in ledger.books.values()
        if book.contract == contract
        for bidder, box in book.boxes.items()
        if not box.closed
    )


def _equal(what: str, found: int, expected: int) -> None:
    if found != expected:
        raise MoneyAstray(f"{what}: {found} wei, expected {expected}")
