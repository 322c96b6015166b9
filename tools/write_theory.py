"""`make theory`: the rows of docs/theory.md, measured anew.

    python -m tools.write_theory

Between its two marks the page has what `consort theory --markdown` prints. A row that does not hold is
written as such, and the exit code is 1.
"""

from __future__ import annotations

import sys
from typing import Final

from offchain.cli.theory import measured
from offchain.io.output import write_whole
from offchain.io.paths import PROJECT
from offchain.model.theory import CLAIMS
from offchain.model.theory.page import in_markdown

PAGE: Final = PROJECT / "docs" / "theory.md"
BEGIN: Final = "<!-- make theory -->\n\n"
END: Final = "\n\n<!-- end -->"


def main() -> None:
    """Measures every claim and writes the page."""
    rows = list(measured(CLAIMS))
    page = with_rows(PAGE.read_text(encoding="utf-8"), in_markdown(rows))
    write_whole(PAGE, page.encode())
    sys.exit(0 if all(row.holds for row in rows) else 1)


def with_rows(page: str, tables: str) -> str:
    """The page with these tables between the marks. Raises ValueError without exactly one pair of marks."""
    before, rest = _two(page, BEGIN)
    _, after = _two(rest, END)
    return f"{before}{BEGIN}{tables}{END}{after}"


def _two(text: str, mark: str) -> tuple[str, str]:
    first, second = text.split(mark)
    return first, second


if __name__ == "__main__":
    main()
