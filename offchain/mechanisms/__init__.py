"""Exact reference models of the mechanisms: pure functions of an instance, integers only, no chain.

One module per mechanism. `solve` picks it by the instance's type.
"""

from offchain.instances import Instance, Outcome, TwoLevelInstance
from offchain.mechanisms import two_level


def solve(instance: Instance) -> Outcome:
    """The outcome of an instance of any mechanism, by its reference model."""
    match instance:
        case TwoLevelInstance():
            return two_level.solve(instance)
