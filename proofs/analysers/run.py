"""Compares what the analysers find with the answers to it, and prints what has none: `python -m proofs --only analysers`."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from proofs.analysers.tools import AnalyserFailed, lints, slither
from proofs.analysers.triage import Place, Verdict, answered, compare
from proofs.length import Length

TOOLS: Final[Mapping[str, Callable[[], list[Place]]]] = {"slither": slither, "forge": lints}
"""Each analyser by the name that triage.toml has for it."""


def run(length: Length) -> bool:
    """Runs all analysers and prints a table; whether each result is answered, and each answer is to a result.

    length: the same for all; nothing is tried by chance.
    """
    answers = answered()
    held = True
    print(f"{'detector':44}{'results':>12}{'new':>12}{'stale':>12}")
    for tool, find in TOOLS.items():
        try:
            found = find()
        except AnalyserFailed as error:
            print(f"{tool} did not run:\n{error}")
            held = False
            continue
        own = Counter({place: many for place, many in answers.items() if place.tool == tool})
        verdict = compare(found, own)
        print("\n".join(told(tool, found, verdict)))
        held = held and bool(found) and verdict.held
    return held


def told(tool: str, found: list[Place], verdict: Verdict) -> Iterator[str]:
    """The rows of an analyser, then what is new or stale, by its place."""
    columns = (Counter(found), verdict.new, verdict.stale)
    counts = [_by_detector(column) for column in columns]
    for detector in sorted({*counts[0], *counts[2]}):
        cells = "".join(f"{count[detector]:>12,}" for count in counts)
        yield f"{f'{tool} {detector}':44}{cells}"
    for title, places in (("no answer to", verdict.new), ("nothing found of", verdict.stale)):
        for place, many in sorted(places.items()):
            yield f"{title} {place}{f' x{many}' if many > 1 else ''}"


def _by_detector(places: Counter[Place]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for place, many in places.items():
        counts[place.detector] += many
    return counts
