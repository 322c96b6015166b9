"""Whole demos on revm: what is told, what is counted, and what is done where the chain is less willing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from offchain.bindings.daos import CROWD
from offchain.chain.backend import Chain
from offchain.chain.revm import Revm
from offchain.demo import show_groups as demo
from offchain.demo.scenario import Scenario, built_in, replay
from offchain.io.addresses import checksum
from offchain.keeper.openings import Openings
from offchain.locks.http_source import HttpSource
from offchain.locks.local_beacon import LocalBeacon
from offchain.locks.source import Source
from offchain.model.instances.contributions import Contribution
from offchain.model.instances.two_level import TwoLevelOutcome
from offchain.model.kinds import solve
from offchain.play.audit import MoneyAstray
from offchain.play.stage import KEEPER, SELLER
from offchain.play.two_level import TwoLevelStage
from offchain.report.amounts import money
from offchain.report.auction import Auction
from offchain.report.auction_report import report
from offchain.report.flows import streams
from offchain.report.played import gas
from tests.demo.heard import Heard

LIST = [
    Contribution(checksum(n.to_bytes(20)), bid * 10**17)
    for n, bid in enumerate([9, 8, 8, 7, 3, 1], start=0xA000)
]


def play(scenario: Scenario, chain: Chain | None = None) -> tuple[Auction, str]:
    """The auction, and what was said about it."""
    said = StringIO()
    console = Console(file=said, width=10_000)
    if chain is None:
        return demo.run(scenario, "revm", console), said.getvalue()
    return demo.play(scenario, chain, console), said.getvalue()


@pytest.fixture(scope="module")
def played() -> tuple[Auction, str]:
    return play(built_in())


def test_the_built_in_demo(played: tuple[Auction, str]) -> None:
    auction, _ = played
    assert auction.focus_won
    assert (auction.lot.price, len(auction.lot.served)) == (2_500_000_001, 26)
    assert all(check.holds for check in auction.checks)
    assert auction.checks[0].name == "chain = reference"
    silent = [entry for entry in auction.entries if entry.silent]
    assert [(entry.bond, entry.paid) for entry in silent] == [
        (entry.deposit // 10, 0) for entry in silent
    ]
    assert len(silent) == 2
    streams(auction)


def test_members_pay_what_the_seller_gets_and_what_is_burnt(played: tuple[Auction, str]) -> None:
    """By what is told, and by what the chain has: the seller's withdrawal, and what lies in the contracts for ever."""
    auction, _ = played
    kept = sum(entry.deposit - entry.refund for entry in auction.entries)
    assert (auction.proceeds, auction.burnt) == (2_500_000_022, 25_000_000)
    assert kept == auction.proceeds + auction.burnt
    (check,) = (one for one in auction.checks if one.name == "no wei astray")
    assert (
        f"out of, {money(kept)}, is 2.500000022 ETH to the seller + 0.025 ETH burnt" in check.detail
    )


def test_what_is_left_in_a_contract_and_was_not_burnt_is_found() -> None:
    class Leaky(Revm):
        over = False

        def balance(self, address: str) -> int:
            return super().balance(address) + (10**9 if self.over else 0)

    class Stage(TwoLevelStage):
        def play(self, *args: Any) -> TwoLevelOutcome:
            outcome = super().play(*args)
            chain.over = True
            return outcome

    chain = Leaky()
    scenario = built_in()
    with pytest.raises(MoneyAstray, match="25000003 was burnt, but bidders lost 25000000"):
        demo.play(scenario, chain, Console(file=StringIO()), build=Stage)


class Watched(TwoLevelStage):
    """A stage whose keeper is seen."""

    def __init__(self, chain: Chain, phase_seconds: int, **options: Any) -> None:
        self.entrusted = Openings()
        super().__init__(chain, phase_seconds, openings=self.entrusted, **options)


def test_the_keeper_is_told_nothing_and_only_the_keeper_acts_after_bidding() -> None:
    """It has no receipts; once bidding is over, no bidder sends anything. What it knows it was told over HTTP by the beacon."""

    stages: list[Watched] = []

    def build(*args: Any, **options: Any) -> TwoLevelStage:
        stages.append(Watched(*args, **options))
        return stages[-1]

    chain = Heard()
    auction = demo.play(built_in(), chain, Console(file=StringIO()), build=build)
    assert auction.focus_won
    assert len(stages[0].entrusted) == 0
    began = min(time for time, _ in chain.senders)
    late = {sender for time, sender in chain.senders if time >= began + 3_600}
    assert late == {chain.actor(KEEPER), chain.actor(SELLER)}


@contextmanager
def dead(beacon: LocalBeacon) -> Iterator[Source]:
    """Nobody listens there."""
    yield HttpSource(beacon.beacon, "http://127.0.0.1:1")


def test_without_the_beacon_members_open_by_their_receipts() -> None:
    """All but those who sent no lock that was true; and what comes of it is the same."""
    said = StringIO()
    auction = demo.play(built_in(), Revm(), Console(file=said, width=10_000), serve=dead)
    assert all(check.holds for check in auction.checks)
    assert (auction.lot.price, len(auction.lot.served)) == (2_500_000_001, 26)
    steps = {step.name: step for step in auction.steps}
    assert (steps["reveal"].served, steps["reveal"].transactions) == (71, 71)
    words = " ".join(said.getvalue().split())
    told = "The beacon gives nothing (http://127.0.0.1:1: no answer). So members open their own bids, by their receipts."
    assert words.count(told) == 1
    assert "ConstitutionDAO: 58 bids opened." in words
    assert "is signed: 0x" not in words


def test_a_crowd_gets_a_full_copy() -> None:
    """Told, and paid for: a call to a full copy spares every bidder what the way through a proxy costs."""
    crowd = [Contribution(checksum(n.to_bytes(20)), 10**17) for n in range(0xA000, 0xA000 + CROWD)]
    gas = {}
    for contributions in (crowd, crowd[:-1]):
        auction, said = play(replay(contributions, "list.csv"))
        kind = "a full copy" if len(contributions) == CROWD else "a proxy"
        assert f"ContributorsDAO: {len(contributions):,} members, {kind}." in said
        gas[kind] = {step.name: step.gas for step in auction.steps}
    assert gas["a full copy"]["create"] > 3_000_000 > 100_000 > gas["a proxy"]["create"]
    assert gas["a full copy"]["bid"] < gas["a proxy"]["bid"]


def test_it_fits_a_terminal_of_80_columns(played: tuple[Auction, str]) -> None:
    said = StringIO()
    demo.run(built_in(), "revm", Console(file=said, width=80))
    written = [*said.getvalue().splitlines(), *report(played[0]).text.splitlines()]
    assert [line for line in written if len(line) > 80] == []


def test_every_phase_is_told_in_order(played: tuple[Auction, str]) -> None:
    auction, said = played
    titles = ["Listing", "Groups", "Sealed bids", "Reveal", "Tally", "Closing", "Settlement"]
    titles += ["Refunds", "Proceeds", "Cross-check"]
    assert [chapter.title for chapter in auction.story] == titles
    assert re.findall(r"^ ?\d+ (.*)$", said, re.MULTILINE) == titles
    words = " ".join(said.split())
    for sentence in (
        "73 bids lie sealed",
        "Round 1,241 of the beacon opens their locks. It is signed 2 minutes after bidding ends.",
        "→ Round 1,241 is signed: 0x",
        "GalleryDAO: 12 members, a proxy.",
        "Collector bids 2.5 ETH.",
        "1 sent no lock and kept silent, 1 sent garbage as a lock. Bids that nobody opens do not count, and cost 10 %",
        "ConstitutionDAO bids 5 ETH (1 checkpoint). 5 members can pay 1 ETH each.",
        "1 gwei more than Collector, the highest rival, bids",
        "T = 26: they pay 0.096153847 ETH each, together 2.500000022 ETH",
        "have access. Shares are rounded up to whole gwei, which makes 21 gwei more than the price.",
        "and is theirs: each has one vote of 26 on selling it again, and an equal part of what that brings.",
        "2 bidders lost 0.025 ETH of bonds. They are burnt",
        "It gets 2.500000022 ETH. With the 0.025 ETH burnt that is all that bidders are out of: 2.525000022 ETH.",
        "chain = reference",
    ):
        assert sentence in words


def test_gas_is_counted_by_step(played: tuple[Auction, str]) -> None:
    steps = {step.name: step for step in played[0].steps}
    assert (steps["bid"].served, steps["bid"].transactions) == (73, 73)
    assert (steps["reveal"].served, steps["tally"].served) == (71, 70)
    assert (steps["settle"].served, steps["settle"].transactions) == (1, 1)
    assert steps["refund"].served == 73
    assert steps["refund"].transactions < 10
    assert {"list", "create", "enter", "proceeds"} <= set(steps)
    assert all(step.gas > 20_000 for step in steps.values())


def test_time_is_counted_by_step(played: tuple[Auction, str]) -> None:
    """The steps and what lies between them; told at the end with the totals, and in the table."""
    auction, said = played
    spent = sum(step.seconds for step in auction.steps)
    assert all(step.seconds > 0 for step in auction.steps)
    assert spent < auction.seconds < 60
    sent = sum(step.transactions for step in auction.steps)
    burnt = sum(step.gas for step in auction.steps)
    assert f"→ {sent} transactions, {burnt:,} gas, {auction.seconds:.1f} s." in said
    assert gas(auction).rows[-1].cells[2:] == (f"{sent:,}", f"{burnt:,}", "", f"{spent:.1f}")


def test_a_list_bids_from_its_own_addresses() -> None:
    class Watched(Revm):
        senders: list[str]

        def send_all(self, transactions, progress=None):  # type: ignore[no-untyped-def]
            self.senders = [*getattr(self, "senders", []), *(one.sender for one in transactions)]
            return super().send_all(transactions, progress)

    chain = Watched()
    auction, said = play(replay(LIST, "list.csv"), chain)
    assert {one.address for one in LIST} <= set(chain.senders)
    assert [entry.member for entry in auction.of("ContributorsDAO")] == [
        one.address for one in LIST
    ]
    assert all(check.holds for check in auction.checks)
    assert "6 contributions replayed on revm" in said


def test_elsewhere_it_bids_from_accounts_of_its_own_and_says_so() -> None:
    class Foreign(Revm):
        name = "geth"
        time_is_free = False

    auction, said = play(replay(LIST, "list.csv"), Foreign())
    assert "members bid from accounts of Consort's" in said
    assert "it takes 30 minutes of waiting" in said
    assert "last 10 minutes each" in said
    assert all(check.holds for check in auction.checks)


@pytest.mark.parametrize(
    ("scenario", "winner", "sentence"),
    [
        (replay(LIST, "l", [10**12]), "Collector", "Collector wins and pays 2.8 ETH"),
        (replay(LIST, "l", [5], silent=6), "Collector", "3 sent no lock and kept silent, 3 sent"),
        (replay(LIST[:1], "l", [10**8]), "ContributorsDAO", "wins and pays 0.100000001 ETH"),
        (built_in([10**8], silent=60), "GalleryDAO", "GalleryDAO wins and pays 1 ETH: the reserve"),
        (built_in([3 * 10**9, 4 * 10**9], silent=0), "ConstitutionDAO", "than Collector 2, the"),
    ],
    ids=["lost", "all silent", "one member", "other DAO", "two rivals"],
)
def test_other_endings(scenario: Scenario, winner: str, sentence: str) -> None:
    auction, said = play(scenario)
    assert auction.lot.winner == winner
    assert sentence in said
    assert all(check.holds for check in auction.checks)
    streams(auction)


def test_a_lot_is_not_said_to_be_unsold_before_the_empty_dao_is_tallied() -> None:
    """Its tally comes when all that was opened is counted, and only then the lot is settled."""
    _, said = play(built_in([10**8], silent=60))
    assert "GalleryDAO wins and pays 1 ETH: the reserve" in said
    assert "the item goes back" not in said
    _, said = play(built_in([10**8], silent=0))
    assert "the item goes back" not in said


def test_who_bids_alone_is_no_group(played: tuple[Auction, str]) -> None:
    auction, said = played
    assert "one item, 2 groups and 1 individual, 73 bidders in all." in said
    lead = report(auction).page.lead
    assert lead.startswith("2 groups and 1 individual, 73 bidders in all, bid for one item.")


def test_a_difference_to_the_reference_is_a_failed_check(monkeypatch: pytest.MonkeyPatch) -> None:
    other = replay(LIST, "list.csv", [1])
    wrong = solve(other.counted)
    monkeypatch.setattr(demo, "solve", lambda _: wrong)
    auction, said = play(replay(LIST, "list.csv", [10**8]))
    assert [check.name for check in auction.checks if not check.holds] == ["chain = reference"]
    assert "differ in items, payments" in auction.checks[0].detail
    assert "FAILED" in said
