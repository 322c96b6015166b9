"""The benchmarks run, and what docs/performance.md says of size follows from what was measured. Nothing here is timed."""

import json
import re
from typing import Any

import pytest

from benchmarks.scale import __main__ as scale
from benchmarks.scale.chart import pictures
from tests.benchmarks.running import run

RECORD = scale.RECORD.load()
RENEW = "renew it with: python -m benchmarks.scale SIZES --write"


def speed(options: str) -> str:
    """What the benchmark prints."""
    done = run("speed", *options.split())
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["gas", "replay", "scale", "speed"])
def test_the_help_says_how_a_benchmark_is_called(name: str) -> None:
    help_ = run(name, "--help")
    assert help_.returncode == 0, help_.stderr
    assert help_.stdout.startswith(f"usage: python -m benchmarks.{name} ")


def test_answers_on_arrays_are_compared_and_timed() -> None:
    found = json.loads(speed("--only split --members 3000 --rounds 1 --json"))
    assert found["auctions"] is None
    assert len({one["bids"] for one in found["split"]}) == len(found["split"]) >= 5
    assert all(one["to_sort"] > 0 < one["to_reference"] for one in found["split"])


def test_auctions_on_both_back_ends_are_compared_and_timed() -> None:
    found = json.loads(speed("--only auctions --rounds 1 --json"))
    assert found["split"] == []
    assert all(figure > 0 for figure in found["auctions"].values())


def test_locks_of_a_round_are_opened_and_timed() -> None:
    found = json.loads(speed("--only locks --locks 30 --json"))
    assert found["split"] == []
    assert found["auctions"] is None
    assert found["locks"]["locks"] == 30
    assert all(figure > 0 for figure in found["locks"].values())


def test_a_profile_names_functions_of_the_project() -> None:
    assert re.search(
        r"^100\.0%  offchain/play/two_level\.py TwoLevelStage\.play$",
        speed("--profile 20"),
        re.MULTILINE,
    )


@pytest.mark.parametrize("members", [1, 2, 700])
def test_an_auction_of_any_size_is_measured(members: int) -> None:
    row = scale.play(members, "revm")
    assert row["members"] == members
    assert 0 < row["served"] <= members
    assert row["gas_total"] == sum(row["gas_by_step"].values())


def rows(back_end: str, least: int) -> list[dict[str, Any]]:
    return [row for row in RECORD[back_end] if row["members"] >= least]


def test_a_million_members_were_played() -> None:
    assert rows("revm", 1_000_000)
    assert max(row["peak_mib"] for row in rows("revm", 1)) < 24 * 1_024


@pytest.mark.parametrize("back_end", ["revm", "anvil"])
def test_settling_costs_the_same_whatever_the_size(back_end: str) -> None:
    assert all(row["gas_by_step"]["settle"] <= 300_000 for row in rows(back_end, 1))


@pytest.mark.parametrize("back_end", ["revm", "anvil"])
def test_gas_is_linear_in_members(back_end: str) -> None:
    """Beside what a lot and a DAO cost once."""
    once = ("list", "create", "enter", "settle")
    each = [
        (row["gas_total"] - sum(row["gas_by_step"][step] for step in once)) / row["members"]
        for row in rows(back_end, 1_000)
    ]
    assert max(each) < 1.03 * min(each)


def test_the_page_has_the_tables_of_the_record() -> None:
    tables = scale.tables(RECORD)
    assert sorted(scale.RECORD.names()) == sorted(tables)
    assert scale.RECORD.text() == scale.RECORD.renewed(tables), RENEW


@pytest.mark.parametrize("name", sorted(pictures(RECORD)))
def test_the_pictures_are_drawn_from_the_record(name: str) -> None:
    drawn = (scale.RECORD.pictures / name).read_text(encoding="utf-8")
    assert drawn == pictures(RECORD)[name], RENEW
