"""A server that answers every request with what a test gives it, byte by byte."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

Send = Callable[[bytes], None]


@dataclass
class Server:
    """Its URL, and the paths that it was asked for."""

    url: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def server(answer: Callable[[Send], None]) -> Iterator[Server]:
    """Serves while the body runs."""
    found = Server()

    def serve(peer: socket.socket) -> None:
        with closing(peer), suppress(OSError):
            received = b""
            while b"\r\n\r\n" not in received:
                received += peer.recv(1 << 16)
            found.asked.append(received.split()[1].decode())
            answer(peer.sendall)

    def accept(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                peer, _ = listener.accept()
                threading.Thread(target=serve, args=(peer,), daemon=True).start()

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        found.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        yield found
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def reply(body: bytes, status: str = "200 OK", *headers: str) -> Callable[[Send], None]:
    """An answer that is whole."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    whole = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    return lambda send: send(whole)
