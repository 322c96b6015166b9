"""Beyond the papers: at the best reserve, listed openly, a seller's phantoms are worth nothing."""

from offchain.model.mechanisms.bonds import Recipient
from offchain.model.theory.phantoms import (
    as_seller_at,
    best_reserve,
    different,
    open_reserve,
    search,
)

# One bidder whose value is uniform from 1 to 6. A reserve of 3 brings 3 with 4/6, or 4 with 3/6: 2 on average.
reserve = best_reserve((1, 0), 6)
print(f"the best reserve is {reserve}")
assert reserve == 3

found = search(as_seller_at(reserve), (1, 0), 6, different(6), sells=True)
listed, hidden = found.opened_always(()), found.always()
print(f"without phantoms {listed}, with the best that is always opened {hidden}")
assert listed == hidden == 2

# What is left is to choose late; at a bond of the whole deposit, burnt, that is nothing too.
late = [found.best(bps, Recipient.BURNT) for bps in (1_000, 5_000, 10_000)]
print("choosing late, at 10, 50 and 100 %:", *late)
assert late[0] > listed == late[-1]

row = open_reserve(settings=[((1, 0), 5), ((2, 0), 3)])
print(row)
assert row.holds
