"""Run Brownie inside the project: a private home, the project's compiler and nodes, free ports.

Brownie keeps accounts, networks and packages under ``~/.brownie`` and offers no setting for the
place, so the process tree gets a home of its own; the user's is neither read nor written.
"""

import os
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".build" / "home"
PLUGINS = ROOT / "tools" / "brownie_plugins"
"""Alone on the import path: Brownie imports a script by its whole path, and any module that is named like the root
folder of a checkout (`check`, say) would stand in its way."""


def prepend(variable: str, value: str, separator: str) -> None:
    """Put ``value`` in front of what the environment variable holds."""
    os.environ[variable] = separator.join(filter(None, [value, os.environ.get(variable)]))


def prepare() -> None:
    """Set the environment, and import Brownie, which reads it."""
    if not (HOME / ".brownie").is_dir():
        sys.exit("Brownie's private home is missing: run `make setup`.")
    os.environ["HOME"] = str(HOME)
    os.environ["SOLCX_BINARY_PATH"] = str(ROOT / ".solc")
    binaries = [ROOT / "node_modules" / ".bin", ROOT / ".venv" / "bin"]
    prepend("PATH", os.pathsep.join(map(str, binaries)), os.pathsep)
    # For `brownie test`: undo the `-p no:pytest-brownie` of pyproject.toml, and choose ports again
    # in every xdist worker, which is a process of its own.
    prepend("PYTHONPATH", str(PLUGINS), os.pathsep)
    prepend("PYTEST_ADDOPTS", "-o addopts= -p brownie_ports -W ignore:rpc.:FutureWarning", " ")
    # Brownie's compiled modules show no frames, so it takes its own calls for the user's.
    warnings.filterwarnings("ignore", r"rpc\.", FutureWarning)
    sys.path.insert(0, str(PLUGINS))

    import brownie_ports  # noqa: F401  (imports Brownie)


def main() -> None:
    """Hand over to Brownie's own command line."""
    prepare()
    from brownie._cli.__main__ import main as brownie

    brownie()


if __name__ == "__main__":
    main()
