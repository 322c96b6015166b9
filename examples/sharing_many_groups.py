"""When Bidders Are DAOs, §5: for many groups no lottery over truthful mechanisms has a factor of less order than H_n."""

from fractions import Fraction

from offchain.model.checks.two_level import harmonic
from offchain.model.mechanisms.equal_split import willingness_to_pay
from offchain.model.theory.sharing.lotteries import many_groups

# Among 100 single members of value 12 stands, in any place, a group of 11, 5, 3: it is worth 19, and can pay 11.
crowd = (11, 5, 3)
assert willingness_to_pay(crowd) == 11 < 12 < sum(crowd)

# Where it would win, so would a single member of 12 in its place, and of 100 of these one wins: so it does in one place of 100.
factor = sum(crowd) / (Fraction(sum(crowd), 100) + 12 * Fraction(99, 100))
limit = 100 * harmonic(3) / (99 + harmonic(3))
print(
    f"factor {float(factor):.3f} of at most {float(limit):.3f}, as values grow; H_3 is {float(harmonic(3)):.3f}"
)
assert factor < limit < harmonic(3)

row = many_groups(sizes=[(2, 2), (3, 3)])
print(row)
assert row.holds
