"""What dresses the pictures of measurements, which are SVG: the reader's own font, on any background."""

import re
from collections.abc import Callable
from io import StringIO
from typing import Final

from matplotlib import rc_context
from matplotlib.figure import Figure

_FONT: Final = "-apple-system, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif"


def svg(draw: Callable[[], Figure], salt: str) -> str:
    """A picture as SVG. The same figures give the same text, whose ids come of `salt`."""
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": salt, "font.size": 11}):
        buffer = StringIO()
        draw().savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    # the reader's own sans-serif, of which matplotlib knows nothing
    drawn = re.sub(r"font-family: [^;\"]*", f"font-family: {_FONT}", buffer.getvalue())
    return "\n".join(line.rstrip() for line in drawn.splitlines()) + "\n"


def title(figure: Figure, text: str, colour: str) -> None:
    """What a picture is called, in its upper left corner."""
    figure.text(0.015, 0.93, text, color=colour, size=13, weight="bold")
