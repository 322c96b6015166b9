"""When Bidders Are DAOs, §5: with parts of access, and nothing drawn, a group can do better than by the equal split."""

from fractions import Fraction

from offchain.model.theory.sharing.certificates import certificates, is_certain, reached
from offchain.model.theory.sharing.lotteries import by_equal_split, parts_of_access

# Two members with values from 0 to 6, a price of 6, a rival at 6.
one = next(one for one in certificates() if (one.programme.members, one.programme.price) == (2, 6))
rule = one.partial
assert rule is not None

# With values 6 and 2 the second gets 3/7 of the access for 6/7, and the first pays the rest of the 6.
assert rule["x 6,2 2"], rule["c 6,2 2"] == (Fraction(3, 7), Fraction(6, 7))
assert rule["c 6,2 6"] + rule["c 6,2 2"] == 6
print(
    f"a part for {rule['c 6,2 2']}: guarantees {reached(one.programme, rule)}, equal split {by_equal_split(one.programme)}"
)
assert is_certain(rule)
assert (
    reached(one.programme, rule) == Fraction(6, 7) > by_equal_split(one.programme) == Fraction(3, 4)
)

row = parts_of_access(kept=[one])
print(row)
assert row.holds
