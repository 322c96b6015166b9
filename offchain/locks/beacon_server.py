"""A local beacon served as drand serves its networks, over HTTP, to programs of this machine.

| path | answer |
| --- | --- |
| `/chains` | a list of the one chain hash |
| `/info` | the network |
| `/public/ROUND`, `/public/latest` | a round; 425 if it is to come |

All but the first stand under `/CHAIN_HASH`, too. All else is 404.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

from offchain.io.local_server import LocalHandler, LocalServer, running
from offchain.locks.beacon import round_json
from offchain.locks.local_beacon import LocalBeacon
from offchain.locks.source import NoSignature

_ROUND: Final = re.compile(r"/public/(latest|[0-9]{1,20})", re.ASCII)


@contextmanager
def serving(local: LocalBeacon, port: int = 0) -> Iterator[str]:
    """Serves the beacon while the body runs, which gets its URL. `port`: 0 takes any that is free.

    The beacon's clock is read in other threads, one at a time.

    Raises:
        OSError: the port cannot be had.
    """
    with running(_Server(local, port)) as url:
        yield url


def _answer(local: LocalBeacon, path: str) -> tuple[HTTPStatus, Any]:
    """The status, and what is answered in JSON, to a request for a path."""
    chain_hash = local.beacon.chain_hash.hex()
    if path == "/chains":
        return HTTPStatus.OK, [chain_hash]
    path = path.removeprefix(f"/{chain_hash}")
    if path == "/info":
        return HTTPStatus.OK, local.beacon.to_json()
    asked = _ROUND.fullmatch(path)
    if asked is None or asked[1] == "0":
        return HTTPStatus.NOT_FOUND, {"error": "not found"}
    round_ = local.latest() if asked[1] == "latest" else int(asked[1])
    try:
        return HTTPStatus.OK, round_json(local.signature(round_))
    except NoSignature:
        return HTTPStatus.TOO_EARLY, {"error": "Requested future beacon"}


class _Server(LocalServer):
    def __init__(self, local: LocalBeacon, port: int) -> None:
        super().__init__(_Handler, port)
        self._local, self._guard = local, threading.Lock()

    def reply(self, path: str) -> tuple[HTTPStatus, Any]:
        """The status, and what is answered in JSON; to one request at a time."""
        with self._guard:
            return _answer(self._local, path)


class _Handler(LocalHandler):
    """GET, answered in JSON."""

    server: _Server

    def do_GET(self) -> None:  # noqa: N802  # http.server calls it so
        """Answers."""
        status, value = self.server.reply(self.path.partition("?")[0])
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Access-Control-Allow-Origin", "*")  # pages fetch rounds, too
        self.end_headers()
        self.wfile.write(body)
