"""M_f above, equal split below: the guarantee for individuals is divided by H_l, if members know their values."""

from fractions import Fraction

from offchain.model.checks.two_level import harmonic
from offchain.model.mechanisms.approximate import probabilistic_guarantee
from offchain.model.mechanisms.equal_split import willingness_to_pay
from offchain.model.theory.approximate.groups import access, groups, part_of_best

# A group of values 6, 3 and 2, all known and bid, can pay 6. So can an individual of value 6 beside it.
cent = Fraction(1, 100)
assert willingness_to_pay([6, 3, 2]) == 6
chances = access([6], [(6, 3, 2)], cent)
print("access:", ", ".join(map(str, chances)))
assert chances == [Fraction(1, 2)] * 4

# Half of the time the item goes where it is worth 6 instead of 11. Theorem 4 speaks of individuals, and says 98 %.
part = part_of_best(chances, 6, (6, 3, 2))
promised = probabilistic_guarantee(cent, 2)
print(f"{part} of the optimum, about {float(part):.1%}; {float(promised):.1%} for individuals")
assert part == Fraction(17, 22) < promised
assert part > promised / harmonic(3)

row = groups(deltas=[cent], sizes=[2], top=3)
print(row)
assert row.holds
