"""Cutting work into transactions: everything served, in order, and never above the limit."""

import random
from collections.abc import Callable, Sequence

import pytest

from offchain.chain.backend import MAX_TRANSACTION_GAS, Reverted, Transaction
from offchain.keeper.batches import Batch, BatchSizer

SENDER = "0x" + "11" * 20
Cost = Callable[[Sequence[int]], int]


class Node:
    """Estimates transactions that serve items; refuses what holds a bad item or takes too much."""

    def __init__(self, cost: Cost, limit: int = MAX_TRANSACTION_GAS, bad: Sequence[int] = ()):
        self.cost, self.limit, self.bad = cost, limit, bad
        self.estimates = 0

    def build(self, items: Sequence[int]) -> Transaction:
        assert items, "an empty transaction serves nobody"
        return Transaction(SENDER, SENDER, repr(list(items)).encode())

    def estimate(self, transaction: Transaction) -> int:
        self.estimates += 1
        items = [int(item) for item in transaction.data.decode().strip("[]").split(",")]
        if self.cost(items) > self.limit or set(items) & set(self.bad):
            raise Reverted("no")
        return self.cost(items)


def serve_all(sizer: BatchSizer[int], node: Node, items: Sequence[int]) -> list[Batch[int]]:
    """Sends batch after batch; what fails by itself is passed over."""
    batches, rest = [], list(items)
    while rest:
        try:
            batch = sizer.first(rest, node.build, node.estimate)
        except Reverted:
            rest = rest[1:]
            continue
        batches.append(batch)
        rest = rest[len(batch.items) :]
    return batches


def flat(each: int) -> Cost:
    return lambda items: 25_000 + each * len(items)


def served(batches: Sequence[Batch[int]]) -> list[int]:
    return [item for batch in batches for item in batch.items]


@pytest.mark.parametrize("count", [1, 2, 49, 50, 51, 1_000, 17_448])
def test_all_are_served_in_order_below_the_limit(count: int) -> None:
    node = Node(flat(9_000))
    batches = serve_all(BatchSizer(), node, range(count))
    assert served(batches) == list(range(count))
    for batch in batches:
        assert node.cost(batch.items) < batch.gas <= MAX_TRANSACTION_GAS
        assert batch.transaction == node.build(batch.items)
    least = -(-count * 9_000 * 11 // 10 // MAX_TRANSACTION_GAS)
    assert len(batches) <= least * 1.2 + 1, "transactions are filled"
    assert node.estimates <= len(batches) + 2, "and found without trying around"


def test_the_size_follows_the_cost() -> None:
    """Also where members turn out ten times dearer half-way."""
    node = Node(lambda items: 25_000 + sum(3_000 if item < 5_000 else 30_000 for item in items))
    batches = serve_all(BatchSizer(), node, range(10_000))
    assert served(batches) == list(range(10_000))
    assert all(batch.gas <= MAX_TRANSACTION_GAS for batch in batches)
    assert len(batches[0].items) > 3_500
    assert len(batches[-2].items) < 500


def test_an_allowance_makes_batches_smaller() -> None:
    batches = serve_all(BatchSizer(allowance=12_500), Node(flat(14_000)), range(3_000))
    assert served(batches) == list(range(3_000))
    for batch in batches:
        assert batch.gas >= 1.1 * (14_000 * len(batch.items)) + 12_500 * len(batch.items)
        assert batch.gas <= MAX_TRANSACTION_GAS


def test_a_limit_of_the_users() -> None:
    batches = serve_all(BatchSizer(gas_limit=1_000_000), Node(flat(9_000)), range(500))
    assert served(batches) == list(range(500))
    assert max(batch.gas for batch in batches) <= 1_000_000


def test_a_node_that_allows_less_than_the_limit() -> None:
    """Found out by being refused, and not anew with every batch."""
    node = Node(flat(9_000), limit=6_000_000)
    batches = serve_all(BatchSizer(), node, range(10_000))
    assert served(batches) == list(range(10_000))
    assert len(batches) < 50
    assert node.estimates < 2 * len(batches)


def test_a_single_item_that_fails() -> None:
    node = Node(flat(9_000), bad=(700,))
    batches = serve_all(BatchSizer(), node, range(3_000))
    assert served(batches) == [item for item in range(3_000) if item != 700]
    assert len(batches) < 40, "the others are not served one by one"


def test_the_first_item_that_fails_is_told() -> None:
    node = Node(flat(9_000), bad=(0,))
    with pytest.raises(Reverted, match="no"):
        BatchSizer[int]().first(range(1_000), node.build, node.estimate)
    assert node.estimates < 12


def test_an_item_above_the_limit_is_not_sent() -> None:
    node = Node(flat(20_000_000), limit=30_000_000)
    with pytest.raises(Reverted, match="one item alone takes 22027500 gas, above 16777216"):
        BatchSizer[int]().first([1], node.build, node.estimate)


def test_many_items_that_fail() -> None:
    rng = random.Random(5)
    bad = rng.sample(range(2_000), 40)
    batches = serve_all(BatchSizer(), Node(flat(9_000), bad=bad), range(2_000))
    assert served(batches) == sorted(set(range(2_000)) - set(bad))


def test_a_node_that_says_that_it_takes_nothing() -> None:
    """An estimate of no gas, which no transaction has, ends nothing."""
    sizer, node = BatchSizer[int](probe=1), Node(flat(0))
    for _ in range(2):
        assert sizer.first([1, 2, 3], node.build, lambda transaction: 0).items
