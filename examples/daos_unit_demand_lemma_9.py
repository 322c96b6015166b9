"""When Bidders Are DAOs, Lemma 9: if either member can have its item, some bids bring the group both."""

from offchain.model.theory.daos_unit_demand import Part, lemma_9, menu_of, parts

# Two members want an item each. Each gets its own from a bid of 1 on, and pays 1, whatever the other bids.
each = Part(thresholds=(1, 1, 1), pays=(1, 1, 1))
assert each in parts(2)
menu = menu_of(each, each, top=2)
assert menu is not None
print({tuple(sorted(items)): price for items, price in menu.items()})
assert menu[frozenset((0, 1))] == 2

# A group that may have one of them only shuts the second member out where the first bids: no bid of its own helps it then.
second = Part(thresholds=(1, 3, 3), pays=(1, 0, 0))
menu = menu_of(each, second, top=2)
assert menu is not None
print({tuple(sorted(items)): price for items, price in menu.items()})
assert frozenset((0, 1)) not in menu

row = lemma_9(top=1)
print(row)
assert row.holds
