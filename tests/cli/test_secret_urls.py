"""Keys in a node's URL: no command, message, file or exception repeats one, and CONSORT_NODE keeps them out of command lines."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from offchain.chain import rpc
from offchain.chain.errors import ChainError
from offchain.chain.nodes import Node, anvil
from offchain.chain.rpc import Rpc
from offchain.io.urls import argument, foreign, named, without_secrets
from tests.patience import PATIENCE
from tests.proxy import Answer, Dropped, Liar, Status, proxy, refusal

SECRETS = ("k3yInThePath", "k3yInTheQuery", "us3r", "passw0rd")
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with anvil(accounts=1) as started:
        yield started


@pytest.fixture
def liar(node: Node) -> Iterator[Liar]:
    with proxy(node.url) as started:
        yield started


def secret(url: str) -> str:
    """`url` with a key in every place that can hold one."""
    path, query, user, password = SECRETS
    scheme, host = url.split("://")
    return f"{scheme}://{user}:{password}@{host}/v3/{path}?apikey={query}"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "offchain.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env=os.environ | environment,
    )


def leaks(*texts: str) -> list[str]:
    return [one for one in SECRETS for text in texts if one in text]


def commands(folder: Path) -> dict[str, list[str]]:
    """Each command that takes a node, all but where it is."""
    deployment = folder / "deployment.json"
    fields = {
        "chain_id": 31337,
        "block": 0,
        "factory": "0x" + "11" * 20,
        "auctioneer": "0x" + "22" * 20,
    }
    deployment.write_text(json.dumps(fields), encoding="utf-8")
    openings = str(folder / "openings.jsonl")
    return {
        "deploy": ["deploy", "--out", str(folder / "new.json")],
        "keep": ["keep", "--once", "--deployment", str(deployment), "--openings", openings],
        "solve": ["solve", str(EXAMPLES / "painting.json")],
        "demo": ["demo", "--out", str(folder / "demo")],
    }  # fmt: skip


def everything(result: subprocess.CompletedProcess[str], folder: Path) -> list[str]:
    """All that a command said and wrote, names of files included."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    written = [path.read_bytes().decode(errors="replace") for path in files]
    return [result.stdout, result.stderr, *written, *map(str, files)]


@pytest.mark.parametrize("command", ["deploy", "keep", "solve", "demo"])
@pytest.mark.parametrize("scheme", ["http", "ws"])
def test_nobody_there(tmp_path: Path, command: str, scheme: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    result = run(*commands(tmp_path)[command], "--on", secret(f"{scheme}://127.0.0.1:{port}"))
    assert result.returncode == 3
    assert "127.0.0.1" in result.stderr
    assert not leaks(*everything(result, tmp_path))


@pytest.mark.parametrize("command", ["deploy", "keep", "solve", "demo"])
@pytest.mark.parametrize("scheme", ["htps", "mailto", ""])
def test_a_url_that_is_none(tmp_path: Path, command: str, scheme: str) -> None:
    """A slip of the pen is no reason to print a key either."""
    url = secret("http://mainnet.example").replace("http:", f"{scheme}:" if scheme else "", 1)
    for result in (
        run(*commands(tmp_path)[command], "--on", url),
        run(*commands(tmp_path)[command], "--on", "node", CONSORT_NODE=url),
    ):
        assert result.returncode == 2
        assert not leaks(result.stdout, result.stderr)


@pytest.mark.parametrize("command", ["deploy", "keep"])
def test_a_node_that_works(liar: Liar, tmp_path: Path, command: str) -> None:
    """Whether it does what it was told or says what is wrong; through the variable as through the option."""
    url = secret(liar.url)
    for result in (
        run(*commands(tmp_path)[command], "--on", url),
        run(*commands(tmp_path)[command], "--on", "node", CONSORT_NODE=url),
        run(*commands(tmp_path)[command], CONSORT_NODE=url),
    ):
        assert result.returncode == (0 if command == "deploy" else 2), result.stderr
        assert "there is no auctioneer" in result.stderr or command == "deploy"
        assert not leaks(*everything(result, tmp_path))


def test_what_the_variable_is_for(tmp_path: Path) -> None:
    """Commands that may start a chain of their own use the variable only when told to; no command works without either."""
    told = commands(tmp_path)
    missing = run(*told["deploy"], CONSORT_NODE="")
    assert missing.returncode == 2
    assert "CONSORT_NODE" in missing.stderr
    unset = run(*told["solve"], "--on", "node", CONSORT_NODE="")
    assert unset.returncode == 2
    assert "CONSORT_NODE, which is not set" in unset.stderr
    solved = run(*told["solve"], CONSORT_NODE="http://127.0.0.1:1")
    assert solved.returncode == 0
    for command in told:
        assert "CONSORT_NODE" in run(command, "--help").stdout


def repeat(method: str, params: Any) -> Answer | None:
    """What careless gateways do: they repeat the key in their errors."""
    return refusal(
        f"project {SECRETS[0]} is over its limit; see /v3/{SECRETS[0]}?apikey={SECRETS[1]}"
    )


def raised(error: Exception) -> None:
    raise error


TROUBLES: dict[str, Callable[[str, Any], Answer | None]] = {
    "a refusal": repeat,
    "an error that is none": lambda method, params: {"error": SECRETS[0]},
    "a detail": lambda method, params: {"error": {"code": 1, "data": SECRETS[0]}},
    "an object": lambda method, params: {"error": {"code": 1, "message": {"key": SECRETS[1]}}},
    "a status": lambda method, params: raised(Status(403, SECRETS[0])),
    "a busy status": lambda method, params: raised(Status(503)),
    "an unknown status": lambda method, params: raised(Status(499, json.dumps({"error": SECRETS}))),
    "no JSON": lambda method, params: raised(Status(200, SECRETS[0])),
    "a dropped connection": lambda method, params: raised(Dropped()),
    "nothing": lambda method, params: {"result": None},
}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("many", [1, 3])
def test_whatever_goes_wrong(
    liar: Liar, monkeypatch: pytest.MonkeyPatch, trouble: str, many: int
) -> None:
    """Also in a traceback, which shows what an error came from."""
    monkeypatch.setattr(rpc, "_PAUSES", ())
    liar.before = TROUBLES[trouble]
    node = Rpc(secret(liar.url))

    def ask() -> list[int]:
        return [one.number() for one in node.answers([("eth_getBalance", ())] * many)]

    with pytest.raises(ChainError) as caught:
        ask()
    told = "".join(traceback.format_exception(caught.value))
    assert not leaks(str(caught.value), told)
    assert "127.0.0.1" in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://mainnet.example", "https://mainnet.example"),
        ("https://mainnet.example/", "https://mainnet.example"),
        ("https://mainnet.example:8545/v3/KEY", "https://mainnet.example:8545/…"),
        ("wss://user:word@mainnet.example/?k=KEY#KEY", "wss://mainnet.example/…"),
        ("https://0123456789abcdef0123456789abcdef.example/", "https://….example"),
        ("http://[::1]:8545/KEY", "http://[::1]:8545/…"),
        ("http://[::1", "…"),
        ("KEY", "…"),
        ("", "…"),
    ],
)
def test_what_is_left_of_a_url(url: str, told: str) -> None:
    assert without_secrets(url) == told


def test_names_are_no_urls() -> None:
    assert (named("anvil"), named("https://a.example/KEY")) == ("anvil", "https://a.example/…")
    assert argument("ganach") == "'ganach'"
    assert "KEY" not in argument("a.example/v3/KEY") + argument("https//a.example?k=KEY")


@pytest.mark.parametrize(
    "text", ["k%20ey", "k ey", "http://h/v3/k%20ey", "\x1b[2Jk ey\n", "x" * 10**6]
)
def test_foreign_text_is_short_printable_and_without_the_key(text: str) -> None:
    told = foreign(text, "http://h/v3/k%20ey")
    assert told.isprintable()
    assert len(told) <= 400
    assert "k ey" not in told
    assert "k%20ey" not in told
