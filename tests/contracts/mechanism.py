"""The mechanism and its formats in plain Python, written from their definition.

Nothing here is taken from the contracts, so that a mistake there does not repeat itself here.
Amounts are in units of 1 gwei.
"""

from collections.abc import Sequence
from typing import Any

from brownie import web3
from eth_abi import encode

MOST = 2**64 - 1
NOBODY = "0x" + "00" * 20


def address_of(who: Any) -> str:
    """The address of an account or a contract, or the address given."""
    return str(getattr(who, "address", who))


def entry(lot: int, amount: int, who: Any) -> int:
    """Lot, amount and account in one word: the form of logs and, with lot 0, the tally's order."""
    return lot << 224 | amount << 160 | int(address_of(who), 16)


# BIDS AND SHARES


def willingness_to_pay(bids: Sequence[int]) -> int:
    """The largest ``i * b_(i)``, bids sorted downward."""
    return max((i * bid for i, bid in enumerate(sorted(bids, reverse=True), 1)), default=0)


def equal_split(bids: Sequence[int], price: int) -> tuple[int, int]:
    """How many are served at ``price`` (at least 1, at most the WTP), and each one's share."""
    downward = sorted(bids, reverse=True)
    served = max(i for i, bid in enumerate(downward, 1) if i * bid >= price)
    return served, -(-price // served)


def ascending(bids: dict[Any, int]) -> list[Any]:
    """The bidders in the order of the tally."""
    return sorted(bids, key=lambda bidder: entry(0, bids[bidder], bidder))


def pack(amounts: Sequence[int]) -> bytes:
    """Bids as ``settle`` wants them: 8 bytes each."""
    return b"".join(amount.to_bytes(8, "big") for amount in amounts)


def certificate(bids: Sequence[int], price: int, step: int = 500) -> tuple[int, int, bytes]:
    """``(start, best, packed bids)`` of the tally step in which the price comes within reach."""
    upward = sorted(bids)
    best = 0
    for start in range(0, len(upward), step):
        part = upward[start : start + step]
        reached = max(best, *((len(upward) - start - i) * bid for i, bid in enumerate(part)))
        if best < price <= reached:
            return start, best, pack(part)
        best = reached
    raise ValueError(f"a price of {price} is out of reach of {upward}")


# SEALS AND SLOTS


def salt_of(lot: int, bidder: Any) -> bytes:
    """The salt that the tests use for this bidder on this lot."""
    return bytes(web3.keccak(text=f"{lot} {address_of(bidder)}"))


def commitment(book: Any, lot: int, bidder: Any, bid: int, salt: bytes | None = None) -> bytes:
    """24 bytes that bind bid and salt to chain, contract, lot and bidder."""
    types = ("uint256", "address", "uint256", "address", "uint64", "bytes32")
    salt = salt_of(lot, bidder) if salt is None else salt
    values = (web3.eth.chain_id, address_of(book), lot, address_of(bidder), bid, salt)
    return bytes(web3.keccak(encode(types, values)))[:24]


def opening(lot: int, bidder: Any, bid: int) -> tuple[str, int, bytes]:
    """What opens the bid of ``bidder`` in a batch."""
    return address_of(bidder), bid, salt_of(lot, bidder)


def sealed_slot(commitment_: bytes, deposit: int) -> int:
    """A sealed bid as stored."""
    return int.from_bytes(commitment_, "big") << 64 | deposit


def open_slot(bid: int, deposit: int) -> int:
    """An open bid as stored."""
    return bid << 64 | deposit


# BIDS AS `bidOf` TELLS THEM: commitment, bid, deposit

BidView = tuple[str, int, int]
OPEN = "0x" + "00" * 24
NO_BID: BidView = (OPEN, 0, 0)


def sealed_bid(commitment_: bytes, deposit: int) -> BidView:
    """A sealed bid."""
    return "0x" + commitment_.hex(), 0, deposit


def open_bid(bid: int, deposit: int) -> BidView:
    """An open bid."""
    return OPEN, bid, deposit
