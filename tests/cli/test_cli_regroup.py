"""`consort regroup`: what it prints, writes and refuses."""

import csv
import json
from pathlib import Path
from typing import TypeAlias

import pytest
from typer.testing import CliRunner, Result

from offchain.cli import app
from offchain.model.document import parse_text
from offchain.model.mechanisms.regrouping import in_equal_shares, willingness_of_subgroups
from offchain.report.drawing import png
from offchain.report.theme import DARK, LIGHT
from offchain.simulation.regroupings import IN_UNITS, Bidder, Regrouped, picture
from offchain.simulation.regroupings import groups as table
from tests.cli.test_cli_80_columns import WIDTH, longer

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "constitutiondao.csv"


Group: TypeAlias = dict[str, object]


def regroup(*arguments: str) -> Result:
    """The command, with these arguments."""
    return CliRunner().invoke(app, ["regroup", *arguments])


@pytest.fixture
def gifts(tmp_path: Path) -> str:
    """Contributions of 2, 1 and 1 ETH, in another order, by the addresses 1 to 3."""
    file = tmp_path / "gifts.csv"
    file.write_text("".join(f"0x{i:040x},{a * 10**18}\n" for i, a in enumerate([1, 2, 1], 1)))
    return str(file)


@pytest.fixture
def instance(tmp_path: Path) -> str:
    """The same in units, with somebody who bids nothing."""
    return written(tmp_path, {"name": "A", "members": members(1, 2, 1, 0)})


def members(*bids: int | list[int]) -> list[dict[str, object]]:
    """Named by their places."""
    return [{"name": f"m{place}", "bid": bid} for place, bid in enumerate(bids)]


def written(folder: Path, *groups: Group, **more: object) -> str:
    """An instance file of these groups."""
    file = folder / "instance.json"
    file.write_text(json.dumps({"mechanism": "two-level", "groups": groups, **more}))
    return str(file)


def test_contributions(gifts: str) -> None:
    result = regroup(gifts)
    assert result.exit_code == 0, result.output
    assert "undivided, they bid     3 ETH\n" in result.stdout
    assert "in 2 groups             4 ETH\n" in result.stdout
    assert result.stderr == ""
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["1", "1", "2", "2", "2", "1", "2"] in rows
    assert ["2", "2", "1", "1", "2", "2", "1"] in rows
    assert ["3", "3", "1", "2", "3", "0.75", "1.5"] in rows  # both groups pay 1.5


def test_json_of_an_instance(instance: str) -> None:
    """Everybody is in one group, who bids nothing in the last; the groups read as those of an instance."""
    result = regroup(instance, "--json", "--price", "4", "--price", "5")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    first, second = told.pop("groups")
    assert told == {
        "pay": "equal",
        "members": 4,
        "sum": 4,
        "undivided": 3,
        "total": 4,
        "prices": [
            {
                "price": 4,
                "undivided": {"served": 0, "share": 0},
                "groups": {"pay": 2, "served": 3, "lowest_share": 1, "highest_share": 2},
            },
            {
                "price": 5,
                "undivided": {"served": 0, "share": 0},
                "groups": {"pay": 0, "served": 0, "lowest_share": 0, "highest_share": 0},
            },
        ],
    }
    assert first == {
        "name": "1",
        "willingness_to_pay": 2,
        "pays": 2,
        "served": 1,
        "share": 2,
        "members": [{"name": "m1", "bid": 2}],
    }
    assert [one["name"] for one in second["members"]] == ["m0", "m2", "m3"]
    assert (second["willingness_to_pay"], second["served"], second["share"]) == (2, 2, 1)
    again = {
        "mechanism": "two-level",
        "groups": [{key: group[key] for key in ("name", "members")} for group in (first, second)],
    }
    assert len(parse_text(json.dumps(again)).instances) == 1


@pytest.mark.parametrize(
    ("arguments", "total", "asked"),
    [
        (("--groups", "1"), 16, [16]),
        (("--groups", "3"), 18, [9, 9]),
        ((), 18, [9, 9]),
        (("--groups", "2", "--pay", "own"), 21, [9, 12]),
        (("--groups", "9", "--pay", "own"), 24, [9, 4, 4, 4, 1, 1, 1]),
    ],
)
def test_so_many_groups(
    tmp_path: Path, arguments: tuple[str, ...], total: int, asked: list[int]
) -> None:
    file = written(tmp_path, {"name": "A", "members": members(9, 4, 4, 4, 1, 1, 1)})
    result = regroup(file, "--json", *arguments)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["total"], [group["pays"] for group in told["groups"]]) == (total, asked)


def test_nobody_bids(tmp_path: Path) -> None:
    file = written(tmp_path, {"name": "A", "members": members(0, 0)})
    result = regroup(file)
    assert result.exit_code == 0, result.output
    told = json.loads(regroup(file, "--json", "--out", str(tmp_path / "out")).stdout)
    assert (told["total"], told["prices"], len(told["groups"])) == (0, [], 1)
    assert (tmp_path / "out" / "regroup.png").exists()


def test_report(gifts: str, tmp_path: Path) -> None:
    result = regroup(gifts, "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"regroup.html", "regroup.png", "groups.csv"}
    with (tmp_path / "out" / "groups.csv").open(newline="") as file:
        rows = [tuple(row.values()) for row in csv.DictReader(file)]
    ether = str(10**9)
    assert rows[0] == ("1", "1", f"0x{2:040x}", str(2 * 10**9), str(2 * 10**9))
    assert rows[1:] == [("2", str(i + 2), f"0x{2 * i + 1:040x}", ether, ether) for i in (0, 1)]
    assert "in 2 groups" in (tmp_path / "out" / "regroup.html").read_text()


def test_a_list_of_some_length_is_within_80_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    file = tmp_path / "list.csv"
    gifts = (f"0x{rank:040x},{10**24 // rank // 10**9 * 10**9}" for rank in range(1, 400))
    file.write_text("\n".join(gifts) + "\n")
    for arguments in ((), ("--groups", "20", "--pay", "own")):
        result = regroup(str(file), *arguments)
        assert longer(result.stdout.splitlines()) == []


def test_a_long_table_is_cut() -> None:
    bidders = tuple(Bidder(f"m{place}", 1) for place in range(30))
    one = Regrouped(bidders, in_equal_shares([1] * 30), "equal", IN_UNITS)
    *shown, rest = table(one, 4).rows
    assert len(shown) == 4
    assert rest.cells == ("… 26 more", "26", "", "", "26", "", "")


def test_the_picture_has_both_themes(tmp_path: Path) -> None:
    for bids in ([5, 3, 1], [10**9 // rank for rank in range(1, 200)]):
        one = Regrouped(
            tuple(Bidder(str(place), bid) for place, bid in enumerate(bids)),
            in_equal_shares(bids),
            "equal",
            IN_UNITS,
        )
        assert png(picture(one), LIGHT) != png(picture(one), DARK)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("no-such",), "FILE: no-such: cannot be read: "),
        (("GIFTS", "--groups", "0"), "--groups: 0 is not from 1 to "),
        (("GIFTS", "--groups", "x"), "--groups: 'x' is not a whole number"),
        (("GIFTS", "--pay", "all"), "--pay: 'all' is none of equal, own"),
        (("GIFTS", "--pay", "own"), "--groups: needed with --pay own"),
        (
            ("GIFTS", "--pay", "own", "--groups", "2", "--price", "1"),
            "--price: only with --pay equal",
        ),
        (("GIFTS", "--price", "0.0000000001"), "--price: 0.0000000001 ETH is less than 1 gwei"),
    ],
)
def test_bad_arguments(gifts: str, arguments: tuple[str, ...], message: str) -> None:
    result = regroup(*(gifts if one == "GIFTS" else one for one in arguments))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {message}")


def test_bad_instances(tmp_path: Path) -> None:
    """Each is named by the field that one group and one item would be in."""
    one: Group = {"name": "A", "members": members(1, 2)}
    both: Group = {"name": "A", "members": members([1, 2])}
    two: Group = {**one, "name": "B"}
    for groups, more, message in (
        ((one, two), {}, "groups: 2 of them, where one is divided"),
        ((both,), {"items": 2}, "items: 2, where the groups are for one"),
        ((one,), {"mechanism": "bazaar"}, 'mechanism: "bazaar" is not a mechanism'),
    ):
        file = written(tmp_path, *groups, **more)
        result = regroup(file)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"error: {file}: {message}"), result.stderr
    listed = tmp_path / "list.json"
    listed.write_text("[]")
    assert "a list of instances, where one is needed" in regroup(str(listed)).stderr


def test_constitution_dao() -> None:
    if not DATA.exists():
        pytest.skip("the contributions are not part of the project; no ../shared/data here")
    result = regroup(str(DATA), "--json")
    told = json.loads(result.stdout)
    assert told["total"] == 8_712 * 10**9
    subgroups = [[one["bid"] for one in group["members"]] for group in told["groups"]]
    assert sum(map(len, subgroups)) == 17_448
    assert willingness_of_subgroups(subgroups) == told["total"]
    (price,) = told["prices"]
    assert (price["undivided"]["served"], price["groups"]["served"]) == (20, 16_801)
