"""`consort simulate`: table, data, pictures, page, and messages."""

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from offchain.cli import app
from offchain.simulation import plain, sweep
from offchain.simulation.outcomes import COLUMNS
from offchain.simulation.summary import WAYS

SMALL = ("--family", "uniform,harmonic", "--members", "5,8", "--auctions", "20")


def simulate(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, ["simulate", *arguments])


def test_table_on_standard_output_and_progress_on_standard_error() -> None:
    result = simulate(*SMALL)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("20 auctions of each combination, seed 1\n")
    assert result.stdout.count("\nuniform ") == result.stdout.count("\nharmonic ") == 14
    assert "Simulating" in result.stderr
    assert "Simulating" not in result.stdout
    assert simulate(*SMALL).stdout == result.stdout
    assert simulate(*SMALL, "--seed", "2").stdout != result.stdout


def test_report_and_raw_data(tmp_path: Path) -> None:
    result = simulate(*SMALL, "--out", str(tmp_path))
    assert result.exit_code == 0, result.output
    names = {"simulation.html", "welfare.png", "revenue.png", "summary.csv", "auctions"}
    assert {path.name for path in tmp_path.iterdir()} == names
    page = (tmp_path / "simulation.html").read_text()
    assert "<table>" in page
    assert page.count("<svg ") == 4
    assert "http:" not in page
    assert "https:" not in page
    with (tmp_path / "summary.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 * len(WAYS)
    for row in rows:
        (path,) = (tmp_path / "auctions").glob(f"*{row['key']}.parquet")
        table = pq.read_table(path)
        assert tuple(table.column_names) == COLUMNS
        assert table.num_rows == 20
        assert sum(table.column("optimum").to_pylist()) == int(row["optimum"])
        way = WAYS[row["way"]]
        assert sum(table.column(f"{way.auction}_welfare").to_pylist()) == int(row["welfare"])
        assert sum(table.column(way.paid).to_pylist()) == int(row["revenue"])
    again = simulate(*SMALL, "--out", str(tmp_path))
    assert "4 of 4 combinations were there already" in again.stderr
    assert again.stdout == result.stdout


def test_csv_holds_the_same_as_parquet(tmp_path: Path) -> None:
    for kind in ("parquet", "csv"):
        assert simulate(*SMALL, "--out", str(tmp_path), "--format", kind).exit_code == 0
    for path in (tmp_path / "auctions").glob("*.csv"):
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        expected = pq.read_table(path.with_suffix(".parquet")).to_pylist()
        assert [{name: int(cell) for name, cell in row.items()} for row in rows] == expected


def test_an_ascending_auction_beside(tmp_path: Path) -> None:
    arguments = (*SMALL, "--increment", "1/10", "--strength", "3")
    for kind in ("parquet", "csv"):
        result = simulate(*arguments, "--out", str(tmp_path), "--format", kind, "--compare", "2")
        assert result.exit_code == 0, result.output
        assert result.stdout.count(" equal split, ascending ") == 4
    assert (
        "4 of 4 combinations were there already"
        in simulate(*arguments, "--out", str(tmp_path), "--format", "csv").stderr
    )
    with (tmp_path / "summary.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["way"] == "ascending"]
    assert len(rows) == 4
    for row in rows:
        (path,) = (tmp_path / "auctions").glob(f"*{row['key']}.parquet")
        table = pq.read_table(path)
        assert row["increment"] == "1/10"
        assert row["largest_gain"] == ""
        assert sum(table.column("ascending_paid").to_pylist()) == int(row["revenue"])
        assert sum(table.column("ascending_bids").to_pylist()) > 0


def test_one_rich_individual_against_many_at_an_ascending_auction(tmp_path: Path) -> None:
    """The real distribution, in percentiles: who is rich enough wins within an increment of what the group can pay."""
    many = ("--family", "constitutiondao", "--groups", "1", "--members", "200", "--auctions", "20")
    rich = ("--strength", "100000", "--increment", "1/20")
    assert simulate(*many, *rich, "--out", str(tmp_path)).exit_code == 0
    (path,) = (tmp_path / "auctions").iterdir()
    table = pq.read_table(path).to_pylist()
    assert [row["ascending_winner"] for row in table] == [0] * 20
    for row in table:
        sealed, opened = row["split_price"], row["ascending_price"]
        assert opened <= sealed + -(-sealed // 20)
        assert sealed <= opened + -(-opened // 20)
    assert any(row["split_price"] != row["ascending_price"] for row in table)


def test_values_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "values.csv"
    file.write_text("value\n5\n5\n")
    result = simulate("--values", str(file), "--auctions", "3", "--members", "4")
    assert result.exit_code == 0, result.output
    assert "\nfile " in result.stdout


def test_groups_of_several_sizes_in_one_auction(tmp_path: Path) -> None:
    result = simulate(
        *("--family", "harmonic", "--mix", "2x3+1x5, 1x4", "--auctions", "2"),
        "--out",
        str(tmp_path),
    )
    assert result.exit_code == 0, result.output
    assert result.stdout.count(" 2x3+1x5 ") == result.stdout.count(" 1x4 ") == len(WAYS)
    with (tmp_path / "summary.csv").open(newline="") as file:
        rows = {(row["groups"], row["way"]): row for row in csv.DictReader(file)}
    # The group of five is worth the most, and pays 1 as the individual bids it.
    assert rows["2x3+1x5", "pooled"]["served"] == "10"
    assert rows["2x3+1x5", "pooled"]["optimum"] == str(2 * sum(10**6 // i for i in range(1, 6)))
    assert rows["1x4", "second"]["revenue"] == str(2 * 1_000_003)


def test_the_reference_plays_the_same_auctions() -> None:
    result = simulate(*SMALL, "--compare", "3")
    assert result.exit_code == 0, result.output
    title = "\nAgainst the plain reference: all figures equal\n"
    before, after = result.stdout.split(title)
    assert before == simulate(*SMALL).stdout
    rows = [line.split() for line in after.splitlines()[2:10]]
    assert [row[0] for row in rows] == ["uniform"] * 4 + ["harmonic"] * 4
    assert all(row[-4] == "3" and float(row[-3].replace(",", "")) > 0 for row in rows)


def test_a_difference_from_the_reference_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "gains", lambda values, reserve: {"split_gain": 1})
    result = simulate(*SMALL, "--compare", "1")
    assert result.exit_code == 1
    assert "error: --compare: uniform, 2x5, " in result.stderr
    assert "auction 1: split_gain is 0, and 1 by the reference" in result.stderr


@pytest.fixture
def gifts(tmp_path: Path) -> str:
    """Contributions of 10, 5, 5 and 3 ETH by the addresses 1 to 4."""
    file = tmp_path / "gifts.csv"
    amounts = [10, 5, 5, 3]
    file.write_text("".join(f"0x{i:040x},{a * 10**18}\n" for i, a in enumerate(amounts, 1)))
    return str(file)


def test_contributions(gifts: str, tmp_path: Path) -> None:
    result = simulate("--contributions", gifts, "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert "15 ETH" in result.stdout
    assert "3 members of at least 5 ETH" in result.stdout
    assert "\nAt 15 ETH: 3 of 4 served\n" in result.stdout
    names = {"contributions.html", "curve.png", "curve.csv", "prices.csv", "served.parquet"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    rows = pq.read_table(tmp_path / "out" / "served.parquet").to_pylist()
    assert [row["address"] for row in rows] == [f"0x{i:040x}" for i in (1, 2, 3)]
    assert rows[0] == {
        "price_gwei": 15 * 10**9,
        "address": f"0x{1:040x}",
        "contribution_gwei": 10 * 10**9,
        "share_gwei": 5 * 10**9,
        "refund_gwei": 5 * 10**9,
    }


def test_who_is_served_at_given_prices(gifts: str, tmp_path: Path) -> None:
    arguments = ("--price", "12", "--price", "12.0", "--price", "0.000000001", "--price", "15.5")
    result = simulate(
        "--contributions", gifts, *arguments, "--out", str(tmp_path), "--format", "csv"
    )
    assert result.exit_code == 0, result.output
    assert result.stdout.count("\nAt 12 ETH: 4 of 4 served\n") == 1
    assert "\nAt 0.000000001 ETH: 4 of 4 served\n" in result.stdout
    assert "\nAt 15.5 ETH: 0 of 4 served\n" in result.stdout
    with (tmp_path / "served.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["price_gwei"] for row in rows] == ["12000000000"] * 4 + ["1"] * 4
    assert {row["share_gwei"] for row in rows} == {"3000000000", "1"}
    assert "At 12 ETH: 4 of 4 served" in (tmp_path / "contributions.html").read_text()


def test_contributions_against_one_individual(gifts: str, tmp_path: Path) -> None:
    arguments = (
        "--rival",
        "9",
        "--rival",
        "30",
        "--rival",
        "9.0",
        "--increment",
        "3",
        "--start",
        "2",
    )
    result = simulate("--contributions", gifts, *arguments, "--out", str(tmp_path))
    assert result.exit_code == 0, result.output
    rows = [" ".join(line.split()) for line in result.stdout.splitlines() if " 9 " in f"{line} "]
    # 2, 5, 8, 11: the individual cannot bid 14. Three or more share 11.
    assert "equal split, ascending group 9 15 11 4 2.75 4" in rows
    assert "equal split, sealed group 9 15 9.000000001 4 2.250000001" in rows
    assert "all it has, ascending group 9 23 11 4 in proportion 4" in rows
    assert result.stdout.count("equal split, ascending  individual") == 1
    assert "from 2 ETH on, each bid at least 3 ETH above the one before" in result.stdout
    assert {"ascent.png", "bids.csv", "house.csv"} <= {path.name for path in tmp_path.iterdir()}
    with (tmp_path / "house.csv").open(newline="") as file:
        prices = [row["price_gwei"] for row in csv.DictReader(file) if row["rule"] == "ascending"]
    assert prices == [str(11 * 10**9), str(14 * 10**9)]
    page = (tmp_path / "contributions.html").read_text()
    assert "At an ascending auction, against one individual" in page
    assert "The picture shows the first of the individuals." in page


def test_a_rival_without_more_is_met_at_a_twentieth(gifts: str) -> None:
    result = simulate("--contributions", gifts, "--rival", "9")
    assert "from 1 ETH on, each bid at least 1/20 of it above the one before" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [(), ("--price", "3"), ("--rival", "9", "--increment", "1/10", "--start", "2")],
    ids=["alone", "price", "rival"],
)
def test_curve_is_the_first_name(gifts: str, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """The same on standard output, and the same files."""
    one, other = tmp_path / "one", tmp_path / "other"
    result = CliRunner().invoke(app, ["curve", gifts, *arguments, "--out", str(one)])
    assert result.exit_code == 0, result.output
    second = simulate("--contributions", gifts, *arguments, "--out", str(other))
    assert result.stdout == second.stdout
    assert {path.name for path in one.iterdir()} == {path.name for path in other.iterdir()}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("no-such",), "FILE: no-such: cannot be read: "),
        (("GIFTS", "--increment", "1/20"), "--increment: only where there is a --rival"),
        (("GIFTS", "--start", ""), "--start: only where there is a --rival"),
        (("GIFTS", "--price", ""), "--price: '' is not an amount in ETH"),
        (("GIFTS", "--format", "xml"), "--format: 'xml' is none of parquet, csv"),
    ],
)
def test_bad_curves(gifts: str, arguments: tuple[str, ...], message: str) -> None:
    named = [gifts if one == "GIFTS" else one for one in arguments]
    result = CliRunner().invoke(app, ["curve", *named])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {message}")
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--increment", "1/20"),
            "--increment: with --contributions only where there is a --rival",
        ),
        (("--start", "1"), "--start: with --contributions only where there is a --rival"),
        (("--rival", "x"), "--rival: 'x' is not an amount in ETH"),
        (("--rival", "5", "--increment", "0"), "--increment: 0 ETH is less than 1 gwei"),
        (
            ("--rival", "5", "--increment", "2/1"),
            "--increment: 2/1 is not a part from 1/10000 to 1",
        ),
        (
            ("--rival", "5", "--increment", "0.000000001"),
            "--increment: makes 4,000,000,002 bids against 5 ETH, and 100,000 are the most",
        ),
    ],
)
def test_bad_houses(gifts: str, arguments: tuple[str, ...], message: str) -> None:
    result = simulate("--contributions", gifts, *arguments)
    assert result.exit_code == 2
    assert result.stderr == f"error: {message}\n"
    assert result.stdout == ""


def test_long_lists_are_cut_on_the_terminal_only(tmp_path: Path) -> None:
    file = tmp_path / "gifts.csv"
    file.write_text("".join(f"0x{i:040x},{10**18}\n" for i in range(1, 31)))
    result = simulate("--contributions", str(file), "--out", str(tmp_path / "out"))
    assert result.stdout.count("\n0x") == 10
    assert "… 20 more" in result.stdout
    page = (tmp_path / "out" / "contributions.html").read_text().lower()
    assert all(f"0x{i:040x}" in page for i in range(1, 31))
    assert "30 of 30 here" in page


def test_a_cluster_that_does_not_answer_is_code_3(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    patient = sweep.cluster
    monkeypatch.setattr(sweep, "cluster", lambda address: patient(address, timeout=1))
    result = simulate(*SMALL, "--dask", "tcp://127.0.0.1:9")
    assert result.exit_code == 3
    assert "error: --dask: tcp://127.0.0.1:9: " in result.stderr
    assert result.stdout == ""
    result = simulate(*SMALL, "--dask", "nonsense")
    assert result.exit_code == 2
    assert "error: --dask: 'nonsense' is no " in result.stderr


def test_workers_that_are_lost_are_code_3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def lost(cells: object) -> object:
        raise sweep.WorkersLost("a process was ended while it computed")

    monkeypatch.setattr(sweep, "processes", lambda number: lost)
    result = simulate(*SMALL, "--workers", "2", "--out", str(tmp_path))
    assert result.exit_code == 3
    assert (
        f"error: --workers: a process was ended while it computed; what is finished is in {tmp_path}"
        in result.stderr
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--family", "normal"), "--family: 'normal' is none of uniform, "),
        (("--family", "file"), "--family: file needs --values FILE"),
        (("--groups", "0"), "--groups: 0 is not from 1 to "),
        (("--members", "1,x"), "--members: 'x' is not a whole number from 1 to "),
        (("--members", ""), "--members: '' is not a whole number from 1 to "),
        (("--rivals", "-1"), "--rivals: '-1' is not a whole number from 0 to "),
        (("--correlation", "1.5"), "--correlation: '1.5' is not from 0 to 1"),
        (("--correlation", "nan"), "--correlation: 'nan' is not from 0 to 1"),
        (("--reserve", "0"), "--reserve: 0 is not from 1 to "),
        (("--auctions", "1.5"), "--auctions: '1.5' is not a whole number from 1 to "),
        (("--seed", "x"), "--seed: 'x' is not a whole number from 0 to "),
        (("--workers", "x"), "--workers: 'x' is not a whole number from 0 to "),
        (("--format", "xml"), "--format: 'xml' is neither parquet nor csv"),
        (("--values", "no-such"), "--values: no-such: cannot be read: "),
        (("--contributions", "no-such"), "--contributions: no-such: cannot be read: "),
        (("--groups", "65536", "--members", "1048576"), "--groups, --members: 65536x1048576 is"),
        (("--mix", "65536x1048576+1x1"), "--mix: 65536x1048576+1x1 is more than 16777216 members"),
        (("--mix", "5x20+"), "--mix: '5x20+' is not groups x members, like 5x20+1x100"),
        (("--mix", "5x-1"), "--mix: '5x-1' is not groups x members"),
        (("--mix", ""), "--mix: '' is not groups x members"),
        (("--mix", "0x5"), "--mix: 0 is not from 1 to "),
        (("--mix", "2x5", "--groups", "3"), "--mix: stands in place of --groups and --members"),
        (("--compare", "0"), "--compare: 0 is not from 1 to "),
        (("--price", "5"), "--price: only with --contributions"),
        (("--rival", "5"), "--rival: only with --contributions"),
        (("--start", "5"), "--start: only with --contributions"),
        (("--increment", "0"), "--increment: 0 is not from 1 to "),
        (("--increment", "5%"), "--increment: '5%' is not a whole number from 1 to "),
        (("--increment", "1/0"), "--increment: 1/0 is not a part from 1/10000 to 1"),
        (("--increment", "3/2"), "--increment: 3/2 is not a part from 1/10000 to 1"),
        (("--increment", "1/10001"), "--increment: 1/10001 is not a part from 1/10000 to 1"),
    ],
)
def test_bad_input(arguments: tuple[str, ...], message: str) -> None:
    result = simulate(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {message}")
    assert result.stdout == ""


@pytest.mark.parametrize("what", ["sweep", "curve"])
def test_a_folder_that_cannot_be_written(tmp_path: Path, gifts: str, what: str) -> None:
    """Known before any work is done, or only when a file turns out to be in the way."""
    arguments = SMALL if what == "sweep" else ("--contributions", gifts)
    result = simulate(*arguments, "--out", "/dev/null/x")
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr == "error: --out: /dev/null is not a directory\n"
    page = tmp_path / ("simulation.html" if what == "sweep" else "contributions.html")
    page.mkdir()
    result = simulate(*arguments, "--out", str(tmp_path))
    assert result.exit_code == 4
    assert result.stderr.endswith(f"error: --out: {page} cannot be written: Is a directory\n")


def test_a_file_where_the_folder_of_auctions_should_be(tmp_path: Path) -> None:
    (tmp_path / "auctions").write_text("")
    result = simulate(*SMALL, "--out", str(tmp_path))
    assert (result.exit_code, result.stdout) == (4, "")
    assert "auctions cannot be written: File exists" in result.stderr


@pytest.mark.parametrize(
    "price", ["", "x", "-1", "0", "1e3", "0.0000000001", "1" * 12, "٣", "1.5\n"]
)
def test_bad_prices(gifts: str, price: str) -> None:
    result = simulate("--contributions", gifts, "--price", price)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: --price: ")
    assert result.stdout == ""


@pytest.mark.parametrize("text", ["", "value\n", "5\n0\n", "5\nx\n", "5\n-3\n", "5\n1.5\n"])
def test_bad_values_name_the_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "values.csv"
    file.write_text(text)
    result = simulate("--values", str(file))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {file}")
    assert result.stdout == ""


@pytest.mark.parametrize(
    "data",
    [
        b"5\n\x00",
        b"5\n" + b"9" * 200_000,
        b"5\n" + b"x" * 200_000,
        "5\n6\n".encode("utf-16"),
        b"5\n\xff",
        b"5,6\n",
        b"x" * 200_000 + b",5",
        b"\x89PNG\r\n\x1a\n",
    ],
    ids=lambda data: repr(data[:8]) + str(len(data)),
)
@pytest.mark.parametrize("option", ["--values", "--contributions"])
def test_odd_files_are_refused_in_short(tmp_path: Path, data: bytes, option: str) -> None:
    file = tmp_path / "odd.csv"
    file.write_bytes(data)
    result = simulate(option, str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {file}, line ")
    assert result.stderr.count("\n") == 1
    assert len(result.stderr) < 400


def test_values_with_the_line_ends_of_old_macs(tmp_path: Path) -> None:
    file = tmp_path / "values.csv"
    arguments = ("--values", str(file), "--auctions", "3", "--members", "4")
    file.write_bytes(b"value\n5\n7\n")
    expected = simulate(*arguments)
    assert expected.exit_code == 0, expected.output
    file.write_bytes(b"value\r5\r7\r")
    assert simulate(*arguments).stdout == expected.stdout


def test_values_too_large_for_the_group(tmp_path: Path) -> None:
    file = tmp_path / "values.csv"
    file.write_text(f"{2**41}\n")
    result = simulate("--values", str(file))
    assert result.exit_code == 2
    assert f"{2**41} is above {2**40}" in result.stderr
