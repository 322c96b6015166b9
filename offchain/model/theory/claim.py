"""A claim of a paper, how it is measured, and what came out."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, ParamSpec

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a measurement found.

    measured: the figures. holds: whether they bear the claim out. amended: where the paper's own
    words fail, what fails and what does hold instead; empty where they stand.
    """

    measured: str
    holds: bool
    amended: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of `consort theory`."""

    name: str
    source: str
    statement: str
    measured: str
    holds: bool
    amended: str

    def to_json(self) -> dict[str, object]:
        """The row as `consort theory --json` prints it; `amended` is null where the paper's words stand."""
        return {
            "name": self.name,
            "source": self.source,
            "claim": self.statement,
            "measured": self.measured,
            "holds": self.holds,
            "amended": self.amended or None,
        }

    def __str__(self) -> str:
        lines = [
            f"{self.name}: {'holds' if self.holds else 'DOES NOT HOLD'}",
            f"  source    {self.source}",
            f"  claim     {self.statement}",
            f"  measured  {self.measured}",
        ]
        return "\n".join(lines + ([f"  amended   {self.amended}"] if self.amended else []))


@dataclass(frozen=True, slots=True)
class Claim(Generic[P]):
    """A claim that can be called to be measured, with the measurement's own parameters.

    name: also that of the example which shows it, examples/NAME.py, with underscores for hyphens.
    """

    name: str
    source: str
    statement: str
    measure: Callable[P, Evidence]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Row:
        """The row, measured now."""
        return self._row(self.measure(*args, **kwargs))

    def attempt(self, *args: P.args, **kwargs: P.kwargs) -> Row:
        """The row, measured now; if that raises, a row that does not hold, with the error in words."""
        try:
            return self(*args, **kwargs)
        except Exception as error:
            words = " ".join(f"{type(error).__name__}: {error}".split())
            return self._row(Evidence(f"not measured: {words}", holds=False))

    def _row(self, found: Evidence) -> Row:
        return Row(
            self.name, self.source, self.statement, found.measured, found.holds, found.amended
        )


def _claim(source: str, statement: str, measure: Callable[P, Evidence]) -> Claim[P]:
    paper = measure.__module__.removeprefix(f"{__package__}.").partition(".")[0]
    name = f"{paper} {measure.__name__}".replace(" ", "-").replace("_", "-")
    return Claim(name, source, statement, measure)


def claim(source: str, statement: str) -> Callable[[Callable[P, Evidence]], Claim[P]]:
    """Makes a claim of the function that measures it; the function and its paper's module name it."""
    return partial(_claim, source, statement)


def figure(amount: object) -> str:
    """A fraction for people to read, exact as long as that is short."""
    exact = str(amount)
    return exact if len(exact) <= 12 else f"about {float(amount):.4f}"  # type: ignore[arg-type]
