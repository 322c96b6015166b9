"""What came of which mutant, kept under build/mutants so that a run that was broken off goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from offchain.io.paths import PROJECT

FOLDER: Final = PROJECT / "build" / "mutants"


@dataclass(frozen=True)
class Record:
    """verdict: "killed", "timed out", "refused" (no mutant: it does not compile), "same bytecode", "survived". by: the test."""

    key: str
    verdict: str
    by: str
    seconds: float


class Records:
    """A file to which each record is added at once."""

    def __init__(self, path: Path = FOLDER / "records.jsonl") -> None:
        self._path = path

    def read(self) -> Mapping[str, Record]:
        """The last one of each mutant. A line that was broken off is no record."""
        found: dict[str, Record] = {}
        if self._path.exists():
            for line in self._path.read_text("utf-8").splitlines():
                try:
                    record = Record(**json.loads(line))
                except (ValueError, TypeError):
                    continue
                found[record.key] = record
        return found

    def add(self, record: Record) -> None:
        """Keeps it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(asdict(record))}\n")
