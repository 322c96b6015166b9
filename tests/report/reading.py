"""Reads a page as a browser would, as far as tests need."""

import json
import re
from html.parser import HTMLParser
from typing import Any

from offchain.report.drawing import Picture

VOID = {"meta", "img", "source", "br", "input", "use", "rect", "path"}


def drawn(picture: Picture, is_narrow: bool) -> str:
    """A picture that nobody drew."""
    return f"[{picture.name} {'narrow' if is_narrow else 'wide'}]"


class Reader(HTMLParser):
    """Collects tags with their attributes, the text, rows of bodies of tables by their cells, and what scripts are given."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.data: dict[str, Any] = {}
        self._parts: list[tuple[str, str]] = []

    @classmethod
    def of(cls, page: str) -> "Reader":
        """What is on a page whose tags are all closed in order."""
        reader = cls()
        reader.feed(page)
        reader.close()
        assert reader.open == []
        return reader

    @property
    def words(self) -> str:
        """The text with single spaces."""
        return re.sub(r"\s+", " ", self.text)

    def named(self, tag: str) -> list[str]:
        """The text of all elements of this name."""
        return [text for name, text in self._parts if name == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        where = self.open[-1] if self.open else ""
        if where == "script" and data.lstrip().startswith("{"):
            self.data = json.loads(data)
        if where in ("script", "style"):
            return
        self.text += data
        self._parts.append((where, data))
