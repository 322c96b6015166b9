"""When Bidders Are DAOs, Lemma 12 and Corollary 13: all items for the price of one, as far as it is the highest."""

from offchain.model.theory.daos_unit_demand import Menu, allocated, bids, lemma_12

first, second, both = frozenset((0,)), frozenset((1,)), frozenset((0, 1))
tried = bids(items=2, top=3)

# Dearer for both than for the second: then both are never best where the second item is the highest.
dearer: Menu = {frozenset(): 0, first: 3, second: 1, both: 3}
found = allocated(dearer, tried)
print("both are allocated at bids whose highest is item", found[both])
assert found[both] == {0}

# At one price for every set they are best whichever is the highest.
alike: Menu = {frozenset(): 0, first: 2, second: 2, both: 2}
print("at one price at bids whose highest is", allocated(alike, tried)[both])
assert allocated(alike, tried)[both] == {0, 1}

row = lemma_12(settings=[(2, 2)])
print(row)
assert row.holds
