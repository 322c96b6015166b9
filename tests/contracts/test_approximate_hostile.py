"""Recipients, items and crowds that misbehave at an auction under approximate valuations: money is had once, by everybody."""

from fractions import Fraction

import pytest
from approximate_lots import (
    DRAW_WINDOW,
    add_dao,
    bid,
    bids_of,
    decide,
    draw,
    draw_in,
    entries_of,
    list_game,
    play,
    sealed_to_draw,
)
from auction import (
    WINDOW,
    ItemManner,
    Manner,
    advance,
    advance_to,
    claim,
    now,
    prepare,
    reveal,
    reveal_all,
    seal,
    start_of,
    tally,
)
from brownie import accounts, web3
from checks import emitted, logs_of, plain, reverts_with
from eth_abi import encode
from mechanism import UNIT, Phase, entry

GAMES_SLOT = 6
"""Where ``ApproximateAuction`` keeps its games."""
MOST_PLAYERS = 2**24 - 1


@pytest.fixture(scope="module")
def game(house, item, seller):
    """A lot in its bidding phase: inaccuracy 1/2."""
    return list_game(house, item, seller)


# RECIPIENTS


@pytest.mark.parametrize("manner", [Manner.REFUSE, Manner.BURN_GAS, Manner.REVERT_MUCH])
@pytest.mark.parametrize("wins", [False, True])
def test_who_refuses_a_push_keeps_the_claim(
    house, randomness, game, alice, bob, stranger, actor, manner, wins
):
    """Others are paid; a winner at any price, and a loser, can have theirs by another way, once."""
    hostile = actor(manner)
    players = [(alice, 10), (hostile, 9), (bob, 7)]
    play(house, randomness, game, players, draw_in(bids_of(players), 1 if wins else 0))
    _, _, price = house.standing(game)
    house.settle(game, {"from": stranger})
    tx = house.claimBatch(game, [alice, hostile, bob], {"from": stranger})
    due = 19 - (price if wins else 0)
    refused = ("PushRefused", {"lot": game, "bidder": hostile.address, "amount": due})
    assert refused in logs_of(tx, house)
    before = stranger.balance()
    claim(house, game, hostile, recipient=stranger)
    assert stranger.balance() - before == due * UNIT
    with reverts_with(house, "NothingToClaim", game, hostile):
        claim(house, game, hostile, recipient=stranger)


@pytest.mark.parametrize("manner", [Manner.REFUSE, Manner.REENTER])
def test_a_winner_for_nothing_is_paid_once(house, randomness, game, alice, stranger, actor, manner):
    """Its bid of 0 and its whole deposit come out of one slot, refused or claimed from within."""
    hostile = actor(manner)
    players = [(hostile, 0), (alice, 0)]
    play(house, randomness, game, players, Fraction(0))
    house.settle(game, {"from": stranger})
    prepare(hostile, house.claim, game)
    for _ in range(2):
        house.claimBatch(game, [hostile, hostile], {"from": stranger})
    if hostile.balance() == 0:
        claim(house, game, hostile, recipient=hostile) if manner == Manner.REENTER else None
        hostile.behave(Manner.ACCEPT, {"from": stranger})
        house.claimBatch(game, [hostile], {"from": stranger})
    assert hostile.balance() == 10 * UNIT
    claim(house, game, alice)
    assert house.balance() == 0


@pytest.mark.parametrize("wins", [False, True])
def test_calls_from_within_a_claim(house, randomness, game, alice, stranger, actor, wins):
    """All gas comes along, and still the money is had once."""
    hostile = actor(Manner.REENTER)
    players = [(alice, 10), (hostile, 9)]
    play(house, randomness, game, players, draw_in(bids_of(players), 1 if wins else 0))
    _, _, price = house.standing(game)
    house.settle(game, {"from": stranger})
    prepare(hostile, house.claim, game)
    tx = claim(house, game, hostile)
    assert [log.fields["success"] for log in emitted(tx) if log.name == "Reentered"] == [False]
    assert hostile.balance() == (19 - (price if wins else 0)) * UNIT


# ITEMS


@pytest.fixture
def hostile_game(house, HostileItem, seller):
    """A lot whose item misbehaves when told to; and the item."""
    item = accounts[0].deploy(HostileItem)
    return list_game(house, item, seller), item


@pytest.mark.parametrize("manner", [ItemManner.REFUSE, ItemManner.BURN_GAS])
def test_an_item_that_cannot_be_delivered_locks_nobodys_money_in(
    house, randomness, hostile_game, seller, alice, bob, manner
):
    """After the window everybody gets everything back, the winner too."""
    lot, item = hostile_game
    players = [(alice, 10), (bob, 9)]
    play(house, randomness, lot, players, Fraction(0))
    item.behave(manner, {"from": accounts[0]})
    with pytest.raises(Exception, match=r"revert|out of gas|OutOfGas"):
        house.settle(lot, {"from": accounts[0], "gas_limit": 2_000_000})
    claim(house, lot, bob)
    advance_to(now() + WINDOW)
    tx = claim(house, lot, alice)
    assert emitted(tx)[-1].fields == {"entry": entry(lot, 20, alice)}
    assert house.proceeds(seller) == house.balance() == 0


def test_an_item_that_calls_back_while_it_is_delivered(
    house, randomness, hostile_game, seller, alice, bob
):
    """The lot is settled already: it cannot be settled, reclaimed or decided again."""
    lot, item = hostile_game
    players = [(alice, 10), (bob, 9)]
    play(house, randomness, lot, players, Fraction(0))
    _, _, price = house.standing(lot)
    item.behave(ItemManner.REENTER, {"from": accounts[0]})
    prepare(item, house.settle, lot)
    tx = house.settle(lot, {"from": accounts[0]})
    assert [log.fields["success"] for log in emitted(tx) if log.name == "Reentered"] == [False]
    assert house.proceeds(seller) == price * UNIT


# CROWDS


def test_bids_of_nothing_by_the_dozen_block_nobody(house, randomness, game, alice, actor):
    """Spam costs its sender a deposit and gas for each, and the decision stays a walk of small steps."""
    crowd = [(who, 0) for who in accounts[10:25]]
    players = [*crowd, (alice, 10)]
    sealed_to_draw(house, game, players)
    point = draw(house, randomness, game, Fraction(1, 8))
    tx = decide(house, game, players, point, size=5)
    assert tx.gas_used < 150_000
    assert plain(house.standing(game))[1:] == (
        alice.address,
        1,
    )  # for 0 it would have had but 1 chance in 16


def set_players(house, lot, count):
    """Give the lot a roster of so many players, as only an incredible crowd could."""
    slot = web3.keccak(encode(["uint256", "uint256"], [lot, GAMES_SLOT]))
    word = (1 << 200 | count).to_bytes(32, "big").hex()
    web3.provider.make_request(
        "anvil_setStorageAt", [house.address, "0x" + slot.hex().removeprefix("0x"), "0x" + word]
    )
    assert house.gameOf(lot)["roster"] == 1 << 200 | count


def test_beyond_the_most_players_nobody_plays_and_nobody_loses(
    house, factory, DAO, item, seller, game, alice, bob, carol, dave
):
    """An individual opens its bid and does not join; a DAO is turned away; all deposits come back."""
    dao = add_dao(house, factory, DAO, game)
    seal(dao, game, dave, 5)
    bid(house, game, [(alice, 3), (bob, 4), (carol, 5)])
    advance(house, game, Phase.REVEAL)
    set_players(house, game, MOST_PLAYERS - 1)
    tx = reveal_all(house, game, {alice: 3, bob: 4})
    assert logs_of(tx, house) == [
        ("BidsOpened", {"entries": tuple(entries_of(game, [(alice, 3), (bob, 4)]))}),
        ("PlayerRefused", {"entry": entry(game, 4, bob)}),
    ]
    full = house.gameOf(game)["roster"]
    assert full % 2**24 == MOST_PLAYERS
    tx = reveal(house, game, carol, 5)
    assert logs_of(tx, house)[-1] == ("PlayerRefused", {"entry": entry(game, 5, carol)})
    reveal_all(dao, game, {dave: 5})
    advance(house, game, Phase.TALLY)
    with reverts_with(house, "TooManyPlayers", game):
        tally(dao, game, {dave: 5})
    assert house.gameOf(game)["roster"] == full
    advance_to(start_of(house, game, Phase.CLOSED) + DRAW_WINDOW)
    assert house.phase(game) == Phase.VOID
    house.claimBatch(game, [alice, bob, carol], {"from": accounts[0]})
    claim(dao, game, dave)
    house.reclaim(game, {"from": accounts[0]})
    assert house.balance() == dao.balance() == 0
