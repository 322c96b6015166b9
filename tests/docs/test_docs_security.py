"""SECURITY.md's table of what is proved, tested and assumed: each command is one that there is, and what has none says so."""

import re

import pytest

from proofs.__main__ import PARTS
from tests.docs.markdown import ROOT

PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("## Proved, tested, assumed")[2].partition("\n## ")[0]
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split(" | "))
    for line in TABLE.splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| what", "| **"))
]
COMMANDS = sorted(
    {found for row in ROWS if len(row) == 3 for found in re.findall("`([^`]+)`", row[2])}
)
MAKE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_table_is_found() -> None:
    assert len(ROWS) > 20
    assert len(COMMANDS) > 10


@pytest.mark.parametrize("command", COMMANDS)
def test_there_is_such_a_command(command: str) -> None:
    program, *arguments = command.split()
    if program == "make":
        assert re.search(rf"^{arguments[0]}:", MAKE, re.MULTILINE)
    elif program == ".venv/bin/consort":
        assert arguments == ["theory"]
    else:
        assert program in {".venv/bin/pytest", ".venv/bin/brownie"}
        paths = [argument for argument in arguments if argument.startswith("tests")]
        assert paths
        assert all((ROOT / path).exists() for path in paths)


def test_each_part_of_the_proofs_has_a_row() -> None:
    named = {part for command in COMMANDS for part in re.findall(r"--only (\w+)", command)}
    assert named == set(PARTS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_what_has_no_command_is_assumed_or_proved_by_hand(row: tuple[str, ...]) -> None:
    if len(row) < 3 or not row[2].strip(" |"):
        assert row[1].startswith(("assumed", "proved by hand", "their code"))
    else:
        assert row[1].startswith(("proved", "tested", "measured", "searched"))
