"""A process that has loaded Brownie and the project, and runs contract tests on mutants: a task a line in, a result a line out.

python -m tools.mutants.brownie
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from unittest.mock import patch

import pytest

from offchain.io.paths import PROJECT
from tools import run_brownie
from tools.mutants.overlay import Overlay


def main() -> None:
    """Until nothing more comes in."""
    run_brownie.prepare()
    sys.argv = ["brownie", "test"]  # where its plugin looks for options
    from brownie import project

    from tools.mutants.killing import Task, run

    contracts = Overlay()
    contracts.install()
    loaded = project.load(PROJECT)
    exchange = Exchange({one._name: one._build for one in loaded}, contracts)
    with patch.object(project, "load", lambda path: loaded):
        print("ready", flush=True)
        for line in sys.stdin:
            result = run(Task.read(line), "brownie", contracts, exchange)
            print(json.dumps(asdict(result)), flush=True)


class Exchange:
    """A plugin of pytest: gives Brownie the mutant's contracts, those that a test names, before it runs."""

    def __init__(self, builds: Mapping[str, dict[str, Any]], contracts: Overlay) -> None:
        self._builds = builds
        self._contracts = contracts

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Function) -> None:
        for name in self._builds.keys() & set(item.fixturenames):
            if (found := self._contracts.bytecode(name)) is not None:
                # that of what is deployed stays: Brownie sees that it is another, and leaves its map of the source alone
                self._builds[name]["bytecode"] = found[0].hex()


if __name__ == "__main__":
    main()
