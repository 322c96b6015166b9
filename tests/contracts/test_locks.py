"""Time locks on the chain: logged byte for byte, bounded, and never read."""

import pytest
from brownie import accounts, web3

from offchain.bindings.enumerations import Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import advance, claim, list_lot, reveal, seal
from tests.contracts.checks import bid_of, emitted, reverts_with
from tests.contracts.mechanism import (
    MOST,
    NO_BID,
    commitment,
    entry,
    open_bid,
    sealed_bid,
    sealed_slot,
)

MOST_BYTES = 160


@pytest.fixture(scope="module")
def second(auctioneer, dao, item, seller):
    """A second lot that the DAO entered."""
    lot = list_lot(auctioneer, item, seller)
    dao.enter(lot, {"from": accounts[0]})
    return lot


def garbage(length):
    """Bytes that are no lock, each of them different."""
    return (bytes(web3.keccak(text="garbage")) * 6)[:length]


def lock(book, lot, bidder, bid, deposit, locked):
    """Seal a bid with a lock."""
    call = commitment(book, lot, bidder, bid), locked
    return book.commit(lot, *call, {"from": bidder, "value": deposit * WEI_PER_UNIT})


def log_of(book, lot, bidder, bid, deposit, locked):
    """The log of a sealed bid."""
    slot = sealed_slot(commitment(book, lot, bidder, bid), deposit).to_bytes(32, "big")
    fields = {"entry": entry(lot, 0, bidder), "sealedBid": slot}
    name = "BidLocked" if locked else "BidSealed"
    return (book.address, name, {**fields, **({"lock": locked} if locked else {})})


@pytest.mark.parametrize("length", [1, 31, 32, 33, 159, MOST_BYTES])
def test_a_lock_is_logged_byte_for_byte(book, lot, alice, length):
    """Instead of the plain log; all else is as without one."""
    tx = lock(book, lot, alice, 5, 8, garbage(length))
    assert emitted(tx) == [log_of(book, lot, alice, 5, 8, garbage(length))]
    assert bid_of(book, lot, alice) == sealed_bid(commitment(book, lot, alice, 5), 8)
    assert book.balance() == 8 * WEI_PER_UNIT


def test_no_lock_is_none(book, lot, alice):
    """The plain log then, by whichever form."""
    tx = lock(book, lot, alice, 5, 8, b"")
    assert emitted(tx) == [log_of(book, lot, alice, 5, 8, b"")]


@pytest.mark.parametrize("length", [MOST_BYTES + 1, 4_096])
def test_a_lock_that_is_too_long(book, lot, second, alice, length):
    """Nobody has others read more than a lock; nothing is kept."""
    with reverts_with(book, "LockTooLong", lot, length, MOST_BYTES):
        lock(book, lot, alice, 5, 8, bytes(length))
    seals = [(where, b"\x11" * 24, 5) for where in (lot, second)]
    with reverts_with(book, "LockTooLong", second, length, MOST_BYTES):
        sent = {"from": alice, "value": 10 * WEI_PER_UNIT}
        book.commitMany(seals, [bytes(MOST_BYTES), bytes(length)], sent)
    assert bid_of(book, lot, alice) == bid_of(book, second, alice) == NO_BID


@pytest.mark.parametrize(
    "locked",
    [bytes(160), b"\xff" * 160, garbage(160), b"\x01"],
    ids=["zeros", "ones", "noise", "byte"],
)
def test_garbage_binds_nobody(book, lot, alice, bob, locked):
    """Only the commitment does: the bidder opens by its receipt, another pays the bond like anybody who is silent."""
    lock(book, lot, alice, 5, 20, locked)
    lock(book, lot, bob, 6, 20, locked)  # copied, if it were one
    advance(book, lot, Phase.REVEAL)
    reveal(book, lot, alice, 5)
    assert bid_of(book, lot, alice) == open_bid(5, 20)
    advance(book, lot, Phase.TALLY)
    tx = claim(book, lot, bob)
    assert [log.name for log in emitted(tx)] == ["BondBurnt", "Claimed"]


def test_replacing_a_lock(book, lot, alice):
    """A bid with one is replaced by a bid without, and the other way round; the last seal alone counts."""
    for deposit, locked in ((8, garbage(160)), (0, b""), (0, garbage(7))):
        tx = lock(book, lot, alice, 5 + len(locked), deposit, locked)
        assert emitted(tx) == [log_of(book, lot, alice, 5 + len(locked), 8, locked)]
    seal(book, lot, alice, 4, deposit=1)
    assert bid_of(book, lot, alice) == sealed_bid(commitment(book, lot, alice, 4), 9)


def test_what_was_locked_and_withdrawn(book, lot, alice):
    """The log stays, since a chain forgets nothing, but the bid is none."""
    lock(book, lot, alice, 5, 8, garbage(160))
    book.withdraw(lot, alice, {"from": alice})
    advance(book, lot, Phase.REVEAL)
    with reverts_with(book, "NoBid", lot, alice):
        reveal(book, lot, alice, 5)


# ON MANY LOTS


@pytest.mark.parametrize(
    "locks", [("", "full"), ("full", ""), ("", ""), ("full", "short")], ids=str
)
def test_locks_on_many_lots(book, lot, second, alice, locks):
    """Each bid has its own, or none."""
    kinds = {"": b"", "full": garbage(160), "short": b"\x05"}
    locked = [kinds[kind] for kind in locks]
    bids = [(lot, 5, 7), (second, 6, 9)]
    seals = [(where, commitment(book, where, alice, bid), deposit) for where, bid, deposit in bids]
    tx = book.commitMany(seals, locked, {"from": alice, "value": 16 * WEI_PER_UNIT})
    assert emitted(tx) == [
        log_of(book, where, alice, bid, deposit, one)
        for (where, bid, deposit), one in zip(bids, locked, strict=True)
    ]


@pytest.mark.parametrize("locks", [0, 1, 3])
def test_locks_that_are_not_as_many(book, lot, second, alice, locks):
    """One would go with another's bid."""
    seals = [(where, b"\x11" * 24, 5) for where in (lot, second)]
    with reverts_with(book, "LocksMismatch", 2, locks):
        book.commitMany(seals, [b""] * locks, {"from": alice, "value": 10 * WEI_PER_UNIT})


def test_an_open_dao_takes_none(open_dao, lot, alice):
    """Its bids are public anyway."""
    with reverts_with(open_dao, "BidsAreOpen", lot):
        open_dao.commit(lot, b"\x11" * 24, garbage(160), {"from": alice, "value": WEI_PER_UNIT})


@pytest.mark.parametrize("wei", [1, WEI_PER_UNIT + 1])
def test_a_lock_makes_no_bad_deposit_good(book, lot, alice, wei):
    """The errors are those of the form without."""
    with reverts_with(book, "NotWholeUnits", wei):
        book.commit(lot, b"\x11" * 24, garbage(160), {"from": alice, "value": wei})
    with reverts_with(book, "ZeroDeposit", lot, alice):
        lock(book, lot, alice, 5, 0, garbage(160))
    with reverts_with(book, "InvalidCommitment", bytes(24)):
        book.commit(lot, bytes(24), garbage(160), {"from": alice, "value": WEI_PER_UNIT})
    with reverts_with(book, "TooManyUnits", MOST + 1):
        seals = [(lot, b"\x11" * 24, MOST), (lot, b"\x11" * 24, 1)]
        book.commitMany(seals, [garbage(160)] * 2, {"from": alice})


def test_which_beacon(Auctioneer, ApproximateAuction, factory, words):
    """The auctioneer names it, for all who lock and unlock; each kind does."""
    beacon = bytes(range(32))
    house = accounts[0].deploy(Auctioneer, factory, beacon)
    other = accounts[0].deploy(ApproximateAuction, factory, beacon, words)
    assert house.beaconHash() == other.beaconHash() == "0x" + beacon.hex()
