"""Ascending houses: a rival that jumps or waits for the last second wins with less, and moves no price by the group's limit."""

from offchain.model.theory.houses import GRAIN, house, jumping, jumps, play, prices, snipes

# A group that can pay 10, at a house that starts at 1 and asks for 3 more with each bid.
open_late, on_time = house(1, 3, buffer=2), house(1, 3, buffer=0)
for what, where, rival, paid in [
    (
        "a jump to 8 leaves no room below 10, and wins with a limit of 8",
        open_late,
        jumps([8]),
        None,
    ),
    ("a jump to 7 leaves it, and is answered", open_late, jumps([7]), 10),
    (
        "waiting with a limit of 4 is answered where a late bid keeps it open",
        open_late,
        snipes(4),
        7,
    ),
    ("and wins where none does", on_time, snipes(4), None),
]:
    end = play(where, 10, [rival])
    print(f"{what}: {end.leader} at {end.amount // GRAIN}")
    assert (end.amount // GRAIN if end.leader == "group" else None) == paid
    # Where the group wins at all, with any limit, it is at one price.
    assert len(set(prices(where, [rival], 15).values()) - {None}) <= 1

row = jumping(top=4, increments=[3])
print(row)
assert row.holds
