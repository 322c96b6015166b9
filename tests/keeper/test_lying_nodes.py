"""A node that lies in answers of the right type: the keeper goes on, and does what is due once the lies end."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from market import Market

from offchain.chain.backend import Log, Receipt
from offchain.chain.errors import ChainError

STEPS = 6
WORDS = (0, 1, 255, 2**63, 2**255, 2**256 - 1)


class Lying:
    """A chain of which a share of all answers is spoilt."""

    def __init__(self, chain: Any, rng: random.Random, share: float) -> None:
        self.chain, self.rng, self.share = chain, rng, share

    def __getattr__(self, name: str) -> Any:
        honest = getattr(self.chain, name)
        if name not in _LIES:
            return honest

        def spoilt(*args: Any, **options: Any) -> Any:
            answer = honest(*args, **options)
            return _LIES[name](self.rng, answer) if self.rng.random() < self.share else answer

        return spoilt


def other_bytes(rng: random.Random, data: bytes) -> bytes:
    """Cut, longer, with another byte, or with another word."""
    place = rng.randrange(len(data) + 1)
    word = rng.choice(WORDS).to_bytes(32, "big")
    start = place // 32 * 32
    return rng.choice(
        [
            b"",
            data[:place],
            data + rng.randbytes(40),
            data[:place] + rng.randbytes(1) + data[place + 1 :],
            data[:start] + word + data[start + 32 :],
        ]
    )


def other_logs(rng: random.Random, logs: list[Log]) -> list[Log]:
    """One is missing, comes twice, says something else, or comes too early."""
    if not logs:
        return logs
    place = rng.randrange(len(logs))
    one = logs[place]
    topics = tuple(rng.choice(logs).topics[:1] + one.topics[1:])[: rng.randrange(5)]
    before, after = logs[:place], logs[place + 1 :]
    return rng.choice(
        [
            before + after,
            [*logs, one],
            [*before, Log(one.address, one.topics, other_bytes(rng, one.data), one.block), *after],
            [*before, Log(one.address, topics, one.data, one.block), *after],
            [one, *before, *after],
        ]
    )


def other_number(rng: random.Random, number: int) -> int:
    return rng.choice([0, 1, max(0, number - 100), number + 100, 2**63, 2**64 - 1])


_LIES: dict[str, Callable[[random.Random, Any], Any]] = {
    "logs": other_logs,
    "call": other_bytes,
    "estimate": other_number,
    "block": other_number,
    "now": other_number,
    "time_of": other_number,
    "send": lambda rng, receipt: rng.choice(
        [Receipt(0, 0, ()), Receipt(2**64 - 1, 2**64 - 1, (), "0x" + "11" * 20)]
    ),
}


@pytest.mark.parametrize("seed", range(40))
def test_it_goes_on_and_makes_up_for_it(market: Market, seed: int) -> None:
    """Nothing but a chain error leaves a step, whichever answers are lies; nor do they spoil what comes later."""
    rng = random.Random(seed)
    lot = market.list_lot()
    dao, rival = market.new_dao(lot), market.new_dao(lot)
    for bid in (10, 5, 4):
        market.bid(dao, lot, bid)
    market.bid(rival, lot, 3)
    market.bid(market.auctioneer, lot, 9)
    market.bid(market.auctioneer, lot, 7, entrusted=False)
    lying = Lying(market.chain, rng, rng.choice([0.02, 0.1, 0.3]))
    keeper = market.keeper(lying, forgets=True)

    def steps() -> None:
        for _ in range(STEPS):
            try:
                keeper.step()
            except ChainError:
                continue

    for wait in (market.until_reveal, market.until_tally, market.until_closed, market.until_void):
        wait(lot)
        steps()
    lying.share = 0
    for _ in range(STEPS):
        market.chain.advance_to(market.chain.now() + 4_000)
        steps()
    books = market.ledger().books_on(lot)
    assert all(account.closed for book in books for account in book.accounts.values()), f"{seed}"
