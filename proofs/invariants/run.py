"""Runs the campaigns with Foundry and tells how far they came: `python -m proofs.invariants`.

A campaign fails if an invariant does not hold after some calls, if a handler makes a mistake of its own, or if one of its
actions never succeeded in all runs together, since then nothing was shown of it.
"""

import json
import os
import re
import secrets
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from offchain.bindings.artifacts import load_all
from offchain.io.output import write_whole
from proofs.length import Length

ROOT: Final = Path(__file__).resolve().parents[2]
HERE: Final = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Size:
    """So many runs, each of so many calls."""

    runs: int
    depth: int


LAST: Final = 12
"""Of the calls after which something did not hold so many are printed; the seed brings all of them again."""

SIZES: Final = {
    Length.SHORT: Size(50, 500),
    Length.PLAIN: Size(50, 500),
    Length.LONG: Size(1_000, 2_500),
}

SHORT_SEED: Final = 1


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a campaign.

    failure: why it did not hold, None if it did.
    calls: the calls that led there, one a line, shortest first found; empty if it held.
    tried, done: how often each action was tried, and how often the call under test succeeded.
    """

    name: str
    runs: int
    seconds: float
    failure: str | None
    calls: tuple[str, ...]
    tried: Counter[str]
    done: Counter[str]

    @property
    def idle(self) -> tuple[str, ...]:
        """Actions that never succeeded."""
        return tuple(action for action in self.tried if not self.done[action])

    @property
    def held(self) -> bool:
        """Whether the campaign shows what it is for."""
        return self.failure is None and bool(self.tried) and not self.idle


class ForgeFailed(Exception):
    """Foundry did not come as far as to run the campaigns; the message is what it wrote."""


def names() -> tuple[str, ...]:
    """The campaigns there are."""
    return tuple(sorted(path.name.removesuffix(".t.sol") for path in HERE.glob("*.t.sol")))


def run(length: Length) -> bool:
    """Runs all campaigns and prints their tables; whether all held. The short form makes the same calls every time, so that what
    it finds was done by a change; the others make new ones.
    """
    seed = SHORT_SEED if length is Length.SHORT else secrets.randbits(64)
    return campaign(names(), SIZES[length], seed)


def campaign(chosen: Sequence[str], size: Size, seed: int) -> bool:
    """Runs these campaigns from a seed and prints their tables; whether all held."""
    try:
        results = play(chosen, size, seed)
    except ForgeFailed as error:
        print(error)
        return False
    for result in results:
        print("\n".join(told(result, size)))
    again = f"--runs {size.runs} --depth {size.depth} --seed {seed:#x}"
    print(f"\nthe same again: python -m proofs.invariants {again}")
    return all(result.held for result in results)


def play(chosen: Sequence[str], size: Size, seed: int, root: Path = ROOT) -> list[Result]:
    """Runs these campaigns in the checkout at `root`.

    Raises:
        ForgeFailed: they do not compile, or did not run.
    """
    write_code(root)
    # In processes of their own, since the calls of one would depend on what runs beside it. Each compiles its campaign alone:
    # asked for some of many, Foundry would have all of them analysed first, each time.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda name: _play(name, size, seed, root), chosen))


def write_code(root: Path) -> Path:
    """Puts the code that creates each contract, as it is deployed anywhere, where `deployed` in Campaign.sol looks for it: in the
    folder that is returned.
    """
    folder = _build(root) / "code"
    folder.mkdir(parents=True, exist_ok=True)
    for name, artifact in load_all(root).items():
        made = {"abi": [], "bytecode": f"0x{artifact.bytecode.hex()}"}
        write_whole(folder / f"{name}.json", json.dumps(made).encode())
    return folder


def _play(name: str, size: Size, seed: int, root: Path) -> Result:
    counts = _build(root) / "counts" / name
    counts.parent.mkdir(parents=True, exist_ok=True)
    counts.unlink(missing_ok=True)
    # Foundry would begin with failures that it met before, and a run would not follow from its seed.
    shutil.rmtree(_build(root) / "failures" / name, ignore_errors=True)
    answer = _forge(root, name, size, seed)
    suites = _suites(answer.stdout)
    if set(suites) != {name}:
        raise ForgeFailed(f"{answer.stdout[-4000:]}{answer.stderr[-4000:]}")
    return _result(name, suites[name], counts)


def _forge(root: Path, name: str, size: Size, seed: int) -> subprocess.CompletedProcess[str]:
    """`forge test` on a campaign."""
    made = _build(root) / "made" / name
    settings = {
        "FOUNDRY_CONFIG": str(root / "proofs" / "invariants" / "foundry.toml"),
        "FOUNDRY_TEST": f"proofs/invariants/{name}.t.sol",
        "FOUNDRY_OUT": str(made / "out"),
        "FOUNDRY_CACHE_PATH": str(made / "cache"),
        "FOUNDRY_INVARIANT_RUNS": str(size.runs),
        "FOUNDRY_INVARIANT_DEPTH": str(size.depth),
        "FOUNDRY_INVARIANT_FAILURE_PERSIST_DIR": str(_build(root) / "failures" / name),
    }
    return subprocess.run(
        (
            *("sh", str(root / "tools" / "forge.sh"), "test", "--root", str(root)),
            *("--json", "--fuzz-seed", hex(seed)),
        ),
        cwd=root,
        env=os.environ | settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _build(root: Path) -> Path:
    return root / "build" / "proofs" / "invariants"


def _suites(output: str) -> dict[str, dict[str, Any]]:
    """The one invariant of each campaign, by the campaign's name."""
    found = {}
    for line in output.splitlines():
        if not line.startswith("{"):
            continue
        for place, suite in json.loads(line).items():
            # other lines tell how far it has come
            results = (
                list(suite.get("test_results", {}).values()) if isinstance(suite, dict) else []
            )
            if len(results) == 1:
                found[place.rpartition(":")[2]] = results[0]
    return found


def _result(name: str, found: dict[str, Any], counts: Path) -> Result:
    tried: Counter[str] = Counter()
    done: Counter[str] = Counter()
    for line in counts.read_text(encoding="utf-8").splitlines() if counts.exists() else ():
        action, some, good = line.split("\t")
        tried[action] += int(some)
        done[action] += int(good)
    held = found["status"] == "Success"
    took = found["duration"]
    return Result(
        name,
        found.get("kind", {}).get("Invariant", {}).get("runs", 0),
        took["secs"] + took["nanos"] / 1e9 if isinstance(took, dict) else _seconds(took),
        None if held else str(found.get("reason")),
        () if held else tuple(_calls(found.get("counterexample"))),
        tried,
        done,
    )


def _seconds(text: str) -> float:
    """Of a duration as Foundry writes it: `1m 2s 3ms`."""
    units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
    return sum(int(much) * units[unit] for much, unit in re.findall(r"(\d+)([a-zµ]+)", text))


def _calls(counterexample: Any) -> Iterator[str]:
    """The calls of a counterexample, in order."""
    if not counterexample:
        return
    (sequence,) = counterexample.values()
    calls = sequence[1] if isinstance(sequence, list) and len(sequence) == 2 else sequence
    for call in calls:
        yield f"{call.get('signature') or call.get('func_name')} {call.get('args')}"


def told(result: Result, size: Size) -> Iterator[str]:
    """The table of a campaign, at 80 columns."""
    calls = f"{result.runs:,} runs of {size.depth:,} calls, {result.seconds:.0f} s"
    yield ""
    yield f"{result.name:24}{'held' if result.held else 'FAILED':8}{calls:>48}"
    cells = [
        f"{action[:24]:24}{result.done[action]:>7,}/{some:<7,}"
        for action, some in result.tried.items()
    ]
    for place in range(0, len(cells), 2):
        yield " ".join(cells[place : place + 2]).rstrip()
    if result.failure is not None:
        yield f"does not hold: {result.failure}"
        yield f"after {len(result.calls):,} calls, the last of them:"
        yield from (f"  {call}"[:80] for call in result.calls[-LAST:])
    if not result.tried:
        yield "no run came to its end"
    for action in result.idle:
        yield f"never succeeded: {action}"
