"""The theorems behind the mechanisms, each measured: one row of claim, figures, and whether it holds.

One module or package per paper or subject, with a function per claim; `CLAIMS` has them all. What cannot be measured, since
it speaks of every possible mechanism, is measured on the instance of its proof, and the row says
what is taken from the paper.
"""

from typing import Any

from offchain.model.theory import (
    daos,
    daos_unit_demand,
    estate,
    groupings,
    houses,
    phantoms,
    sybils,
)
from offchain.model.theory.approximate import bids, draw, groups, guarantees
from offchain.model.theory.claim import Claim, Evidence, Row, Status
from offchain.model.theory.resilient import collusion, elimination, knowledge, mechanism, rewards
from offchain.model.theory.sharing import lotteries, subgroups
from offchain.model.theory.signals import bounds, colours, discovery, monotone

__all__ = ["CLAIMS", "Claim", "Evidence", "Row", "Status"]

CLAIMS: tuple[Claim[Any], ...] = (
    daos.theorem_2,
    daos.ties,
    daos.lemma_4,
    daos.theorem_3,
    daos.theorem_5,
    daos.lemma_6,
    daos.theorem_7,
    daos.theorem_8,
    daos_unit_demand.lemma_9,
    daos_unit_demand.lemma_10,
    daos_unit_demand.lemma_11,
    daos_unit_demand.lemma_12,
    daos_unit_demand.bounded_bids,
    daos.appendix_a,
    daos.footnote_2,
    daos.false_names,
    daos.several_groups,
    daos.merging,
    lotteries.programmes,
    lotteries.parts_of_access,
    lotteries.drawn_group,
    lotteries.many_groups,
    lotteries.message_size,
    subgroups.subgroups,
    subgroups.exclusion,
    subgroups.settled,
    groupings.united_groups,
    groupings.leaving,
    sybils.undominated_names,
    sybils.welfare_guarantee,
    phantoms.seller,
    phantoms.open_reserve,
    phantoms.inside,
    phantoms.rival,
    phantoms.winners,
    phantoms.deterring_bond,
    estate.resale,
    estate.values,
    houses.truth,
    houses.increment,
    houses.jumping,
    houses.seen_limits,
    mechanism.vcg_collusion,
    mechanism.lemma_1,
    mechanism.lemma_3,
    mechanism.theorem_1,
    mechanism.own_offer,
    elimination.elimination,
    collusion.lemma_2,
    collusion.dominant_strategies,
    knowledge.partial_knowledge,
    knowledge.footnote_13,
    knowledge.footnote_14,
    rewards.rewards,
    guarantees.theorem_1,
    guarantees.theorem_2,
    guarantees.theorem_3,
    guarantees.theorem_4,
    guarantees.theorem_5,
    guarantees.lemma_e_3,
    draw.critical_draw,
    guarantees.slides,
    bids.undominated_bids,
    bids.distinguishable_monotonicity,
    bids.intersection,
    bids.grid,
    groups.groups,
    discovery.lemma_1,
    discovery.emptied,
    discovery.theorem_1,
    discovery.theorem_2,
    discovery.theorem_3,
    discovery.theorem_4,
    discovery.theorem_5,
    bounds.theorem_6,
    discovery.lemma_2,
    discovery.theorem_7,
    discovery.theorem_8,
    discovery.theorem_9,
    discovery.theorem_10,
    bounds.theorem_11,
    monotone.theorem_12,
    monotone.theorem_13,
    colours.universal,
    colours.marks,
)
"""Every claim, paper by paper."""
