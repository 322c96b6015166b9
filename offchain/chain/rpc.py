"""JSON-RPC over HTTP or WebSocket: requests, batches, and what can go wrong with them.

web3's providers carry the messages. Its `eth` module does not read the answers: it takes their shape for granted, and
raises whatever comes of it where a node lies. Nor do its retries fit, which know no method that must not be repeated.
"""

from __future__ import annotations

import os
import re
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from web3 import HTTPProvider, LegacyWebSocketProvider
from web3.types import RPCEndpoint
from websockets.exceptions import WebSocketException

from offchain.chain.answers import Answer, MalformedAnswer
from offchain.chain.errors import ChainError
from offchain.io.transport import MOST_BYTES, BoundedSession
from offchain.io.urls import foreign, is_loopback, without_secrets

Request = tuple[str, Sequence[Any]]
"""A method and its parameters."""

TIMEOUT_SECONDS: Final = 120.0
BATCH: Final = 200
"""Requests per message: what public nodes still take, and what keeps messages below a megabyte."""

_FAREWELL_SECONDS: Final = 1
"""How long a WebSocket is closed in good manners."""
_PAUSES: Final = (0.2, 0.5, 1.0)
_BUSY_STATUSES: Final = frozenset({408, 425, 429, 502, 503, 504, *range(520, 525), 529})
"""Those above 504 are Cloudflare's, before nodes that do not answer it."""
_TOO_MANY_REQUESTS: Final = 429
_TOO_LARGE_STATUSES: Final = frozenset(
    {400, 408, 413, 414, 422, *range(500, 505), *range(520, 525)}
)
"""With which servers answer what asks for too much at once, beside other reasons."""
_TOO_FAST: Final = 429
_LIMIT_EXCEEDED: Final = -32005
"""Of requests or of results: nodes mean either (EIP-1474)."""
_NOT_UNDERSTOOD: Final = frozenset({-32700, -32600, -32601, -32602})
_REFUSED_BY_EVM: Final = re.compile(
    r"revert|out of gas|out-of-gas|insufficient|intrinsic gas|invalid opcode|vm exception|"
    r"stack (over|under)flow|exceeds|enough funds|gas required|gas limit|create collision|"
    r"max code ?size|initcode",
    re.IGNORECASE,
)
_BY_THE_CONTRACT: Final = re.compile(r"revert|vm exception", re.IGNORECASE)
_ABOUT_REQUESTS: Final = re.compile(
    r"\brate\b|ratelimit|too many requests|requests? (limit|count|rate)|per (second|minute|hour|day)\b|"
    r"/ ?(s|sec|second|min|minute)\b|\brps\b|throttl|capacity|quota|credits|compute units|usage limit|"
    r"\b(daily|monthly)\b|try again (later|in)|retry (after|in)\b",
    re.IGNORECASE,
)
"""How nodes say that they were asked too often, under any code."""
_ABOUT_RESULTS: Final = re.compile(r"\d results|\blogs\b|\brange\b|\bblocks\b", re.IGNORECASE)
_DEEPEST: Final = 8


class NoAnswer(ChainError):
    """No answer came, or none in JSON-RPC. `perhaps_too_large`: it could come if less was asked for."""

    def __init__(self, message: str, perhaps_too_large: bool) -> None:
        super().__init__(message)
        self.perhaps_too_large = perhaps_too_large


class RpcError(ChainError):
    """The node's refusal of one request. `detail` is its `data`, in whatever form it came; `said` what of the message is the
    node's own, by default all.
    """

    def __init__(
        self, message: str, code: int = 0, detail: object = None, said: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.said = message if said is None else said
        self.code = code
        self.detail = detail

    def revert_data(self) -> bytes | None:
        """What a contract returned as it reverted; None if the refusal has another cause."""
        return _revert_data(self.detail)

    def is_execution_failure(self) -> bool:
        """Whether the transaction or call is at fault, and not the node or the request."""
        if self.revert_data():
            return True
        if self.is_transient():
            return False
        return self.code not in _NOT_UNDERSTOOD and bool(_REFUSED_BY_EVM.search(self.said))

    def is_transient(self) -> bool:
        """Whether the node may answer the same a little later."""
        if self.code == _LIMIT_EXCEEDED and not _ABOUT_RESULTS.search(self.said):
            return True
        return self.is_about_requests()

    def is_about_requests(self) -> bool:
        """Whether the node only says that it was asked too often."""
        if self.code == _TOO_FAST:
            return True
        if self.revert_data() or _BY_THE_CONTRACT.search(self.said):
            return False  # whose words are a stranger's
        return _ABOUT_REQUESTS.search(self.said) is not None

    def transaction_hash(self) -> str | None:
        """The transaction that failed: Ganache and Hardhat can name it in the refusal."""
        detail = self.detail if isinstance(self.detail, dict) else {}
        found = detail.get("hash") or detail.get("txHash")
        return found if isinstance(found, str) else None


class Rpc:
    """A connection to a node.

    Requests that change nothing, or nothing when repeated, are tried again a few times when the
    node cannot be reached or is busy; all others only when it says that it did not look at them.

    `url` names the node in messages: without what may be a key. No message holds more of the URL.
    """

    def __init__(self, url: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self.url = without_secrets(url)
        self._secret_url = url
        self._timeout = timeout
        self._batch_size = BATCH
        self._session = BoundedSession(trust_env=not is_loopback(url))
        self._provider = self._open(url)

    def request(self, method: str, *params: Any) -> Any:
        """The result of one request, as it came.

        Raises:
            RpcError: the node refused it.
            ChainError: the node did not answer.
        """
        return self._patiently(
            lambda: self._result(
                self._exchange(
                    lambda: self._provider.make_request(RPCEndpoint(method), list(params))
                )
            ),
            repeatable=_repeatable(method),
        )

    def ask(self, method: str, *params: Any) -> Answer:
        """The result of one request, to be read with suspicion. Raises what `request` does."""
        return Answer(self.request(method, *params), f"{self.url}: {method}")

    def batch(self, batch: Sequence[Request]) -> list[Any]:
        """The results of many requests, in order, as they came; an `RpcError` in place of each one refused.

        Raises:
            ChainError: the node did not answer.
        """
        answers: list[Any] = []
        while len(answers) < len(batch):
            answers.extend(self._batch(batch[len(answers) : len(answers) + self._batch_size]))
        return answers

    def ask_all(self, batch: Sequence[Request]) -> list[Answer | RpcError]:
        """`batch`, the results to be read with suspicion."""
        return [
            answer if isinstance(answer, RpcError) else Answer(answer, f"{self.url}: {request[0]}")
            for request, answer in zip(batch, self.batch(batch), strict=True)
        ]

    def answers(self, batch: Sequence[Request]) -> list[Answer]:
        """The results of many requests, in order, to be read with suspicion.

        Raises:
            RpcError: the node refused one.
            ChainError: the node did not answer.
        """
        found: list[Answer] = []
        for answer in self.ask_all(batch):
            if isinstance(answer, RpcError):
                raise answer
            found.append(answer)
        return found

    def close(self) -> None:
        """Closes the connections."""
        self._session.close()

    def _open(self, url: str) -> HTTPProvider | LegacyWebSocketProvider:
        if urlsplit(url).scheme in ("ws", "wss"):
            bounds = {"max_size": MOST_BYTES, "close_timeout": _FAREWELL_SECONDS}
            return LegacyWebSocketProvider(
                url, websocket_kwargs=bounds, websocket_timeout=int(self._timeout)
            )
        return HTTPProvider(
            url,
            request_kwargs={"timeout": self._timeout},
            session=self._session,
            exception_retry_configuration=None,
        )

    def _batch(self, batch: Sequence[Request]) -> list[Any]:
        """The results of some requests in one message, or else of the first half of them in another."""
        if len(batch) == 1:
            return [self._alone(batch[0])]
        repeatable = all(_repeatable(method) for method, _ in batch)
        try:
            answers: list[Any] = self._patiently(lambda: self._together(batch), repeatable)
        except (RpcError, NoAnswer) as error:
            # Some public nodes take no batches, or only small ones.
            too_large = isinstance(error, RpcError) or error.perhaps_too_large
            if not repeatable or not too_large:
                raise
            self._batch_size = len(batch) // 2
            return self._batch(batch[: self._batch_size])
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

    def _together(self, batch: Sequence[Request]) -> list[Any]:
        asked = [(RPCEndpoint(method), list(params)) for method, params in batch]
        response = self._exchange(lambda: self._provider.make_batch_request(asked))
        if not isinstance(response, list):
            self._result(response)  # one error for all
            raise self._nonsense("the answer to a batch is not a list")
        if len(response) != len(batch):
            raise self._nonsense(f"{len(response)} answers to {len(batch)} requests")
        numbers = [one.get("id") for one in response if isinstance(one, dict)]
        first = numbers[0] if numbers and type(numbers[0]) is int else 0
        if numbers != list(range(first, first + len(batch))):
            raise self._nonsense("the answers to a batch do not bear the numbers of its requests")
        return [self._answer(one) for one in response]

    def _exchange(self, ask: Callable[[], Any]) -> Any:
        """What came back. The library that fetches it trusts its shape: what it stumbles on is no answer."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", RuntimeWarning)  # a batch without numbers
                return ask()
        except requests.HTTPError as error:
            told = _error_in(error.response)
            if told is None:
                raise
            return told
        except (OSError, WebSocketException):
            raise
        except (ValueError, RecursionError):
            raise self._nonsense("the answer is not JSON") from None
        except (ArithmeticError, AttributeError, LookupError, TypeError, RuntimeWarning):
            raise self._nonsense("the answer is not JSON-RPC") from None

    def _answer(self, response: Any) -> Any:
        try:
            return self._result(response)
        except RpcError as error:
            return error

    def _result(self, response: Any) -> Any:
        if not isinstance(response, dict):
            raise self._nonsense("the answer is not JSON-RPC")
        error = response.get("error")
        if error is None:
            return response.get("result")
        if not isinstance(error, dict):
            error = {"message": error}
        said, code = self._foreign(error.get("message", error)), error.get("code")
        raise RpcError(
            f"{self.url}: {said}", code if isinstance(code, int) else 0, error.get("data"), said
        )

    def _nonsense(self, what: str) -> NoAnswer:
        return NoAnswer(f"{self.url}: {what}", perhaps_too_large=True)

    def _patiently(self, attempt: Callable[[], Any], repeatable: bool) -> Any:
        for pause in (*_PAUSES, None):
            try:
                return attempt()
            except RpcError as error:
                if pause is None or not error.is_transient():
                    raise
            except (OSError, WebSocketException) as error:
                again = _is_busy(error) and (repeatable or _was_ignored(error))
                if pause is None or not again:
                    # what the libraries say names the whole URL, so it must not be the cause
                    raise NoAnswer(
                        f"{self.url}: {self._cause(error)}", _may_be_too_large(error)
                    ) from None
            time.sleep(pause)
        raise AssertionError("unreachable")

    def _cause(self, error: Exception) -> str:
        """What went wrong, in a few words: the libraries' own texts run over several lines."""
        if isinstance(error, requests.HTTPError) and error.response is not None:
            reason = self._foreign(error.response.reason or "")
            if target := error.response.headers.get("Location"):
                reason += f" to {without_secrets(target)}, which is not followed"
            return f"HTTP {error.response.status_code} {reason}".strip()
        if isinstance(error, requests.Timeout | TimeoutError):
            return f"no answer within {self._timeout:g} s"
        if found := re.search(r"\[Errno (\d+)\]", str(error)):
            return os.strerror(int(found[1]))
        return self._foreign(str(error) or type(error).__name__)

    def _foreign(self, text: object) -> str:
        return foreign(text, self._secret_url)


def quantity(number: int) -> str:
    """A number as JSON-RPC writes it."""
    return hex(number)


def blob(data: bytes) -> str:
    """Bytes as JSON-RPC writes them."""
    return "0x" + data.hex()


def to_number(text: object) -> int:
    """A number that JSON-RPC wrote. `MalformedAnswer` if it is none."""
    return Answer(text, "a node's answer").number()


def to_blob(text: object) -> bytes:
    """Bytes that JSON-RPC wrote. `MalformedAnswer` if these are none."""
    return Answer(text, "a node's answer").blob()


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


def _may_be_too_large(error: Exception) -> bool:
    """Whether a smaller question may be answered: it took too long, or the connection broke in the middle of an answer."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return error.response.status_code in _TOO_LARGE_STATUSES
    if isinstance(error, requests.ConnectTimeout):
        return False
    broken = requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError
    return isinstance(error, requests.Timeout | TimeoutError | broken | WebSocketException)


def _error_in(response: requests.Response | None) -> dict[str, Any] | None:
    """The JSON-RPC error in an answer with an HTTP status of failure, other than one that asks for patience."""
    if response is None or response.status_code in _BUSY_STATUSES:
        return None
    try:
        told = response.json()
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and told.get("error") is not None else None


def _revert_data(detail: object, depth: int = 0) -> bytes | None:
    """Nodes differ: plain hex (Geth, Anvil), "Reverted 0x…" (Nethermind), or objects (Ganache)."""
    if isinstance(detail, str):
        text = detail.removeprefix("Reverted ")
        try:
            return to_blob(text)
        except MalformedAnswer:
            return None
    if isinstance(detail, dict) and depth < _DEEPEST:
        return _first(
            _revert_data(detail.get(key), depth + 1) for key in ("result", "return", "data")
        )
    return None


def _first(candidates: Iterable[bytes | None]) -> bytes | None:
    return next((one for one in candidates if one is not None), None)
