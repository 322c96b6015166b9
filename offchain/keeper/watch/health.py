"""What of a status is cause for alarm, and whether the keeper does its work: rules on plain data, at any later moment.

A keeper that hangs writes no status; so the last one is judged by the time that has passed since.
"""

from collections.abc import Iterator
from typing import Final

from offchain.keeper.purse import ether
from offchain.keeper.release import moment
from offchain.keeper.watch.status import AlertStatus, LotStatus, Status

LOST_SECONDS: Final = 120
"""So long, and two polls, the chain may be out of reach."""
STUCK_SECONDS: Final = 900
"""So long, and two polls, a round may last: a transaction is waited for up to 300 seconds."""
LAG_SECONDS: Final = 300
"""So old the newest block may be."""
LAG_BLOCKS: Final = 64
"""So many blocks may be unread after a round."""
DANGER_SECONDS: Final = 3_600
"""With less time than that, and less than a quarter of its phase left, a deadline is in danger."""
_DANGER_SHARE: Final = 4

ALERTS: Final = {
    "node": "the node cannot be read",
    "stuck": "a round does not end",
    "lag": "the keeper or its node is behind the chain",
    "money": "the account or the budget cannot pay",
    "deadline": "what is due was not done, and its time runs out",
    "opening": "a bid that is known could not be opened",
    "bid": "a bid at an auction house cannot be sent",
    "secret": "a bond under a sealed secret is lost, or about to be",
}
_BY_THEMSELVES: Final = frozenset({"bid", "secret", "opening"})
"""Kinds of trouble that are alerts whatever else is the case."""
_BOUND_TO_TIME: Final = frozenset({"reveal", "tally", "draw", "settle", "seal"})


def alerts(status: Status, now: int) -> tuple[AlertStatus, ...]:
    """What is cause for alarm at `now` (seconds, by this machine's clock)."""
    return tuple(_alerts(status, now))


def is_healthy(status: Status, now: int) -> bool:
    """Whether the keeper can do its work, or has only just been started."""
    return not any(one.is_unhealthy for one in _alerts(status, now))


def _alerts(status: Status, now: int) -> Iterator[AlertStatus]:
    yield from _of_reading(status, now)
    yield from _of_money(status)
    yield from _of_lots(status, now)
    yield from _of_troubles(status)


def _of_reading(status: Status, now: int) -> Iterator[AlertStatus]:
    rounds, chain = status.rounds, status.chain
    waits = 2 * rounds.poll_seconds
    good = rounds.good or status.started
    ended = rounds.ended or status.started
    is_lost = ended > good or rounds.good is None
    if is_lost and now - good > LOST_SECONDS + waits:
        told = f"the chain could not be read at {chain.node} since {moment(good)}"
        yield _unhealthy("node", told)
    if now - ended > STUCK_SECONDS + waits:
        yield _unhealthy("stuck", f"no round has ended since {moment(ended)}")
    if chain.lag_seconds is not None and chain.lag_seconds > LAG_SECONDS:
        told = f"the newest block of {chain.node} is {chain.lag_seconds:,} s old"
        yield _unhealthy("lag", told)
    elif chain.lag_blocks is not None and chain.lag_blocks > LAG_BLOCKS:
        yield _unhealthy("lag", f"{chain.lag_blocks:,} blocks are not read yet")


def _of_money(status: Status) -> Iterator[AlertStatus]:
    account, spending = status.account, status.spending
    if spending.is_used_up:
        yield _unhealthy("money", "the budget is used up, so nothing more is sent", "budget")
    balance, needs = int(account.balance_wei or 0), int(account.needs_wei or 0)
    if account.lacks_money or balance < needs:
        told = f"account {account.address} has {ether(balance)} ETH, too little for gas"
        yield _unhealthy("money", told, "account")


def _of_lots(status: Status, now: int) -> Iterator[AlertStatus]:
    time = _chain_time(status, now)
    in_trouble = {(one.place, one.lot) for one in status.troubles}
    for one in status.lots:
        if one.due not in _BOUND_TO_TIME or one.due_by is None or time is None:
            continue
        where = f"lot {one.lot} at {one.place}"
        if one.due == "reveal" and (one.place, one.lot) in in_trouble:
            told = f"bids on {where} could not be opened; the reveal ends at {moment(one.due_by)}"
            yield AlertStatus("opening", f"opening {where}", told, False)
        elif time < one.due_by and _is_in_danger(one, one.due_by, time):
            told = f"{where}: {one.due} is due by {moment(one.due_by)}, and not done"
            yield AlertStatus("deadline", f"{one.due} {where}", told, False)


def _is_in_danger(lot: LotStatus, due_by: int, time: int) -> bool:
    left = due_by - time
    is_late = lot.since is None or _DANGER_SHARE * left < due_by - lot.since
    return is_late and left < DANGER_SECONDS


def _of_troubles(status: Status) -> Iterator[AlertStatus]:
    for one in status.troubles:
        if one.kind in _BY_THEMSELVES:
            yield AlertStatus(one.kind, one.what, f"{one.what}: {one.why}", False)


def _chain_time(status: Status, now: int) -> int | None:
    """What time it is on the chain: since it was looked at time has passed there, too, unless it is told what time it is."""
    chain = status.chain
    if chain.time is None:
        return None
    return chain.time if chain.lag_seconds is None else chain.time + max(0, now - status.written)


def _unhealthy(kind: str, text: str, key: str | None = None) -> AlertStatus:
    return AlertStatus(kind, key or kind, text, True)
