"""From a lock in the log to an open bid, on the contracts: who knows the beacon, and was told nothing, opens what is honest."""

from dataclasses import dataclass, replace

import pytest

from offchain.bindings.constants import BidBook
from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create, deploy
from offchain.bindings.entries import account_in, amount_in
from offchain.bindings.seals import COMMITMENT_BYTES, Opening, commitment, lock, new_salt
from offchain.chain.backend import Reverted, Transaction
from offchain.chain.revm import Revm
from offchain.io.units import WEI_PER_UNIT
from offchain.locks.beacon import Beacon
from offchain.locks.bids import LOCK_BYTES, LockedBid, open_lock
from offchain.locks.local_beacon import LocalBeacon, new_beacon
from offchain.locks.source import NoSignature

HOUR = 3_600
LOT = 1
HOUSE = contract("Auctioneer")
DEPOSIT = 100


@dataclass
class World:
    """A lot that individuals bid on, and the beacon that its auctioneer names, which goes by the chain's time."""

    chain: Revm
    local: LocalBeacon
    house: str
    end: int

    @property
    def beacon(self) -> Beacon:
        return self.local.beacon

    def opening(self, number: int, bid: int) -> Opening:
        """An opening of a bidder with money."""
        bidder = self.chain.actor(number)
        self.chain.fund(bidder, 10**18)
        return Opening(self.house, LOT, bidder, bid, new_salt(is_locked=True))

    def commit(self, opening: Opening, locked: bytes) -> None:
        """Seals with a lock, whatever that is."""
        seal = commitment(self.chain.chain_id, opening)
        data = HOUSE.encode("commit", LOT, seal, locked)
        deposit = DEPOSIT * WEI_PER_UNIT
        self.chain.send(Transaction(opening.bidder, self.house, data, deposit))

    def round(self) -> int:
        return self.beacon.round_for(self.end)

    def unlocked(self) -> list[Opening]:
        """What the locks in the log hold, of those whose commitments say so."""
        signature = self.local.signature(self.round())
        found = []
        for log in self.chain.logs([self.house], 0):
            event = HOUSE.event(log)
            if event and event.name == "BidLocked":
                held = open_lock(signature, event.args["lock"])
                if isinstance(held, LockedBid):
                    bidder = account_in(event.args["entry"])
                    opening = Opening(self.house, LOT, bidder, held.bid, held.salt)
                    if (
                        commitment(self.chain.chain_id, opening)
                        == event.args["sealedBid"][:COMMITMENT_BYTES]
                    ):
                        found.append(opening)
        return found


@pytest.fixture
def world() -> World:
    chain = Revm()
    seller = chain.actor(0)
    chain.fund(seller, 10**18)
    local = new_beacon(chain.now() - HOUR, clock=chain.now)
    deployed = deploy(chain, seller, beacon=local.beacon)
    house, token = deployed.auctioneer, contract("Item")
    item = create(chain, seller, "Item")
    end = chain.now() + HOUR
    schedule = (end, end + HOUR, end + 2 * HOUR, 1_000)
    for to, data in (
        (item, token.encode("mint", seller, 0)),
        (item, token.encode("setApprovalForAll", house, True)),
        (house, HOUSE.encode("list", item, 0, 1, schedule)),
    ):
        chain.send(Transaction(seller, to, data))
    return World(chain, local, house, end)


def test_the_auctioneer_names_the_beacon(world: World) -> None:
    data = world.chain.call(world.house, HOUSE.encode("beaconHash"))
    assert HOUSE.decode("beaconHash", data) == (world.beacon.chain_hash,)


def test_the_contract_takes_locks_of_this_length_and_none_longer(world: World) -> None:
    assert BidBook.MAX_LOCK == LOCK_BYTES
    opening = world.opening(1, 60)
    world.commit(opening, bytes(LOCK_BYTES))
    with pytest.raises(Reverted) as caught:
        world.commit(opening, bytes(LOCK_BYTES + 1))
    error = HOUSE.error(caught.value.data)
    assert error is not None
    assert error.name == "LockTooLong"


def test_honest_bids_are_opened_by_who_was_told_nothing_and_no_others(world: World) -> None:
    beacon, round_ = world.beacon, world.round()
    honest = [world.opening(number, 10 * number) for number in range(1, 4)]
    for opening in honest:
        world.commit(opening, lock(beacon, round_, opening))
    stolen = lock(beacon, round_, honest[0])
    other = new_beacon(0).beacon
    for number, locked in enumerate(
        (
            b"garbage",
            bytes(LOCK_BYTES),
            stolen,
            lock(beacon, round_, world.opening(9, 61)),  # of another bid than the sealed one
            lock(beacon, round_ + 1, world.opening(9, 60)),
            lock(other, round_, world.opening(9, 60)),
        ),
        start=10,
    ):
        world.commit(world.opening(number, 60), locked)
    with pytest.raises(NoSignature):
        world.local.signature(round_)
    world.chain.advance_to(world.beacon.time_of(round_))
    found = world.unlocked()
    assert found == honest
    openings = [(one.bidder, one.bid, one.salt) for one in found]
    keeper = world.chain.actor(20)
    data = HOUSE.encode("revealBatch", LOT, openings)
    receipt = world.chain.send(Transaction(keeper, world.house, data))
    (opened,) = [event for log in receipt.logs if (event := HOUSE.event(log))]
    assert opened.name == "BidsOpened"
    assert [amount_in(one) for one in opened.args["entries"]] == [10, 20, 30]


def test_a_bid_whose_lock_is_garbage_is_opened_by_its_receipt(world: World) -> None:
    opening = world.opening(1, 60)
    world.commit(opening, b"garbage")
    world.chain.advance_to(world.beacon.time_of(world.round()))
    assert world.unlocked() == []
    data = HOUSE.encode("reveal", LOT, opening.bid, opening.salt)
    world.chain.send(Transaction(opening.bidder, world.house, data))


def test_a_replaced_bid_leaves_its_first_lock_behind_and_the_last_counts(world: World) -> None:
    """What was locked first becomes public, too."""
    first = world.opening(1, 60)
    last = replace(first, bid=70, salt=new_salt(is_locked=True))
    for opening in (first, last):
        world.commit(opening, lock(world.beacon, world.round(), opening))
    world.chain.advance_to(world.beacon.time_of(world.round()))
    assert world.unlocked() == [first, last]
    openings = [(one.bidder, one.bid, one.salt) for one in world.unlocked()]
    data = HOUSE.encode("revealBatch", LOT, openings)
    receipt = world.chain.send(Transaction(world.chain.actor(20), world.house, data))
    events = [event for log in receipt.logs if (event := HOUSE.event(log))]
    assert [event.name for event in events] == ["OpeningSkipped", "BidsOpened"]
    assert [amount_in(one) for one in events[-1].args["entries"]] == [70]
