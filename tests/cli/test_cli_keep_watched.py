"""`consort keep` that can be left running: its status file, page, logs and alerts, against an Anvil as its own process."""

import json
import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from offchain.chain.connect import connect
from offchain.chain.spending import PASSPHRASE_VARIABLE
from tests.keeper.market import Market
from tests.keeper.watch.test_mail import SECRET, receiving
from tests.patience import PATIENCE, until
from tests.proxy import Dropped, proxy


@contextmanager
def running(
    town: Market, url: str, *more: str, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """A keeper at work, that is stopped by the body, or killed."""
    process = subprocess.Popen(
        town.command(url, "--poll", "0.1", *more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"} | environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def stopped(process: subprocess.Popen[str]) -> tuple[str, list[dict[str, Any]]]:
    """What a keeper with `--log json` has said in the end, on standard output and on standard error."""
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    return output, [json.loads(line) for line in errors.splitlines()]


def status_in(path: Path) -> dict[str, Any]:
    with suppress(FileNotFoundError):
        found: dict[str, Any] = json.loads(path.read_text())
        return found
    return {}


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_a_run_is_told_by_file_page_and_log_alike(town: Market, url: str) -> None:
    """The same transactions in all of them, with hashes that are on the chain; and the file says that it was stopped."""
    lot, dao = town.an_auction()
    file, port = town.folder / "status.json", free_port()
    with running(
        town, url, "--status", str(file), "--http", str(port), "--log", "json", "--budget", "1"
    ) as process:
        until(lambda: status_in(file).get("state") == "keeping")
        town.until_reveal(lot)
        status = until(lambda: len(status_in(file)["actions"]) >= 2 and status_in(file))
        served = json.loads(get(port, "/status.json")[1])
        page, health, metrics = (get(port, path) for path in ("/", "/healthz", "/metrics"))
        output, log = stopped(process)
    hashes = [one["transaction"] for one in status["actions"]]
    assert {one["contract"] for one in status["actions"]} == {dao, town.auctioneer}
    assert served["actions"] == status["actions"]
    assert [one["tx"] for one in log if one["event"] == "action"] == hashes[::-1]
    assert len(output.splitlines()) == len(hashes)
    with connect(url) as chain:
        receipts = [chain._rpc.ask("eth_getTransactionReceipt", one).raw for one in hashes]  # type: ignore[attr-defined]
    spent = sum(int(one["gasUsed"], 16) * int(one["effectiveGasPrice"], 16) for one in receipts)
    assert status["spending"]["spent_wei"] == str(spent)
    assert status["spending"]["left_wei"] == str(10**18 - spent)
    assert [(one["lot"], one["phase"], one["due"]) for one in status["lots"]] == [
        (lot, "reveal", None)
    ]
    assert health == (200, "ok\n")
    assert (page[0], hashes[0] in page[1]) == (200, True)
    assert f"consort_keeper_transactions_total {len(hashes)}\n" in metrics[1]
    last = status_in(file)
    assert last["state"] == "stopped"
    assert last["alerts"] == []
    events = [one["event"] for one in log]
    assert (events[0], events[1], events[-1]) == ("page", "started", "stopped")
    started = log[1]
    assert started["account"] == status["account"]["address"]
    assert "ETH" in started["text"]


def test_a_node_that_is_lost_and_found_again(town: Market, url: str) -> None:
    """The keeper goes on, its page answers meanwhile, and the trouble is over when it is over."""
    file, port = town.folder / "status.json", free_port()
    with proxy(url) as liar, running(
        town, liar.url, "--status", str(file), "--http", str(port), "--log", "json"
    ) as process:  # fmt: skip
        good = until(lambda: status_in(file).get("rounds", {}).get("good"))

        def silent(method: str, params: object) -> None:
            raise Dropped

        liar.before = silent
        lost = until(lambda: status_in(file)["troubles"] and status_in(file))
        assert get(port, "/")[0] == 200
        liar.before = lambda method, params: None
        found = until(lambda: not status_in(file)["troubles"] and status_in(file))
        _, log = stopped(process)
    assert [(one["what"], one["kind"]) for one in lost["troubles"]] == [
        ("reading the chain", "node")
    ]
    assert lost["chain"]["block"] is not None, "what was known last"
    assert found["rounds"]["good"] >= good
    told = [one for one in log if one["event"] == "trouble"]
    assert [(one["what"], one["level"]) for one in told] == [("reading the chain", "warning")]


def test_the_page_is_there_before_the_node_is(town: Market, url: str) -> None:
    """And says what keeps the keeper from starting; it waits for the node, and begins when that is there."""
    file, port = town.folder / "status.json", free_port()
    lot, _ = town.an_auction()
    with proxy(url) as liar:

        def silent(method: str, params: object) -> None:
            raise Dropped

        liar.before = silent
        with running(
            town, liar.url, "--status", str(file), "--http", str(port), "--log", "json"
        ) as process:
            waiting = until(lambda: status_in(file).get("troubles") and status_in(file))
            page = get(port, "/")
            liar.before = lambda method, params: None
            begun = until(lambda: status_in(file)["state"] == "keeping" and status_in(file))
            _, log = stopped(process)
    assert (waiting["state"], waiting["chain"]["block"]) == ("starting", None)
    assert [(one["what"], one["kind"]) for one in waiting["troubles"]] == [("starting", "node")]
    assert page[0] == 200
    assert "Starting." in page[1]
    assert ([one["lot"] for one in begun["lots"]], begun["troubles"]) == ([lot], [])
    assert [one["event"] for one in log if one["event"] in ("trouble", "error")] == ["trouble"]


def test_without_anybody_who_looks_it_gives_a_node_up_that_is_not_there(town: Market) -> None:
    """In the form that was asked for."""
    result = town.run("http://127.0.0.1:9", "--log", "json")
    assert (result.returncode, result.stdout) == (3, "")
    last = json.loads(result.stderr.splitlines()[-1])
    assert (last["event"], last["level"]) == ("error", "error")
    assert last["text"].startswith("error: http://127.0.0.1:9")


def test_what_is_wrong_with_files_is_said_in_the_form_that_was_asked_for(
    town: Market, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs read each line; so nothing goes around the log, from the first one on."""
    key = town.folder / "key.json"
    key.write_text(json.dumps(Account.encrypt(b"5" * 32, "sesame", "pbkdf2", 10)))
    key.chmod(0o644)
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "not this")
    command = town.command(url, "--once", "--log", "json", "--key-file", str(key))
    place = command.index("--beacon")
    del command[place : place + 2]
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    events = [json.loads(line)["event"] for line in result.stderr.splitlines()]
    assert {"beacon", "key", "error"} <= set(events), events


def test_once_leaves_a_status_and_says_that_there_was_nothing_to_do(town: Market, url: str) -> None:
    file = town.folder / "status.json"
    result = town.run(url, "--once", "--status", str(file))
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr.splitlines()[-1] == (
        "Nothing to do now: no unfinished lot; waiting for one to be listed."
    )
    assert (status_in(file)["state"], status_in(file)["unfinished"]) == ("stopped", 0)
    lot, _ = town.an_auction()
    told = town.run(url, "--once").stderr.splitlines()[-1]
    assert told.startswith(
        f"Nothing to do now: one unfinished lot; next, the bidding of lot {lot} ends at "
    )


def test_a_status_that_cannot_be_written_is_told_once_and_stops_nothing(
    town: Market, url: str
) -> None:
    """A folder that goes away: bids are opened all the same."""
    lot, _ = town.an_auction()
    folder = town.folder / "shown"
    folder.mkdir()
    with running(town, url, "--status", str(folder / "status.json")) as process:
        until(lambda: status_in(folder / "status.json"))
        (folder / "status.json").unlink()
        folder.rmdir()
        town.until_reveal(lot)
        until(lambda: town.is_done(lot))
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert errors.count("--status: ") == 1


def test_who_cannot_pay_is_told_by_an_alert(town: Market, url: str) -> None:
    """A budget that is used up, at the service that the environment names; neither prints the URL."""
    lot, _ = town.an_auction()
    town.until_reveal(lot)
    port = free_port()
    with (
        receiving() as (service, came),
        running(
            town, url, "--budget", "0.0001", "--http", str(port), "--log", "json",
            CONSORT_ALERT=service,
        ) as process,
    ):  # fmt: skip
        until(lambda: came)
        assert get(port, "/healthz") == (503, "the budget is used up, so nothing more is sent\n")
        page = get(port, "/")[1]
        output, log = stopped(process)
    assert came[0]["title"] == "Consort keeper: Alert: money"
    assert SECRET not in page + output + json.dumps(log)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--http", "x"], '--http: "x" is neither a port nor HOST:PORT'),
        (["--http", "70000"], '--http: "70000" is neither a port nor HOST:PORT'),
        (["--http", "127.0.0.1:"], '--http: "127.0.0.1:" is neither'),
        (["--http", "192.0.2.1:0"], "--http: 192.0.2.1:0: Cannot assign"),
        (["--log", "xml"], '--log: "xml" is neither text nor json'),
        (["--log-level", "loud"], '--log-level: "loud" is none of debug'),
        (["--alert", f"nonsense://{SECRET}"], "--alert: there is no alert service"),
    ],
    ids=lambda one: "-".join(one).replace(SECRET, "") if isinstance(one, list) else "told",
)
def test_what_cannot_be_shown(town: Market, options: list[str], told: str) -> None:
    """Told before any node is asked, in a line, without what is secret."""
    result = town.run("http://127.0.0.1:9", *options)
    assert (result.returncode, result.stdout) == (2, "")
    assert told in result.stderr
    assert SECRET not in result.stderr
    assert "Traceback" not in result.stderr


def test_a_status_file_that_can_never_be_written(town: Market) -> None:
    result = town.run("http://127.0.0.1:9", "--status", str(town.folder))
    assert result.returncode == 4
    assert "is a directory" in result.stderr


def test_a_port_that_is_taken(town: Market) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = town.run("http://127.0.0.1:9", "--http", f"localhost:{port}")
    assert result.returncode == 2
    assert f"--http: localhost:{port}: Address already in use" in result.stderr
