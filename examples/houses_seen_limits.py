"""Ascending houses: who has seen the limit can drive the group to it, or jump to just where it has no answer. Then lies pay."""

from offchain.model.mechanisms.ascending import driven
from offchain.model.mechanisms.two_level import sell_lot
from offchain.model.mechanisms.upper import OpenBids, SeenLimits
from offchain.model.theory.daos import auction, shares
from offchain.model.theory.houses import outbid_once_seen, seen_limits, utility

# Ann is worth 10, two more 5 each: they can pay 15, against a rival who bids up to 4, in steps of 1.
truth, lie = auction([10, 5, 5], [4]), auction([4, 5, 5], [4])
for what, rule in [("nobody has seen it", OpenBids(1)), ("a shill has", SeenLimits(1))]:
    paid = [shares(game, sell_lot(game, 0, rule))[0] for game in (truth, lie)]
    print(f"{what}: ann pays {paid[0]} by the truth, and {paid[1]} by a bid of 4")
    assert paid == ([2, 2] if isinstance(rule, SeenLimits) is False else [5, 4])
assert driven(15, start=1, increment=1) == 15

# Ann alone, 10, in steps of 3, against a rival of 8 that bids 8 at once: there is no answer within 10, but there is within 12.
found = outbid_once_seen(1, 3, rival=8, most=12)
gains = [utility(found, (bid,), value=10) for bid in (10, 12)]
print(f"outbid from just below the limit: {gains[0]} by the truth, {gains[1]} by a bid of 12")
assert gains == [0, 3]

row = seen_limits(sizes=[(1, 2)], top=4)
print(row)
assert row.holds
