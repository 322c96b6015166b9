"""`make gas`: what every step costs a member, measured on Anvil with the bytecode that is deployed.

Prints tables, and what changed since the snapshot in the repository (benchmarks/gas/gas.json). `--json` prints the measurements
alone; `--write` renews the snapshot, the tables of docs/gas.md and the pictures. The exit code is 1 if a budget is exceeded
that any code could keep.
"""

import argparse
import json
import re
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from benchmarks.gas import (
    all_in,
    approximate,
    auctions,
    estates,
    groups,
    houses,
    houses_all_in,
    randomness,
    resilient,
    signals,
    universal,
)
from benchmarks.gas.report import Snapshot, budgets, differences, tables
from benchmarks.record import ROOT, Record

_HERE: Final = ROOT / "benchmarks" / "gas"
RECORD: Final = Record(_HERE / "gas.json", ROOT / "docs/gas.md", "make gas", _HERE / "pictures")

FURTHER = {
    "resilient": resilient.measure,
    "signal_clock": signals.measure,
    "universal": universal.measure,
    "approximate": approximate.measure,
    "randomness": randomness.measure,
    "estate": estates.measure,
    "groups": groups.measure,
    "houses": houses.measure,
}
"""What is measured apart from the auctions of groups and individuals; what they return is a book among the others' steps."""


def measured(most: int = max(all_in.SIZES)) -> Snapshot:
    """Everything that is measured, each on a node of its own, some at the same time. most: members of a group from nothing to the
    last payment."""
    with ProcessPoolExecutor() as pool:
        whole, rest = pool.submit(all_in.measure, most), pool.submit(auctions.measure)
        at_houses = pool.submit(houses_all_in.measure)
        further = {name: pool.submit(each) for name, each in FURTHER.items()}
        snapshot = rest.result()
        snapshot["steps"] |= {name: each.result() for name, each in further.items()}
        return snapshot | whole.result() | {"houses_all_in": at_houses.result()}


def dumped(snapshot: Snapshot) -> str:
    """The snapshot as JSON, a line for each cost."""
    text = json.dumps(snapshot, indent=1)
    return re.sub(r"\{\s*([^{}]*?)\s*\}", _in_one_line, text) + "\n"


def write(snapshot: Snapshot) -> None:
    """Renews everything in the repository that holds measurements."""
    from benchmarks.gas.chart import pictures  # matplotlib takes a while to import

    RECORD.write(dumped(snapshot), tables(snapshot), pictures(snapshot))


def main() -> int:
    """Measures, and says what was found."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.gas", description="Gas per member, measured on Anvil."
    )
    parser.add_argument("--json", action="store_true", help="print the measurements as JSON")
    parser.add_argument("--write", action="store_true", help="renew snapshot, tables and pictures")
    parser.add_argument(
        "--most",
        type=int,
        choices=all_in.SIZES,
        default=max(all_in.SIZES),
        help="with --json: members of the largest group that is measured from nothing to the end",
    )
    options = parser.parse_args()
    if not options.json and options.most != max(all_in.SIZES):
        parser.error("--most: tables, budgets and the snapshot have all sizes")
    snapshot = measured(options.most)
    if options.json:
        print(dumped(snapshot), end="")
        if options.most != max(all_in.SIZES):
            return 0
    else:
        print("\n".join(tables(snapshot).values()))
        changes = differences(RECORD.load(), snapshot)
        print(
            "\n".join(
                ["Changed since the snapshot:", *changes] if changes else ["As in the snapshot."]
            )
        )
    if options.write:
        write(snapshot)
    over = [one.name for one in budgets(snapshot) if one.verdict == "over"]
    for name in over:
        print(f"over budget: {name}", file=sys.stderr)
    return 1 if over else 0


def _in_one_line(found: re.Match[str]) -> str:
    return "{" + re.sub(r"\s*\n\s*", " ", found[1]) + "}"


if __name__ == "__main__":
    sys.exit(main())
