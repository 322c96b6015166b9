"""An hour of lots, simulated: `python -m benchmarks.soak` (`make soak`); `--minutes`, `--lots`, `--drawn`, `--seed` for others.

Lots are listed at random moments of so many minutes of the chain, dozens at a time, their bids with time locks, entrusted, or
silent; those that are drawn have their words from block headers. A keeper for each kind of auction is a process of its own,
killed outright at random; the node is stopped and started at random, too. Statuses are read all the time, and pages asked. In
the end every lot has ended as the reference model says, every wei is where it belongs, and no status said what was not so; or
the exit code is 1, and the seed is told. Where a machine is slower than the clock, the clock waits, and that is told.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks.soak.keepers import Crashed
from benchmarks.soak.plan import plan
from benchmarks.soak.soak import Figures, Soak, Stuck
from benchmarks.soak.truth import Untrue
from benchmarks.soak.verdict import Wrong
from offchain.chain.errors import ChainError

_FAILED, _NODE_FAILED = 1, 3


def main() -> int:
    """Plays one, and prints its figures."""
    arguments = _arguments()
    made = plan(
        arguments.seed, arguments.minutes, arguments.lots, arguments.drawn,
        arguments.kill, arguments.restart,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(arguments.keep or scratch)
        folder.mkdir(exist_ok=True)
        try:
            figures = Soak(made, arguments.seed, folder, arguments.tick).run()
        except (Wrong, Untrue, Stuck, Crashed) as error:
            print(f"FAILED with --seed {arguments.seed}: {error}", file=sys.stderr)
            return _FAILED
        except ChainError as error:
            print(f"error with --seed {arguments.seed}: {error}", file=sys.stderr)
            return _NODE_FAILED
    print(json.dumps(asdict(figures), indent=2) if arguments.json else story(figures))
    return 0


def story(figures: Figures) -> str:
    """The figures in words."""
    lots = sum(figures.lots.values())
    return "\n".join(
        (
            f"Seed {figures.seed}: {figures.chain_seconds / 3_600:.1f} hours of the chain in {figures.seconds / 60:.0f} minutes,"
            f" {figures.blocks:,} blocks.",
            f"{lots} lots with {figures.bids} bids, all as the reference model says: sold to"
            f" {figures.lots['group']} groups and {figures.lots['individual']} individuals,"
            f" {figures.lots['nobody']} unsold.",
            f"Keepers were killed {figures.kills} times and started {figures.starts} times ({figures.gave_up} found no node),"
            f" the node restarted {figures.node_restarts} times.",
            f"{figures.statuses:,} statuses were true, of {figures.transactions:,} transactions; pages answered"
            f" {figures.healthy + figures.unhealthy:,} times, {figures.unhealthy} of them 503.",
            f"The clock waited {figures.waited:.0f} s for keepers that were behind it.",
        )
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of everything that is random")
    parser.add_argument(
        "--minutes", type=int, default=60, help="of the chain in which lots are listed"
    )
    parser.add_argument("--lots", type=int, default=40, help="sold to the highest bid")
    parser.add_argument("--drawn", type=int, default=10, help="sold by draws")
    parser.add_argument(
        "--kill", type=float, default=0.03, help="the chance of each keeper in each block"
    )
    parser.add_argument(
        "--restart", type=float, default=0.01, help="the chance of the node in each block"
    )
    parser.add_argument(
        "--tick", type=float, default=1.0, help="seconds from one block to the next"
    )
    parser.add_argument("--keep", help="a folder for what keepers write, by default none")
    parser.add_argument("--json", action="store_true", help="figures only")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
