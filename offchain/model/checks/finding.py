"""What a property check says."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Whether a property holds on an instance, or is not promised there."""

    HOLDS = "holds"
    FAILS = "FAILS"
    NOT_CLAIMED = "not claimed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One property on one instance.

    detail: the counter-example where it fails; the figures, or what was searched, where it holds;
    the reason where it is not claimed.
    """

    name: str
    verdict: Verdict
    detail: str

    @classmethod
    def of(cls, name: str, counterexample: str | None, otherwise: str) -> "Finding":
        """The property fails with the counter-example if there is one, and holds otherwise."""
        if counterexample is not None:
            return cls(name, Verdict.FAILS, counterexample)
        return cls(name, Verdict.HOLDS, otherwise)
