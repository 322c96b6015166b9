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
# # What would our DAO bid?
#
# A group bids the most that some number of its members can pay in equal shares: with the bids sorted from the
# highest, the largest rank · bid. Put your own list of contributions in place of ConstitutionDAO's: here 60
# percentiles of what its 17,448 members gave. All results are exact integers, in gwei.

# %%
import matplotlib.pyplot as plt

from offchain.model.instances.constitutiondao import CONSTITUTION_DAO
from offchain.model.mechanisms.equal_split import equal_split, willingness_to_pay

GWEI_PER_ETH = 10**9
bids = sorted(CONSTITUTION_DAO, reverse=True)


def eth(amount):
    """An amount in gwei, in ETH."""
    return f"{amount / GWEI_PER_ETH:,.9f}".rstrip("0").rstrip(".")


most = willingness_to_pay(bids)
print(
    f"{len(bids)} members gave {eth(sum(bids))} ETH; in equal shares they can pay {eth(most)} ETH"
)
assert most == max(rank * bid for rank, bid in enumerate(bids, start=1))

# %% [markdown]
# Fewer can pay more each, more can pay less each. Between the two is the peak: that is the bid.

# %%
ranks = range(1, len(bids) + 1)
products = [rank * bid for rank, bid in zip(ranks, bids, strict=True)]
figure, axes = plt.subplots(figsize=(8, 4))
axes.step(ranks, [one / GWEI_PER_ETH for one in products], where="mid")
axes.axhline(most / GWEI_PER_ETH, linestyle="--", linewidth=1)
axes.annotate(
    f"the group's bid: {eth(most)} ETH", (len(bids), most / GWEI_PER_ETH), ha="right", va="bottom"
)
axes.set(
    xlabel="so many members share",
    ylabel="and can pay together, ETH",
    ylim=(0, 1.1 * most / GWEI_PER_ETH),
)
plt.show()

# %% [markdown]
# If it wins, the price is that of the others, and the **most** members who can share it equally are served. So
# a lower price lets more in, and each of them pays the same.

# %%
print(f"{'price':>6}  {'served':>6}  {'each pays':>12}")
for tenths in range(5, 51, 5):
    split = equal_split(bids, tenths * GWEI_PER_ETH // 10)
    print(f"{eth(split.price):>6}  {split.served:>6}  {eth(split.share):>12}")
    assert split.price <= split.paid < split.price + split.served
    assert split.served == sum(map(split.serves, bids))

# %% [markdown]
# Who joins raises the bid by at most what it bids itself, since nobody pays for others: one of 10 ETH does not
# make a group of 15.

# %%
joining = {
    "nobody": [],
    "one of 10 ETH": [10 * GWEI_PER_ETH],
    "one of 1 ETH": [GWEI_PER_ETH],
    "one of 0.1 ETH": [GWEI_PER_ETH // 10],
    "30 of 0.1 ETH": [GWEI_PER_ETH // 10] * 30,
}
for who, more in joining.items():
    together = willingness_to_pay(bids + more)
    print(f"{who:16} {eth(together):>6} ETH")
    assert most <= together <= most + sum(more)
