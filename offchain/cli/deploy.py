"""`consort deploy`: the contracts on a chain, and a file that says where they are."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from offchain.cli.amounts import units
from offchain.cli.backends import OnChainOrNode
from offchain.cli.exits import BadInput, put, say
from offchain.cli.files import refuse_unwritable
from offchain.cli.interrupts import until_stopped
from offchain.cli.mechanism import Mechanism
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI, FundFrom, MaxFee, spending

if TYPE_CHECKING:
    from offchain.chain.backend import Chain
    from offchain.chain.deployment import Deployment, DrawnDeployment, SecretTerms
    from offchain.chain.spending import Spending

DEFAULT_OUT = "build/deployment.json"
_SELLER = 0
"""The account that deploys; the demo's seller."""
_WEI_PER_UNIT = 10**9
_WINDOW_MINUTES = range(10, 7 * 24 * 60 + 1)
"""What the contract takes."""
_NODES = ("ganache", "anvil")
"""What the command starts as a process that others can reach."""


def command(
    on: OnChainOrNode,
    out: Annotated[
        str, typer.Option(metavar="FILE", help="Where to write the deployment, as JSON.")
    ] = DEFAULT_OUT,
    mechanism: Annotated[
        Mechanism,
        typer.Option(
            help="Which auction: among groups; among bidders who know their values roughly, or what others "
            "would pay, or a signal of a common quality."
        ),
    ] = Mechanism.TWO_LEVEL,
    randomness: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="The source of random words of an auction that draws some. By default one is deployed along: "
            "for chains with a beacon, with sealed secrets to fall back on.",
        ),
    ] = None,
    bond: Annotated[
        str | None,
        typer.Option(
            metavar="ETH",
            help="What sealing a secret takes at the source that is deployed along: more than the best word "
            "can bring anybody. By default 0.1.",
        ),
    ] = None,
    window_minutes: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="How long secrets are sealed there, and then opened, each. By default 60.",
        ),
    ] = None,
    hold: Annotated[
        bool,
        typer.Option("--hold", help="Keep the ganache or anvil that is started until Ctrl-C."),
    ] = False,
    max_fee: MaxFee = DEFAULT_MAX_FEE_GWEI,
    fund_from: FundFrom = None,
) -> None:
    """Deploy an auction, print the addresses, and write a deployment file.

    Those in which groups bid as one, the first two, come with a factory of DAOs, and `consort keep`
    serves them.

    To leave something behind, give the URL of a running node, or --hold. Otherwise ganache and
    anvil are started for this command alone and stopped at its end, and revm lives inside it.

    At a URL, development nodes (Anvil, Ganache, Hardhat) send for any address. Elsewhere account 0 of the
    secret phrase in the environment variable CONSORT_SEED sends and pays: somebody has to give it money, or
    --fund-from says who.
    """
    if hold and on not in _NODES:
        raise BadInput(f"--hold: {on} is not a node that is started here ({', '.join(_NODES)})")
    if out == DEFAULT_OUT:
        Path(out).parent.mkdir(exist_ok=True)
    refuse_unwritable(out)
    if randomness is not None and mechanism is Mechanism.TWO_LEVEL:
        raise BadInput(f"--randomness: nothing is drawn in a {mechanism} auction")
    terms = spending(max_fee, fund_from)
    secrets = _secrets(bond, window_minutes, mechanism, randomness)

    with _connected(on, terms) as (chain, url):
        deployment = _deploy(chain, mechanism, randomness, secrets)
        try:
            deployment.write(Path(out))
        except OSError as error:
            raise BadInput(f"--out: {out} cannot be written: {error.strerror}") from error
        put(_told(deployment))
        say(f"Deployment file: {out}")
        if hold:
            say(f"The node answers at {url} until Ctrl-C.")
            _wait_for_interrupt()
    if on in _NODES:
        say(f"The {on} that this command started has been stopped: nothing is left there.")
    elif on == "revm":
        say("revm lived inside this command: nothing is left there.")


_AUCTIONS = {
    Mechanism.RESILIENT: "ResilientAuction",
    Mechanism.SIGNAL_CLOCK: "SignalClockAuction",
}


def _secrets(
    bond: str | None, window_minutes: int | None, mechanism: Mechanism, randomness: str | None
) -> "SecretTerms":
    """The terms of the source to fall back on. Raises BadInput if they are given where none is deployed, or out of range."""
    from offchain.chain.deployment import SECRET_TERMS

    given = {"--bond": bond, "--window-minutes": window_minutes}
    for option in (name for name, value in given.items() if value is not None):
        if mechanism is Mechanism.TWO_LEVEL:
            raise BadInput(f"{option}: nothing is drawn in a {mechanism} auction")
        if randomness is not None:
            raise BadInput(
                f"{option}: is for a source that is deployed along, not for --randomness"
            )
    terms = SECRET_TERMS
    if bond is not None:
        terms = replace(terms, bond=units("--bond", bond) * _WEI_PER_UNIT)
    if window_minutes is not None:
        if window_minutes not in _WINDOW_MINUTES:
            least, most = _WINDOW_MINUTES[0], _WINDOW_MINUTES[-1]
            raise BadInput(f"--window-minutes: {window_minutes} is not from {least} to {most}")
        terms = replace(terms, window_seconds=60 * window_minutes)
    return terms


def _deploy(
    chain: "Chain", mechanism: Mechanism, randomness: str | None, secrets: "SecretTerms"
) -> "Deployment | DrawnDeployment":
    """The auction of the mechanism on the chain. Raises BadInput if `randomness` is no source of random words there."""
    from offchain.chain.deployment import deploy, deploy_approximate, deploy_drawn

    account = chain.actor(_SELLER)
    if mechanism is Mechanism.TWO_LEVEL:
        return deploy(chain, account)
    source = None if randomness is None else _checked_source(chain, randomness)
    if mechanism is Mechanism.APPROXIMATE:
        return deploy_approximate(chain, account, source, secrets)
    return deploy_drawn(chain, account, _AUCTIONS[mechanism], source, secrets)


def _checked_source(chain: "Chain", address: str) -> str:
    """The address as checksummed text, once a source of random words has answered there."""
    from offchain.chain.abi import checksum, to_bytes
    from offchain.chain.backend import Reverted
    from offchain.chain.codec import contract

    source = contract("IRandomness")
    try:
        known = checksum(to_bytes(address))
    except ValueError as error:
        raise BadInput(f"--randomness: {address!r} is no address") from error
    try:
        source.decode("wordOf", chain.call(known, source.encode("wordOf", known, 0)))
    except (Reverted, ValueError) as error:
        raise BadInput(f"--randomness: there is no source of random words at {known}") from error
    return known


def _told(deployment: "Deployment | DrawnDeployment") -> str:
    """The deployment as lines of a name and what it has."""
    fields = asdict(deployment).items()
    return "".join(
        f"{name.replace('_', ' '):<12}{value}\n" for name, value in fields if value is not None
    )


@contextmanager
def _connected(on: str, terms: "Spending") -> "Iterator[tuple[Chain, str]]":
    """The chain, and the URL at which others reach it; empty for revm."""
    from offchain.chain import nodes
    from offchain.chain.connect import connect

    if on not in _NODES:
        with connect(on, terms) as chain:
            yield chain, "" if on == "revm" else on
        return
    started = nodes.ganache() if on == "ganache" else nodes.anvil()
    with started as node, connect(node.url) as chain:
        yield chain, node.url


def _wait_for_interrupt() -> None:
    with until_stopped():
        while True:
            time.sleep(3600)
