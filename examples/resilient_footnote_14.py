"""Resilient Mechanism Design, footnote 14: why everything is announced at once, and not the worth of an offer first."""

from offchain.model.instances.resilient import Offer
from offchain.model.theory.resilient.knowledge import footnote_14, put_off

to_ann, to_cid = Offer("ann", ("g",), 3), Offer("cid", ("g",), 3)

# Ann values the good at 50, and knows that Cid would pay 1. Bob has announced that his offer is worth 3, and says whose it is
# when he has heard what Ann's is worth.
silent = put_off(own=50, telling=0, reveal=lambda told: to_cid if told else to_ann)
telling = put_off(own=50, telling=1, reveal=lambda told: to_cid if told else to_ann)
print(f"silent she expects {silent}, telling {telling}")
assert silent > telling

# Announced at once, his offer is one or the other, and she does better by telling in either case.
to_her = [put_off(own=50, telling=told, reveal=lambda _: to_ann) for told in (0, 1)]
to_another = [put_off(own=50, telling=told, reveal=lambda _: to_cid) for told in (0, 1)]
for silent, telling in (to_her, to_another):
    print(f"announced at once: silent {silent}, telling {telling}")
    assert silent < telling

row = footnote_14(own=20)
print(row)
assert row.holds
