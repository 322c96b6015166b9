"""Beside Prior-Free Clock Auctions for Bidders with Interdependent Values, Theorem 12: the mix of truthful auctions, built."""

from offchain.model.instances.signal_bounds import symmetric_values_bound
from offchain.model.mechanisms.universal_allocation import colouring_of, every_draw, sale, served
from offchain.model.theory.signals.colours import universal
from offchain.model.theory.signals.steep import Shape

# The four bidders of Theorem 11 with three signals: three are optimal where their own signal is lower, one at s.
instance = symmetric_values_bound(signals=3, types=1, gap=10).instance
for one in served(instance.worths, instance.profile, colouring_of(instance)):
    name = instance.bidders[one.bidder].name
    print(f"{name} is served from signal {one.threshold} on, colour {one.colour}")

# So whatever colour is drawn, one of them buys, at what the good is worth to it at the signal that it needed.
sales = [sale(instance, draw) for draw in every_draw(instance)]
assert sorted(sold.price for sold in sales) == [10, 100, 100, 1000]

# Knowing the colour, nobody does better by another signal.
for place, bidder in enumerate(instance.bidders):
    worth = instance.worth(place, instance.profile)
    truth = [worth - sold.price if sold.winner == bidder.name else 0 for sold in sales]
    for signal in range(3):
        told = instance.with_signal(place, signal)
        lies = [sale(told, draw) for draw in every_draw(instance)]
        gains = [worth - sold.price if sold.winner == bidder.name else 0 for sold in lies]
        assert all(lie <= true for lie, true in zip(gains, truth, strict=True))

row = universal(shapes=[Shape(2, (0, 0, 0), samples=5), Shape(3, (0, 0), samples=3)])
print(row)
assert row.holds
