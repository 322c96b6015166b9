"""Where every wei and every item went: the check after each auction that none is missing and none is stuck."""

from collections import Counter
from collections.abc import Callable, Sequence

from offchain.chain.backend import Chain
from offchain.chain.errors import ChainError
from offchain.io.addresses import Address
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.ledger import Ledger


class MoneyAstray(ChainError):
    """A contract holds more or less than it owes and burnt, or bidders paid another sum than the seller got and was burnt."""


class ItemAstray(ChainError):
    """An item is not with who won it, or, unsold, not with its seller."""


def audit(
    chain: Chain,
    ledger: Ledger,
    lots: Sequence[int],
    withdraw: Callable[[], int],
    burnt: Counter[str],
) -> None:
    """Checks the money of `lots` after everybody was paid; `withdraw` pays the seller and returns the wei owed to it before.

    burnt: what each contract holds for ever of the bonds of earlier lots, in units; those of these lots are added.
    `MoneyAstray` names the sums that differ.
    """
    owed = withdraw()
    check_proceeds(owed, _earned(ledger, lots) * WEI_PER_UNIT)
    audit_books(chain, ledger, lots, burnt)


def audit_books(chain: Chain, ledger: Ledger, lots: Sequence[int], burnt: Counter[str]) -> None:
    """The part of `audit` that needs no seller: what bidders paid, and what each contract holds."""
    earned = _earned(ledger, lots)
    fire = _burnt(ledger, lots)
    _equal(
        "what bidders paid",
        sum(_kept(ledger, lot) for lot in lots) * WEI_PER_UNIT,
        (earned + fire.total()) * WEI_PER_UNIT,
    )
    burnt.update(fire)
    for contract in {dao for lot in lots for dao in ledger.lots[lot].daos} | {ledger.auctioneer}:
        held = _unpaid(ledger, contract) + burnt[contract]
        check_balance(chain, contract, held * WEI_PER_UNIT)


def check_proceeds(owed: int, expected: int) -> None:
    """Checks what the seller was owed, in wei. `MoneyAstray` if it is not what was expected."""
    _equal("the seller's proceeds", owed, expected)


def check_balance(chain: Chain, contract: str, expected: int = 0) -> None:
    """Checks that a contract holds so many wei. `MoneyAstray` if it holds more or less."""
    _equal(f"the balance of {contract}", chain.balance(contract), expected)


def check_tokens(what: str, found: int) -> None:
    """Checks that so many wei of wrapped ether are none. `MoneyAstray` if some are left."""
    _equal(f"the wrapped ether of {what}", found, 0)


def check_item(lot: int, owner: Address, expected: Address) -> None:
    """Checks who has the item of a lot. `ItemAstray` if it is another than expected."""
    if owner != expected:
        raise ItemAstray(f"the item of lot {lot} is with {owner}, expected {expected}")


def _earned(ledger: Ledger, lots: Sequence[int]) -> int:
    """What was paid for the lots, in units."""
    return sum(ledger.lots[lot].paid for lot in lots)


def _burnt(ledger: Ledger, lots: Sequence[int]) -> Counter[str]:
    """The bonds that each contract burnt on `lots`, in units."""
    burnt: Counter[str] = Counter()
    for book in (book for lot in lots for book in ledger.books_on(lot)):
        burnt[book.contract] += sum(box.burnt for box in book.boxes.values())
    return burnt


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
