"""`consort deploy`: the contracts on a chain, and a file that says where they are."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from offchain.cli.accounts import AccountNumber, KeyFile, keys_of, number_of, refuse_poverty
from offchain.cli.auctions import FIRST, ON_CHAIN
from offchain.cli.backends import OnChainOrNode
from offchain.cli.beacons import beacon_at
from offchain.cli.choices import choice
from offchain.cli.exits import BadInput, put, say
from offchain.cli.files import refuse_unwritable, told_of_out
from offchain.cli.house_options import houses_of, refuse_other_houses
from offchain.cli.interrupts import until_stopped
from offchain.cli.sample import show_accounts, show_sample
from offchain.cli.sources import Wanted
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI, FundFrom, MaxFee, spending
from offchain.io.output import make_folder

if TYPE_CHECKING:
    from offchain.bindings.adapters import House
    from offchain.bindings.creations import Creator
    from offchain.bindings.deployment import Deployment, DrawnDeployment, SecretTerms
    from offchain.chain.backend import Chain
    from offchain.chain.keys import Keys
    from offchain.chain.spending import Spending
    from offchain.locks.beacon import Beacon

DEFAULT_OUT = "build/deployment.json"
_MOST_PORT = 65_535
_SELLER = 0
"""The account that deploys; the demo's seller."""
_BLOCK_SECONDS = 4
_NODES = ("ganache", "anvil")
"""What the command starts as a process that others can reach."""


def command(
    on: OnChainOrNode,
    out: Annotated[
        str, typer.Option(metavar="FILE", help="Where to write the deployment, as JSON.")
    ] = DEFAULT_OUT,
    mechanism: Annotated[
        str,
        choice(
            "--mechanism",
            ON_CHAIN,
            "Which auction: among groups; among bidders who know their values roughly, or what others "
            "would pay, or a signal: of a common quality, or from which values follow in any way.",
        ),
    ] = FIRST,
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
    beacon: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where the drand beacon is whose rounds open locked bids; what it says of itself goes into the file. "
            "By default drand's quicknet, and with --hold one of this command's own.",
        ),
    ] = None,
    house: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[MAKE:]ADDRESS",
            help="An auction house of others, at whose auctions groups are to bid, too: `nouns` (if no make is named) or `zora`;"
            " several if it is given several times. Each gets an adapter.",
            show_default=False,
        ),
    ] = None,
    account: AccountNumber = None,
    key_file: KeyFile = None,
    hold: Annotated[
        bool, typer.Option("--hold", help="Keep the ganache or anvil that is started until Ctrl-C.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=_MOST_PORT - 1,
            metavar="N",
            help="With --hold: the node's port on 127.0.0.1; the beacon's is the next one. By default some that are free.",
            show_default=False,
        ),
    ] = None,
    max_fee: MaxFee = DEFAULT_MAX_FEE_GWEI,
    fund_from: FundFrom = None,
) -> None:
    """Deploy an auction, print the addresses, and write a deployment file.

    `consort keep` serves all of them. Those in which groups bid as one, the first two, come with a factory
    of DAOs. Bids there can be locked to the rounds of a beacon, whose chain hash the auction names;
    the deployment file has the rest.

    With --house groups can also bid at an auction house that others run, once it has answered as its make
    does: the adapter on top of it stands in the deployment file, and `consort keep` serves its lots, too.

    On a chain that stays, each address is noted beside the deployment file (FILE.partial) as it comes: broken off,
    the same command goes on where it stopped.

    --hold also says whose accounts the node has, and where groups bid lists an item of no worth, with a DAO on it, to be tried:
    the next three commands are said.

    To leave something behind, give the URL of a running node, or --hold. Otherwise ganache and
    anvil are started for this command alone and stopped at its end, and revm lives inside it.

    The account of the key file, or of the key in CONSORT_KEY, sends and pays; or account 0 of the phrase or secret in
    CONSORT_SEED. Somebody has to give it money, or --fund-from says who. Development nodes (Anvil, Ganache, Hardhat)
    send for any address, and need none of these.
    """
    if hold and on not in _NODES:
        raise BadInput(f"--hold: {on} is not a node that is started here ({', '.join(_NODES)})")
    if port is not None and not hold:
        raise BadInput("--port: is for a node that is held (--hold)")
    if out == DEFAULT_OUT:
        with told_of_out():
            make_folder(Path(out).parent)
    refuse_unwritable(out)
    auction = ON_CHAIN[mechanism]
    wanted = Wanted(mechanism, auction.draw_seconds, randomness, bond, window_minutes)
    secrets = wanted.secrets()
    terms = spending(max_fee, fund_from)
    houses = houses_of(house or [])
    if houses and mechanism != FIRST:
        raise BadInput(
            f"--house: what is won there cannot be sold again at --mechanism {mechanism}"
        )
    if beacon is not None and auction.sign is not None:
        raise BadInput(f"--beacon: nobody locks bids at --mechanism {mechanism}")
    keys = keys_of(key_file)
    if key_file is not None and on == "revm":
        raise BadInput("--key-file: revm sends for any address, and ends with this command")
    _tell_of_compiling()
    from offchain.bindings.deployment import Deployment

    with (
        _connected(on, terms, keys, port) as (chain, url),
        beacon_at(beacon, chain, hold, 0 if port is None else port + 1)
        if auction.sign is None
        else nullcontext((None, None)) as (named, signs),
    ):
        source = wanted.checked_source(chain)
        plan = {"mechanism": mechanism, "randomness": source, **asdict(secrets)}
        if named is not None:
            plan["beacon"] = named.chain_hash.hex()
        refuse_other_houses(chain, houses)
        if houses:
            plan["houses"] = [str(one) for one in houses]
        seller = chain.actor(number_of(account, keys, chain, _SELLER))
        creator = _creator(chain, seller, plan, houses, out if _outlasts(on) else None)
        needed = _told_cost(chain, seller, auction.contract, source, secrets, len(houses))
        if terms.fund_from is None and not creator.resumes:
            refuse_poverty(chain, seller, needed)
        deployment = _deploy(
            chain, seller, auction.contract, source, secrets, creator, named, houses
        )
        try:
            put(_told(deployment))
        finally:
            # Where the contracts are must not be lost because one of the two cannot be written.
            with told_of_out():
                deployment.write(Path(out))
            creator.done()
        say(f"Deployment file: {out}")
        if hold:
            show_accounts(url)
            if isinstance(deployment, Deployment):
                show_sample(url, deployment, auction.contract, out, out == DEFAULT_OUT, signs)
            say(f"The node answers at {url} until Ctrl-C.")
            _hold(url)
    if on in _NODES:
        say(f"The {on} that this command started has been stopped: nothing is left there.")
    elif on == "revm":
        say("revm lived inside this command: nothing is left there.")


def _outlasts(on: str) -> bool:
    """Whether the chain stays when the command ends."""
    return on not in (*_NODES, "revm")


def _told_cost(
    chain: "Chain",
    account: str,
    name: str,
    source: str | None,
    secrets: "SecretTerms",
    houses: int,
) -> int:
    """Says what it will take, from whom, where gas takes money; wei at most."""
    from offchain.bindings.creation_gas import gas_of
    from offchain.chain.fees import gwei
    from offchain.io.units import ether_at_least, ether_at_most

    price = chain.gas_price()
    if not price:
        return 0
    gas = gas_of(name, source, secrets, houses)
    say(
        f"Deploying takes about {gas:,} gas from {account}: at most {ether_at_least(gas * price)} ETH at {gwei(price)} gwei."
        f" It has {ether_at_most(chain.balance(account))} ETH."
    )
    return gas * price


def _creator(
    chain: "Chain",
    account: str,
    plan: dict[str, object],
    houses: "Sequence[House]",
    out: str | None,
) -> "Creator":
    """Who creates contracts, and notes them beside the file `out` on a chain that stays."""
    from offchain.bindings.creations import Creator, refuse_old_evm
    from offchain.bindings.deployment import CONTRACTS, note_of

    auctions = (auction.contract for auction in ON_CHAIN.values())
    names = (*CONTRACTS, *auctions, *map(note_of, houses))
    refuse_old_evm(chain, account)
    if out is None:
        return Creator(chain, account, plan, names)
    path = Path(out)
    # beside what is no file, as /dev/stdout, there is no place for notes
    notes = path.with_name(f"{path.name}.partial") if path.is_file() or not path.exists() else None
    return Creator(chain, account, plan, names, notes, say)


def _deploy(
    chain: "Chain",
    seller: str,
    name: str,
    source: str | None,
    secrets: "SecretTerms",
    creator: "Creator",
    beacon: "Beacon | None",
    houses: "Sequence[House]",
) -> "Deployment | DrawnDeployment":
    """The auction contract called `name` on the chain, what it is made of, and adapters on the houses."""
    from offchain.bindings.deployment import Deployment, deploy_auction, with_adapters

    deployment = deploy_auction(chain, seller, name, source, secrets, creator.create, beacon)
    if isinstance(deployment, Deployment):
        deployment = with_adapters(deployment, houses, creator.create_as)
    return replace(deployment, block=creator.block)


def _tell_of_compiling() -> None:
    """Says so, where the contracts have to be compiled first: that takes seconds."""
    from offchain.bindings.artifacts import are_compiled

    if not are_compiled():
        say("Compiling the contracts …")


def _told(deployment: "Deployment | DrawnDeployment") -> str:
    """The deployment as lines of a name and what it has; of a beacon its chain hash, and a line for each adapter."""
    known = {one.name: getattr(deployment, one.name) for one in fields(deployment)}
    if (beacon := known.get("beacon")) is not None:
        known["beacon"] = beacon.chain_hash.hex()
    adapters = known.pop("adapters", ())
    rows = [(name.replace("_", " "), value) for name, value in known.items() if value is not None]
    rows += [("adapter", f"{one.address} of {one.make} at {one.house}") for one in adapters]
    return "".join(f"{name:<12}{value}\n" for name, value in rows)


@contextmanager
def _connected(
    on: str, terms: "Spending", keys: "Keys", port: int | None
) -> "Iterator[tuple[Chain, str]]":
    """The chain, and the URL at which others reach it; empty for revm."""
    from offchain.chain import nodes
    from offchain.chain.connect import connect

    if on not in _NODES:
        with connect(on, terms, keys) as chain:
            yield chain, "" if on == "revm" else on
        return
    started = nodes.ganache(port=port) if on == "ganache" else nodes.anvil(port=port)
    with started as node, connect(node.url, terms, keys) as chain:
        yield chain, node.url


def _hold(url: str) -> None:
    """Waits for Ctrl-C. Blocks come meanwhile: whoever reads phases by the newest one, as the page does, sees them end."""
    from contextlib import closing, suppress

    from offchain.chain.rpc import NoAnswer, Rpc, RpcError

    with until_stopped(), closing(Rpc(url)) as rpc:
        while True:
            time.sleep(_BLOCK_SECONDS)
            with suppress(NoAnswer, RpcError):
                rpc.request("evm_mine")
