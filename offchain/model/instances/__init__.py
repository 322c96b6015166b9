"""Instances and outcomes of every kind, and how their JSON reads."""

from offchain.model.instances.approximate import (
    ApproximateGroupsInstance,
    ApproximateGroupsSale,
    ApproximateInstance,
    ApproximateOutcome,
    ApproximateSale,
)
from offchain.model.instances.instance import Instance, Outcome
from offchain.model.instances.monotone_signals import MonotoneSignalsInstance
from offchain.model.instances.resilient import (
    Answer,
    Coin,
    Offer,
    ResilientInstance,
    ResilientOutcome,
    ResilientPlayer,
    Side,
)
from offchain.model.instances.signal_clock import SignalClockInstance
from offchain.model.instances.signals import SignalOutcome
from offchain.model.instances.two_level import (
    BID_LIMIT,
    RESERVE_LIMIT,
    Group,
    LotOutcome,
    Member,
    TwoLevelInstance,
    TwoLevelLotteryInstance,
    TwoLevelLotteryOutcome,
    TwoLevelOutcome,
)
from offchain.model.instances.universal_signals import UniversalOutcome, UniversalSignalsInstance
from offchain.model.instances.vcg import VcgInstance, VcgOutcome, VcgPlayer

__all__ = [
    "BID_LIMIT",
    "RESERVE_LIMIT",
    "Answer",
    "ApproximateGroupsInstance",
    "ApproximateGroupsSale",
    "ApproximateInstance",
    "ApproximateOutcome",
    "ApproximateSale",
    "Coin",
    "Group",
    "Instance",
    "LotOutcome",
    "Member",
    "MonotoneSignalsInstance",
    "Offer",
    "Outcome",
    "ResilientInstance",
    "ResilientOutcome",
    "ResilientPlayer",
    "Side",
    "SignalClockInstance",
    "SignalOutcome",
    "TwoLevelInstance",
    "TwoLevelLotteryInstance",
    "TwoLevelLotteryOutcome",
    "TwoLevelOutcome",
    "UniversalOutcome",
    "UniversalSignalsInstance",
    "VcgInstance",
    "VcgOutcome",
    "VcgPlayer",
]
