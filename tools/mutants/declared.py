"""Mutants that are declared to do the same as the contracts, with reasons: declared.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.mutants.sources import Mutant

FILE: Final = Path(__file__).with_suffix(".toml")
KINDS: Final = ("equivalent", "gas")


class BadDeclaration(Exception):
    """An entry that says too little, or of a mutant that there is not."""


@dataclass(frozen=True)
class Declaration:
    """One entry."""

    file: str
    code: str
    becomes: str
    kind: str
    reason: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS or not self.reason.strip():
            raise BadDeclaration(f"{self.file}: {self.code}: a kind of {KINDS}, and a reason")


def declared(path: Path = FILE) -> list[Declaration]:
    """All entries of the file. `BadDeclaration` if one is incomplete."""
    entries = tomllib.loads(path.read_text("utf-8")).get("mutant", [])
    try:
        return [Declaration(**entry) for entry in entries]
    except TypeError as error:
        raise BadDeclaration(f"{path.name}: {error}") from error


def matched(entries: Iterable[Declaration], mutants: Iterable[Mutant]) -> Mapping[str, Declaration]:
    """The entries by the keys of their mutants. `BadDeclaration` if one matches none, or two match the same."""
    by_text: dict[tuple[str, str, str], list[Mutant]] = {}
    for mutant in mutants:
        by_text.setdefault((mutant.file, mutant.before, mutant.after), []).append(mutant)
    found: dict[str, Declaration] = {}
    for entry in entries:
        text = entry.file, entry.code, entry.becomes
        if text not in by_text:
            raise BadDeclaration(f"there is no such mutant: {entry}")
        for mutant in by_text.pop(text):
            found[mutant.key] = entry
    return found
