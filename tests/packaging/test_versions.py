"""One version for the Python package, the npm package and the citation; how to raise it stands in RELEASING.md."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from offchain import __version__
from tools.set_version import PLACES, dated, version_in, written

ROOT = Path(__file__).resolve().parents[2]
RELEASING = (ROOT / "RELEASING.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PLACES)
def test_versions_agree(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert version_in(name, text) == __version__
    assert version_in(name, written(name, text, "12.3.45")) == "12.3.45"


def test_they_are_where_npm_reads_them() -> None:
    package = json.loads((ROOT / "packages" / "contracts" / "package.json").read_text())
    locked = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    assert package["version"] == __version__
    assert locked["../packages/contracts"]["version"] == __version__


def test_a_version_that_is_not_found_once_is_an_error() -> None:
    with pytest.raises(ValueError, match="0 versions"):
        version_in("CITATION.cff", "title: Consort\n")
    with pytest.raises(ValueError, match="2 versions"):
        version_in("CITATION.cff", "version: 1.0.0\nversion: 1.0.0\n")


def test_changes_are_dated_and_the_next_ones_have_a_place() -> None:
    day = datetime(2030, 1, 2, tzinfo=UTC)
    text = "# Changes\n\n## Unreleased\n\n- One.\n"
    assert (
        dated(text, "0.2.0", day)
        == "# Changes\n\n## Unreleased\n\n## 0.2.0, 2030-01-02\n\n- One.\n"
    )


def test_what_releasing_asks_for_is_there() -> None:
    """Targets of make, modules and files that its commands name."""
    made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    asked = set(re.findall(r"\bmake ([a-z]+)", RELEASING))
    assert {"test", "wheel", "docs", "gas", "bindings"} <= asked <= made
    for module in re.findall(r"python -m (tools\.\w+)", RELEASING):
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file()
    for name in re.findall(r"`((?:offchain|packages|web)/[\w./-]+)`", RELEASING):
        assert (ROOT / name).is_file()
