# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Compare mechanisms
#
# The same members and the same rival, by four rules: nobody pools (each bids alone, second price); the group
# pools and everybody pays what they bid, as crowdfunds do; the same with the second price split in proportion;
# and equal shares, as here. All bid the truth, which is best only under the first and the last: under the
# others it is what the rule promises, not what it gets.

# %%
import random
from fractions import Fraction

import matplotlib.pyplot as plt

from offchain.model.instances.two_level import lot_welfare, optimal_lot_welfare
from offchain.model.mechanisms.pay_your_bid import Asks, solve_lot
from offchain.model.mechanisms.two_level import solve
from offchain.model.theory.daos import auction

SEED, MEMBERS, GAMES = 7, 12, 300
RIVALS = range(20, 421, 40)


def drawn(numbers):
    """The values of a group: many small ones, few large."""
    return [int(10 / (1 - numbers.random()) ** 0.7) for _ in range(MEMBERS)]


def outcomes(rival, group):
    """Welfare and revenue by each rule, exactly, and the most welfare there is."""
    pooled = auction([rival], group)
    alone = auction([rival], *([value] for value in group))
    equal, single = solve(pooled), solve(alone)
    paid, split = solve_lot(pooled, 0, Asks.FIRST), solve_lot(pooled, 0, Asks.SECOND)
    return {
        "each alone": (single.welfare, single.items[0].paid),
        "pay your bid": (lot_welfare(pooled, 0, paid), paid.paid),
        "in proportion": (lot_welfare(pooled, 0, split), split.paid),
        "equal shares": (equal.welfare, equal.items[0].paid),
    }, optimal_lot_welfare(pooled, 0)


numbers = random.Random(SEED)
groups = [drawn(numbers) for _ in range(GAMES)]
RULES = list(outcomes(1, groups[0])[0])

# %% [markdown]
# One game first: a rival of 100 and a group that is worth more together.

# %%
told, optimum = outcomes(100, groups[0])
print(f"values {sorted(groups[0], reverse=True)}, together {sum(groups[0])}, against 100")
for rule, (welfare, revenue) in told.items():
    print(f"{rule:14} welfare {welfare:>4} of {optimum}, the seller gets {revenue}")

# %% [markdown]
# Then many, over the rival's strength: how much of the welfare there is each rule reaches, summed over all
# games (a ratio of two integers).

# %%
parts = {rule: [] for rule in RULES}
revenues = {rule: [] for rule in RULES}
for rival in RIVALS:
    results = [outcomes(rival, group) for group in groups]
    best = sum(optimum for _, optimum in results)
    for rule in RULES:
        parts[rule].append(Fraction(sum(told[rule][0] for told, _ in results), best))
        revenues[rule].append(Fraction(sum(told[rule][1] for told, _ in results), GAMES))

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
for rule, style in zip(RULES, ("o:", "s--", "^-.", "D-"), strict=True):
    left.plot(RIVALS, [100 * float(one) for one in parts[rule]], style, label=rule)
    right.plot(RIVALS, list(map(float, revenues[rule])), style, label=rule)
left.set(xlabel="worth to the rival", ylabel="% of the optimal welfare", ylim=(0, 102))
right.set(xlabel="worth to the rival", ylabel="revenue, on average")
left.legend()
plt.tight_layout()
plt.show()

# %% [markdown]
# Pooling what everybody would pay is optimal, if only they said it. Equal shares lose some of it, never more
# than the paper's bound: the optimum is at most H_n = 1 + 1/2 + … + 1/n times what is reached (Theorem 3),
# which is checked in every game here.

# %%
harmonic = sum(Fraction(1, rank) for rank in range(1, MEMBERS + 1))
worst = max(
    Fraction(optimum, told["equal shares"][0])
    for rival in RIVALS
    for told, optimum in (outcomes(rival, group) for group in groups)
)
print(
    f"worst game: the optimum is {float(worst):.3f} times what equal shares reach; the bound is {float(harmonic):.3f}"
)
assert worst <= harmonic
assert all(one == 1 for one in parts["pay your bid"])
