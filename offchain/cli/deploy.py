"""`consort deploy`: the contracts on a chain, and a file that says where they are."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from offchain.cli.backends import OnChain
from offchain.cli.exits import BadInput, put, say
from offchain.cli.files import refuse_unwritable
from offchain.cli.interrupts import until_stopped

if TYPE_CHECKING:
    from offchain.chain.backend import Chain

DEFAULT_OUT = "build/deployment.json"
_SELLER = 0
"""The account that deploys; the demo's seller."""
_NODES = ("ganache", "anvil")
"""What the command starts as a process that others can reach."""


def command(
    on: OnChain,
    out: Annotated[
        str, typer.Option(metavar="FILE", help="Where to write the deployment, as JSON.")
    ] = DEFAULT_OUT,
    hold: Annotated[
        bool,
        typer.Option("--hold", help="Keep the ganache or anvil that is started until Ctrl-C."),
    ] = False,
) -> None:
    """Deploy the factory and the auctioneer, print their addresses, and write a deployment file.

    To leave something behind, give the URL of a running node, or --hold. Otherwise ganache and
    anvil are started for this command alone and stopped at its end, and revm lives inside it.

    At a URL, Ganache and Anvil send for any address. Other nodes pay from their own first account,
    or from account 0 of the secret phrase in the environment variable CONSORT_SEED.
    """
    if hold and on not in _NODES:
        raise BadInput(f"--hold: {on} is not a node that is started here ({', '.join(_NODES)})")
    if out == DEFAULT_OUT:
        Path(out).parent.mkdir(exist_ok=True)
    refuse_unwritable(out)

    from offchain.chain.deployment import deploy

    with _connected(on) as (chain, url):
        deployment = deploy(chain, chain.actor(_SELLER))
        try:
            deployment.write(Path(out))
        except OSError as error:
            raise BadInput(f"--out: {out} cannot be written: {error.strerror}") from error
        put(
            f"chain id    {deployment.chain_id}\n"
            f"block       {deployment.block}\n"
            f"factory     {deployment.factory}\n"
            f"auctioneer  {deployment.auctioneer}\n"
        )
        say(f"Deployment file: {out}")
        if hold:
            say(f"The node answers at {url} until Ctrl-C.")
            _wait_for_interrupt()
    if on in _NODES:
        say(f"The {on} that this command started has been stopped: nothing is left there.")
    elif on == "revm":
        say("revm lived inside this command: nothing is left there.")


@contextmanager
def _connected(on: str) -> "Iterator[tuple[Chain, str]]":
    """The chain, and the URL at which others reach it; empty for revm."""
    from offchain.chain import nodes
    from offchain.chain.connect import connect

    if on not in _NODES:
        with connect(on) as chain:
            yield chain, "" if on == "revm" else on
        return
    started = nodes.ganache() if on == "ganache" else nodes.anvil()
    with started as node, connect(node.url) as chain:
        yield chain, node.url


def _wait_for_interrupt() -> None:
    with until_stopped():
        while True:
            time.sleep(3600)
