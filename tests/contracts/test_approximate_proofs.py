"""False proofs, forged walks, untimely draws: nothing but the truth decides a lot, and nobody can hold it up."""

from dataclasses import replace
from fractions import Fraction
from functools import reduce

import pytest
from brownie import accounts
from eth_hash.auto import keccak

from offchain.bindings.deployment import NO_BEACON
from offchain.bindings.draw_proofs import Rivals, Walk, Winners, prove, steps
from offchain.bindings.enumerations import Phase
from offchain.model.mechanisms.approximate import sell
from tests.contracts.approximate_lots import (
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
from tests.contracts.auction import advance, prepare, reveal_all, seal
from tests.contracts.checks import emitted, error_data, logs_of, plain, reverts_with
from tests.contracts.mechanism import NOBODY, entry

PLACE = 2
"""Who wins the lot below."""


@pytest.fixture(scope="module")
def game(approximate, item, seller):
    """A lot in its bidding phase: inaccuracy 1/2."""
    return list_game(approximate, item, seller)


@pytest.fixture
def players(alice, bob, carol, dave):
    """Four individuals with different bids, of whom the one of 1 has no chance."""
    return [(alice, 10), (bob, 1), (carol, 9), (dave, 7)]


@pytest.fixture
def point(approximate, words, game, players):
    """The lot in its draw phase; the draw, which falls into the midst of the third player's piece."""
    sealed_to_draw(approximate, game, players)
    return draw(approximate, words, game, draw_in(bids_of(players), PLACE, Fraction(1, 2)))


@pytest.fixture
def proof(players, point):
    """The true proof: a price strictly between 0 and the bid, so that every part of it matters."""
    proof = proof_of(players, point)
    assert (proof.place, proof.all.winners.count) == (PLACE, 3)
    assert 1 < proof.price < 9
    assert proof.all.winners != proof.at_price.winners != proof.below_price.winners
    return proof


def submit(approximate, game, claimed, entries, walk=BLANK, sender=None):
    """Send a proof."""
    return approximate.decide(game, claimed, walk, entries, {"from": sender or accounts[0]})


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
def test_false_winners(approximate, game, players, proof, part, lie):
    """Whatever is claimed of any of the three profiles, the walk finds something else, or no sale."""
    claimed = list(proof.words)
    claimed[part] += lie.count * 2**88 + lie.total
    with pytest.raises(Exception, match=r"WrongWinners|DrawElsewhere|WrongPrice"):
        submit(approximate, game, claimed, entries_of(game, players))
    assert approximate.phase(game) == Phase.DRAW


def test_exactly_one_claim_of_winners_passes(approximate, game, players, proof):
    """Of every number and every sum of bids."""
    entries = entries_of(game, players)
    true = proof.all.winners
    for count in range(6):
        for total in range(30):
            word = count << 88 | total
            if word != true.word:
                with pytest.raises(Exception, match="WrongWinners"):
                    approximate.chancesOf(game, word, entries)
    approximate.chancesOf(game, true.word, entries)


@pytest.mark.parametrize("part", [2, 3, 4], ids=["all", "at", "below"])
def test_upper_bits_of_winners_are_part_of_the_claim(approximate, game, players, proof, part):
    """What the arithmetic masks away still has to be right; what is told is the claim, then what was found."""
    claimed = list(proof.words)
    claimed[part] += 1 << 200
    with reverts_with(approximate, "WrongWinners", claimed[part], proof.words[part]):
        submit(approximate, game, claimed, entries_of(game, players))


@pytest.mark.parametrize("price", range(11))
def test_false_prices(approximate, game, players, point, proof, price):
    """Every other price fails, though all else is as it would have to be for that price."""
    if price == proof.price:
        return
    others = bids_of(players)

    def winners_with(own):
        return prove([*others[:PLACE], own, *others[PLACE + 1 :]], DELTA, 0).all.winners.word

    below = winners_with(price - 1) if price else 0
    claimed = (PLACE, price, proof.all.winners.word, winners_with(price), below)
    with reverts_with(approximate, "WrongPrice", price):
        submit(approximate, game, claimed, entries_of(game, players))


@pytest.mark.parametrize("price", [3, 5, 8, 10])
def test_a_piece_holds_its_beginning_not_its_end(approximate, words, game, players, price):
    """A bid whose piece is as long as the offset does not win; nor does its player at one unit above its bid."""
    sealed_to_draw(approximate, game, players)
    bids = bids_of(players)
    every = Rivals(bids, DELTA).odds()
    rivals = Rivals([*bids[:PLACE], *bids[PLACE + 1 :]], DELTA)
    start = sum(map(every.piece, bids[:PLACE]))
    at, below = rivals.odds_with(price), rivals.odds_with(price - 1)
    point = start + below.piece(price - 1)
    approximate.requestDraw(game, {"from": accounts[0]})
    words.set(approximate, game, point << 1, {"from": accounts[0]})

    def claim_of(amount):
        odds = rivals.odds_with(amount).winners.word, rivals.odds_with(amount - 1).winners.word
        return (PLACE, amount, every.winners.word, *odds)

    assert at.piece(price) > below.piece(price - 1)
    entries = entries_of(game, players)
    if price > bids[PLACE]:
        with reverts_with(approximate, "DrawElsewhere", point, start, every.piece(bids[PLACE])):
            submit(approximate, game, claim_of(price), entries)
    else:
        with reverts_with(approximate, "WrongPrice", price - 1):
            submit(approximate, game, claim_of(price - 1), entries)
        submit(approximate, game, claim_of(price), entries)
        assert plain(approximate.standing(game)) == (Phase.CLOSED, players[PLACE][0].address, price)


@pytest.mark.parametrize("place", [0, 1, 3, 4, 5, 2**255])
def test_false_winner(approximate, game, players, point, proof, place):
    """Not before the draw's piece, not behind it, not a player without a chance, and not nobody."""
    claimed = (place, *proof.words[1:])
    with pytest.raises(Exception, match="DrawElsewhere"):
        submit(approximate, game, claimed, entries_of(game, players))


@pytest.mark.parametrize("place", range(4))
def test_nobody_wins_by_a_draw_beyond_all_pieces(approximate, words, game, players, place):
    """An unsold lot cannot be had."""
    sealed_to_draw(approximate, game, players)
    point = draw(approximate, words, game, draw_in(bids_of(players), None))
    claimed = (place, *proof_of(players, point).words[1:])
    with pytest.raises(Exception, match="DrawElsewhere"):
        submit(approximate, game, claimed, entries_of(game, players))
    decide(approximate, game, players, point)
    assert plain(approximate.standing(game)) == (Phase.VOID, NOBODY, 0)


def test_a_false_sum_cannot_make_a_lot_unsold(approximate, game, players, point, proof):
    """Nobody wins if the walk is told that nobody has a chance; it notices in the end."""
    for count, total in ((0, 0), (0, 1), (4, 2**88 - 1), (2**24 - 1, 2**88 - 1)):
        claimed = (4, 0, count << 88 | total, 0, 0)
        with pytest.raises(Exception, match=r"WrongWinners|DrawElsewhere|0x11"):
            submit(approximate, game, claimed, entries_of(game, players))


# FORGED WALKS


def test_other_players(approximate, game, players, proof, stranger):
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
            submit(approximate, game, proof.words, forged)
    assert approximate.phase(game) == Phase.DRAW


def test_leaving_players_out_is_a_walk_that_has_not_ended(approximate, game, players, proof):
    """It decides nothing until they come: what is kept and logged is the hash of the proof and of where the walk stands."""
    entries = entries_of(game, players)
    tx = submit(approximate, game, proof.words, entries[:-1])
    walk = reduce(lambda walk, entry: walk.meets(entry, proof), entries[:-1], Walk())
    words = (*proof.words, *walk.words)
    digest = keccak(b"".join(word.to_bytes(32, "big") for word in words))
    walked = {"lot": game, "walker": tx.sender.address, "players": 3, "digest": digest}
    assert logs_of(tx, approximate) == [("Walked", walked)]
    assert bytes(approximate.progress(game, tx.sender)) == digest
    assert approximate.phase(game) == Phase.DRAW


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_walk_in_steps_decides_as_one(approximate, game, players, point, size):
    """Each step starts where the one before ended."""
    decide(approximate, game, players, point, size=size)
    fall = draw_in(bids_of(players), PLACE, Fraction(1, 2))
    winner, price = sell(bids_of(players), DELTA, fall)
    assert plain(approximate.standing(game)) == (Phase.CLOSED, players[winner][0].address, price)


def test_a_walk_in_steps_notices_falsehood(approximate, game, players, proof):
    """At the end, or earlier."""
    false = replace(proof, all=replace(proof.all, winners=Winners(3, 27)))
    *first, (walk, last) = steps(entries_of(game, players), false, 3)
    for reached, some in first:
        submit(approximate, game, false.words, some, reached.words)
    with reverts_with(approximate, "WrongWinners", Winners(3, 27).word, proof.all.winners.word):
        submit(approximate, game, false.words, last, walk.words)
    assert approximate.phase(game) == Phase.DRAW


def test_progress_cannot_be_invented(approximate, game, players, proof):
    """Nor changed, nor taken from another caller, nor gone on with under another proof."""
    entries = entries_of(game, players)
    (_, first), (walk, rest) = steps(entries, proof, 2)
    with reverts_with(approximate, "UnknownWalk", game, accounts[0]):
        submit(approximate, game, proof.words, rest, walk.words)
    submit(approximate, game, proof.words, first)
    with reverts_with(approximate, "UnknownWalk", game, accounts[1]):
        submit(approximate, game, proof.words, rest, walk.words, accounts[1])
    for place in range(6):
        changed = list(walk.words)
        changed[place] += 1 << 30
        with reverts_with(approximate, "UnknownWalk", game, accounts[0]):
            submit(approximate, game, proof.words, rest, changed)
    for place in range(5):
        other = list(proof.words)
        other[place] += 1
        with reverts_with(approximate, "UnknownWalk", game, accounts[0]):
            submit(approximate, game, other, rest, walk.words)
    submit(approximate, game, proof.words, rest, walk.words)
    assert approximate.phase(game) == Phase.CLOSED


def test_a_walk_that_begins_takes_nothing_along(approximate, game, players, point, proof):
    """Sums and a winner brought to the beginning are passed over."""
    loaded = (0, 1 << 200, entry(game, 9, accounts[0]), 1 << 88 | 9, 1, 1)
    submit(approximate, game, proof.words, entries_of(game, players), loaded)
    fall = draw_in(bids_of(players), PLACE, Fraction(1, 2))
    assert approximate.standing(game)[2] == sell(bids_of(players), DELTA, fall)[1]
    assert approximate.standing(game)[1] == players[PLACE][0]


def test_a_false_walk_blocks_nobody(approximate, game, players, point, proof, stranger):
    """Not even its own caller, who can begin anew."""
    entries = entries_of(game, players)
    forged = [entry(game, 2**64 - 1, stranger)] * 3
    submit(approximate, game, (9, 0, 0, 0, 0), forged, sender=stranger)
    decide(approximate, game, players, point, sender=stranger, size=3)
    assert approximate.standing(game)[1] == players[PLACE][0]
    with reverts_with(approximate, "WrongPhase", game, Phase.CLOSED):
        submit(approximate, game, proof.words, entries)


def test_progress_on_one_lot_is_none_on_another(
    approximate, item, seller, words, game, players, proof
):
    """The same players and the same draw."""
    other = list_game(approximate, item, seller)
    sealed_to_draw(approximate, other, players)
    draw(approximate, words, other, draw_in(bids_of(players), PLACE, Fraction(1, 2)))
    entries = entries_of(game, players)
    (_, first), (walk, _) = steps(entries, proof, 2)
    submit(approximate, game, proof.words, first)
    with reverts_with(approximate, "UnknownWalk", other, accounts[0]):
        submit(approximate, other, proof.words, entries_of(other, players)[2:], walk.words)


# UNTIMELY DRAWS


def test_no_draw_before_the_players_are_fixed(approximate, game, players, stranger):
    """Or who bids later would know it."""
    for phase in (Phase.BIDDING, Phase.REVEAL):
        assert approximate.phase(game) == phase
        with reverts_with(approximate, "WrongPhase", game, phase):
            approximate.requestDraw(game, {"from": stranger})
        if phase == Phase.BIDDING:
            for who, amount in players:
                seal(approximate, game, who, amount)
            advance(approximate, game, Phase.REVEAL)
    reveal_all(approximate, game, dict(players))
    advance(approximate, game, Phase.TALLY)
    approximate.requestDraw(game, {"from": stranger})


def test_one_draw_only(approximate, words, game, players, point, stranger):
    """A word that displeases cannot be had anew, neither before nor after the decision."""
    with reverts_with(approximate, "AlreadyRequested", game):
        approximate.requestDraw(game, {"from": stranger})
    decide(approximate, game, players, point)
    with reverts_with(approximate, "WrongPhase", game, Phase.CLOSED):
        approximate.requestDraw(game, {"from": stranger})


@pytest.mark.parametrize("requested", [False, True])
def test_nothing_is_decided_before_the_word(approximate, words, game, players, requested):
    """Asked for or not; a word that lies ready is none before it is asked for."""
    sealed_to_draw(approximate, game, players)
    if requested:
        approximate.requestDraw(game, {"from": accounts[0]})
    else:
        words.set(approximate, game, 5, {"from": accounts[0]})
    with reverts_with(approximate, "NotDrawn", game):
        decide(approximate, game, players, 0)


def test_unknown_lots(approximate):
    """Have no draw."""
    for lot in (0, 10**6):
        assert approximate.phase(lot) == Phase.NONE
        with reverts_with(approximate, "WrongPhase", lot, Phase.NONE):
            approximate.requestDraw(lot, {"from": accounts[0]})
        with reverts_with(approximate, "WrongPhase", lot, Phase.NONE):
            submit(approximate, lot, (0, 0, 0, 0, 0), [])


# HOSTILE SOURCES


@pytest.fixture
def at_hostile_source(ApproximateAuction, HostileRandomness, factory, item, seller, players):
    """An auction whose source is hostile, with a lot of the same players in its draw phase."""
    source = accounts[0].deploy(HostileRandomness)
    approximate = accounts[0].deploy(ApproximateAuction, factory, NO_BEACON, source)
    lot = list_game(approximate, item, seller, first_token=30_000)
    sealed_to_draw(approximate, lot, players)
    return approximate, source, lot


@pytest.mark.parametrize(
    ("function", "error"), [("requestDraw", "AlreadyRequested"), ("decide", "NotDrawn")]
)
def test_a_source_that_calls_back(at_hostile_source, players, function, error):
    """While it is asked it can neither be asked again nor decide without a word."""
    approximate, source, lot = at_hostile_source
    proof = proof_of(players, 0)
    rest = (proof.words, BLANK, entries_of(lot, players)) if function == "decide" else ()
    prepare(source, getattr(approximate, function), lot, *rest)
    tx = approximate.requestDraw(lot, {"from": accounts[0]})
    (log,) = (log for log in emitted(tx) if log.name == "Reentered")
    assert log.fields == {"success": False, "answer": error_data(approximate, error, lot)[:4]}


def test_a_source_that_has_a_word_before_it_is_asked(at_hostile_source, players):
    """Such a word was known before the bids; none counts that nobody asked for."""
    house, source, lot = at_hostile_source
    source.set(True, 0, {"from": accounts[0]})
    with reverts_with(house, "NotDrawn", lot):
        submit(house, lot, proof_of(players, 0).words, entries_of(lot, players))


def test_a_source_that_refuses_leaves_the_lot_as_it_was(at_hostile_source):
    """It can be asked again until the lot is void."""
    approximate, source, lot = at_hostile_source
    source.refuse({"from": accounts[0]})
    with pytest.raises(Exception, match="no, thank you"):
        approximate.requestDraw(lot, {"from": accounts[0]})
    assert not approximate.lotteryOf(lot)["requested"]
    assert approximate.phase(lot) == Phase.DRAW


def test_a_source_that_changes_its_word_between_steps(at_hostile_source, players):
    """The walk so far is of no use for another draw, unless both sell alike."""
    approximate, source, lot = at_hostile_source
    approximate.requestDraw(lot, {"from": accounts[0]})
    unsold = proof_of(players, 2**255 - 1)
    assert (proof_of(players, 0).place, unsold.place) == (0, 4)
    source.set(True, 0, {"from": accounts[0]})
    entries = entries_of(lot, players)
    (_, first), (walk, rest) = steps(entries, unsold, 2)
    submit(approximate, lot, unsold.words, first)
    with pytest.raises(Exception, match="DrawElsewhere"):
        submit(approximate, lot, unsold.words, rest, walk.words)
