"""Beyond the papers: the false names that one may as well use, and those that one had better not."""

from offchain.model.theory.sybils import gain, is_cheap, share_of, undominated, undominated_names

# A person of value 5 with two names, in a group with one other of up to two: these strategies are not dominated.
left = undominated(top=5, most=2)[5]
print(left)
assert left == [(4,), (5,), (1, 4), (1, 5), (2, 4), (2, 5)]
assert all(is_cheap(5, names) for names in left)

# With a friend who bids 2, against a price of 6: under one name the group cannot pay, under 2 and 5 it can, and she pays 4.
assert share_of(6, (5, 2)) is None
share = share_of(6, (5, 2, 2))
assert share == 2
print(f"under 2 and 5 she has {gain(5, (2, 5), share)}")
assert gain(5, (2, 5), share) == 1

# A second name of 3 would cost her 6 for what is worth 5.
assert gain(5, (3, 5), share_of(9, (3, 5, 3))) == -1

row = undominated_names(settings=[(4, 2)])
print(row)
assert row.holds
