"""`consort page` as a user runs it: the page of one deployment, on this machine alone, and no other file."""

import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from offchain.bindings.deployment import Deployment
from offchain.cli import app
from offchain.cli import page as page_module
from offchain.cli.page_server import Served, serving
from offchain.locks.beacon import QUICKNET
from tests.patience import PATIENCE

FILES = {
    "index.html": Served(b"<h1>page</h1>", "text/html"),
    "deployment.json": Served(b'{"node": "https://node.example/KEY"}', "application/json"),
}
DEPLOYED = Deployment(1, 7, "0x" + "11" * 20, "0x" + "22" * 20, beacon=QUICKNET)


def ask(url: str, path: str, host: str | None = None, method: str = "GET") -> tuple[int, bytes]:
    """Status and body, without anything tidying the path."""
    connection = http.client.HTTPConnection(
        url.removeprefix("http://").rstrip("/"), timeout=PATIENCE
    )
    connection.request(method, path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_files_by_name_and_nothing_else() -> None:
    with serving(FILES) as url:
        assert ask(url, "/") == ask(url, "/index.html") == (200, b"<h1>page</h1>")
        assert ask(url, "/?dao=0x11&lot=1") == (200, b"<h1>page</h1>")
        assert ask(url, "/", method="HEAD") == (200, b"")
        for path in (
            "/../pyproject.toml",
            "//etc/passwd",
            "/%2e%2e/README.md",
            "/index.html/",
            "/x",
        ):
            assert ask(url, path)[0] == 404, path


def test_a_site_whose_name_leads_here_reads_nothing() -> None:
    """A page of another origin, whose host was made to resolve to this machine, would see the node's key."""
    with serving(FILES) as url:
        port = url.rstrip("/").rsplit(":")[-1]
        for host in (f"evil.example:{port}", "127.0.0.1:1", f"[::1]:{port}"):
            assert ask(url, "/deployment.json", host) == (404, b"not found\n")
        assert ask(url, "/deployment.json", f"localhost:{port}")[0] == 200


def test_other_sites_may_not_frame_it() -> None:
    with serving(FILES) as url:
        connection = http.client.HTTPConnection(url.removeprefix("http://").rstrip("/"))
        connection.request("GET", "/")
        headers = connection.getresponse().headers
        assert headers["Content-Security-Policy"] == "frame-ancestors 'none'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in headers


@contextmanager
def running(*arguments: str, built: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command at work on a page that was built in a folder, and its address."""
    start = (
        "import sys; from pathlib import Path; from offchain.cli import app, page;"
        "page.BUILT = Path(sys.argv.pop(1)); app()"
    )
    command = [sys.executable, "-c", start, str(built), "page", *arguments]
    with subprocess.Popen(
        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            told = process.stdout.readline()
            found = re.fullmatch(r"(http://127\.0\.0\.1:\d+/)\n", told)
            assert found is not None, (told, process.communicate())
            yield process, found[1]
        finally:
            process.kill()


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A page as `make page` leaves it."""
    for name in ("index.html", "page.js", "page.css"):
        (tmp_path / name).write_text(name)
    return tmp_path


def test_it_serves_the_deployment_with_the_node_until_it_is_stopped(built: Path) -> None:
    file = built / "d.json"
    DEPLOYED.write(file)
    with running("--deployment", str(file), "--on", "http://127.0.0.1:8545", built=built) as (
        process,
        url,
    ):
        assert ask(url, "/page.js") == (200, b"page.js")
        assert ask(url, "/d.json")[0] == 404
        served = json.loads(ask(url, "/deployment.json")[1])
        assert served.pop("node") == "http://127.0.0.1:8545"
        again = built / "again.json"
        again.write_text(json.dumps({name: one for name, one in served.items() if one != []}))
        assert Deployment.read(again) == DEPLOYED
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


def test_what_cannot_be_served_is_told(
    built: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CONSORT_NODE", raising=False)
    file = tmp_path / "d.json"
    DEPLOYED.write(file)
    run = CliRunner().invoke
    monkeypatch.setattr(page_module, "BUILT", tmp_path / "nothing")
    found = run(app, ["page", "--deployment", str(file)])
    assert found.exit_code == 2
    assert "make page" in found.stderr
    monkeypatch.setattr(page_module, "BUILT", built)
    found = run(app, ["page", "--deployment", str(tmp_path / "none.json")])
    assert found.exit_code == 2
    assert "--deployment" in found.stderr
    found = run(app, ["page", "--deployment", str(file), "--on", "KEY-of-mine"])
    assert found.exit_code == 2
    assert "URL" in found.stderr
