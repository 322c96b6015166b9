"""A keeper's page and its figures over HTTP, beside its work, which no client can hold up.

| path | answer |
| --- | --- |
| `/` | the page |
| `/status.json` | the status, with the alerts of this moment |
| `/healthz` | 200, or 503 with the reasons |
| `/metrics` | for Prometheus |

One thread serves all, from the last status alone. A connection has one request of at most `MOST_BYTES`, and `PATIENCE` seconds
for everything; of more than `MOST_CONNECTIONS` the oldest is cut off; new ones are taken `RATE` times a second at most, and
what is made of a status is kept for a second.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from offchain.keeper.watch.health import alerts, is_healthy
from offchain.keeper.watch.metrics import CONTENT_TYPE, metrics
from offchain.keeper.watch.page import page
from offchain.keeper.watch.status import Status

MOST_BYTES: Final = 8_192
MOST_CONNECTIONS: Final = 32
PATIENCE: Final = 5.0
RATE: Final = 200
_BACKLOG: Final = 128
_PIECE: Final = 4_096
_TEXT: Final = "text/plain; charset=utf-8"
_HEADERS: Final = (
    "Cache-Control: no-store",
    "Connection: close",
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy: no-referrer",
    "X-Content-Type-Options: nosniff",
    "X-Frame-Options: DENY",
)


@dataclass
class Board:
    """Where the keeper hangs out its last status; whoever reads takes it whole."""

    status: Status


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered."""

    status: HTTPStatus
    kind: str
    body: str

    def to_bytes(self, with_body: bool) -> bytes:
        """As HTTP."""
        body = self.body.encode("utf-8", "backslashreplace")
        head = (
            f"HTTP/1.1 {self.status.value} {self.status.phrase}",
            f"Content-Type: {self.kind}",
            f"Content-Length: {len(body)}",
            *_HEADERS,
        )
        return "\r\n".join((*head, "", "")).encode() + (body if with_body else b"")


def listening(host: str, port: int) -> socket.socket:
    """A socket at an address of this machine. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(_BACKLOG)
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made


@contextmanager
def serving(
    at: socket.socket, board: Board, clock: Callable[[], float] = time.time
) -> Iterator[None]:
    """Serves a board at a socket, which is closed afterwards, while the body runs. `clock`: seconds since the epoch."""
    server = _Server(at, board, clock)
    thread = threading.Thread(target=server.run, name="status page", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join(PATIENCE)
        at.close()


class _Server:
    def __init__(self, at: socket.socket, board: Board, clock: Callable[[], float]) -> None:
        self._at, self._board, self._clock = at, board, clock
        self._loop = asyncio.new_event_loop()
        self._open: dict[asyncio.Task[None], None] = {}
        self._made: dict[str, Reply] = {}
        self._made_of: tuple[Status, int] | None = None

    def run(self) -> None:
        """Serves until it is stopped."""
        asyncio.set_event_loop(self._loop)
        self._accepting = self._loop.create_task(self._accept())
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._accepting)
        for task in list(self._open):
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*self._open, return_exceptions=True))
        self._loop.close()

    def stop(self) -> None:
        """Ends `run`, from another thread."""
        with suppress(RuntimeError):  # it has ended by itself
            self._loop.call_soon_threadsafe(lambda: self._accepting.cancel())

    async def _accept(self) -> None:
        while True:
            try:
                connection, _ = await self._loop.sock_accept(self._at)
            except OSError:  # gone before it was taken, or this machine is short of something
                await asyncio.sleep(1 / RATE)
                continue
            connection.setblocking(False)
            task = self._loop.create_task(self._serve(connection))
            self._open[task] = None
            task.add_done_callback(self._open.pop)
            if len(self._open) > MOST_CONNECTIONS:
                next(iter(self._open)).cancel()
            await asyncio.sleep(1 / RATE)

    async def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError, TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(PATIENCE):
                request = await self._request(connection)
                if request is not None:
                    await self._loop.sock_sendall(connection, self._reply_to(request))
                    connection.shutdown(socket.SHUT_WR)

    async def _request(self, connection: socket.socket) -> bytes | None:
        """The head of a request, cut where it is too long; None if the client left."""
        head = b""
        while b"\r\n\r\n" not in head and len(head) <= MOST_BYTES:
            piece = await self._loop.sock_recv(connection, _PIECE)
            if not piece:
                return None
            head += piece
        return head

    def _reply_to(self, request: bytes) -> bytes:
        if b"\r\n\r\n" not in request:
            return _plain(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE).to_bytes(True)
        words = request.partition(b"\r\n")[0].decode("latin-1").split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            return _plain(HTTPStatus.BAD_REQUEST).to_bytes(True)
        method, target, _ = words
        if method not in ("GET", "HEAD"):
            return _plain(HTTPStatus.METHOD_NOT_ALLOWED).to_bytes(True)
        return self._reply(target.partition("?")[0]).to_bytes(method == "GET")

    def _reply(self, path: str) -> Reply:
        """What stands at a path; made anew for each status, and each second."""
        if path not in _PATHS:
            return _plain(HTTPStatus.NOT_FOUND)
        at = self._board.status, int(self._clock())
        if self._made_of is None or self._made_of[0] is not at[0] or self._made_of[1] != at[1]:
            self._made, self._made_of = {}, at
        if path not in self._made:
            try:
                self._made[path] = _PATHS[path](*at)
            except Exception:  # a defect here is none of the keeper's, and tells clients nothing
                return _plain(HTTPStatus.INTERNAL_SERVER_ERROR)
        return self._made[path]


def _plain(status: HTTPStatus) -> Reply:
    return Reply(status, _TEXT, f"{status.phrase}\n")


def _page(status: Status, now: int) -> Reply:
    return Reply(HTTPStatus.OK, "text/html; charset=utf-8", page(status, now))


def _json(status: Status, now: int) -> Reply:
    told = replace(status, alerts=alerts(status, now)).to_json()
    return Reply(HTTPStatus.OK, "application/json", json.dumps(told, indent=2) + "\n")


def _health(status: Status, now: int) -> Reply:
    if is_healthy(status, now):
        return Reply(HTTPStatus.OK, _TEXT, "ok\n")
    reasons = "".join(f"{one.text}\n" for one in alerts(status, now) if one.is_unhealthy)
    return Reply(HTTPStatus.SERVICE_UNAVAILABLE, _TEXT, reasons)


def _metrics(status: Status, now: int) -> Reply:
    return Reply(HTTPStatus.OK, CONTENT_TYPE, metrics(status, now))


_PATHS: Final[dict[str, Callable[[Status, int], Reply]]] = {
    "/": _page,
    "/status.json": _json,
    "/healthz": _health,
    "/metrics": _metrics,
}
