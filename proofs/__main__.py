"""All proofs, or some: `python -m proofs` (`make prove`); `--short` is what `make test` runs, `--long` takes more than an hour.

Each part prints a table of its own. The exit code is 0 only if all that was tried held.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from typing import Final

from proofs.analysers import run as analysers
from proofs.integers import run as integers
from proofs.invariants import run as invariants
from proofs.length import Length
from proofs.symbolic import run as symbolic

PARTS: Final[Mapping[str, Callable[[Length], bool]]] = {
    "invariants": invariants.run,
    "symbolic": symbolic.run,
    "integers": integers.run,
    "analysers": analysers.run,
}
"""What each part is called, and what runs it: it prints what it found, and returns whether all held."""


def main() -> int:
    """Runs the parts that were asked for, and prints which held."""
    arguments = _arguments()
    results = {name: _timed(name, arguments.length) for name in arguments.only or PARTS}
    print("\n=== proofs")
    for name, (held, seconds) in results.items():
        print(f"{'held' if held else 'FAILED':8}{name:28}{seconds:>9.1f} s")
    return 0 if all(held for held, _ in results.values()) else 1


def _timed(name: str, length: Length) -> tuple[bool, float]:
    print(f"\n=== {name}", flush=True)
    start = time.monotonic()
    held = PARTS[name](length)
    return held, time.monotonic() - start


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m proofs", description=__doc__)
    parser.add_argument(
        "--only", choices=PARTS, action="append", help="this part; may be repeated (default: all)"
    )
    lengths = parser.add_mutually_exclusive_group()
    for length, text in (
        (Length.SHORT, "as in `make test`: at most three minutes on a quiet machine"),
        (Length.LONG, "as far as it was ever taken: hours"),
    ):
        lengths.add_argument(
            f"--{length.value}", dest="length", action="store_const", const=length, help=text
        )
    parser.set_defaults(length=Length.PLAIN)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
