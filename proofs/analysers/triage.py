"""Which results of the analysers are answered, and by what sentence: triage.toml."""

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TRIAGE: Final = Path(__file__).resolve().parent / "triage.toml"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an analyser found something: the same wherever the lines are.

    name: contract and function, or what else it is about, as `Contract.function`.
    """

    tool: str
    detector: str
    name: str

    def __str__(self) -> str:
        return f"{self.tool} {self.detector}: {self.name}"


class BadTriage(Exception):
    """The file says something twice, or not as it should."""


def answered(path: Path = TRIAGE) -> Counter[Place]:
    """How many results each place may have: those that a sentence answers.

    Raises:
        BadTriage: an answer has no sentence, or a place stands there twice.
    """
    found: Counter[Place] = Counter()
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["answer"]:
        if not entry["why"].strip().endswith("."):
            raise BadTriage(f"{entry['tool']} {entry['detector']}: no sentence says why")
        for text in entry["places"]:
            name, _, times = text.partition(" x")
            place = Place(entry["tool"], entry["detector"], name)
            if place in found:
                raise BadTriage(f"{place} is answered twice")
            found[place] = int(times or 1)
    return found


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a comparison.

    new: results without an answer, each as often as it has none.
    stale: answers to what is not found any more.
    """

    new: Counter[Place]
    stale: Counter[Place]

    @property
    def held(self) -> bool:
        """Whether each result is answered, and each answer is to a result."""
        return not self.new and not self.stale


def compare(found: Iterable[Place], answers: Counter[Place]) -> Verdict:
    """Results beside answers, each as often as it is there."""
    results = Counter(found)
    return Verdict(results - answers, answers - results)
