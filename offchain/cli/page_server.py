"""The web page served to browsers of this machine: a fixed set of files in memory, and nothing else.

What is served is read once, by name, so that no request names a path. The deployment file can hold the URL of a node, with a
key: only whoever asks for this very host gets it, so that a web site whose name leads here does not.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

HOST: Final = "127.0.0.1"
INDEX: Final = "index.html"
_NAMES: Final = (HOST, "localhost")
_PATIENCE: Final = 10.0
"""How long a connection may idle, in seconds."""
_HEADERS: Final = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "frame-ancestors 'none'",  # the page's own policy cannot say this
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Served:
    """A file, and what it is."""

    data: bytes
    type: str


@contextmanager
def serving(files: Mapping[str, Served], port: int = 0) -> Iterator[str]:
    """Serves files by their names, `INDEX` at the root too, while the body runs, which gets the URL. `port`: 0 takes any.

    Raises:
        OSError: the port cannot be had.
    """
    with _Server(files, port) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    """A thread for each connection; none keeps the server from being closed."""

    def __init__(self, files: Mapping[str, Served], port: int) -> None:
        super().__init__((HOST, port), _Handler)
        self._files = {f"/{name}": file for name, file in files.items()} | {"/": files[INDEX]}
        self._hosts = {f"{name}:{self.server_port}" for name in _NAMES}

    def found(self, host: str, path: str) -> Served | None:
        """What is answered to a request for a path of a host."""
        return self._files.get(path.partition("?")[0]) if host in self._hosts else None

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing is amiss when a client goes away; anything else is told."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    """GET and HEAD."""

    timeout = _PATIENCE
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        """Answers with a file."""
        self._answer(has_body=True)

    def do_HEAD(self) -> None:
        """Answers without it."""
        self._answer(has_body=False)

    def _answer(self, has_body: bool) -> None:
        file = self.server.found(self.headers.get("Host", ""), self.path)
        status = HTTPStatus.NOT_FOUND if file is None else HTTPStatus.OK
        file = file or Served(b"not found\n", "text/plain")
        self.send_response(status)
        self.send_header("Content-Type", f"{file.type}; charset=utf-8")
        self.send_header("Content-Length", str(len(file.data)))
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        if has_body:
            self.wfile.write(file.data)

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing of each request."""
