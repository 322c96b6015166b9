"""Lots of an ``ApproximateAuction``: who plays at what bid, draws, and proofs of what they decide.

Proofs are made by the keeper's ``draws``; what they must come to, by the reference model.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from brownie import accounts

from offchain.bindings.draw_proofs import DrawProof, Walk, prove, steps, word_of
from offchain.bindings.enumerations import Phase
from offchain.io.units import WEI_PER_UNIT
from offchain.model.mechanisms.approximate import probabilities
from tests.contracts.auction import (
    advance,
    create_dao,
    now,
    reveal_all,
    schedule_from,
    seal,
    send,
    tally,
)
from tests.contracts.mechanism import commitment, entry

DELTA = Fraction(1, 2)
DRAW_WINDOW = 72 * 3600
TOKENS = 10_000
"""Items of these lots are numbered from here on."""

Players = Sequence[tuple[Any, int]]
"""Bidders with their bids, in order of arrival."""


def list_game(
    house: Any, item: Any, seller: Any, delta: Fraction = DELTA, first_token: int = TOKENS
) -> int:
    """Mint an item and list it among players of this inaccuracy."""
    lot = int(house.lotCount()) + 1
    item.mint(seller, first_token + lot, {"from": accounts[0]})
    send(seller, item.approve, house, first_token + lot)
    terms = delta.numerator, delta.denominator
    send(seller, house.list, item, first_token + lot, *terms, schedule_from(now()))
    return lot


def bid(house: Any, lot: int, players: Players) -> None:
    """Individuals seal their bids under deposits 10 above them."""
    for bidder, amount in players:
        value = WEI_PER_UNIT * (amount + 10)
        send(bidder, house.commit, lot, commitment(house, lot, bidder, amount), value=value)


def sealed_to_draw(house: Any, lot: int, players: Players) -> None:
    """Individuals bid and open their bids in order, and the tally begins: with no DAO, the draw."""
    bid(house, lot, players)
    advance(house, lot, Phase.REVEAL)
    reveal_all(house, lot, dict(players))
    advance(house, lot, Phase.TALLY)


def add_dao(house: Any, factory: Any, DAO: Any, lot: int) -> Any:
    """A new sealed DAO that entered the lot."""
    dao = create_dao(factory, DAO, house)
    dao.enter(lot, {"from": accounts[0]})
    return dao


def dao_to_draw(house: Any, dao: Any, lot: int, players: Players, members: Players) -> None:
    """Individuals and members of a DAO bid, open and are tallied, in this order."""
    bid(house, lot, players)
    for member, amount in members:
        seal(dao, lot, member, amount)
    advance(house, lot, Phase.REVEAL)
    reveal_all(house, lot, dict(players))
    reveal_all(dao, lot, dict(members))
    advance(house, lot, Phase.TALLY)
    tally(dao, lot, dict(members))


def entries_of(lot: int, players: Players) -> list[int]:
    """The players' entries."""
    return [entry(lot, amount, bidder) for bidder, amount in players]


def bids_of(players: Players) -> list[int]:
    """The players' bids."""
    return [amount for _, amount in players]


def draw_in(bids: Sequence[int], place: int | None, part: Fraction = Fraction(0)) -> Fraction:
    """A draw in the piece of the player at ``place``, this part of the way; None: that sells to nobody."""
    pieces = probabilities(list(bids), DELTA)
    if place is None:
        return sum(pieces, Fraction(1)) / 2
    assert pieces[place] > 0
    return sum(pieces[:place], Fraction(0)) + part * pieces[place]


def draw(house: Any, randomness: Any, lot: int, fall: Fraction, sender: Any = None) -> int:
    """Ask for the draw, and let it fall; the draw as the contract has it."""
    house.requestDraw(lot, {"from": sender or accounts[0]})
    word = word_of(fall)
    randomness.set(house, lot, word, {"from": accounts[0]})
    return word >> 1


def proof_of(players: Players, point: int, delta: Fraction = DELTA) -> DrawProof:
    """What the draw decides, and why."""
    return prove(bids_of(players), delta, point)


def decide(
    house: Any,
    lot: int,
    players: Players,
    point: int,
    sender: Any = None,
    size: int = 10_000,
    delta: Fraction = DELTA,
) -> Any:
    """Decide by a walk in steps of this size; the last transaction."""
    proof = proof_of(players, point, delta)
    for walk, some in steps(entries_of(lot, players), proof, size):
        tx = house.decide(lot, proof.words, walk.words, some, {"from": sender or accounts[0]})
    return tx


def play(house: Any, randomness: Any, lot: int, players: Players, fall: Fraction) -> Any:
    """From the first bid to the decision, among individuals; the deciding transaction."""
    sealed_to_draw(house, lot, players)
    return decide(house, lot, players, draw(house, randomness, lot, fall))


BLANK = Walk().words
"""Where a walk begins."""
