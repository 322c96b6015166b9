"""Beyond Theorem 2 of When Bidders Are DAOs: two groups that become one do well, and the seller may do badly."""

from offchain.model.theory.groupings import sold, united, united_groups

# Two groups of two, of values 4 and 3 each. Apart, one of them pays what beats the other.
values = (4, 3, 4, 3)
apart = sold(((0, 1), (2, 3)), values)
print(f"apart: gains {apart.gains}, welfare {apart.welfare}, paid {apart.paid}")
assert apart.gains == (1, 0, 0, 0)

# As one group there is nobody to beat: all four have access for a unit each.
together = sold(united(((0, 1), (2, 3)), 0, 1), values)
print(f"as one: gains {together.gains}, welfare {together.welfare}, paid {together.paid}")
assert together.gains == (3, 2, 3, 2)
assert together.paid < apart.paid

# Only the reserve is left to the seller then.
assert sold(((0, 1, 2, 3),), values, reserve=10).paid == 12

row = united_groups(people=4, top=3)
print(row)
assert row.holds
