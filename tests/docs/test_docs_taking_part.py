"""README's "Taking part": its commands run as they stand, from an empty folder to the member's money; tables name them all."""

import os
import pty
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from offchain.chain.nodes import free_port
from offchain.chain.rpc import Rpc
from offchain.cli.app import COMMANDS
from tests.docs.markdown import ROOT
from tests.patience import PATIENCE

README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("\n## Taking part\n")[2].partition("\n## ")[0]
PAGE = (ROOT / "docs" / "taking-part.md").read_text(encoding="utf-8")
LINES = [line.strip() for line in SECTION.splitlines() if line.startswith("    ")]
NODE_PORT, BEACON_PORT = "8545", "8546"


def commands(text: str) -> set[str]:
    """The commands of `consort` that stand in the first or second column of a table."""
    rows = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    return {word for row in rows for word in re.findall(r"`([a-z-]+)[ `]", row)} & set(COMMANDS)


PEOPLES = {
    *("list", "create-dao", "enter", "bid", "raise", "withdraw", "status", "reveal", "claim"),
    *("proceeds", "reclaim", "resell"),
}


def test_both_tables_name_every_command_for_people() -> None:
    assert commands(SECTION) == PEOPLES | {"keep"}
    assert commands(PAGE) == PEOPLES


def test_each_option_on_the_page_is_one_of_its_command() -> None:
    import typer

    from offchain.cli import app

    group = typer.main.get_command(app)
    for row in PAGE.splitlines():
        found = re.match(r"\| `([a-z-]+)[ `]", row)
        if found is None or found[1] not in PEOPLES:
            continue
        known = {name for one in group.commands[found[1]].params for name in one.opts}  # type: ignore[attr-defined]
        assert set(re.findall(r"--[a-z-]+", row)) <= known, row


@contextmanager
def running(
    line: str, folder: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """A command that goes on until it is interrupted; what it says goes to a file."""
    with (folder / "said.txt").open("a") as said:
        process = subprocess.Popen(
            line.split(), cwd=folder, env=environment, stdout=said, stderr=said, text=True
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE)


def until(folder: Path, words: str) -> None:
    """Waits until something was said."""
    end = time.monotonic() + PATIENCE
    while words not in (told := (folder / "said.txt").read_text()):
        assert time.monotonic() < end, told
        time.sleep(0.2)


def answered(line: str, folder: Path, environment: dict[str, str]) -> str:
    """What a command prints at a terminal on which its question is answered with yes."""
    terminal, end = pty.openpty()
    os.write(terminal, b"y\n")
    done = subprocess.run(
        line.split(), cwd=folder, env=environment, stdin=end, capture_output=True, text=True,
        check=False, timeout=PATIENCE,
    )  # fmt: skip
    os.close(end)
    os.close(terminal)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def ports() -> dict[str, str]:
    """Two in a row that are free here: others may use README's."""
    while True:
        port = free_port()
        if port < 65_000 and is_free(port + 1):
            return {NODE_PORT: str(port), BEACON_PORT: str(port + 1)}


def is_free(port: int) -> bool:
    """Whether a server can listen there."""
    with suppress(OSError), socket.create_server(("127.0.0.1", port)):
        return True
    return False


def test_the_commands_run_as_they_stand(tmp_path: Path, ports: dict[str, str]) -> None:
    """A chain, a bid, a keeper that serves the lot to its end, and the member's money.

    Only ports are others, and time is moved.
    """
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    text = "\n".join(LINES)
    for readmes, free in ports.items():
        text = text.replace(readmes, free)
    deploy, export, bid, keep, status = text.splitlines()
    name, _, value = export.removeprefix("export ").partition("=")
    environment = {key: one for key, one in os.environ.items() if not key.startswith("CONSORT_")}
    environment |= {name: value, "COLUMNS": "80"}

    def move(seconds: int) -> None:
        with closing(Rpc(value)) as rpc:
            rpc.request("evm_increaseTime", seconds)
            rpc.request("evm_mine")

    with running(deploy, tmp_path, environment):
        until(tmp_path, "until Ctrl-C")
        said = (tmp_path / "said.txt").read_text()
        for line in (bid, keep, status):  # what deploy says comes next is what README says
            assert " ".join(line.split()[1:]) in re.sub(rf" --on {re.escape(value)}", "", said)
        assert "Your bid is sealed on lot 1" in answered(bid, tmp_path, environment)
        assert (tmp_path / "receipts.jsonl").read_text().count("\n") == 1
        move(600 + 130)
        with running(keep, tmp_path, environment):
            until(tmp_path, "  reveal")
            move(600)
            until(tmp_path, "lot 1  finish")
        told = " ".join(answered(status, tmp_path, environment).split())
    assert "Phase settled" in told
    assert "pays 0.05 ETH: served" in told
    assert "back 0.15 ETH" in told
    assert "where it is sent to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8" in told
