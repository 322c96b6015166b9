"""Prepare what .venv/bin/brownie needs: its private home, the networks, the compiler, the launcher.

Run by ``make setup``, and safe to run again: accounts and networks that the user added stay.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".build" / "home"


def write_networks() -> None:
    """Write the networks of brownie-networks.yaml over those of the same id."""
    import brownie  # reads HOME: it creates the folder and its default network list

    ours: list[dict[str, Any]] = yaml.safe_load((ROOT / "tools/brownie-networks.yaml").read_text())
    path = Path(brownie._config.DATA_FOLDER) / "network-config.yaml"
    config = yaml.safe_load(path.read_text())
    names = {network["id"] for network in ours}
    others = [network for network in config["development"] if network["id"] not in names]
    config["development"] = ours + others
    path.write_text(yaml.safe_dump(config, sort_keys=False))


def link_compiler() -> None:
    """Place tools/solc.js where py-solc-x and Brownie look for solc of the configured version."""
    config = yaml.safe_load((ROOT / "brownie-config.yaml").read_text())
    link = ROOT / ".solc" / f"solc-v{config['compiler']['solc']['version']}"
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(Path("..") / "tools" / "solc.js")


def place_launcher() -> None:
    """Replace the console script that pip made, which would use the user's own home."""
    launcher = Path(sys.executable).parent / "brownie"
    launcher.unlink(missing_ok=True)
    shutil.copy(ROOT / "tools" / "brownie.sh", launcher)
    launcher.chmod(0o755)


def main() -> None:
    """Do all three."""
    HOME.mkdir(parents=True, exist_ok=True)
    os.environ["HOME"] = str(HOME)
    os.environ["SOLCX_BINARY_PATH"] = str(ROOT / ".solc")
    link_compiler()
    write_networks()
    place_launcher()


if __name__ == "__main__":
    main()
