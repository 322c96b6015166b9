"""Resilient Mechanism Design, Definition 6: who holds several valuations possible offers below the least of each bundle."""

from offchain.model.instances.resilient import Offer
from offchain.model.mechanisms.resilient import relevant_knowledge
from offchain.model.theory.resilient.knowledge import Candidate, least_of, partial_knowledge

# Ann holds two things possible: either Bob values g1 at 5 and both goods at 9, or g1 at 3 and both at 4, and Cid g2 at 2.
first: Candidate = {"bob": {("g1",): 5, ("g1", "g2"): 9}, "cid": {("g2",): 2}}
second: Candidate = {"bob": {("g1",): 3, ("g1", "g2"): 4}, "cid": {("g2",): 2}}
goods = ("g1", "g2")

sure = relevant_knowledge(goods, first)
print(f"if the first were sure: {sure}")
assert sure == (Offer("bob", goods, 8),)

# Of the two together she knows that Bob pays 2 for g1 or 3 for both, and Cid 1 for g2.
known = relevant_knowledge(goods, least_of([first, second]))
print(f"as it is: {known}")
assert sum(offer.price for offer in known) == 3
assert all(offer.price < second[offer.to][offer.goods] for offer in known)

row = partial_knowledge(samples=60, seed=3)
print(row)
assert row.holds
