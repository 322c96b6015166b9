"""What people do in a resilient sale beyond what the instance says."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from offchain.bindings.entries import MOST_AMOUNT
from offchain.model.instances.resilient import ResilientInstance


def twice(revenue: int) -> int:
    """Twice the offers' worth, and a unit at least: a deposit that does not give it away to who does not know the habit."""
    return min(max(1, 2 * revenue), MOST_AMOUNT)


@dataclass(frozen=True, slots=True)
class ResilientBehaviour:
    """The default is that all reveal, in file order, and answer.

    silent: players who never reveal. mute: who lets the time to answer pass instead of a NO. deposit:
    what is put down for offers of some worth, in units.
    """

    silent: frozenset[str] = frozenset()
    mute: frozenset[str] = frozenset()
    deposit: Callable[[int], int] = twice


STRAIGHT = ResilientBehaviour()


def counted(instance: ResilientInstance, behaviour: ResilientBehaviour) -> ResilientInstance:
    """The instance that counts in the end: the silent announce nothing, and are star behind all others only."""
    revealed = [player for player in instance.players if player.name not in behaviour.silent]
    silent = [
        replace(player, offer=(), wish=())
        for player in instance.players
        if player.name in behaviour.silent
    ]
    return replace(instance, players=(*revealed, *silent))
