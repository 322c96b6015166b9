"""What there is to audit: each contract that is deployed, the files it is made of, lines of code, and bytes beside the limit.

python -m tools.audit_scope
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offchain.bindings.artifacts import load_all
from offchain.io.paths import PROJECT
from tools.write_abi import declared

MOST_BYTES: Final = 24_576
"""Of a deployed contract (EIP-170)."""

_COMMENT: Final = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_IMPORT: Final = re.compile(r'^import .*?"(?P<path>\.[^"]+)";', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Deployed:
    """A contract that is deployed.

    files: the file it stands in, and all of ours that it imports, directly or not.
    """

    name: str
    files: frozenset[Path]
    size: int


def deployed() -> tuple[Deployed, ...]:
    """All contracts that are deployed, doubles of tests left out, by name. `CompileError` if they do not compile."""
    artifacts = load_all()
    return tuple(
        Deployed(name, frozenset(_reached(PROJECT / one.source)), len(artifacts[name].runtime))
        for name, one in declared().items()
        if one.is_deployable and not one.is_double
    )


def lines_of_code(path: Path) -> int:
    """Lines that are neither blank nor comment."""
    code = _COMMENT.sub("", path.read_text(encoding="utf-8"))
    return sum(bool(line.strip()) for line in code.splitlines())


def table() -> Iterator[str]:
    """A row for each contract, then all of them together, each file once."""
    found = deployed()
    yield f"{'contract':28}{'files':>8}{'lines of code':>16}{'bytes':>12}{'of the limit':>16}"
    for one in found:
        lines = sum(map(lines_of_code, one.files))
        share = f"{one.size / MOST_BYTES:.1%}"
        yield f"{one.name:28}{len(one.files):>8}{lines:>16,}{one.size:>12,}{share:>16}"
    files = frozenset[Path]().union(*(one.files for one in found))
    yield f"{'together':28}{len(files):>8}{sum(map(lines_of_code, files)):>16,}"


def _reached(start: Path) -> set[Path]:
    found: set[Path] = set()
    ahead = {start}
    while ahead:
        found |= ahead
        ahead = {
            (path.parent / imported["path"]).resolve()
            for path in ahead
            for imported in _IMPORT.finditer(path.read_text(encoding="utf-8"))
        } - found
    return found


if __name__ == "__main__":
    print("\n".join(table()))
