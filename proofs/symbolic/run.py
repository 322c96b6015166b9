"""Compiles the proofs and has Halmos try them: `python -m proofs.symbolic`.

A proof is a function `check_…` of a contract in this folder. Halmos runs its bytecode, and that of the library in it, on
unknown arguments, path by path, and asks yices for arguments that reach a failing `assert`, or any other panic. It is
proved if there are none on any path. All else is a failure: a counterexample; a query that is not answered in time; a loop
that goes on beyond its bound; a path on which Halmos gets stuck; and a path that reverts, since a proof says by `return`
what it is not about, and so could not fail there. (Paths of arguments that do not fit their types are not meant.)
"""

import json
import os
import re
import subprocess
import textwrap
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from proofs.length import Length

ROOT: Final = Path(__file__).resolve().parents[2]
HALMOS: Final = ROOT / ".build" / "prove" / "bin" / "halmos"
WIDTH: Final = 80
SOLVER: Final = "yices"

OPTIONS: Final = (
    *("--no-status", "--verbose", "--function", "check_", "--panic-error-codes", "*"),
    *("--solver", SOLVER, "--solver-threads", "1", "--loop", "6"),
    # One counterexample is enough: others can take the solver long.
    "--early-exit",
    # An assertion that is not decided in that time fails.
    *("--solver-timeout-assertion", "600s"),
)

PATIENCE: Final = ("200ms", "20s")
"""How long a branch may take to be decided: one that takes longer is taken both ways, and so may lead where nothing can. What
fails for that is tried again with the longer time, so that no verdict depends on how fast a machine is, or on what runs beside.
"""

VERDICTS: Final = {
    0: "proved",
    1: "COUNTEREXAMPLE",
    2: "TIMEOUT",
    3: "STUCK",
    4: "ALL REVERT",
    5: "ERROR",
}
"""What the exit codes of Halmos mean."""


BY_PATHS: Final = frozenset({"GAVE UP", "STUCK", "UNBOUNDED"})
"""Verdicts that a path may bring which no input takes."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One function `check_…`.

    what, bound: what it shows, and for which inputs.
    narrow: how many of its arguments are narrower than a word: for each the compiler itself has one path that reverts.
    """

    contract: str
    name: str
    what: str
    bound: str
    narrow: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a proof, in how many seconds, and why it is none, if it is none."""

    proof: Proof
    verdict: str
    seconds: float
    why: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Whether it is proved."""
        return self.verdict == VERDICTS[0]


class ProofsBroken(Exception):
    """They do not compile, or Halmos did not come as far as to try them; the message is what was written."""


def run(_: Length) -> bool:
    """Tries all proofs, whatever the form, and prints their table; whether all are proved."""
    return prove(lambda _: True)


def prove(wanted: Callable[[Proof], bool], root: Path = ROOT) -> bool:
    """Tries the wanted proofs of the checkout at `root` and prints their table; whether all are proved."""
    try:
        outcomes = tried(wanted, root)
    except ProofsBroken as error:
        print(error)
        return False
    for outcome in outcomes:
        print("\n".join(_told(outcome)))
    proved = sum(outcome.held for outcome in outcomes)
    print(f"\n{proved} of {len(outcomes)} proved, by Halmos with {SOLVER}")
    return proved == len(outcomes) > 0


def tried(wanted: Callable[[Proof], bool], root: Path = ROOT) -> list[Outcome]:
    """The wanted proofs of the checkout at `root`, and what came of each.

    Raises:
        ProofsBroken: they do not compile, or Halmos did not try all of them.
    """
    proofs = [proof for proof in compiled(root) if wanted(proof)]
    contracts = sorted({proof.contract for proof in proofs})
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        parts = pool.map(
            lambda name: _tried([one for one in proofs if one.contract == name], root), contracts
        )
        return [outcome for part in parts for outcome in part]


def compiled(root: Path = ROOT) -> list[Proof]:
    """The proofs there are, by what the compiler makes of their NatSpec.

    Raises:
        ProofsBroken: they do not compile, or one does not say what it shows, or for which inputs.
    """
    command = (str(_forge(root)), "build", "--ast", "--root", str(root))
    _call((*command, "--extra-output", "storageLayout", "metadata"), root)
    found: list[Proof] = []
    for source in sorted((root / "proofs" / "symbolic").glob("*.t.sol")):
        for artifact in sorted((_out(root) / source.name).glob("*Proof.json")):
            told = json.loads(json.loads(artifact.read_text(encoding="utf-8"))["rawMetadata"])
            found += _proofs(artifact.stem, told["output"])
    return found


def _proofs(contract: str, told: dict[str, Any]) -> Iterator[Proof]:
    for entry in told["abi"]:
        name = entry.get("name", "")
        if not name.startswith("check_"):
            continue
        notice, tags = (_of(name, told[kind]["methods"]) for kind in ("userdoc", "devdoc"))
        if "notice" not in notice or "custom:bound" not in tags:
            raise ProofsBroken(
                f"{contract}.{name} does not say what it shows (@notice) for which inputs (@custom:bound)"
            )
        narrow = sum(map(_narrow, entry["inputs"]))
        yield Proof(contract, name, notice["notice"], tags["custom:bound"], narrow)


def _narrow(argument: dict[str, Any]) -> int:
    """How many words of an argument of fixed size the compiler checks for being no larger than their types."""
    kind, _, count = argument["type"].rstrip("]").partition("[")
    parts = map(_narrow, argument.get("components", ()))
    one = sum(parts) if kind == "tuple" else int(kind not in ("uint256", "int256", "bytes32"))
    return one * int(count or 1)


def _of(name: str, methods: dict[str, dict[str, str]]) -> dict[str, str]:
    return next((told for sign, told in methods.items() if sign.partition("(")[0] == name), {})


def _tried(proofs: Sequence[Proof], root: Path) -> list[Outcome]:
    """Has Halmos try proofs of one contract, some a second time."""
    outcomes = _tried_once(proofs, root, PATIENCE[0])
    again = [outcome.proof for outcome in outcomes if outcome.verdict in BY_PATHS]
    if not again:
        return outcomes
    later = {outcome.proof: outcome for outcome in _tried_once(again, root, PATIENCE[1])}
    return [later.get(outcome.proof, outcome) for outcome in outcomes]


def _tried_once(proofs: Sequence[Proof], root: Path, patience: str) -> list[Outcome]:
    (contract,) = {proof.contract for proof in proofs}
    report = _out(root).parent / f"{contract}.json"
    report.unlink(missing_ok=True)
    names = "|".join(proof.name for proof in proofs)
    output = _call(
        (
            *(
                str(HALMOS),
                "--root",
                str(root),
                "--forge-build-out",
                str(_out(root).relative_to(root)),
            ),
            *("--contract", contract, "--match-test", rf"^({names})\(", *OPTIONS),
            *("--solver-timeout-branching", patience, "--json-output", str(report)),
        ),
        root,
        may_fail=True,
    )
    if not report.exists():
        raise ProofsBroken(output)
    (results,) = json.loads(report.read_text(encoding="utf-8"))["test_results"].values()
    found = {result["name"].partition("(")[0]: result for result in results}
    failing = _failing(output)
    return [_outcome(proof, found.get(proof.name), failing.get(proof.name, 0)) for proof in proofs]


def _failing(output: str) -> dict[str, int]:
    """How many paths of each proof reach a failing assertion unless the solver says that no input takes them."""
    counts = {}
    for part in output.split("Executing ")[1:]:
        told = re.search(r"# of potential paths involving assertion violations: (\d+) /", part)
        counts[part.partition("\n")[0].strip()] = int(told[1]) if told else 0
    return counts


def _outcome(proof: Proof, result: dict[str, Any] | None, failing: int) -> Outcome:
    if result is None or result["num_paths"] is None:
        return Outcome(proof, "NO RESULT", 0.0, ("Halmos says nothing of it",))
    verdict = VERDICTS[result["exitcode"]]
    paths, ended, stuck = result["num_paths"]
    seconds = result["time"][0]
    if verdict == "COUNTEREXAMPLE":
        return Outcome(proof, verdict, seconds, tuple(_models(result["models"])))
    if verdict == VERDICTS[0]:
        if result["num_bounded_loops"]:
            return Outcome(proof, "UNBOUNDED", seconds, ("a loop goes on beyond its bound",))
        reverting = paths - ended - stuck - failing - proof.narrow
        if reverting > 0:
            return Outcome(proof, "GAVE UP", seconds, (f"{reverting} of {paths} paths revert",))
    return Outcome(proof, verdict, seconds)


def _models(models: Sequence[dict[str, Any]] | None) -> Iterator[str]:
    """The arguments of the first counterexample, one a line."""
    for model in (models or ())[:1]:
        for name, value in sorted((model.get("model") or model).items()):
            yield f"{name} = {value.get('value', value) if isinstance(value, dict) else value}"


def _told(outcome: Outcome) -> Iterator[str]:
    """The rows of a proof."""
    proof = outcome.proof
    name = f"{proof.contract.removesuffix('Proof')}: {proof.name.removeprefix('check_').replace('_', ' ')}"
    yield ""
    yield f"{name:56}{outcome.verdict:>14}{outcome.seconds:>8.1f} s"
    for text in (proof.what, f"Bounds: {proof.bound}.", *outcome.why):
        yield from textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")


def _call(command: Sequence[str], root: Path, may_fail: bool = False) -> str:
    done = subprocess.run(
        command,
        cwd=root,
        env=os.environ
        | {
            "FOUNDRY_CONFIG": str(root / "proofs" / "symbolic" / "foundry.toml"),
            "PATH": os.pathsep.join(
                (str(_forge(root).parent), str(HALMOS.parent), os.environ["PATH"])
            ),
            "COLUMNS": "1000",
            "NO_COLOR": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode and not may_fail:
        raise ProofsBroken(done.stdout)
    return done.stdout


def _forge(root: Path) -> Path:
    """Foundry's own program: npm's `forge` is a script that loses its exit code."""
    return next((root / "node_modules" / "@foundry-rs").glob("forge-*/bin/forge"))


def _out(root: Path) -> Path:
    return root / "build" / "proofs" / "symbolic" / "out"
