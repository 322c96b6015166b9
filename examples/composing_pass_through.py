"""When Bidders Are DAOs, §5: groups that forward all bids to VCG reach the optimum, truthfully, and two members break it."""

from offchain.model.instances.rules import CRITICAL_BID, Lower
from offchain.model.theory.composing import at_work, pass_through, result

# {6, 6} after 9: the auctioneer would ask for 10, and each pays what the other's 6 lacks of that.
vcg = at_work(CRITICAL_BID, Lower.VCG)
truth = result(vcg, (9, 6, 6), (1, 2))
print(f"by the truth the two pay {[paid for _, paid in truth[1:]]}")
assert [paid for _, paid in truth[1:]] == [4, 4]

# If both say 10, neither is needed for the price, and both have it for nothing.
lie = result(vcg, (9, 10, 10), (1, 2))
print(f"by a joint lie they pay {[paid for _, paid in lie[1:]]}")
assert [paid for _, paid in lie[1:]] == [0, 0]

row = pass_through()
print(row)
assert row.holds
