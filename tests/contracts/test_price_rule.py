"""The price rule: the highest bid wins at its critical bid, ties to who came first."""

import itertools

import pytest
from brownie import accounts

from offchain.bindings.enumerations import Phase
from tests.contracts.auction import advance, reveal, reveal_all, seal, tally
from tests.contracts.checks import plain
from tests.contracts.mechanism import NOBODY


def expected(bids, reserve):
    """By definition: the first of the highest, at the least bid with which it would still win."""
    bids = [(bid, -i) for i, bid in enumerate(bids) if bid >= reserve]
    if not bids:
        return None, reserve
    _, position = max(bids)
    others = [(bid, i) for bid, i in bids if i != position]
    # a rival that came earlier (a larger -i) wins ties, so it has to be beaten by one unit
    return -position, max([reserve] + [bid + (i > position) for bid, i in others])


ORDERS = [*sorted(set(itertools.permutations((2, 3, 4, 4)))), (3, 3, 3, 3), (1, 2, 2, 1)]


@pytest.mark.parametrize("bids", ORDERS, ids=str)
def test_every_order_of_arrival(auctioneer, lot, bids):
    """Individuals bid in the order in which they reveal; the reserve is 3."""
    people = accounts[10:14]
    for bidder, bid in zip(people, bids, strict=True):
        seal(auctioneer, lot, bidder, bid)
    advance(auctioneer, lot, Phase.REVEAL)
    for i, (bidder, bid) in enumerate(zip(people, bids, strict=True), 1):
        reveal(auctioneer, lot, bidder, bid)
        winner, price = expected(bids[:i], 3)
        leader = NOBODY if winner is None else people[winner]
        assert plain(auctioneer.standing(lot)[1:]) == (leader, price)


def test_batch_keeps_its_order(auctioneer, lot, alice, bob):
    """Within a batch the openings arrive one after the other."""
    for bidder in (alice, bob):
        seal(auctioneer, lot, bidder, 5)
    advance(auctioneer, lot, Phase.REVEAL)
    reveal_all(auctioneer, lot, {bob: 5, alice: 5})
    assert plain(auctioneer.standing(lot)[1:]) == (bob, 5)


@pytest.mark.parametrize("first", ["dao", "rival"])
def test_tied_daos_in_the_order_of_their_tallies(auctioneer, dao, rival, lot, alice, bob, first):
    """Of two DAOs with one willingness to pay the first to be tallied wins, at that price."""
    for book, member in ((dao, alice), (rival, bob)):
        seal(book, lot, member, 5)
    advance(dao, lot, Phase.REVEAL)
    reveal(dao, lot, alice, 5)
    reveal(rival, lot, bob, 5)
    advance(dao, lot, Phase.TALLY)
    order = [(dao, alice), (rival, bob)]
    for book, member in order if first == "dao" else order[::-1]:
        tally(book, lot, {member: 5})
    winner = dao if first == "dao" else rival
    assert plain(auctioneer.standing(lot)) == (Phase.CLOSED, winner, 5)


def test_individuals_come_before_daos(auctioneer, dao, lot, alice, bob):
    """A DAO has to beat an individual by a unit; its members cannot be overtaken by a late tie."""
    seal(auctioneer, lot, alice, 5)
    seal(dao, lot, bob, 5)
    advance(dao, lot, Phase.REVEAL)
    reveal(dao, lot, bob, 5)
    reveal(auctioneer, lot, alice, 5)
    advance(dao, lot, Phase.TALLY)
    tally(dao, lot, {bob: 5})
    assert plain(auctioneer.standing(lot)) == (Phase.CLOSED, alice, 5)
