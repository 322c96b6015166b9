"""When Bidders Are DAOs, Lemma 11: nobody pays more for a part of what it could have."""

from offchain.model.theory.daos_unit_demand import Menu, allocated, best, bids, lemma_11, worths_by

# A menu that asks 3 for the first item and 2 for both.
first, both = frozenset((0,)), frozenset((0, 1))
menu: Menu = {frozenset(): 0, first: 3, both: 2}

# A bidder of value 9 for the first item, and nothing for the second, takes both.
assert best(menu, worths_by((9, 0))) == [both]
sold = allocated(menu, bids(items=2, top=3))
print("allocated at some bid:", [tuple(sorted(items)) for items in sold])
assert first not in sold

row = lemma_11(settings=[(2, 2)])
print(row)
assert row.holds
