"""Rounds over HTTP, as drand's nodes and relays serve them: `/CHAIN_HASH/info`, `/CHAIN_HASH/public/ROUND`.

A server may be dead, late, slow without end, talk without end, send elsewhere or lie; whatever it does, it takes a few seconds,
a few kilobytes, and becomes a `Trouble`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import requests

from offchain.io.decoding import decode
from offchain.io.errors import InvalidInput
from offchain.io.fields import Field
from offchain.io.transport import BoundedSession
from offchain.io.urls import foreign, is_loopback, without_secrets
from offchain.locks.beacon import Beacon, Signature, WrongSignature, read_round
from offchain.locks.source import Cause, NoSignature, Trouble

PATIENCE: Final = 3.0
"""How long one server may take to answer, in seconds."""
MOST_BYTES: Final = 1 << 14
"""The longest answer; a round takes 300 bytes."""
_NOT_YET: Final = frozenset({404, 425})
"""Drand's own server says 425 Too Early of a round to come; relays say 404."""


@dataclass(frozen=True, slots=True)
class HttpSource:
    """A server of drand's API, by the URL under which the networks' chain hashes stand; see `Source`.

    patience: how many seconds an answer may take; reading it may take as many again.
    """

    beacon: Beacon
    url: str
    patience: float = PATIENCE

    def signature(self, round_: int) -> Signature:
        """See `Source`."""
        try:
            answer = _get(self._under(f"public/{round_}"), self.patience)
            found = read_round(self.beacon, answer)
        except WrongSignature as error:
            raise self._none(round_, Cause.WRONG_SIGNATURE, str(error)) from None
        except InvalidInput as error:
            raise self._none(round_, Cause.MALFORMED, foreign(error, self.url)) from None
        except _Failed as error:
            raise self._none(round_, error.cause, error.told) from None
        if found.round != round_:
            raise self._none(round_, Cause.WRONG_ROUND, f"round {found.round}")
        return found

    def _none(self, round_: int, cause: Cause, told: str) -> NoSignature:
        return NoSignature(round_, [Trouble(without_secrets(self.url), cause, told)])

    def _under(self, path: str) -> str:
        chain_hash = self.beacon.chain_hash.hex()
        root = self.url.rstrip("/").removesuffix(f"/{chain_hash}")
        return f"{root}/{chain_hash}/{path}"


class NoBeacon(Exception):
    """No network's `info` is to be had at an address; the message says why."""


def fetch_beacon(url: str, patience: float = PATIENCE) -> Beacon:
    """The network whose `info` stands under `url`: a server of a single one, or with a chain hash at its end.

    Who asks has to compare the chain hash with one that it trusts: the server says whatever it likes.

    Raises:
        NoBeacon: there is none.
    """
    try:
        return Beacon.read(_get(f"{url.rstrip('/')}/info", patience))
    except (InvalidInput, _Failed) as error:
        raise NoBeacon(f"{without_secrets(url)}: {foreign(error, url)}") from None


class _Failed(Exception):
    """A request without an answer that could be read."""

    def __init__(self, cause: Cause, told: str) -> None:
        super().__init__(told)
        self.cause, self.told = cause, told


def _get(url: str, patience: float) -> Field:
    """The JSON at a URL. Raises _Failed, or InvalidInput if it is none."""
    try:
        with BoundedSession(not is_loopback(url), MOST_BYTES) as session:
            answer = session.get(url, timeout=patience)
    except requests.HTTPError:
        raise _Failed(Cause.MALFORMED, "a direction to elsewhere, which is not followed") from None
    except requests.Timeout:
        raise _Failed(Cause.UNREACHABLE, f"nothing within {patience:g} s") from None
    except (
        requests.exceptions.ChunkedEncodingError,
        requests.exceptions.ContentDecodingError,
    ) as error:
        raise _Failed(Cause.MALFORMED, foreign(error, url)) from None
    except (OSError, ValueError) as error:
        raise _Failed(Cause.UNREACHABLE, foreign(error, url)) from None
    if answer.status_code != requests.codes.ok:
        cause = Cause.LATE if answer.status_code in _NOT_YET else Cause.UNREACHABLE
        raise _Failed(cause, f"HTTP {answer.status_code}")
    try:
        return Field("", decode(answer.content.decode("utf-8")))
    except UnicodeDecodeError as error:
        raise _Failed(Cause.MALFORMED, f"not UTF-8: {error.reason}") from None
