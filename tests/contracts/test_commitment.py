"""The commitment formula of the contracts equals an independent computation."""

import pytest
from brownie import web3
from eth_hash.auto import keccak

from offchain.bindings.enumerations import Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import advance
from tests.contracts.checks import bid_of, reverts_with
from tests.contracts.mechanism import MOST, open_bid, sealed_bid

SALTS = (bytes(32), b"\xff" * 32, bytes(range(32)))
PARTS = ("chain", "contract", "lot", "bidder", "bid", "salt")


def word(number: int) -> bytes:
    """A number as the ABI lays it out."""
    return number.to_bytes(32, "big")


def parts_of(book, lot, bidder, bid, salt):
    """What a commitment binds, as numbers, in order."""
    book, bidder = int(book.address, 16), int(bidder.address, 16)
    return [web3.eth.chain_id, book, lot, bidder, bid, int.from_bytes(salt, "big")]


def by_hand(parts):
    """The formula with no ABI library: six words, hashed, the first 24 bytes."""
    return keccak(b"".join(map(word, parts)))[:24]


@pytest.mark.parametrize("salt", SALTS, ids=["zeros", "ones", "mixed"])
@pytest.mark.parametrize("bid", [1, 255, 256, 10**9 + 7])
def test_what_is_computed_by_hand_opens(book, lot, alice, bid, salt):
    """A commitment computed outside opens inside, at both levels."""
    seal = by_hand(parts_of(book, lot, alice, bid, salt))
    book.commit(lot, seal, {"from": alice, "value": bid * WEI_PER_UNIT})
    assert bid_of(book, lot, alice) == sealed_bid(seal, bid)
    advance(book, lot, Phase.REVEAL)
    book.reveal(lot, bid, salt, {"from": alice})
    assert bid_of(book, lot, alice) == open_bid(bid, bid)


def test_all_64_bits_of_the_bid_are_bound(book, lot, alice):
    """The largest bid matches its commitment, and only lacks the deposit."""
    seal = by_hand(parts_of(book, lot, alice, MOST, SALTS[2]))
    book.commit(lot, seal, {"from": alice, "value": WEI_PER_UNIT})
    advance(book, lot, Phase.REVEAL)
    with reverts_with(book, "BidAboveDeposit", lot, alice, MOST, 1):
        book.reveal(lot, MOST, SALTS[2], {"from": alice})


@pytest.mark.parametrize("part", range(len(PARTS)), ids=PARTS)
def test_every_part_is_bound(book, lot, alice, part):
    """A commitment to another chain, contract, lot, bidder, bid or salt does not open."""
    parts = parts_of(book, lot, alice, 5, SALTS[2])
    parts[part] += 1
    book.commit(lot, by_hand(parts), {"from": alice, "value": 9 * WEI_PER_UNIT})
    advance(book, lot, Phase.REVEAL)
    with reverts_with(book, "WrongOpening", lot, alice):
        book.reveal(lot, 5, SALTS[2], {"from": alice})
