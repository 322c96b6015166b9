"""Beyond Theorem 2 of When Bidders Are DAOs: leaving a group to bid against it is no good idea."""

from offchain.model.theory.groupings import leaving, parted, sold

# Ann of value 9 with Bob and Cid of 3 each: alone in the world, they pay a unit each.
values = (9, 3, 3)
before = sold(((0, 1, 2),), values)
print(f"together: gains {before.gains}")
assert before.gains == (8, 2, 2)

# If she leaves she has to beat the 6 that the other two can pay, alone; and they get nothing.
after = sold(parted(((0, 1, 2),), 0, [0]), values)
print(f"apart: gains {after.gains}")
assert after.gains == (2, 0, 0)

row = leaving(people=3)
print(row)
assert row.holds
