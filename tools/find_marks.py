"""Finds marks for every number of types and of three or more signals that may do with 40 colours, and keeps them in the model.

    .venv/bin/python -m tools.find_marks             finds them anew, says if the model has others
    .venv/bin/python -m tools.find_marks --write     and writes them there
    .venv/bin/python -m tools.find_marks --prove     also: no smaller group has any (some minutes)

Without --prove the search begins at the size that is known to be the least. With it at l*C(k,2) + 1,
and goes through every abelian group of each size below.
"""

import argparse
import sys
from collections.abc import Iterator
from math import comb
from pathlib import Path

from offchain.model.mechanisms.abelian import Group, abelian_groups
from offchain.model.mechanisms.mark_search import find, is_odd_one_out, search, search_pairs
from offchain.model.mechanisms.mark_table import LARGER, MOST_COLOURS, PAIRED, TABLE
from offchain.model.mechanisms.marks import Marks

FILE = Path(__file__).parents[1] / "offchain" / "model" / "mechanisms" / "mark_table.py"
BEGIN, END = "# Found:\n", "# End.\n"


def sizes() -> Iterator[tuple[int, int]]:
    """Every number of types and of signals with l*C(k,2) + 1 up to `MOST_COLOURS`."""
    for signals in range(3, MOST_COLOURS):
        for types in range(1, MOST_COLOURS):
            if types * comb(signals, 2) < MOST_COLOURS:
                yield types, signals


def prove_least(types: int, signals: int, size: int) -> None:
    """Say how every smaller group is ruled out; fail if one is not."""
    for smaller in range(types * comb(signals, 2) + 1, size):
        for group in abelian_groups(smaller):
            if is_odd_one_out(smaller, signals, types):
                how = "parity"
            elif search(group, signals, types) is None:
                how = "every row of marks was tried"
            else:
                sys.exit(f"{types} types, {signals} signals: marks in {group.orders}")
            print(f"{types} types, {signals} signals: none in {group.orders}, {how}", flush=True)


def written(marks: Marks) -> str:
    """The entry of the table: marks of signals from 1 up by spaces, types by semicolons; that of signal 0 is 0."""
    rows = "; ".join(" ".join(map(str, row[1:])) for row in marks.rows)
    return f'({marks.group.orders}, "{rows}", {marks.pair})'


def found(types: int, signals: int) -> Marks:
    """Marks in the least group that has some, or in one of twice as many elements as colours, which are pairs."""
    least = types * comb(signals, 2) + 1
    if (types, signals) not in PAIRED:
        return find(signals, types, LARGER.get((types, signals), least))
    marks = search_pairs(Group((2 * least,)), least // 2, signals, types)
    return marks or sys.exit(f"{types} types, {signals} signals: no pairs")


def main() -> None:
    """As the module's text says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write what was found into the model")
    parser.add_argument("--prove", action="store_true", help="that no smaller group has marks")
    options = parser.parse_args()
    lines = []
    for types, signals in sizes():
        least = types * comb(signals, 2) + 1
        if options.prove:
            bound = least + 1 if (types, signals) in PAIRED else LARGER.get((types, signals), least)
            prove_least(types, signals, bound)
        lines.append(f"    ({types}, {signals}): {written(found(types, signals))},\n")
    before, rest = FILE.read_text().split(BEGIN)
    kept, after = rest.split(END)
    new = f"TABLE: Final[Mapping[tuple[int, int], tuple[tuple[int, ...], str, int]]] = {{\n{''.join(lines)}}}\n"
    if options.write:
        FILE.write_text(f"{before}{BEGIN}{new}{END}{after}")
    elif new != kept:
        sys.exit(f"{FILE.name} has others: --write")
    print(f"{len(lines)} sizes, {len(TABLE)} in {FILE.name}")


if __name__ == "__main__":
    main()
