"""Prior-Free Clock Auctions for Bidders with Interdependent Values, Theorem 3: the auction over signal clocks."""

from offchain.model.mechanisms.signal_discovery import Coins, clock_auction, sealed_auction
from offchain.model.theory.signals.discovery import stays_until, theorem_3
from offchain.model.theory.signals.steep import Shape
from offchain.model.theory.signals.steep import clock_auction as bidders

# Three bidders, a, b and c optimal at the totals 1, 2 and 3; the first two have a high signal.
game = bidders(2, (1, [0, 10, 10, 10]), (1, [0, 0, 100, 100]), (0, [0, 0, 0, 1000]))
coins = Coins(kind=0, residue=0, order=(2, 0, 1), pick=0)

# c's clock rises first, and c refuses. Then a's, which a accepts; b is left, and buys.
record = clock_auction(game, coins)
for bidder, signal, stayed in record.steps:
    print(f"{'abc'[bidder]}'s clock rises to {signal}: {'stays' if stayed else 'leaves'}")
print(f"{record.sale.winner} buys at {record.sale.price}")
assert record.sale == sealed_auction(game, coins)
assert (record.sale.winner, record.sale.price) == ("b", 100)

# Leaving early is for good: b would have nothing.
assert clock_auction(game, coins, stays_until(game.profile, 1, 0)).sale.winner != "b"

row = theorem_3(shapes=[Shape(2, (0, 0))])
print(row)
assert row.holds
