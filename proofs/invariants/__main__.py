"""Campaigns alone: `python -m proofs.invariants`; `--seed` with the same `--runs` and `--depth` runs the same calls again."""

import argparse
import secrets
import sys

from proofs.invariants.run import SIZES, Size, campaign, names
from proofs.length import Length


def main() -> int:
    """Runs the campaigns that were asked for; 1 if one does not hold."""
    parser = argparse.ArgumentParser(prog="python -m proofs.invariants", description=__doc__)
    usual = SIZES[Length.PLAIN]
    parser.add_argument("--only", choices=names(), action="append", help="this campaign")
    parser.add_argument("--runs", type=int, default=usual.runs, help="how many (%(default)s)")
    parser.add_argument("--depth", type=int, default=usual.depth, help="calls each (%(default)s)")
    parser.add_argument("--seed", type=lambda text: int(text, 0), default=None, help="of a run")
    told = parser.parse_args()
    seed = secrets.randbits(64) if told.seed is None else told.seed
    return 0 if campaign(told.only or names(), Size(told.runs, told.depth), seed) else 1


if __name__ == "__main__":
    sys.exit(main())
