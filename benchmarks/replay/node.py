"""A node that is hard to live with: it stands between keepers and a real one, and refuses some of what they ask."""

import http.client
import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.replay.fate import Fate, Place

SEND: Final = "eth_sendTransaction"
_LOST: Final = (0, "no answer")
_REFUSALS: Final = {
    "eth_estimateGas": ((3, "execution reverted"), (-32000, "header not found")),
    "eth_call": ((-32000, "header not found"),),
    "eth_getLogs": ((-32602, "block range too large"),),
    "eth_getTransactionReceipt": (_LOST,),
    SEND: ((-32000, "txpool is full"), (-32003, "insufficient funds for gas"), _LOST),
}
"""What nodes say, by what they are asked; an answer that is lost is one to a question that was heard."""


class NoAnswer(Exception):
    """The connection breaks."""


class HardNode:
    """Hands requests on to the node at `url`, but for a `share` of them, and kills keepers as `fate` has it."""

    def __init__(self, url: str, share: float, seed: int, fate: Fate) -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname or "", address.port or 80
        self._share = share
        self._rng = random.Random(seed)
        self._fate = fate
        self._one_at_a_time = threading.Lock()
        self.asked: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.url = ""

    @contextmanager
    def listening(self) -> Iterator["HardNode"]:
        """Listens at `url` on this machine."""
        node = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    answer = node.answer(asked)
                except NoAnswer:
                    self.close_connection = True
                    return
                head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
                with suppress(OSError):  # whoever asked may be dead
                    self.wfile.write(head.encode() + answer)

            def handle(self) -> None:
                with suppress(OSError):
                    super().handle()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            self.url = f"http://127.0.0.1:{server.server_address[1]}"
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def answer(self, body: bytes) -> bytes:
        """The answer to one message. NoAnswer if the connection breaks instead."""
        message = json.loads(body)
        requests = message if isinstance(message, list) else [message]
        with self._one_at_a_time:
            answers = [self._answer(one) for one in requests]
        return json.dumps(answers if isinstance(message, list) else answers[0]).encode()

    def _answer(self, request: Any) -> Any:
        method = request["method"]
        self.asked[method] += 1
        kill = self._fate.due(request)
        if kill is not None and kill.place is Place.BEFORE:
            self._fate.fulfil(kill)
            raise NoAnswer
        refusal = self._refusal(method) if kill is None else None
        if refusal is not None:
            self.refused[f"{method}: {refusal[1]}"] += 1
            if refusal is _LOST:
                self._pass_on(request)
                raise NoAnswer
            error = {"code": refusal[0], "message": refusal[1]}
            return {"jsonrpc": "2.0", "id": request["id"], "error": error}
        answer = self._pass_on(request)
        if kill is not None:
            self._fate.fulfil(kill)
            if kill.place is Place.MINED:
                raise NoAnswer
        return answer

    def _refusal(self, method: str) -> tuple[int, str] | None:
        known = _REFUSALS.get(method)
        if known is None or self._rng.random() >= self._share:
            return None
        return self._rng.choice(known)

    def _pass_on(self, request: Any) -> Any:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=120)
        try:
            connection.request(
                "POST", "/", json.dumps(request), {"Content-Type": "application/json"}
            )
            return json.load(connection.getresponse())
        finally:
            connection.close()
