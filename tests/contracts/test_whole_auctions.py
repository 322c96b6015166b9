"""Whole auctions, from listing to the last claim: who wins, who pays what, and not a wei is left but what was burnt.

After their bids the bidders send nothing: every further step is sent by somebody without a part in
it, so that what bidders receive is exact to the wei.
"""

from typing import NamedTuple

import pytest
from brownie import accounts

from offchain.bindings.enumerations import BookState, Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import (
    advance,
    create_dao,
    list_lot,
    place,
    reveal_all,
    seal,
    settle,
    tally,
)
from tests.contracts.checks import plain
from tests.contracts.mechanism import NOBODY


class Bid(NamedTuple):
    """A bid, its deposit, and whether its owner lets it be opened."""

    amount: int
    deposit: int
    shown: bool = True


def shown(bids):
    """The amounts of those who reveal."""
    return {who: bid.amount for who, bid in bids.items() if bid.shown}


def play(auctioneer, lot, individuals, daos, helper):
    """From the bids to the closed lot; its leader and price."""
    books = [(auctioneer, individuals), *daos]
    sealed = [(book, bids) for book, bids in books if book == auctioneer or not book.isOpen()]
    for book, bids in books:
        for who, bid in bids.items():
            if (book, bids) in sealed:
                seal(book, lot, who, bid.amount, bid.deposit)
            else:
                place(book, lot, who, bid.amount)
    advance(auctioneer, lot, Phase.REVEAL)
    for book, bids in sealed:
        reveal_all(book, lot, shown(bids), helper)
    advance(auctioneer, lot, Phase.TALLY)
    for dao, bids in daos:
        tally(dao, lot, shown(bids), helper, step=2)
    return plain(auctioneer.standing(lot))


def pay_out(auctioneer, lot, individuals, daos, helper):
    """Push everything to everybody; what each bidder received, in wei, and the seller's proceeds."""
    people = [who for _, bids in ((auctioneer, individuals), *daos) for who in bids]
    before = {who: who.balance() for who in people}
    for book, bids in ((auctioneer, individuals), *daos):
        book.claimBatch(lot, list(bids), {"from": helper})
    received = {who: who.balance() - before[who] for who in people}
    return received, auctioneer.proceeds(auctioneer.lotOf(lot)["seller"])


def nothing_left(auctioneer, seller, daos, earned, burnt=()):
    """The seller takes what is earned, and every contract is empty but for bonds, in units, in its order."""
    recipient = accounts[29]
    before = recipient.balance()
    auctioneer.withdrawProceeds(recipient, {"from": seller})
    assert recipient.balance() - before == earned
    burnt = burnt or [0] * (1 + len(daos))
    assert [book.balance() for book in (auctioneer, *daos)] == [
        bond * WEI_PER_UNIT for bond in burnt
    ]


def test_dao_wins(auctioneer, dao, rival, item, lot, seller, stranger):
    """Two sealed DAOs and individuals: hidden deposits, bids not shown at each level, an early tie."""
    people = accounts[10:19]
    first = {
        people[0]: Bid(10, 15),
        people[1]: Bid(10, 10),
        people[2]: Bid(6, 20),
        people[3]: Bid(9, 40, shown=False),
    }
    second = {people[4]: Bid(12, 12), people[5]: Bid(3, 8)}
    alone = {people[6]: Bid(17, 30), people[7]: Bid(50, 60, shown=False), people[8]: Bid(2, 2)}
    daos = [(dao, first), (rival, second)]
    # 2 * 10 against 12 and 17; the 17 came first and would win a tie, so 18 is critical, 6 each
    assert play(auctioneer, lot, alone, daos, stranger) == (Phase.CLOSED, dao, 18)
    settle(dao, lot, shown(first), 18, stranger, step=2)
    assert item.ownerOf(lot) == dao.estateAt(lot)
    received, earned = pay_out(auctioneer, lot, alone, daos, stranger)
    costs = {people[0]: 6, people[1]: 6, people[2]: 6, people[3]: 4, people[7]: 6}
    for bids in (first, second, alone):
        for who, bid in bids.items():
            assert received[who] == (bid.deposit - costs.get(who, 0)) * WEI_PER_UNIT
    assert earned == 3 * 6 * WEI_PER_UNIT
    assert [dao.hasAccess(lot, who) for who in first] == [True, True, True, False]
    assert not any(rival.hasAccess(lot, who) for who in second)
    nothing_left(auctioneer, seller, [dao, rival], earned, burnt=[6, 4, 0])


def test_open_dao_wins(auctioneer, dao, open_dao, item, lot, seller, stranger):
    """An open DAO against a sealed one: the overshoot of rounding goes to the seller."""
    people = accounts[10:16]
    bids = {people[0]: Bid(5, 5), people[1]: Bid(5, 5), people[2]: Bid(5, 5), people[3]: Bid(2, 2)}
    other = {people[4]: Bid(11, 11), people[5]: Bid(9, 100, shown=False)}
    daos = [(dao, other), (open_dao, bids)]
    # 15 against 11, which came first: price 12 would be 4 each; of four only three reach it
    assert play(auctioneer, lot, {}, daos, stranger) == (Phase.CLOSED, open_dao, 12)
    settle(open_dao, lot, shown(bids), 12, stranger, step=2)
    received, earned = pay_out(auctioneer, lot, {}, daos, stranger)
    assert [received[who] for who in people] == [
        amount * WEI_PER_UNIT for amount in (1, 1, 1, 2, 11, 90)
    ]
    assert earned == 12 * WEI_PER_UNIT
    nothing_left(auctioneer, seller, [dao, open_dao], earned, burnt=[0, 10, 0])


def test_share_is_rounded_up(auctioneer, open_dao, dao, item, lot, seller, stranger):
    """Three pay for a price of 10: 4 each, 2 more than the price, and the books still close."""
    people = accounts[10:14]
    bids = {who: Bid(4, 4) for who in people[:3]}
    alone = {people[3]: Bid(9, 9)}
    daos = [(open_dao, bids), (dao, {})]
    assert play(auctioneer, lot, alone, daos, stranger) == (Phase.CLOSED, open_dao, 10)
    settle(open_dao, lot, shown(bids), 10, stranger, step=2)
    received, earned = pay_out(auctioneer, lot, alone, daos, stranger)
    assert [received[who] for who in people] == [0, 0, 0, 9 * WEI_PER_UNIT]
    assert earned == 12 * WEI_PER_UNIT
    assert all(open_dao.hasAccess(lot, who) for who in bids)
    nothing_left(auctioneer, seller, [open_dao, dao], earned)


def test_individual_wins(auctioneer, dao, rival, item, lot, seller, stranger):
    """An individual beats two DAOs, pays the better one's bid, and the rest comes back to all."""
    people = accounts[10:15]
    alone = {people[0]: Bid(30, 50), people[1]: Bid(25, 25, shown=False)}
    daos = [(dao, {people[2]: Bid(10, 10), people[3]: Bid(8, 8)}), (rival, {people[4]: Bid(9, 12)})]
    assert play(auctioneer, lot, alone, daos, stranger) == (Phase.CLOSED, people[0], 16)
    auctioneer.settle(lot, {"from": stranger})
    assert item.ownerOf(lot) == people[0]
    received, earned = pay_out(auctioneer, lot, alone, daos, stranger)
    assert [received[who] for who in people] == [
        amount * WEI_PER_UNIT for amount in (34, 23, 10, 8, 12)
    ]
    assert earned == 16 * WEI_PER_UNIT
    nothing_left(auctioneer, seller, [dao, rival], earned, burnt=[2, 0, 0])


def test_nobody_wins(auctioneer, dao, open_dao, item, lot, seller, stranger):
    """Nobody reaches the reserve: the item and the deposits go back, but for a bond, which is burnt even then."""
    people = accounts[10:14]
    alone = {people[0]: Bid(2, 9), people[1]: Bid(9, 10, shown=False)}
    daos = [(dao, {people[2]: Bid(1, 7)}), (open_dao, {people[3]: Bid(2, 2)})]
    assert play(auctioneer, lot, alone, daos, stranger) == (Phase.VOID, NOBODY, 0)
    auctioneer.reclaim(lot, {"from": stranger})
    assert item.ownerOf(lot) == seller
    received, earned = pay_out(auctioneer, lot, alone, daos, stranger)
    assert [received[who] for who in people] == [amount * WEI_PER_UNIT for amount in (9, 9, 7, 2)]
    assert earned == 0
    assert [book.balance() for book in (auctioneer, dao, open_dao)] == [WEI_PER_UNIT, 0, 0]


def test_winner_is_never_settled(auctioneer, dao, rival, item, lot, seller, stranger):
    """The settlement window passes: as if nobody had won, but that bonds are burnt."""
    people = accounts[10:14]
    alone = {people[0]: Bid(4, 9)}
    daos = [
        (dao, {people[1]: Bid(9, 10), people[2]: Bid(8, 30, shown=False)}),
        (rival, {people[3]: Bid(5, 5)}),
    ]
    assert play(auctioneer, lot, alone, daos, stranger) == (Phase.CLOSED, dao, 5)
    advance(auctioneer, lot, Phase.VOID)
    auctioneer.reclaim(lot, {"from": stranger})
    received, earned = pay_out(auctioneer, lot, alone, daos, stranger)
    assert [received[who] for who in people] == [amount * WEI_PER_UNIT for amount in (9, 10, 27, 5)]
    assert earned == 0
    assert [book.bookOf(lot)["state"] for book in (dao, rival)] == [BookState.LOST, BookState.LOST]
    assert [book.balance() for book in (auctioneer, dao, rival)] == [0, 3 * WEI_PER_UNIT, 0]


@pytest.mark.parametrize("dao_wins", [(0, 1), (1, 0)], ids=["first", "second"])
def test_many_lots_share_a_dao(auctioneer, factory, DAO, item, seller, stranger, dao_wins):
    """Mechanism 2: two lots at once, the same DAO and members on both, each settled by itself."""
    dao = create_dao(factory, DAO, auctioneer)
    lots = [list_lot(auctioneer, item, seller) for _ in range(2)]
    for lot in lots:
        dao.enter(lot, {"from": stranger})
    people = accounts[10:13]
    won, lost = (lots[i] for i in dao_wins)
    bids = {won: {people[0]: 8, people[1]: 6}, lost: {people[0]: 3, people[1]: 5}}
    alone = {won: 4, lost: 20}
    for lot in lots:
        for who, bid in bids[lot].items():
            seal(dao, lot, who, bid, deposit=bid + 1)
        seal(auctioneer, lot, people[2], alone[lot])
    advance(dao, lots[1], Phase.REVEAL)
    for lot in lots:
        reveal_all(dao, lot, bids[lot], stranger)
        reveal_all(auctioneer, lot, {people[2]: alone[lot]}, stranger)
    advance(dao, lots[1], Phase.TALLY)
    for lot in lots:
        tally(dao, lot, bids[lot], stranger)
    # won: 12 against 4, so 5, shared as 3 each; lost: 6 against 20
    before = [who.balance() for who in people]
    settle(dao, won, bids[won], 5, stranger)
    auctioneer.settle(lost, {"from": stranger})
    for lot in lots:
        dao.claimBatch(lot, people[:2], {"from": stranger})
        auctioneer.claimBatch(lot, [people[2]], {"from": stranger})
    gains = [who.balance() - old for who, old in zip(people, before, strict=True)]
    assert gains == [
        (9 - 3 + 4) * WEI_PER_UNIT,
        (7 - 3 + 6) * WEI_PER_UNIT,
        (4 + 20 - 6) * WEI_PER_UNIT,
    ]
    assert (item.ownerOf(won), item.ownerOf(lost)) == (dao.estateAt(won), people[2])
    nothing_left(auctioneer, seller, [dao], (6 + 6) * WEI_PER_UNIT)
