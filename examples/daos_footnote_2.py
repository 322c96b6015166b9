"""When Bidders Are DAOs, footnote 2: crowdfunds that bid the sum of their pledges do well, if nobody thinks."""

from offchain.model.checks.pay_your_bid import find_lie
from offchain.model.mechanisms.pay_your_bid import Asks, solve
from offchain.model.theory.daos import auction, footnote_2

# A crowd worth 6, 3 and 2 bids 11 against 6, and wins: the optimal welfare.
game = auction([6], [6, 3, 2])
outcome = solve(game, Asks.SECOND)
print(
    f"{outcome.items[0].winner} wins: welfare {outcome.welfare}, payments {outcome.payments['B']}"
)
assert outcome.items[0].winner == "B"
assert outcome.welfare == outcome.optimal_welfare == 11

# But every member would rather that the others paid.
for asks in Asks:
    lie = find_lie(game, asks)
    print(f"{asks}: {lie}")
    assert lie is not None

row = footnote_2(sizes=[(1, 2)], top=3)
print(row)
assert row.holds
