"""What runs of offchain/cli in a program that tests start is told where they are measured, and nothing is elsewhere."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from offchain import __version__
from tests import program
from tests.patience import PATIENCE


@pytest.mark.parametrize("measured", [True, False])
def test_a_program_tells_what_ran(tmp_path: Path, measured: bool) -> None:
    """It does the same, in any folder, and tells when it has ended."""
    folder, elsewhere = tmp_path / "told", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    others = {key: text for key, text in os.environ.items() if key != "SLIPCOVER_COVERAGE_DIR"}
    command = [program.CONSORT[0], "-P", str(program.__file__), "--version"]
    done = subprocess.run(
        command,
        env=others | ({"SLIPCOVER_COVERAGE_DIR": str(folder)} if measured else {}),
        cwd=elsewhere,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"consort {__version__}\n", "")
    told = list(folder.iterdir())
    assert len(told) == measured
    for one in told:
        assert one.match("coverage-gw*.json"), "what SlipCover adds up"
        files = json.loads(one.read_text())["files"]
        assert {Path(path).parent.name for path in files} == {"cli"}
        app = next(found for path, found in files.items() if Path(path).name == "app.py")
        assert app["executed_lines"]
        assert app["executed_branches"]
