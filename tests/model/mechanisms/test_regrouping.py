"""Groups cut into subgroups: the best against every partition and against plain searches, and what becomes of a price."""

import csv
from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement, product
from pathlib import Path
from random import Random

import pytest

from offchain.io.units import UNITS_PER_ETH, WEI_PER_UNIT
from offchain.model.instances.rules import CRITICAL_BID, Posted, Upper
from offchain.model.mechanisms.equal_split import served_count, share, willingness_to_pay
from offchain.model.mechanisms.lower import LowerRule, Split
from offchain.model.mechanisms.price_rule import exact
from offchain.model.mechanisms.regrouping import (
    BestSubgroups,
    Regrouping,
    SettledSubgroups,
    each_its_own,
    in_equal_shares,
    shares,
    willingness_of_subgroups,
)
from offchain.model.mechanisms.two_level import sell_lot
from offchain.model.mechanisms.upper import rule_of
from offchain.model.theory.daos import auction, lies_that_pay

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "constitutiondao.csv"

Subgroups = list[list[int]]


def partitions(bids: Sequence[int]) -> Iterator[Subgroups]:
    """Every way to cut a list into subgroups, contiguous or not."""
    if not bids:
        yield []
        return
    for subgroups in partitions(bids[1:]):
        yield [[bids[0]], *subgroups]
        for place, subgroup in enumerate(subgroups):
            yield [*subgroups[:place], [bids[0], *subgroup], *subgroups[place + 1 :]]


def lists(longest: int, top: int) -> Iterator[tuple[int, ...]]:
    """Every list of bids from 0 on, in falling order."""
    for length in range(1, longest + 1):
        yield from combinations_with_replacement(range(top, -1, -1), length)


def random_list(random: Random, most: int) -> list[int]:
    """Bids of very different sizes."""
    sizes = (3, 50, 10**6, 2**64 - 1)
    return [random.randrange(1, random.choice(sizes) + 1) for _ in range(random.randint(1, most))]


def by_every_amount(bids: Sequence[int], most: int) -> int:
    """The best total of equal shares, plainly: for every product that a subgroup could pay, one member after the other."""
    ranked = sorted(bids, reverse=True)
    best = 0
    for amount in {size * bid for size in range(1, len(ranked) + 1) for bid in ranked}:
        subgroups = size = 0
        for bid in ranked:
            size += 1
            if size * bid >= amount:
                subgroups, size = subgroups + 1, 0
        best = max(best, min(subgroups, most) * amount)
    return best


def by_all_blocks(bids: Sequence[int], most: int) -> int:
    """The best sum of what subgroups can pay, plainly: a table of blocks by their last rank, for each number of them."""
    ranked = sorted(bids, reverse=True)
    best = [0] * (len(ranked) + 1)
    for _ in range(most):
        best = [
            max(
                [best[end]]
                + [best[start] + (end - start) * ranked[end - 1] for start in range(end)]
            )
            for end in range(len(ranked) + 1)
        ]
    return max(best)


def assert_whole(found: Regrouping, bids: Sequence[int], most: int | None) -> None:
    """Everybody who bids is in one subgroup, and there are no more subgroups than asked for."""
    assert sorted(found.bids) == sorted(bid for bid in bids if bid), bids
    assert [bid for subgroup in found.subgroups for bid in subgroup] == list(found.bids)
    assert all(found.subgroups)
    assert len(found.asked) == len(found.subgroups) <= (most or len(bids))


def test_no_partition_pays_more() -> None:
    """Every list of up to five bids up to 5, every partition, every limit."""
    for bids in lists(5, 5):
        ways = [
            (
                len(subgroups),
                willingness_of_subgroups(subgroups),
                sum(map(willingness_to_pay, subgroups)),
            )
            for subgroups in partitions(bids)
        ]
        for most in (None, *range(1, len(bids) + 1)):
            within = [way for way in ways if most is None or way[0] <= most]
            equal = in_equal_shares(bids, most)
            assert equal.total == max(way[1] for way in within), (bids, most)
            assert willingness_of_subgroups(equal.subgroups) == equal.total, (bids, most)
            assert_whole(equal, bids, most)
            own = each_its_own(bids, most or len(bids))
            assert own.total == max(way[2] for way in within), (bids, most)
            assert [willingness_to_pay(subgroup) for subgroup in own.subgroups] == list(own.asked)
            assert_whole(own, bids, most)


def test_larger_lists_pay_what_plain_searches_find() -> None:
    random = Random(7)
    for _ in range(60):
        bids = random_list(random, 24)
        for most in {1, 2, random.randint(1, len(bids)), len(bids)}:
            equal, own = in_equal_shares(bids, most), each_its_own(bids, most)
            assert equal.total == by_every_amount(bids, most), (bids, most)
            assert willingness_of_subgroups(equal.subgroups) == equal.total, (bids, most)
            assert own.total == by_all_blocks(bids, most), (bids, most)
            assert sum(map(willingness_to_pay, own.subgroups)) == own.total, (bids, most)
            assert_whole(equal, bids, most)
            assert_whole(own, bids, most)


def test_of_equal_totals_that_by_the_most_parts() -> None:
    assert in_equal_shares([5, 5, 5]).asked == (5, 5, 5)
    assert in_equal_shares([1, 3, 1]).asked == (2, 2)


def test_nobody_bids() -> None:
    for found in (in_equal_shares([0, 0]), in_equal_shares([]), each_its_own([0], 3)):
        assert (found.total, found.subgroups) == (0, ())
    assert willingness_of_subgroups([]) == 0


def test_parts_are_at_least_one() -> None:
    with pytest.raises(ValueError, match="at least 1 subgroup, not 0"):
        in_equal_shares([1], 0)
    with pytest.raises(ValueError, match="at least 1 subgroup, not -1"):
        each_its_own([1], -1)


def test_alone_or_all_together_is_the_equal_split() -> None:
    for bids in lists(4, 5):
        for price in range(1, sum(bids) + 2):
            served = served_count(bids, price)
            each = share(price, served) if served else 0
            expected = [each if rank < served else None for rank in range(len(bids))]
            assert shares([bids], price) == [expected], (bids, price)
            assert [subgroup[0] for subgroup in shares([[bid] for bid in bids], price)] == expected


def test_a_price_is_covered_and_nobody_pays_more_than_the_bid() -> None:
    for bids in lists(5, 4):
        for subgroups in ([bids[:2], bids[2:]], [bids[::2], bids[1::2]]):
            most = willingness_of_subgroups(subgroups)
            for price in range(1, most + 3):
                paid = shares(subgroups, price)
                pairs = [
                    pair
                    for subgroup, own in zip(subgroups, paid, strict=True)
                    for pair in zip(subgroup, own, strict=True)
                ]
                paying = [(bid, pays) for bid, pays in pairs if pays is not None]
                assert all(bid >= pays for bid, pays in paying), (subgroups, price)
                assert bool(paying) == (price <= most), (subgroups, price)
                assert not paying or sum(pays for _, pays in paying) >= price, (subgroups, price)


def test_whoever_is_served_alone_is_served_in_the_best_parts() -> None:
    """At every price that the group could pay undivided."""
    for bids in lists(5, 7):
        found = in_equal_shares(bids)
        for price in range(1, willingness_to_pay(bids) + 1):
            served = [
                pays is not None for subgroup in shares(found.subgroups, price) for pays in subgroup
            ]
            alone = served_count(bids, price)
            assert served[:alone] == [True] * alone, (bids, price)


def test_parts_that_are_set_leave_no_lie_that_pays() -> None:
    """Every profile of bids up to 5, price, member and lie, for subgroups of one, two and three members."""
    sizes = (1, 2, 1)

    def paid(bids: Sequence[int], price: int) -> list[int | None]:
        rest = iter(bids)
        subgroups = [[next(rest) for _ in range(size)] for size in sizes]
        return [pays for subgroup in shares(subgroups, price) for pays in subgroup]

    for price in range(1, 13):
        outcomes = {bids: paid(bids, price) for bids in product(range(6), repeat=sum(sizes))}
        for values, truth in outcomes.items():
            for member, value in enumerate(values):
                kept = 0 if truth[member] is None else value - (truth[member] or 0)
                for bid in range(6):
                    pays = outcomes[(*values[:member], bid, *values[member + 1 :])][member]
                    assert pays is None or value - pays <= kept, (values, price, member, bid)


def test_parts_chosen_by_the_bids_can_be_lied_to() -> None:
    """Of {2}, {1, 1} at price 3 the first pays 2; by a bid of 1 all three are alone, and pay 1."""
    truth, lie = in_equal_shares([2, 1, 1]), in_equal_shares([1, 1, 1])
    assert (truth.subgroups, truth.total) == (((2,), (1, 1)), 4)
    assert shares(truth.subgroups, 3) == [[2], [1, 1]]
    assert (lie.subgroups, shares(lie.subgroups, 3)) == (((1,), (1,), (1,)), [[1], [1], [1]])


@pytest.mark.parametrize("upper", [CRITICAL_BID, Posted(3)], ids=lambda upper: upper.name)
def test_as_lower_rules_under_an_upper_rule(upper: Upper) -> None:
    """Every game of a group of three and a rival: no lie pays in settled subgroups; in the best of the bids some do."""

    def lies(lower: LowerRule) -> int:
        return sum(
            1
            for _ in lies_that_pay(
                {bids: paid(bids, lower) for bids in product(range(5), repeat=4)}
            )
        )

    def paid(bids: Sequence[int], lower: LowerRule) -> list[int | None]:
        game = auction(bids[:3], bids[3:])
        lot = sell_lot(game, 0, rule_of(upper, exact), lower)
        charges = (
            list(lower.split(bids[:3], lot.price).charges) if lot.winner == "A" else [None] * 3
        )
        return [*charges, lot.price if lot.winner == "B" else None]

    assert lies(SettledSubgroups(2)) == lies(SettledSubgroups(3)) == 0
    assert lies(BestSubgroups()) > 0


def test_settled_subgroups_as_a_rule() -> None:
    """In the members' order; a single bid is bid as it is, and a price beyond what the group bids is none."""
    rule = SettledSubgroups(2)
    assert rule.bid([7]) == 7
    assert rule.bid([1, 2, 5]) == willingness_of_subgroups([[1, 2], [5]]) == 5
    assert rule.split([1, 2, 5], 4).charges == (1, 1, 2)
    assert rule.split([1, 2, 5], 5) == Split((None, None, 5), None, 5)
    with pytest.raises(ValueError, match="from 1 to 5"):
        rule.split([1, 2, 5], 6)
    with pytest.raises(ValueError, match="from 1 to 4"):
        BestSubgroups().split([1, 1, 2], 0)
    assert BestSubgroups().split([0, 1, 1, 2], 3).charges == (None, 1, 1, 2)


def test_constitution_dao() -> None:
    """8,712 ETH by 44 subgroups, where it could pay 2,000 undivided."""
    if not DATA.exists():
        pytest.skip("the contributions are not subgroup of the project; no ../shared/data here")
    with DATA.open(encoding="utf-8") as file:
        bids = [int(row["wei"]) // WEI_PER_UNIT for row in csv.DictReader(file)]
    found = in_equal_shares(bids)
    assert found.asked == (198 * UNITS_PER_ETH,) * 44
    assert willingness_of_subgroups(found.subgroups) == 8_712 * UNITS_PER_ETH
    assert in_equal_shares(bids, 1).total == willingness_to_pay(bids) == 2_000 * UNITS_PER_ETH
    own = each_its_own(bids, 10)
    assert own.total == sum(map(willingness_to_pay, own.subgroups)) == 8_755_055_446_883
    assert each_its_own(bids, len(bids)).total == sum(bids)
