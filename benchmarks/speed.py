"""`make bench`: what is fast, beside what it is measured against, in one run.

1. Willingness to pay and T of a million bids (offchain/model/mechanisms/fast_split.py) beside NumPy's sort of the same array and
   beside the readable reference, for several kinds of bids. All answers must be equal.
2. Random auctions, 3 groups of 8, from listing to audit, on revm in this process beside the same on Anvil. All outcomes must be
   the reference's.
3. Locks of one round, opened with all checks, by one worker and by one for each core; all must hold what was locked. Beside them
   as many pieces of garbage: what a stranger can make a keeper do.

Whatever is compared takes turns, so that a busy machine slows both alike. Arrays take milliseconds: the best of all rounds is
printed, which is what the machine can do undisturbed. Of auctions it is the median, by real time, and on revm by processor
time as well, which is what one core does with nothing else to do.
"""

import argparse
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from types import CodeType, FrameType
from typing import Final

import numpy as np

from offchain.chain.connect import connect
from offchain.chain.revm import Revm
from offchain.locks.batch import open_all
from offchain.locks.bids import LOCK_BYTES, LockedBid, lock_bid, new_salt
from offchain.locks.ibe import Refusal
from offchain.locks.local_beacon import new_beacon
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance
from offchain.model.mechanisms import equal_split as reference
from offchain.model.mechanisms import two_level
from offchain.model.mechanisms.fast_split import SortedBids, Words
from offchain.play.two_level import TwoLevelStage

SEED: Final = 2023
_ROOT: Final = Path(__file__).resolve().parent.parent
_SHOWN: Final = 0.04
_GROUPS: Final = 3
_MEMBERS: Final = 8
_MOST: Final = 10**9
"""The highest bid in the auctions, in units."""


@dataclass(frozen=True, slots=True)
class Split:
    """Milliseconds for one array: its sort, WTP and T by `fast_split`, the same by the reference."""

    bids: str
    sort_ms: float
    fast_ms: float
    reference_ms: float

    @property
    def to_sort(self) -> float:
        """`fast_split` as a multiple of the sort."""
        return self.fast_ms / self.sort_ms

    @property
    def to_reference(self) -> float:
        """How many times as fast as the reference."""
        return self.reference_ms / self.fast_ms


@dataclass(frozen=True, slots=True)
class Auctions:
    """Whole auctions per second: of real time on both back ends, and of this process' processor time on revm."""

    revm: float
    anvil: float
    revm_per_processor_second: float

    @property
    def ratio(self) -> float:
        """How many times as fast on revm."""
        return self.revm / self.anvil


@dataclass(frozen=True, slots=True)
class Locks:
    """Opening so many locks of a round: seconds of one core, and of real time with a worker for each core; seconds of one core
    for as many random bytes, and for as many pieces of the dearest garbage, which begins as a lock does.
    """

    locks: int
    core_seconds: float
    workers: int
    real_seconds: float
    random_seconds: float
    dearest_seconds: float


def arrays(members: int) -> dict[str, Words]:
    """Bids of several kinds, shuffled; the last two are the hardest: rank·bid is nearly the same at every rank."""
    rng = np.random.default_rng(SEED)
    ranks = range(1, members + 1)
    found = {
        "64 bits, uniform": rng.integers(0, 2**64, members, dtype=np.uint64),
        "up to 10^9, uniform": rng.integers(1, _MOST, members, dtype=np.uint64),
        "log-normal": (rng.lognormal(0, 1.5, members) * 1e8).astype(np.uint64),
        "Pareto": ((rng.pareto(1.2, members) + 1) * 1e6).astype(np.uint64),
        "all equal": np.full(members, _MOST, dtype=np.uint64),
        "equal revenue, 64 bits": np.array([2**63 // rank for rank in ranks], dtype=np.uint64),
        "equal revenue, 80 bits": np.array(
            [min(2**64 - 1, 2**80 // rank) for rank in ranks], dtype=np.uint64
        ),
    }
    for bids in found.values():
        rng.shuffle(bids)
    return found


def measure_split(name: str, bids: Words, rounds: int) -> Split:
    """Both questions about one array, the price being nine tenths of the willingness to pay.

    Raises:
        AssertionError: an answer differs from the reference's.
    """
    listed: list[int] = bids.tolist()
    price = max(1, reference.willingness_to_pay(listed) * 9 // 10)

    def fast() -> tuple[int, int]:
        group = SortedBids(bids)
        return group.willingness_to_pay(), group.served_count(price)

    def slow() -> tuple[int, int]:
        return reference.willingness_to_pay(listed), reference.served_count(listed, price)

    assert fast() == slow(), f"{name}: the reference says otherwise"
    sort_ms, fast_ms = taking_turns([lambda: np.sort(bids), fast], rounds)
    (reference_ms,) = taking_turns([slow], 3)
    return Split(name, sort_ms, fast_ms, reference_ms)


def taking_turns(tasks: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """The best time of each task, in milliseconds."""
    taken: list[list[float]] = [[] for _ in tasks]
    for _ in range(rounds):
        for task, times in zip(tasks, taken, strict=True):
            start = time.perf_counter()
            task()
            times.append((time.perf_counter() - start) * 1_000)
    return [min(times) for times in taken]


def random_auction(rng: random.Random) -> TwoLevelInstance:
    """One lot, 3 groups of 8."""

    def group(name: str) -> Group:
        bids = [rng.randint(1, _MOST) for _ in range(_MEMBERS)]
        return Group(name, tuple(Member(f"m{i}", (b,), (b,)) for i, b in enumerate(bids)))

    return TwoLevelInstance(1, (1,), tuple(group(f"g{i}") for i in range(_GROUPS)))


def measure_auctions(rounds: int, on_revm: int, on_anvil: int) -> Auctions:
    """Plays so many auctions on each back end in every round.

    Raises:
        AssertionError: an outcome is not the reference's.
    """
    rng = random.Random(SEED)
    with connect("anvil") as anvil:
        stages = (TwoLevelStage(Revm()), TwoLevelStage(anvil))
        rates: tuple[list[float], list[float]] = ([], [])
        processor: list[float] = []
        for stage in stages:  # the first one loads code
            _play(stage, [random_auction(rng)])
        for _ in range(rounds):
            for stage, count, found in zip(stages, (on_revm, on_anvil), rates, strict=True):
                instances = [random_auction(rng) for _ in range(count)]
                real, busy = _play(stage, instances)
                found.append(count / real)
                if stage is stages[0]:
                    processor.append(count / busy)
    return Auctions(median(rates[0]), median(rates[1]), median(processor))


def measure_locks(count: int) -> Locks:
    """Locks so many bids to a round of a new beacon, and opens them.

    Raises:
        AssertionError: what is opened is not what was locked, or garbage is opened.
    """
    rng = random.Random(SEED)
    local = new_beacon(genesis=0)
    signature = local.signature(1)
    held = [LockedBid(rng.randint(1, _MOST), new_salt()) for _ in range(count)]
    locks = [lock_bid(local.beacon, 1, one) for one in held]
    garbage = [rng.randbytes(LOCK_BYTES) for _ in range(count)]
    dearest = [one[:96] + rng.randbytes(LOCK_BYTES - 96) for one in locks]
    workers = os.cpu_count() or 1

    def seconds(
        given: list[bytes], expected: list[LockedBid] | None, hands: int = 1
    ) -> tuple[float, float]:
        real, busy = time.perf_counter(), time.process_time()
        found = list(open_all(signature, given, hands))
        real, busy = time.perf_counter() - real, time.process_time() - busy
        if expected is None:
            assert all(isinstance(one, Refusal) for one in found), "garbage was opened"
        else:
            assert found == expected, "not what was locked"
        return real, busy

    _, core = seconds(locks, held)
    real, _ = seconds(locks, held, workers)
    _, of_random = seconds(garbage, None)
    _, of_dearest = seconds(dearest, None)
    return Locks(count, core, workers, real, of_random, of_dearest)


def profile(auctions: int) -> list[tuple[str, float]]:
    """Where the processor time of auctions on revm goes: functions with the share of the time spent in them and in what they
    call, largest first. By samples, a thousand a second, which slow nothing down.
    """
    rng = random.Random(SEED)
    stage = TwoLevelStage(Revm())
    _play(stage, [random_auction(rng)])
    instances = [random_auction(rng) for _ in range(auctions)]
    seen: Counter[str] = Counter()

    def sample(_: int, frame: FrameType | None) -> None:
        stack = set()
        while frame is not None:
            stack.add(_name(frame.f_code))
            frame = frame.f_back
        seen.update(stack)

    before = signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
    try:
        for instance in instances:
            stage.play(instance)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    whole = seen[_name(TwoLevelStage.play.__code__)]
    return [
        (name, count / whole) for name, count in seen.most_common() if name.startswith("offchain/")
    ]


def _name(code: CodeType) -> str:
    """The function and its file, from the project's folder on."""
    return code.co_filename.removeprefix(f"{_ROOT}/") + " " + code.co_qualname


def _play(stage: TwoLevelStage, instances: list[TwoLevelInstance]) -> tuple[float, float]:
    """Seconds of real and of processor time; the comparison with the reference is not counted."""
    real, busy = time.perf_counter(), time.process_time()
    outcomes = [stage.play(instance) for instance in instances]
    real, busy = time.perf_counter() - real, time.process_time() - busy
    assert outcomes == list(map(two_level.solve, instances)), "the reference says otherwise"
    return real, busy


def main() -> int:
    """Measures, and prints."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.speed", description="Speed, beside what it is measured against."
    )
    parser.add_argument("--json", action="store_true", help="print the measurements as JSON")
    parser.add_argument("--members", type=int, default=1_000_000, help="bids in an array")
    parser.add_argument("--rounds", type=int, default=20, help="of the turns taken")
    parser.add_argument(
        "--profile", type=int, metavar="N", help="only tell where N auctions spend it"
    )
    parser.add_argument("--locks", type=int, default=2_000, help="of one round, to open")
    parser.add_argument(
        "--only", choices=("split", "auctions", "locks"), help="leave the others out"
    )
    options = parser.parse_args()
    if options.profile:
        for name, share in profile(options.profile):
            if share >= _SHOWN:
                print(f"{share:6.1%}  {name}")
        return 0

    def say(text: str) -> None:
        if not options.json:
            print(text, flush=True)

    splits: list[Split] = []
    if options.only in (None, "split"):
        say(f"Willingness to pay and T of {options.members:,} bids, milliseconds")
        say(f"{'bids':26}{'sort':>8}{'both':>8}{'to sort':>9}{'reference':>11}{'faster':>8}")
        for name, bids in arrays(options.members).items():
            one = measure_split(name, bids, options.rounds)
            splits.append(one)
            say(
                f"{name:26}{one.sort_ms:8.2f}{one.fast_ms:8.2f}{one.to_sort:8.2f}x"
                f"{one.reference_ms:11.0f}{one.to_reference:7.0f}x"
            )
    auctions = None
    if options.only in (None, "auctions"):
        say(f"\nAuctions of {_GROUPS} groups of {_MEMBERS}, each from listing to audit")
        auctions = measure_auctions(options.rounds, on_revm=40, on_anvil=3)
        say(f"{'on revm, in process':26}{auctions.revm:8.0f} a second of real time")
        say(f"{'':26}{auctions.revm_per_processor_second:8.0f} a second of one core")
        say(f"{'on Anvil':26}{auctions.anvil:8.2f} a second of real time")
        say(f"{'revm to Anvil':26}{auctions.ratio:7.0f}x")
    locks = None
    if options.only in (None, "locks"):
        say(f"\n{options.locks:,} locks of one round, opened with all checks")
        locks = measure_locks(options.locks)
        each = locks.core_seconds / locks.locks * 1_000
        say(f"{'one worker':26}{locks.core_seconds:8.2f} s of one core, {each:.2f} ms each")
        say(f"{f'{locks.workers} workers':26}{locks.real_seconds:8.2f} s of real time")
        say(f"{'random bytes':26}{locks.random_seconds:8.2f} s of one core")
        say(f"{'the dearest garbage':26}{locks.dearest_seconds:8.2f} s of one core")
    if options.json:
        found = {
            "members": options.members,
            "split": [
                asdict(s) | {"to_sort": s.to_sort, "to_reference": s.to_reference} for s in splits
            ],
            "auctions": auctions and asdict(auctions) | {"ratio": auctions.ratio},
            "locks": locks and asdict(locks),
        }
        print(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
