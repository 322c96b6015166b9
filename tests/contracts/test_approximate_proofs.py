"""False proofs, forged walks, untimely draws: nothing but the truth decides a lot, and nobody can hold it up."""

from dataclasses import replace
from fractions import Fraction

import pytest
from approximate_lots import (
    BLANK,
    DELTA,
    bids_of,
    decide,
    draw,
    draw_in,
    entries_of,
    list_game,
    proof_of,
    sealed_to_draw,
)
from auction import advance, prepare, reveal_all, seal
from brownie import accounts
from checks import emitted, error_data, logs_of, plain, reverts_with
from mechanism import NOBODY, Phase, entry

from offchain.keeper.draws import Winners, prove, steps
from offchain.mechanisms.approximate import sell

PLACE = 2
"""Who wins the lot below."""


@pytest.fixture(scope="module")
def game(house, item, seller):
    """A lot in its bidding phase: inaccuracy 1/2."""
    return list_game(house, item, seller)


@pytest.fixture
def players(alice, bob, carol, dave):
    """Four individuals with different bids, of whom the one of 1 has no chance."""
    return [(alice, 10), (bob, 1), (carol, 9), (dave, 7)]


@pytest.fixture
def point(house, randomness, game, players):
    """The lot in its draw phase; the draw, which falls into the midst of the third player's piece."""
    sealed_to_draw(house, game, players)
    return draw(house, randomness, game, draw_in(bids_of(players), PLACE, Fraction(1, 2)))


@pytest.fixture
def proof(players, point):
    """The true proof: a price strictly between 0 and the bid, so that every part of it matters."""
    proof = proof_of(players, point)
    assert (proof.place, proof.all.winners.count) == (PLACE, 3)
    assert 1 < proof.price < 9
    assert proof.all.winners != proof.at.winners != proof.below.winners
    return proof


def submit(house, game, words, entries, walk=BLANK, sender=None):
    """Send a proof."""
    return house.decide(game, words, walk, entries, {"from": sender or accounts[0]})


# FALSE PROOFS


FALSEHOODS = [
    Winners(1, 0),
    Winners(-1, 0),
    Winners(0, 1),
    Winners(0, -1),
    Winners(1, 1),
    Winners(-1, -7),
    Winners(1, 7),
]
"""What is added to the truth about who has a chance."""


@pytest.mark.parametrize("lie", FALSEHOODS, ids=str)
@pytest.mark.parametrize("part", [2, 3, 4], ids=["all", "at", "below"])
def test_false_winners(house, game, players, proof, part, lie):
    """Whatever is claimed of any of the three profiles, the walk finds something else, or no sale."""
    words = list(proof.words)
    words[part] += lie.count * 2**88 + lie.total
    with pytest.raises(Exception, match=r"WrongWinners|DrawElsewhere|WrongPrice"):
        submit(house, game, words, entries_of(game, players))
    assert house.phase(game) == Phase.DRAW


def test_exactly_one_claim_of_winners_passes(house, game, players, proof):
    """Of every number and every sum of bids."""
    entries = entries_of(game, players)
    true = proof.all.winners
    for count in range(6):
        for total in range(30):
            word = count << 88 | total
            if word != true.word:
                with pytest.raises(Exception, match="WrongWinners"):
                    house.chancesOf(game, word, entries)
    house.chancesOf(game, true.word, entries)


def test_upper_bits_of_winners_are_part_of_the_claim(house, game, players, proof):
    """What the arithmetic masks away still has to be right."""
    words = list(proof.words)
    words[2] += 1 << 200
    with reverts_with(house, "WrongWinners", words[2], proof.all.winners.word):
        submit(house, game, words, entries_of(game, players))


@pytest.mark.parametrize("price", range(11))
def test_false_prices(house, game, players, point, proof, price):
    """Every other price fails, though all else is as it would have to be for that price."""
    if price == proof.price:
        return
    others = bids_of(players)

    def winners_with(own):
        return prove([*others[:PLACE], own, *others[PLACE + 1 :]], DELTA, 0).all.winners.word

    below = winners_with(price - 1) if price else 0
    words = (PLACE, price, proof.all.winners.word, winners_with(price), below)
    with reverts_with(house, "WrongPrice", price):
        submit(house, game, words, entries_of(game, players))


@pytest.mark.parametrize("place", [0, 1, 3, 4, 5, 2**255])
def test_false_winner(house, game, players, point, proof, place):
    """Not before the draw's piece, not behind it, not a player without a chance, and not nobody."""
    words = (place, *proof.words[1:])
    with pytest.raises(Exception, match="DrawElsewhere"):
        submit(house, game, words, entries_of(game, players))


@pytest.mark.parametrize("place", range(4))
def test_nobody_wins_by_a_draw_beyond_all_pieces(house, randomness, game, players, place):
    """An unsold lot cannot be had."""
    sealed_to_draw(house, game, players)
    point = draw(house, randomness, game, draw_in(bids_of(players), None))
    words = (place, *proof_of(players, point).words[1:])
    with pytest.raises(Exception, match="DrawElsewhere"):
        submit(house, game, words, entries_of(game, players))
    decide(house, game, players, point)
    assert plain(house.standing(game)) == (Phase.VOID, NOBODY, 0)


def test_a_false_sum_cannot_make_a_lot_unsold(house, game, players, point, proof):
    """Nobody wins if the walk is told that nobody has a chance; it notices in the end."""
    for count, total in ((0, 0), (0, 1), (4, 2**88 - 1), (2**24 - 1, 2**88 - 1)):
        words = (4, 0, count << 88 | total, 0, 0)
        with pytest.raises(Exception, match=r"WrongWinners|DrawElsewhere|0x11"):
            submit(house, game, words, entries_of(game, players))


# FORGED WALKS


def test_other_players(house, game, players, proof, stranger):
    """One left out, one twice, two swapped, one more, another bid, player or lot."""
    true = entries_of(game, players)
    forgeries = [
        [*true[:-1], true[0]],
        [true[0], *true[:-1]],
        [true[1], true[0], *true[2:]],
        [*true[:-1], entry(game, 8, players[3][0])],
        [*true[:-1], entry(game, 7, stranger)],
        [*true[:-1], entry(game + 1, 7, players[3][0])],
        [*true, entry(game, 0, stranger)],
        [*true, *true],
    ]
    for forged in forgeries:
        with pytest.raises(Exception, match=r"WrongPlayers|DrawElsewhere"):
            submit(house, game, proof.words, forged)
    assert house.phase(game) == Phase.DRAW


def test_leaving_players_out_is_a_walk_that_has_not_ended(house, game, players, proof):
    """It decides nothing until they come."""
    entries = entries_of(game, players)
    tx = submit(house, game, proof.words, entries[:-1])
    (name, fields), *rest = logs_of(tx, house)
    assert (name, fields["players"], rest) == ("Walked", 3, [])
    assert house.phase(game) == Phase.DRAW


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_walk_in_steps_decides_as_one(house, game, players, point, size):
    """Each step starts where the one before ended."""
    decide(house, game, players, point, size=size)
    fall = draw_in(bids_of(players), PLACE, Fraction(1, 2))
    winner, price = sell(bids_of(players), DELTA, fall)
    assert plain(house.standing(game)) == (Phase.CLOSED, players[winner][0].address, price)


def test_a_walk_in_steps_notices_falsehood(house, game, players, proof):
    """At the end, or earlier."""
    false = replace(proof, all=replace(proof.all, winners=Winners(3, 27)))
    *first, (walk, last) = steps(entries_of(game, players), false, 3)
    for reached, some in first:
        submit(house, game, false.words, some, reached.words)
    with reverts_with(house, "WrongWinners", Winners(3, 27).word, proof.all.winners.word):
        submit(house, game, false.words, last, walk.words)
    assert house.phase(game) == Phase.DRAW


def test_progress_cannot_be_invented(house, game, players, proof):
    """Nor changed, nor taken from another caller, nor gone on with under another proof."""
    entries = entries_of(game, players)
    (_, first), (walk, rest) = steps(entries, proof, 2)
    with reverts_with(house, "UnknownWalk", game, accounts[0]):
        submit(house, game, proof.words, rest, walk.words)
    submit(house, game, proof.words, first)
    with reverts_with(house, "UnknownWalk", game, accounts[1]):
        submit(house, game, proof.words, rest, walk.words, accounts[1])
    for place in range(6):
        changed = list(walk.words)
        changed[place] += 1 << 30
        with reverts_with(house, "UnknownWalk", game, accounts[0]):
            submit(house, game, proof.words, rest, changed)
    for place in range(5):
        other = list(proof.words)
        other[place] += 1
        with reverts_with(house, "UnknownWalk", game, accounts[0]):
            submit(house, game, other, rest, walk.words)
    submit(house, game, proof.words, rest, walk.words)
    assert house.phase(game) == Phase.CLOSED


def test_a_walk_that_begins_takes_nothing_along(house, game, players, point, proof):
    """Sums and a winner brought to the beginning are passed over."""
    loaded = (0, 1 << 200, entry(game, 9, accounts[0]), 1 << 88 | 9, 1, 1)
    submit(house, game, proof.words, entries_of(game, players), loaded)
    fall = draw_in(bids_of(players), PLACE, Fraction(1, 2))
    assert house.standing(game)[2] == sell(bids_of(players), DELTA, fall)[1]
    assert house.standing(game)[1] == players[PLACE][0]


def test_a_false_walk_blocks_nobody(house, game, players, point, proof, stranger):
    """Not even its own caller, who can begin anew."""
    entries = entries_of(game, players)
    forged = [entry(game, 2**64 - 1, stranger)] * 3
    submit(house, game, (9, 0, 0, 0, 0), forged, sender=stranger)
    decide(house, game, players, point, sender=stranger, size=3)
    assert house.standing(game)[1] == players[PLACE][0]
    with reverts_with(house, "WrongPhase", game, Phase.CLOSED):
        submit(house, game, proof.words, entries)


def test_progress_on_one_lot_is_none_on_another(
    house, item, seller, randomness, game, players, proof
):
    """The same players and the same draw."""
    other = list_game(house, item, seller)
    sealed_to_draw(house, other, players)
    draw(house, randomness, other, draw_in(bids_of(players), PLACE, Fraction(1, 2)))
    entries = entries_of(game, players)
    (_, first), (walk, _) = steps(entries, proof, 2)
    submit(house, game, proof.words, first)
    with reverts_with(house, "UnknownWalk", other, accounts[0]):
        submit(house, other, proof.words, entries_of(other, players)[2:], walk.words)


# UNTIMELY DRAWS


def test_no_draw_before_the_players_are_fixed(house, game, players, stranger):
    """Or who bids later would know it."""
    for phase in (Phase.BIDDING, Phase.REVEAL):
        assert house.phase(game) == phase
        with reverts_with(house, "WrongPhase", game, phase):
            house.requestDraw(game, {"from": stranger})
        if phase == Phase.BIDDING:
            for who, amount in players:
                seal(house, game, who, amount)
            advance(house, game, Phase.REVEAL)
    reveal_all(house, game, dict(players))
    advance(house, game, Phase.TALLY)
    house.requestDraw(game, {"from": stranger})


def test_one_draw_only(house, randomness, game, players, point, stranger):
    """A word that displeases cannot be had anew, neither before nor after the decision."""
    with reverts_with(house, "AlreadyRequested", game):
        house.requestDraw(game, {"from": stranger})
    decide(house, game, players, point)
    with reverts_with(house, "WrongPhase", game, Phase.CLOSED):
        house.requestDraw(game, {"from": stranger})


@pytest.mark.parametrize("requested", [False, True])
def test_nothing_is_decided_before_the_word(house, randomness, game, players, requested):
    """Asked for or not; a word that lies ready is none before it is asked for."""
    sealed_to_draw(house, game, players)
    if requested:
        house.requestDraw(game, {"from": accounts[0]})
    else:
        randomness.set(house, game, 5, {"from": accounts[0]})
    with reverts_with(house, "NotDrawn", game):
        decide(house, game, players, 0)


def test_unknown_lots(house):
    """Have no draw."""
    for lot in (0, 10**6):
        assert house.phase(lot) == Phase.NONE
        with reverts_with(house, "WrongPhase", lot, Phase.NONE):
            house.requestDraw(lot, {"from": accounts[0]})
        with reverts_with(house, "WrongPhase", lot, Phase.NONE):
            submit(house, lot, (0, 0, 0, 0, 0), [])


# HOSTILE SOURCES


@pytest.fixture
def at_hostile_source(ApproximateAuction, HostileRandomness, factory, item, seller, players):
    """An auction whose source is hostile, with a lot of the same players in its draw phase."""
    source = accounts[0].deploy(HostileRandomness)
    house = accounts[0].deploy(ApproximateAuction, factory, source)
    lot = list_game(house, item, seller, first_token=30_000)
    sealed_to_draw(house, lot, players)
    return house, source, lot


@pytest.mark.parametrize(
    ("function", "error"), [("requestDraw", "AlreadyRequested"), ("decide", "NotDrawn")]
)
def test_a_source_that_calls_back(at_hostile_source, players, function, error):
    """While it is asked it can neither be asked again nor decide without a word."""
    house, source, lot = at_hostile_source
    proof = proof_of(players, 0)
    rest = (proof.words, BLANK, entries_of(lot, players)) if function == "decide" else ()
    prepare(source, getattr(house, function), lot, *rest)
    tx = house.requestDraw(lot, {"from": accounts[0]})
    (log,) = (log for log in emitted(tx) if log.name == "Reentered")
    assert log.fields == {"success": False, "answer": error_data(house, error, lot)[:4]}


def test_a_source_that_refuses_leaves_the_lot_as_it_was(at_hostile_source):
    """It can be asked again until the lot is void."""
    house, source, lot = at_hostile_source
    source.refuse({"from": accounts[0]})
    with pytest.raises(Exception, match="no, thank you"):
        house.requestDraw(lot, {"from": accounts[0]})
    assert not house.gameOf(lot)["requested"]
    assert house.phase(lot) == Phase.DRAW


def test_a_source_that_changes_its_word_between_steps(at_hostile_source, players):
    """The walk so far is of no use for another draw, unless both sell alike."""
    house, source, lot = at_hostile_source
    house.requestDraw(lot, {"from": accounts[0]})
    unsold = proof_of(players, 2**255 - 1)
    assert (proof_of(players, 0).place, unsold.place) == (0, 4)
    source.set(True, 0, {"from": accounts[0]})
    entries = entries_of(lot, players)
    (_, first), (walk, rest) = steps(entries, unsold, 2)
    submit(house, lot, unsold.words, first)
    with pytest.raises(Exception, match="DrawElsewhere"):
        submit(house, lot, unsold.words, rest, walk.words)
