"""JSON-RPC over HTTP or WebSocket: requests, batches, and what can go wrong with them."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import requests
from web3 import HTTPProvider, LegacyWebSocketProvider
from web3.types import RPCEndpoint
from websockets.exceptions import WebSocketException

from offchain.chain.errors import ChainError

Request = tuple[str, Sequence[Any]]
"""A method and its parameters."""

TIMEOUT_SECONDS: Final = 120.0
BATCH: Final = 200
"""Requests per message: what public nodes still take, and what keeps messages below a megabyte."""

_PAUSES: Final = (0.2, 0.5, 1.0)
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_BUSY_STATUSES: Final = frozenset({429, 502, 503, 504})
_TOO_MANY_REQUESTS: Final = 429
_BUSY_CODES: Final = frozenset({-32005, 429})
_NOT_UNDERSTOOD: Final = frozenset({-32700, -32600, -32601, -32602})
_REFUSED_BY_EVM: Final = re.compile(
    r"revert|out of gas|out-of-gas|insufficient|intrinsic gas|invalid opcode|vm exception|"
    r"stack (over|under)flow|exceeds|gas required|gas limit|create collision|"
    r"max code ?size|initcode",
    re.IGNORECASE,
)


class RpcError(ChainError):
    """The node's refusal of one request. `detail` is its `data`, in whatever form it came."""

    def __init__(self, message: str, code: int = 0, detail: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.detail = detail

    def revert_data(self) -> bytes | None:
        """What a contract returned as it reverted; None if the refusal has another cause."""
        return _revert_data(self.detail)

    def is_execution_failure(self) -> bool:
        """Whether the transaction or call is at fault, and not the node or the request."""
        if self.revert_data():
            return True
        return self.code not in _NOT_UNDERSTOOD and bool(_REFUSED_BY_EVM.search(self.message))

    def is_transient(self) -> bool:
        """Whether the node only asks for patience."""
        return self.code in _BUSY_CODES

    def transaction_hash(self) -> str | None:
        """The transaction that failed: Ganache can name it in the refusal."""
        found = self.detail.get("hash") if isinstance(self.detail, dict) else None
        return found if isinstance(found, str) else None


class Rpc:
    """A connection to a node.

    Requests that change nothing, or nothing when repeated, are tried again a few times when the
    node cannot be reached or is busy; all others only when it says that it did not look at them.
    """

    def __init__(self, url: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self.url = _without_password(url)
        self._timeout = timeout
        self._session = requests.Session()
        # A proxy from the environment is of no use to reach this machine.
        self._session.trust_env = urlsplit(url).hostname not in _LOOPBACK
        self._provider = self._open(url)

    def request(self, method: str, *params: Any) -> Any:
        """The result of one request.

        Raises:
            RpcError: the node refused it.
            ChainError: the node did not answer.
        """
        return self._patiently(
            lambda: self._result(self._provider.make_request(RPCEndpoint(method), list(params))),
            repeatable=_repeatable(method),
        )

    def batch(self, batch: Sequence[Request]) -> list[Any]:
        """The results of many requests, in order; an `RpcError` in place of each one refused.

        Raises:
            ChainError: the node did not answer.
        """
        answers: list[Any] = []
        for start in range(0, len(batch), BATCH):
            answers.extend(self._batch(batch[start : start + BATCH]))
        return answers

    def results(self, batch: Sequence[Request]) -> list[Any]:
        """The results of many requests, in order.

        Raises:
            RpcError: the node refused one.
            ChainError: the node did not answer.
        """
        answers = self.batch(batch)
        for answer in answers:
            if isinstance(answer, RpcError):
                raise answer
        return answers

    def close(self) -> None:
        """Closes the connections."""
        self._session.close()

    def _open(self, url: str) -> HTTPProvider | LegacyWebSocketProvider:
        if urlsplit(url).scheme in ("ws", "wss"):
            return LegacyWebSocketProvider(
                url, websocket_kwargs={"max_size": None}, websocket_timeout=int(self._timeout)
            )
        return HTTPProvider(
            url,
            request_kwargs={"timeout": self._timeout},
            session=self._session,
            exception_retry_configuration=None,
        )

    def _batch(self, batch: Sequence[Request]) -> list[Any]:
        repeatable = all(_repeatable(method) for method, _ in batch)
        try:
            answers: list[Any] = self._patiently(lambda: self._exchange(batch), repeatable)
        except RpcError:
            # Some public nodes take no batches, or only small ones.
            if not repeatable:
                raise
            return [self._alone(one) for one in batch]
        # A busy node may refuse some of a batch; those it has not looked at, so they can be asked
        # once more, one by one.
        for place, answer in enumerate(answers):
            if isinstance(answer, RpcError) and answer.is_transient():
                answers[place] = self._alone(batch[place])
        return answers

    def _alone(self, request: Request) -> Any:
        method, params = request
        try:
            return self.request(method, *params)
        except RpcError as error:
            return error

    def _exchange(self, batch: Sequence[Request]) -> list[Any]:
        response = self._provider.make_batch_request(
            [(RPCEndpoint(method), list(params)) for method, params in batch]
        )
        if not isinstance(response, list):
            self._result(response)  # one error for all
            raise ChainError(f"{self.url}: the answer to a batch is not a list")
        if len(response) != len(batch):
            raise ChainError(f"{self.url}: {len(response)} answers to {len(batch)} requests")
        return [self._answer(one) for one in response]

    def _answer(self, response: Any) -> Any:
        try:
            return self._result(response)
        except RpcError as error:
            return error

    def _result(self, response: Any) -> Any:
        if not isinstance(response, dict):
            raise ChainError(f"{self.url}: the answer is not JSON-RPC")
        error = response.get("error")
        if error is None:
            return response.get("result")
        if not isinstance(error, dict):
            raise RpcError(f"{self.url}: {error}")
        code = error.get("code")
        raise RpcError(
            f"{self.url}: {error.get('message', error)}",
            code if isinstance(code, int) else 0,
            error.get("data"),
        )

    def _patiently(self, attempt: Callable[[], Any], repeatable: bool) -> Any:
        for pause in (*_PAUSES, None):
            try:
                return attempt()
            except RpcError as error:
                if pause is None or not error.is_transient():
                    raise
            except (OSError, WebSocketException, ValueError) as error:
                again = _is_busy(error) and (repeatable or _was_ignored(error))
                if pause is None or not again:
                    raise ChainError(f"{self.url}: {self._cause(error)}") from error
            time.sleep(pause)
        raise AssertionError("unreachable")

    def _cause(self, error: Exception) -> str:
        """What went wrong, in a few words: the libraries' own texts run over several lines."""
        if isinstance(error, requests.HTTPError) and error.response is not None:
            return f"HTTP {error.response.status_code} {error.response.reason}".strip()
        if isinstance(error, requests.Timeout | TimeoutError):
            return f"no answer within {self._timeout:g} s"
        if isinstance(error, ValueError) and not isinstance(error, OSError):
            return "the answer is not JSON"
        if found := re.search(r"\[Errno (\d+)\]", str(error)):
            return os.strerror(int(found[1]))
        return str(error) or type(error).__name__


def quantity(number: int) -> str:
    """A number as JSON-RPC writes it."""
    return hex(number)


def blob(data: bytes) -> str:
    """Bytes as JSON-RPC writes them."""
    return "0x" + data.hex()


def to_number(text: str) -> int:
    """A number that JSON-RPC wrote."""
    return int(text, 16)


def to_blob(text: str) -> bytes:
    """Bytes that JSON-RPC wrote."""
    return bytes.fromhex(text.removeprefix("0x"))


def _repeatable(method: str) -> bool:
    """A raw transaction can only take effect once, however often it is sent."""
    reads = method.startswith(("eth_", "net_", "web3_", "debug_"))
    return reads and method != "eth_sendTransaction"


def _is_busy(error: Exception) -> bool:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return error.response.status_code in _BUSY_STATUSES
    # Not a time-out: the node has the request, and had all the time there is.
    return isinstance(error, requests.ConnectionError | ConnectionError | WebSocketException)


def _was_ignored(error: Exception) -> bool:
    return (
        isinstance(error, requests.HTTPError)
        and error.response is not None
        and error.response.status_code == _TOO_MANY_REQUESTS
    )


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _revert_data(detail: object) -> bytes | None:
    """Nodes differ: plain hex (Geth, Anvil), "Reverted 0x…" (Nethermind), or objects (Ganache)."""
    if isinstance(detail, str):
        text = detail.removeprefix("Reverted ")
        try:
            return to_blob(text) if text.startswith("0x") else None
        except ValueError:
            return None
    if isinstance(detail, dict):
        return _first(_revert_data(detail.get(key)) for key in ("result", "return", "data"))
    return None


def _first(candidates: Iterable[bytes | None]) -> bytes | None:
    return next((one for one in candidates if one is not None), None)
