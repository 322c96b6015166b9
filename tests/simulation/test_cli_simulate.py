"""`consort simulate`: table, data, pictures, page, and messages."""

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from offchain.cli import app
from offchain.simulation.outcomes import COLUMNS

SMALL = ("--family", "uniform,harmonic", "--members", "5,8", "--auctions", "20")


def simulate(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, ["simulate", *arguments])


def test_table_on_standard_output_and_progress_on_standard_error() -> None:
    result = simulate(*SMALL)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("20 auctions of each combination, seed 1\n")
    assert result.stdout.count("\nuniform ") == result.stdout.count("\nharmonic ") == 8
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
    assert "data:image/png;base64," in page
    assert "http" not in page
    with (tmp_path / "summary.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 16
    for row in rows:
        (path,) = (tmp_path / "auctions").glob(f"*{row['key']}.parquet")
        table = pq.read_table(path)
        assert tuple(table.column_names) == COLUMNS
        assert table.num_rows == 20
        assert sum(table.column("optimum").to_pylist()) == int(row["optimum"])
        assert sum(table.column(f"{row['way']}_welfare").to_pylist()) == int(row["welfare"])
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


def test_values_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "values.csv"
    file.write_text("value\n5\n5\n")
    result = simulate("--values", str(file), "--auctions", "3", "--members", "4")
    assert result.exit_code == 0, result.output
    assert "\nfile " in result.stdout


def test_contributions(tmp_path: Path) -> None:
    file = tmp_path / "gifts.csv"
    amounts = [10, 5, 5, 3]
    file.write_text("".join(f"0x{i:040x},{a * 10**18}\n" for i, a in enumerate(amounts, 1)))
    result = simulate("--contributions", str(file), "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert "15 ETH" in result.stdout
    assert "3 members of at least 5 ETH" in result.stdout
    names = {"contributions.html", "curve.png", "curve.csv", "prices.csv"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names


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
        (("--out", "/dev/null/x"), "--out: /dev/null is not a directory"),
        (("--groups", "65536", "--members", "1048576"), "--groups, --members: 65536 x 1048576 is"),
    ],
)
def test_bad_input(arguments: tuple[str, ...], message: str) -> None:
    result = simulate(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {message}")
    assert result.stdout == ""


@pytest.mark.parametrize("text", ["", "value\n", "5\n0\n", "5\nx\n", "5\n-3\n", "5\n1.5\n"])
def test_bad_values_name_the_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "values.csv"
    file.write_text(text)
    result = simulate("--values", str(file))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {file}")
    assert result.stdout == ""


def test_values_too_large_for_the_group(tmp_path: Path) -> None:
    file = tmp_path / "values.csv"
    file.write_text(f"{2**41}\n")
    result = simulate("--values", str(file))
    assert result.exit_code == 2
    assert f"{2**41} is above {2**40}" in result.stderr
