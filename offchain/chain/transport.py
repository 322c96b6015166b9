"""HTTP to a node that may be hostile: an answer has a bounded length, comes in bounded time, and from where it was asked for.

web3's HTTP provider sends through this session; its own reads whatever comes, for as long as it comes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

import requests
from urllib3.exceptions import ProtocolError

MOST_BYTES: Final = 32 << 20
"""The longest answer, unpacked: what one transaction of 16 million gas can log takes 20 MiB."""


class BoundedSession(requests.Session):
    """Follows no redirection, and gives up on bodies that are too long or do not end within a request's time-out."""

    def __init__(self, trust_env: bool) -> None:
        super().__init__()
        self.trust_env = trust_env

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Sends a request; `requests.HTTPError` if the answer is to look elsewhere."""
        deadline = time.monotonic() + options["timeout"]
        answer = super().send(request, **options | {"stream": True, "allow_redirects": False})
        if answer.is_redirect:
            answer.close()
            raise requests.HTTPError("redirected", response=answer)
        answer.raw = _Bounded(answer.raw, deadline)
        _ = answer.content  # reads it, and keeps it
        return answer


class _Bounded:
    """A response of urllib3 whose body is read under bounds."""

    def __init__(self, response: Any, deadline: float) -> None:
        self._response = response
        self._deadline = deadline

    def stream(self, piece: int, decode_content: bool = True) -> Iterator[bytes]:
        """The body in pieces of whatever has arrived."""
        length = 0
        # read1 returns after each packet: read would wait for a whole piece, however slowly it trickles in
        while data := self._response.read1(piece, decode_content=decode_content):
            length += len(data)
            if length > MOST_BYTES:
                raise ProtocolError(f"the answer is longer than {MOST_BYTES >> 20} MiB")
            if time.monotonic() > self._deadline:
                raise ProtocolError("the answer does not end in time")
            yield data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._response, name)
