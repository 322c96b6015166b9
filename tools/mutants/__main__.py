"""`make mutants`: the contracts with one thing wrong each, and whether a test notices.

    python -m tools.mutants [--all | --sample N --seed S] [--file NAME] [--list] [--known] [--keep] [--again]

What came of each is kept in build/mutants, so that a run that was broken off goes on where it was, and with --keep for the
repository; of a file that has changed everything is run anew. Exits with 0 if no mutant that was chosen survived.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tools.mutants.declared import BadDeclaration, Declaration, declared, matched
from tools.mutants.hunt import BrokenSuite, hunt
from tools.mutants.records import Record, Records
from tools.mutants.sources import Mutant, mutants, sample
from tools.mutants.table import KILLED, fates, most_alive, table

_SAMPLE = 500


def main() -> int:
    """Picks mutants, runs those of which nothing is known, and prints the table."""
    options = _options()
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # ends what was started, as Ctrl-C does
    all_ = mutants()
    records = Records()
    try:
        entries = matched(declared(), all_)
        chosen = _chosen(options, all_)
        if options.keep:
            records.keep(one.key for one in all_)
        if options.known:
            chosen = [one for one in chosen if one.key in records.read()]
        if options.list:
            print(*chosen, sep="\n")
            return 0
        waiting = _waiting(chosen, records.read(), options.again)
        print(f"{len(chosen)} of {len(all_)} mutants; {len(waiting)} to run", flush=True)
        _run(waiting, entries, _killers(all_, records.read()), records)
    except (BadDeclaration, BrokenSuite) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nbroken off; the same command goes on from here", file=sys.stderr)
    return _report(chosen, records.read(), entries, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__.partition("\n")[0])
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="every mutant: many hours")
    which.add_argument(
        "--sample", type=int, default=_SAMPLE, metavar="N", help="about N, of every file"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="which sample")
    parser.add_argument(
        "--file",
        action="append",
        metavar="NAME",
        help="only files whose path contains this, or one of these, or PATH:LINE",
    )
    parser.add_argument("--list", action="store_true", help="print the mutants, run nothing")
    parser.add_argument("--known", action="store_true", help="the table of all that was run so far")
    parser.add_argument(
        "--keep", action="store_true", help="write what is known into tools/mutants/decided.jsonl"
    )
    parser.add_argument("--again", action="store_true", help="run those anew that survived")
    return parser.parse_args()


def _chosen(options: argparse.Namespace, all_: Sequence[Mutant]) -> list[Mutant]:
    everything = options.all or options.known
    chosen = list(all_) if everything else sample(all_, options.sample, options.seed)
    wanted = options.file or [""]
    return [one for one in chosen if any(_is_in(one, part) for part in wanted)]


def _is_in(one: Mutant, part: str) -> bool:
    return part in one.file or f"/{one.file}:{one.line}".endswith(f"/{part}")


def _waiting(chosen: Sequence[Mutant], known: Mapping[str, Record], again: bool) -> list[Mutant]:
    return [
        one
        for one in chosen
        if one.key not in known or (again and known[one.key].verdict == "survived")
    ]


def _killers(all_: Sequence[Mutant], known: Mapping[str, Record]) -> Iterator[tuple[str, str]]:
    """In the order in which they killed, each with the mutant's file."""
    files = {one.key: one.file for one in all_}
    for record in known.values():
        if record.by and record.key in files:
            yield files[record.key], record.by


def _run(
    waiting: list[Mutant],
    entries: Mapping[str, Declaration],
    killers: Iterable[tuple[str, str]],
    records: Records,
) -> None:
    start = time.monotonic()
    for number, (mutant, record) in enumerate(hunt(waiting, entries, killers), 1):
        records.add(record)
        place = f"{mutant.file}:{mutant.line} {mutant.edit.operator}"
        told = f"{record.verdict} {record.by}".strip()
        spent = time.monotonic() - start
        print(f"[{number}/{len(waiting)} {spent:.0f} s] {place}: {told}", flush=True)


def _report(
    chosen: Sequence[Mutant],
    known: Mapping[str, Record],
    entries: Mapping[str, Declaration],
    options: argparse.Namespace,
) -> int:
    told = list(fates(chosen, known, entries))
    print(*table(told), sep="\n")
    for what in ("survived", "wrong"):
        for mutant, _ in (one for one in told if one[1] == what):
            print(f"{what}: {mutant}")
    missing = sum(one.key not in known for one in chosen)
    which = f"a sample of {options.sample}, seed {options.seed}"
    if options.known or options.all:
        which = "known" if options.known else "all"
    print(f"{which}: {len(told)} run, {missing} not yet")
    killed, survived = (sum(what in kinds for _, what in told) for kinds in (KILLED, ("survived",)))
    alive = 100 * most_alive(killed, survived)
    print(
        f"{survived} of {killed + survived} that can die survived: of all at most {alive:.1f} %, with 95 % confidence"
    )
    return int(missing > 0 or any(what in ("survived", "wrong") for _, what in told))


if __name__ == "__main__":
    sys.exit(main())
