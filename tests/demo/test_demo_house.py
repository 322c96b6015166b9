"""Groups at Nouns' house, shown on revm: what is told, who acts, every ending, and that a difference to the model is found."""

import re
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from offchain.chain.backend import Chain
from offchain.chain.revm import Revm
from offchain.demo import show_house as demo
from offchain.demo.scenario import Scenario, built_in, replay
from offchain.io.addresses import checksum
from offchain.io.units import UNITS_PER_ETH as ETH
from offchain.model.instances.contributions import Contribution
from offchain.model.instances.rivals import PlacedBid
from offchain.model.mechanisms.contest import play_out
from offchain.play.ascending import AscendingStage
from offchain.play.audit import MoneyAstray
from offchain.play.stage import KEEPER
from offchain.report.ascending_report import report
from offchain.report.ascent import AscendingLot
from offchain.report.flows import streams
from tests.demo.heard import Heard

LIST = [
    Contribution(checksum(n.to_bytes(20)), bid * 10**17)
    for n, bid in enumerate([9, 8, 8, 7, 3, 1], start=0xA000)
]


def play(
    scenario: Scenario, chain: Chain | None = None, width: int = 10_000
) -> tuple[AscendingLot, str]:
    """The auction, and what was said about it."""
    said = StringIO()
    return demo.play(scenario, chain or Revm(), Console(file=said, width=width)), said.getvalue()


@pytest.fixture(scope="module")
def played() -> tuple[AscendingLot, str]:
    return play(built_in())


def test_the_built_in_demo(played: tuple[AscendingLot, str]) -> None:
    """At the first rung of the ladder that the collector cannot answer; shares and bonds as ever."""
    lot, _ = played
    assert lot.focus_won
    assert [lot.lot.price, len(lot.lot.served), lot.lot.share] == [2_549_859_201, 26, 98_071_508]
    assert 2_500_000_000 < lot.lot.price <= 2_550_000_000
    assert [check.name for check in lot.checks if not check.holds] == []
    assert [check.name for check in lot.checks][:3] == [
        "chain = reference",
        "house = its rules",
        "no wei astray",
    ]
    assert (lot.surplus, lot.burnt) == (7, 25_000_000)
    streams(lot)


def test_bids_of_groups_come_as_late_as_is_safe_and_move_no_end(
    played: tuple[AscendingLot, str],
) -> None:
    lot, _ = played
    early = [one for one in lot.bids if one.at < lot.announced - 300]
    assert {one.bidder for one in early} == {"Collector"}
    assert {one.bidder for one in lot.moved} == {"Collector"}
    assert lot.end == lot.announced + 5 * 240


def test_every_part_is_told_in_order(played: tuple[AscendingLot, str]) -> None:
    lot, said = played
    titles = ["A house, and a lot there", "Groups", "Sealed bids", "Meanwhile", "Reveal", "Tally"]
    titles += ["The price rises", "Closing", "Settlement", "Refunds", "Cross-check"]
    assert [chapter.title for chapter in lot.story] == titles
    assert re.findall(r"^ ?\d+ (.*)$", said, re.MULTILINE) == titles
    words = " ".join(said.split())
    for sentence in (
        "for 24 hours Noun 1 is for sale to whoever bids most, from 1 ETH on, each bid 2 % above the one before",
        "Lot 1: sealed bids until 2 hours 11 minutes before the end, tallies until 11 minutes before it.",
        "72 bids lie sealed",
        "Collector bids 1 ETH, 16 hours 44 minutes before the end.",
        "Collector bids 1.25 ETH, 9 hours 27 minutes before the end.",
        "ConstitutionDAO bids 5 ETH (1 checkpoint). 5 members can pay 1 ETH each.",
        "26 bids of DAOs, one over the other. ConstitutionDAO leads with 2.091772655 ETH.",
        "Collector leads with 2.133608109 ETH. The end is 4 minutes later now.",
        "And so on.",
        "ConstitutionDAO wins at 2.549859201 ETH.",
        "T = 26: they pay 0.098071508 ETH each",
        "40.987140792 ETH went back to 72 bidders.",
        "bids, wins, pays and refunds the same",
    ):
        assert sentence in words


def test_gas_is_counted_by_step(played: tuple[AscendingLot, str]) -> None:
    steps = {step.name: step for step in played[0].steps}
    assert (steps["bid"].served, steps["raise"].served, steps["rival"].served) == (72, 31, 7)
    assert steps["raise"].transactions == 31
    assert steps["refund"].served == 72
    assert steps["refund"].transactions < 10
    assert {"register", "create", "enter", "reveal", "tally", "conclude", "settle"} <= set(steps)


def test_it_fits_a_terminal_of_80_columns() -> None:
    lot, said = play(built_in(), width=80)
    written = [*said.splitlines(), *report(lot).text.splitlines()]
    assert [line for line in written if len(line) > 80] == []


def test_members_send_nothing_after_their_bid() -> None:
    """From the end of bidding on nobody but the keeper sends, and the individual at the house."""

    chain = Heard()
    lot, _ = play(built_in(), chain)
    late = {sender for time, sender in chain.senders if time >= lot.sealed}
    assert len(late) == 2
    assert chain.actor(KEEPER) in late


def test_a_list_bids_from_its_own_addresses() -> None:
    lot, said = play(replay(LIST, "list.csv"))
    assert [entry.member for entry in lot.of("ContributorsDAO")] == [one.address for one in LIST]
    assert all(check.holds for check in lot.checks)
    assert "6 contributions replayed, at a house on revm" in said
    # 4 can pay 0.7 ETH each; the rival bids up to half of that, as far as its next bid allows
    assert 1_400_000_000 < 1.02 * lot.lot.price <= 1.02 * 1_428_000_000


def test_where_time_is_real_the_house_is_quick() -> None:
    class Foreign(Revm):
        name = "geth"
        time_is_free = False

    lot, said = play(replay(LIST, "list.csv"), Foreign())
    assert "members bid from accounts of Consort's" in said
    assert "it takes 41 minutes of waiting" in said
    assert all(check.holds for check in lot.checks)


def unwanted(scenario: Scenario) -> Scenario:
    """The same at a reserve that nobody pays."""
    return replace(scenario, instance=replace(scenario.instance, reserves=(100 * ETH,)))


ENDINGS = {
    "lost": (built_in([6 * ETH]), "Collector", "Collector wins at"),
    "lost to a group": (built_in([10**8], silent=60), "GalleryDAO", "GalleryDAO wins at 1 ETH."),
    "no rival of means": (
        built_in([10**8], silent=0),
        "ConstitutionDAO",
        "ConstitutionDAO wins at",
    ),
    "two rivals": (built_in([3 * ETH, 4 * ETH]), "ConstitutionDAO", "Collector 2 bids 2 ETH"),
    "one member": (replay(LIST[:1], "l", [10**8]), "ContributorsDAO", "ContributorsDAO wins at"),
    "all silent": (replay(LIST, "l", [5], silent=6), "Collector", "Collector wins at 2 gwei."),
    "nobody": (unwanted(built_in()), None, "Nobody has bid."),
}


@pytest.mark.parametrize(("scenario", "winner", "sentence"), ENDINGS.values(), ids=ENDINGS)
def test_other_endings(scenario: Scenario, winner: str | None, sentence: str) -> None:
    lot, said = play(scenario)
    assert lot.lot.winner == winner
    assert sentence in said
    assert [check for check in lot.checks if not check.holds] == []
    streams(lot)
    report(lot)


def test_who_loses_has_all_back_but_the_bonds() -> None:
    lot, _ = play(built_in([6 * ETH]))
    members = lot.of("ConstitutionDAO")
    assert [one.refund for one in members] == [one.deposit - one.bond for one in members]
    (collector,) = lot.of("Collector")
    assert (collector.paid, collector.refund) == (lot.lot.price, 0)
    assert lot.proceeds == lot.lot.price > 5 * ETH


# What is wrong is found.


def other(outcome: Any, bids: tuple[PlacedBid, ...], what: str) -> Any:
    """What the model would say if it were another in one respect."""
    (lot,) = outcome.items
    if what == "the bids":
        return outcome, (*bids[:-2], replace(bids[-2], amount=bids[-2].amount + 1), bids[-1])
    if what == "payments":
        group = outcome.payments["ConstitutionDAO"]
        paid = {**outcome.payments, "ConstitutionDAO": {**group, "member 01": 0}}
        return replace(outcome, payments=paid), bids
    if what == "welfare":
        return replace(outcome, welfare=outcome.welfare + 1), bids
    field = {what: getattr(lot, what) + 1} if what != "served" else {"served": lot.served[1:]}
    return replace(outcome, items=(replace(lot, **field),)), bids


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("the bids", "the bids"),
        ("price", "winner, price, T, share or served members"),
        ("served", "winner, price, T, share or served members"),
        ("payments", "payments, refunds"),
        ("welfare", "welfare"),
    ],
)
def test_a_difference_to_the_reference_is_a_failed_check(
    what: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "play_out", lambda *terms: other(*play_out(*terms), what))
    lot, said = play(built_in())
    (failed,) = (check for check in lot.checks if not check.holds)
    assert failed.name == "chain = reference"
    assert failed.detail == f"they differ in {told}"
    assert "FAILED" in said


@pytest.mark.parametrize("earlier", [0, 100_000])
def test_a_house_that_breaks_its_rules_is_a_failed_check(
    earlier: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends at another time than its bids say; or took one when it was over."""

    class Lying(AscendingStage):
        def play(self, *args: Any) -> Any:
            found = super().play(*args)
            last = found.bids[-1]
            wrong = replace(last, end=last.end - 1, at=last.at + earlier)
            return replace(found, bids=(*found.bids[:-1], wrong))

    monkeypatch.setattr(demo, "AscendingStage", Lying)
    lot, _ = play(built_in())
    assert [one.name for one in lot.checks if not one.holds] == ["house = its rules"]


def test_money_that_stays_at_the_house_is_found() -> None:
    class Leaky(Revm):
        house = ""

        def balance(self, address: str) -> int:
            return super().balance(address) + (address == self.house)

    class Stage(AscendingStage):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            chain.house = self.house.address

    chain = Leaky()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "AscendingStage", Stage)
        with pytest.raises(MoneyAstray, match=r"the balance of 0x\w+: 1 wei, expected 0"):
            play(built_in(), chain)
