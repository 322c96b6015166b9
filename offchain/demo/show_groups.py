"""A demo of groups: one of its scenarios played on a chain, checked against the reference model, for a report."""

from collections.abc import Callable
from typing import Final

from rich.console import Console

from offchain.bindings.constants import AuctionHouse
from offchain.chain.backend import Chain
from offchain.chain.connect import connect
from offchain.chain.spending import DEFAULT_SPENDING, Spending
from offchain.demo.casting import accounts_of, introduce
from offchain.demo.hearing import Heard, Serve, over_http
from offchain.demo.narration import ROWS, Narration
from offchain.demo.progress import Opening
from offchain.demo.scenario import Scenario
from offchain.demo.teller import Teller
from offchain.demo.voice import opening
from offchain.io.units import WEI_PER_UNIT
from offchain.locks.local_beacon import new_beacon
from offchain.model.checks import Verdict
from offchain.model.checks.two_level import check_outcome
from offchain.model.instances.two_level import TwoLevelInstance, TwoLevelOutcome
from offchain.model.kinds import solve
from offchain.play.audit import MoneyAstray
from offchain.play.observer import ObservedChain
from offchain.play.two_level import TwoLevelStage
from offchain.report.amounts import money
from offchain.report.auction import Auction, Entry
from offchain.report.flows import DoesNotAddUp, streams
from offchain.report.played import Check

PHASE_MINUTES: Final = 60
SHORTEST_PHASE_MINUTES: Final = AuctionHouse.MIN_PHASE // 60
"""What the auctioneer accepts, and what is waited for where time is real."""
_SOURCE: Final = "The mechanism is that of “When Bidders Are DAOs”, on a grid of whole gwei; 1 ETH = 1,000,000,000 gwei."


def run(
    scenario: Scenario,
    on: str,
    console: Console,
    phase_minutes: int | None = None,
    spending: Spending = DEFAULT_SPENDING,
) -> Auction:
    """Plays `scenario` on the back end `on` and explains it on `console` as it runs.

    `ChainError` if the back end cannot be reached, a transaction fails, or money went astray.
    """
    opening(console)
    with connect(on, spending) as chain:
        return play(scenario, chain, console, phase_minutes)


def play(
    scenario: Scenario,
    chain: Chain,
    console: Console,
    phase_minutes: int | None = None,
    build: Callable[..., TwoLevelStage] = TwoLevelStage,
    serve: Serve = over_http,
) -> Auction:
    """Plays `scenario` on `chain`; see `run`. `build` makes the stage; `serve` has its beacon heard by the keeper."""
    is_free = chain.time_is_free
    seconds = 60 * (phase_minutes or (PHASE_MINUTES if is_free else SHORTEST_PHASE_MINUTES))
    accounts = accounts_of(scenario, chain, is_free)
    beacon = new_beacon(genesis=chain.now(), clock=chain.now)
    with serve(beacon) as source:
        heard = Heard(source)
        stage = build(chain, seconds, beacon=beacon, source=heard, progress=Opening(console))
        introduce(scenario, chain, console, 3 * seconds)
        narration = Narration(
            scenario, ObservedChain(chain), stage.ledger, beacon.beacon, heard, accounts, seconds
        )
        with Teller(console, narration.scenes, rows=ROWS) as teller:
            outcome = stage.play(scenario.instance, scenario.behaviour, teller, accounts)
    burnt = sum(map(chain.balance, narration.contracts)) // WEI_PER_UNIT
    auction = Auction(
        title=scenario.title,
        chain=chain.name,
        focus=scenario.focus,
        alone=tuple(group.name for group in scenario.rivals),
        instance=scenario.counted,
        outcome=outcome,
        entries=narration.entries,
        # `play` has checked that this is what the auctioneer owed the seller, to the wei
        proceeds=outcome.items[0].paid,
        burnt=burnt,
        steps=teller.steps,
        checks=_checks(scenario.counted, outcome, narration.entries, burnt),
        story=teller.story,
        addresses={"auctioneer": stage.deployment.auctioneer, "factory": stage.deployment.factory},
        sources=(*scenario.sources, _SOURCE),
        seconds=teller.seconds,
    )
    try:
        streams(auction)
    except DoesNotAddUp as error:
        raise MoneyAstray(str(error)) from error
    return teller.check(auction, "gives the same outcome")


def _checks(
    instance: TwoLevelInstance,
    outcome: TwoLevelOutcome,
    entries: tuple[Entry, ...],
    burnt: int,
) -> tuple[Check, ...]:
    expected = solve(instance)
    differing = [
        name
        for name in ("items", "payments", "welfare", "optimal_welfare")
        if getattr(expected, name) != getattr(outcome, name)
    ]
    deposits, earned = sum(entry.deposit for entry in entries), outcome.items[0].paid
    kept = sum(entry.deposit - entry.refund for entry in entries)
    balanced = (
        all(entry.is_balanced for entry in entries)
        and all(entry.paid == outcome.payments[entry.group][entry.member] for entry in entries)
        and kept == earned + burnt
    )
    return (
        Check(
            "chain = reference",
            not differing,
            "equal winner, price, share, served members, payments and welfare"
            if not differing
            else f"they differ in {', '.join(differing)}",
        ),
        Check(
            "no wei astray",
            balanced,
            f"{money(deposits)} of deposits, {money(deposits - kept)} of it back; what bidders are out of, {money(kept)}, is "
            f"{money(earned)} to the seller + {money(burnt)} burnt",
        ),
        *(
            Check(finding.name, finding.verdict is not Verdict.FAILS, finding.detail)
            for finding in check_outcome(instance, outcome, money)
            if finding.verdict is not Verdict.NOT_CLAIMED
        ),
    )
