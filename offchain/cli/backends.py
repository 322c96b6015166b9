"""The option `--on`: where a mechanism runs.

Commands that need a node, or may leave something behind, take the one in `CONSORT_NODE` if `--on` is absent; all others
only if it says `node`, so that a variable does not send anybody's money anywhere unasked. URLs can hold keys: no message
repeats one.
"""

import os
from typing import Annotated

import typer

from offchain.io.urls import argument, is_url

REFERENCE = "reference"
CHAINS = ("revm", "ganache", "anvil")
NODE = "node"
"""What `--on` says for the URL in `NODE_VARIABLE`."""
NODE_VARIABLE = "CONSORT_NODE"
"""The environment variable with the URL of a node: other users of a machine see what stands in a command line."""

_URL = "an http(s) or ws(s) URL"


def resolved(on: str) -> str:
    """`on`, or the URL in `NODE_VARIABLE` if it is `NODE`. typer.BadParameter if none is there."""
    if on != NODE:
        return on
    url = os.environ.get(NODE_VARIABLE, "").strip()
    if not url:
        raise typer.BadParameter(f"{NODE} is the URL in {NODE_VARIABLE}, which is not set")
    if not is_url(url):
        raise typer.BadParameter(f"{NODE_VARIABLE} does not hold {_URL}")
    return url


def _reference_or_chain(on: str | None) -> str | None:
    return on if on is None or on == REFERENCE else _accepted(on, (REFERENCE, *CHAINS))


def _chain(on: str) -> str:
    return _accepted(on, CHAINS)


def _node(on: str) -> str:
    on = resolved(on)
    if not is_url(on):
        raise typer.BadParameter(f"{argument(on)} is not {_URL} of a running node")
    return on


def _accepted(on: str, names: tuple[str, ...]) -> str:
    on = resolved(on)
    if on not in CHAINS and not is_url(on):
        raise typer.BadParameter(f"{argument(on)} is not {', '.join(names)}, {NODE} or {_URL}")
    return on


_OR_NODE = f"the URL of a node, or {NODE} for the URL in {NODE_VARIABLE}."

On = Annotated[
    str | None,
    typer.Option(
        callback=_reference_or_chain,
        metavar="BACKEND",
        help=f"Where to run: reference, revm, ganache, anvil, {_OR_NODE}",
    ),
]
"""The reference model or a chain. None: the user leaves it to the command."""

OnChain = Annotated[
    str,
    typer.Option(
        "--on",
        callback=_chain,
        metavar="BACKEND",
        help=f"Which chain: revm, ganache, anvil, {_OR_NODE}",
    ),
]
"""A chain, by default the command's."""

OnChainOrNode = Annotated[
    str,
    typer.Option(
        "--on",
        callback=_chain,
        envvar=NODE_VARIABLE,
        metavar="BACKEND",
        help="Which chain: revm, ganache, anvil, or the URL of a node.",
    ),
]
"""A chain, by default the node in `NODE_VARIABLE`."""

OnNode = Annotated[
    str,
    typer.Option(
        "--on",
        callback=_node,
        envvar=NODE_VARIABLE,
        metavar="URL",
        help="The node: an http(s) or ws(s) URL.",
        show_default=False,
    ),
]
"""A running node, by default the one in `NODE_VARIABLE`."""
