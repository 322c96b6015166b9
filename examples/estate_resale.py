"""The estate: three members who won an item for 92 in all have it sold again, and share what it brings."""

from offchain.model.checks.estate import check
from offchain.model.instances.estate import Attempt, Vote
from offchain.model.mechanisms.estate import solve
from offchain.model.theory.daos import auction
from offchain.model.theory.estate import buyers, resale, won_by

won = won_by(3, share=31)
first, second, third = won.served

# One of three wants it sold for 50 or more: nothing is listed. With another it is, and 40 do not buy it; everybody keeps access.
alone = Attempt((Vote(first, 50),), buyers([40]))
joined = Attempt((Vote(second, 50),), buyers([40]))
unsold = solve(won.served, [alone, joined])
print([resale.reserve for resale in unsold.resales], unsold.access)
assert [resale.reserve for resale in unsold.resales] == [None, 50]
assert unsold.access == won.served

# Their votes stand. They may change them; the third is outvoted. A group of three can pay 120 then, against 100 that came first.
again = Attempt(
    (Vote(second, 60), Vote(first, 60)), (*buyers([100]), auction([40, 40, 40]).groups[0])
)
attempts = [alone, joined, again]
sold = solve(won.served, attempts)
print(sold.resales[-1].lot, dict(sold.parts), sold.dust)

# It wins at 101, at 34 each: 102, of which everybody who paid 31 gets 34, and nobody has access any more.
assert (set(sold.parts.values()), sold.dust, sold.access) == ({34}, 0, ())
for finding in check(won, attempts, sold):
    print(f"{finding.name}: {finding.verdict}, {finding.detail}")
    assert finding.verdict == "holds"

row = resale(sizes=[1, 2, 3], top=3)
print(row)
assert row.holds
