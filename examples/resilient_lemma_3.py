"""Resilient Mechanism Design, Lemma 3: whoever knows what others would pay does not keep it back."""

from dataclasses import replace
from fractions import Fraction

from offchain.model.instances.resilient import Offer, ResilientInstance, ResilientPlayer
from offchain.model.mechanisms.resilient import expected_utility, favourite, relevant_knowledge
from offchain.model.theory.resilient.mechanism import EPSILON, lemma_3

# Ann is worth 2 to herself; she knows that the good is worth 5 to Bob, and so that he would pay 4.
ann = ResilientPlayer("ann", {("g",): 2})
bob = ResilientPlayer("bob", {("g",): 5}, offer=(Offer("ann", ("g",), 1),))
known = relevant_knowledge(("g",), {"bob": bob.values})
assert known == (Offer("bob", ("g",), 4),)


def expects(ann: ResilientPlayer) -> Fraction:
    """What Ann expects of the coin if she announces this."""
    return expected_utility(ResilientInstance(EPSILON, ("g",), (ann, bob)), [ann])


# If she keeps silent, Bob's offer makes him the star. If she tells, she is the star, and gets her wish on heads.
silent, telling = expects(ann), expects(replace(ann, offer=known, wish=favourite(ann)))
print(f"silent she expects {silent}, telling {telling}")
assert silent < telling

row = lemma_3(top=2, samples=100, seed=7)
print(row)
assert row.holds
