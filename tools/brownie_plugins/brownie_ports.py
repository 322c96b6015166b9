"""Give every development network of this Brownie process a free port, and time to start, in memory only.

Brownie attaches to whatever answers on the port of a network, so a fixed one would pick up the
node of another project or of another run. It gives up on one that has not started after ten seconds, which on a busy machine
Ganache takes. Imported by run_brownie.py, and by pytest as a plugin.
"""

import os
import socket
import time

import brownie.network.rpc
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


class Pauses:
    """The clock of what waits for a node, looking a hundred times: each pause is a little longer, five minutes in all."""

    def __init__(self) -> None:
        self._next = 0.05

    def sleep(self, _: float) -> None:
        """One pause, whatever was asked for."""
        time.sleep(self._next)
        self._next = min(5.0, 1.1 * self._next)


assign()
brownie.network.rpc.time = Pauses()
