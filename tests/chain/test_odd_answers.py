"""A node that answers another question than it was asked, and errors after which less is asked for."""

from typing import Any

import pytest
import requests

from offchain.chain.client import Client
from offchain.chain.errors import ChainError
from offchain.chain.rpc import Rpc, RpcError, _may_be_too_large


class Stuck(Rpc):
    """Whatever block it is asked for, it tells of the seventh; it knows no calls."""

    url = "node"

    def __init__(self) -> None:
        """Nothing to connect to."""

    def request(self, method: str, *params: Any) -> Any:
        if method != "eth_getBlockByNumber":
            raise RpcError("the method does not exist", -32601)
        return {"number": "0x7", "timestamp": "0x11", "gasLimit": "0x100"}


def test_another_block_than_the_one_asked_for_is_no_answer() -> None:
    client = Client(Stuck(), traces=False)
    assert client.time_of(7) == 17
    with pytest.raises(ChainError, match="is not 8"):
        client.time_of(8)


def test_a_node_that_tells_no_pending_time_tells_none() -> None:
    assert Client(Stuck(), traces=False).pending_time() == 0


@pytest.mark.parametrize(
    ("error", "may"),
    [(requests.ConnectTimeout(), False), (requests.ReadTimeout(), True), (ValueError(), False)],
    ids=["nobody there", "too slow", "other"],
)
def test_less_is_asked_for_where_an_answer_may_have_been_too_large(
    error: Exception, may: bool
) -> None:
    """Who was never reached would not answer a smaller question either."""
    assert _may_be_too_large(error) is may
