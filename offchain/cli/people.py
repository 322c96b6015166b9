"""What the commands for people share: options, who takes part, and how a step is told, asked about, and sent."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from offchain.cli.accounts import number_of, own_keys_of
from offchain.cli.deploy import DEFAULT_OUT
from offchain.cli.deployment_file import check_deployment, contract_of, read_deployment
from offchain.cli.exits import BadInput, put, say
from offchain.cli.numbers import number
from offchain.cli.spending import spending
from offchain.io.errors import InvalidInput
from offchain.io.fields import Field
from offchain.io.quoting import one_line

if TYPE_CHECKING:
    from offchain.chain.keys import Keys
    from offchain.keeper.openings import Openings
    from offchain.taking_part.steps import Keep, Step
    from offchain.taking_part.venues import Person

RECEIPTS = "receipts.jsonl"
_WIDTH = 80
_MOST_LOT = 2**32 - 1
_OTHERS_BITS = 0o077

DeploymentFile = Annotated[
    str,
    typer.Option("--deployment", metavar="FILE", help="What `consort deploy` wrote."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
Receipts = Annotated[
    str,
    typer.Option(
        "--receipts",
        metavar="FILE",
        help="Where the receipts of your sealed bids are kept, one a line. Whoever reads it knows them; a keeper can use it.",
    ),
]
To = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="ADDRESS",
        help="Who gets the money. By default the account that sends.",
        show_default=False,
    ),
]
DaoAndLot = Annotated[
    list[str],
    typer.Argument(
        metavar="[DAO] LOT",
        help="The address of the DAO, and the lot's number. Without a DAO: as an individual.",
        show_default=False,
    ),
]
Dao = Annotated[
    str, typer.Argument(metavar="DAO", help="The address of the DAO.", show_default=False)
]
Lot = Annotated[str, typer.Argument(metavar="LOT", help="The lot's number.", show_default=False)]
DEPLOYMENT = DEFAULT_OUT


@contextmanager
def person_at(
    on: str, deployment: str, key_file: str | None, account: int | None, max_fee: str
) -> "Iterator[Person]":
    """Who takes part, at the deployment of the file. Raises BadInput for what is refused."""
    gas = spending(max_fee, None)
    deployed = read_deployment(deployment)
    keys = own_keys_of(key_file)
    with _refusing():
        from offchain.chain.connect import connect
        from offchain.taking_part.venues import Person

        with connect(on, gas, keys) as chain:
            check_deployment(chain, deployed, deployment)
            address = chain.actor(number_of(account, keys, chain))
            yield Person(chain, deployed, contract_of(chain, deployed), address)


@contextmanager
def reader_at(on: str, deployment: str) -> "Iterator[Person]":
    """Somebody who only looks. Raises BadInput for what is refused."""
    deployed = read_deployment(deployment)
    with _refusing():
        from offchain.chain.connect import connect
        from offchain.io.addresses import NOBODY
        from offchain.taking_part.venues import Person

        with connect(on, keys=_throwaway()) as chain:
            check_deployment(chain, deployed, deployment)
            yield Person(chain, deployed, contract_of(chain, deployed), NOBODY)


def act(
    person: "Person",
    step: "Step",
    yes: bool,
    receipts: "Openings | None" = None,
    file: str = RECEIPTS,
) -> None:
    """Says what a step will do, asks, takes it, and prints what became of it. `file`: where the receipts are.

    Raises:
        BadInput: a contract would refuse it, or nobody is there to ask, or said no.
        ChainError: it failed.
    """
    from offchain.chain.errors import ChainError
    from offchain.io.units import ether_at_least

    cost = step.rehearse(person.chain)
    tell(f"{step.does}, from {person.address}.")
    for line in step.says:
        tell(f"- {line}")
    if cost:
        what = "The first transaction" if len(step.calls) > 1 else "It"
        tell(f"- {what} takes at most {ether_at_least(cost)} ETH for gas.")
    for line in step.risks:
        tell(f"! {line}")
    _ask(yes)
    try:
        became = step.take(person.chain, _keeper(receipts, file))
    except ChainError:
        tell("Look at what stands (consort status); the same command again sends what is missing.")
        raise
    for line in became:
        put(f"{wrapped(line)}\n")


def tell(line: str) -> None:
    """A sentence on standard error, as wide as a terminal is."""
    say(wrapped(line))


def wrapped(line: str, indent: str = "") -> str:
    """A line at 80 columns, its second one and those after it with an indent; addresses stay whole."""
    indent = "  " if line[:2] in ("- ", "! ") else indent
    return fill(
        one_line(line),
        width=_WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def receipts_in(file: str) -> "Openings":
    """The receipts in the file, which need not exist. Raises BadInput."""
    from offchain.keeper.openings import Openings, OpeningsError

    path = Path(file)
    try:
        found = Openings(path, on_flaw=lambda flaw: say(f"{one_line(str(flaw))}: passed over"))
    except (OpeningsError, ValueError) as error:
        raise BadInput(f"--receipts: {error}") from error
    if path.exists() and path.stat().st_mode & _OTHERS_BITS:
        say(f"{file} can be read by others, who then know your bids: chmod 600 {file}")
    return found


def dao_and_lot(texts: Sequence[str]) -> tuple[str | None, int]:
    """The DAO, if one is named, and the lot. Raises BadInput."""
    if len(texts) > 2:
        raise BadInput(
            "too many arguments: a DAO's address and a lot's number are taken, or the number alone"
        )
    dao = address("DAO", texts[0]) if len(texts) == 2 else None
    return dao, lot_number(texts[-1])


def lot_number(text: str, option: str = "LOT") -> int:
    """The number of a lot. Raises BadInput, which names the option."""
    return number(option, text, 1, _MOST_LOT)


def address(option: str, text: str) -> str:
    """An address, checksummed. Raises BadInput, which names the option."""
    try:
        return Field("", text).address()
    except InvalidInput as error:
        raise BadInput(f"{option}: {error}") from error


def recipient(to: str | None) -> str | None:
    """The address of `--to`. Raises BadInput."""
    from offchain.io.addresses import NOBODY

    found = None if to is None else address("--to", to)
    if found == NOBODY:
        raise BadInput("--to: money that is sent to the zero address is lost")
    return found


def _ask(yes: bool) -> None:
    if yes:
        return
    if not _can_ask():
        raise BadInput("there is no terminal to ask on: with --yes it is done. Nothing was sent")
    try:
        agreed = typer.confirm("Do it?", err=True)
    except typer.Abort as error:
        raise BadInput("no answer: nothing was sent") from error
    if not agreed:
        raise BadInput("nothing was sent")


def _can_ask() -> bool:
    return sys.stdin.isatty()


def _keeper(receipts: "Openings | None", file: str) -> "Keep":
    from offchain.bindings.seals import Opening
    from offchain.io.output import OutputFailed
    from offchain.keeper.openings import OpeningsError

    def keep(opening: Opening) -> None:
        assert receipts is not None
        try:
            if opening not in receipts.of(opening.contract, opening.lot, opening.bidder):
                receipts.add([opening])
        except OpeningsError as error:
            raise OutputFailed(f"--receipts: {error}; nothing was sent") from error
        tell(
            f"The receipt is in {file}. Keep it until your money is back: it opens the bid if nobody else does."
        )

    return keep


def _throwaway() -> "Keys":
    """Keys that nothing is sent with."""
    import secrets

    from offchain.chain.keys import Secret

    return Secret(secrets.token_urlsafe(48), own=True)


@contextmanager
def _refusing() -> Iterator[None]:
    from offchain.taking_part.words import Refused

    try:
        yield
    except Refused as refusal:
        raise BadInput(str(refusal)) from refusal
