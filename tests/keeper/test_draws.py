"""Proofs of what a draw decides, against the reference model, which shares no code with them."""

import random
from fractions import Fraction

import pytest

from offchain.bindings.draw_proofs import (
    DRAWS,
    DrawProof,
    Odds,
    Rivals,
    Walk,
    Winners,
    joined,
    prove,
    steps,
    word_of,
)
from offchain.bindings.entries import pack
from offchain.model.mechanisms import approximate

MOST_BID = 2**64 - 1
MOST_TERM = 2**32 - 1
DELTAS = [
    Fraction(1, 2),
    Fraction(1, 3),
    Fraction(9, 10),
    Fraction(1, MOST_TERM),
    Fraction(MOST_TERM - 1, MOST_TERM),
    Fraction(1_431_655_765, MOST_TERM - 1),
]


def profiles(count: int) -> list[tuple[list[int], Fraction]]:
    """Random bids and inaccuracies: ties, zeros, extremes."""
    rng = random.Random(255)
    found = []
    for _ in range(count):
        most = rng.choice((0, 1, 3, 20, 10**6, MOST_BID))
        bids = [rng.choice((0, most, rng.randint(0, most))) for _ in range(rng.randint(1, 8))]
        found.append((bids, rng.choice(DELTAS)))
    return found


def odds_of(bids: list[int], delta: Fraction) -> Odds:
    """The chances in a profile."""
    return Rivals(bids, delta).odds()


def test_pieces_are_the_chances_rounded_down() -> None:
    for bids, delta in profiles(500):
        odds = odds_of(bids, delta)
        exact = approximate.probabilities(bids, delta)
        assert [odds.piece(bid) for bid in bids] == [chance * DRAWS // 1 for chance in exact]


def test_winners_are_those_of_the_lemma_and_no_other_pair_reproduces_itself() -> None:
    """The number and the sum that the bids above their own threshold come to: one pair, ties and zeros included."""
    for bids, delta in profiles(120):
        true = odds_of(bids, delta).winners
        ordered = sorted(bids, reverse=True)
        if any(bids):
            assert true.count == approximate.winner_count(ordered, delta)
        else:
            assert true == Winners(0, 0)
        over = 4 * delta.numerator * delta.denominator
        under = (delta.denominator - delta.numerator) ** 2
        sums = {sum(ordered[:size]) for size in range(len(bids) + 1)}
        sums |= {value + change for value in sums for change in (-1, 1) if value + change >= 0}
        for count in range(len(bids) + 2):
            for total in sums:
                claimed = Odds(len(bids), over, under, Winners(count, total))
                above = [bid for bid in bids if claimed.has_chance(bid)]
                assert (Winners(len(above), sum(above)) == claimed.winners) == (
                    claimed.winners == true
                )


def test_a_bid_thought_in_is_a_bid() -> None:
    for bids, delta in profiles(300):
        for own in (0, 1, bids[-1], MOST_BID):
            odds = Rivals(bids[:-1], delta).odds_with(own)
            assert odds == odds_of([*bids[:-1], own], delta)


def test_pieces_never_fall_when_the_bid_rises() -> None:
    """On the grid too, so that the truth stays optimal exactly."""
    for bids, delta in profiles(200):
        rivals = Rivals(bids, delta)
        for start in (0, *bids, MOST_BID - 3):
            pieces = [
                rivals.odds_with(own).piece(own)
                for own in range(max(0, start - 2), min(MOST_BID, start + 3))
            ]
            assert pieces == sorted(pieces)


def test_prices_are_exact_or_one_unit_more() -> None:
    """Draws on the grid's own borders, where rounding can tell, at every step of the price next to the bid."""
    exact_prices = rounded = 0
    for bids, delta in profiles(250):
        odds = odds_of(bids, delta)
        ends = [sum(map(odds.piece, bids[:place])) for place in range(len(bids) + 1)]
        for place, bid in enumerate(bids):
            rivals = Rivals([*bids[:place], *bids[place + 1 :]], delta)
            for price in {0, bid // 2, max(0, bid - 1), bid}:
                for shift in (-1, 0):
                    draw = ends[place] + rivals.odds_with(price).piece(price) + shift
                    if not ends[place] <= draw < ends[place + 1]:
                        continue
                    proof = prove(bids, delta, draw)
                    assert proof.place == place
                    winner, exact = approximate.sell(bids, delta, Fraction(draw, DRAWS))
                    if winner == place:
                        assert 0 <= proof.price - exact <= 1
                        exact_prices += proof.price == exact
                        rounded += proof.price != exact
    assert exact_prices > 500
    assert rounded > 20  # the case exists


def test_draws_on_exact_borders_fall_as_in_the_reference() -> None:
    """As fractions, to the later player; and so do all others."""
    rng = random.Random(31)
    for bids, delta in profiles(400):
        chances = approximate.probabilities(bids, delta)
        border = sum(chances[: rng.randint(0, len(bids))], Fraction(0))
        for draw in (border, Fraction(rng.randrange(997), 997)):
            if draw < 1:
                proof = prove(bids, delta, word_of(draw) >> 1)
                winner, price = approximate.sell(bids, delta, draw)
                assert proof.place == (len(bids) if winner is None else winner)
                assert proof.price == price


@pytest.mark.parametrize(
    ("draw", "word"),
    [
        (Fraction(0), 0),
        (Fraction(1, 2), 1 << 255),
        (Fraction(1, 1 << 255), 2),
        (Fraction(1, 1 << 256), 2),
        (1 - Fraction(1, 1 << 300), (DRAWS - 1) << 1),
    ],
)
def test_words(draw: Fraction, word: int) -> None:
    """The first draw of the grid that is not before it; the last, if none is."""
    assert word_of(draw) == word


def test_a_walk_ends_at_what_the_proof_says() -> None:
    """In steps of any size: all players met, the winners as claimed, the piece before the draw."""
    rng = random.Random(9)
    for bids, delta in profiles(150):
        account = "0x" + "11" * 20
        entries = [pack(7, bid, account) for bid in bids]
        draw = rng.randrange(DRAWS)
        proof = prove(bids, delta, draw)
        walk = Walk()
        for entry in entries:
            walk = walk.meets(entry, proof)
        assert walk.players == len(bids)
        assert walk.all == proof.all.winners
        if proof.place < len(bids):
            assert walk.winner == entries[proof.place]
            assert walk.at_price == proof.at_price.winners
            assert proof.price == 0 or walk.below_price == proof.below_price.winners
            assert 0 <= draw - walk.start < proof.all.piece(bids[proof.place])
        else:
            assert draw >= walk.start
        for size in (1, 3, 100):
            parts = list(steps(entries, proof, size))
            assert [entry for _, some in parts for entry in some] == entries
            assert parts[0][0] == Walk()
            reached, last = parts[-1]
            for entry in last:
                reached = reached.meets(entry, proof)
            assert reached == walk


def test_rosters_tell_lists_apart() -> None:
    """By order, by entry and by length."""
    one, two = pack(1, 5, "0x" + "01" * 20), pack(1, 6, "0x" + "02" * 20)
    lists: list[list[int]] = [[], [one], [two], [one, two], [two, one], [one, one]]
    rosters = set()
    for entries in lists:
        roster = 0
        for entry in entries:
            roster = joined(roster, entry)
        assert roster & (2**24 - 1) == len(entries)
        rosters.add(roster)
    assert len(rosters) == len(lists)


def test_a_proof_among_many() -> None:
    """20,000 players: the price is found without walking over them at each step of the search."""
    bids = [10**12 + n for n in range(20_000)]
    proof = prove(bids, Fraction(1, 2), DRAWS // 2)
    assert isinstance(proof, DrawProof)
    assert 0 < proof.price <= bids[proof.place]
