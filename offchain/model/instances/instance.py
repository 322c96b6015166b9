"""What instances and outcomes of all kinds have in common."""

from typing import ClassVar, Protocol


class Instance(Protocol):
    """One auction as a file describes it. `mechanism`: its kind, by the name that files use."""

    mechanism: ClassVar[str]

    def to_json(self) -> dict[str, object]:
        """The instance as its reader takes it."""


class Outcome(Protocol):
    """What a mechanism does with an instance."""

    def to_json(self) -> dict[str, object]:
        """The outcome as files and standard output have it."""
