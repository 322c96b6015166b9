"""When Bidders Are DAOs, §5: for few groups a lottery over truthful mechanisms guarantees more than any one of them."""

from fractions import Fraction

from offchain.model.checks.two_level import harmonic
from offchain.model.mechanisms.two_level import solve
from offchain.model.theory.daos import auction
from offchain.model.theory.sharing.lotteries import chance_of_gift, drawn_group, drawn_welfare

# The group is worth 178 and can pay 119; the rival's 120 wins.
game = auction([120], [119, 59])
assert solve(game).welfare == 120

# With chance 1/2 the item goes to one of the two for nothing, so to the group with 1/4.
chance = chance_of_gift(2, harmonic(2))
expected = drawn_welfare(game, chance)
print(
    f"with chance {chance} for nothing to one that is drawn: {expected} expected of 178, where Mechanism 1 has 120"
)
assert (chance, expected) == (Fraction(1, 2), Fraction(1, 4) * (120 + 178) + 60)
assert 178 / expected < Fraction(4, 3) < Fraction(178, 120)

row = drawn_group(sizes=[(1, 2)], top=4)
print(row)
assert row.holds
