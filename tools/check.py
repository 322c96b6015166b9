"""`make test`: style, types and every test, then the totals.

All steps run even when one fails, one after the other; those that use one core alone run beside
each other, and what one printed is shown when it ends. The exit code is 0 only if every step passed
and every test folder held tests; the last two lines say so.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
WEB = ROOT / "web"
REPORTS = ROOT / "build" / "test-reports"
COVERAGE = REPORTS / "coverage.json"
LONGEST = 7_200
"""Seconds that a step may take, against hanging alone: ten times what most of them take together on a quiet machine."""


@dataclass(frozen=True)
class Step:
    """A command, the JUnit report it writes if it runs tests, and where it runs.

    may_skip: it is good also where all its tests were skipped, which say why.
    """

    title: str
    command: tuple[str, ...]
    report: Path | None = None
    folder: Path = ROOT
    may_skip: bool = False


def tests(title: str, name: str, *command: str) -> Step:
    """A step that runs pytest in some form."""
    report = REPORTS / f"{name}.xml"
    return Step(title, (*command, f"--junit-xml={report}"), report)


def page_tests(title: str, kind: str, may_skip: bool = False) -> Step:
    """A step that runs tests of the web page."""
    report = REPORTS / f"page-{kind}.xml"
    command = ("node", "tests/run.mjs", kind, "--junit", str(report))
    return Step(title, command, report, WEB, may_skip)


# Neither news of itself nor of others; what it warns of counts.
SOLHINT = (
    *(str(ROOT / "node_modules" / ".bin" / "solhint"), "--disc", "--noPoster"),
    *("--max-warnings", "0", "-c", str(ROOT / "tools" / "solhint.yaml")),
)

SOLIDITY = ("contracts", "proofs")

LINT = (
    Step("style (ruff check)", (str(BIN / "ruff"), "check", ".")),
    Step("style (ruff format)", (str(BIN / "ruff"), "format", "--check", ".")),
    Step("types (mypy --strict)", (str(BIN / "mypy"),)),
    Step(
        "Solidity style (forge fmt)",
        ("sh", str(ROOT / "tools" / "forge.sh"), "fmt", "--check", *SOLIDITY),
    ),
    Step("Solidity style (solhint)", (*SOLHINT, "contracts/!(test)/*.sol")),
)

ABI = Step("ABIs and bytecode", (str(BIN / "python"), "-m", "tools.write_abi"))

# Which takes its settings from pyproject.toml.
MEASURED = (str(BIN / "python"), "-m", "slipcover", "--out", str(COVERAGE), "-m", "pytest")

# Five at a time, though there be two cores: many wait, for blocks and between questions. Whoever has none left takes over half of
# another's.
PYTHON = tests(
    "tests",
    "python",
    *(*MEASURED, "tests", "-q", "-n", "5", "--dist", "worksteal"),
)

# tests/contracts need Brownie, and are left out of the plain run by pyproject.toml.
CONTRACTS = (
    tests(
        "contract tests on Anvil",
        "contracts-anvil",
        *(str(BIN / "brownie"), "test", "tests/contracts", "-q", "--network", "development"),
    ),
    tests(
        "contract tests on Ganache",
        "contracts-ganache",
        *(str(BIN / "brownie"), "test", "tests/contracts_smoke", "-q", "--network", "ganache"),
    ),
)

PROOFS = Step("proofs (short form)", (str(BIN / "python"), "-m", "proofs", "--short"))

PAGE = (
    Step("the page: types (tsc)", (str(WEB / "node_modules" / ".bin" / "tsc"),), folder=WEB),
    Step("the page: built", ("node", "build.mjs"), folder=WEB),
    page_tests("the page: rules and seals", "unit"),
    # Where no browser can be had its tests are skipped, and say so.
    page_tests("the page in a browser", "browser", may_skip=True),
)

COVERED = Step("coverage of offchain", (str(BIN / "python"), "-m", "tools.covered"))

Lane = tuple[Step, ...]
"""Steps that follow each other."""

Stage = tuple[Lane, ...]
"""Lanes that run side by side."""

# What compiles the contracts, for a minute where they have changed, uses one core, and so do types.
STAGES: tuple[Stage, ...] = (
    (LINT, (ABI,)),
    ((PYTHON,),),
    (CONTRACTS, (PROOFS,), PAGE),
    ((COVERED,),),
)
"""Which follow each other."""
STYLE: tuple[Stage, ...] = ((LINT,),)
"""What `make lint` runs."""


def counts(report: Path) -> Counter[str]:
    """How many tests passed, failed (errors included) and were skipped. Not every runner puts its tests into suites."""
    total: Counter[str] = Counter(passed=0, failed=0, skipped=0)
    if report.exists():
        for case in ElementTree.parse(report).iter("testcase"):
            told = {element.tag for element in case}
            failed = bool(told & {"failure", "error"})
            total["failed" if failed else "skipped" if "skipped" in told else "passed"] += 1
    return total


Result = tuple[Step, bool, Counter[str], float]
"""A step, whether it passed, its tests, and the seconds it took."""


def run(step: Step, alone: bool) -> Result:
    """Runs a step. Not alone, it prints all at once when it is over."""
    if step.report:
        step.report.parent.mkdir(parents=True, exist_ok=True)
        step.report.unlink(missing_ok=True)
    start = time.monotonic()
    if alone:
        print(f"\n=== {step.title}", flush=True)
        code = code_of(step, None)
    else:
        print(f"\n... {step.title}", flush=True)
        with tempfile.TemporaryFile() as said:
            code = code_of(step, said.fileno())
            said.seek(0)
            text = said.read().decode(errors="replace")
        print(f"\n=== {step.title}\n{text}", end="", flush=True)
    found = counts(step.report) if step.report else Counter[str]()
    has_run = found["passed"] > 0 or (step.may_skip and found["skipped"] > 0)
    passed = code == 0 and (step.report is None or has_run)
    return step, passed, found, time.monotonic() - start


def code_of(step: Step, output: int | None) -> int | None:
    """The exit code of a step; None if it never ended, and was killed with all that it had started."""
    with subprocess.Popen(
        step.command,
        cwd=step.folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
    ) as process:
        try:
            return process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            kill_below(psutil.Process(process.pid))
            process.kill()
            return None


def kill_below(process: psutil.Process) -> None:
    """Kills all that a process has started, and what that has started."""
    for one in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            one.kill()


def follow(lane: Lane, alone: bool) -> list[Result]:
    """Runs the steps of a lane, one after the other."""
    return [run(step, alone) for step in lane]


def at_length(step: Step) -> Step:
    """A step with the tests that are marked long, if it is the one that has them."""
    return replace(step, command=(*step.command, "-m", "")) if step is PYTHON else step


def side_by_side(lanes: Stage) -> list[Result]:
    """Runs lanes at the same time; what came of their steps, in the order of the lanes."""
    if len(lanes) == 1:
        return follow(lanes[0], alone=True)
    pool = ThreadPoolExecutor(len(lanes))
    results = [pool.submit(follow, lane, alone=False) for lane in lanes]
    return [one for lane in results for one in lane.result()]


def asked() -> tuple[Stage, ...]:
    """The stages that the arguments ask for; others end the process."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--lint", action="store_true", help="style and types alone")
    which.add_argument(
        "--long",
        action="store_true",
        help="all random auctions, of which some are played otherwise",
    )
    options = parser.parse_args()
    if options.lint:
        return STYLE
    if options.long:
        return tuple(tuple(tuple(map(at_length, lane)) for lane in lanes) for lanes in STAGES)
    return STAGES


def main() -> int:
    """Run the steps and print the totals."""
    stages = asked()
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    # Tests start hundreds of programs, each of which would compile again what Python keeps in __pycache__.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if stages is not STYLE:
        COVERAGE.unlink(missing_ok=True)
    results = [result for lanes in stages for result in side_by_side(lanes)]
    print("\n=== totals")
    for step, passed, found, seconds in results:
        amount = f"{found['passed']} passed" if step.report else ""
        print(f"{'ok' if passed else 'FAILED':8}{step.title:28}{amount:>14}{seconds:>9.1f} s")
    good = all(passed for _, passed, _, _ in results)
    print("PASSED" if good else "FAILED")
    if any(step.report for step, *_ in results):
        total = sum((found for _, _, found, _ in results), Counter[str]())
        # A step that broke without a failing test, style for one, counts as one failure.
        broken = sum(not passed and not found["failed"] for _, passed, found, _ in results)
        failed = total["failed"] + broken
        print(f"tests: {total['passed']} passed, {failed} failed, {total['skipped']} skipped")
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # lanes would go on with their next steps
        kill_below(psutil.Process())
        os._exit(130)
