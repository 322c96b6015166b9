"""A claim of a paper or of ours, how it is measured, and what came out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import Generic, ParamSpec

P = ParamSpec("P")


class Status(StrEnum):
    """What a claim rests on beside its figures.

    PROVED: a proof for every instance, or, of a claim that something can happen, the instance that the
    row shows. CHECKED: every instance within the bounds that the figures name, and none beyond.
    MEASURED: the instances that the figures name, chosen or drawn. OPEN: not decided, and the
    figures say what is known.
    """

    PROVED = "proved"
    CHECKED = "checked"
    MEASURED = "measured"
    OPEN = "open"


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
    """One line of the table of `consort theory`.

    proof: where a proof of ours stands, a page of docs with its section; empty if the source has it
    or there is none.
    """

    name: str
    source: str
    statement: str
    status: Status
    proof: str
    measured: str
    holds: bool
    amended: str

    def to_json(self) -> dict[str, object]:
        """The row as `consort theory --json` prints it; `proof` and `amended` are null where there is none."""
        return {
            "name": self.name,
            "source": self.source,
            "claim": self.statement,
            "status": self.status.value,
            "proof": self.proof or None,
            "measured": self.measured,
            "holds": self.holds,
            "amended": self.amended or None,
        }

    def __str__(self) -> str:
        lines = [
            f"{self.name}: {'holds' if self.holds else 'DOES NOT HOLD'}",
            f"  source    {self.source}",
            f"  claim     {self.statement}",
            f"  status    {self.standing}",
            f"  measured  {self.measured}",
        ]
        return "\n".join(lines + ([f"  amended   {self.amended}"] if self.amended else []))

    @property
    def standing(self) -> str:
        """The status in words, with the place of a proof of ours."""
        return f"{self.status}, docs/{self.proof}" if self.proof else self.status.value


@dataclass(frozen=True, slots=True)
class Claim(Generic[P]):
    """A claim that can be called to be measured, with the measurement's own parameters.

    name: also that of the example which shows it, examples/NAME.py, with underscores for hyphens.
    proof: as in a Row. wider: the parameters of a search that takes longer and goes farther.
    """

    name: str
    source: str
    statement: str
    status: Status
    measure: Callable[P, Evidence]
    proof: str = ""
    wider: Mapping[str, object] = field(default_factory=dict)

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

    def widened(self) -> "Claim[P]":
        """The same claim, searched as widely as `consort theory --all` does."""
        wider = partial(self.measure, **self.wider)  # type: ignore[arg-type]
        return replace(self, measure=wider)

    def _row(self, found: Evidence) -> Row:
        return Row(
            name=self.name,
            source=self.source,
            statement=self.statement,
            status=self.status,
            proof=self.proof,
            measured=found.measured,
            holds=found.holds,
            amended=found.amended,
        )


def claim(
    source: str,
    statement: str,
    status: Status,
    *,
    proof: str = "",
    wider: Mapping[str, object] | None = None,
) -> Callable[[Callable[P, Evidence]], Claim[P]]:
    """Makes a claim of the function that measures it; the function and its paper's module name it.

    source: the paper with the number of its theorem, or of its section. statement: with all that it
    assumes. status, proof, wider: as in a Claim.
    """

    def made(measure: Callable[P, Evidence]) -> Claim[P]:
        paper = measure.__module__.removeprefix(f"{__package__}.").partition(".")[0]
        name = f"{paper} {measure.__name__}".replace(" ", "-").replace("_", "-")
        return Claim(name, source, statement, status, measure, proof, wider or {})

    return made


def figure(amount: object) -> str:
    """A fraction for people to read, exact as long as that is short."""
    exact = str(amount)
    return exact if len(exact) <= 12 else f"about {float(amount):.4f}"  # type: ignore[arg-type]
