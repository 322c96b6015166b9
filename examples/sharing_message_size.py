"""When Bidders Are DAOs, §5: a group that may say more than one number, and what that is good for."""

from offchain.model.theory.sharing.lotteries import highest_members, message_size

# 3, 2, 2 against 4. By its willingness to pay, 6, the group wins, and all have access. By its highest bids, two members at most
# having access, it has 5 where the rival has 4. Without the first, others have 4 at best, and with it 2: it pays 2.
paid = highest_members([[3, 2, 2], [4]], most=2)
print(f"of 3, 2, 2 the highest two pay {paid[:2]}")
assert paid == [2, 2, None, None]

# With access for all it has 7. Without the first, others have 4, as with it: nobody pays.
assert highest_members([[3, 2, 2], [4]], most=3) == [0, 0, 0, None]

row = message_size(sizes=(2, 1), top=3)
print(row)
assert row.holds
