"""When Bidders Are DAOs, Definition 1: any upper rule over any lower, and whether the truth is best in each."""

from offchain.model.instances.rules import CRITICAL_BID, FIRST_PRICE, Lower, Posted
from offchain.model.theory.composing import at_work, every_pair, pair, result

# {10, 5} after 9, by three pairs of rules: what the two members pay.
for upper, lower, paid in (
    (CRITICAL_BID, Lower.EQUAL_SPLIT, [5, 5]),
    (FIRST_PRICE, Lower.PAY_YOUR_BID, [10, 5]),
    (Posted(12), Lower.VCG, [7, 2]),
):
    found = result(at_work(upper, lower), (9, 10, 5), (1, 2))
    print(f"{upper.name} over {lower}: {[charge for _, charge in found[1:]]}")
    assert [charge for _, charge in found[1:]] == paid

# A counter-example to truth, where there is one.
print(pair(FIRST_PRICE, Lower.EQUAL_SPLIT).lie)
assert pair(FIRST_PRICE, Lower.EQUAL_SPLIT).lie is not None
assert pair(CRITICAL_BID, Lower.EQUAL_SPLIT).lie is None

row = every_pair(sizes=[(2,), (1, 1), (1, 2)])
print(row)
assert row.holds
