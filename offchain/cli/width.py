"""How wide a page of the terminal is."""

import os
import shutil
import sys


def columns() -> int | None:
    """What COLUMNS says, else how wide the terminal is that standard output goes to; None if it goes elsewhere."""
    if os.environ.get("COLUMNS", "").isdecimal() or sys.stdout.isatty():
        return max(shutil.get_terminal_size().columns, _NARROWEST)
    return None


_NARROWEST = 60
"""On narrower ones lines run over."""
