"""When Bidders Are DAOs, §5: how good lotteries and parts of access can be at most, by certificates that need no solver."""

from fractions import Fraction

from offchain.model.theory.sharing.certificates import bound, certificates, reached
from offchain.model.theory.sharing.lotteries import by_equal_split, programmes

# Two members with values from 0 to 4, a price of 4, a rival at 4: of 4 and 1 the equal split serves the first alone, 4 of 5.
one = next(one for one in certificates() if (one.programme.members, one.programme.price) == (2, 4))
assert by_equal_split(one.programme) == Fraction(4, 5)

# The best lottery guarantees 17/19: a solution reaches it, and multipliers show that none reaches more.
assert one.solution is not None
best = reached(one.programme, one.solution)
print(
    f"the best lottery guarantees {best} of the optimum, the equal split {by_equal_split(one.programme)}"
)
assert best == bound(one.programme, one.multipliers) == Fraction(17, 19)

row = programmes(kept=[one])
print(row)
assert row.holds
