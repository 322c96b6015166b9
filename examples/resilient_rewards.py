"""Resilient Mechanism Design, §9: two other rewards for telling, and what either costs."""

from fractions import Fraction

from offchain.model.instances.resilient import Offer, ResilientInstance, ResilientPlayer
from offchain.model.mechanisms.resilient import rebates
from offchain.model.theory.resilient.rewards import has, lead, part_of_revenue, rewards, tossed

# Ann could offer Bob the good for 4, and Bob offers it to her for 9: she is not the star either way.
silent = ResilientPlayer("ann", {("g",): 9}, wish=("g",))
telling = ResilientPlayer("ann", {("g",): 9}, (Offer("bob", ("g",), 4),), ("g",))
bob = ResilientPlayer("bob", {("g",): 5}, (Offer("ann", ("g",), 9),))

gains = {}
for reward in (rebates, part_of_revenue, lead):
    games = [ResilientInstance(Fraction(1, 2), ("g",), (ann, bob)) for ann in (silent, telling)]
    before, after = (has(game.players[0], tossed(game, reward)) for game in games)
    gains[reward.__name__] = after - before
    revenue = sum(side.revenue for side in tossed(games[1], reward)) / 2
    print(f"{reward.__name__}: telling brings her {after - before}, and the seller {revenue}")

# A rebate of a unit, or of the revenue, makes telling strictly better; the lead, which goes to the star, as good.
assert min(gains["rebates"], gains["part_of_revenue"]) > 0
assert gains["lead"] == 0

row = rewards(samples=40, seed=2)
print(row)
assert row.holds
