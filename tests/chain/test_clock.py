"""What a chain says of time: of its blocks, and of whether its clock can be set."""

from typing import Any

import pytest

from offchain.chain.backend import TOY_CHAINS
from offchain.chain.connect import connect
from offchain.chain.errors import ChainError
from offchain.chain.jsonrpc import JsonRpc
from offchain.chain.keys import Secret
from offchain.chain.nodes import anvil
from tests.proxy import proxy


@pytest.mark.parametrize("on", ["revm", "anvil"])
def test_times_of_blocks(on: str) -> None:
    with connect(on) as chain:
        times = {}
        for seconds in (60, 7, 3_600):
            chain.advance_to(chain.now() + seconds)
            times[chain.block()] = chain.time_of(chain.block())
            chain.advance_to_block(chain.block() + 2)
        assert {block: chain.time_of(block) for block in times} == times
        assert sorted(set(times.values())) == list(times.values())
        with pytest.raises(ChainError):
            chain.time_of(chain.block() + 1)


def test_times_of_blocks_that_were_taken_back() -> None:
    with connect("revm") as chain:
        chain.advance_to(chain.now() + 60)
        block, now = chain.block(), chain.now()
        mark = chain.snapshot()  # type: ignore[attr-defined]
        chain.advance_to(now + 600)
        chain.restore(mark)  # type: ignore[attr-defined]
        chain.advance_to_block(block + 1)
        assert chain.time_of(block + 1) == now


@pytest.mark.parametrize("name", ["anvil/v1", "Geth/v1"])
@pytest.mark.parametrize("number", [1, 5, 31337])
def test_a_name_alone_does_not_make_a_clock_a_toy(name: str, number: int) -> None:
    """A node of a real chain may call itself what it likes: its time is compared with this machine's all the same."""
    told = {"web3_clientVersion": name, "eth_chainId": hex(number)}

    def after(method: str, params: Any, answer: dict[str, Any]) -> dict[str, Any]:
        return answer | {"result": told[method]} if method in told else answer

    with anvil(accounts=1) as node, proxy(node.url) as liar:
        liar.after = after
        is_toy = name.startswith("anvil") and number in TOY_CHAINS
        assert JsonRpc(liar.url, Secret("hq7 Zt0wV9 bLx2 Rk81 yUe5 mNf3")).clock_is_real != is_toy
