"""From the Markdown that GitHub reads to the one that MkDocs does: indents of lists, and pictures for light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_FENCE: Final = re.compile(r" *(```|~~~)")
_ITEM: Final = re.compile(r"(?P<marker>(?:[-*+]|\d{1,9}[.)]) +)\S")
_PICTURE: Final = re.compile(r"<picture>(?P<body>.*?)</picture>", re.DOTALL)
_DARK: Final = re.compile(
    r'<source media="\(prefers-color-scheme: dark\)" srcset="(?P<path>[^"]+)"'
)
_IMAGE: Final = re.compile(
    r'<img(?P<before>[^>]*?) src="(?P<path>[^"]+)"(?P<after>[^>]*?)>', re.DOTALL
)
_STEP: Final = 4


def for_mkdocs(text: str) -> str:
    """A page for MkDocs."""
    return _PICTURE.sub(_both, "\n".join(_indented(text.splitlines())) + "\n")


def _both(picture: re.Match[str]) -> str:
    """A picture as two, of which the theme shows that of its colours, which a reader may have changed."""
    dark, light = _DARK.search(picture["body"]), _IMAGE.search(picture["body"])
    if dark is None or light is None:
        return picture[0]
    before, after = light["before"], light["after"]
    return "".join(
        f'<img{before} src="{path}#only-{colours}"{after}>'
        for path, colours in ((light["path"], "light"), (dark["path"], "dark"))
    )


def _indented(lines: list[str]) -> Iterator[str]:
    """What belongs to an item of a list four further in, as Python-Markdown wants it, and a list after an empty line."""
    depths: list[int] = []  # where the content of each item begins that is not over
    fence, before = False, ""
    for line in lines:
        text = line.lstrip(" ")
        indent = len(line) - len(text)
        if not text:
            yield line
            before = ""
            continue
        item = None if fence else _ITEM.match(text)
        if not fence and (not before or item):
            while depths and indent < depths[-1]:
                depths.pop()
        if item and not depths and before and not _is_listed(before):
            yield ""
        within = min(indent, depths[-1]) if depths else 0
        yield " " * (_STEP * len(depths) + indent - within) + text
        if item and indent - within < _STEP:
            depths.append(indent + len(item["marker"]))
        if _FENCE.match(line):
            fence = not fence
        before = line


def _is_listed(line: str) -> bool:
    """Whether a line belongs to a list, so that an item may follow at once."""
    return line.startswith(" ") or _ITEM.match(line) is not None
