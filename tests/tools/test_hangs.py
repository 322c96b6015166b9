"""What never ends fails, wherever it hangs, and the tests after it run."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from offchain.io.paths import PROJECT

HANGING = {
    "python": "while True:\n        pass",
    "a chain in process": (
        "from offchain.chain.revm import Revm\n"
        "    chain = Revm()\n"
        "    while True:\n"
        "        try:\n"
        "            chain.advance_to(chain.now() + 1)\n"
        "        except Exception:\n"
        "            pass"
    ),
    "another process": "import subprocess\n    subprocess.run(['sleep', '10000'])",
}


@pytest.mark.parametrize("where", HANGING)
def test_a_test_that_hangs_fails(tmp_path: Path, where: str) -> None:
    """With a limit of seconds in place of minutes."""
    file = tmp_path / "test_hanging.py"
    file.write_text(f"def test_hangs():\n    {HANGING[where]}\n\n\ndef test_next():\n    pass\n")
    settings = ["-c", str(PROJECT / "pyproject.toml"), "--rootdir", str(PROJECT)]
    command = [sys.executable, "-m", "pytest", *settings, "-o", "timeout=3", "-q", str(file)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "Timeout" in done.stdout


def test_no_test_is_without_a_limit() -> None:
    """And none has one that a busy machine could reach."""
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["pytest"]
    assert 1_000 < settings["ini_options"]["timeout"] < 2_000
