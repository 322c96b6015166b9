"""Statuses to judge and to show."""

from dataclasses import replace
from typing import Any

from offchain.keeper.watch.status import (
    AccountStatus,
    ActionStatus,
    ChainStatus,
    LotStatus,
    NextStatus,
    PlaceStatus,
    RoundStatus,
    SpendingStatus,
    Status,
    TroubleStatus,
)

NOW = 1_800_000_000
PLACE = "0x" + "Aa" * 20
ACCOUNT = "0x" + "Bb" * 20
HOUR = 3_600

LOT = LotStatus(PLACE, 7, "reveal", NOW - 2 * HOUR, NOW + 2 * HOUR, "reveal", NOW + 2 * HOUR, 2, 9)
QUIET = LotStatus(PLACE, 8, "bidding", None, NOW + 9 * HOUR, None, None, 0, 1)
ACTION = ActionStatus(
    NOW - 60, "reveal", 7, PLACE, 3, 123_456, str(10**15), 99, "0x" + "12" * 32, ""
)
GOOD = Status(
    "1.0",
    NOW,
    NOW - HOUR,
    ChainStatus(1, "https://node.example", 100, NOW - 6, 0, 6),
    RoundStatus(12.0, 300, NOW, NOW),
    "keeping",
    AccountStatus(ACCOUNT, str(10**18)),
    SpendingStatus(4, 500_000, str(10**16), str(10**17), str(9 * 10**16), False, str(2 * 10**10)),
    (PlaceStatus(PLACE, "Auctioneer", 100, 2),),
    2,
    (LOT, QUIET),
    NextStatus(PLACE, 7, "reveal", "reveal", NOW + 2 * HOUR),
    (ACTION,),
)


def trouble(
    kind: str, what: str = "reveal of lot 7", why: str = "no", **more: Any
) -> TroubleStatus:
    return TroubleStatus(what, why, NOW - 30, kind, **more)


def with_lot(**changes: Any) -> Status:
    """The good status, its first lot changed."""
    return replace(GOOD, lots=(replace(LOT, **changes), QUIET))
