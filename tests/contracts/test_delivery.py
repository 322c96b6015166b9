"""A delivered item is really there, at each house: whatever its token says, does, or cannot do.

The same at resilient sales stands in tests/resilient.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest
from brownie import accounts

from offchain.bindings.enumerations import ClockPhase, Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.approximate_lots import DELTA, draw_in, play
from tests.contracts.auction import (
    advance,
    advance_to,
    attempt,
    bid_all,
    create_dao,
    now,
    reveal_all,
    schedule_from,
    settle,
    tally,
)
from tests.contracts.checks import logs_of, reverts_with
from tests.contracts.clock import DEPOSIT, WINDOW, ClockLot, terms
from tests.contracts.mechanism import NOBODY
from tests.puppets import ItemManner


class House:
    """One auction house, and what happens there until Alice has won an item, for 3 or less."""

    contract: Any
    lot: int
    deposit = 0

    def list(self, token: Any, token_id: int, seller: Any) -> Any:
        """List an item that is approved already."""
        return self.contract.list(
            token, token_id, *self.terms(), schedule_from(now()), {"from": seller}
        )

    def terms(self) -> tuple[int, ...]:
        """What listing takes beside item and schedule."""
        return (3,)

    def deliver(self, sender: Any = None) -> Any:
        """The item is delivered, by anyone who may."""
        return self.contract.settle(self.lot, {"from": sender or accounts[0]})

    def deliver_to(self, sender: Any, recipient: Any) -> Any:
        """The winner names somebody else, and anyone has it delivered."""
        self.contract.nameRecipient(self.lot, recipient, {"from": sender})
        return self.deliver(accounts[0])

    def not_the_winner(self, caller: Any) -> tuple[Any, ...]:
        """The error of somebody else who names a recipient."""
        return "NoBid", self.lot, caller

    def fail(self) -> None:
        """The time to deliver passes."""
        advance_to(now() + WINDOW)

    def unsold(self) -> None:
        """Nobody takes part until it is over."""
        advance(self.contract, self.lot, Phase.VOID)

    def give_back(self, who: Any) -> None:
        """A bidder gets its deposit back."""
        self.contract.claimBatch(self.lot, [who], {"from": accounts[0]})

    def reclaim(self) -> Any:
        """The item goes back."""
        return self.contract.reclaim(self.lot, {"from": accounts[0]})


@dataclass
class SecondPrice(House):
    """Individuals at the auctioneer: at the reserve."""

    contract: Any
    deposit = 5

    def win(self, alice: Any) -> None:
        bid_all(self.contract, self.lot, {alice: 5})
        advance(self.contract, self.lot, Phase.REVEAL)
        reveal_all(self.contract, self.lot, {alice: 5})
        advance(self.contract, self.lot, Phase.CLOSED)


@dataclass
class Group(SecondPrice):
    """A DAO at the auctioneer, whose estate gets the item."""

    DAO: Any
    factory: Any

    def win(self, alice: Any) -> None:
        self.dao = create_dao(self.factory, self.DAO, self.contract)
        self.dao.enter(self.lot, {"from": accounts[0]})
        bid_all(self.dao, self.lot, {alice: 5})
        advance(self.contract, self.lot, Phase.REVEAL)
        reveal_all(self.dao, self.lot, {alice: 5})
        advance(self.contract, self.lot, Phase.TALLY)
        tally(self.dao, self.lot, {alice: 5})
        advance(self.contract, self.lot, Phase.CLOSED)

    def deliver(self, sender: Any = None) -> Any:
        return settle(self.dao, self.lot, {sender or accounts[2]: 5}, 3)

    def give_back(self, who: Any) -> None:
        self.dao.claimBatch(self.lot, [who], {"from": accounts[0]})


@dataclass
class Approximate(House):
    """An individual under approximate valuations."""

    contract: Any
    words: Any
    deposit = 15

    def terms(self) -> tuple[int, ...]:
        return DELTA.numerator, DELTA.denominator

    def win(self, alice: Any) -> None:
        players = [(alice, 5), (accounts[20], 5)]
        play(self.contract, self.words, self.lot, players, draw_in([5, 5], 0, Fraction(1, 2)))


@dataclass
class Clocks(House):
    """The last bidder at a signal clock."""

    contract: Any
    words: Any
    deposit = DEPOSIT

    def list(self, token: Any, token_id: int, seller: Any) -> Any:
        self.ends = terms(now())
        return self.contract.list(token, token_id, self.ends, {"from": seller})

    def win(self, alice: Any) -> None:
        self.clock = ClockLot.listed(self.contract, self.words, self.lot, self.ends)
        self.clock.join(alice)
        self.clock.close_joining()
        self.clock.register(alice, 3, 3)
        self.clock.close_registering()
        self.clock.draw()
        self.clock.prepare(alice)
        self.clock.state(alice)

    def deliver(self, sender: Any = None) -> Any:
        return self.contract.buy(
            self.lot, {"from": sender or accounts[2], "value": 3 * WEI_PER_UNIT}
        )

    def deliver_to(self, sender: Any, recipient: Any) -> Any:
        return self.contract.buyTo(self.lot, recipient, {"from": sender, "value": 3 * WEI_PER_UNIT})

    def not_the_winner(self, caller: Any) -> tuple[Any, ...]:
        return "NotJoined", self.lot, caller

    def fail(self) -> None:
        self.clock.exit(accounts[2])

    def unsold(self) -> None:
        advance_to(self.ends[3])
        assert self.contract.phase(self.lot) == ClockPhase.VOID

    def give_back(self, who: Any) -> None:
        self.contract.claimBatch(self.lot, [who], {"from": accounts[0]})


@pytest.fixture(params=["auctioneer", "dao", "approximate", "clocks"])
def house(request, auctioneer, DAO, factory, approximate, clock_house, words):
    """Each house, and each kind of winner."""
    kinds = {
        "auctioneer": lambda: SecondPrice(auctioneer),
        "dao": lambda: Group(auctioneer, DAO, factory),
        "approximate": lambda: Approximate(approximate, words),
        "clocks": lambda: Clocks(clock_house, words),
    }
    return kinds[request.param]()


@pytest.fixture
def token(HostileItem):
    """A token that can be made to misbehave."""
    return accounts[0].deploy(HostileItem)


def approved(house, token, seller):
    """A new item of the seller's that the house may take."""
    token.mint(seller, 7, {"from": seller})
    token.approve(house.contract, 7, {"from": seller})


def listed(house, token, seller):
    """The same, listed."""
    approved(house, token, seller)
    house.list(token, 7, seller)
    house.lot = int(house.contract.lotCount())


def recipient_of(house, alice):
    """Who gets what Alice won."""
    return house.dao.estateAt(house.lot) if isinstance(house, Group) else alice


# WHAT CANNOT BE MOVED


def test_an_owner_that_may_not_move_its_own_item(house, token, seller, alice):
    """Who is approved may, so the house approves itself: sold, the item arrives."""
    token.behave(ItemManner.APPROVED_ONLY, {"from": seller})
    listed(house, token, seller)
    house.win(alice)
    house.deliver(alice)
    assert token.ownerOf(7) == recipient_of(house, alice)


def test_the_same_unsold(house, token, seller):
    """It goes back in the same way."""
    token.behave(ItemManner.APPROVED_ONLY, {"from": seller})
    listed(house, token, seller)
    house.unsold()
    house.reclaim()
    assert token.ownerOf(7) == seller


@pytest.mark.parametrize("manner", [ItemManner.LOCKED, ItemManner.TRAP])
def test_what_the_house_could_not_move_is_not_listed(house, token, seller, manner):
    """Neither as its owner nor by approving itself, whether the token fails or says nothing: it stays the seller's."""
    token.behave(manner, {"from": seller})
    approved(house, token, seller)
    before = house.contract.lotCount()
    with reverts_with(house.contract, "ItemCannotLeave", token, 7):
        house.list(token, 7, seller)
    assert token.ownerOf(7) == seller
    assert house.contract.lotCount() == before


def test_a_seller_that_may_not_have_it_back_now(house, token, seller, alice):
    """Its wallet is full again; that the house can move the item at all is enough."""
    listed_with = ItemManner.ONE_PER_WALLET
    token.mint(seller, 8, {"from": seller})
    token.behave(listed_with, {"from": seller})
    listed(house, token, seller)
    house.win(alice)
    house.deliver(alice)
    assert token.ownerOf(7) == recipient_of(house, alice)


def test_a_rehearsal_leaves_no_trace(house, token, seller):
    """Of all that the token did while it was listed only the way into escrow stands."""
    approved(house, token, seller)
    tx = house.list(token, 7, seller)
    moves = [log for log in tx.logs if log.address == token.address]
    assert len(moves) == 1
    assert token.balanceOf(house.contract) == 1
    assert token.getApproved(7) == NOBODY


def test_nobody_else_rehearses(house, token, seller, stranger):
    """Neither directly nor through a batch of calls."""
    listed(house, token, seller)
    with reverts_with(house.contract, "NotItself", stranger):
        house.contract.rehearse(token, 7, stranger, {"from": stranger})
    call = house.contract.rehearse.encode_input(token, 7, stranger)
    with reverts_with(house.contract, "NotItself", stranger):
        house.contract.multicall([call], {"from": stranger})


# WHAT MOVES BY ITSELF


def taken_and_listed(house, token, stranger):
    """The token gives the item to a stranger, who lists it at the same house; the new lot."""
    token.seize(stranger, 7, {"from": stranger})
    token.approve(house.contract, 7, {"from": stranger})
    house.list(token, 7, stranger)
    return int(house.contract.lotCount())


def test_a_lot_that_lost_its_item_returns_no_other(house, token, seller, stranger):
    """Who owned it until it expired has a void lot left: the item goes back to whom it is of now."""
    listed(house, token, seller)
    house.unsold()
    old = house.lot
    new = taken_and_listed(house, token, stranger)
    with reverts_with(house.contract, "NotHeldFor", old, token, 7):
        house.reclaim()
    assert token.ownerOf(7) == house.contract
    house.lot = new
    house.unsold()
    house.reclaim()
    assert token.ownerOf(7) == stranger
    house.lot = old
    with reverts_with(house.contract, "NotHeldFor", old, token, 7):
        house.reclaim()


def test_a_lot_that_lost_its_item_sells_no_other(house, token, seller, alice, stranger):
    """Its winner has everything back, and the new lot its item."""
    listed(house, token, seller)
    house.win(alice)
    old = house.lot
    new = taken_and_listed(house, token, stranger)
    with reverts_with(house.contract, "NotHeldFor", old, token, 7):
        house.deliver(alice)
    house.fail()
    before = alice.balance()
    house.give_back(alice)
    assert alice.balance() - before == house.deposit * WEI_PER_UNIT
    with reverts_with(house.contract, "NotHeldFor", old, token, 7):
        house.reclaim()
    house.lot = new
    house.unsold()
    house.reclaim()
    assert token.ownerOf(7) == stranger


def test_an_item_that_came_back_is_delivered(house, token, seller, alice, stranger):
    """What nobody else listed is the lot's still, by whatever way it is here again."""
    listed(house, token, seller)
    house.win(alice)
    token.seize(stranger, 7, {"from": stranger})
    with pytest.raises(Exception, match=r"revert|ERC721IncorrectOwner"):
        house.deliver(alice)
    token.seize(house.contract, 7, {"from": stranger})
    house.deliver(alice)
    assert token.ownerOf(7) == recipient_of(house, alice)


# WHAT SAYS THAT IT MOVED


@pytest.mark.parametrize("manner", [ItemManner.SAY_FALSE, ItemManner.IDLE])
def test_an_item_that_did_not_arrive_is_not_paid_for(house, token, seller, alice, manner):
    """Nobody pays, everybody has everything back, and the item goes back once its token moves it."""
    listed(house, token, seller)
    house.win(alice)
    token.behave(manner, {"from": seller})
    with reverts_with(house.contract, "ItemNotDelivered", token, 7, recipient_of(house, alice)):
        house.deliver(alice)
    assert house.contract.proceeds(seller) == 0
    house.fail()
    before = alice.balance()
    house.give_back(alice)
    assert alice.balance() - before == house.deposit * WEI_PER_UNIT
    with reverts_with(house.contract, "ItemNotDelivered", token, 7, seller):
        house.reclaim()
    token.behave(ItemManner.HONEST, {"from": seller})
    house.reclaim()
    assert token.ownerOf(7) == seller


def test_the_token_says_why(house, token, seller, alice):
    """Its own error comes through, not that of a second attempt."""
    listed(house, token, seller)
    house.win(alice)
    token.behave(ItemManner.LOCKED, {"from": seller})
    with pytest.raises(Exception, match="not approved"):
        house.deliver(alice)
    token.behave(ItemManner.HONEST, {"from": seller})
    house.deliver(alice)


# A WINNER WHOM THE TOKEN REFUSES


def test_a_winner_names_another_recipient(house, token, seller, alice, bob):
    """A full wallet need not make the lot void; the price is paid all the same."""
    if isinstance(house, Group):
        pytest.skip("the item goes to the estate, which no member speaks for")
    listed(house, token, seller)
    house.win(alice)
    token.mint(alice, 8, {"from": alice})
    token.behave(ItemManner.ONE_PER_WALLET, {"from": seller})
    with pytest.raises(Exception, match="one each"):
        house.deliver(alice)
    tx = house.deliver_to(alice, bob)
    assert token.ownerOf(7) == bob
    if isinstance(house, Clocks):
        sent = ("ItemSent", {"lot": house.lot, "recipient": bob.address})
        assert sent in logs_of(tx, house.contract)
    else:
        assert house.contract.recipientOf(house.lot, alice) == bob
    assert house.contract.proceeds(seller) > 0
    assert attempt(alice, house.contract.reclaim, house.lot).status == 0


def test_a_winner_who_names_whom_the_token_refuses(house, token, seller, alice, bob, stranger):
    """As free to let the lot turn void as who is refused itself; nobody's money is lost, and a better name ends it."""
    if isinstance(house, Group | Clocks):
        pytest.skip("only an individual in a book names a recipient before settlement")
    listed(house, token, seller)
    house.win(alice)
    token.mint(bob, 8, {"from": bob})
    token.behave(ItemManner.ONE_PER_WALLET, {"from": seller})
    house.contract.nameRecipient(house.lot, bob, {"from": alice})
    assert attempt(stranger, house.contract.settle, house.lot).status == 0
    assert house.contract.proceeds(seller) == 0
    house.contract.nameRecipient(house.lot, alice, {"from": alice})
    house.contract.settle(house.lot, {"from": stranger})
    assert token.ownerOf(7) == alice


def test_only_the_winner_names_one(house, token, seller, alice, bob, stranger):
    """Nobody else, before or after."""
    listed(house, token, seller)
    house.win(alice)
    if isinstance(house, Group):
        with reverts_with(house.contract, "NoBid", house.lot, alice):
            house.contract.nameRecipient(house.lot, bob, {"from": alice})
        return
    for who in (stranger, seller):
        with reverts_with(house.contract, *house.not_the_winner(who)):
            house.deliver_to(who, bob)
    house.deliver(alice)
    assert token.ownerOf(7) == alice
    with pytest.raises(Exception, match=r"Wrong(Clock)?Phase|revert"):
        house.deliver_to(alice, bob)
    assert token.ownerOf(7) == alice


@pytest.mark.parametrize("name", ["nobody", "house"])
def test_recipients_that_would_lose_the_item(house, token, seller, alice, name):
    """Named by mistake: refused, and the winner can name another."""
    if isinstance(house, Group):
        pytest.skip("the item goes to the estate, which no member speaks for")
    listed(house, token, seller)
    house.win(alice)
    lost = NOBODY if name == "nobody" else house.contract
    with reverts_with(house.contract, "BadRecipient", lost):
        house.deliver_to(alice, lost)
    house.deliver(alice)
    assert token.ownerOf(7) == alice
