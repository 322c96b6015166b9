"""Recipients, items and crowds that misbehave at an auction under approximate valuations: money is had once, by everybody."""

from fractions import Fraction

import pytest
from brownie import accounts, web3
from eth_abi import encode

from offchain.bindings.enumerations import Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.approximate_lots import (
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
from tests.contracts.auction import (
    WINDOW,
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
from tests.contracts.checks import emitted, logs_of, plain, reverts_with
from tests.contracts.mechanism import entry
from tests.puppets import ItemManner, Manner

GAMES_SLOT = 7
"""Where ``ApproximateAuction`` keeps its games."""
MOST_PLAYERS = 2**24 - 1


@pytest.fixture(scope="module")
def game(approximate, item, seller):
    """A lot in its bidding phase: inaccuracy 1/2."""
    return list_game(approximate, item, seller)


# RECIPIENTS


@pytest.mark.parametrize("manner", [Manner.REFUSE, Manner.BURN_GAS, Manner.REVERT_MUCH])
@pytest.mark.parametrize("wins", [False, True])
def test_who_refuses_a_push_keeps_the_claim(
    approximate, words, game, alice, bob, stranger, actor, manner, wins
):
    """Others are paid; a winner at any price, and a loser, can have theirs by another way, once."""
    hostile = actor(manner)
    players = [(alice, 10), (hostile, 9), (bob, 7)]
    play(approximate, words, game, players, draw_in(bids_of(players), 1 if wins else 0))
    _, _, price = approximate.standing(game)
    approximate.settle(game, {"from": stranger})
    tx = approximate.claimBatch(game, [alice, hostile, bob], {"from": stranger})
    due = 19 - (price if wins else 0)
    refused = ("PushRefused", {"lot": game, "bidder": hostile.address, "amount": due})
    assert refused in logs_of(tx, approximate)
    before = stranger.balance()
    claim(approximate, game, hostile, recipient=stranger)
    assert stranger.balance() - before == due * WEI_PER_UNIT
    with reverts_with(approximate, "NothingToClaim", game, hostile):
        claim(approximate, game, hostile, recipient=stranger)


@pytest.mark.parametrize("manner", [Manner.REFUSE, Manner.REENTER])
def test_a_winner_for_nothing_is_paid_once(
    approximate, words, game, alice, stranger, actor, manner
):
    """Its bid of 0 and its whole deposit come out of one slot, refused or claimed from within."""
    hostile = actor(manner)
    players = [(hostile, 0), (alice, 0)]
    play(approximate, words, game, players, Fraction(0))
    approximate.settle(game, {"from": stranger})
    prepare(hostile, approximate.claim, game)
    for _ in range(2):
        approximate.claimBatch(game, [hostile, hostile], {"from": stranger})
    if hostile.balance() == 0:
        claim(approximate, game, hostile, recipient=hostile) if manner == Manner.REENTER else None
        hostile.behave(Manner.ACCEPT, {"from": stranger})
        approximate.claimBatch(game, [hostile], {"from": stranger})
    assert hostile.balance() == 10 * WEI_PER_UNIT
    claim(approximate, game, alice)
    assert approximate.balance() == 0


@pytest.mark.parametrize("wins", [False, True])
def test_calls_from_within_a_claim(approximate, words, game, alice, stranger, actor, wins):
    """All gas comes along, and still the money is had once."""
    hostile = actor(Manner.REENTER)
    players = [(alice, 10), (hostile, 9)]
    play(approximate, words, game, players, draw_in(bids_of(players), 1 if wins else 0))
    _, _, price = approximate.standing(game)
    approximate.settle(game, {"from": stranger})
    prepare(hostile, approximate.claim, game)
    tx = claim(approximate, game, hostile)
    assert [log.fields["success"] for log in emitted(tx) if log.name == "Reentered"] == [False]
    assert hostile.balance() == (19 - (price if wins else 0)) * WEI_PER_UNIT


# ITEMS


@pytest.fixture
def hostile_game(approximate, HostileItem, seller):
    """A lot whose item misbehaves when told to; and the item."""
    item = accounts[0].deploy(HostileItem)
    return list_game(approximate, item, seller), item


@pytest.mark.parametrize("manner", [ItemManner.REFUSE, ItemManner.BURN_GAS])
def test_an_item_that_cannot_be_delivered_locks_nobodys_money_in(
    approximate, words, hostile_game, seller, alice, bob, manner
):
    """After the window everybody gets everything back, the winner too."""
    lot, item = hostile_game
    players = [(alice, 10), (bob, 9)]
    play(approximate, words, lot, players, Fraction(0))
    item.behave(manner, {"from": accounts[0]})
    with pytest.raises(Exception, match=r"revert|out of gas|OutOfGas"):
        approximate.settle(lot, {"from": accounts[0], "gas_limit": 2_000_000})
    claim(approximate, lot, bob)
    advance_to(now() + WINDOW)
    tx = claim(approximate, lot, alice)
    assert emitted(tx)[-1].fields == {"entry": entry(lot, 20, alice)}
    assert approximate.proceeds(seller) == approximate.balance() == 0


def test_an_item_that_calls_back_while_it_is_delivered(
    approximate, words, hostile_game, seller, alice, bob
):
    """The lot is settled already: it cannot be settled, reclaimed or decided again."""
    lot, item = hostile_game
    players = [(alice, 10), (bob, 9)]
    play(approximate, words, lot, players, Fraction(0))
    _, _, price = approximate.standing(lot)
    item.behave(ItemManner.REENTER, {"from": accounts[0]})
    prepare(item, approximate.settle, lot)
    tx = approximate.settle(lot, {"from": accounts[0]})
    assert [log.fields["success"] for log in emitted(tx) if log.name == "Reentered"] == [False]
    assert approximate.proceeds(seller) == price * WEI_PER_UNIT


# CROWDS


def test_bids_of_nothing_by_the_dozen_block_nobody(approximate, words, game, alice, actor):
    """Spam costs its sender a deposit and gas for each, and the decision stays a walk of small steps."""
    crowd = [(who, 0) for who in accounts[10:25]]
    players = [*crowd, (alice, 10)]
    sealed_to_draw(approximate, game, players)
    point = draw(approximate, words, game, Fraction(1, 8))
    tx = decide(approximate, game, players, point, size=5)
    assert tx.gas_used < 150_000
    assert plain(approximate.standing(game))[1:] == (
        alice.address,
        1,
    )  # for 0 it would have had but 1 chance in 16


def set_players(approximate, lot, count):
    """Give the lot a roster of so many players, as only an incredible crowd could."""
    slot = web3.keccak(encode(["uint256", "uint256"], [lot, GAMES_SLOT]))
    word = (1 << 200 | count).to_bytes(32, "big").hex()
    web3.provider.make_request(
        "anvil_setStorageAt",
        [approximate.address, "0x" + slot.hex().removeprefix("0x"), "0x" + word],
    )
    assert approximate.lotteryOf(lot)["roster"] == 1 << 200 | count


def test_beyond_the_most_players_nobody_plays_and_nobody_loses(
    approximate, factory, DAO, item, seller, game, alice, bob, carol, dave
):
    """An individual opens its bid and does not join; a DAO is turned away; all deposits come back."""
    dao = add_dao(approximate, factory, DAO, game)
    seal(dao, game, dave, 5)
    bid(approximate, game, [(alice, 3), (bob, 4), (carol, 5)])
    advance(approximate, game, Phase.REVEAL)
    set_players(approximate, game, MOST_PLAYERS - 1)
    tx = reveal_all(approximate, game, {alice: 3, bob: 4})
    assert logs_of(tx, approximate) == [
        ("BidsOpened", {"entries": tuple(entries_of(game, [(alice, 3), (bob, 4)]))}),
        ("PlayerRefused", {"entry": entry(game, 4, bob)}),
    ]
    full = approximate.lotteryOf(game)["roster"]
    assert full % 2**24 == MOST_PLAYERS
    tx = reveal(approximate, game, carol, 5)
    assert logs_of(tx, approximate)[-1] == ("PlayerRefused", {"entry": entry(game, 5, carol)})
    reveal_all(dao, game, {dave: 5})
    advance(approximate, game, Phase.TALLY)
    with reverts_with(approximate, "TooManyPlayers", game):
        tally(dao, game, {dave: 5})
    assert approximate.lotteryOf(game)["roster"] == full
    advance_to(start_of(approximate, game, Phase.CLOSED) + DRAW_WINDOW)
    assert approximate.phase(game) == Phase.VOID
    approximate.claimBatch(game, [alice, bob, carol], {"from": accounts[0]})
    claim(dao, game, dave)
    approximate.reclaim(game, {"from": accounts[0]})
    assert approximate.balance() == dao.balance() == 0
