"""`consort` as a program of its own, as a user runs it. What runs of offchain/cli in it counts where the tests are measured.

SlipCover measures pytest and its workers, not what they start; it adds up what lies in the folder that it names to them.
"""

import atexit
import json
import os
import sys
from pathlib import Path

from offchain.io.paths import PROJECT

_FOLDER = os.environ.get("SLIPCOVER_COVERAGE_DIR")
CONSORT = [sys.executable, *(("-P", __file__) if _FOLDER else ("-m", "offchain.cli"))]
"""The command, before its arguments."""


def _measure(folder: Path) -> None:
    """From now on; told when this process ends, by itself or interrupted."""
    import slipcover

    measuring = slipcover.Slipcover(branch=True)
    files = slipcover.FileMatcher(sources=[str(PROJECT / "offchain" / "cli")])
    slipcover.ImportManager(measuring, files).__enter__()

    def tell() -> None:
        name = f"coverage-gw-program-{os.getpid()}.json"
        unfinished = folder / f".{name}"
        unfinished.write_text(json.dumps(measuring.get_coverage()), encoding="utf-8")
        unfinished.rename(folder / name)

    atexit.register(tell)


if __name__ == "__main__":
    if _FOLDER:
        _measure(Path(_FOLDER))
    from offchain.cli import main

    main()
