"""Instances and outcomes of every mechanism, their JSON files, and what is said of a bad one."""

from offchain.instances.approximate import (
    ApproximateGroupsInstance,
    ApproximateGroupsSale,
    ApproximateInstance,
    ApproximateOutcome,
    ApproximateSale,
)
from offchain.instances.document import (
    Instance,
    InstanceFile,
    InstanceStream,
    Outcome,
    instance_text,
    outcome_pieces,
    outcome_text,
    parse_bytes,
    parse_text,
)
from offchain.instances.errors import InstanceError
from offchain.instances.monotone_signals import MonotoneSignalsInstance
from offchain.instances.resilient import (
    Answer,
    Coin,
    Offer,
    ResilientInstance,
    ResilientOutcome,
    ResilientPlayer,
    Side,
)
from offchain.instances.signal_clock import SignalClockInstance
from offchain.instances.signals import SignalOutcome
from offchain.instances.stream import utf8
from offchain.instances.two_level import (
    BID_LIMIT,
    RESERVE_LIMIT,
    Group,
    LotOutcome,
    Member,
    TwoLevelInstance,
    TwoLevelOutcome,
)
from offchain.instances.vcg import VcgInstance, VcgOutcome, VcgPlayer

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
    "InstanceError",
    "InstanceFile",
    "InstanceStream",
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
    "TwoLevelOutcome",
    "VcgInstance",
    "VcgOutcome",
    "VcgPlayer",
    "instance_text",
    "outcome_pieces",
    "outcome_text",
    "parse_bytes",
    "parse_text",
    "utf8",
]
