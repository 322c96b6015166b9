"""What all commands share: help, version, exit codes, and how quickly the program starts."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from offchain import __version__
from offchain.cli import app
from offchain.cli.app import COMMANDS
from tests.patience import PATIENCE

EXAMPLE = """{"mechanism": "two-level", "groups": [
    {"name": "A", "members": [{"name": "ann", "bid": 10}, {"name": "bob", "bid": 5}]},
    {"name": "B", "members": [{"name": "cid", "bid": 9}]}]}"""


def consort(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run the program as its own process, with this text on standard input."""
    command = [sys.executable, "-m", "offchain.cli", *arguments]
    return subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_version() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"consort {__version__}\n")


def test_help_lists_every_command_and_the_exit_codes() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    assert "Exit codes: 0 done; 1 a check failed; 2 bad input; 3" in result.stdout
    assert "4 the output" in result.stdout
    assert all(f"\n  {command} " in result.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: consort {command} ")


def test_help_tells_of_every_command_a_whole_sentence_within_80_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = CliRunner().invoke(app, ["--help"])
    assert max(map(len, result.stdout.splitlines())) <= 80
    told = "".join(result.stdout.split())  # lines are broken at hyphens, too
    for name, command in COMMANDS.items():
        first = " ".join((command.__doc__ or "").split()).split(". ")[0].removesuffix(".")
        assert f"{name}{''.join(first.split())}." in told


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_is_within_80_columns(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = CliRunner().invoke(app, [command, "--help"])
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("demo --mechanism foo", "--mechanism': 'foo' is not one of 'two-level', 'approximate',"),
        ("keep --poll often", "--poll': 'often' is not a number"),
        ("beacon --port 1.5", "--port': '1.5' is not a whole number"),
        ("beacon --port 65536", "--port': '65536' is more than 65535"),
        ("check --grid -1 -", "--grid': '-1' is less than 0"),
    ],
)
def test_a_wrong_value_is_named_with_its_option(arguments: str, message: str) -> None:
    result = CliRunner().invoke(app, arguments.split())
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Value error" not in result.stderr
    assert "Input should" not in result.stderr


@pytest.mark.parametrize("arguments", [["auction"], ["solve"], ["solve", "a", "b"], ["--no-such"]])
def test_wrong_usage_is_bad_input(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "Usage: consort" in result.stderr
    assert result.stdout == ""


def test_no_arguments_print_the_help() -> None:
    result = CliRunner().invoke(app, [])
    assert "Commands:" in result.output


@pytest.mark.parametrize("arguments", [["--help"], ["solve", "-", "--on", "reference"]], ids=str)
def test_starts_without_the_libraries_of_the_chain(arguments: list[str]) -> None:
    heavy = ["web3", "eth_hash", "pyrevm", "numpy", "matplotlib", "rich", "solcx"]
    program = (
        "import sys; from offchain.cli import app\n"
        f"try: app({arguments!r})\n"
        f"except SystemExit: print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], input=EXAMPLE, capture_output=True, text=True, check=True
    )
    assert result.stderr == "[]\n"
