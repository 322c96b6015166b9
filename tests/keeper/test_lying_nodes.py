"""A node that lies in answers of the right type: the keeper goes on, and does what is due once the lies end."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from offchain.chain.backend import Chain, Log, Receipt
from offchain.chain.errors import ChainError
from tests.keeper.chains import Proxy, Watched, Window
from tests.keeper.market import Market

STEPS = 6
WORDS = (0, 1, 255, 2**63, 2**255, 2**256 - 1)


class Lying(Proxy):
    """A chain of which a share of all answers is spoilt."""

    def __init__(self, chain: Chain, rng: random.Random, share: float) -> None:
        super().__init__(chain)
        self.rng, self.share = rng, share

    def asked(self, name: str, ask: Callable[..., Any], *args: Any, **options: Any) -> Any:
        answer = ask(*args, **options)
        lie = LIES.get(name)
        spoils = lie is not None and self.rng.random() < self.share
        return lie(self.rng, answer) if lie is not None and spoils else answer


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


LIES: dict[str, Callable[[random.Random, Any], Any]] = {
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
    market.bids(dao, lot, 10, 5, 4)
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
    assert market.is_paid(lot), f"{seed}"


class Silent(Window):
    """A chain that leaves out the logs of some blocks as long as it is `silent`."""

    def __init__(self, chain: Chain, blocks: range) -> None:
        super().__init__(chain)
        self.blocks, self.silent = blocks, True
        self.hook = lambda addresses, first, logs: [
            log for log in logs if not self.silent or log.block not in self.blocks
        ]


@pytest.mark.parametrize("silent_steps", [1, 2, 5])
@pytest.mark.parametrize("blocks_later", [0, 1, 200])
def test_logs_that_were_left_out_as_a_whole_are_missed(
    market: Market, silent_steps: int, blocks_later: int
) -> None:
    """A lot of which the node tells nothing while it is read: it is told, and the lot is served once the node tells more."""
    told = market.list_lot()
    market.bid(market.auctioneer, told, 5)
    first = market.chain.block() + 1
    untold = market.list_lot()
    bidder = market.bid(market.auctioneer, untold, 9)
    silent = Silent(market.chain, range(first, market.chain.block() + 1))
    keeper = market.keeper(silent)
    for _ in range(silent_steps):
        keeper.step()
        assert "counting lots" in keeper.troubles[0]
    market.chain.advance_to_block(market.chain.block() + blocks_later)
    silent.silent = False
    market.until_reveal(untold)
    for _ in range(silent_steps + 2):
        keeper.step()
    assert not market.ledger().book(market.auctioneer, untold).boxes[bidder].is_sealed
    assert not keeper.troubles.get(0)


def test_counting_lots_costs_little(market: Market) -> None:
    """Nothing while no block comes; and a count that is a lie does not have everything read in each step."""
    market.list_lot()
    watched = Watched(market.chain)
    keeper = market.keeper(watched)
    for _ in range(10):
        keeper.step()
    assert len(watched.told) == 1
    boasting = Boasting(market.chain)
    keeper = market.keeper(boasting)
    for _ in range(100):
        keeper.step()
    assert boasting.reads < 30


class Boasting(Window):
    """A chain that says there were more lots than there are."""

    def call(self, to: str, data: bytes, sender: str | None = None) -> bytes:
        return (2**200).to_bytes(32, "big")
