"""Answers that are too long, never end, burst when unpacked, break off, or stand elsewhere: an error, soon, in little memory."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress

import pytest
from websockets.sync.server import ServerConnection, serve

from offchain.chain import rpc
from offchain.chain.rpc import NoAnswer, Rpc
from offchain.io import transport
from tests.patience import PATIENCE

Send = Callable[[bytes], None]
HEAD = b"HTTP/1.1 200 OK\r\n"
CLOSE = HEAD + b"Connection: close\r\n\r\n"
GOOD = b'{"jsonrpc":"2.0","id":0,"result":"0x1234"}'
SOON = 3.0
"""Seconds that are waited for answers without end, whose heads may be late on a slow machine."""


@contextmanager
def server(answer: Callable[[Send], None]) -> Iterator[str]:
    """A socket that answers every request alike; its URL."""
    with ExitStack() as stack:
        listener = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0))))

        def serve(peer: socket.socket) -> None:
            with closing(peer), suppress(OSError):
                received = b""
                while b"\r\n\r\n" not in received or not received.endswith(b"}"):
                    received += peer.recv(1 << 16)
                asked = json.loads(received.partition(b"\r\n\r\n")[2])
                number = str(asked["id"]).encode()
                answer(lambda data: peer.sendall(data.replace(b'"id":0', b'"id":' + number)))

        def accept() -> None:
            with suppress(OSError):
                while True:
                    peer, _ = listener.accept()
                    threading.Thread(target=serve, args=(peer,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def with_length(send: Send, body: bytes, *headers: bytes, length: int | None = None) -> None:
    lines = [b"Content-Length: %d" % (len(body) if length is None else length), *headers]
    send(HEAD + b"\r\n".join(lines) + b"\r\n\r\n")
    send(body)


def in_chunks(send: Send) -> None:
    send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    for place in range(len(GOOD)):
        send(b"1\r\n" + GOOD[place : place + 1] + b"\r\n")
    send(b"0\r\n\r\n")


def packed_and_in_crumbs(send: Send) -> None:
    packed = gzip.compress(GOOD)
    send(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed))
    for place in range(len(packed)):
        send(packed[place : place + 1])


def endless(send: Send) -> None:
    send(CLOSE)
    while True:
        send(b" " * (1 << 16))


def a_bomb(send: Send) -> None:
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    send(HEAD + b"Content-Encoding: gzip\r\n" + CLOSE.removeprefix(HEAD))
    for _ in range(64):
        send(press.compress(b" " * (1 << 22)))


def a_trickle(send: Send) -> None:
    send(CLOSE)
    while True:
        send(b" ")
        time.sleep(0.05)


def a_head_that_trickles(send: Send) -> None:
    send(HEAD)
    while True:
        send(b"a")
        time.sleep(0.05)


# a redirected reader must not repeat its question, openings and all, elsewhere
def elsewhere(send: Send) -> None:
    target = b"Location: https://elsewhere.example/k3y?k3y\r\nContent-Length: 0\r\n\r\n"
    send(b"HTTP/1.1 308 Permanent Redirect\r\n" + target)


GOOD_WAYS: dict[str, Callable[[Send], None]] = {
    "whole": lambda send: with_length(send, GOOD),
    "until the end": lambda send: send(CLOSE + GOOD),
    "in chunks": in_chunks,
    "packed": packed_and_in_crumbs,
}
BAD_WAYS: dict[str, tuple[Callable[[Send], None], str, bool]] = {
    "endless": (endless, "longer than 1 MiB", True),
    "a bomb": (a_bomb, "longer than 1 MiB", True),
    "a trickle": (a_trickle, "does not end in time", True),
    "a head that trickles": (a_head_that_trickles, f"no answer within {SOON:g} s", True),
    "cut off": (lambda send: with_length(send, GOOD, length=1_000), "broken", True),
    "cut chunk": (lambda send: send(HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{"), "broken", True),
    "not packed": (lambda send: with_length(send, GOOD, b"Content-Encoding: gzip"), "decode", True),
    "elsewhere": (elsewhere, "308 Permanent Redirect to https://elsewhere.example/…, which", False),
}  # fmt: skip


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpc, "_PAUSES", ())
    monkeypatch.setattr(transport, "MOST_BYTES", 1 << 20)


@pytest.mark.parametrize("way", GOOD_WAYS)
def test_however_an_answer_comes(way: str) -> None:
    with server(GOOD_WAYS[way]) as url, closing(Rpc(url)) as node:
        assert node.request("eth_chainId") == "0x1234"


@pytest.mark.parametrize("way", BAD_WAYS)
def test_what_is_no_answer(way: str) -> None:
    """And whether less might be answered."""
    answer, told, perhaps_too_large = BAD_WAYS[way]
    seconds = SOON if "trickle" in way else PATIENCE
    with server(answer) as url, closing(Rpc(url, timeout=seconds)) as node:
        with pytest.raises(NoAnswer, match=told) as caught:
            node.request("eth_chainId")
        assert "k3y" not in str(caught.value)
        assert caught.value.perhaps_too_large is perhaps_too_large


def test_a_web_socket_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpc, "MOST_BYTES", 1 << 20)

    def answer(peer: ServerConnection) -> None:
        peer.recv()
        peer.send('"' + "x" * (1 << 21) + '"')

    listening = serve(answer, "127.0.0.1", 0, compression=None)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    with closing(Rpc(f"ws://127.0.0.1:{listening.socket.getsockname()[1]}")) as node:
        with pytest.raises(NoAnswer, match=r"too big|closed") as caught:
            node.request("eth_chainId")
        listening.shutdown()
    assert caught.value.perhaps_too_large
