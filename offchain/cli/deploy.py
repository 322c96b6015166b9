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
from offchain.cli.files import refuse_unwritable, told_of_out
from offchain.cli.interrupts import until_stopped
from offchain.cli.mechanism import Mechanism
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI, FundFrom, MaxFee, spending
from offchain.io.fields import show
from offchain.io.output import make_folder
from offchain.io.units import WEI_PER_UNIT

if TYPE_CHECKING:
    from offchain.bindings.creations import Creator
    from offchain.bindings.deployment import Deployment, DrawnDeployment, SecretTerms
    from offchain.chain.backend import Chain
    from offchain.chain.spending import Spending

DEFAULT_OUT = "build/deployment.json"
_SELLER = 0
"""The account that deploys; the demo's seller."""
_WINDOW_MINUTES = range(10, 7 * 24 * 60 + 1)
"""What the contract takes."""
_SOURCES_DEEP = 4
"""How far down the fallback of a fallback is looked at."""
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

    On a chain that stays, each address is noted beside the deployment file (FILE.partial) as it comes: broken off,
    the same command goes on where it stopped.

    To leave something behind, give the URL of a running node, or --hold. Otherwise ganache and
    anvil are started for this command alone and stopped at its end, and revm lives inside it.

    At a URL, development nodes (Anvil, Ganache, Hardhat) send for any address. Elsewhere account 0 of the
    secret phrase in the environment variable CONSORT_SEED sends and pays: somebody has to give it money, or
    --fund-from says who.
    """
    if hold and on not in _NODES:
        raise BadInput(f"--hold: {on} is not a node that is started here ({', '.join(_NODES)})")
    if out == DEFAULT_OUT:
        with told_of_out():
            make_folder(Path(out).parent)
    refuse_unwritable(out)
    if randomness is not None and mechanism is Mechanism.TWO_LEVEL:
        raise BadInput(f"--randomness: nothing is drawn in a {mechanism} auction")
    terms = spending(max_fee, fund_from)
    secrets = _secrets(bond, window_minutes, mechanism, randomness)

    with _connected(on, terms) as (chain, url):
        source = None if randomness is None else _checked_source(chain, randomness, mechanism)
        plan = {"mechanism": mechanism.value, "randomness": source, **asdict(secrets)}
        creator = _creator(chain, plan, out if _outlasts(on) else None)
        deployment = _deploy(chain, mechanism, source, secrets, creator)
        try:
            put(_told(deployment))
        finally:
            # Where the contracts are must not be lost because one of the two cannot be written.
            with told_of_out():
                deployment.write(Path(out))
            creator.done()
        say(f"Deployment file: {out}")
        if hold:
            say(f"The node answers at {url} until Ctrl-C.")
            _wait_for_interrupt()
    if on in _NODES:
        say(f"The {on} that this command started has been stopped: nothing is left there.")
    elif on == "revm":
        say("revm lived inside this command: nothing is left there.")


_AUCTIONS = {
    Mechanism.APPROXIMATE: "ApproximateAuction",
    Mechanism.RESILIENT: "ResilientAuction",
    Mechanism.SIGNAL_CLOCK: "SignalClockAuction",
}


def _secrets(
    bond: str | None, window_minutes: int | None, mechanism: Mechanism, randomness: str | None
) -> "SecretTerms":
    """The terms of the source to fall back on. Raises BadInput if they are given where none is deployed, or out of range."""
    from offchain.bindings.deployment import SECRET_TERMS, longest_window

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
        terms = replace(terms, bond=units("--bond", bond) * WEI_PER_UNIT)
    if window_minutes is not None:
        if window_minutes not in _WINDOW_MINUTES:
            least, most = _WINDOW_MINUTES[0], _WINDOW_MINUTES[-1]
            raise BadInput(f"--window-minutes: {window_minutes} is not from {least} to {most}")
        terms = replace(terms, window_seconds=60 * window_minutes)
        if not _fits(terms.window_seconds, mechanism):
            most = longest_window(_AUCTIONS[mechanism]) // 60
            raise BadInput(
                f"--window-minutes: {window_minutes} is above {most}: a draw that seals and opens secrets for so long"
                f" does not end before a {mechanism} auction gives it up"
            )
    return terms


def _fits(window_seconds: int, mechanism: Mechanism) -> bool:
    """Whether a draw that goes to secrets, sealed and opened for so long each, ends before the auction gives it up."""
    from offchain.bindings.deployment import longest_window

    return window_seconds <= longest_window(_AUCTIONS[mechanism])


def _outlasts(on: str) -> bool:
    """Whether the chain stays when the command ends."""
    return on not in (*_NODES, "revm")


def _creator(chain: "Chain", plan: dict[str, object], out: str | None) -> "Creator":
    """Who creates contracts, and notes them beside the file `out` on a chain that stays."""
    from offchain.bindings.creations import Creator, refuse_old_evm

    account = chain.actor(_SELLER)
    refuse_old_evm(chain, account)
    if out is None:
        return Creator(chain, account, plan)
    path = Path(out)
    # beside what is no file, as /dev/stdout, there is no place for notes
    notes = path.with_name(f"{path.name}.partial") if path.is_file() or not path.exists() else None
    return Creator(chain, account, plan, notes, say)


def _deploy(
    chain: "Chain",
    mechanism: Mechanism,
    source: str | None,
    secrets: "SecretTerms",
    creator: "Creator",
) -> "Deployment | DrawnDeployment":
    """The auction of the mechanism on the chain."""
    from offchain.bindings.deployment import deploy, deploy_approximate, deploy_drawn

    account = chain.actor(_SELLER)
    create = creator.create
    if mechanism is Mechanism.TWO_LEVEL:
        deployment: Deployment | DrawnDeployment = deploy(chain, account, create)
    elif mechanism is Mechanism.APPROXIMATE:
        deployment = deploy_approximate(chain, account, source, secrets, create)
    else:
        name = _AUCTIONS[mechanism]
        deployment = deploy_drawn(chain, account, name, source, secrets, create)
    return replace(deployment, block=creator.block)


def _checked_source(chain: "Chain", address: str, mechanism: Mechanism) -> str:
    """The address as checksummed text, once a source of random words has answered there whose windows fit the auction."""
    from offchain.bindings.contracts import contract
    from offchain.chain.backend import Reverted
    from offchain.io.addresses import checksum, to_bytes

    source = contract("IRandomness")
    try:
        known = checksum(to_bytes(address))
    except ValueError as error:
        raise BadInput(f"--randomness: {show(address)} is no address") from error
    try:
        source.decode("wordOf", chain.call(known, source.encode("wordOf", known, 0)))
    except (Reverted, ValueError) as error:
        raise BadInput(f"--randomness: there is no source of random words at {known}") from error
    for window in _windows_of(chain, known):
        if not _fits(window, mechanism):
            raise BadInput(
                f"--randomness: secrets are sealed and opened at {known} for {window} s each, and a {mechanism}"
                " auction does not wait that long for a draw"
            )
    return known


def _windows_of(chain: "Chain", source: str) -> list[int]:
    """The windows in seconds of the secrets at a source, or below the beacon there; none if it is of another kind."""
    from offchain.bindings.contracts import contract
    from offchain.chain.backend import Reverted

    beacon, secrets = contract("BeaconRandomness"), contract("CommitRevealRandomness")
    views = ("commitWindow", "revealWindow")
    for _ in range(_SOURCES_DEEP):
        try:
            return [secrets.decode(v, chain.call(source, secrets.encode(v)))[0] for v in views]
        except (Reverted, ValueError):
            pass
        try:
            answer = chain.call(source, beacon.encode("fallbackSource"))
            (source,) = beacon.decode("fallbackSource", answer)
        except (Reverted, ValueError):
            return []
    return []


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
