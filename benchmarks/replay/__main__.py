"""Thousands of members in one auction on Anvil, while its keepers are killed and the node refuses some of their requests.

`python -m benchmarks.replay --contributions FILE.csv --rival 1900 --rival 1200` plays a list of contributions, one `address,wei`
a line, each bid from the address that contributed. Without a list it takes the percentiles that the project has. Keepers are
processes of their own (`consort keep`), killed with SIGKILL in each of reveal, tally, settlement and refunds, and started again
from the receipts file and the chain alone. The exit code is 1 unless the outcome equals the reference model's, no wei is astray,
and every bidder's balance grew by exactly its refund.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import typer
from rich.console import Console

from benchmarks.replay.fate import Fate, Kill, plan
from benchmarks.replay.keepers import DEPLOYMENT, RECEIPTS, Keepers, Urls
from benchmarks.replay.node import HardNode
from offchain.bindings.deployment import Deployment
from offchain.chain import nodes
from offchain.chain.backend import actor_address
from offchain.chain.connect import connect
from offchain.cli.amounts import units
from offchain.cli.exits import CHECK_FAILED, BadInput, put, reported
from offchain.demo.run import play
from offchain.demo.scenario import Scenario, replay
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.keeper import Action
from offchain.keeper.receipts import Receipts
from offchain.model.instances.constitutiondao import CONSTITUTION_DAO
from offchain.model.instances.contributions import Contribution, parse
from offchain.play.two_level import TwoLevelStage
from offchain.report import accounts, played
from offchain.report.auction import Auction
from offchain.report.played import Check
from offchain.report.tables import as_text

_FIRST_RIVAL: Final = 500
_FIRST_MEMBER: Final = 1_000
_MOST_REFUSED: Final = 0.5
_STATES: Final = 32
"""Of how many blocks the node remembers the state, to save memory."""


def main() -> int:
    """Plays, and says what came of it."""
    options = _options()
    scenario = prepared(options.contributions, options.members, options.rival or ())
    members = len(scenario.instance.groups[-1].members)
    console = Console(stderr=True)
    fate = Fate(plan(options.seed, members, options.kills))
    deaths: list[Kill] = []

    def on_death(kill: Kill) -> None:
        deaths.append(kill)
        console.print(f"  SIGKILL: {kill}", style="red", highlight=False)

    console.print(f"Seed {options.seed}. Starting Anvil …", highlight=False)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        receipts = Receipts(folder / RECEIPTS)
        node = stack.enter_context(nodes.anvil(accounts=1, auto_impersonate=True, history=_STATES))
        chain = stack.enter_context(connect(node.url))
        hard = stack.enter_context(
            HardNode(node.url, options.refuse, options.seed, fate).listening()
        )
        hired: list[Keepers] = []

        def hire(deployment: Deployment, on_action: Callable[[Action], None]) -> Keepers:
            deployment.write(folder / DEPLOYMENT)
            urls = Urls(node.url, hard.url)
            keepers = Keepers(chain, urls, receipts, folder, deployment, on_action, on_death)
            stack.callback(keepers.close)
            fate.strike = keepers.strike
            hired.append(keepers)
            return keepers

        auction = play(
            scenario,
            chain,
            console,
            build=lambda on, phase: TwoLevelStage(on, phase, receipts, hire),
        )
        (keepers,) = hired
        fate.wait()
        checks = (*auction.checks, _balances(auction, scenario, keepers), _killed(fate, deaths))
    if options.json:
        put(json.dumps(_result(options, auction, checks, deaths, hard, keepers), indent=2) + "\n")
    else:
        _print(replace(auction, checks=checks), deaths, hard, keepers)
    return 0 if all(check.holds for check in checks) else CHECK_FAILED


def prepared(file: str | None, members: int | None, rivals: Sequence[str]) -> Scenario:
    """The DAO of so many contributors, spread as the whole list is, and rivals who bid so many ETH.

    Raises:
        BadInput, InvalidInput: the list, or an option, cannot be used.
    """
    listed = _percentiles(members) if file is None else _chosen(file, members)
    name = (
        "the percentiles of offchain/model/instances/constitutiondao.py"
        if file is None
        else Path(file).name
    )
    scenario = replay(listed, name, [units("--rival", one) for one in rivals])
    others = (group for group in scenario.instance.groups if group.name != scenario.focus)
    # no accounts of the back end: each keeper that starts gives those money for gas
    bidders = {
        (group.name, group.members[0].name): actor_address(_FIRST_RIVAL + place)
        for place, group in enumerate(others)
    }
    return replace(scenario, addresses={**scenario.addresses, **bidders})


def _chosen(file: str, members: int | None) -> tuple[Contribution, ...]:
    try:
        listed = parse(Path(file).read_bytes(), file)
    except OSError as error:
        raise BadInput(f"--contributions: {file}: {error.strerror}") from error
    if members is None:
        return listed
    if members > len(listed):
        raise BadInput(f"--members: {members} is more than the {len(listed)} in {file}")
    ranked = sorted(listed, key=lambda one: -one.wei)
    return tuple(ranked[place * len(ranked) // members] for place in range(members))


def _percentiles(members: int | None) -> tuple[Contribution, ...]:
    bids = CONSTITUTION_DAO
    number = members or len(bids)
    return tuple(
        Contribution(
            actor_address(_FIRST_MEMBER + place), bids[place * len(bids) // number] * WEI_PER_UNIT
        )
        for place in range(number)
    )


def _balances(auction: Auction, scenario: Scenario, keepers: Keepers) -> Check:
    """Whether every bidder has its refund, by its balance on the chain and to the wei."""
    gained = keepers.gained()
    refunds = {
        scenario.addresses[entry.group, entry.member]: entry.refund * WEI_PER_UNIT
        for entry in auction.entries
    }
    wrong = sum(gained.get(one) != refund for one, refund in refunds.items())
    return Check(
        "every balance",
        not wrong and gained.keys() == refunds.keys(),
        f"{len(refunds) - wrong:,} of {len(refunds):,} grew by the refund, {sum(gained.values())} wei in all",
    )


def _killed(fate: Fate, deaths: Sequence[Kill]) -> Check:
    """Whether keepers died in each step, unless they were not to."""
    dead = Counter(kill.step for kill in deaths)
    planned = {kill.step for kill in fate.kills}
    return Check(
        "killed in each step",
        planned <= dead.keys(),
        ", ".join(f"{step} {number}" for step, number in dead.items()) or "nobody was to be",
    )


def _result(
    options: argparse.Namespace,
    auction: Auction,
    checks: Sequence[Check],
    deaths: Sequence[Kill],
    hard: HardNode,
    keepers: Keepers,
) -> dict[str, Any]:
    lot = auction.lot
    return {
        "members": len(auction.of(auction.focus)),
        "seed": options.seed,
        "bids": lot.group_bids,
        "winner": lot.winner,
        "price": lot.price,
        "share": lot.share,
        "served": len(lot.served),
        "transactions": sum(step.transactions for step in auction.steps),
        "gas": sum(step.gas for step in auction.steps),
        "seconds": round(auction.seconds, 1),
        "steps": [asdict(step) for step in auction.steps],
        "checks": {check.name: check.holds for check in checks},
        "kills": [str(kill) for kill in deaths],
        "keepers": keepers.started,
        "gave_up": keepers.gave_up,
        "failed_transactions": keepers.failed,
        "requests": hard.asked.total(),
        "refused": dict(hard.refused),
        "megabytes": keepers.memory.megabytes,
    }


def _print(auction: Auction, deaths: Sequence[Kill], hard: HardNode, keepers: Keepers) -> None:
    for table in (accounts.groups(auction), played.gas(auction), played.checks(auction)):
        put(as_text(table) + "\n")
    refused = ", ".join(f"{what} {number}" for what, number in hard.refused.most_common())
    memory = ", ".join(f"{who} {size}" for who, size in keepers.memory.megabytes.items())
    put(
        f"Keepers: {keepers.started} started, {len(deaths)} killed, {keepers.gave_up} gave up on the node; "
        f"{keepers.failed} of their transactions failed on the chain.\n"
        f"Of {hard.asked.total():,} requests {hard.refused.total():,} were refused: {refused or 'none'}.\n"
        f"Most memory, in MB: {memory}.\n"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A replay with keepers that are killed.")
    add = parser.add_argument
    add("--contributions", metavar="FILE", help="CSV, one address,wei a line")
    add("--members", type=_natural, metavar="N", help="so many, spread as the whole list is")
    add("--rival", action="append", metavar="ETH", help="what a rival bids; may be repeated")
    add("--seed", type=int, default=1, help="of kills and refusals")
    add(
        "--kills", type=int, default=2, metavar="N", help="in each step, of which the first is sure"
    )
    add("--refuse", type=float, default=0.1, metavar="SHARE", help="of what keepers ask, 0 to 0.5")
    add("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    if not 0 <= options.refuse <= _MOST_REFUSED:
        parser.error(f"--refuse: {options.refuse} is not from 0 to {_MOST_REFUSED}")
    return options


def _natural(text: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of members from 1 to 999999")
    return int(text)


if __name__ == "__main__":
    try:
        with reported():
            sys.exit(main())
    except typer.Exit as error:
        sys.exit(error.exit_code)
