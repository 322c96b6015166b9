"""Benchmarks as processes of their own."""

import subprocess
import sys

from benchmarks.record import ROOT
from tests.patience import LONG_PATIENCE


def run(name: str, *options: str) -> subprocess.CompletedProcess[str]:
    """What comes of `python -m benchmarks.NAME`."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *options]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=LONG_PATIENCE, check=False
    )
