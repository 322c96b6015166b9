"""What was won at a house of others is sold again at the market of its adapter; a price that came back is the members' too."""

from typing import Any

import pytest

from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.deployment import NO_BEACON
from offchain.bindings.enumerations import Phase
from offchain.bindings.seals import Opening, commitment
from offchain.chain.backend import Chain, Transaction
from offchain.chain.revm import Revm
from offchain.houses.house import Account
from offchain.io.units import WEI_PER_UNIT as UNIT
from tests.houses.zora_world import BIDS, RESERVE, Group, ZoraWorld
from tests.puppets import ItemManner, force
from tests.reverts import reverts

SHARE = RESERVE // len(BIDS)
SALT = bytes(32)


class Sold:
    """A group that has won an item at Zora's house, and its estate, be the item there yet or not."""

    def __init__(self, chain: Chain, came: bool) -> None:
        self.world = world = ZoraWorld(chain)
        self.auction = world.sell()
        self.lot = world.register(self.auction)
        self.group: Group = world.group(self.lot, *BIDS)
        world.keep("raiseFor", self.lot, self.group.address)
        if came:
            world.end(self.auction)
            world.keep("conclude", self.lot)
        else:
            world.behave(ItemManner.REFUSE)
            world.chain.advance_to(world.deadline(self.lot))
        world.settle(self.group, self.lot)
        self.members = list(self.group.held[self.lot])
        world.keeper.send(self.group.at, "deployEstate", self.lot)
        self.estate = Deployed(contract("Estate"), world.estate(self.group, self.lot))
        self.market = world.floor.market

    def ask(self, of: Deployed, view: str, *arguments: object) -> Any:
        """What a view of one result answers."""
        return self.world.floor.ask(of, view, *arguments)

    def send(self, sender: str, to: Deployed, function: str, *arguments: object) -> None:
        Account(self.world.chain, sender).send(to, function, *arguments)

    def vote(self, reserve: int) -> None:
        """Everybody wants it sold."""
        for member in self.members:
            self.send(member, self.estate, "vote", reserve)

    def resell(self, reserve: int) -> int:
        """Anyone has it listed; the lot at the market."""
        self.world.keeper.send(self.estate, "resell", reserve)
        return int(self.ask(self.estate, "resaleLot"))

    def over(self, lot: int) -> None:
        """The resale's tally is."""
        self.world.chain.advance_to(self.ask(self.market, "bookOf", lot)[2])

    def buy(self, lot: int, bid: int) -> str:
        """An individual buys it, and anyone settles; who that is."""
        chain, buyer = self.world.chain, self.world.people.cid
        book = self.ask(self.market, "bookOf", lot)
        seal = commitment(chain.chain_id, Opening(self.market.address, lot, buyer, bid, SALT))
        chain.send(self.market.call(buyer, "commit", lot, seal, value=bid * UNIT))
        chain.advance_to(book[0])
        self.send(buyer, self.market, "reveal", lot, bid, SALT)
        chain.advance_to(book[2])
        self.world.keeper.send(self.market, "settle", lot)
        return buyer

    def paid(self) -> list[int]:
        """What everybody gets who is sent its part, in wei."""
        before = [self.world.chain.balance(member) for member in self.members]
        self.world.keeper.send(self.estate, "claimBatch", self.members)
        after = [self.world.chain.balance(member) for member in self.members]
        return [new - old for old, new in zip(before, after, strict=True)]


@pytest.fixture
def won() -> Sold:
    return Sold(Revm(), came=True)


@pytest.fixture
def awaited() -> Sold:
    """Settled at the deadline: the house has the price, and the token does not let the item go."""
    return Sold(Revm(), came=False)


# MARKETS


def test_where_each_auctioneer_has_things_sold_again(won: Sold) -> None:
    """An adapter at its market; who sells itself, at itself."""
    floor, keeper = won.world.floor, won.world.keeper
    terms = floor.factory.address, NO_BEACON
    words = keeper.create(contract("SetRandomness"))
    approximate = keeper.create(contract("ApproximateAuction"), *terms, words.address)
    for auctioneer, market in (
        (floor.adapter, floor.market),
        (floor.market, floor.market),
        (approximate, approximate),
    ):
        assert won.ask(auctioneer, "market") == market.address


def test_an_adapter_sells_nothing(won: Sold) -> None:
    schedule = (2**40 - 3, 2**40 - 2, 2**40 - 1, 1_000)
    with reverts(f"CannotSell(lot={won.lot})"):
        won.world.keeper.send(won.world.adapter, "relist", won.lot, 1, schedule)


# RESALES


def test_it_is_sold_again_at_the_market(won: Sold) -> None:
    """There it is in escrow, the buyer has it, and each who paid gets a fourth; then access ends."""
    won.vote(12)
    lot = won.resell(12)
    assert won.world.owner_of(won.auction) == won.market.address
    assert won.ask(won.market, "phase", lot) == Phase.BIDDING
    assert all(won.ask(won.group.at, "hasAccess", won.lot, who) for who in won.members)
    buyer = won.buy(lot, 12)
    assert won.world.owner_of(won.auction) == buyer
    assert not any(won.ask(won.group.at, "hasAccess", won.lot, who) for who in won.members)
    assert won.paid() == [3 * UNIT] * len(BIDS)
    assert won.paid() == [0] * len(BIDS)
    assert won.ask(won.market, "proceeds", won.estate.address) == 0


def test_what_nobody_buys_comes_back_from_the_market_and_can_be_listed_again(won: Sold) -> None:
    won.vote(12)
    lot = won.resell(12)
    with reverts(f"AlreadyListed(resaleLot={lot})"):
        won.resell(12)
    won.over(lot)
    won.world.keeper.send(won.market, "reclaim", lot)
    assert won.world.owner_of(won.auction) == won.estate.address
    assert won.resell(12) == lot + 1


def test_a_lot_of_the_adapter_by_the_resales_number_says_nothing(won: Sold) -> None:
    """The adapter has settled its lot 1; the resale is lot 1, too, of the market, and not sold."""
    assert (won.lot, won.world.phase(won.lot)) == (1, Phase.SETTLED)
    won.vote(12)
    assert won.resell(12) == won.lot
    assert not won.ask(won.estate, "resold")
    with reverts("NotResold"):
        won.send(won.members[0], won.estate, "claim")


# PRICES THAT CAME BACK


def come_back(sold: Sold) -> None:
    """The house refunds the price, since it cannot give the item to a contract."""
    sold.world.behave(ItemManner.NO_CONTRACTS)
    sold.world.keep("conclude", sold.lot)
    sold.world.keep("deliver", sold.lot)
    assert sold.ask(sold.world.adapter, "proceeds", sold.estate.address) == RESERVE * UNIT


def test_a_price_that_came_back_is_shared_once(awaited: Sold) -> None:
    with reverts("NotResold(resaleLot=0)"):
        awaited.send(awaited.members[0], awaited.estate, "claim")
    come_back(awaited)
    awaited.world.fails("NothingToDeliver", "deliver", awaited.lot)
    assert awaited.paid() == [SHARE * UNIT] * len(BIDS)
    assert awaited.paid() == [0] * len(BIDS)
    for member in awaited.members:
        with reverts("NoPart"):
            awaited.send(member, awaited.estate, "claim")
    assert awaited.ask(awaited.world.adapter, "proceeds", awaited.estate.address) == 0


def test_ether_of_strangers_is_not_shared_with_it(awaited: Sold) -> None:
    """Nobody but adapter and market can send an estate any, and what is forced on it stays where it is."""
    chain, stranger = awaited.world.chain, awaited.world.people.cid
    forced = 7 * UNIT + 1
    with reverts(f"Unasked(sender={stranger})"):
        chain.send(Transaction(stranger, awaited.estate.address, b"", forced))
    with reverts(f"Unasked(sender={stranger})"):
        chain.send(Transaction(stranger, awaited.world.adapter.address, b"", forced))
    force(chain, stranger, awaited.estate.address, forced)
    force(chain, stranger, awaited.world.adapter.address, forced)
    paddle = awaited.world.paddle(awaited.lot, awaited.group)
    chain.send(Transaction(stranger, paddle, b"", 3 * UNIT))  # anyone may, and it is nobody's
    with reverts("NotResold(resaleLot=0)"):
        awaited.send(awaited.members[0], awaited.estate, "claim")
    come_back(awaited)
    assert awaited.paid() == [SHARE * UNIT] * len(BIDS)
    assert chain.balance(awaited.estate.address) == forced
    assert chain.balance(awaited.world.adapter.address) == forced
    assert chain.balance(paddle) == 3 * UNIT


def test_who_was_not_served_has_no_part_in_a_price_that_came_back(awaited: Sold) -> None:
    come_back(awaited)
    for who in (awaited.world.people.ann, awaited.world.seller):
        with reverts(f"NoPart(member={who})"):
            awaited.send(who, awaited.estate, "claim")


def test_a_member_has_its_part_sent_elsewhere(awaited: Sold) -> None:
    come_back(awaited)
    before = awaited.world.chain.balance(awaited.world.people.cid)
    awaited.send(awaited.members[0], awaited.estate, "claimTo", awaited.world.people.cid)
    assert awaited.world.chain.balance(awaited.world.people.cid) == before + SHARE * UNIT
