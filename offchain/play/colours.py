"""The colours that a universal auction is listed with: of marks where there are fewer of them than bidders, else their places."""

from offchain.model.instances.universal_signals import UniversalSignalsInstance
from offchain.model.mechanisms.marks import Marks, known_marks


def marks_of(instance: UniversalSignalsInstance) -> Marks | None:
    """The marks of the fewest colours known; None where bidders' places are the colours."""
    marks = known_marks(instance.signals, len(instance.types))
    return marks if marks is not None and marks.colours < len(instance.bidders) else None


def colours_of(instance: UniversalSignalsInstance) -> int:
    """How many colours there are."""
    marks = marks_of(instance)
    return len(instance.bidders) if marks is None else marks.colours
