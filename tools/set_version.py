"""Writes a version in all its places.

    python -m tools.set_version 0.2.0

RELEASING.md says what a number means, tests/packaging/test_versions.py that all places agree.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from offchain.io.output import write_whole
from offchain.io.paths import PROJECT

PLACES: Final[Mapping[str, str]] = {
    "offchain/__init__.py": r'^__version__ = "(?P<version>[^"]+)"$',
    "packages/contracts/package.json": r'^  "version": "(?P<version>[^"]+)",$',
    "web/package-lock.json": r'^      "name": "consort-contracts",\n      "version": "(?P<version>[^"]+)",$',
    "CITATION.cff": r"^version: (?P<version>\S+)$",
}
"""Where the version stands: files, and an expression that finds it there, once."""

_CHANGES: Final = "CHANGELOG.md"
_PENDING: Final = "## Unreleased\n"
_VERSION: Final = re.compile(r"\d+\.\d+\.\d+")


def main(arguments: list[str]) -> None:
    """Does it, and dates the changes."""
    if len(arguments) != 1 or _VERSION.fullmatch(arguments[0]) is None:
        sys.exit("usage: python -m tools.set_version MAJOR.MINOR.PATCH")
    (version,) = arguments
    for name in PLACES:
        path = PROJECT / name
        write_whole(path, written(name, path.read_text(encoding="utf-8"), version).encode())
    path = PROJECT / _CHANGES
    write_whole(path, dated(path.read_text(encoding="utf-8"), version).encode())


def version_in(name: str, text: str) -> str:
    """The version that the text of a file of `PLACES` has. Raises ValueError if there is not exactly one."""
    return _found(name, text)["version"]


def written(name: str, text: str, version: str) -> str:
    """The text with another version in it. Raises ValueError if there is not exactly one."""
    start, end = _found(name, text).span("version")
    return text[:start] + version + text[end:]


def dated(changes: str, version: str, now: datetime | None = None) -> str:
    """The list of changes with those that are not released under this version and the day, in UTC."""
    day = (now or datetime.now(UTC)).date().isoformat()
    return changes.replace(_PENDING, f"{_PENDING}\n## {version}, {day}\n", 1)


def _found(name: str, text: str) -> re.Match[str]:
    found = list(re.finditer(PLACES[name], text, re.MULTILINE))
    if len(found) != 1:
        raise ValueError(f"{name}: {len(found)} versions, not one")
    return found[0]


if __name__ == "__main__":
    main(sys.argv[1:])
