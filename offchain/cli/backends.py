"""The option `--on`: where a mechanism runs."""

from typing import Annotated
from urllib.parse import urlsplit

import typer

REFERENCE = "reference"
CHAINS = ("revm", "ganache", "anvil")
SCHEMES = ("http", "https", "ws", "wss")


def is_chain(on: str) -> bool:
    """Whether `on` names a chain back end: one that Consort starts itself, or the URL of a node."""
    return on in CHAINS or _is_url(on)


def _is_url(on: str) -> bool:
    try:
        parts = urlsplit(on)
    except ValueError:
        return False
    return parts.scheme in SCHEMES and bool(parts.hostname)


def _reference_or_chain(on: str | None) -> str | None:
    if on is not None and on != REFERENCE and not is_chain(on):
        raise typer.BadParameter(
            f"{on!r} is not {REFERENCE}, {', '.join(CHAINS)} or an http(s) or ws(s) URL"
        )
    return on


def _chain(on: str) -> str:
    if not is_chain(on):
        raise typer.BadParameter(f"{on!r} is not {', '.join(CHAINS)} or an http(s) or ws(s) URL")
    return on


On = Annotated[
    str | None,
    typer.Option(
        callback=_reference_or_chain,
        metavar="BACKEND",
        help="Where to run: reference, revm, ganache, anvil, or the URL of a node.",
    ),
]
"""The reference model or a chain. None: the user leaves it to the command."""

OnChain = Annotated[
    str,
    typer.Option(
        "--on",
        callback=_chain,
        metavar="BACKEND",
        help="Which chain: revm, ganache, anvil, or the URL of a node.",
    ),
]
