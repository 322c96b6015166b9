"""Resilient Mechanism Design, Theorem 1: one independent player who knows something is enough for revenue."""

from offchain.model.instances.resilient import Answer, Offer, ResilientInstance, ResilientPlayer
from offchain.model.mechanisms.resilient import revenue_guarantee, solve, worth
from offchain.model.theory.resilient.mechanism import (
    AUSUBEL_MILGROM,
    EPSILON,
    GOODS,
    knowing_player,
    theorem_1,
)

# The values on which collusion ruins VCG: 1 for g1, 1 for g2, 100 for both. Player 1 knows the others'.
one = knowing_player(AUSUBEL_MILGROM, "1")
print(f"player 1 offers {one.offer}")
assert one.offer == (Offer("3", GOODS, 99),)

# The others are truthful, or say nothing and refuse everything to spite the seller: the star pays the fine.
bound = revenue_guarantee(worth(one.offer), EPSILON)
for answer in (None, Answer.NO):
    others = [
        ResilientPlayer(name, AUSUBEL_MILGROM[name], wish=GOODS, answer=answer)
        for name in ("2", "3")
    ]
    outcome = solve(ResilientInstance(EPSILON, GOODS, (one, *others)))
    print(
        f"answer {answer or 'the truth'}: expected revenue {outcome.expected_revenue}, at least {bound}"
    )
    assert outcome.expected_revenue >= bound > 49

row = theorem_1(samples=50, seed=7)
print(row)
assert row.holds
