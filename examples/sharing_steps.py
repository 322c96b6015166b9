"""When Bidders Are DAOs, §5: by parts of access a truthful, budget-balanced mechanism is nearer the optimum than H_2."""

from fractions import Fraction

from offchain.model.checks.two_level import harmonic
from offchain.model.theory.sharing.lotteries import steps
from offchain.model.theory.sharing.steps import rules, sell_to

# Two members of 15 and 7 and a rival of 16: together they can pay 15 in equal shares, and lose what is worth 22 to them.
rule = next(rule for rule in rules() if (rule.members, rule.steps) == (2, 16))
group, rival = sell_to(rule, [[15, 7], [16]])

# By parts of access they buy: each pays for its part, and the two payments are the price to the last fraction.
told = [
    f"{float(part):.3f} for {float(pays):.3f}"
    for part, pays in zip(group.access, group.pays, strict=True)
]
print(f"access {' and '.join(told)}")
assert sum(group.pays) == 16
assert all(x * v >= c for x, v, c in zip(group.access, (15, 7), group.pays, strict=True))
assert list(rival.access) == [0]

# Whatever the values, at least 16/21 of the optimum; the equal split guarantees 2/3.
assert rule.check() == Fraction(16, 21) > 1 / harmonic(2)

row = steps(kept=[rule], top=3)
print(row)
assert row.holds
