"""The page over HTTP: what stands where; clients that are slow, hostile, many, or gone hold up neither others nor the keeper."""

import http.client
import itertools
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from offchain.keeper.watch import web
from offchain.keeper.watch.metrics import metrics
from offchain.keeper.watch.page import page, span, until
from offchain.keeper.watch.status import Status
from offchain.keeper.watch.web import Board, listening, serving
from tests.keeper.watch.statuses import ACTION, GOOD, LOT, NOW, trouble
from tests.patience import PATIENCE
from tests.patience import until as wait_until

PATHS = ("/", "/status.json", "/healthz", "/metrics")


class Site:
    """A served board."""

    def __init__(self, board: Board, port: int) -> None:
        self.board, self.port, self.now = board, port, NOW

    def get(self, path: str, method: str = "GET") -> tuple[int, str, dict[str, str]]:
        """Status, body and headers."""
        with closing(
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        ) as connection:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), dict(answer.getheaders())

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def say(self, text: bytes) -> bytes:
        """All that is answered to some bytes."""
        with self.connect() as connection:
            connection.sendall(text)
            found = b""
            while piece := connection.recv(65_536):
                found += piece
            return found


@pytest.fixture
def site() -> Iterator[Site]:
    at = listening("127.0.0.1", 0)
    board = Board(GOOD)
    made = Site(board, at.getsockname()[1])
    with serving(at, board, clock=lambda: made.now):
        yield made


def test_what_stands_where(site: Site) -> None:
    assert site.get("/healthz")[:2] == (200, "ok\n")
    assert json.loads(site.get("/status.json")[1]) == json.loads(json.dumps(GOOD.to_json()))
    assert site.get("/metrics")[1] == metrics(GOOD, NOW)
    status, text, headers = site.get("/?x=1")
    assert (status, text) == (200, page(GOOD, NOW))
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == "no-store"


def test_a_new_status_is_shown_at_once_and_an_old_one_judged_anew(site: Site) -> None:
    """Each second: a keeper that hangs gets unhealthy by itself."""
    site.board.status = replace(GOOD, spending=replace(GOOD.spending, is_used_up=True))
    status, text, _ = site.get("/healthz")
    assert (status, text) == (503, "the budget is used up, so nothing more is sent\n")
    site.board.status = GOOD
    assert site.get("/healthz")[0] == 200
    site.now += 1_000
    assert site.get("/healthz")[0] == 503
    told = json.loads(site.get("/status.json")[1])["alerts"]
    assert [one["kind"] for one in told] == ["stuck"]


@pytest.mark.parametrize("path", PATHS)
def test_a_head_is_the_same_without_its_body(site: Site, path: str) -> None:
    status, text, headers = site.get(path, "HEAD")
    assert (status, text) == (200, "")
    assert headers == site.get(path)[2]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"GET /nowhere HTTP/1.1\r\n\r\n", 404),
        (b"GET /../../etc/passwd HTTP/1.1\r\n\r\n", 404),
        (b"GET //status.json HTTP/1.1\r\n\r\n", 404),
        (b"GET http://evil/ HTTP/1.1\r\n\r\n", 404),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", 405),
        (b"DELETE /healthz HTTP/1.1\r\n\r\n", 405),
        (b"GET / HTTP/2\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"\xff\x00 \xfe \x00\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 9_000, 431),
        (b"x" * 1_000_000, 431),
    ],
    ids=itertools.count(),
)
def test_what_is_no_request_for_anything_here(site: Site, said: bytes, status: int) -> None:
    try:
        answer = site.say(said)
    except OSError:  # it was cut off in the middle of what it said
        assert len(said) > web.MOST_BYTES
    else:
        assert answer.startswith(b"HTTP/1.1 %d " % status) or len(said) > web.MOST_BYTES
        assert b"Traceback" not in answer
    assert site.get("/healthz")[0] == 200


def test_who_says_nothing_or_half_of_it_holds_up_nobody(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even as many as there are places: the oldest is cut off. A place is not kept by sending a byte now and then."""
    monkeypatch.setattr(web, "PATIENCE", 600.0)
    idlers = [site.connect() for _ in range(web.MOST_CONNECTIONS)]
    for one in idlers:
        one.sendall(b"GET / HTTP/1.1\r\nX: ")
    for _ in range(3):
        assert site.get("/healthz")[0] == 200
    assert idlers[0].recv(1) == b"", "the oldest has gone"
    for one in idlers:
        one.close()


def test_who_takes_too_long_is_cut_off(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "PATIENCE", 0.2)
    with site.connect() as slow:
        try:
            for _ in range(10_000):
                slow.sendall(b"G")
                time.sleep(0.001)
        except OSError:
            return
        assert slow.recv(1) == b""


def test_who_does_not_read_is_cut_off(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of some megabytes does not fit into what the system keeps for who is slow."""
    monkeypatch.setattr(web, "PATIENCE", 0.5)
    site.board.status = replace(GOOD, actions=(replace(ACTION, detail="x" * 30_000_000),))

    def is_cut_off() -> bool:
        try:
            lazy.sendall(b"x")
        except OSError:
            return True
        return False

    with site.connect() as lazy:
        lazy.sendall(b"GET /status.json HTTP/1.1\r\n\r\n")
        wait_until(is_cut_off)
    monkeypatch.undo()
    assert site.get("/healthz")[0] == 200, "all others are served"


def test_many_at_once_are_all_served(site: Site) -> None:
    """Though only so many are taken a second, and clients that leave in the middle are among them."""
    found: list[int] = []

    def client() -> None:
        for number in range(5):
            with site.connect() as gone:
                gone.sendall(b"GET / HT" if number % 2 else b"")
            found.append(site.get(PATHS[number % 4])[0])

    clients = [threading.Thread(target=client) for _ in range(8)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    assert found == [200] * 40


def test_a_defect_of_the_page_is_none_of_the_keepers(site: Site) -> None:
    """And tells the client nothing."""
    site.board.status = replace(GOOD, chain="nonsense")  # type: ignore[arg-type]
    answer = site.get("/")
    assert answer[:2] == (500, "Internal Server Error\n")
    site.board.status = GOOD
    assert site.get("/")[0] == 200


def test_it_ends_with_the_keeper_though_clients_stay() -> None:
    at = listening("127.0.0.1", 0)
    port = at.getsockname()[1]
    with serving(at, Board(GOOD)):
        idler = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        idler.sendall(b"GET ")
    assert not any(one.name == "status page" for one in threading.enumerate())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    idler.close()


# THE PAGE


class Outline(HTMLParser):
    """Tags and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


BAD = replace(
    GOOD,
    account=replace(GOOD.account, lacks_money=True),
    troubles=(trouble("node", "settle of lot 3", "no answer"),),
)


@pytest.mark.parametrize(
    ("status", "told"),
    [(GOOD, "All is well."), (BAD, "It cannot do its work."),
     (replace(GOOD, lots=(replace(LOT, due_by=NOW + 60),)), "Somebody should look at this."),
     (Status("1.0", NOW, NOW, GOOD.chain, GOOD.rounds), "Starting."),
     (replace(GOOD, state="stopped"), "Stopped.")],
    ids=["well", "unhealthy", "an alert", "starting", "stopped"],
)  # fmt: skip
def test_the_page_says_how_things_are(status: Status, told: str) -> None:
    found = Outline(page(status, NOW))
    assert told in found.text
    assert (
        sum(
            word in found.text
            for word in ("All is well.", "cannot do", "should look", "Starting.", "Stopped.")
        )
        == 1
    )


def test_the_page_has_what_the_status_has() -> None:
    found = Outline(page(BAD, NOW)).text
    for part in ("1 ETH", "0.01 ETH", "0.09 ETH", "123,456 gas", "reveal of lot 7, 3 members", "settle of lot 3", "no answer",
                 ACTION.transaction or "", "in 2 h", "block 100", "https://node.example"):  # fmt: skip
        assert part in found, part


def test_amounts_are_short_enough_for_phones_and_never_better_than_they_are() -> None:
    """What is left is rounded down, what was paid up; one thing is not called many."""
    spending = replace(GOOD.spending, spent_wei="1", left_wei=str(10**18 - 1), transactions=1)
    place = replace(GOOD.serves[0], lots=1)
    found = Outline(page(replace(GOOD, spending=spending, serves=(place,)), NOW)).text
    for part in ("0.000000001 ETH", "0.999999999 ETH", "in 1 transaction", "1 unfinished lot,"):
        assert part in " ".join(found.split()), part


def test_the_page_runs_nothing_and_loads_nothing() -> None:
    found = Outline(page(BAD, NOW))
    names = {name for name, _ in found.tags}
    assert not names & {"script", "link", "img", "iframe", "form", "object", "style src"}
    assert not any(
        key.startswith("on") or key in ("src", "style") for _, own in found.tags for key in own
    )
    links = {own["href"] for name, own in found.tags if name == "a"}
    assert links == {"status.json", "metrics", "healthz"}
    refresh = [own["content"] for name, own in found.tags if own.get("http-equiv") == "refresh"]
    assert refresh == ["15"]


def test_what_strangers_say_is_text() -> None:
    """A token's or a house's words stand in reasons."""
    evil = trouble("refused", "settle", "<script>alert(1)</script><img src=x onerror=y>")
    text = page(replace(GOOD, troubles=(evil,)), NOW)
    assert "<script" not in text
    assert {name for name, _ in Outline(text).tags}.isdisjoint({"script", "img"})


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (61, "1 min 1 s"), (3_600, "1 h"), (3_660, "1 h 1 min"),
     (86_400, "1 d"), (90_000, "1 d 1 h"), (10**9, "11,574 d 1 h")],
)  # fmt: skip
def test_spans_of_time(seconds: int, told: str) -> None:
    assert span(seconds) == told
    assert until(NOW + seconds, NOW) == f"in {told}"
    assert until(NOW, NOW + seconds) == (f"{told} ago" if seconds else "in 0 s")


def test_a_time_that_no_calendar_has() -> None:
    """Whoever lists a lot chooses its times."""
    far = replace(LOT, until=2**63, due_by=2**63)
    assert "s after 1970" in page(replace(GOOD, lots=(far,)), NOW)


# METRICS

_SAMPLE = re.compile(r'(consort_keeper_[a-z_]+)(\{([a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+\})? (\S+)')


def test_metrics_are_as_prometheus_reads_them() -> None:
    """Each family begins with HELP and TYPE, its samples follow together, each value is a number."""
    evil = replace(GOOD, serves=(replace(GOOD.serves[0], contract='a"b\\c\nd'),))
    current, families = "", []
    for line in metrics(evil, NOW).splitlines():
        if line.startswith("# HELP "):
            current = line.split()[2]
            families.append(current)
        elif line.startswith("# TYPE "):
            assert line.split()[2:] in ([current, "gauge"], [current, "counter"])
        else:
            found = _SAMPLE.fullmatch(line)
            assert found, line
            assert found[1] == current
            float(found[4])
    assert len(families) == len(set(families)) > 15
    assert all(
        name.endswith("_total") for name in families if f"TYPE {name} counter" in metrics(evil, NOW)
    )


def test_metrics_follow_the_status() -> None:
    text = metrics(BAD, NOW)
    for line in (
        "consort_keeper_healthy 0",
        "consort_keeper_balance_ether 1.0",
        "consort_keeper_spent_ether_total 0.01",
        "consort_keeper_gas_total 500000",
        "consort_keeper_lag_seconds 6",
        'consort_keeper_due_lots{need="reveal"} 1',
        'consort_keeper_troubles{kind="node"} 1',
        'consort_keeper_alerts{kind="money"} 1',
        'consort_keeper_alerts{kind="node"} 0',
        f"consort_keeper_next_deadline_seconds {NOW + 7_200}",
    ):
        assert f"{line}\n" in text, line
    assert "consort_keeper_healthy 1\n" in metrics(GOOD, NOW)


def test_what_is_not_known_has_no_metric() -> None:
    new = Status("1.0", NOW, NOW, replace(GOOD.chain, block=None, lag_seconds=None), GOOD.rounds)
    text = metrics(new, NOW)
    for name in (
        "balance_ether",
        "lag_seconds",
        "budget_left_ether",
        "next_deadline_seconds",
        "block",
    ):
        assert f"consort_keeper_{name}" not in text
