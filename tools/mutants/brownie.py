"""A process that has loaded Brownie and the project, and runs contract tests on mutants: a task a line in, a result a line out.

python -m tools.mutants.brownie
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any
from unittest.mock import patch

from offchain.io.paths import PROJECT
from tools import run_brownie


def main() -> None:
    """Until nothing more comes in."""
    run_brownie.prepare()
    sys.argv = ["brownie", "test"]  # where its plugin looks for options
    from brownie import project
    from brownie.network.contract import ContractContainer

    from tools.mutants.killing import Task, run
    from tools.mutants.overlay import Overlay

    contracts = Overlay()
    contracts.install()

    def bytecode(container: Any) -> str:
        found = contracts.bytecode(container._name)
        return found[0].hex() if found else str(container._build["bytecode"])

    loaded = project.load(PROJECT)
    for container in loaded:
        del container.bytecode  # what it was made of; from here on it asks
    ContractContainer.bytecode = property(bytecode)
    with patch.object(project, "load", lambda path: loaded):
        print("ready", flush=True)
        for line in sys.stdin:
            print(json.dumps(asdict(run(Task.read(line), "brownie", contracts))), flush=True)


if __name__ == "__main__":
    main()
