"""Local nodes: start Ganache or Anvil on a free port, and stop it whatever happens.

    with anvil(accounts=50) as node:
        ...  # talk to node.url

Both run the same hard fork, accounts and chain id, so a run differs only in the node.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from offchain.chain.errors import ChainError
from offchain.chain.spending import SECRETS
from offchain.io.paths import NODE_MODULES, PRIVATE_HOME, is_packaged

Kind = Literal["ganache", "anvil"]

HOST = "127.0.0.1"
MNEMONIC = "test test test test test test test test test test test junk"
"""The phrase of every development chain: its accounts are known to all, and hold nothing real."""
CHAIN_ID = 31337
HARDFORK = "shanghai"
"""The newest that Ganache runs."""
BLOCK_GAS_LIMIT = 30_000_000

_ATTEMPTS = 3
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0

# The shell watches a pipe that this process holds open. When it closes, be it on purpose, by an
# exception or because this process was killed, the node is ended, at first politely: Ganache then
# removes its temporary files. The shell ends with the node, so a failed start shows at once.
_WATCHDOG = f"""
exec 3<&0
"$@" </dev/null 3<&- &
node=$!
trap '' TERM
{{ read -r _ <&3; kill -TERM 0; sleep {_STOP_SECONDS:g}; kill -KILL 0; }} &
exec 3<&-
wait "$node"
"""


class NodeError(ChainError):
    """A local node is not installed, or did not start."""


@dataclass(frozen=True, slots=True)
class Node:
    """A running node."""

    kind: Kind
    url: str


@contextmanager
def ganache(
    *,
    accounts: int = 10,
    balance: int = 10_000,
    block_gas_limit: int = BLOCK_GAS_LIMIT,
    block_time: int | None = None,
    hardfork: str = HARDFORK,
    chain_id: int = CHAIN_ID,
    mnemonic: str = MNEMONIC,
    port: int | None = None,
) -> Iterator[Node]:
    """Run Ganache: ``accounts`` unlocked accounts with ``balance`` ether each.

    ``block_time`` is in seconds; without it each transaction is mined as it comes. ``port``: None takes any that is free.

    Raises:
        NodeError: it is not installed, or does not start.
    """

    def command(binary: str, port: int) -> list[str]:
        options = [
            *(binary, "--logging.quiet", "--server.host", HOST, "--server.port", str(port)),
            *("--wallet.totalAccounts", str(accounts), "--wallet.defaultBalance", str(balance)),
            *("--wallet.mnemonic", mnemonic, "--miner.blockGasLimit", str(block_gas_limit)),
            *("--chain.chainId", str(chain_id), "--chain.hardfork", hardfork),
        ]
        return options if block_time is None else [*options, "--miner.blockTime", str(block_time)]

    with _running("ganache", command, port) as node:
        yield node


@contextmanager
def anvil(
    *,
    accounts: int = 10,
    balance: int = 10_000,
    auto_impersonate: bool = False,
    history: int | None = None,
    block_gas_limit: int = BLOCK_GAS_LIMIT,
    block_time: int | None = None,
    hardfork: str = HARDFORK,
    chain_id: int = CHAIN_ID,
    mnemonic: str = MNEMONIC,
    port: int | None = None,
    state: Path | None = None,
) -> Iterator[Node]:
    """Run Anvil: ``accounts`` unlocked accounts with ``balance`` ether each.

    With ``auto_impersonate`` any address can send. ``history`` is of how many blocks it remembers
    the state, by default of hundreds, which takes a gigabyte after 17,000 senders. ``block_time`` is
    in seconds; without it each transaction is mined as it comes. ``port``: None takes any that is free.
    ``state``: a file from which it goes on, if it is there, and which gets all it has when it is stopped.

    Raises:
        NodeError: it is not installed, or does not start.
    """

    def command(binary: str, port: int) -> list[str]:
        options = [
            *(binary, "--quiet", "--host", HOST, "--port", str(port)),
            *("--accounts", str(accounts), "--balance", str(balance), "--mnemonic", mnemonic),
            *("--gas-limit", str(block_gas_limit), "--chain-id", str(chain_id)),
            *("--hardfork", hardfork),
        ]
        if auto_impersonate:
            options.append("--auto-impersonate")
        if history is not None:
            options += ["--prune-history", str(history)]
        if state is not None:
            options += ["--state", str(state)]
        return options if block_time is None else [*options, "--block-time", str(block_time)]

    with _running("anvil", command, port) as node:
        yield node


def free_port() -> int:
    """A loopback port that nothing listens on now, chosen by the system."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(
    kind: Kind, command: Callable[[str, int], list[str]], wanted: int | None
) -> Iterator[Node]:
    binary = _find(kind)
    if wanted is not None:
        _refuse_taken(wanted)
    with tempfile.TemporaryFile() as log:
        for attempt in range(1, _ATTEMPTS + 1):
            with _kept(free_port() if wanted is None else wanted) as port:
                process = _start(command(binary, port), log)
                try:
                    if _wait_until_ready(process, port):
                        yield Node(kind, f"http://{HOST}:{port}")
                        return
                finally:
                    _stop(process)
            # It ended by itself: another process may have taken the port since it was chosen.
            if attempt == _ATTEMPTS:
                remedy = "" if is_packaged() else "; try `make setup`"
                raise NodeError(f"{kind} did not start: {_tail(log)}{remedy}")


@contextmanager
def _kept(port: int) -> Iterator[int]:
    """The port, kept from those who take any that is free, and would be taken for the node while it starts.

    Linux alone lets the node listen at a port that is bound already.
    """
    with socket.socket() as place:
        if sys.platform == "linux":
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # Whoever has it by now is found out when the node does not start.
            with suppress(OSError):
                place.bind((HOST, port))
        yield port


def _refuse_taken(port: int) -> None:
    """Whoever listens there would be taken for the node that is started, and be sent what is meant for that."""
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # one that was left lately is free
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise NodeError(f"port {port} cannot be had: {error.strerror}") from error


def is_there(kind: Kind) -> bool:
    """Whether this node can be started here."""
    return _binary(kind) is not None


def _find(kind: Kind) -> str:
    binary = _binary(kind)
    if binary is None:
        remedy = "put it on PATH, or run on revm" if is_packaged() else "run `make setup`"
        raise NodeError(f"{kind} is not installed: {remedy}")
    return binary


def _binary(kind: Kind) -> str | None:
    # npm's `anvil` is a script that starts the real one and does not wait for its end.
    native = sorted(NODE_MODULES.glob(f"@foundry-rs/{kind}-*/bin"))
    places = [*map(str, native), str(NODE_MODULES / ".bin"), os.environ.get("PATH", "")]
    return shutil.which(kind, path=os.pathsep.join(places))


def _start(command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in SECRETS}
    if PRIVATE_HOME.is_dir():
        environment["HOME"] = str(PRIVATE_HOME)
    return subprocess.Popen(
        ["/bin/sh", "-c", _WATCHDOG, "sh", *command],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        env=environment,
        start_new_session=True,
    )


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether it answers JSON-RPC; False if it ended instead."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        if _answers(port):
            return True
        time.sleep(0.02)
    raise NodeError(f"{process.args!r} gave no answer within {_START_SECONDS:g} s")


def _answers(port: int) -> bool:
    request = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/", json.dumps(request), headers)
        return "result" in json.load(connection.getresponse())
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    # What is left of the group: the watchdog, and a node that did not listen.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _tail(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read().decode(errors="replace").split("\n")
    return " / ".join(line.strip() for line in lines if line.strip())[-500:] or "it said nothing"
