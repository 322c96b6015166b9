"""Measurements that the repository keeps: as JSON, in the tables of a page, and in pictures."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Record:
    """Where measurements stand. In the page, a table stands between `<!-- mark: its name -->` and `<!-- end -->`."""

    file: Path
    page: Path
    mark: str
    pictures: Path

    def load(self) -> dict[str, Any]:
        """What the file holds; empty if there is none."""
        if not self.file.exists():
            return {}
        found: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
        return found

    def text(self) -> str:
        """The page as it is."""
        return self.page.read_text(encoding="utf-8")

    def names(self) -> list[str]:
        """The tables in the page, in order."""
        return re.findall(rf"<!-- {self.mark}: (\w+) -->", self.text())

    def renewed(self, tables: Mapping[str, str]) -> str:
        """The page with its tables made anew."""
        table = rf"(<!-- {self.mark}: (\w+) -->\n).*?(<!-- end -->)"
        return re.sub(
            table,
            lambda found: f"{found[1]}\n{tables[found[2]]}\n{found[3]}",
            self.text(),
            flags=re.DOTALL,
        )

    def write(self, text: str, tables: Mapping[str, str], pictures: Mapping[str, str]) -> None:
        """Renews the file, the page and the pictures."""
        self.file.write_text(text, encoding="utf-8")
        self.page.write_text(self.renewed(tables), encoding="utf-8")
        for name, picture in pictures.items():
            (self.pictures / name).write_text(picture, encoding="utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, its columns aligned; all but the first are figures if the first row's are."""
    widths = [max(len(row[n]) for row in (head, *rows)) for n in range(len(head))]
    right = [n > 0 and rows[0][n][:1].isdigit() for n in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.rjust(width) if flush else cell.ljust(width)
            for cell, width, flush in zip(cells, widths, right, strict=True)
        ]
        return f"| {' | '.join(padded)} |"

    rule = ["-" * (width - flush) + ":" * flush for width, flush in zip(widths, right, strict=True)]
    return "\n".join([line(head), line(rule), *map(line, rows)]) + "\n"
