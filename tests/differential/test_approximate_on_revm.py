"""Random auctions under approximate valuations through the contract, in process, against the reference model."""

import random
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import lcm

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.draw_proofs import Walk, prove, word_of
from offchain.chain.backend import Transaction
from offchain.chain.revm import Revm
from offchain.io.errors import InvalidInput
from offchain.model.instances import (
    ApproximateGroupsInstance,
    ApproximateInstance,
    Group,
    Member,
    TwoLevelInstance,
)
from offchain.model.kinds import solve
from offchain.model.mechanisms import approximate_groups
from offchain.model.mechanisms.approximate import (
    deterministic_guarantee,
    price_lottery,
    probabilities,
    second_price,
    worst_case,
)
from offchain.play.approximate import ApproximateStage
from offchain.play.two_level import TwoLevelStage
from tests.differential.approximate_scenarios import (
    hold_equal,
    hold_group_instance_equal,
    hold_groups_equal,
)
from tests.differential.chunks import chunks

AUCTIONS, EACH_TIME, GROUPS, CHUNK = 5_000, 1_500, 1_500, 500
FILES = 500
MOST_DRAWS = 2_500
SECOND_PRICES = 500
AUCTION, SOURCE = contract("ApproximateAuction"), contract("SetRandomness")


@pytest.mark.parametrize("first", chunks(AUCTIONS, CHUNK, EACH_TIME))
def test_chain_equals_reference(first: int) -> None:
    """Chances, winner and price among individuals."""
    stage = ApproximateStage(Revm())
    for seed in range(first, first + CHUNK):
        hold_equal(stage, seed)


@pytest.mark.parametrize("first", range(0, GROUPS, CHUNK))
def test_groups_equal_reference(first: int) -> None:
    """Winner, price, share and the members served, where DAOs bid beside individuals."""
    stage = ApproximateStage(Revm())
    for seed in range(first, first + CHUNK):
        hold_groups_equal(stage, seed)


@pytest.mark.parametrize("first", range(0, FILES, CHUNK))
def test_instances_of_groups_equal_reference(first: int) -> None:
    """The whole outcome: everybody's chance, and what a draw decides for every member."""
    stage = ApproximateStage(Revm())
    for seed in range(first, first + CHUNK):
        hold_group_instance_equal(stage, seed)


def test_a_group_that_can_pay_more_than_64_bits_is_refused_before_it_is_played() -> None:
    members = tuple(Member(name, (2**63,), (2**63,)) for name in "ab")
    instance = ApproximateGroupsInstance(Fraction(1, 2), (Group("g", members),), Fraction(0))
    assert approximate_groups.solve(instance).probabilities == {"g": 1}
    with pytest.raises(
        InvalidInput, match=r"^groups\[0\]: its members can pay 18446744073709551616 "
    ):
        ApproximateStage(Revm()).play(instance)


PROFILES = [
    (delta, bids)
    for delta, most, players in (
        (Fraction(1, 3), 3, 2),
        (Fraction(1, 2), 2, 2),
        (Fraction(1, 3), 1, 3),
        (Fraction(1, 2), 7, 1),
    )
    for bids in product(range(most + 1), repeat=players)
]


@pytest.mark.parametrize(("delta", "bids"), PROFILES, ids=str)
def test_all_draws_together_are_the_price_lottery(delta: Fraction, bids: tuple[int, ...]) -> None:
    """With draws k/Q for all k, Q being a common denominator, each sale comes up as often as it is likely."""
    expected = {
        (place, price): chance
        for place in range(len(bids))
        for price, chance in price_lottery(bids, place, delta).items()
    }
    draws = lcm(*(chance.denominator for chance in expected.values()))
    assert draws <= MOST_DRAWS
    chain = Revm()
    stage = ApproximateStage(chain)
    cast = stage.bid(bids, (), delta)
    entries = stage.ledger.players(cast.lot)
    found: Counter[tuple[int, int]] = Counter()
    mark = chain.snapshot()
    for number in range(draws):
        word = word_of(Fraction(number, draws))
        proof = prove(bids, delta, word >> 1)
        told = SOURCE.encode("set", stage.auction, cast.lot, word)
        decided = AUCTION.encode("decide", cast.lot, proof.words, Walk().words, entries)
        for to, data in ((stage.randomness, told), (stage.auction, decided)):
            chain.send(Transaction(chain.actor(0), to, data))
        answer = chain.call(stage.auction, AUCTION.encode("standing", cast.lot))
        _, leader, price = AUCTION.decode("standing", answer)
        if leader in cast.individuals:
            found[cast.individuals.index(leader), price] += 1
        chain.restore(mark)
    assert found == {sale: chance * draws for sale, chance in expected.items()}


@pytest.mark.parametrize("size", [100, 4_000])
def test_hundreds_of_bidders(size: int) -> None:
    """350 players, decided in one transaction or in several; all bids differ, and most have a chance."""
    bids = {f"p{n}": 10**6 + n * n % 10_007 for n in range(350)}
    for draw in (Fraction(0), Fraction(1, 3), Fraction(9, 10)):
        instance = ApproximateInstance(Fraction(1, 2), bids, draw)
        stage = ApproximateStage(Revm(), players_per_step=size)
        assert stage.play(instance) == solve(instance)


BIDS = [(10, 7), (7, 10), (5, 5), (1, 1, 1), (9, 3, 9), (2, 8, 7), (100, 1, 99, 100)]


@pytest.mark.parametrize("bids", BIDS, ids=str)
def test_the_auctioneer_is_the_deterministic_mechanism(bids: tuple[int, ...]) -> None:
    """The same bids there sell by second price: with its winner, so with all it can guarantee, at a price of
    one unit more at most, where an earlier bid is as high as the price.
    """
    (lot,) = TwoLevelStage(Revm()).play(singletons(bids, 1)).items
    assert (lot.winner, lot.price) == by_second_price(bids, 1)
    winner, _ = second_price(bids)
    delta = Fraction(1, 2)
    sure = [Fraction(place == winner) for place in range(len(bids))]
    assert worst_case(bids, sure, delta)[1] >= deterministic_guarantee(delta)
    assert worst_case(bids, probabilities(bids, delta), delta)[1] > deterministic_guarantee(delta)


def test_the_auctioneer_sells_random_bids_by_second_price() -> None:
    """Few different bids, so that many tie; reserves below, among and above them; bids of 0, which are none."""
    stage, sold = TwoLevelStage(Revm()), Counter[str]()
    for seed in range(SECOND_PRICES):
        rng = random.Random(seed)
        most = rng.choice([3, 10, 10**6])
        bids = [rng.randint(0, most) for _ in range(rng.randint(1, 6))]
        reserve = rng.randint(1, rng.choice([1, most + 1]))
        (lot,) = stage.play(singletons(bids, reserve)).items
        expected = by_second_price(bids, reserve)
        assert (lot.winner, lot.price) == expected, f"seed {seed}: {bids}, reserve {reserve}"
        sold[_case(bids, reserve, lot.price)] += 1
    assert min(sold[case] for case in ("unsold", "reserve", "second", "tie")) >= 10, sold


def _case(bids: Sequence[int], reserve: int, price: int) -> str:
    """What made the price. A price at the reserve may be the second bid too."""
    if price == 0:
        return "unsold"
    if price == reserve:
        return "reserve"
    return "second" if price == second_price(bids)[1] else "tie"


def singletons(bids: Sequence[int], reserve: int) -> TwoLevelInstance:
    """One item for groups of a single member each, in the order of the bids."""
    groups = tuple(Group(f"g{n}", (Member("m", (bid,), (bid,)),)) for n, bid in enumerate(bids))
    return TwoLevelInstance(1, (reserve,), groups)


def by_second_price(bids: Sequence[int], reserve: int) -> tuple[str | None, int]:
    """The winner, and the price: the reserve at least, and a unit on top where an earlier rival would win the tie."""
    winner, price = second_price(bids)
    if bids[winner] < reserve:
        return None, 0
    return f"g{winner}", max(reserve, price + (price in bids[:winner]))
