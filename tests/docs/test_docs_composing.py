"""docs/composing.md: the table is what the code finds, every counter-example in it runs, and the examples are what is said."""

import json

import pytest

from offchain.model.checks import Verdict
from offchain.model.document import parse_bytes, parse_text
from offchain.model.instances.rules import Lottery, Lower
from offchain.model.instances.two_level import (
    AnyTwoLevel,
    TwoLevelInstance,
    TwoLevelLotteryInstance,
    TwoLevelOutcome,
)
from offchain.model.kinds import check_reference, solve
from offchain.model.theory.composing import Pair, groups_of, named, pairs
from offchain.model.theory.composing_equilibria import GAMES, equal_shares, optimum, played
from offchain.model.theory.composing_page import in_markdown
from tests.docs.markdown import ROOT
from tests.model.checking import named as finding_named
from tools.write_theory import with_rows

PAGE = (ROOT / "docs" / "composing.md").read_text(encoding="utf-8")
EXAMPLES = ROOT / "docs" / "examples"
PAIRS = pairs()


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_table_is_what_the_code_finds() -> None:
    assert with_rows(PAGE, in_markdown(PAIRS)) == PAGE, "make theory writes it"


def test_the_equilibria_are_what_play_finds() -> None:
    for game in GAMES:
        found = [equal_shares(game), played(game, min).means, played(game, max).means]
        cells = [f"{float(one.welfare):.3f} and {float(one.revenue):.3f}" for one in found]
        assert f"| {game} | {float(optimum(game)):.3f} | {' | '.join(cells)} |" in PAGE


def test_every_pair_of_rules_has_a_row() -> None:
    rows = [line.split(" | ")[:2] for line in PAGE.splitlines() if line.count("|") == 8]
    assert [[upper.removeprefix("| "), lower] for upper, lower in rows[2:]] == [
        [named(pair.upper), pair.lower.value] for pair in PAIRS
    ]
    assert len(PAIRS) == 5 * len(Lower)


@pytest.mark.parametrize(
    "pair", PAIRS, ids=lambda pair: f"{named(pair.upper)} over {pair.lower}".replace("/", "-")
)
def test_every_counter_example_is_one_for_the_command_line(pair: Pair) -> None:
    """Of the instance as a file has it `consort check` says the same, and of the pair's claims that they hold there."""
    for lie, name in (
        (pair.lie, "incentive compatibility"),
        (pair.coalition, "group strategyproofness"),
    ):
        if lie is not None:
            groups = groups_of(lie)
            rules = (1, (1,), groups)
            instance: AnyTwoLevel = (
                TwoLevelLotteryInstance(*rules, pair.upper, pair.lower)
                if isinstance(pair.upper, Lottery)
                else TwoLevelInstance(*rules, pair.upper, pair.lower)
            )
            (read,) = parse_text(json.dumps(instance.to_json())).instances
            assert read == instance
            assert finding_named(check_reference(read), name).verdict is Verdict.FAILS


def test_the_favours() -> None:
    """ "By the truth they pay 3 and 4; if neither bids where it loses, both pay 1"."""
    paid = []
    for name in ("favours", "favours-returned"):
        (instance,) = parse_bytes((EXAMPLES / f"{name}.json").read_bytes()).instances
        outcome = solve(instance)
        assert isinstance(outcome, TwoLevelOutcome)
        paid.append([lot.price for lot in outcome.items])
    assert paid == [[3, 4], [1, 1]]
    page = words((ROOT / "docs" / "mechanism.md").read_text(encoding="utf-8"))
    assert "by the truth they pay 3 and 4; if neither bids where it loses, both pay 1" in page


def test_the_figures_of_the_page() -> None:
    def charges(lower: str, rival: int, bids: list[int]) -> list[int]:
        members = [{"name": str(place), "bid": bid} for place, bid in enumerate(bids)]
        groups = [
            {"name": "A", "members": [{"name": "a", "bid": rival}]},
            {"name": "B", "members": members},
        ]
        document = {"mechanism": "two-level", "lower": lower, "groups": groups}
        (instance,) = parse_text(json.dumps(document)).instances
        outcome = solve(instance)
        assert isinstance(outcome, TwoLevelOutcome)
        return list(outcome.payments["B"].values())

    assert charges("everybody", 7, [10, 2]) == [4, 4]
    assert charges("vcg", 9, [6, 6]) == [4, 4]
    assert charges("vcg", 9, [10, 10]) == [0, 0]
    assert "{10, 2} after 7 pays 4 each" in words(PAGE)
    assert "{6, 6} after 9 is asked for 10 and pays 4 each, 8 in all" in words(PAGE)
