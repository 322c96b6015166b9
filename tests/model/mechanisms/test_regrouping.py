"""Groups cut into parts: the best parts against every partition, larger ones against plain searches, and what a price becomes."""

import csv
from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement, product
from pathlib import Path
from random import Random

import pytest

from offchain.io.units import UNITS_PER_ETH, WEI_PER_UNIT
from offchain.model.mechanisms.equal_split import served_count, share, willingness_to_pay
from offchain.model.mechanisms.regrouping import (
    Regrouping,
    each_its_own,
    in_equal_shares,
    shares,
    willingness_of_parts,
)

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "constitutiondao.csv"

Parts = list[list[int]]


def partitions(bids: Sequence[int]) -> Iterator[Parts]:
    """Every way to cut a list into parts, contiguous or not."""
    if not bids:
        yield []
        return
    for parts in partitions(bids[1:]):
        yield [[bids[0]], *parts]
        for place, part in enumerate(parts):
            yield [*parts[:place], [bids[0], *part], *parts[place + 1 :]]


def lists(longest: int, top: int) -> Iterator[tuple[int, ...]]:
    """Every list of bids from 0 on, in falling order."""
    for length in range(1, longest + 1):
        yield from combinations_with_replacement(range(top, -1, -1), length)


def random_list(random: Random, most: int) -> list[int]:
    """Bids of very different sizes."""
    sizes = (3, 50, 10**6, 2**64 - 1)
    return [random.randrange(1, random.choice(sizes) + 1) for _ in range(random.randint(1, most))]


def by_every_amount(bids: Sequence[int], most: int) -> int:
    """The best total of equal shares, plainly: for every product that a part could pay, one member after the other."""
    ranked = sorted(bids, reverse=True)
    best = 0
    for amount in {size * bid for size in range(1, len(ranked) + 1) for bid in ranked}:
        parts = size = 0
        for bid in ranked:
            size += 1
            if size * bid >= amount:
                parts, size = parts + 1, 0
        best = max(best, min(parts, most) * amount)
    return best


def by_all_blocks(bids: Sequence[int], most: int) -> int:
    """The best sum of payments of the parts' own, plainly: a table of blocks by their last rank, for each number of parts."""
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
    """Everybody who bids is in one part, and there are no more parts than asked for."""
    assert sorted(found.bids) == sorted(bid for bid in bids if bid), bids
    assert [bid for part in found.parts for bid in part] == list(found.bids)
    assert all(found.parts)
    assert len(found.asked) == len(found.parts) <= (most or len(bids))


def test_no_partition_pays_more() -> None:
    """Every list of up to five bids up to 5, every partition, every limit."""
    for bids in lists(5, 5):
        ways = [
            (len(parts), willingness_of_parts(parts), sum(map(willingness_to_pay, parts)))
            for parts in partitions(bids)
        ]
        for most in (None, *range(1, len(bids) + 1)):
            within = [way for way in ways if most is None or way[0] <= most]
            equal = in_equal_shares(bids, most)
            assert equal.total == max(way[1] for way in within), (bids, most)
            assert willingness_of_parts(equal.parts) == equal.total, (bids, most)
            assert_whole(equal, bids, most)
            own = each_its_own(bids, most or len(bids))
            assert own.total == max(way[2] for way in within), (bids, most)
            assert [willingness_to_pay(part) for part in own.parts] == list(own.asked)
            assert_whole(own, bids, most)


def test_larger_lists_pay_what_plain_searches_find() -> None:
    random = Random(7)
    for _ in range(60):
        bids = random_list(random, 24)
        for most in {1, 2, random.randint(1, len(bids)), len(bids)}:
            equal, own = in_equal_shares(bids, most), each_its_own(bids, most)
            assert equal.total == by_every_amount(bids, most), (bids, most)
            assert willingness_of_parts(equal.parts) == equal.total, (bids, most)
            assert own.total == by_all_blocks(bids, most), (bids, most)
            assert sum(map(willingness_to_pay, own.parts)) == own.total, (bids, most)
            assert_whole(equal, bids, most)
            assert_whole(own, bids, most)


def test_of_equal_totals_that_by_the_most_parts() -> None:
    assert in_equal_shares([5, 5, 5]).asked == (5, 5, 5)
    assert in_equal_shares([1, 3, 1]).asked == (2, 2)


def test_nobody_bids() -> None:
    for found in (in_equal_shares([0, 0]), in_equal_shares([]), each_its_own([0], 3)):
        assert (found.total, found.parts) == (0, ())
    assert willingness_of_parts([]) == 0


def test_parts_are_at_least_one() -> None:
    with pytest.raises(ValueError, match="at least 1 part, not 0"):
        in_equal_shares([1], 0)
    with pytest.raises(ValueError, match="at least 1 part, not -1"):
        each_its_own([1], -1)


def test_alone_or_all_together_is_the_equal_split() -> None:
    for bids in lists(4, 5):
        for price in range(1, sum(bids) + 2):
            served = served_count(bids, price)
            each = share(price, served) if served else 0
            expected = [each if rank < served else None for rank in range(len(bids))]
            assert shares([bids], price) == [expected], (bids, price)
            assert [part[0] for part in shares([[bid] for bid in bids], price)] == expected


def test_a_price_is_covered_and_nobody_pays_more_than_the_bid() -> None:
    for bids in lists(5, 4):
        for parts in ([bids[:2], bids[2:]], [bids[::2], bids[1::2]]):
            most = willingness_of_parts(parts)
            for price in range(1, most + 3):
                paid = shares(parts, price)
                pairs = [
                    pair
                    for part, own in zip(parts, paid, strict=True)
                    for pair in zip(part, own, strict=True)
                ]
                paying = [(bid, pays) for bid, pays in pairs if pays is not None]
                assert all(bid >= pays for bid, pays in paying), (parts, price)
                assert bool(paying) == (price <= most), (parts, price)
                assert not paying or sum(pays for _, pays in paying) >= price, (parts, price)


def test_whoever_is_served_alone_is_served_in_the_best_parts() -> None:
    """At every price that the group could pay undivided."""
    for bids in lists(5, 7):
        found = in_equal_shares(bids)
        for price in range(1, willingness_to_pay(bids) + 1):
            served = [pays is not None for part in shares(found.parts, price) for pays in part]
            assert all(served[: served_count(bids, price)]), (bids, price)


def test_parts_that_are_set_leave_no_lie_that_pays() -> None:
    """Every profile of bids up to 5, price, member and lie, for parts of one, two and three members."""
    sizes = (1, 2, 1)

    def paid(bids: Sequence[int], price: int) -> list[int | None]:
        rest = iter(bids)
        parts = [[next(rest) for _ in range(size)] for size in sizes]
        return [pays for part in shares(parts, price) for pays in part]

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
    assert (truth.parts, truth.total) == (((2,), (1, 1)), 4)
    assert shares(truth.parts, 3) == [[2], [1, 1]]
    assert (lie.parts, shares(lie.parts, 3)) == (((1,), (1,), (1,)), [[1], [1], [1]])


def test_constitution_dao() -> None:
    """8,712 ETH by 44 parts, where it could pay 2,000 undivided."""
    if not DATA.exists():
        pytest.skip("the contributions are not part of the project; no ../shared/data here")
    with DATA.open(encoding="utf-8") as file:
        bids = [int(row["wei"]) // WEI_PER_UNIT for row in csv.DictReader(file)]
    found = in_equal_shares(bids)
    assert found.asked == (198 * UNITS_PER_ETH,) * 44
    assert willingness_of_parts(found.parts) == 8_712 * UNITS_PER_ETH
    assert in_equal_shares(bids, 1).total == willingness_to_pay(bids) == 2_000 * UNITS_PER_ETH
    own = each_its_own(bids, 10)
    assert own.total == sum(map(willingness_to_pay, own.parts)) == 8_755_055_446_883
    assert each_its_own(bids, len(bids)).total == sum(bids)
