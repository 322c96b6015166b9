"""The option `--mechanism` of what deploys or shows auctions: one that has contracts, as instance files name it."""

from typing import Any, Final

import typer

from offchain.cli.auctions import ON_CHAIN

FIRST: Final = next(iter(ON_CHAIN))
"""What the option says unless the user does."""


def _known(name: str) -> str:
    if name not in ON_CHAIN:
        raise ValueError(f"{name!r} is not one of {', '.join(map(repr, ON_CHAIN))}.")
    return name


def option(text: str) -> Any:
    """The option, of which the help says `text`."""
    return typer.Option("--mechanism", parser=_known, metavar=f"<{'|'.join(ON_CHAIN)}>", help=text)
