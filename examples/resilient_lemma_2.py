"""Resilient Mechanism Design, Lemma 2: members with one purse answer as each would alone, if it likes every member's gain."""

from fractions import Fraction

from offchain.model.instances.resilient import Answer
from offchain.model.theory.resilient.collusion import (
    MONOTONE,
    OTHERS,
    Asked,
    is_minimally_monotone,
    lemma_2,
)

# The star offers g1 for 1 to member 1, who values it at 3, and g2 for 1 to member 2, who values it at 2.
case = Asked(values=(3, 2), prices=(1, 1))


def of_member_2(purse: str) -> list[Fraction]:
    """What the purse expects if member 2 says YES, and if it says NO; member 1 says YES."""
    function = {**MONOTONE, **OTHERS}[purse]
    return [case.expects(function, (Answer.YES, answer)) for answer in (Answer.YES, Answer.NO)]


yes, no = of_member_2("the sum")
print(f"a purse of both: {yes} by YES, {no} by NO")
assert yes > no

# A purse that counts only the larger does not mind member 2's loss: no such purse is minimally monotone.
yes, no = of_member_2("the larger")
print(f"a purse of the larger: {yes} by either answer")
assert yes == no
assert not is_minimally_monotone(OTHERS["the larger"], 1)

row = lemma_2(top=2)
print(row)
assert row.holds
