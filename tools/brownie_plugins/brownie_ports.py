"""Give every development network of this Brownie process a free port, in memory only.

Brownie attaches to whatever answers on the port of a network, so a fixed one would pick up the
node of another project or of another run. Imported by run_brownie.py, and by pytest as a plugin.
"""

import os
import socket

from brownie._config import CONFIG


def free_port() -> int:
    """A loopback port that nothing listens on now, chosen by the system."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def assign() -> None:
    """Replace the ports; Brownie adds an xdist worker's number to it, which is taken off here."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    port = free_port() - int(worker)
    for network in CONFIG.networks.values():
        if "cmd" in network and "port" in network.get("cmd_settings", {}):
            network["cmd_settings"]["port"] = port


assign()
