"""A story on a console: numbered headings, sentences under them, and what came of it."""

from textwrap import fill

from rich.console import Console
from rich.markup import escape

from offchain.bindings.artifacts import are_compiled
from offchain.report.page import Chapter

_RESULT = "→"
_WIDTH = 100
"""Columns that sentences are wrapped at, on wider terminals."""


def opening(console: Console) -> None:
    """What is said before the first contract is deployed. `ChainError` if they cannot be compiled."""
    if not are_compiled():
        console.print("Compiling the contracts, once: up to a minute …", highlight=False)
    console.print("Starting the chain and deploying the contracts …", highlight=False)


class Voice:
    """Tells a story chapter by chapter, and remembers it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told: list[tuple[str, str, list[str]]] = []

    @property
    def story(self) -> tuple[Chapter, ...]:
        """All that was told so far."""
        return tuple(
            Chapter(title, sentence, tuple(results)) for title, sentence, results in self._told
        )

    def tell(self, title: str, sentence: str) -> None:
        """A numbered heading and what there is to say under it."""
        self._told.append((title, sentence, []))
        self._console.print(f"\n[bold]{len(self._told):2} {escape(title)}[/]", highlight=False)
        self._say(sentence)

    def add(self, result: str) -> None:
        """One more line of what came of the chapter told last."""
        self._told[-1][2].append(result)
        self._say(f"{_RESULT} {result}", "cyan")

    def _say(self, sentence: str, style: str = "") -> None:
        text = fill(
            sentence,
            width=min(self._console.width, _WIDTH),
            initial_indent="   ",
            subsequent_indent="     " if sentence.startswith(_RESULT) else "   ",
        )
        self._console.print(escape(text), style=style, highlight=False, soft_wrap=True)
