"""The chain that a user names: `revm`, `ganache`, `anvil`, or a node's URL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from typing import TYPE_CHECKING, Final

from offchain.chain import nodes
from offchain.chain.backend import Chain
from offchain.chain.spending import DEFAULT_SPENDING, Spending
from offchain.io.urls import argument, is_url

if TYPE_CHECKING:
    from offchain.chain.keys import Keys

_STATES: Final = 32
"""Of how many blocks a node started here remembers the state: enough to say why transactions failed."""


def connect(
    on: str, spending: Spending = DEFAULT_SPENDING, keys: Keys | None = None
) -> AbstractContextManager[Chain]:
    """The chain called `on`, for use in a `with` statement.

    `revm` runs in this process; `ganache` and `anvil` are started, and stopped afterwards;
    anything else is the URL of a running node. Unless that is a development node, it needs `keys`, or the seed of the
    environment, and who sends to own some ether; `spending` bounds what gas may cost there.

    Raises:
        ValueError: `on` is none of these.
        ChainError: on entering, when the node does not start or cannot be reached.
        KeyRefused: on entering, when there is no use for the keys.
    """
    if on in _STARTED:
        return _STARTED[on]()
    if is_url(on):
        return _at(on, spending, keys)
    raise ValueError(f"{argument(on)} is neither {', '.join(_STARTED)} nor the URL of a node")


@contextmanager
def _revm() -> Iterator[Chain]:
    from offchain.chain.revm import Revm

    with closing(Revm()) as chain:
        yield chain


@contextmanager
def _ganache() -> Iterator[Chain]:
    with nodes.ganache(accounts=1) as node, _at(node.url) as chain:
        yield chain


@contextmanager
def _anvil() -> Iterator[Chain]:
    with (
        nodes.anvil(accounts=1, auto_impersonate=True, history=_STATES) as node,
        _at(node.url) as chain,
    ):
        yield chain


@contextmanager
def _at(
    url: str, spending: Spending = DEFAULT_SPENDING, keys: Keys | None = None
) -> Iterator[Chain]:
    from offchain.chain.jsonrpc import JsonRpc  # web3 takes a while to import
    from offchain.chain.keys import of_seed

    with closing(JsonRpc(url, keys or of_seed(), spending=spending)) as chain:
        yield chain


_STARTED: Final[Mapping[str, Callable[[], AbstractContextManager[Chain]]]] = {
    "revm": _revm,
    "ganache": _ganache,
    "anvil": _anvil,
}
