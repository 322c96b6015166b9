"""Proves the claims with z3, or says which are none: in the environment of `make prove`, as `python -m proofs.integers.solve`.

A claim is proved if every step follows from the premises and the steps before, everything that its Solidity expressions need
to mean what they say likewise, and the premises can be met at all. Any other answer than that is a failure, `unknown` as well.
"""

import sys
import textwrap
import time
from collections.abc import Iterator, Sequence

import z3

from proofs.integers.claims import CLAIMS, Case, Claim

WIDTH = 80
PATIENCE_MS = 60_000
"""For one step by one solver: a hundred times what the slowest takes."""


def main() -> int:
    """Proves all claims, or those named, and prints their table."""
    chosen = [claim for claim in CLAIMS if not sys.argv[1:] or claim.name in sys.argv[1:]]
    held = [_tell(claim) for claim in chosen]
    print(f"\n{sum(held)} of {len(held)} proved, by z3 {z3.get_version_string()}")
    return 0 if chosen and all(held) else 1


def _tell(claim: Claim) -> bool:
    start = time.monotonic()
    failures = list(failing(claim))
    verdict = "FAILED" if failures else "proved"
    name = claim.name.replace("_", " ")
    print(f"\n{name:56}{verdict:>14}{time.monotonic() - start:>8.1f} s")
    for text in (claim.what, f"Bounds: {claim.bound}.", *failures):
        print(textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="  "))
    return not failures


def failing(claim: Claim) -> Iterator[str]:
    """Why a claim is not proved, if it is not."""
    case = Case()
    try:
        claim.build(case)
    except ValueError as error:
        yield str(error)
        return
    known = [*case.premises, *case.reading.facts]
    if (met := _asked(known)[0]) != z3.sat:
        yield f"the premises: {met}"
    for text, step in (*case.steps, *case.reading.duties):
        answer, why = _asked([*known, z3.Not(step)])
        if answer != z3.unsat:
            yield f"{text}: {why}"
        known.append(step)


def _asked(known: Sequence[z3.BoolRef]) -> tuple[z3.CheckSatResult, str]:
    """Whether all of that can be, and the numbers with which, or why z3 does not know.

    By the core alone, which answers most at once, then by what z3 itself would try.
    """
    for solver in (z3.SimpleSolver(), z3.Solver()):
        solver.set("timeout", PATIENCE_MS)
        solver.add(*known)
        if (answer := solver.check()) == z3.unsat:
            return answer, ""
        if answer == z3.sat:
            model = solver.model()
            return answer, "not if " + ", ".join(f"{name} = {model[name]}" for name in model)
    return answer, f"unknown ({solver.reason_unknown()})"


if __name__ == "__main__":
    sys.exit(main())
