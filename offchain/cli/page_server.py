"""The web page served to browsers of this machine: a fixed set of files in memory, and nothing else.

What is served is read once, by name, so that no request names a path. The deployment file can hold the URL of a node, with a
key: only whoever asks for this very host gets it, so that a web site whose name leads here does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from offchain.io.local_server import HOST, LocalHandler, LocalServer, running

INDEX: Final = "index.html"
_NAMES: Final = (HOST, "localhost")
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
    with running(_Server(files, port)) as url:
        yield f"{url}/"


class _Server(LocalServer):
    def __init__(self, files: Mapping[str, Served], port: int) -> None:
        super().__init__(_Handler, port)
        self._files = {f"/{name}": file for name, file in files.items()} | {"/": files[INDEX]}
        self._hosts = {f"{name}:{self.server_port}" for name in _NAMES}

    def found(self, host: str, path: str) -> Served | None:
        """What is answered to a request for a path of a host."""
        return self._files.get(path.partition("?")[0]) if host in self._hosts else None


class _Handler(LocalHandler):
    """GET and HEAD."""

    server: _Server

    def do_GET(self) -> None:  # noqa: N802  # http.server calls it so
        """Answers with a file."""
        self._answer(has_body=True)

    def do_HEAD(self) -> None:  # noqa: N802  # http.server calls it so
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
