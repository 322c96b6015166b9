"""`consort beacon` as a user runs it: what it prints is where it answers, until it is stopped."""

import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from typer.testing import CliRunner

from offchain.cli import app
from offchain.locks.bids import LockedBid, lock_bid, new_salt, open_lock
from offchain.locks.http_source import HttpSource, NoBeacon, fetch_beacon
from tests.patience import PATIENCE
from tests.program import CONSORT


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """The command at work, its address and its chain hash."""
    command = [*CONSORT, "beacon", *arguments]
    with subprocess.Popen(
        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            told = process.stdout.readline() + process.stdout.readline()
            found = re.fullmatch(r"address +(http://127.0.0.1:\d+)\nchain hash +(\w{64})\n", told)
            assert found is not None, told
            yield process, found[1], found[2]
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_what_it_prints_until_it_is_stopped(number: signal.Signals) -> None:
    with running("--period", "1") as (process, url, chain_hash):
        beacon = fetch_beacon(f"{url}/{chain_hash}")
        assert beacon.chain_hash.hex() == chain_hash
        assert beacon.period == 1
        locked = LockedBid(60, new_salt())
        lock = lock_bid(beacon, 1, locked)
        assert open_lock(HttpSource(beacon, url).signature(1), lock) == locked
        assert abs(beacon.genesis - time.time()) < PATIENCE
        process.send_signal(number)
        _, told = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert "Signing a round every 1 s" in told
        assert told.endswith("Stopped.\n")
        with pytest.raises(NoBeacon):
            fetch_beacon(url)


def test_every_start_has_a_key_of_its_own() -> None:
    with running() as (_, _, one), running() as (_, _, other):
        assert one != other


def test_a_port_that_is_taken_is_bad_input() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(app, ["beacon", "--port", port])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"error: --port: {port} cannot be had: Address already in use" in result.stderr


@pytest.mark.parametrize(
    "arguments", [["--port", "65536"], ["--port", "-1"], ["--period", "0"], ["--period", "86401"]]
)
def test_figures_out_of_range_are_bad_input(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, ["beacon", *arguments])
    assert result.exit_code == 2
    assert arguments[0] in result.stderr
