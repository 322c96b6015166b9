"""The split on arrays against the readable one, where rank·bid passes 64 bits and where a single unit decides."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from offchain.model.mechanisms import equal_split as reference
from offchain.model.mechanisms import fast_split

TOP = 2**64 - 1
COUNTS = st.sampled_from([0, 1, 2, 3, 63, 4_096, 16_383, 16_384, 16_385, 20_000])
"""Up to and beyond a block, of 16,384 bids."""


def array(bids: list[int]) -> np.ndarray:
    return np.array(bids, dtype=np.uint64)


def hold_equal(bids: list[int], prices: list[int]) -> None:
    """The same willingness to pay, and at each price the same T and split, or the same refusal."""
    fast = fast_split.SortedBids(array(bids))
    most = reference.willingness_to_pay(bids)
    assert fast.willingness_to_pay() == most
    for price in {*prices, most, most + 1, most - 1, 1, TOP, TOP + 1, 2**96, 2**130}:
        if price < 1:
            continue
        assert fast.served_count(price) == reference.served_count(bids, price)
        if price > most:
            with pytest.raises(ValueError, match="nobody is served"):
                fast.equal_split(price)
        else:
            assert fast.equal_split(price) == reference.equal_split(bids, price)


def near_ties(count: int, total: int, offsets: list[int]) -> list[int]:
    """Bids whose rank·bid all lie within a rank's reach of `total`: equal revenue at every price, but for the last units."""
    cycle = [offsets[rank % len(offsets)] for rank in range(count)] if offsets else [0] * count
    bids = (total // rank + offset for rank, offset in enumerate(cycle, start=1))
    return [min(TOP, max(0, bid)) for bid in bids]


@given(
    st.lists(st.integers(0, 20) | st.integers(0, TOP) | st.integers(TOP - 3, TOP), max_size=60),
    st.lists(st.integers(1, 2**71), max_size=4),
)
@example([], [])
@example([0], [])
@example([TOP], [])
@example([TOP] * 3, [3 * TOP - 1, 2 * TOP, 2 * TOP + 1])
@example([0, 0, 5], [5, 10])
def test_small_groups(bids: list[int], prices: list[int]) -> None:
    hold_equal(bids, prices)


@given(COUNTS, st.integers(0, TOP))
@example(20_000, TOP)
@example(20_000, TOP // 20_000)
@example(20_000, TOP // 20_000 + 1)
def test_equal_bids(count: int, bid: int) -> None:
    hold_equal([bid] * count, [count * bid // 2 + 1])


@given(COUNTS, st.integers(1, 2**80), st.lists(st.integers(-1, 1), max_size=7))
@example(20_000, 2**63, [])
@example(20_000, 2**64, [0, 0, 1])
@example(20_000, 2**77 - 1, [1, 0, -1])
def test_near_ties(count: int, total: int, offsets: list[int]) -> None:
    hold_equal(near_ties(count, total, offsets), [total, total + 1, max(1, total - count)])


@given(COUNTS, st.integers(0, 2**32), st.sampled_from(["wide", "huge", "small", "steep"]))
def test_random_groups(count: int, seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, TOP, count, dtype=np.uint64, endpoint=True)
    bids = {
        "wide": drawn,
        "huge": np.uint64(TOP) - drawn % np.uint64(5),
        "small": drawn % np.uint64(1_000),
        "steep": drawn >> rng.integers(0, 64, count, dtype=np.uint64),
    }[kind].tolist()
    hold_equal(bids, [max(1, sum(bids) // 3)])


@pytest.mark.parametrize("block", [1, 2, 3])
def test_any_cut_into_blocks_answers_the_same(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_split, "_BLOCK", block)
    for total in (12, 60, 2**64 + 5, 2**66 - 1):
        for size in range(9):
            hold_equal(near_ties(size, total, [0, 1, -1]), [total // 2])


def test_functions_of_an_array() -> None:
    bids = array([10, 5, 9])
    assert fast_split.willingness_to_pay(bids) == 18
    assert fast_split.served_count(bids, 15) == 3
    assert fast_split.equal_split(bids, 14) == reference.equal_split([10, 5, 9], 14)
    assert bids.tolist() == [10, 5, 9]


def test_refuses_what_the_reference_refuses() -> None:
    for price in (0, -1):
        with pytest.raises(ValueError, match=f"at least 1 unit, not {price}"):
            fast_split.served_count(array([1]), price)


@pytest.mark.parametrize("bids", [[1, 2], np.array([1, 2]), np.array([1.0, 2.0])])
def test_refuses_what_could_be_misread(bids: object) -> None:
    with pytest.raises(TypeError, match="uint64"):
        fast_split.willingness_to_pay(bids)  # type: ignore[arg-type]


def test_refuses_rows_of_rows() -> None:
    with pytest.raises(ValueError, match=r"not in shape \(1, 2\)"):
        fast_split.willingness_to_pay(array([[1, 2]]))  # type: ignore[list-item]
