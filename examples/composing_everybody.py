"""When Bidders Are DAOs, §1.1: serving all members at equal shares is not truthful, or guarantees nothing."""

from offchain.model.instances.rules import CRITICAL_BID, Lower
from offchain.model.mechanisms.two_level import compose
from offchain.model.mechanisms.upper import rule_of
from offchain.model.theory.composing import Unanimous, at_work, everybody, result

# {10, 2} after 7 bids the sum, wins, and each pays 4: more than the second member's value.
summed = result(at_work(CRITICAL_BID, Lower.EVERYBODY), (7, 10, 2), (1, 2))
print(f"the sum: {[paid for _, paid in summed]}")
assert [paid for _, paid in summed] == [0, 4, 4]

# If it bids no more than both can pay, 4, it loses, and nobody has a lie that pays; 7 is served instead of 12.
unanimous = result(compose(rule_of(CRITICAL_BID), Unanimous()), (7, 10, 2), (1, 2))
print(f"what all can pay: {[served for served, _ in unanimous]} served")
assert [served for served, _ in unanimous] == [1, 0, 0]

row = everybody(sizes=[(1, 2)])
print(row)
assert row.holds
