"""The proofs over the integers, in the environment that has z3."""

import subprocess
from typing import Final

from proofs.length import Length
from proofs.symbolic.run import ROOT

PYTHON: Final = ROOT / ".build" / "prove" / "bin" / "python"


def run(_: Length) -> bool:
    """Proves all claims, whatever the form, and prints their table; whether all are proved."""
    command = (str(PYTHON), "-m", "proofs.integers.solve")
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode == 0
