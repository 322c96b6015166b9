"""HTTP to a server that may be hostile: an answer has a bounded length, comes in bounded time, and from where it was asked for.

web3's HTTP provider sends through this session; its own reads whatever comes, for as long as it comes.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ProtocolError

MOST_BYTES: Final = 32 << 20
"""The longest answer of a node, unpacked: what one transaction of 16 million gas can log takes 20 MiB."""


class BoundedSession(requests.Session):
    """Follows no redirection, and gives up on answers that are too long, or whose head or body does not end within a time-out."""

    def __init__(self, trust_env: bool, most_bytes: int | None = None) -> None:
        """`trust_env`: whether proxies of the environment are asked. `most_bytes`: by default MOST_BYTES."""
        super().__init__()
        self.trust_env = trust_env
        self._most_bytes = MOST_BYTES if most_bytes is None else most_bytes
        self._connections = _Connections()
        self.mount("http://", self._connections)
        self.mount("https://", self._connections)

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Sends a request; `requests.HTTPError` if the answer is to look elsewhere."""
        deadline = time.monotonic() + options["timeout"]
        with self._connections.cut_after(options["timeout"]):
            answer = super().send(request, **options | {"stream": True, "allow_redirects": False})
        if answer.is_redirect:
            answer.close()
            raise requests.HTTPError("redirected", response=answer)
        answer.raw = _Bounded(answer.raw, deadline, self._most_bytes)
        _ = answer.content  # reads it, and keeps it
        return answer


class _Connections(HTTPAdapter):
    """Connections that can be cut while somebody waits at them: a time-out alone begins anew with each byte that comes."""

    def __init__(self) -> None:
        self._made: WeakSet[HTTPConnection] = WeakSet()
        super().__init__()

    def get_connection_with_tls_context(self, *arguments: Any, **options: Any) -> Any:
        """A pool of connections, all of which are remembered."""
        pool: Any = super().get_connection_with_tls_context(*arguments, **options)
        kind: Any = type(pool).ConnectionCls

        def remembered(**settings: Any) -> Any:
            connection = kind(**settings)
            self._made.add(connection)
            return connection

        pool.ConnectionCls = remembered
        return pool

    @contextmanager
    def cut_after(self, seconds: float) -> Iterator[None]:
        """Cuts all connections if the body takes longer; it ends in `requests.ReadTimeout` then."""
        is_cut = threading.Event()

        def cut() -> None:
            is_cut.set()
            for connection in list(self._made):
                if isinstance(connection.sock, socket.socket):
                    with suppress(OSError):
                        socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)

        timer = threading.Timer(seconds, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except requests.RequestException:
            if not is_cut.is_set():
                raise
        finally:
            timer.cancel()
        if is_cut.is_set():  # also where what came until then could pass for a head
            raise requests.ReadTimeout("the head of the answer does not end in time")


class _Bounded:
    """A response of urllib3 whose body is read under bounds."""

    def __init__(self, response: Any, deadline: float, most_bytes: int) -> None:
        self._response = response
        self._deadline = deadline
        self._most_bytes = most_bytes

    def stream(self, piece: int, decode_content: bool = True) -> Iterator[bytes]:
        """The body in pieces of whatever has arrived."""
        length = 0
        # read1 returns after each packet: read would wait for a whole piece, however slowly it trickles in
        while data := self._response.read1(piece, decode_content=decode_content):
            length += len(data)
            if length > self._most_bytes:
                raise ProtocolError(f"the answer is longer than {_size(self._most_bytes)}")
            if time.monotonic() > self._deadline:
                raise ProtocolError("the answer does not end in time")
            yield data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._response, name)


def _size(number: int) -> str:
    return f"{number >> 20} MiB" if number >= 1 << 20 else f"{number >> 10} KiB"
