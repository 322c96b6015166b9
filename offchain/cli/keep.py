"""`consort keep`: a keeper at work on a running node."""

import math
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from offchain.cli.backends import OnNode
from offchain.cli.exits import BACK_END_FAILED, BadInput, put, say
from offchain.cli.interrupts import until_stopped
from offchain.cli.reading import Progress, store_of
from offchain.cli.spending import (
    DEFAULT_MAX_FEE_GWEI,
    LAST_ACCOUNT,
    FundFrom,
    MaxFee,
    spending,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from offchain.chain.backend import Chain
    from offchain.chain.deployment import Deployment
    from offchain.keeper.keeper import Action
    from offchain.keeper.receipts import Receipts

    Step = Callable[[], int]
    """Does what can be done now, and returns how many transactions that took."""

_KEEPER = 1
"""The account that keeps the demo's auction, too."""
_SECRET_BITS = 0o077
"""Permissions that let others than the owner at a file."""
_LONGEST_POLL = 86_400.0
_MOST_DEPTH = 100_000
_FLAWS_TOLD = 5
"""How many lines of a receipts file that are none are told one by one."""


def _a_number(seconds: float) -> float:
    # a range lets NaN pass, which is neither below it nor above
    if math.isnan(seconds):
        raise typer.BadParameter("nan is not a number of seconds")
    return seconds


def command(
    on: OnNode,
    deployment: Annotated[
        str,
        typer.Option(metavar="FILE", help="What `consort deploy` wrote.", show_default=False),
    ],
    receipts: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="The openings entrusted to this keeper, one JSON object a line; what is appended while it runs is used.",
            show_default=False,
        ),
    ],
    account: Annotated[
        int,
        typer.Option(
            min=0, max=LAST_ACCOUNT, metavar="NUMBER", help="Which account sends and pays."
        ),
    ] = _KEEPER,
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
    max_fee: MaxFee = DEFAULT_MAX_FEE_GWEI,
    fund_from: FundFrom = None,
    cache: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="Where event logs that are final are kept, so that the next start need not read them again. "
            "By default beside the receipts.",
        ),
    ] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Keep no event logs.")] = False,
) -> None:
    """Open bids, tally, draw, settle and refund, on all lots of an auction among groups, until interrupted.

    Prints a line for each transaction: lot, work, members, gas. It may be stopped at any moment and
    started again: all but the openings is read from the chain. Several keepers can work at once, each
    with an account of its own. Where random words come from the beacon it also sends the headers that
    they are made of.

    Account NUMBER pays for gas. On development nodes it has money; on others its key is made of the
    secret phrase in the environment variable CONSORT_SEED, and somebody has to send it some, or
    --fund-from says who. Fees are those of EIP-1559, within --max-fee; what is stuck is sent again for
    more after a few blocks.

    With --once the exit code is 3 if something that is due could not be done.
    """
    from offchain.chain.connect import connect
    from offchain.keeper.keeper import Keeper
    from offchain.keeper.ledger import Ledger, kind_of

    terms = spending(max_fee, fund_from)
    known, flaws = _read_receipts(receipts)
    deployed = _read_deployment(deployment)
    journal = _Journal()
    folder = _cache_folder(cache, no_cache, receipts)
    with until_stopped("Stopped."), connect(on, terms) as chain:
        _check_deployment(chain, deployed, deployment)
        kind = kind_of(chain, deployed.auctioneer)
        keeper = Keeper(
            chain,
            Ledger(
                *(chain, deployed.auctioneer, deployed.block, kind),
                store=store_of(folder, chain, deployed.auctioneer, deployed.block),
                progress=Progress(),
            ),
            chain.actor(account),
            known,
            on_action=journal.on_action,
            on_skip=journal.on_skip,
            gas_limit=_block_gas(on),
            depth=_depth(depth, chain),
            forgets=True,
        )
        say(f"Keeping the lots of {deployed.auctioneer} from {chain.actor(account)}.")

        def step() -> int:
            sent = keeper.step()
            flaws.tell_rest()
            return sent

        steps = [step, *_beacon_steps(chain, deployed, chain.actor(account), journal, folder)]
        if once:
            _work_off(steps, journal)
        else:
            _work_on(steps, journal, poll)


class _Flaws:
    """Lines of a receipts file that are no receipts: of each reading the first few one by one, the others by their number."""

    def __init__(self) -> None:
        self.any = False
        self._new = 0

    def take(self, flaw: Exception) -> None:
        self.any = True
        self._new += 1
        if self._new <= _FLAWS_TOLD:
            say(f"passed over: {flaw}")

    def tell_rest(self) -> None:
        if self._new > _FLAWS_TOLD:
            say(f"passed over: {self._new - _FLAWS_TOLD} more lines that are no receipts")
        self._new = 0


class _Journal:
    """What the keeper did, on standard output, and what it could not do, on standard error: each trouble once."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}
        self.failing: set[str] = set()

    def on_action(self, action: "Action") -> None:
        put(
            f"lot {action.lot}  {action.step:<7}  {action.contract}"
            f"  members {action.members}  gas {action.gas_used}\n"
        )

    def on_skip(self, what: str, error: Exception) -> None:
        self.failing.add(what)
        if self._told.get(what) != str(error):
            self._told[what] = str(error)
            say(f"not done now: {what}: {error}")

    def next_round(self) -> None:
        """Forgets troubles that are over, so that they are told if they come back."""
        self._told = {what: text for what, text in self._told.items() if what in self.failing}
        self.failing.clear()


def _beacon_steps(
    chain: "Chain",
    deployed: "Deployment",
    account: str,
    journal: _Journal,
    cache: Path | None,
) -> "list[Step]":
    """Sends the headers that the auction's draws wait for, if its random words come from the beacon."""
    from offchain.chain.backend import Reverted
    from offchain.chain.codec import contract
    from offchain.keeper.beacon import PROOF_WINDOW, BeaconKeeper

    if deployed.randomness is None:
        return []
    beacon = contract("BeaconRandomness")
    try:
        answer = chain.call(deployed.randomness, beacon.encode("PROOF_WINDOW"))
        if beacon.decode("PROOF_WINDOW", answer) != (PROOF_WINDOW,):
            return []
    except (Reverted, ValueError):
        return []  # a source of another kind
    keeper = BeaconKeeper(
        *(chain, deployed.randomness, account, {deployed.auctioneer}, deployed.block),
        on_skip=journal.on_skip,
        store=store_of(cache, chain, deployed.randomness, deployed.block),
        progress=Progress(),
    )

    def step() -> int:
        sent = keeper.step()
        for one in sent:
            put(
                f"lot {one.draw.id}  {one.step}  {deployed.randomness}  members 0  gas {one.gas_used}\n"
            )
        return len(sent)

    return [step]


def _work_off(steps: "Sequence[Step]", journal: _Journal) -> None:
    while sum([step() for step in steps]):
        journal.next_round()
    if journal.failing:
        raise typer.Exit(BACK_END_FAILED)


def _work_on(steps: "Sequence[Step]", journal: _Journal, poll: float) -> None:
    from offchain.chain.errors import ChainError

    while True:
        journal.next_round()
        try:
            sent = sum([step() for step in steps])
        except ChainError as error:
            journal.on_skip("reading the chain", error)
            sent = 0
        if not sent:
            time.sleep(poll)


def _depth(depth: int | None, chain: "Chain") -> int:
    """How many blocks to wait for where nothing else is said: none where a clock that can be set makes them."""
    from offchain.keeper.release import DEPTH

    if depth is not None:
        return depth
    return DEPTH if chain.clock_is_real else 0


def _cache_folder(cache: str | None, no_cache: bool, receipts: str) -> Path | None:
    """Where logs are kept, if they are."""
    if no_cache:
        if cache is not None:
            raise BadInput("--cache and --no-cache exclude each other")
        return None
    folder = Path(receipts).parent if cache is None else Path(cache)
    if cache is not None and not folder.is_dir():
        raise BadInput(f"--cache: {cache} is not a folder")
    return folder


def _read_receipts(file: str) -> "tuple[Receipts, _Flaws]":
    from offchain.keeper.receipts import Receipts, ReceiptsError

    path = Path(file)
    flaws = _Flaws()
    try:
        receipts = Receipts(path, on_flaw=flaws.take)
    except ReceiptsError as error:
        raise BadInput(f"--receipts: {error}") from error
    flaws.tell_rest()
    if flaws.any and not len(receipts):
        raise BadInput(f"--receipts: {file} holds no receipt")
    if not path.exists():
        say(f"{file} does not exist yet: until it does, no bids can be opened.")
    elif path.stat().st_mode & _SECRET_BITS:
        say(f"{file} can be read by others, who then know the bids: chmod 600 {file}")
    return receipts, flaws


def _read_deployment(file: str) -> "Deployment":
    from offchain.chain.deployment import Deployment, NoGroups
    from offchain.chain.errors import ChainError

    try:
        return Deployment.read(Path(file))
    except NoGroups as error:
        raise BadInput(
            f"--deployment: {error}; this command serves only two-level and approximate ones, at others anyone"
            " sends the steps"
        ) from error
    except ChainError as error:
        raise BadInput(f"--deployment: {error}") from error


def _check_deployment(chain: "Chain", deployed: "Deployment", file: str) -> None:
    """Refuses a file that is not of what stands on the chain, before a keeper waits for ever for lots that will never come."""
    from offchain.chain.backend import Reverted
    from offchain.chain.codec import contract

    if deployed.chain_id != chain.chain_id:
        raise BadInput(
            f"--deployment: {file} is of chain {deployed.chain_id}, the node of chain {chain.chain_id}"
        )
    if deployed.block > (head := chain.block()):
        raise BadInput(
            f"--deployment: block: {deployed.block} of {file} is above {head}, the newest of the node"
        )
    auctioneer = contract("Auctioneer")
    try:
        answer = chain.call(deployed.auctioneer, auctioneer.encode("factory"))
        found = auctioneer.decode("factory", answer)
    except (Reverted, ValueError):
        found = ()
    if found != (deployed.factory,):
        raise BadInput(f"--deployment: there is no auctioneer of {file} at {deployed.auctioneer}")
    _check_randomness(chain, deployed, file)


def _check_randomness(chain: "Chain", deployed: "Deployment", file: str) -> None:
    """Refuses another source of random words than the auction's own, whose draws the keeper would not see."""
    from offchain.chain.backend import Reverted
    from offchain.chain.codec import contract

    drawing = contract("ApproximateAuction")
    try:
        answer = chain.call(deployed.auctioneer, drawing.encode("randomness"))
        (source,) = drawing.decode("randomness", answer)
    except (Reverted, ValueError):
        source = None
    if source != deployed.randomness:
        told = source or "nothing: it draws no random words"
        raise BadInput(
            f"--deployment: randomness: {deployed.randomness or 'nothing'} in {file}, and at the auctioneer {told}"
        )


def _block_gas(url: str) -> int:
    """The most gas that a block of the node can hold."""
    from offchain.chain.client import Client
    from offchain.chain.rpc import Rpc

    with closing(Rpc(url)) as rpc:
        return Client(rpc, traces=False).block_gas
