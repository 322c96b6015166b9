"""One auction of ever more members, played through the contracts: time by phase, memory, gas.

    python -m benchmarks.scale 10000 100000 1000000             on revm, in process; a million take minutes and 5 GiB
    python -m benchmarks.scale --on anvil 100 1000 10000        on a node, whose gas is the real one
    python -m benchmarks.scale 100000 --write                   renews this size in scale.json, docs/performance.md, the picture

One DAO of sealed bids, from CROWD members on a full copy, plays against a rival who bids alone and asks it for 60 % of its
willingness to pay. The outcome must be the reference's and the play audits every wei. Each size runs in a process of its own, so
that its peak memory is its own.
"""

import argparse
import json
import subprocess
import sys
from typing import Any, Final

import numpy as np

from benchmarks import record
from benchmarks.record import ROOT, Record
from benchmarks.watch import Watch, peak_mib
from offchain.chain.connect import connect
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance
from offchain.model.mechanisms import fast_split, two_level
from offchain.play.behaviour import Behaviour, crowds
from offchain.play.two_level import TwoLevelStage

_HERE: Final = ROOT / "benchmarks" / "scale"
RECORD: Final = Record(_HERE / "scale.json", ROOT / "docs/performance.md", "scale", _HERE)
SEED: Final = 2021
_MEDIAN_BID: Final = 50_000_000
"""Units: 0.05 ETH."""
_SPREAD: Final = 1.2
_REST: Final = "outcome, audit"

Row = dict[str, Any]
"""The measurements of one auction."""
Rows = dict[str, list[Row]]
"""Measurements by back end, smallest first."""


def auction(members: int) -> TwoLevelInstance:
    """The rival and the DAO: log-normal bids, the same for the same number of members."""
    rng = np.random.default_rng(SEED)
    bids = np.maximum(1, rng.lognormal(0, _SPREAD, members) * _MEDIAN_BID).astype(np.uint64)
    rival = max(1, fast_split.willingness_to_pay(bids) * 6 // 10)
    dao = tuple(Member(f"m{place}", (bid,), (bid,)) for place, bid in enumerate(bids.tolist()))
    return TwoLevelInstance(
        1, (1,), (Group("rival", (Member("rival", (rival,), (rival,)),)), Group("dao", dao))
    )


def play(members: int, back_end: str) -> Row:
    """Plays one auction in this process and measures it.

    Raises:
        AssertionError: the outcome is not the reference's.
    """
    instance = auction(members)
    expected = two_level.solve(instance)
    with connect(back_end) as chain:
        stage = TwoLevelStage(chain)
        watch = Watch()
        behaviour = Behaviour(standalone=crowds(instance.groups))
        outcome = stage.play(instance, behaviour, watch)
        watch.lap(_REST)
    assert outcome == expected, "the chain and the reference differ"
    gas = dict(outcome.gas or {})
    return {
        "members": members,
        "served": len(outcome.items[0].served),
        "peak_mib": peak_mib(),
        "seconds": round(sum(spent.seconds for spent in watch.steps.values()), 1),
        "processor_seconds": round(sum(spent.processor for spent in watch.steps.values()), 2),
        "processor_seconds_by_step": {
            step: round(spent.processor, 1)
            for step, spent in watch.steps.items()
            if spent.processor >= 0.05
        },
        "gas_total": gas.pop("total"),
        "gas_by_step": gas,
    }


def in_its_own_process(members: int, back_end: str) -> Row:
    """What `play` returns."""
    command = [sys.executable, "-m", "benchmarks.scale", "--alone", "--on", back_end, str(members)]
    printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    found: Row = json.loads(printed)
    return found


def table(back_end: str, rows: list[Row]) -> str:
    """The measurements, one line for each size."""
    lines = [
        f"{'members':>10} {'served':>10} {'real s':>8} {'cpu s':>8} {'peak MiB':>9}"
        f" {'settle gas':>11} {'gas per member':>15}   on {back_end}"
    ]
    lines += [
        f"{row['members']:>10,} {row['served']:>10,} {row['seconds']:>8.1f}"
        f" {row['processor_seconds']:>8.1f} {row['peak_mib']:>9,}"
        f" {row['gas_by_step']['settle']:>11,} {row['gas_total'] / row['members']:>15,.0f}"
        for row in rows
    ]
    return "\n".join(lines)


def tables(rows: Rows) -> dict[str, str]:
    """The tables of docs/performance.md by name, in Markdown."""
    revm, anvil = rows.get("revm", []), rows.get("anvil", [])
    return {
        "sizes": _sizes(revm),
        "phases": _phases(revm),
        "anvil": _gas(anvil),
        "revm": _gas(revm),
    }


def _sizes(rows: list[Row]) -> str:
    return record.table(
        ["members", "served", "seconds of one core", "µs per member", "memory, MiB"],
        [
            [
                f"{row['members']:,}",
                f"{row['served']:,}",
                f"{row['processor_seconds']:,.2f}",
                f"{row['processor_seconds'] / row['members'] * 1e6:,.0f}",
                f"{row['peak_mib']:,}",
            ]
            for row in rows
        ],
    )


def _phases(rows: list[Row]) -> str:
    """Of sizes whose phases take long enough to be told apart."""
    large = [row for row in rows if row["members"] >= 10_000]
    spent = [row["processor_seconds_by_step"] for row in large]
    steps = list(spent[-1]) if spent else []
    return record.table(
        ["seconds of one core", *(f"{row['members']:,}" for row in large)],
        [[step, *(f"{one.get(step, 0):.1f}" for one in spent)] for step in steps],
    )


def _gas(rows: list[Row]) -> str:
    return record.table(
        ["members", "all gas", "per member", "settle"],
        [
            [
                f"{row['members']:,}",
                f"{row['gas_total']:,}",
                f"{row['gas_total'] / row['members']:,.0f}",
                f"{row['gas_by_step']['settle']:,}",
            ]
            for row in rows
        ],
    )


def write(back_end: str, rows: list[Row]) -> None:
    """Puts the measurements in the place of earlier ones of the same sizes; renews the page and the picture."""
    from benchmarks.scale.chart import pictures  # matplotlib takes a while to import

    found: Rows = RECORD.load()
    sizes = {row["members"]: row for row in [*found.get(back_end, []), *rows]}
    found[back_end] = [sizes[members] for members in sorted(sizes)]
    RECORD.write(json.dumps(found, indent=1) + "\n", tables(found), pictures(found))


def main() -> None:
    """Plays the sizes asked for."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.scale", description=__doc__.splitlines()[0]
    )
    parser.add_argument("members", type=int, nargs="+", help="sizes of the DAO")
    parser.add_argument("--on", default="revm", help="revm, anvil or ganache (default: revm)")
    parser.add_argument("--json", action="store_true", help="print the measurements as JSON")
    parser.add_argument(
        "--write", action="store_true", help="renew the record, the page and the picture"
    )
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        print(json.dumps(play(options.members[0], options.on)))
        return
    rows = []
    for members in options.members:
        print(f"{members:,} members on {options.on}", file=sys.stderr)
        rows.append(in_its_own_process(members, options.on))
    print(json.dumps(rows, indent=1) if options.json else table(options.on, rows))
    if options.write:
        write(options.on, rows)


if __name__ == "__main__":
    main()
