"""An Anvil that can be stopped and started again where it was: with its blocks, logs and time, at the same port."""

from contextlib import ExitStack
from pathlib import Path

from offchain.chain import nodes
from offchain.chain.jsonrpc import JsonRpc


class RestartableNode:
    """At `url`; its state lies in a folder. chain: what this process talks to it by, a new one after each start. starts: how
    often it was started.
    """

    chain: JsonRpc

    def __init__(self, folder: Path) -> None:
        self._state, self._port = folder / "node.json", nodes.free_port()
        self.url = f"http://{nodes.HOST}:{self._port}"
        self._running = ExitStack()
        self.starts = 0

    def start(self) -> None:
        """Starts it, and waits until it answers. `NodeError` if it does not."""
        made = nodes.anvil(accounts=1, auto_impersonate=True, port=self._port, state=self._state)
        self._running.enter_context(made)
        self.chain = JsonRpc(self.url)
        self._running.callback(self.chain.close)
        self.starts += 1

    def stop(self) -> None:
        """Stops it in good order: all that it has is on disk then."""
        self._running.close()
