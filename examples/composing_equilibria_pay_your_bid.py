"""When Bidders Are DAOs, footnote 2: where all pay their bids, what is best is to bid less, and part of the welfare is lost."""

from offchain.model.theory.composing_equilibria import (
    Game,
    epsilon,
    equal_shares,
    means,
    optimum,
    pay_your_bid,
    played,
)

# Two members after a price of 4, their values drawn from 0 to 4. By the truth they get the optimum, but the truth is not best.
game = Game((2,), 4, 4)
print(
    f"the truth: welfare {means(game, game.truth).welfare}, a lie brings {epsilon(game, game.truth)}"
)
assert means(game, game.truth).welfare == optimum(game)
assert epsilon(game, game.truth) > 0

# What both do for each value where nobody gains by another bid: they bid less, get less, and pay less.
found = played(game, min)
bids = [[times.index(1) for times in counts] for counts in found.profile]
print(
    f"in equilibrium: bids {bids}, welfare and revenue {found.means}; equal shares {equal_shares(game)}"
)
assert found.epsilon == 0
assert all(bid <= value for own in bids for value, bid in enumerate(own))
assert found.means.welfare < equal_shares(game).welfare < optimum(game)

row = pay_your_bid(games=[game])
print(row)
assert row.holds
