"""Lots under approximate valuations, from listing to the last refund, when nobody is hostile."""

from fractions import Fraction

import pytest
from approximate_lots import (
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
from auction import (
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
from brownie import accounts, reverts
from checks import emitted, logs_of, plain, reverts_with
from mechanism import NOBODY, UNIT, Phase, State, entry

from offchain.mechanisms.approximate import probabilities, sell


@pytest.fixture(scope="module")
def game(house, item, seller):
    """A lot in its bidding phase: inaccuracy 1/2, bond 10 %, an hour for each phase."""
    return list_game(house, item, seller)


@pytest.fixture
def players(alice, bob, carol):
    """Three individuals; all have a chance, and draws beyond 0.98 sell to nobody."""
    return [(alice, 10), (bob, 7), (carol, 9)]


# LISTING


def test_listing_takes_the_item_and_says_the_inaccuracy(house, item, seller):
    """No reserve; the logs hold all of the listing."""
    lot = int(house.lotCount()) + 1
    token = TOKENS + lot
    item.mint(seller, token, {"from": seller})
    item.approve(house, token, {"from": seller})
    schedule = schedule_from(now())
    tx = house.list(item, token, 3, 8, schedule, {"from": seller})
    assert logs_of(tx, house) == [
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
    assert item.ownerOf(token) == house
    assert plain(house.gameOf(lot)) == (0, 3, 8, "False", 0)
    assert house.phase(lot) == Phase.BIDDING


@pytest.mark.parametrize("terms", [(0, 1), (0, 0), (1, 1), (2, 1), (1, 0), (2**32 - 1, 2**32 - 1)])
def test_inaccuracies_that_are_none(house, item, seller, terms):
    """It lies between 0 and 1; of 0 the mechanism would divide by 0."""
    with reverts_with(house, "BadInaccuracy", *terms):
        house.list(item, 1, *terms, schedule_from(now()), {"from": seller})


def test_the_least_and_the_largest_inaccuracy_can_be_listed(
    house, item, seller, alice, bob, randomness
):
    """The largest terms, and the largest bids beside the least, overflow nothing."""
    most = 2**32 - 1
    for delta in (Fraction(1, most), Fraction(most - 1, most), Fraction(most // 2, most)):
        lot = list_game(house, item, seller, delta)
        players = [(alice, 2**32), (bob, 1)]
        sealed_to_draw(house, lot, players)
        point = draw(house, randomness, lot, Fraction(1, 3))
        decide(house, lot, players, point, delta=delta)
        winner, price = sell(bids_of(players), delta, Fraction(1, 3))
        assert plain(house.standing(lot)) == (Phase.CLOSED, players[winner][0].address, price)


def test_schedules_are_bound_as_at_the_auctioneer(house, item, seller):
    """The base holds both to the same rules."""
    bidding, opening, counting, bond = schedule_from(now())
    with reverts_with(house, "BadSchedule", bidding, bidding, counting):
        house.list(item, 1, 1, 2, (bidding, bidding, counting, bond), {"from": seller})
    with reverts_with(house, "BondTooHigh", 10_001):
        house.list(item, 1, 1, 2, (bidding, opening, counting, 10_001), {"from": seller})


# A SALE


@pytest.mark.parametrize("part", [Fraction(0), Fraction(1, 2), Fraction(99, 100)])
@pytest.mark.parametrize("place", range(3))
def test_a_draw_sells_to_whose_piece_it_falls_into(
    house, item, randomness, game, seller, players, place, part
):
    """At the critical bid; the others get all back, the seller gets the price, the winner the item."""
    fall = draw_in(bids_of(players), place, part)
    tx = play(house, randomness, game, players, fall)
    winner, price = sell(bids_of(players), DELTA, fall)
    assert winner == place
    who, amount = players[place]
    (decided,) = logs_of(tx, house)
    assert decided[0] == "DrawDecided"
    assert decided[1] | {"draw": 0} == {
        "lot": game,
        "winner": who.address,
        "bid": amount,
        "price": price,
        "draw": 0,
    }
    assert plain(house.standing(game)) == (Phase.CLOSED, who.address, price)
    before = [bidder.balance() for bidder, _ in players]
    house.settle(game, {"from": accounts[0]})
    house.claimBatch(game, [bidder for bidder, _ in players], {"from": accounts[0]})
    paid = [
        UNIT * (amount + 10) - (bidder.balance() - old)
        for (bidder, amount), old in zip(players, before, strict=True)
    ]
    assert paid == [UNIT * price if index == place else 0 for index in range(3)]
    assert house.proceeds(seller) == UNIT * price
    assert item.ownerOf(TOKENS + game) == who
    assert house.phase(game) == Phase.SETTLED


def test_a_draw_beyond_all_pieces_sells_to_nobody(
    house, item, randomness, game, seller, players, dave
):
    """The lot is void at once: all deposits and the item go back, and nobody pays a bond."""
    seal(house, game, dave, 5, deposit=50)
    fall = draw_in(bids_of(players), None)
    tx = play(house, randomness, game, players, fall)
    assert logs_of(tx, house)[0][1]["winner"] == NOBODY
    assert plain(house.standing(game)) == (Phase.VOID, NOBODY, 0)
    with reverts_with(house, "WrongPhase", game, Phase.VOID):
        house.settle(game, {"from": accounts[0]})
    for who, amount in (*((bidder, b + 10) for bidder, b in players), (dave, 50)):
        tx = claim(house, game, who)
        assert emitted(tx)[-1].fields == {"entry": entry(game, amount, who)}
    house.reclaim(game, {"from": accounts[0]})
    assert item.ownerOf(TOKENS + game) == seller
    assert house.balance() == house.proceeds(seller) == 0
    with reverts_with(house, "WrongPhase", game, Phase.VOID):
        house.reclaim(game, {"from": accounts[0]})


def test_who_does_not_reveal_a_bid_on_a_lot_that_is_sold_pays_the_bond(
    house, randomness, game, seller, players, dave
):
    """As at the auctioneer: while the lot may still turn void, nothing is taken; then a tenth."""
    seal(house, game, dave, 5, deposit=50)
    play(house, randomness, game, players, draw_in(bids_of(players), 0))
    with reverts_with(house, "WrongPhase", game, Phase.CLOSED):
        claim(house, game, dave)
    _, _, price = house.standing(game)
    house.settle(game, {"from": accounts[0]})
    tx = claim(house, game, dave)
    assert emitted(tx)[-1].fields == {"entry": entry(game, 45, dave)}
    assert house.proceeds(seller) == UNIT * (price + 5)


def test_losers_are_free_before_the_winner_is_settled(house, randomness, game, players, alice, bob):
    """The winner alone waits."""
    play(house, randomness, game, players, draw_in(bids_of(players), 0))
    claim(house, game, bob)
    with reverts_with(house, "WrongPhase", game, Phase.CLOSED):
        claim(house, game, alice)


# BIDS OF NOTHING


@pytest.mark.parametrize("place", range(3))
def test_bids_of_nothing_have_equal_chances_and_win_for_nothing(
    house, item, randomness, game, seller, alice, bob, carol, place
):
    """The winner gets the item, and the whole deposit back."""
    players = [(alice, 0), (bob, 0), (carol, 0)]
    play(house, randomness, game, players, Fraction(2 * place + 1, 6))
    winner = players[place][0]
    assert plain(house.standing(game)) == (Phase.CLOSED, winner.address, 0)
    tx = house.settle(game, {"from": accounts[0]})
    assert logs_of(tx, house)[-1] == (
        "LotSettled",
        {"lot": game, "winner": winner.address, "price": 0, "paid": 0},
    )
    for who, _ in players:
        tx = claim(house, game, who)
        assert emitted(tx)[-1].fields == {"entry": entry(game, 10, who)}
        with reverts_with(house, "NothingToClaim", game, who):
            claim(house, game, who)
    assert item.ownerOf(TOKENS + game) == winner
    assert house.balance() == house.proceeds(seller) == 0


def test_a_bid_of_nothing_opens_alone_or_in_a_batch_and_needs_a_deposit(house, game, alice, bob):
    """It plays like any other; an empty slot could not be told from one that was never filled."""
    with reverts_with(house, "ZeroDeposit", game, alice):
        seal(house, game, alice, 0, deposit=0)
    seal(house, game, alice, 0, deposit=1)
    seal(house, game, bob, 0, deposit=1)
    advance(house, game, Phase.REVEAL)
    reveal(house, game, alice, 0)
    with reverts_with(house, "AlreadyRevealed", game, alice):
        reveal(house, game, alice, 0)
    reveal_all(house, game, {bob: 0})
    assert house.gameOf(game)["roster"] % 2**24 == 2


def test_a_bid_of_nothing_beside_others_never_wins(house, randomness, game, alice, bob):
    """It still is one of the players that chances are reckoned for."""
    players = [(alice, 0), (bob, 6)]
    play(house, randomness, game, players, Fraction(0))
    chances = probabilities(bids_of(players), DELTA)
    assert chances[0] == 0 < chances[1] < 1
    assert house.standing(game)[1] == bob


# WHO PLAYS


def test_nobody_plays_a_void_lot(house, game, alice):
    """Sealed bids that nobody opens are no players."""
    seal(house, game, alice, 5)
    advance(house, game, Phase.TALLY)
    assert house.phase(game) == Phase.VOID
    claim(house, game, alice)


def test_roster_is_the_same_however_bids_are_opened(house, item, seller, game, alice, bob, carol):
    """Alone, in one batch or in two, with a wrong opening between: order alone counts."""
    players = [(alice, 4), (bob, 0), (carol, 2)]
    bid(house, game, players)
    advance(house, game, Phase.REVEAL)
    reveal(house, game, alice, 4)
    reveal_all(house, game, {alice: 4, bob: 0, accounts[9]: 1, carol: 2})
    found = house.gameOf(game)["roster"]
    assert found % 2**24 == 3
    assert house.chancesOf(game, proof_of(players, 0).all.winners.word, entries_of(game, players))


def test_chances_are_exact_fractions(house, game, players):
    """For every player, in order; and only for the right players and the right winners."""
    sealed_to_draw(house, game, players)
    entries = entries_of(game, players)
    winners = proof_of(players, 0).all.winners
    found = zip(*house.chancesOf(game, winners.word, entries), strict=True)
    assert [Fraction(*map(int, terms)) for terms in found] == list(
        probabilities(bids_of(players), DELTA)
    )
    for wrong in (entries[:-1], entries[::-1], [*entries, entries[0]]):
        with reverts_with(house, "WrongPlayers", game):
            house.chancesOf(game, winners.word, wrong)
    with reverts_with(house, "WrongWinners", winners.word + 1, winners.word):
        house.chancesOf(game, winners.word + 1, entries)


# DAOS


@pytest.fixture
def group(house, factory, DAO, game):
    """A DAO that entered the lot."""
    return add_dao(house, factory, DAO, game)


def test_a_dao_wins_and_its_members_share_the_price(
    house, item, randomness, game, group, seller, alice, bob, carol
):
    """It bids its willingness to pay, and its own settlement pays; served members have access."""
    members = {bob: 7, carol: 3}
    dao_to_draw(house, group, game, [(alice, 9)], list(members.items()))
    players = [(alice, 9), (group, 7)]
    assert house.phase(game) == Phase.DRAW
    point = draw(house, randomness, game, draw_in([9, 7], 1, Fraction(1, 5)))
    decide(house, game, players, point)
    _, leader, price = house.standing(game)
    assert (leader, price) == (group, sell([9, 7], DELTA, draw_in([9, 7], 1, Fraction(1, 5)))[1])
    assert price <= 6  # so that both members can share it
    with reverts_with(house, "LedByDAO", game, group):
        house.settle(game, {"from": accounts[0]})
    settle(group, game, members, price)
    share = -(-price // 2)
    assert [group.hasAccess(game, who) for who in (alice, bob, carol)] == [False, True, True]
    assert house.proceeds(seller) == UNIT * 2 * share
    assert item.ownerOf(TOKENS + game) == group
    for who, amount in members.items():
        if amount > share:
            tx = claim(group, game, who)
            assert emitted(tx)[-1].fields == {"entry": entry(game, amount - share, who)}
    claim(house, game, alice)


def test_a_dao_that_loses_pays_everybody_back(house, randomness, game, group, alice, bob, carol):
    """Before the winner is settled already."""
    dao_to_draw(house, group, game, [(alice, 9)], [(bob, 7), (carol, 3)])
    point = draw(house, randomness, game, Fraction(0))
    with reverts_with(group, "WrongPhase", game, Phase.DRAW):
        claim(group, game, bob)
    decide(house, game, [(alice, 9), (group, 7)], point)
    for who in (bob, carol):
        claim(group, game, who)
    assert group.balance() == 0


def test_a_dao_whose_critical_bid_is_0_pays_one_unit(house, randomness, game, group, alice, bob):
    """No member could have a share of nothing."""
    dao_to_draw(house, group, game, [(alice, 0)], [(bob, 7)])
    players = [(alice, 0), (group, 7)]
    point = draw(house, randomness, game, Fraction(0))
    proof = proof_of(players, point)
    assert (proof.place, proof.price) == (1, 0)
    decide(house, game, players, point)
    assert plain(house.standing(game)) == (Phase.CLOSED, group.address, 1)
    settle(group, game, {bob: 7}, 1)
    assert group.hasAccess(game, bob)


def test_a_dao_without_bids_does_not_play(house, randomness, game, group, alice):
    """It abstains by an empty tally, and nobody waits for it."""
    dao_to_draw(house, group, game, [(alice, 9)], [])
    point = draw(house, randomness, game, Fraction(1, 2))
    decide(house, game, [(alice, 9)], point)
    assert house.standing(game)[1] == alice


def test_a_lot_with_nothing_but_abstaining_daos_is_void(house, game, group):
    """There is nobody to draw from."""
    advance(house, game, Phase.TALLY)
    assert house.phase(game) == Phase.TALLY
    tally(group, game, {})
    assert house.phase(game) == Phase.VOID


def test_daos_that_bid_and_one_that_is_silent(
    house, factory, DAO, randomness, game, group, alice, bob
):
    """The draw waits for it to the end of the tally, no longer; it does not play."""
    silent = add_dao(house, factory, DAO, game)
    seal(silent, game, bob, 50)
    dao_to_draw(house, group, game, [(alice, 9)], [(bob, 7)])
    with reverts_with(house, "WrongPhase", game, Phase.TALLY):
        house.requestDraw(game, {"from": accounts[0]})
    advance(house, game, Phase.CLOSED)
    assert house.phase(game) == Phase.DRAW
    with reverts_with(silent, "WrongPhase", game, Phase.DRAW):
        tally(silent, game, {})
    point = draw(house, randomness, game, Fraction(1, 2))
    decide(house, game, [(alice, 9), (group, 7)], point)
    claim(silent, game, bob) if house.phase(game) == Phase.VOID else None
    house.settle(game, {"from": accounts[0]}) if house.standing(game)[1] == alice else settle(
        group, game, {bob: 7}, house.standing(game)[2]
    )
    tx = claim(silent, game, bob)
    assert emitted(tx)[-1].fields == {"entry": entry(game, 45, bob)}  # less the bond, not opened


def test_a_bid_of_a_dao_that_does_not_fit(
    ApproximateAuction, CredulousFactory, randomness, item, seller, stranger
):
    """18 billion ether and more; its members get everything back, as if it had not been tallied."""
    register = stranger.deploy(CredulousFactory)
    house = stranger.deploy(ApproximateAuction, register, randomness)
    lot = list_game(house, item, seller, first_token=2 * TOKENS)
    house.enter(lot, {"from": stranger})
    advance(house, lot, Phase.TALLY)
    with reverts_with(house, "BidTooHigh", lot, stranger, 2**64):
        house.submit(lot, 2**64, {"from": stranger})
    house.submit(lot, 2**64 - 1, {"from": stranger})
    players = [(stranger, 2**64 - 1)]
    decide(house, lot, players, draw(house, randomness, lot, Fraction(1, 2)))
    assert plain(house.standing(lot)) == (Phase.CLOSED, stranger.address, 1)


# TIME


def test_the_window_of_settlement_counts_from_the_decision(
    house, item, randomness, game, seller, players, alice
):
    """A late decision leaves time enough to settle; then the lot is void, and all goes back."""
    sealed_to_draw(house, game, players)
    advance_to(start_of(house, game, Phase.CLOSED) + DRAW_WINDOW - 60)
    point = draw(house, randomness, game, draw_in(bids_of(players), 0))
    decide(house, game, players, point)
    decided = house.gameOf(game)["decidedAt"]
    assert decided == now()
    advance_to(decided + WINDOW - 1)
    assert house.phase(game) == Phase.CLOSED
    advance_to(decided + WINDOW)
    assert plain(house.standing(game)) == (Phase.VOID, NOBODY, 0)
    with reverts_with(house, "WrongPhase", game, Phase.VOID):
        house.settle(game, {"from": accounts[0]})
    house.claimBatch(game, [who for who, _ in players], {"from": accounts[0]})
    house.reclaim(game, {"from": accounts[0]})
    assert house.balance() == 0
    assert item.ownerOf(TOKENS + game) == seller
    assert house.bookOf(game)["state"] == State.LOST


@pytest.mark.parametrize("requested", [False, True])
def test_a_draw_that_never_comes_locks_nothing_in(
    house, item, game, group, seller, alice, bob, carol, requested
):
    """Void three days after the tally, asked for or not: the item and all deposits go back, no bond."""
    seal(house, game, carol, 30)
    dao_to_draw(house, group, game, [(alice, 9)], [(bob, 7)])
    if requested:
        house.requestDraw(game, {"from": accounts[0]})
    end = start_of(house, game, Phase.CLOSED) + DRAW_WINDOW
    advance_to(end - 60)
    assert house.phase(game) == Phase.DRAW
    for book, who in ((house, alice), (house, carol), (group, bob)):
        with reverts_with(book, "WrongPhase", game, Phase.DRAW):
            claim(book, game, who)
    advance_to(end)
    assert house.phase(game) == group.phase(game) == Phase.VOID
    for book, who in ((house, alice), (house, carol), (group, bob)):
        claim(book, game, who)
    house.reclaim(game, {"from": accounts[0]})
    assert house.balance() == group.balance() == 0
    assert item.ownerOf(TOKENS + game) == seller


def test_a_word_that_comes_too_late_decides_nothing(house, randomness, game, players):
    """Refunds may have been paid by then."""
    sealed_to_draw(house, game, players)
    house.requestDraw(game, {"from": accounts[0]})
    advance_to(start_of(house, game, Phase.CLOSED) + DRAW_WINDOW)
    randomness.set(house, game, 0, {"from": accounts[0]})
    with reverts_with(house, "WrongPhase", game, Phase.VOID):
        decide(house, game, players, 0)


def test_the_draw_needs_no_waiting_once_all_daos_have_bid(house, game, group, alice, bob):
    """As the auctioneer closes early."""
    dao_to_draw(house, group, game, [(alice, 9)], [(bob, 7)])
    assert now() < start_of(house, game, Phase.CLOSED)
    house.requestDraw(game, {"from": bob})
    with reverts():
        house.requestDraw(game, {"from": bob})
