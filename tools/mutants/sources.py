"""All mutants of the contracts, and a sample of them from every file."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from offchain.bindings.artifacts import syntax_trees
from offchain.io.paths import PROJECT
from tools.mutants.operators import Edit, edits

_APART = ("contracts/test/", "contracts/interfaces/")
AT_LEAST = 3
"""Mutants of each file in any sample, where it has as many."""


@dataclass(frozen=True)
class Mutant:
    """One change of one file. `path` from the project's root; `before` and `after`: the changed lines, in one line each."""

    path: str
    line: int
    edit: Edit
    before: str
    after: str
    digest: str

    @property
    def file(self) -> str:
        """The path below contracts/."""
        return self.path.removeprefix("contracts/")

    @cached_property
    def key(self) -> str:
        """The same for as long as the file is the same."""
        edit = self.edit
        text = f"{self.path}\0{self.digest}\0{edit.start}\0{edit.end}\0{edit.text}"
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def source(self) -> str:
        """The file's text with the change."""
        source = (PROJECT / self.path).read_bytes()
        edit = self.edit
        return (source[: edit.start] + edit.text.encode() + source[edit.end :]).decode()

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.edit.where} ({self.edit.operator})\n  - {self.before}\n  + {self.after}"


@cache
def trees() -> Mapping[str, Mapping[str, Any]]:
    """The compiler's syntax tree of each file by its path. `CompileError` if the contracts do not compile."""
    return syntax_trees()


def mutants() -> list[Mutant]:
    """All there are, by file and place. `CompileError` as `trees`."""
    return [
        mutant
        for path, tree in sorted(trees().items())
        if not path.startswith(_APART)
        for mutant in of_file(path, (PROJECT / path).read_bytes(), tree)
    ]


def of_file(path: str, source: bytes, tree: Mapping[str, Any]) -> Iterator[Mutant]:
    """Those of one file."""
    digest = hashlib.sha256(source).hexdigest()
    for edit in edits(tree, source):
        start = source.rfind(b"\n", 0, edit.start) + 1
        end = source.find(b"\n", edit.end)
        before = source[start:end].decode()
        after = (source[start : edit.start] + edit.text.encode() + source[edit.end : end]).decode()
        line = source.count(b"\n", 0, edit.start) + 1
        yield Mutant(path, line, edit, _one_line(before), _one_line(after), digest)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def by_file(chosen: Iterable[Mutant]) -> dict[str, list[Mutant]]:
    """Those of each file."""
    found: dict[str, list[Mutant]] = {}
    for mutant in chosen:
        found.setdefault(mutant.file, []).append(mutant)
    return found


def sample(all_: Sequence[Mutant], size: int, seed: int) -> list[Mutant]:
    """About `size` of them: of every file in proportion, and at least `AT_LEAST`. A larger sample of a seed holds the smaller."""
    chosen: list[Mutant] = []
    for file, ones in by_file(all_).items():
        shuffled = random.Random(f"{seed} {file}").sample(ones, len(ones))
        chosen += shuffled[: max(AT_LEAST, round(size * len(ones) / len(all_)))]
    return chosen
