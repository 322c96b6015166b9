"""Of all that can be claimed of a draw, the contract believes the truth and nothing else: small lots, exhaustively."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.draw_proofs import DRAWS, Rivals, Walk, Winners, prove
from offchain.chain.backend import Reverted, Transaction
from offchain.chain.revm import Revm
from offchain.play.approximate import ApproximateStage

AUCTION, SOURCE = contract("ApproximateAuction"), contract("SetRandomness")
DELTA = Fraction(1, 2)
Claim = tuple[int, int, int, int, int]
"""Place, price, and who has a chance: as it is, at the price, below it."""

BIDS = [(0,), (3,), (0, 0), (3, 2), (2, 2), (0, 3), (1, 1, 1), (3, 1, 0)]


def winners_with(bids: Sequence[int], place: int, own: int) -> int:
    """Who would have a chance if the player there had bid something else."""
    return Rivals([*bids[:place], own, *bids[place + 1 :]], DELTA).odds().winners.word


def claims(bids: Sequence[int], truth: Claim) -> Iterable[Claim]:
    """Every place, price and word about the bids, with what would fit that price; and, about the truth, every word
    about the two other bids of the winner.
    """
    words = [Winners(k, s).word for k in range(len(bids) + 2) for s in range(sum(bids) + 2)]
    for place, price, word in product(range(len(bids) + 2), range(max(bids) + 2), words):
        if place < len(bids):
            at = winners_with(bids, place, price)
            yield place, price, word, at, winners_with(bids, place, price - 1) if price else 0
        else:
            yield place, price, word, 0, 0
    for at, below in product(words, words):
        yield (*truth[:3], at, below)


def says_the_same(claim: Claim, truth: Claim, players: int) -> bool:
    """Whether a claim is the truth in all that counts: of an unsold lot the chances, of one sold for 0 not what is below."""
    if truth[0] == players:
        return claim[0] >= players and claim[2] == truth[2]
    counts = 4 if truth[1] == 0 else 5
    return claim[:counts] == truth[:counts]


@pytest.mark.parametrize("bids", BIDS, ids=str)
def test_one_claim_is_believed(bids: tuple[int, ...]) -> None:
    """For draws at the beginning, in the midst and at the end of every piece, and beyond all."""
    chain = Revm()
    stage = ApproximateStage(chain)
    cast = stage.bid(bids, (), DELTA)
    entries = stage.ledger.players(cast.lot)
    odds = Rivals(bids, DELTA).odds()
    ends = [sum(map(odds.piece, bids[:place])) for place in range(len(bids) + 1)]
    draws = {end + shift for end in ends for shift in (-1, 0)}
    draws |= {(low + high) // 2 for low, high in zip(ends, [*ends[1:], DRAWS], strict=True)}
    for draw in sorted(one for one in draws if 0 <= one < DRAWS):
        told = SOURCE.encode("set", stage.auction, cast.lot, draw << 1)
        chain.send(Transaction(chain.actor(0), stage.randomness, told))
        truth = prove(bids, DELTA, draw).words
        assert believed(chain, stage.auction, cast.lot, truth, entries)
        for claim in claims(bids, truth):
            found = believed(chain, stage.auction, cast.lot, claim, entries)
            assert found == says_the_same(claim, truth, len(bids)), (draw, claim, truth)


def believed(chain: Revm, auction: str, lot: int, claim: Claim, entries: Sequence[int]) -> bool:
    """Whether a claim would decide the lot."""
    data = AUCTION.encode("decide", lot, claim, Walk().words, entries)
    try:
        chain.call(auction, data)
    except Reverted:
        return False
    return True
