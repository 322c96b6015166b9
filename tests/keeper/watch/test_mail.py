"""Alerts arrive where their URLs say, at a server of this machine; a service that is dead, slow or absurd stops nothing."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from offchain.keeper.watch.alarm import Message
from offchain.keeper.watch.logs import LOGGER, Log, logging_to
from offchain.keeper.watch.mail import Apprise, NoAlerts, alerting
from offchain.keeper.watch.web import Board
from tests.keeper.watch.statuses import GOOD, NOW
from tests.patience import PATIENCE, until

SECRET = "s3cr3tT0kenOfTheService"
BROKE = replace(GOOD, account=replace(GOOD.account, lacks_money=True))


@contextmanager
def receiving(status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server that takes messages: its apprise URL, with a secret, and what came."""
    came: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"json://user:{SECRET}@127.0.0.1:{server.server_port}/{SECRET}", came
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def written() -> Iterator[tuple[Log, list[str]]]:
    lines: list[str] = []
    with logging_to(lines.append, "text", logging.DEBUG) as log:
        yield log, lines


def test_an_alert_arrives_once_and_its_end_once() -> None:
    """By the keeper's own thread; the clock is the test's."""
    now = [float(NOW)]
    board = Board(BROKE)
    with (
        receiving() as (url, came),
        written() as (log, lines),
        alerting([Apprise(url)], board, log, every=0.01, clock=lambda: now[0]),
    ):
        until(lambda: came)
        time.sleep(0.1)
        board.status = GOOD
        time.sleep(0.1)
        assert len(came) == 1
        now[0] += 299
        time.sleep(0.1)
        assert len(came) == 1
        now[0] += 1
        until(lambda: len(came) == 2)
    assert [(one["title"], one["type"]) for one in came] == [
        ("Consort keeper: Alert: money", "warning"),
        ("Consort keeper: Over: money", "success"),
    ]
    assert "too little for gas" in came[0]["message"]
    assert SECRET not in "".join(lines)
    assert len(lines) == 2


@pytest.mark.parametrize("trouble", ["refuses", "nobody there"])
def test_a_service_that_takes_nothing_is_told_of_once_and_the_others_get_theirs(
    trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    """By its number: the URL is a secret."""
    with receiving(500) as (refusing, _), receiving() as (working, came), written() as (log, lines):
        dead = refusing if trouble == "refuses" else f"json://{SECRET}@127.0.0.1:9/{SECRET}"
        two = replace(BROKE, spending=replace(GOOD.spending, is_used_up=True))
        with alerting([Apprise(dead), Apprise(working)], Board(two), log, every=0.01):
            until(lambda: len(came) == 2)
    assert [line for line in lines if "does not take" in line] == [
        "alert service 1 does not take messages"
    ]
    assert SECRET not in "".join(lines) + caplog.text


class Absurd:
    """A service whose code fails."""

    def send(self, message: Message) -> bool:
        raise RuntimeError(SECRET)


class Hanging:
    """A service that never answers."""

    def __init__(self) -> None:
        self.asked, self.ended = threading.Event(), threading.Event()

    def send(self, message: Message) -> bool:
        self.asked.set()
        self.ended.wait(PATIENCE)
        return True


def test_whatever_a_service_does_the_keeper_works_on() -> None:
    """A defect there is told without its words, and one that hangs does not keep the keeper from stopping."""
    with written() as (log, lines), receiving() as (url, came):
        with alerting([Absurd(), Apprise(url)], Board(BROKE), log, every=0.01):
            until(lambda: came)
        hanging = Hanging()
        with alerting([hanging], Board(BROKE), log, every=0.01):
            assert hanging.asked.wait(PATIENCE)
        hanging.ended.set()
    assert SECRET not in "".join(lines)


@pytest.mark.parametrize(
    "url", ["nonsense://" + SECRET, SECRET, "", "json://", "http://[" + SECRET]
)
def test_a_url_that_no_service_has(url: str) -> None:
    """Told without what may be a secret."""
    with pytest.raises(NoAlerts, match="no alert service of that URL") as refused:
        Apprise(url)
    assert SECRET not in str(refused.value)


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "apprise", None)
    with pytest.raises(NoAlerts, match=r"pip install 'consort\[keeper\]'"):
        Apprise("json://127.0.0.1:9")


# LOGS


def test_each_line_of_json_is_an_object_with_its_fields() -> None:
    lines: list[str] = []
    with logging_to(lines.append, "json", logging.INFO, quiet=frozenset({"action"})) as log:
        log.info("action", "lot 1 reveal\nforged line", lot=1, gas=21_000, tx=None)
        log.error("alert", "ALERT: \x1b[31mred", what="x")
        log.debug("over", "left out")
    first, second = (json.loads(line) for line in lines)
    assert all("\n" not in line and "\x1b" not in line for line in lines)
    assert {name: first[name] for name in ("level", "event", "lot", "gas", "tx")} == {
        "level": "info", "event": "action", "lot": 1, "gas": 21_000, "tx": None,
    }  # fmt: skip
    assert (second["level"], second["event"], second["what"]) == ("error", "alert", "x")
    assert time.strptime(first["time"][:19], "%Y-%m-%dT%H:%M:%S")
    assert first["time"].endswith("+00:00")


def test_text_is_the_words_without_what_stands_elsewhere() -> None:
    lines: list[str] = []
    with logging_to(lines.append, "text", logging.WARNING, quiet=frozenset({"alert"})) as log:
        log.info("idle", "nothing")
        log.warning("trouble", "not done now")
        log.error("alert", "stands on standard output")
    assert lines == ["not done now"]
    with logging_to(lines.append, "text", logging.INFO) as log:
        log.info("idle", "nothing")
    assert lines == ["not done now", "nothing"]
    assert not logging.getLogger(LOGGER).handlers


def test_a_line_that_cannot_be_said_stops_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(line: str) -> None:
        raise OSError("gone")

    with logging_to(broken, "json", logging.INFO) as log:
        log.info("idle", "nothing")
    assert capsys.readouterr() == ("", "")
