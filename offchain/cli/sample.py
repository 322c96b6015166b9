"""What `consort deploy --hold` leaves to be tried: accounts, a lot with a group on it, and the next commands."""

import sys
from fractions import Fraction
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Final

from offchain.cli.exits import say

if TYPE_CHECKING:
    from offchain.bindings.deployment import Deployment
    from offchain.taking_part.steps import Step
    from offchain.taking_part.venues import Person

_SELLER: Final = 0
_MEMBER: Final = 1
_ITEM: Final = 1
_PHASE: Final = 600
"""Seconds of bidding, of reveal and of tally, each: as short as the contracts let the last two be."""
_RESERVE: Final = 50_000_000
_MEMBERS: Final = 10
_SHOWN: Final = 10


def show_accounts(url: str) -> None:
    """Says whose accounts a node has, and how they are used. Raises ChainError if it fails."""
    say("\nAccounts of the node, with money. Commands send from them with --account NUMBER:")
    for place, one in enumerate(_accounts(url)[:_SHOWN]):
        say(f"  {place}  {one}")


def show_sample(
    url: str,
    deployed: "Deployment",
    kind: str,
    out: str,
    is_default: bool,
    beacon_url: str | None,
) -> None:
    """Lists a lot from an account of the node, makes a DAO on it, and says what comes next.

    out: the deployment file; is_default: whether it need not be named. ChainError if the node fails.
    """
    from offchain.chain.connect import connect
    from offchain.chain.keys import NodeAccounts
    from offchain.taking_part.venues import Person

    accounts = _accounts(url)
    with connect(url, keys=NodeAccounts()) as chain:
        person = Person(chain, deployed, kind, chain.actor(_SELLER))
        lot, dao = _list_item(person), _make_dao(person)
    say(
        f"\nAccount {_SELLER} sells an item as lot {lot}, for {_PHASE // 60} minutes; a DAO bids on it:"
    )
    say(f"  {dao}")
    out = quote(out)
    file = "" if is_default else f" --deployment {out}"
    signs = "" if beacon_url is None else f" --beacon {beacon_url}"
    consort = quote(_program())
    say("\nIn another terminal: bid, let a keeper do the rest, see what became of it:\n")
    say(
        f"  {consort} bid --on {url}{file} {dao} {lot} --bid 0.06 --deposit 0.2 --account {_MEMBER}"
    )
    say(f"  {consort} keep --on {url} --deployment {out} --openings receipts.jsonl{signs}")
    say(f"  {consort} status --on {url}{file} {lot} {accounts[_MEMBER]}\n")


def _accounts(url: str) -> list[str]:
    from contextlib import closing

    from offchain.chain.rpc import Rpc

    with closing(Rpc(url)) as rpc:
        return [one.address() for one in rpc.ask("eth_accounts").items()]


def _list_item(person: "Person") -> int:
    from offchain.bindings.deployment import create
    from offchain.keeper.ledger import APPROXIMATE
    from offchain.taking_part.selling import Terms, list_item

    token = create(person.chain, person.address, "Item")
    person.chain.send(person.call(token, "Item", "mint", person.address, _ITEM))
    drawn = person.kind == APPROXIMATE
    terms = Terms(
        *(_PHASE, _PHASE, _PHASE, 1_000),
        None if drawn else _RESERVE,
        Fraction(1, 2) if drawn else None,
    )
    _take(person, list_item(person, token, _ITEM, terms))
    return int(person.ask(person.deployed.auctioneer, person.kind, "lotCount")[0])


def _make_dao(person: "Person") -> str:
    from offchain.taking_part.groups import Charter, create_dao, place_of

    lot = int(person.ask(person.deployed.auctioneer, person.kind, "lotCount")[0])
    charter = Charter(person.deployed.auctioneer, False, 0, (lot,), _MEMBERS)
    _, address = place_of(person, charter)
    _take(person, create_dao(person, charter))
    return address


def _take(person: "Person", step: "Step") -> None:
    step.take(person.chain, lambda _: None)


def _program() -> str:
    """How this command was called, so that the next ones can be, too."""
    called = Path(sys.argv[0])
    if called.stem != "consort":
        return "consort"
    try:
        return str(called.resolve().relative_to(Path.cwd().resolve()))
    except ValueError:
        return str(called)
