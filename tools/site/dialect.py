"""From the Markdown that GitHub reads to the one that MkDocs does: indents of lists, and pictures for light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

_FENCE: Final = re.compile(r" *(```|~~~)")
_ITEM: Final = re.compile(r"(?P<marker>(?:[-*+]|\d{1,9}[.)]) +)\S")
_PICTURE: Final = re.compile(r"<picture>(?P<body>.*?)</picture>", re.DOTALL)
_SOURCE: Final = re.compile(r'<source media="(?P<media>[^"]+)" srcset="(?P<path>[^"]+)"')
_IMAGE: Final = re.compile(
    r'<img(?P<before>[^>]*?) src="(?P<path>[^"]+)"(?P<after>[^>]*?)>', re.DOTALL
)
_IS_DARK: Final = "(prefers-color-scheme: dark)"
_STEP: Final = 4


def for_mkdocs(text: str) -> str:
    """A page for MkDocs."""
    return _PICTURE.sub(_both, "\n".join(_indented(text.splitlines())) + "\n")


def _both(picture: re.Match[str]) -> str:
    """A picture as two, of which the theme shows that of its colours, which a reader may have changed."""
    image = _IMAGE.search(picture["body"])
    assert image is not None, picture[0]
    sources = {one["media"]: one["path"] for one in _SOURCE.finditer(picture["body"])}
    by_colour: dict[str, dict[str, str]] = {"light": {"": image["path"]}, "dark": {}}
    for media, path in sources.items():
        colour = "dark" if _IS_DARK in media else "light"
        width = media.replace(_IS_DARK, "").removesuffix(" and ")
        by_colour[colour][width] = path
    return "".join(_picture(image, colour, paths) for colour, paths in by_colour.items() if paths)


def _picture(image: re.Match[str], colour: str, paths: Mapping[str, str]) -> str:
    """paths: by what the screen must be like, "" for all others."""
    sources = [
        f'<source media="{media}" srcset="{path}">' for media, path in paths.items() if media
    ]
    shown = f'<img{image["before"]} src="{paths[""]}#only-{colour}"{image["after"]}>'
    return f"<picture>{''.join(sources)}{shown}</picture>" if sources else shown


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
