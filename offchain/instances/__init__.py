"""Instances and outcomes of every mechanism, their JSON files, and what is said of a bad one."""

from offchain.instances.document import (
    Instance,
    InstanceFile,
    Outcome,
    instance_text,
    outcome_text,
    parse_bytes,
    parse_text,
)
from offchain.instances.errors import InstanceError
from offchain.instances.monotone_signals import MonotoneSignalsInstance
from offchain.instances.signal_clock import SignalClockInstance
from offchain.instances.signals import SignalOutcome
from offchain.instances.two_level import (
    BID_LIMIT,
    RESERVE_LIMIT,
    Group,
    LotOutcome,
    Member,
    TwoLevelInstance,
    TwoLevelOutcome,
)

__all__ = [
    "BID_LIMIT",
    "RESERVE_LIMIT",
    "Group",
    "Instance",
    "InstanceError",
    "InstanceFile",
    "LotOutcome",
    "Member",
    "MonotoneSignalsInstance",
    "Outcome",
    "SignalClockInstance",
    "SignalOutcome",
    "TwoLevelInstance",
    "TwoLevelOutcome",
    "instance_text",
    "outcome_text",
    "parse_bytes",
    "parse_text",
]
