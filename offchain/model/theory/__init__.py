"""The theorems behind the mechanisms, each measured: one row of claim, figures, and whether it holds.

One module per paper, with a function per claim; `CLAIMS` has them all. What cannot be measured, since
it speaks of every possible mechanism, is measured on the instance of its proof, and the row says
what is taken from the paper.
"""

from typing import Any

from offchain.model.theory import approximate, daos, resilient, signals
from offchain.model.theory.claim import Claim, Evidence, Row

__all__ = ["CLAIMS", "Claim", "Evidence", "Row"]

CLAIMS: tuple[Claim[Any], ...] = (
    daos.theorem_2,
    daos.ties,
    daos.lemma_4,
    daos.theorem_3,
    daos.theorem_5,
    daos.lemma_6,
    daos.theorem_7,
    daos.theorem_8,
    daos.appendix_a,
    daos.footnote_2,
    daos.false_names,
    daos.several_groups,
    daos.merging,
    resilient.vcg_collusion,
    resilient.lemma_1,
    resilient.lemma_3,
    resilient.theorem_1,
    resilient.own_offer,
    approximate.theorem_1,
    approximate.theorem_2,
    approximate.theorem_3,
    approximate.theorem_4,
    approximate.theorem_5,
    approximate.lemma_e_3,
    approximate.critical_draw,
    approximate.slides,
    approximate.undominated_bids,
    approximate.distinguishable_monotonicity,
    approximate.intersection,
    approximate.grid,
    approximate.groups,
    signals.lemma_1,
    signals.emptied,
    signals.theorem_1,
    signals.theorem_2,
    signals.theorem_3,
    signals.theorem_4,
    signals.theorem_5,
    signals.theorem_6,
    signals.lemma_2,
    signals.theorem_7,
    signals.theorem_8,
    signals.theorem_9,
    signals.theorem_10,
    signals.theorem_11,
    signals.theorem_12,
    signals.theorem_13,
)
"""Every claim, paper by paper."""
