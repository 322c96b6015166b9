"""Entries: a lot, an amount and an account in one word, as bids are logged and walked; see contracts/libraries/BidSlot.sol."""

from typing import Final

from offchain.bindings.constants import ADDRESS_BITS, DEPOSIT_BITS, LOT_SHIFT
from offchain.io.addresses import ADDRESS_BYTES, checksum

MOST_AMOUNT: Final = (1 << DEPOSIT_BITS) - 1
"""The largest bid or deposit that a contract can hold, in units."""
MOST_LOT: Final = (1 << 256 - LOT_SHIFT) - 1
_ACCOUNT_MASK: Final = (1 << ADDRESS_BITS) - 1


def pack(lot: int, amount: int, account: str) -> int:
    """The entry of an amount, in units, and an account on a lot."""
    return lot << LOT_SHIFT | amount << ADDRESS_BITS | int(account, 16)


def lot_in(entry: int) -> int:
    """The lot that an entry is on."""
    return entry >> LOT_SHIFT


def amount_in(entry: int) -> int:
    """The amount in an entry: a bid, or what was paid out."""
    return entry >> ADDRESS_BITS & MOST_AMOUNT


def account_in(entry: int) -> str:
    """The account in an entry, checksummed."""
    return checksum((entry & _ACCOUNT_MASK).to_bytes(ADDRESS_BYTES, "big"))
