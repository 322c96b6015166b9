"""`make theory`: the table of docs/composing.md, found anew.

python -m tools.write_composing
"""

from __future__ import annotations

from typing import Final

from offchain.io.output import write_whole
from offchain.io.paths import PROJECT
from offchain.model.theory.composing import pairs
from offchain.model.theory.composing_page import in_markdown
from tools.write_theory import with_rows

PAGE: Final = PROJECT / "docs" / "composing.md"


def main() -> None:
    """Searches the games of every pair and writes the page."""
    write_whole(PAGE, with_rows(PAGE.read_text(encoding="utf-8"), in_markdown(pairs())).encode())


if __name__ == "__main__":
    main()
