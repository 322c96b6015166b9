"""`consort keep`: a keeper at work on a running node."""

import math
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from offchain import __version__
from offchain.cli.accounts import AccountNumber, KeyFile, keys_of, number_of, warn_of_poverty
from offchain.cli.backends import OnNode
from offchain.cli.beacons import sources_of
from offchain.cli.deployment_file import check_deployment, keepers_of, read_any_deployment
from offchain.cli.exits import BadInput, reported, say
from offchain.cli.interrupts import until_stopped
from offchain.cli.journal import Flaws, Journal
from offchain.cli.keeping import Post, Terms, Worker, patiently, undeterred, work_off, work_on
from offchain.cli.lookout import (
    Alerts,
    Http,
    LogForm,
    LogLevel,
    Lookout,
    StatusFile,
    form_of,
    level_of,
    looking_out,
    shown,
)
from offchain.cli.numbers import units
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI, FundFrom, MaxFee, spending
from offchain.io.errors import InvalidInput
from offchain.io.fields import Field, show
from offchain.io.units import WEI_PER_UNIT
from offchain.io.urls import without_secrets

if TYPE_CHECKING:
    from offchain.bindings.deployment import Deployment, DrawnDeployment
    from offchain.chain.backend import Chain
    from offchain.keeper.announced import Announced
    from offchain.keeper.openings import Openings
    from offchain.keeper.watch.logs import Log

_ON_OUTPUT = frozenset({"action"})
"""What stands on standard output already."""
_SECRETS = "secrets.jsonl"
_KEEPER = 1
"""The account that keeps the demo's auction, too."""
_SECRET_BITS = 0o077
"""Permissions that let others than the owner at a file."""
_LONGEST_POLL = 86_400.0
_MOST_DEPTH = 100_000


def _a_number(seconds: float) -> float:
    # a range lets NaN pass, which is neither below it nor above
    if math.isnan(seconds):
        raise typer.BadParameter("nan is not a number of seconds")
    return seconds


def command(
    on: OnNode,
    deployment: Annotated[
        str, typer.Option(metavar="FILE", help="What `consort deploy` wrote.", show_default=False)
    ],
    openings: Annotated[
        str | None,
        typer.Option(
            "--openings",
            "--receipts",
            metavar="FILE",
            help="The openings entrusted to this keeper, one JSON object a line; what is appended while it runs is used. By"
            " default none.",
            show_default=False,
        ),
    ] = None,
    account: AccountNumber = None,
    key_file: KeyFile = None,
    poll: Annotated[
        float,
        typer.Option(
            min=0.1,
            max=_LONGEST_POLL,
            callback=_a_number,
            metavar="SECONDS",
            help="How long to wait when there is nothing to do.",
        ),
    ] = 12.0,
    once: Annotated[
        bool, typer.Option("--once", help="Do all that can be done now, then stop.")
    ] = False,
    depth: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=_MOST_DEPTH,
            metavar="BLOCKS",
            help="How many blocks must follow the first of a reveal before openings leave. By default 2, and 0 on"
            " development nodes, whose blocks come on demand.",
            show_default=False,
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[ADDRESS:]LOT",
            help="Serve this lot of the auctioneer, or of the adapter at ADDRESS; several if it is given several times. By"
            " default all.",
            show_default=False,
        ),
    ] = None,
    beacon: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="Where the rounds that open time locks are signed: a URL of drand's API, or a file of rounds; several,"
            " asked in turn, if it is given several times. By default drand's own, for its quicknet.",
            show_default=False,
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="ETH",
            help="What all transactions together may cost; then nothing more is sent. By default no bound.",
            show_default=False,
        ),
    ] = None,
    lot_gas: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="GAS",
            help="The most gas that one lot may take. By default 250,000, and 170,000 for each DAO and 100,000 for each"
            " bid on it; at a house of others 2,500,000 more, and 12,800,000 for each DAO.",
            show_default=False,
        ),
    ] = None,
    max_fee: MaxFee = DEFAULT_MAX_FEE_GWEI,
    fund_from: FundFrom = None,
    raise_early: Annotated[
        bool,
        typer.Option(
            "--raise-early",
            help="At houses of others bid as soon as the tally is over, not as late as is safe.",
        ),
    ] = False,
    cache: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="Where event logs that are final are kept, so that the next start need not read them again. "
            "By default beside the openings.",
        ),
    ] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Keep no event logs.")] = False,
    seal_bond: Annotated[
        str | None,
        typer.Option(
            "--seal-bond",
            metavar="ETH",
            help="The most that may lie at once as bonds under secrets of its own, where a draw is made of sealed secrets. It"
            " comes back when they are opened. By default nothing: none is sealed.",
            show_default=False,
        ),
    ] = None,
    secrets: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Where those secrets are kept. By default `secrets.jsonl` beside the openings.",
            show_default=False,
        ),
    ] = None,
    status: StatusFile = None,
    http: Http = None,
    alert: Alerts = None,
    log: LogForm = "text",
    log_level: LogLevel = "info",
) -> None:
    """Do on all lots of an auction what anyone can, until interrupted: open, tally, draw, settle, deliver, refund.

    Bids are opened whose openings are in FILE, and those with time locks, of which nothing has to be known:
    once the beacon has signed their round, 120 seconds after bidding ends, anybody can read them.

    Prints a line for each transaction: lot, work, members, gas; "finish" is the end of a small group's lot in
    one: tally, settlement and refunds. It may be stopped at any moment and
    started again: all but the openings is read from the chain. Several keepers can work at once, each
    with an account of its own.

    Where lots wait for random words it also sends the headers that the beacon's are made of, and hands over
    what nobody sent in time. Where words are made of sealed secrets it seals one of its own, as far as
    --seal-bond allows, opens it in time and takes the bond back. Each is on disk before it is sealed.

    Of a resilient sale it reveals the announcements in FILE, has the coin fall, delivers, and pays back; of a
    signal clock it supplies the tables, passes over who keeps silent, states the offer, and pays back; of a
    universal auction it reveals the signals in FILE, supplies the tables, and pays back.

    The account of the key file, or of the key in CONSORT_KEY, pays for gas; or account 1 of the phrase or secret in
    CONSORT_SEED. Somebody has to send it money, or --fund-from says who; on development nodes without any of these
    account 1 has some. Fees are those of EIP-1559, within --max-fee; what is stuck is sent again for
    more after a few blocks.

    Openings leave once bidding is over by this machine's clock, too, and some blocks deep. What is due by a
    deadline comes first; lots that can never be finished are tried less and less often. No lot takes more
    gas than serving an honest one does, unless --lot-gas says so.

    Where the deployment names adapters on auction houses of others, their lots are served, too: groups that
    do not lead and can bid the least bid do so as late as is safe, by the house's own rules, and answer each
    rival from then on; the house's auction is settled, and what comes back is brought home. A bid that is due
    and cannot be sent, or soon could not, because gas takes more than --max-fee or the budget is used up, is
    told as an ALERT.

    --status FILE, --http PORT and --alert URL tell others how it is: a file of JSON, a page, and messages. With
    --log json each message is an object on a line.

    With --once the exit code is 3 if something that is due could not be done. What cannot be written to
    standard output stops no work, and makes the exit code 4 in the end.
    """
    from offchain.chain.connect import connect
    from offchain.keeper.purse import Purse
    from offchain.keeper.raising import Raising, lead
    from offchain.keeper.watch.logs import logging_to
    from offchain.keeper.watch.observer import Observer
    from offchain.keeper.watch.record import Record

    form, level = form_of(log), level_of(log_level)
    with (
        logging_to(say, form, level, quiet=_ON_OUTPUT) as told,
        reported(lambda line: told.error("error", line)),
    ):
        gas = spending(max_fee, fund_from)
        budget_wei = None if budget is None else units("--budget", budget) * WEI_PER_UNIT
        bonds = 0 if seal_bond is None else units("--seal-bond", seal_bond) * WEI_PER_UNIT
        deployed = read_any_deployment(deployment)
        known, announced, flaws = _read_entrusted(openings, deployed, told)
        lots = _lots(only, deployed) if only else None
        signers = sources_of(deployed, beacon or [], lambda line: told.warning("beacon", line))
        keys = keys_of(key_file, lambda line: told.warning("key", line))
        folder = _cache_folder(cache, no_cache, openings or deployment)
        kept_secrets = Path(secrets or Path(openings or deployment).parent / _SECRETS)
        _refuse_unreadable(kept_secrets)
        what = shown(status, http, alert or [])
        journal = Journal(told, Record())
        purse, raising = Purse(budget_wei), Raising(lead(poll), raise_early)

        def keep(chain: "Chain", lookout: Lookout) -> None:
            number, block_gas = number_of(account, keys, chain, _KEEPER), _block_gas(on)
            terms = Terms(
                number, lots, purse, lot_gas, depth, block_gas, folder, raising, bonds, kept_secrets
            )
            post = Post(chain, deployed, known, announced, signers)

            def begin() -> list[Worker]:
                check_deployment(chain, deployed, deployment)
                payer = chain.actor(number)
                found = keepers_of(chain, deployed)(post, terms, journal, flaws)
                lookout.begin(chain, payer)
                _say_what_is_kept(chain, deployed, payer, told)
                if fund_from is None:
                    warn_of_poverty(chain, payer, lambda line: told.warning("money", line))
                return found

            if once:
                work_off(begin(), journal, lookout)
            else:
                work_on(patiently(begin, journal, lookout), journal, poll, lookout)

        observer = Observer(
            __version__, without_secrets(on), poll, journal.record, purse, fund_from is not None
        )
        with (
            until_stopped("Stopped.", lambda line: told.info("stopped", line)),
            looking_out(what, observer, told) as lookout,
        ):

            def run() -> None:
                with connect(on, gas, keys) as chain:
                    keep(chain, lookout)

            if once or not what.any:
                run()
            else:
                undeterred(run, journal, lookout, poll)
        journal.close()


def _say_what_is_kept(
    chain: "Chain", deployed: "Deployment | DrawnDeployment", payer: str, told: "Log"
) -> None:
    """The first line: whose lots, and who pays of what."""
    from offchain.keeper.purse import ether

    balance = chain.balance(payer)
    adapters = [f"of {one.make} at {one.address}" for one in deployed.adapters]
    kept = " and ".join([f"of {deployed.auctioneer}", *adapters])
    line = f"Keeping the lots {kept} from {payer}, which has {ether(balance)} ETH."
    told.info("started", line, account=payer, balance_wei=str(balance))


def _lots(texts: list[str], deployed: "Deployment | DrawnDeployment") -> dict[str, set[int]]:
    """The lots that `--only` names, by where they are. Raises BadInput."""
    known = {deployed.auctioneer, *(one.address for one in deployed.adapters)}
    found: dict[str, set[int]] = {}
    for text in texts:
        place, colon, number = text.rpartition(":")
        address = _address(place) if colon else deployed.auctioneer
        if address not in known:
            raise BadInput(f"--only: {address} is neither the auctioneer nor an adapter")
        found.setdefault(address, set()).add(_lot(number))
    return found


def _address(text: str) -> str:
    try:
        return Field("", text).address()
    except InvalidInput as error:
        raise BadInput(f"--only: {error}") from error


def _lot(text: str) -> int:
    """The number of a lot. Raises BadInput."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) >= 1):
        raise BadInput(f"--only: {show(text)} is not the number of a lot")
    return int(text)


def _cache_folder(cache: str | None, no_cache: bool, openings: str) -> Path | None:
    """Where logs are kept, if they are."""
    if no_cache:
        if cache is not None:
            raise BadInput("--cache and --no-cache exclude each other")
        return None
    folder = Path(openings).parent if cache is None else Path(cache)
    if cache is not None and not folder.is_dir():
        raise BadInput(f"--cache: {cache} is not a folder")
    return folder


def _read_entrusted(
    file: str | None, deployed: "Deployment | DrawnDeployment", told: "Log"
) -> "tuple[Openings, Announced, Flaws]":
    """What was entrusted to the keeper: bids where groups bid, and else announcements and signals."""
    from offchain.bindings.deployment import Deployment
    from offchain.keeper.announced import Announced
    from offchain.keeper.lines import LinesError
    from offchain.keeper.openings import Openings

    flaws = Flaws(told)
    if file is None:
        told.info(
            "openings", "No openings are entrusted (--openings): what others lock or open is all."
        )
        return Openings(), Announced(), flaws
    path, of_groups = Path(file), isinstance(deployed, Deployment)
    try:
        openings = Openings(path, on_flaw=flaws.take, among_others=not of_groups)
        announced = Announced(None if of_groups else path, on_flaw=flaws.take, among_others=True)
    except LinesError as error:
        raise BadInput(f"--openings: {error}") from error
    flaws.tell_rest()
    if flaws.any and not len(openings) and not len(announced):
        raise BadInput(f"--openings: {file} holds no opening")
    if not path.exists():
        stays = "bids without a lock stay sealed" if of_groups else "nothing is opened"
        line = f"{file} does not exist yet: until it does, {stays}."
        told.warning("openings", line)
    elif path.stat().st_mode & _SECRET_BITS:
        line = f"{file} can be read by others, who then know the bids: chmod 600 {file}"
        told.warning("openings", line)
    return openings, announced, flaws


def _refuse_unreadable(path: Path) -> None:
    """Raises BadInput if the file of secrets could not be read later."""
    from offchain.keeper.lines import LinesError
    from offchain.keeper.secret_file import SecretFile

    try:
        SecretFile(path, on_flaw=lambda flaw: None)
    except LinesError as error:
        raise BadInput(f"--secrets: {error}") from error


def _block_gas(url: str) -> int:
    """The most gas that a block of the node can hold."""
    from offchain.chain.client import Client
    from offchain.chain.rpc import Rpc

    with closing(Rpc(url)) as rpc:
        return Client(rpc, traces=False).block_gas
