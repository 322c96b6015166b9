"""HTTP for programs and browsers of this machine, while a body runs: a thread for each connection."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

HOST: Final = "127.0.0.1"
_PATIENCE: Final = 10.0
"""How long a connection may idle, in seconds."""
_LOOK: Final = 0.1
"""How often a server looks whether it is to end, in seconds."""


class LocalServer(ThreadingHTTPServer):
    """Answers at `HOST`; no connection keeps it from being closed."""

    def __init__(self, handler: type[LocalHandler], port: int) -> None:
        """`port`: 0 takes any that is free. Raises OSError if it cannot be had."""
        super().__init__((HOST, port), handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing is amiss when a client goes away; anything else is told."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class LocalHandler(BaseHTTPRequestHandler):
    """Lets a connection wait for its next request, but not for long, and says nothing of any."""

    timeout = _PATIENCE
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    """Else a body waits for word that the head has arrived, which systems delay by 40 ms."""

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing of each request."""


@contextmanager
def running(server: LocalServer) -> Iterator[str]:
    """Serves while the body runs, which gets the URL, and closes the server."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(_LOOK,), daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
