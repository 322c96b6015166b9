"""Resilient Mechanism Design, §1.2: two small players who collude ruin VCG (Ausubel and Milgrom)."""

from offchain.model.instances.bundles import Values
from offchain.model.theory.resilient.mechanism import true_welfare, vcg_collusion, vcg_outcome

# Players 1 and 2 want one good each, worth 1 to them; player 3 wants both together, for 100.
truth: dict[str, Values] = {"1": {("g1",): 1}, "2": {("g2",): 1}, "3": {("g1", "g2"): 100}}
outcome = vcg_outcome(truth)
print(f"truthful: {dict(outcome.allocation)}, payments {dict(outcome.payments)}")
assert outcome.allocation == {"3": ("g1", "g2")}
assert (true_welfare(outcome, truth), outcome.revenue) == (100, 2)

# If both claim 100, each alone is enough to keep player 3 out, so neither pays for the other's good.
claims: dict[str, Values] = {**truth, "1": {("g1",): 100}, "2": {("g2",): 100}}
outcome = vcg_outcome(claims)
print(f"colluding: {dict(outcome.allocation)}, payments {dict(outcome.payments)}")
assert outcome.allocation == {"1": ("g1",), "2": ("g2",)}
assert (true_welfare(outcome, truth), outcome.revenue) == (2, 0)

row = vcg_collusion(claims=[50, 51, 99, 100, 101, 10**20])
print(row)
assert row.holds
