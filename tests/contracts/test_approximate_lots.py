"""Lots under approximate valuations, from listing to the last refund, when nobody is hostile."""

from fractions import Fraction

import pytest
from brownie import accounts, reverts

from offchain.bindings.deployment import NO_BEACON
from offchain.bindings.enumerations import BookState, Phase
from offchain.io.units import WEI_PER_UNIT
from offchain.model.mechanisms.approximate import probabilities, sell
from tests.contracts.approximate_lots import (
    DELTA,
    DRAW_WINDOW,
    TOKENS,
    add_dao,
    bid,
    bids_of,
    dao_to_draw,
    decide,
    draw,
    draw_in,
    entries_of,
    list_game,
    play,
    proof_of,
    sealed_to_draw,
)
from tests.contracts.auction import (
    WINDOW,
    advance,
    advance_to,
    claim,
    now,
    reveal,
    reveal_all,
    schedule_from,
    seal,
    settle,
    start_of,
    tally,
)
from tests.contracts.checks import emitted, logs_of, plain, reverts_with
from tests.contracts.mechanism import NOBODY, entry


@pytest.fixture(scope="module")
def game(approximate, item, seller):
    """A lot in its bidding phase: inaccuracy 1/2, bond 10 %, an hour for each phase."""
    return list_game(approximate, item, seller)


@pytest.fixture
def players(alice, bob, carol):
    """Three individuals; all have a chance, and draws beyond 0.98 sell to nobody."""
    return [(alice, 10), (bob, 7), (carol, 9)]


# LISTING


def test_listing_takes_the_item_and_says_the_inaccuracy(approximate, item, seller):
    """No reserve; the logs hold all of the listing."""
    lot = int(approximate.lotCount()) + 1
    token = TOKENS + lot
    item.mint(seller, token, {"from": seller})
    item.approve(approximate, token, {"from": seller})
    schedule = schedule_from(now())
    tx = approximate.list(item, token, 3, 8, schedule, {"from": seller})
    assert logs_of(tx, approximate) == [
        (
            "LotListed",
            {
                "lot": lot,
                "seller": seller.address,
                "token": item.address,
                "tokenId": token,
                "reserve": 0,
                "schedule": schedule,
            },
        ),
        ("InaccuracySet", {"lot": lot, "numerator": 3, "denominator": 8}),
    ]
    assert item.ownerOf(token) == approximate
    assert plain(approximate.lotteryOf(lot)) == (0, 3, 8, "False", 0)
    assert approximate.phase(lot) == Phase.BIDDING


@pytest.mark.parametrize("terms", [(0, 1), (0, 0), (1, 1), (2, 1), (1, 0), (2**32 - 1, 2**32 - 1)])
def test_inaccuracies_that_are_none(approximate, item, seller, terms):
    """It lies between 0 and 1; of 0 the mechanism would divide by 0."""
    with reverts_with(approximate, "BadInaccuracy", *terms):
        approximate.list(item, 1, *terms, schedule_from(now()), {"from": seller})


def test_the_least_and_the_largest_inaccuracy_can_be_listed(
    approximate, item, seller, alice, bob, words
):
    """The largest terms, and the largest bids beside the least, overflow nothing."""
    most = 2**32 - 1
    for delta in (Fraction(1, most), Fraction(most - 1, most), Fraction(most // 2, most)):
        lot = list_game(approximate, item, seller, delta)
        players = [(alice, 2**32), (bob, 1)]
        sealed_to_draw(approximate, lot, players)
        point = draw(approximate, words, lot, Fraction(1, 3))
        decide(approximate, lot, players, point, delta=delta)
        winner, price = sell(bids_of(players), delta, Fraction(1, 3))
        assert winner is not None
        assert plain(approximate.standing(lot)) == (Phase.CLOSED, players[winner][0].address, price)


def test_schedules_are_bound_as_at_the_auctioneer(approximate, item, seller):
    """The base holds both to the same rules."""
    bidding, opening, counting, bond = schedule_from(now())
    with reverts_with(approximate, "BadSchedule", bidding, bidding, counting):
        approximate.list(item, 1, 1, 2, (bidding, bidding, counting, bond), {"from": seller})
    with reverts_with(approximate, "BondTooHigh", 10_001):
        approximate.list(item, 1, 1, 2, (bidding, opening, counting, 10_001), {"from": seller})


# A SALE


@pytest.mark.parametrize("part", [Fraction(0), Fraction(1, 2), Fraction(99, 100)])
@pytest.mark.parametrize("place", range(3))
def test_a_draw_sells_to_whose_piece_it_falls_into(
    approximate, item, words, game, seller, players, place, part
):
    """At the critical bid; the others get all back, the seller gets the price, the winner the item."""
    fall = draw_in(bids_of(players), place, part)
    tx = play(approximate, words, game, players, fall)
    winner, price = sell(bids_of(players), DELTA, fall)
    assert winner == place
    who, amount = players[place]
    (decided,) = logs_of(tx, approximate)
    assert decided[0] == "DrawDecided"
    assert decided[1] | {"draw": 0} == {
        "lot": game,
        "winner": who.address,
        "bid": amount,
        "price": price,
        "draw": 0,
    }
    assert plain(approximate.standing(game)) == (Phase.CLOSED, who.address, price)
    before = [bidder.balance() for bidder, _ in players]
    approximate.settle(game, {"from": accounts[0]})
    approximate.claimBatch(game, [bidder for bidder, _ in players], {"from": accounts[0]})
    paid = [
        WEI_PER_UNIT * (amount + 10) - (bidder.balance() - old)
        for (bidder, amount), old in zip(players, before, strict=True)
    ]
    assert paid == [WEI_PER_UNIT * price if index == place else 0 for index in range(3)]
    assert approximate.proceeds(seller) == WEI_PER_UNIT * price
    assert item.ownerOf(TOKENS + game) == who
    assert approximate.phase(game) == Phase.SETTLED


def test_a_draw_beyond_all_pieces_sells_to_nobody(
    approximate, item, words, game, seller, players, dave
):
    """The lot is void at once: the item and the deposits go back, but for the bond of who kept silent."""
    seal(approximate, game, dave, 5, deposit=50)
    fall = draw_in(bids_of(players), None)
    tx = play(approximate, words, game, players, fall)
    assert logs_of(tx, approximate)[0][1]["winner"] == NOBODY
    assert plain(approximate.standing(game)) == (Phase.VOID, NOBODY, 0)
    with reverts_with(approximate, "WrongPhase", game, Phase.VOID):
        approximate.settle(game, {"from": accounts[0]})
    for who, amount in (*((bidder, b + 10) for bidder, b in players), (dave, 45)):
        tx = claim(approximate, game, who)
        assert emitted(tx)[-1].fields == {"entry": entry(game, amount, who)}
    approximate.reclaim(game, {"from": accounts[0]})
    assert item.ownerOf(TOKENS + game) == seller
    assert (approximate.balance(), approximate.proceeds(seller)) == (5 * WEI_PER_UNIT, 0)
    with reverts_with(approximate, "WrongPhase", game, Phase.VOID):
        approximate.reclaim(game, {"from": accounts[0]})


def test_who_does_not_reveal_a_bid_on_a_lot_that_is_sold_pays_the_bond(
    approximate, words, game, seller, players, dave
):
    """As at the auctioneer: a tenth, from the end of reveal on, and the seller does not get it."""
    seal(approximate, game, dave, 5, deposit=50)
    play(approximate, words, game, players, draw_in(bids_of(players), 0))
    tx = claim(approximate, game, dave)
    assert emitted(tx)[-1].fields == {"entry": entry(game, 45, dave)}
    _, _, price = approximate.standing(game)
    approximate.settle(game, {"from": accounts[0]})
    assert approximate.proceeds(seller) == WEI_PER_UNIT * price


def test_losers_are_free_before_the_winner_is_settled(
    approximate, words, game, players, alice, bob
):
    """The winner alone waits."""
    play(approximate, words, game, players, draw_in(bids_of(players), 0))
    claim(approximate, game, bob)
    with reverts_with(approximate, "WrongPhase", game, Phase.CLOSED):
        claim(approximate, game, alice)


# BIDS OF NOTHING


@pytest.mark.parametrize("place", range(3))
def test_bids_of_nothing_have_equal_chances_and_win_for_nothing(
    approximate, item, words, game, seller, alice, bob, carol, place
):
    """The winner gets the item, and the whole deposit back."""
    players = [(alice, 0), (bob, 0), (carol, 0)]
    play(approximate, words, game, players, Fraction(2 * place + 1, 6))
    winner = players[place][0]
    assert plain(approximate.standing(game)) == (Phase.CLOSED, winner.address, 0)
    tx = approximate.settle(game, {"from": accounts[0]})
    assert logs_of(tx, approximate)[-1] == (
        "LotSettled",
        {"lot": game, "winner": winner.address, "price": 0, "paid": 0},
    )
    for who, _ in players:
        tx = claim(approximate, game, who)
        assert emitted(tx)[-1].fields == {"entry": entry(game, 10, who)}
        with reverts_with(approximate, "NothingToClaim", game, who):
            claim(approximate, game, who)
    assert item.ownerOf(TOKENS + game) == winner
    assert approximate.balance() == approximate.proceeds(seller) == 0


def test_a_bid_of_nothing_opens_alone_or_in_a_batch_and_needs_a_deposit(
    approximate, game, alice, bob
):
    """It plays like any other; an empty slot could not be told from one that was never filled."""
    with reverts_with(approximate, "ZeroDeposit", game, alice):
        seal(approximate, game, alice, 0, deposit=0)
    seal(approximate, game, alice, 0, deposit=1)
    seal(approximate, game, bob, 0, deposit=1)
    advance(approximate, game, Phase.REVEAL)
    reveal(approximate, game, alice, 0)
    with reverts_with(approximate, "AlreadyRevealed", game, alice):
        reveal(approximate, game, alice, 0)
    reveal_all(approximate, game, {bob: 0})
    assert approximate.lotteryOf(game)["roster"] % 2**24 == 2


def test_a_bid_of_nothing_beside_others_never_wins(approximate, words, game, alice, bob):
    """It still is one of the players that chances are reckoned for."""
    players = [(alice, 0), (bob, 6)]
    play(approximate, words, game, players, Fraction(0))
    chances = probabilities(bids_of(players), DELTA)
    assert chances[0] == 0 < chances[1] < 1
    assert approximate.standing(game)[1] == bob


# WHO PLAYS


def test_nobody_plays_a_void_lot(approximate, game, alice):
    """Sealed bids that nobody opens are no players."""
    seal(approximate, game, alice, 5)
    advance(approximate, game, Phase.TALLY)
    assert approximate.phase(game) == Phase.VOID
    claim(approximate, game, alice)


def test_roster_is_the_same_however_bids_are_opened(
    approximate, item, seller, game, alice, bob, carol
):
    """Alone, in one batch or in two, with a wrong opening between: order alone counts."""
    players = [(alice, 4), (bob, 0), (carol, 2)]
    bid(approximate, game, players)
    advance(approximate, game, Phase.REVEAL)
    reveal(approximate, game, alice, 4)
    reveal_all(approximate, game, {alice: 4, bob: 0, accounts[9]: 1, carol: 2})
    found = approximate.lotteryOf(game)["roster"]
    assert found % 2**24 == 3
    assert approximate.chancesOf(
        game, proof_of(players, 0).all.winners.word, entries_of(game, players)
    )


def test_chances_are_exact_fractions(approximate, game, players):
    """For every player, in order; and only for the right players and the right winners."""
    sealed_to_draw(approximate, game, players)
    entries = entries_of(game, players)
    winners = proof_of(players, 0).all.winners
    found = zip(*approximate.chancesOf(game, winners.word, entries), strict=True)
    assert [Fraction(*map(int, terms)) for terms in found] == list(
        probabilities(bids_of(players), DELTA)
    )
    for wrong in (entries[:-1], entries[::-1], [*entries, entries[0]]):
        with reverts_with(approximate, "WrongPlayers", game):
            approximate.chancesOf(game, winners.word, wrong)
    with reverts_with(approximate, "WrongWinners", winners.word + 1, winners.word):
        approximate.chancesOf(game, winners.word + 1, entries)


# DAOS


@pytest.fixture
def group(approximate, factory, DAO, game):
    """A DAO that entered the lot."""
    return add_dao(approximate, factory, DAO, game)


def test_a_dao_wins_and_its_members_share_the_price(
    approximate, item, words, game, group, seller, alice, bob, carol
):
    """It bids its willingness to pay, and its own settlement pays; served members have access."""
    members = {bob: 7, carol: 3}
    dao_to_draw(approximate, group, game, [(alice, 9)], list(members.items()))
    players = [(alice, 9), (group, 7)]
    assert approximate.phase(game) == Phase.DRAW
    point = draw(approximate, words, game, draw_in([9, 7], 1, Fraction(1, 5)))
    decide(approximate, game, players, point)
    _, leader, price = approximate.standing(game)
    assert (leader, price) == (group, sell([9, 7], DELTA, draw_in([9, 7], 1, Fraction(1, 5)))[1])
    assert price <= 6  # so that both members can share it
    with reverts_with(approximate, "LedByDAO", game, group):
        approximate.settle(game, {"from": accounts[0]})
    settle(group, game, members, price)
    share = -(-price // 2)
    assert [group.hasAccess(game, who) for who in (alice, bob, carol)] == [False, True, True]
    assert approximate.proceeds(seller) == WEI_PER_UNIT * 2 * share
    assert item.ownerOf(TOKENS + game) == group.estateAt(game)
    for who, amount in members.items():
        if amount > share:
            tx = claim(group, game, who)
            assert emitted(tx)[-1].fields == {"entry": entry(game, amount - share, who)}
    claim(approximate, game, alice)


def test_a_dao_that_loses_pays_everybody_back(approximate, words, game, group, alice, bob, carol):
    """Before the winner is settled already."""
    dao_to_draw(approximate, group, game, [(alice, 9)], [(bob, 7), (carol, 3)])
    point = draw(approximate, words, game, Fraction(0))
    with reverts_with(group, "WrongPhase", game, Phase.DRAW):
        claim(group, game, bob)
    decide(approximate, game, [(alice, 9), (group, 7)], point)
    for who in (bob, carol):
        claim(group, game, who)
    assert group.balance() == 0


def test_a_dao_whose_critical_bid_is_0_pays_one_unit(approximate, words, game, group, alice, bob):
    """No member could have a share of nothing."""
    dao_to_draw(approximate, group, game, [(alice, 0)], [(bob, 7)])
    players = [(alice, 0), (group, 7)]
    point = draw(approximate, words, game, Fraction(0))
    proof = proof_of(players, point)
    assert (proof.place, proof.price) == (1, 0)
    decide(approximate, game, players, point)
    assert plain(approximate.standing(game)) == (Phase.CLOSED, group.address, 1)
    settle(group, game, {bob: 7}, 1)
    assert group.hasAccess(game, bob)


def test_a_dao_without_bids_does_not_play(approximate, words, game, group, alice):
    """It abstains by an empty tally, and nobody waits for it."""
    dao_to_draw(approximate, group, game, [(alice, 9)], [])
    point = draw(approximate, words, game, Fraction(1, 2))
    decide(approximate, game, [(alice, 9)], point)
    assert approximate.standing(game)[1] == alice


def test_a_lot_with_nothing_but_abstaining_daos_is_void(approximate, game, group):
    """There is nobody to draw from."""
    advance(approximate, game, Phase.TALLY)
    assert approximate.phase(game) == Phase.TALLY
    tally(group, game, {})
    assert approximate.phase(game) == Phase.VOID


def test_daos_that_bid_and_one_that_is_silent(
    approximate, factory, DAO, words, game, group, alice, bob
):
    """The draw waits for it to the end of the tally, no longer; it does not play."""
    silent = add_dao(approximate, factory, DAO, game)
    seal(silent, game, bob, 50)
    dao_to_draw(approximate, group, game, [(alice, 9)], [(bob, 7)])
    with reverts_with(approximate, "WrongPhase", game, Phase.TALLY):
        approximate.requestDraw(game, {"from": accounts[0]})
    advance(approximate, game, Phase.CLOSED)
    assert approximate.phase(game) == Phase.DRAW
    with reverts_with(silent, "WrongPhase", game, Phase.DRAW):
        tally(silent, game, {})
    point = draw(approximate, words, game, Fraction(1, 2))
    decide(approximate, game, [(alice, 9), (group, 7)], point)
    claim(silent, game, bob) if approximate.phase(game) == Phase.VOID else None
    approximate.settle(game, {"from": accounts[0]}) if approximate.standing(game)[
        1
    ] == alice else settle(group, game, {bob: 7}, approximate.standing(game)[2])
    tx = claim(silent, game, bob)
    assert emitted(tx)[-1].fields == {"entry": entry(game, 45, bob)}  # less the bond, not opened


def test_a_bid_of_a_dao_that_does_not_fit(
    ApproximateAuction, CredulousFactory, words, item, seller, stranger
):
    """18 billion ether and more; its members get everything back, as if it had not been tallied."""
    register = stranger.deploy(CredulousFactory)
    approximate = stranger.deploy(ApproximateAuction, register, NO_BEACON, words)
    lot = list_game(approximate, item, seller, first_token=2 * TOKENS)
    approximate.enter(lot, {"from": stranger})
    advance(approximate, lot, Phase.TALLY)
    with reverts_with(approximate, "BidTooHigh", lot, stranger, 2**64):
        approximate.submit(lot, 2**64, {"from": stranger})
    approximate.submit(lot, 2**64 - 1, {"from": stranger})
    players = [(stranger, 2**64 - 1)]
    decide(approximate, lot, players, draw(approximate, words, lot, Fraction(1, 2)))
    assert plain(approximate.standing(lot)) == (Phase.CLOSED, stranger.address, 1)


# TIME


def test_the_window_of_settlement_counts_from_the_decision(
    approximate, item, words, game, seller, players, alice
):
    """A late decision leaves time enough to settle; then the lot is void, and all goes back."""
    sealed_to_draw(approximate, game, players)
    advance_to(start_of(approximate, game, Phase.CLOSED) + DRAW_WINDOW - 60)
    point = draw(approximate, words, game, draw_in(bids_of(players), 0))
    decide(approximate, game, players, point)
    decided = approximate.lotteryOf(game)["decidedAt"]
    assert decided == now()
    advance_to(decided + WINDOW - 1)
    assert approximate.phase(game) == Phase.CLOSED
    advance_to(decided + WINDOW)
    assert plain(approximate.standing(game)) == (Phase.VOID, NOBODY, 0)
    with reverts_with(approximate, "WrongPhase", game, Phase.VOID):
        approximate.settle(game, {"from": accounts[0]})
    approximate.claimBatch(game, [who for who, _ in players], {"from": accounts[0]})
    approximate.reclaim(game, {"from": accounts[0]})
    assert approximate.balance() == 0
    assert item.ownerOf(TOKENS + game) == seller
    assert approximate.bookOf(game)["state"] == BookState.LOST


@pytest.mark.parametrize("requested", [False, True])
def test_a_draw_that_never_comes_locks_nothing_in(
    approximate, item, game, group, seller, alice, bob, carol, requested
):
    """Void three days after the tally, asked for or not: the item and all open bids' deposits go back."""
    seal(approximate, game, carol, 30)
    dao_to_draw(approximate, group, game, [(alice, 9)], [(bob, 7)])
    if requested:
        approximate.requestDraw(game, {"from": accounts[0]})
    end = start_of(approximate, game, Phase.CLOSED) + DRAW_WINDOW
    advance_to(end - 60)
    assert approximate.phase(game) == Phase.DRAW
    for book, who in ((approximate, alice), (group, bob)):
        with reverts_with(book, "WrongPhase", game, Phase.DRAW):
            claim(book, game, who)
    tx = claim(approximate, game, carol)  # who did not open it need not wait
    assert emitted(tx)[-1].fields == {"entry": entry(game, 27, carol)}
    advance_to(end)
    assert approximate.phase(game) == group.phase(game) == Phase.VOID
    for book, who in ((approximate, alice), (group, bob)):
        claim(book, game, who)
    approximate.reclaim(game, {"from": accounts[0]})
    assert (approximate.balance(), group.balance()) == (3 * WEI_PER_UNIT, 0)
    assert item.ownerOf(TOKENS + game) == seller


def test_a_word_that_comes_too_late_decides_nothing(approximate, words, game, players):
    """Refunds may have been paid by then."""
    sealed_to_draw(approximate, game, players)
    approximate.requestDraw(game, {"from": accounts[0]})
    advance_to(start_of(approximate, game, Phase.CLOSED) + DRAW_WINDOW)
    words.set(approximate, game, 0, {"from": accounts[0]})
    with reverts_with(approximate, "WrongPhase", game, Phase.VOID):
        decide(approximate, game, players, 0)


def test_the_draw_needs_no_waiting_once_all_daos_have_bid(approximate, game, group, alice, bob):
    """As the auctioneer closes early."""
    dao_to_draw(approximate, group, game, [(alice, 9)], [(bob, 7)])
    assert now() < start_of(approximate, game, Phase.CLOSED)
    approximate.requestDraw(game, {"from": bob})
    with reverts():
        approximate.requestDraw(game, {"from": bob})
