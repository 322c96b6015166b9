"""What a break is: something wrong in the contracts, on purpose, behind a switch."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """In a file of contracts/, text that occurs once, and what stands there instead; `{off}` is true but for this break."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Break:
    """What is wrong, and the campaign that has to find it."""

    name: str
    campaign: str
    edits: tuple[Edit, ...]


def one(name: str, campaign: str, file: str, old: str, new: str) -> Break:
    """A break of one place."""
    return Break(name, campaign, (Edit(file, old, new),))
