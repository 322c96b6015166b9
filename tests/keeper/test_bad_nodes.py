"""`consort keep` behind a node that limits, lies, drops and delays: it says what goes wrong, goes on, and ends when told to."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from offchain.chain.connect import connect
from offchain.chain.nodes import anvil
from tests.keeper.market import Market
from tests.patience import PATIENCE
from tests.proxy import Dropped, Liar, Status, proxy, refusal

SHAPES: list[Any] = [
    None, True, 0, -1, 1.5, "", "0x", "0xzz", "latest", [], {}, [None], {"number": None},
    "0x" + "ff" * 40, [[[]]], {"result": {}}, "\ud800",
]  # fmt: skip
"""Results that fit no question."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """An Anvil for all tests here."""
    with anvil(accounts=1, auto_impersonate=True) as node:
        yield node.url


def spoil(rng: random.Random) -> Callable[[str, Any, dict[str, Any]], dict[str, Any]]:
    """Answers as a node in trouble gives them; the node has acted all the same."""

    def after(method: str, params: Any, answer: dict[str, Any]) -> dict[str, Any]:
        trouble = rng.random()
        if trouble < 0.03:
            raise Dropped
        if trouble < 0.06:
            raise Status(rng.choice((429, 500, 502, 503)), "<html>")
        if trouble < 0.09:
            return refusal("request limit reached", rng.choice((-32005, -32000, 429)))
        if trouble < 0.14:
            return answer | {"result": rng.choice(SHAPES)}
        if trouble < 0.16:
            result = answer.get("result")
            if isinstance(result, dict) and result:
                left_out = rng.choice(sorted(result))
                return answer | {"result": {k: v for k, v in result.items() if k != left_out}}
        if trouble < 0.18:
            time.sleep(0.2)
        return answer

    return after


def until(done: Callable[[], bool], process: "subprocess.Popen[str]") -> bool:
    """Waits; False if it took too long, or the process ended."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if done():
            return True
        time.sleep(0.2)
    return False


@pytest.mark.parametrize("seed", [1, 2])
def test_it_gets_an_auction_to_its_end(url: str, tmp_path: Path, seed: int) -> None:
    with connect(url) as chain, proxy(url) as liar:
        market = Market(tmp_path, chain)
        market.deployment.write(tmp_path / "deployment.json")
        lot, _ = market.an_auction()
        with running(market, liar) as process:
            liar.after = spoil(random.Random(seed))
            for wait in (market.until_reveal, market.until_tally):
                wait(lot)
                assert until(partial(market.is_done, lot), process), (
                    f"seed {seed}: {told(process, tmp_path)}"
                )
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=PATIENCE) == 0
        assert "Traceback" not in told(process, tmp_path), f"seed {seed}"
        market.outcome([lot])


def test_whatever_it_answers_the_process_lives(url: str, tmp_path: Path) -> None:
    """One shape after the other for all questions, and then sense again."""
    with connect(url) as chain, proxy(url) as liar:
        market = Market(tmp_path, chain)
        market.deployment.write(tmp_path / "deployment.json")
        lot = market.list_lot()
        market.bid(market.auctioneer, lot, 9)

        def asked_more() -> bool:
            return len(liar.asked) > before + 5

        with running(market, liar) as process:
            market.until_reveal(lot)
            for shape in SHAPES:
                liar.after = lambda method, params, answer: answer | {"result": shape}  # noqa: B023
                before = len(liar.asked)
                assert until(asked_more, process), f"{shape!r}: {told(process, tmp_path)}"
            liar.after = lambda method, params, answer: answer
            assert until(partial(market.is_done, lot), process), told(process, tmp_path)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=PATIENCE) == 0
        assert "Traceback" not in told(process, tmp_path)


@contextmanager
def running(market: Market, liar: Liar) -> "Iterator[subprocess.Popen[str]]":
    """`consort keep` at the proxy, from when it has begun to its end."""
    folder = market.folder
    command = market.command(liar.url, "--poll", "0.1")
    with (folder / "errors").open("w") as errors:
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        try:
            assert until(lambda: "Read up to block" in told(process, folder), process)
            yield process
        finally:
            process.kill()
            process.wait()


def told(process: "subprocess.Popen[str]", folder: Path) -> str:
    """What it said, and how it ended if it did."""
    return f"{(folder / 'errors').read_text()}\ncode {process.poll()}"
