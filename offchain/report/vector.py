"""Pictures as SVG elements of a page, which says what their colours are: in the light, in the dark, and on paper."""

import re
from dataclasses import replace
from html import escape
from io import BytesIO
from typing import Final

from matplotlib import rc_context
from matplotlib.text import Text

from offchain.report.drawing import SETTINGS, Picture
from offchain.report.theme import LIGHT

HALO: Final = "halo"
"""The class of text that stands over lines."""
_SPELLED: Final = {colour: f"var(--{name})" for name, colour in LIGHT.colours.items()}


def svg(picture: Picture, is_narrow: bool) -> str:
    """The picture for screens that are narrow, or not. The same figures give the same text, and what it says is text."""
    width = "narrow" if is_narrow else "wide"
    key = f"{picture.name}-{width}"
    view, inner = _drawn(picture, is_narrow, key)
    title, desc = escape(picture.title or picture.name), escape(picture.alt)
    return (
        f'<svg class="{width}" {view} role="img" aria-labelledby="{key}-title {key}-desc"><title id="{key}-title">{title}</title>'
        f'<desc id="{key}-desc">{desc}</desc>{inner}</svg>'
    )


def _drawn(picture: Picture, is_narrow: bool, key: str) -> tuple[str, str]:
    """Its `viewBox`, and what stands in the element; nothing there has an id that another picture of the page could have."""
    buffer = BytesIO()
    with rc_context({**SETTINGS, "svg.hashsalt": key}):
        figure = picture.draw(replace(LIGHT, is_narrow=is_narrow))
        for text in figure.findobj(Text):
            if text.get_path_effects():  # would make it outlines, which nobody can search or hear
                text.set_path_effects([])
                text.set_gid(HALO)
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(buffer, format="svg", facecolor="none", metadata=nothing)
    file = re.sub(
        r"<style.*?</style>|<metadata>.*?</metadata>", "", buffer.getvalue().decode(), flags=re.S
    )
    head = re.search(r'<svg [^>]*(viewBox="[^"]*")[^>]*>', file)
    assert head is not None  # matplotlib writes one
    inner = re.sub(r"<[^>]*>", lambda tag: _for_page(tag[0], key), file[head.end() :])
    return head[1], re.sub(r"\s*\n\s*", " ", inner.rpartition("</svg>")[0])


def _for_page(tag: str, key: str) -> str:
    """A tag with the page's colours and font."""
    tag = tag.replace(f'id="{HALO}"', f'class="{HALO}"')
    tag = re.sub(r'<g id="[^"]*"', "<g", tag)
    tag = re.sub(r'( id="|href="#|url\(#)', rf"\g<1>{key}-", tag)
    tag = re.sub(r' font-family: [^;"]*;?| transform="rotate\(-0 [^"]*"', "", tag)
    return re.sub(r"#[0-9a-f]{6}\b", lambda colour: _SPELLED.get(colour[0], colour[0]), tag)
