"""A node that misbehaves: a proxy before a real one that limits, lies, drops and delays as a test tells it.

    with nodes.anvil() as node, proxy(node.url) as liar:
        liar.after = lambda method, params, answer: answer | {"result": None}
        ...  # talk to liar.url

Both hooks run for each request of a message, in order; either may sleep, or raise `Dropped` or `Status`.
"""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.patience import PATIENCE

Answer = dict[str, Any]
"""What stands in a response: `result` or `error`."""


class Dropped(Exception):
    """The connection ends here, without an answer."""


class Status(Exception):
    """An HTTP status instead of an answer, with a body."""

    def __init__(self, code: int, body: str = "") -> None:
        super().__init__(code)
        self.code, self.body = code, body


def refusal(message: str, code: int = -32000) -> Answer:
    """A JSON-RPC error."""
    return {"error": {"code": code, "message": message}}


@dataclass
class Liar:
    """A proxy and what it does.

    before: answers in the node's place, or None to pass the request on; what it raises keeps the request from the node.
    after: changes the node's answer; what it raises comes after the node has acted. asked: every request so far.
    messages: how many requests came in each message.
    """

    url: str = ""
    before: Callable[[str, Any], Answer | None] = lambda method, params: None
    after: Callable[[str, Any, Answer], Answer] = lambda method, params, answer: answer
    asked: list[tuple[str, Any]] = field(default_factory=list)
    messages: list[int] = field(default_factory=list)

    def count(self, method: str) -> int:
        """How often a method was asked for."""
        return sum(name == method for name, _ in self.asked)


@contextmanager
def proxy(node: str) -> Iterator[Liar]:
    """Runs a proxy before the node at an http URL, honest until told otherwise."""
    liar = Liar()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(node, liar))
    server.daemon_threads = True
    liar.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield liar
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(node: str, liar: Liar) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = (
            True  # else the body waits for the answer to the head: 40 ms a request
        )

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            many = asked if isinstance(asked, list) else [asked]
            liar.messages.append(len(many))
            try:
                answers = [_answer(node, liar, one) for one in many]
            except Dropped:
                self.close_connection = True
                return
            except Status as status:
                self._reply(status.code, status.body)
                return
            self._reply(200, json.dumps(answers if isinstance(asked, list) else answers[0]))

        def _reply(self, code: int, text: str) -> None:
            body = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _answer(node: str, liar: Liar, asked: dict[str, Any]) -> Answer:
    method, params = asked["method"], asked.get("params")
    liar.asked.append((method, params))
    answer = liar.before(method, params)
    if answer is None:
        request = urllib.request.Request(
            node, json.dumps(asked).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            answer = liar.after(method, params, json.load(response))
    return {"jsonrpc": "2.0", "id": asked["id"]} | answer
