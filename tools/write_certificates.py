"""Finds the certificates of offchain/model/theory/sharing again: `python -m tools.write_certificates`.

HiGHS finds them, a minute in all; what is written holds in fractions, and the theory rows and tests verify it without a solver.
"""

import json
from pathlib import Path

from offchain.model.theory.sharing import certificates, steps
from offchain.model.theory.sharing.finding import find
from offchain.model.theory.sharing.programme import Budget, Programme
from offchain.model.theory.sharing.step_search import find_steps
from offchain.model.theory.sharing.step_sums import by_sum

PRICES = {2: (4, 6, 8, 10, 12, 18, 24, 36), 3: (3, 4, 6, 8, 10)}
"""Of the groups of so many members."""
PARTIAL = {2: 12, 3: 6}
"""Up to which price rules without chance are searched for: a minute, where the programmes take half of one."""
STEPS = ((2, 8), (2, 12), (2, 16), (3, 8))
"""Members and steps of the rules for all values; the last takes half a minute."""
SUMS = ((30, 38),)
"""Steps and least sums of those for two members by a formula, without HiGHS."""


def main() -> None:
    """Write the file anew."""
    found = [
        find(
            Programme(members, price, budget),
            partial=budget is Budget.EXACT and price <= PARTIAL[members],
        )
        for members, prices in PRICES.items()
        for budget in Budget
        for price in prices
    ]
    entries = [json.dumps(one.to_json(), separators=(",", ":")) for one in found]
    file = Path(certificates.__file__).parent / certificates.FILE
    file.write_text("[\n" + ",\n".join(entries) + "\n]\n", encoding="utf-8")
    for one in found:
        print(told(one))
    rules = [*(find_steps(*size) for size in STEPS), *(by_sum(*one) for one in SUMS)]
    lines = [json.dumps(rule.to_json(), separators=(",", ":")) for rule in rules]
    file.with_name(steps.FILE).write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
    for rule in rules:
        print(f"{rule.members} members, {rule.steps} steps, all values: {rule.check()}")


def told(one: certificates.Certificate) -> str:
    """A line about a certificate."""
    programme = one.programme
    best = certificates.bound(programme, one.multipliers)
    kind = "" if one.solution is not None else "at most "
    line = f"{programme.members} members, price {programme.price}, {programme.budget}: {kind}{best}"
    if one.partial is not None:
        line += f"; without chance {certificates.reached(programme, one.partial)}"
    return line


if __name__ == "__main__":
    main()
