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
# # Try to lie
#
# The claim, *When Bidders Are DAOs*, Theorem 2: no member of one group, under one name, gains by a bid that is
# not its value, whatever the others bid. Here every bid is tried for every member, exactly; then what the claim
# leaves out, where lies do pay.

# %%
import matplotlib.pyplot as plt

from offchain.model.checks.deviations import seats
from offchain.model.mechanisms.pay_your_bid import Asks
from offchain.model.mechanisms.pay_your_bid import solve as pool
from offchain.model.mechanisms.two_level import solve
from offchain.model.mechanisms.upper import SealedBids
from offchain.model.theory.daos import auction

RULE = SealedBids()
RIVAL, GROUP = [9], [10, 5, 4]
lot = solve(auction(RIVAL, GROUP)).items[0]
print(f"{lot.winner} wins at {lot.price}: {len(lot.served)} members pay {lot.share} each")

# %% [markdown]
# ## Every bid of every member
#
# What each gains, value less what it pays, over what it says. The mark is the truth: nowhere is a line above
# it.

# %%
members = [seat for seat in seats(auction(RIVAL, GROUP)) if seat.group == "B"]
tried = range(15)
figure, all_axes = plt.subplots(1, len(members), figsize=(9, 3), sharey=True)
for seat, axes in zip(members, all_axes, strict=True):
    gains = [seat.utility(bid, RULE) for bid in tried]
    truth = seat.utility(seat.value, RULE)
    axes.step(tried, gains, where="mid")
    axes.plot(seat.value, truth, "o")
    axes.set(title=f"worth {seat.value} to it", xlabel="its bid")
    assert max(gains) == truth
all_axes[0].set_ylabel("its gain")
plt.tight_layout()
plt.show()

# %% [markdown]
# The same for all games of a rival and two members with values from 0 to 6: 343 games, each lie of each bidder.

# %%
games = [
    auction([rival], [first, second])
    for rival in range(7)
    for first in range(7)
    for second in range(7)
]
lies = 0
for game in games:
    for seat in seats(game):
        truth = seat.utility(seat.value, RULE)
        for bid in range(9):
            lies += 1
            assert seat.utility(bid, RULE) <= truth
print(f"{len(games)} games, {lies:,} bids tried, none of them pays")

# %% [markdown]
# ## Where lies pay
#
# **Under several names.** Two small shares can be less than a large one, so a member who joins twice can gain.
# The claim is of one name. The first game in which it does, of all with a member worth 10 to it and two small
# ones:


# %%
def doubled(rival, others):
    """What bidding 10 brings to whom it is worth that, the best of two names, and their bid."""
    seat = next(one for one in seats(auction([rival], [10, *others])) if one.group == "B")
    charges = {bid: seat.charge((bid, bid), RULE) for bid in range(1, 11)}
    gains = {bid: 10 - paid for bid, paid in charges.items() if paid is not None}
    bid = max(gains, key=gains.get)
    return seat.utility(10, RULE), gains[bid], bid


games = [
    (rival, [first, second])
    for rival in range(1, 10)
    for first in range(1, 8)
    for second in range(1, 8)
]
rival, others = next(game for game in games if doubled(*game)[1] > doubled(*game)[0])
truth, gain, bid = doubled(rival, others)
print(
    f"rival {rival}, other members {others}: the truth gains {truth}, two names of {bid} gain {gain}"
)
assert gain > truth

# %% [markdown]
# **Where everybody pays what they bid**, as crowdfunds do. The group bids the sum, and whoever says less pays
# less: all that it takes to win is somebody else's to pay.

# %%
paid = []
for bid in tried:
    outcome = pool(auction(RIVAL, [bid, *GROUP[1:]]), Asks.FIRST)
    payment = outcome.payments["B"]["b1"]
    won = outcome.items[0].winner == "B" and bid > 0
    paid.append(10 - payment if won else 0)
figure, axes = plt.subplots(figsize=(5, 3))
axes.step(tried, paid, where="mid")
axes.plot(10, paid[10], "o")
axes.set(
    title="paying what one bids", xlabel="the bid of the member worth 10 to it", ylabel="its gain"
)
plt.tight_layout()
plt.show()
best = max(tried, key=lambda bid: paid[bid])
print(f"the truth gains {paid[10]}, a bid of {best} gains {paid[best]}")
assert paid[best] > paid[10]
