"""Thousands of members in one auction on Anvil, while its keepers are killed and the node refuses some of their requests.

`python -m benchmarks.replay --contributions FILE.csv --rival 1900 --rival 1200` plays a list of contributions, one `address,wei`
a line, each bid from the address that contributed, locked to a beacon's round. Without a list it takes the percentiles that the
project has. Keepers are processes of their own (`consort keep`), told nothing by anybody, killed with SIGKILL in each of reveal,
tally, settlement and refunds, and started again from the chain alone. The exit code is 1 unless the outcome equals the reference
model's, no wei is astray, and every bidder's balance grew by exactly its refund.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.record import table
from benchmarks.replay.contest import Contest, contest
from benchmarks.replay.fate import Fate, Kill, plan
from benchmarks.replay.keepers import DEPLOYMENT, Keepers, Urls
from benchmarks.replay.node import HardNode
from benchmarks.watch import Watch
from offchain.bindings.constants import DAO
from offchain.bindings.deployment import Deployment
from offchain.bindings.explain import explained
from offchain.chain import nodes
from offchain.chain.connect import connect
from offchain.chain.errors import ChainError
from offchain.io.errors import InvalidInput
from offchain.io.units import UNITS_PER_ETH, WEI_PER_UNIT
from offchain.keeper.sending import Action
from offchain.locks.beacon_server import serving
from offchain.locks.local_beacon import new_beacon
from offchain.model.checks.finding import Finding, Verdict
from offchain.model.checks.two_level import check_outcome
from offchain.model.instances.two_level import TwoLevelOutcome
from offchain.model.mechanisms import two_level
from offchain.play.two_level import TwoLevelStage

_CHECK_FAILED, _BAD_INPUT, _NODE_FAILED = 1, 2, 3
_MOST_REFUSED: Final = 0.5
_STATES: Final = 32
"""Of how many blocks the node remembers the state, to save memory."""
_PROGRESS_SECONDS: Final = 5.0
_SHORT: Final = 0.05
"""Seconds: a step that serves nobody and is over sooner is passed over."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay that is over."""

    contest: Contest
    outcome: TwoLevelOutcome
    watch: Watch
    keepers: Keepers
    node: HardNode
    deaths: list[Kill]
    checks: list[Finding]


def replayed(contest: Contest, fate: Fate, refuse: float, seed: int) -> Replay:
    """Plays on an Anvil of its own, of which keepers are refused a share of what they ask.

    Raises:
        ChainError: Anvil does not start, a transaction fails, or money went astray.
    """
    deaths: list[Kill] = []
    hired: list[Keepers] = []

    def on_death(kill: Kill) -> None:
        deaths.append(kill)
        print(f"  SIGKILL: {kill}", file=sys.stderr)

    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        node = stack.enter_context(nodes.anvil(accounts=1, auto_impersonate=True, history=_STATES))
        chain = stack.enter_context(connect(node.url))
        # read by the threads that serve it, so by a connection of its own
        clock = stack.enter_context(connect(node.url))
        beacon = new_beacon(genesis=chain.now(), clock=clock.now)
        signed = stack.enter_context(serving(beacon))
        hard = stack.enter_context(HardNode(node.url, refuse, seed, fate).listening())

        def hire(deployment: Deployment, on_action: Callable[[Action], None]) -> Keepers:
            deployment.write(folder / DEPLOYMENT)
            urls = Urls(node.url, hard.url, signed)
            keepers = Keepers(chain, urls, folder, deployment, on_action, on_death)
            stack.callback(keepers.close)
            fate.strike = keepers.strike
            hired.append(keepers)
            return keepers

        stage = TwoLevelStage(chain, hire=hire, beacon=beacon)
        watch = Watch(_PROGRESS_SECONDS)
        addresses = contest.addresses
        outcome = stage.play(contest.instance, contest.behaviour, watch, addresses)
        watch.lap("outcome, audit")
        (keepers,) = hired
        fate.wait()
        checks = [
            *_outcome(contest, outcome),
            *_money(contest, outcome, keepers.gained()),
            _killed(fate, deaths),
        ]
    return Replay(contest, outcome, watch, keepers, hard, deaths, checks)


def _outcome(contest: Contest, outcome: TwoLevelOutcome) -> list[Finding]:
    differs = None if outcome == two_level.solve(contest.instance) else "they differ"
    said = "equal winner, price, share, served members, payments and welfare"
    found = check_outcome(contest.instance, outcome)
    return [
        Finding.of("chain = reference", differs, said),
        *(one for one in found if one.verdict is not Verdict.NOT_CLAIMED),
    ]


def _money(contest: Contest, outcome: TwoLevelOutcome, gained: dict[str, int]) -> list[Finding]:
    """Whether every bidder has its deposit less what the reference has it pay, by its balance on the chain and to the wei."""
    refunds: dict[str, int] = {}
    deposit = contest.behaviour.deposit
    expected = two_level.solve(contest.instance).payments
    for group in contest.instance.groups:
        for member in group.members:
            paid = expected[group.name][member.name]
            refund = deposit(member.bids[0]) - paid
            refunds[contest.addresses[group.name, member.name]] = refund * WEI_PER_UNIT
    right = sum(gained.get(one) == refund for one, refund in refunds.items())
    deposits = sum(deposit(bid) for group in contest.instance.groups for bid in group.bids_on(0))
    missing = (deposits - outcome.items[0].paid) * WEI_PER_UNIT - sum(gained.values())
    told = f"{right:,} of {len(refunds):,} grew by the refund, {sum(gained.values())} wei in all"
    return [
        Finding.of(
            "no wei astray",
            f"{missing} wei are missing" if missing else None,
            f"{deposits:,} gwei of deposits paid or returned",
        ),
        Finding.of("every balance", None if right == len(refunds) == len(gained) else told, told),
    ]


def _killed(fate: Fate, deaths: list[Kill]) -> Finding:
    """Whether keepers died in each step, unless they were not to."""
    dead = Counter(kill.step for kill in deaths)
    planned = {kill.step for kill in fate.kills}
    told = ", ".join(f"{step} {number}" for step, number in dead.items()) or "nobody was to be"
    return Finding.of("killed in each step", None if planned <= dead.keys() else told, told)


def as_json(replay: Replay, seed: int) -> dict[str, Any]:
    """What came of it, for programs."""
    lot, steps = replay.outcome.items[0], replay.watch.steps
    return {
        "members": replay.contest.members,
        "seed": seed,
        "bids": lot.group_bids,
        "winner": lot.winner,
        "price": lot.price,
        "share": lot.share,
        "served": len(lot.served),
        "transactions": sum(spent.transactions for spent in steps.values()),
        "gas": sum(spent.gas for spent in steps.values()),
        "seconds": round(sum(spent.seconds for spent in steps.values()), 1),
        "steps": [{"name": step, **asdict(spent)} for step, spent in steps.items()],
        "checks": {one.name: one.verdict is Verdict.HOLDS for one in replay.checks},
        "kills": [str(kill) for kill in replay.deaths],
        "keepers": replay.keepers.started,
        "gave_up": replay.keepers.gave_up,
        "failed_transactions": replay.keepers.failed,
        "requests": replay.node.asked.total(),
        "refused": dict(replay.node.refused),
        "megabytes": replay.keepers.memory.megabytes,
    }


def as_text(replay: Replay) -> str:
    """What came of it, for people."""
    lot, keepers, node = replay.outcome.items[0], replay.keepers, replay.node
    steps = [
        [
            step,
            *(f"{n:,}" for n in (spent.served, spent.transactions, spent.gas)),
            f"{spent.seconds:.1f}",
        ]
        for step, spent in replay.watch.steps.items()
        if spent.served or spent.seconds >= _SHORT
    ]
    checks = [[one.name, one.verdict, one.detail] for one in replay.checks]
    refused = ", ".join(f"{what} {number}" for what, number in node.refused.most_common())
    memory = ", ".join(f"{who} {size}" for who, size in keepers.memory.megabytes.items())
    return "\n".join(
        [
            f"{lot.winner} of {replay.contest.members:,} pays {lot.price:,} gwei; {len(lot.served):,} are served.",
            "",
            table(["step", "served", "transactions", "gas", "seconds"], steps),
            table(["check", "", "figures"], checks),
            f"Keepers: {keepers.started} started, {len(replay.deaths)} killed, {keepers.gave_up} gave up on the node; "
            f"{keepers.failed} of their transactions failed on the chain.",
            f"Of {node.asked.total():,} requests {node.refused.total():,} were refused: {refused or 'none'}.",
            f"Most memory, in MB: {memory}.",
        ]
    )


def main() -> int:
    """Plays, and says what came of it."""
    options = _options()
    try:
        chosen = contest(options.contributions, options.members, options.rival or ())
        if options.kills and chosen.members <= DAO.MAX_STEP:
            raise InvalidInput(
                f"--members: the lot of {chosen.members} ends in one transaction, where nobody can be killed in each step; "
                f"take more than {DAO.MAX_STEP}, or --kills 0"
            )
        fate = Fate(plan(options.seed, chosen.members, options.kills))
        print(f"Seed {options.seed}. Starting Anvil …", file=sys.stderr)
        found = replayed(chosen, fate, options.refuse, options.seed)
    except (InvalidInput, ChainError) as error:
        print(f"error: {explained(error)}", file=sys.stderr)
        return _BAD_INPUT if isinstance(error, InvalidInput) else _NODE_FAILED
    print(json.dumps(as_json(found, options.seed), indent=2) if options.json else as_text(found))
    return 0 if all(one.verdict is Verdict.HOLDS for one in found.checks) else _CHECK_FAILED


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m benchmarks.replay", description="A replay with keepers that are killed."
    )
    add = parser.add_argument
    add("--contributions", metavar="FILE", help="CSV, one address,wei a line")
    add("--members", type=_natural, metavar="N", help="so many, spread as the whole list is")
    add(
        "--rival",
        type=_units,
        action="append",
        metavar="ETH",
        help="what a rival bids; may be repeated",
    )
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


def _units(text: str) -> int:
    """An amount in ETH, as "1" or "0.25", in units."""
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        units = int(Fraction(text) * UNITS_PER_ETH)
        if units >= 1:
            return units
    raise argparse.ArgumentTypeError(f"{text!r} is not an amount in ETH, of 1 gwei at least")


if __name__ == "__main__":
    sys.exit(main())
