"""The Brownie scripts, run as a user runs them, on both nodes."""

import json
from pathlib import Path

import pytest

from offchain.bindings.deployment import Deployment
from offchain.io.addresses import to_bytes
from offchain.io.paths import PROJECT
from tests.brownie_process import COMPILING_SECONDS, brownie

MEMBERS = 17


@pytest.mark.timeout(COMPILING_SECONDS)
def test_scripts(tmp_path: Path) -> None:
    for network in ("anvil", "ganache"):
        file = tmp_path / f"{network}.json"
        output = brownie("run", "deploy", "main", str(file), "--network", network)
        deployed = Deployment.read(file)
        assert json.loads(file.read_text())["auctioneer"] in output
        assert deployed.block > 0
        assert len(to_bytes(deployed.factory)) == 20

        output = brownie("run", "auction", "--network", network)
        assert output.count("chain = reference") == 4 + MEMBERS + 1 + 3
        assert "ConstitutionDAO wins" in output
        assert "4.222222223 ETH a share" in output


def test_nothing_of_ours_has_the_name_of_a_root_folder() -> None:
    """Brownie imports /check/out/scripts/deploy.py as `check.out.scripts.deploy`: a module `check` would be taken for it."""
    plugins = PROJECT / "tools" / "brownie_plugins"
    assert [file.name for file in plugins.glob("*.py")] == ["brownie_ports.py"]
