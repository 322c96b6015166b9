"""Ascending houses: what an increment changes is who wins and the price, by less than an increment each."""

from offchain.model.mechanisms.ascending import ascend
from offchain.model.mechanisms.price_rule import exact, run_auction
from offchain.model.theory.houses import increment

# From 10 on, in steps of 5. In sealed bids the price is the critical bid.
for what, limits, open_price, sealed_price in [
    ("an increment above it, over a bid at the rival's limit", [30, 15], 20, 15),
    (
        "an increment below it, as the rival is short of the next bid by 1, and was first",
        [19, 30],
        15,
        20,
    ),
]:
    opened, sealed = ascend(limits, 10, 5), run_auction(limits, 10, exact)
    print(f"limits {limits}: {opened.price} in open bids, {sealed.price} sealed; {what}")
    assert (opened.price, sealed.price) == (open_price, sealed_price)
    assert opened.leader == sealed.leader

# A limit of 15 wins against 19, which has no bid between.
assert (ascend([19, 15], 10, 5).leader, run_auction([19, 15], 10, exact).leader) == (1, 0)

row = increment(bidders=[2], top=9)
print(row)
assert row.holds
