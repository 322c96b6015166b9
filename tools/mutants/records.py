"""What came of which mutant, kept under build/mutants so that a run that was broken off goes on where it was.

What `--keep` writes is in the repository: the runs that its documentation speaks of, of files that did not change since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from offchain.io.paths import PROJECT

FOLDER: Final = PROJECT / "build" / "mutants"
DECIDED: Final = PROJECT / "tools" / "mutants" / "decided.jsonl"


@dataclass(frozen=True)
class Record:
    """verdict: "killed", "timed out", "refused" (no mutant: it does not compile), "same bytecode", "survived". by: the test."""

    key: str
    verdict: str
    by: str
    seconds: float


class Records:
    """A file to which each record is added at once, on top of those that the repository has."""

    def __init__(self, path: Path = FOLDER / "records.jsonl", decided: Path = DECIDED) -> None:
        self._path = path
        self._decided = decided

    def read(self) -> Mapping[str, Record]:
        """The last one of each mutant."""
        return {
            record.key: record for path in (self._decided, self._path) for record in _read(path)
        }

    def add(self, record: Record) -> None:
        """Keeps it in the folder of this checkout."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(record))

    def keep(self, keys: Iterable[str]) -> None:
        """Writes those of these mutants, in this order, for the repository."""
        known = self.read()
        lines = [_line(known[key]) for key in keys if key in known]
        self._decided.write_text("".join(lines), "utf-8")


def _read(path: Path) -> Iterable[Record]:
    """In the order of the file; none if there is none. A line that was broken off is no record."""
    if not path.exists():
        return
    for line in path.read_text("utf-8").splitlines():
        with suppress(ValueError, TypeError):
            yield Record(**json.loads(line))


def _line(record: Record) -> str:
    return f"{json.dumps(asdict(record))}\n"
