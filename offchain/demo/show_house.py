"""A demo of groups at an auction house that others run, ConstitutionDAO as it was: played on its own code, checked, reported."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from rich.console import Console

from offchain.bindings.adapters import MAKES
from offchain.bindings.constants import BidBook
from offchain.chain.backend import Chain
from offchain.chain.connect import connect
from offchain.chain.spending import DEFAULT_SPENDING, Spending
from offchain.demo.casting import accounts_of, introduce
from offchain.demo.hearing import Heard, Serve, over_http
from offchain.demo.house_narration import ROWS, HouseNarration
from offchain.demo.progress import Opening
from offchain.demo.scenario import Scenario, at_house
from offchain.demo.show_groups import PHASE_MINUTES, SHORTEST_PHASE_MINUTES
from offchain.demo.teller import Teller
from offchain.demo.voice import opening
from offchain.houses.nouns import NounsTerms
from offchain.io.units import WEI_PER_UNIT
from offchain.locks.local_beacon import new_beacon
from offchain.model.checks import Verdict
from offchain.model.checks import ascending as ascending_checks
from offchain.model.checks.two_level import (
    budget_balance,
    equal_treatment,
    individual_rationality,
)
from offchain.model.instances.rivals import PlacedBid, Rival
from offchain.model.mechanisms.ascending import AscendingAuction, BidRefused
from offchain.model.mechanisms.contest import Terms, follow, play_out
from offchain.play.ascending import MAKE, Ascended, AscendingStage, house_terms
from offchain.play.audit import MoneyAstray
from offchain.play.observer import ObservedChain
from offchain.report.amounts import count, money
from offchain.report.ascent import AscendingLot
from offchain.report.auction import Entry
from offchain.report.flows import DoesNotAddUp, streams
from offchain.report.played import Check

_HOUSE: Final = (
    "The house is the first version of that of Nouns, its own code out of its npm package, on the terms with which it began, but "
    "for the reserve."
)
_SOURCE: Final = (
    "The mechanism is that of “When Bidders Are DAOs” with an ascending auction above, on a grid of whole gwei; "
    "1 ETH = 1,000,000,000 gwei."
)


def run(
    scenario: Scenario,
    on: str,
    console: Console,
    phase_minutes: int | None = None,
    spending: Spending = DEFAULT_SPENDING,
) -> AscendingLot:
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
    serve: Serve = over_http,
) -> AscendingLot:
    """Plays `scenario` on `chain`; see `run`. `serve` has the stage's beacon heard by the keeper."""
    is_free = chain.time_is_free
    seconds = 60 * (phase_minutes or (PHASE_MINUTES if is_free else SHORTEST_PHASE_MINUTES))
    terms = house_terms(chain, seconds, scenario.instance.reserves[0])
    scenario = at_house(scenario, Fraction(terms.increment, 100), _HOUSE)
    accounts = accounts_of(scenario, chain, is_free)
    rivals = [Rival(group.name, group.members[0].bids[0]) for group in scenario.rivals]
    beacon = new_beacon(genesis=chain.now(), clock=chain.now)
    with serve(beacon) as source:
        heard = Heard(source)
        progress = Opening(console)
        stage = AscendingStage(chain, seconds, terms, None, beacon, heard, progress)
        introduce(scenario, chain, console, terms.duration)
        narration = HouseNarration(
            stage,
            scenario,
            ObservedChain(chain),
            stage.ledger,
            beacon.beacon,
            heard,
            accounts,
            seconds,
        )
        with Teller(console, narration.scenes, (MAKES[MAKE].adapter,), ROWS) as teller:
            found = stage.play(scenario.instance, scenario.behaviour, rivals, accounts, teller)
    entries = tuple(
        _alone(entry, found.bids) if entry.group in {one.name for one in rivals} else entry
        for entry in narration.entries
    )
    burnt = sum(map(chain.balance, narration.contracts)) // WEI_PER_UNIT - found.surplus
    lot = AscendingLot(
        title=scenario.title,
        chain=chain.name,
        focus=scenario.focus,
        instance=scenario.counted,
        outcome=found.outcome,
        entries=entries,
        # `play` has checked that the house got this, to the wei
        proceeds=found.outcome.items[0].price,
        burnt=burnt,
        surplus=found.surplus,
        alone=tuple(one.name for one in rivals),
        bids=found.bids,
        announced=found.announced,
        sealed=found.schedule[0],
        steps=teller.steps,
        checks=_checks(scenario, found, rivals, terms, entries, burnt),
        story=teller.story,
        addresses={"house": stage.house.address, "adapter": stage.auction},
        sources=(*scenario.sources, _SOURCE),
        seconds=teller.seconds,
    )
    try:
        streams(lot)
    except DoesNotAddUp as error:
        raise MoneyAstray(str(error)) from error
    return teller.check(lot, "bids, wins, pays and refunds the same")


def _alone(entry: Entry, bids: Sequence[PlacedBid]) -> Entry:
    """What an individual was out of at most, and what it paid: its last bid, if that was the last of all."""
    most = max((one.amount for one in bids if one.bidder == entry.group), default=0)
    won = bool(bids) and bids[-1].bidder == entry.group
    return replace(
        entry, deposit=most, served=won, paid=most if won else 0, refund=0 if won else most
    )


def _checks(
    scenario: Scenario,
    found: Ascended,
    rivals: Sequence[Rival],
    terms: NounsTerms,
    entries: tuple[Entry, ...],
    burnt: int,
) -> tuple[Check, ...]:
    instance, outcome = scenario.counted, found.outcome
    house = AscendingAuction(
        terms.reserve, Fraction(terms.increment, 100), found.announced, terms.buffer, WEI_PER_UNIT
    )
    expected, bids = play_out(
        instance, rivals, Terms(house, found.start, found.schedule[0], found.schedule[1])
    )
    lot = outcome.items[0]
    equal = {
        "the bids": _amounts(bids) == _amounts(found.bids),
        "winner, price, T, share or served members": expected.items == outcome.items,
        "payments": expected.payments == outcome.payments,
        "welfare": (expected.welfare, expected.optimal_welfare)
        == (outcome.welfare, outcome.optimal_welfare),
        "refunds": all(
            entry.refund == _refund(entry, expected.payments, scenario) for entry in entries
        ),
    }
    differing = [name for name, holds in equal.items() if not holds]
    deposits, kept = sum(e.deposit for e in entries), sum(e.deposit - e.refund for e in entries)
    balanced = (
        all(entry.is_balanced for entry in entries) and kept == lot.price + found.surplus + burnt
    )
    findings = (
        budget_balance(instance, outcome, money),
        individual_rationality(instance, outcome),
        equal_treatment(instance, outcome),
        ascending_checks.efficiency(instance, outcome, Fraction(terms.increment, 100)),
    )
    return (
        Check(
            "chain = reference",
            not differing,
            f"all {count(len(bids), 'bid')}, winner, price, share, served members, payments and every refund are equal"
            if not differing
            else f"they differ in {', '.join(differing)}",
        ),
        _house_check(house, found),
        Check(
            "no wei astray",
            balanced,
            f"{money(deposits)} put down, {money(deposits - kept)} of it back; what bidders are out of, {money(kept)}, is "
            f"{money(lot.price)} to the house + {money(found.surplus)} left by rounding + {money(burnt)} burnt",
        ),
        *(Check(one.name, one.verdict is not Verdict.FAILS, one.detail) for one in findings),
    )


def _house_check(house: AscendingAuction, found: Ascended) -> Check:
    """That the house took no bid that its rules do not allow, and moved its end as they say."""
    name = "house = its rules"
    try:
        after = follow(house, found.bids)
    except BidRefused as error:
        return Check(name, False, str(error))
    end = found.bids[-1].end if found.bids else found.announced
    moved = f"the end by {end - found.announced:,} s"
    return Check(name, after.end == end, f"at the times of all bids the model moves {moved}, too")


def _amounts(bids: Sequence[PlacedBid]) -> list[tuple[str, int]]:
    """What can be told before: when a bid comes is a matter of the chain."""
    return [(one.bidder, one.amount) for one in bids]


def _refund(entry: Entry, payments: Mapping[str, Mapping[str, int]], scenario: Scenario) -> int:
    """What is to come back of what was put down: all but the share and, of a bid that nobody opens, the bond."""
    key = entry.group, entry.member
    bond = (
        entry.deposit * scenario.behaviour.bond_bps // BidBook.BPS if key in scenario.silent else 0
    )
    return entry.deposit - payments[entry.group][entry.member] - bond
