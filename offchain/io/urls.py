"""URLs of servers, and how messages name them, without secrets: keys stand in paths, queries, host names and before the @."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from offchain.io.quoting import cut

HIDDEN: Final = "…"
"""What stands where something was left out."""

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_SCHEMES: Final = ("http", "https", "ws", "wss")
_LONGEST: Final = 400
_LOOKS_SECRET: Final = re.compile(r"[A-Za-z0-9_]{20,}")
_SURE: Final = 4
"""Parts of so many characters are hidden wherever they stand, shorter ones only as whole words."""


def is_url(on: str) -> bool:
    """Whether `on` is the URL of a node."""
    try:
        parts = urlsplit(on)
        return parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_loopback(url: str) -> bool:
    """Whether `url` leads to this machine itself, which no proxy of the environment is of use to reach."""
    parts = _split(url)
    return parts is not None and parts.hostname in _LOOPBACK


def without_secrets(url: str) -> str:
    """`url` as messages may name it: scheme, host and port; all else is hidden, and so is a host name that looks like a key."""
    parts = _split(url)
    if parts is None or not parts.scheme or not parts.netloc:
        return HIDDEN
    host = _LOOKS_SECRET.sub(HIDDEN, parts.netloc.rpartition("@")[2])
    return f"{parts.scheme}://{host}" + (f"/{HIDDEN}" if _tail(parts) else "")


def named(on: str) -> str:
    """A chain as messages may name it: by its name, or `without_secrets` by its URL."""
    return without_secrets(on) if "://" in on else on


def argument(text: str) -> str:
    """What a user wrote where a chain's name or a node's URL belongs, for messages: quoted, without what may be a secret."""
    is_word = len(text) <= _LONGEST and not set("/@?:") & set(text)
    return repr(_LOOKS_SECRET.sub(HIDDEN, text) if is_word else without_secrets(text))


def foreign(text: object, url: str) -> str:
    """What a node or a library said about the node at `url`: printable, on one line, not long, and without the URL's secrets."""
    told = str(text)
    for secret in sorted(_secrets(url), key=len, reverse=True):
        if len(secret) >= _SURE:
            told = told.replace(secret, HIDDEN)
        else:
            told = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", HIDDEN, told)
    return cut("".join(one if one.isprintable() else " " for one in told), _LONGEST)


def _secrets(url: str) -> set[str]:
    """Every part of `url` that may be one, as it stands and decoded."""
    parts = _split(url)
    if parts is None:
        return {url}
    written = {one for one in _parts(parts) if one}
    decoded = {unquote(one) for one in written}
    return written | decoded


def _parts(parts: SplitResult) -> Iterator[str]:
    account = parts.netloc.rpartition("@")[0]
    yield account
    yield from account.split(":", 1)
    yield _tail(parts)
    yield from parts.path.split("/")
    for field in (*parts.query.split("&"), *parts.fragment.split("&")):
        yield field
        yield field.partition("=")[2]
    yield from _LOOKS_SECRET.findall(parts.netloc.rpartition("@")[2])


def _tail(parts: SplitResult) -> str:
    """What comes behind the host."""
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return (parts.path + query + fragment).lstrip("/")


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None
