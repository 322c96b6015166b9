"""Prior-Free Clock Auctions for Bidders with Interdependent Values, Theorem 9: k signals over signal clocks."""

from offchain.model.instances.signals import Rule
from offchain.model.mechanisms.signal_discovery import Coins, clock_auction, sealed_auction
from offchain.model.theory.signals.discovery import stays_until, theorem_9
from offchain.model.theory.signals.steep import Shape
from offchain.model.theory.signals.steep import clock_auction as bidders

# Signals 0, 1, 2: a has 1, b has 2. a is optimal at even totals, b at odd ones; the total is 3.
game = bidders(3, (1, [1, 1, 100, 100, 10**4]), (2, [0, 10, 10, 10**3, 10**3]), rule=Rule.REVENUE)
coins = Coins(kind=0, residue=1, order=(0, 1), pick=1)

# a is drawn: its clock rises until a leaves at 2. Then b's rises to the signal that gives the price.
record = clock_auction(game, coins)
for bidder, signal, stayed in record.steps:
    print(f"{'ab'[bidder]}'s clock rises to {signal}: {'stays' if stayed else 'leaves'}")
print(f"{record.sale.winner} buys at {record.sale.price}")
assert record.sale == sealed_auction(game, coins)
assert (record.sale.winner, record.sale.price) == ("b", 1000)

# Had b a signal of 0, and stayed all the same, it would pay what the good is worth at a higher total.
low = game.with_profile((1, 0))
forced = clock_auction(low, coins, stays_until(low.profile, 1, 2))
worth = low.worth(1, low.profile)
print(f"b with signal 0 stays up to 2: buys at {forced.sale.price} what is worth {worth}")
assert (forced.sale.winner, forced.sale.price, worth) == ("b", 1000, 10)

row = theorem_9(shapes=[Shape(3, (0, 0), samples=10)])
print(row)
assert row.holds
