"""How messages repeat what a user wrote: short, on one line, and without characters that move a terminal's cursor."""

from collections.abc import Collection

SHOWN = 60
"""Longest piece of a value that a message repeats."""
LINE = 2_000
"""Longest message of all."""
_PATH = 300
_LISTED = 12
"""Most names that a message lists."""


def shorten(text: str, most: int = SHOWN) -> str:
    """The text, or its start and how long it is."""
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} characters)"


def cut(text: str, most: int) -> str:
    """The text, or its start and an ellipsis: at most so many characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def abridge(text: str, most: int, end: int) -> str:
    """The text, or its start and its last `end` characters with an ellipsis between them: at most so many characters."""
    return text if len(text) <= most else f"{text[: most - end - 1]}…{text[-end:]}"


def shorten_path(path: str) -> str:
    """A path, which is told whole if any file can have it."""
    return shorten(path, _PATH)


def quote(text: str) -> str:
    """A value in quotation marks, cut and escaped."""
    shown = ascii(text[:SHOWN])
    return shown if len(text) <= SHOWN else f"{shown[:-1]}... ({len(text)} characters)"


def listed(names: Collection[str]) -> str:
    """Names with commas between them, the first of many."""
    first = [shorten(name) for _, name in zip(range(_LISTED), names, strict=False)]
    rest = len(names) - len(first)
    return ", ".join(first) + (f" and {rest} more" if rest else "")


def printable(text: str) -> str:
    """The text with control characters escaped."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def one_line(text: str) -> str:
    """A whole message, fit for a terminal: its parts are short, but not everything in it is ours."""
    return printable(shorten(text, LINE))
