"""What is cause for alarm, at which moment, and what is not."""

from dataclasses import replace
from typing import Any

import pytest

from offchain.keeper.watch.health import (
    ALERTS,
    DANGER_SECONDS,
    LAG_BLOCKS,
    LAG_SECONDS,
    LOST_SECONDS,
    STUCK_SECONDS,
    alerts,
    is_healthy,
)
from offchain.keeper.watch.status import ChainStatus, RoundStatus, Status
from tests.keeper.watch.statuses import GOOD, HOUR, LOT, NOW, PLACE, trouble, with_lot


def kinds(status: Status, now: int = NOW) -> list[str]:
    return [one.kind for one in alerts(status, now)]


def test_a_keeper_that_works_is_no_cause_for_alarm() -> None:
    assert kinds(GOOD) == []
    assert is_healthy(GOOD, NOW)


@pytest.mark.parametrize(
    ("last_good", "told"),
    [(NOW - LOST_SECONDS - 24, []), (NOW - LOST_SECONDS - 25, ["node"])],
    ids=["just yet", "a second more"],
)
def test_a_node_that_was_not_read_for_long(last_good: int, told: list[str]) -> None:
    """Rounds end, and fail."""
    status = replace(GOOD, rounds=RoundStatus(12.0, 300, NOW, last_good))
    assert kinds(status) == told
    assert is_healthy(status, NOW) == (not told)


def test_a_round_that_does_not_end_shows_though_nothing_is_written() -> None:
    """The last status is good, and gets old."""
    late = NOW + STUCK_SECONDS + 24
    assert is_healthy(GOOD, late)
    assert kinds(GOOD, late + 1) == ["stuck"]
    assert not is_healthy(GOOD, late + 1)


def test_one_that_has_only_just_been_started_is_healthy_and_one_that_never_gets_going_is_not() -> (
    None
):
    new = Status("1.0", NOW, NOW, ChainStatus(None, "https://node.example"), RoundStatus(12.0))
    assert is_healthy(new, NOW + LOST_SECONDS + 24)
    assert kinds(new, NOW + LOST_SECONDS + 25) == ["node"]


@pytest.mark.parametrize(
    ("blocks", "seconds", "told"),
    [
        (LAG_BLOCKS, LAG_SECONDS, []),
        (LAG_BLOCKS + 1, 6, ["lag"]),
        (0, LAG_SECONDS + 1, ["lag"]),
        (0, None, []),
        (LAG_BLOCKS + 1, LAG_SECONDS + 1, ["lag"]),
    ],
)
def test_behind_the_chain_or_the_world(blocks: int, seconds: int | None, told: list[str]) -> None:
    chain = replace(GOOD.chain, lag_blocks=blocks, lag_seconds=seconds)
    status = replace(GOOD, chain=chain)
    assert kinds(status) == told
    assert is_healthy(status, NOW) == (not told)


@pytest.mark.parametrize(
    ("changes", "is_told"),
    [
        ({"needs_wei": str(10**18)}, False),
        ({"needs_wei": str(10**18 + 1)}, True),
        ({"balance_wei": None}, False),
        ({"balance_wei": "0"}, False),
        ({"lacks_money": True}, True),
    ],
    ids=["enough", "a wei less", "not known", "somebody gives it", "refused"],
)
def test_an_account_that_cannot_pay(changes: dict[str, Any], is_told: bool) -> None:
    status = replace(GOOD, account=replace(GOOD.account, **changes))
    assert kinds(status) == ["money"] * is_told
    assert is_healthy(status, NOW) != is_told


def test_a_budget_that_is_used_up() -> None:
    status = replace(GOOD, spending=replace(GOOD.spending, is_used_up=True))
    assert kinds(status) == ["money"]
    assert not is_healthy(status, NOW)


def test_a_deadline_is_in_danger_in_the_last_quarter_of_its_phase_or_hour() -> None:
    """Of a phase of ten minutes the last 150 seconds; of one of a week the last hour. A keeper at fault is not meant."""
    time = NOW - 6  # the chain's
    short = {"since": time - 450, "due_by": time + 150, "due": "tally"}
    assert kinds(with_lot(**short)) == []
    assert kinds(with_lot(**short | {"due_by": time + 149})) == ["deadline"]
    long = {"since": time - 7 * 24 * HOUR, "due": "settle", "due_by": time + DANGER_SECONDS}
    assert kinds(with_lot(**long)) == []
    assert kinds(with_lot(**long | {"due_by": time + DANGER_SECONDS - 1})) == ["deadline"]
    assert is_healthy(with_lot(**long | {"due_by": time + 1}), NOW)


def test_time_goes_on_for_a_chain_that_nobody_looks_at() -> None:
    """By the age of the status; where time is told to the chain, it stands still."""
    status = with_lot(since=NOW - 400, due_by=NOW + 400)
    assert kinds(status) == []
    assert kinds(status, NOW + 300) == ["deadline"]
    told = replace(status, chain=replace(status.chain, lag_seconds=None))
    assert kinds(told, NOW + 300) == []


@pytest.mark.parametrize("due", ["refund", "return", "deliver", "watch", "raise", None])
def test_what_can_wait_is_in_no_danger(due: str | None) -> None:
    """Nor a bid at a house, which is made as late as is safe, and has alerts of its own."""
    assert kinds(with_lot(due=due, since=NOW - 1_000, due_by=NOW + 1)) == []


def test_bids_that_could_not_be_opened() -> None:
    """At this lot; trouble at another, or with its settlement, is none of it."""
    status = replace(GOOD, troubles=(trouble("refused", place=PLACE, lot=7),))
    assert kinds(status) == ["opening"]
    assert is_healthy(status, NOW)
    assert kinds(replace(status, lots=(replace(LOT, lot=8),))) == []
    assert kinds(replace(status, lots=(replace(LOT, due="settle"),))) == []


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("bid", ["bid"]),
        ("secret", ["secret"]),
        ("opening", ["opening"]),
        ("refused", []),
        ("gas", []),
        ("node", []),
    ],
)
def test_troubles_that_are_alerts_by_themselves(kind: str, told: list[str]) -> None:
    status = replace(GOOD, lots=(), troubles=(trouble(kind, "bid of 0x12 on lot 3"),))
    assert kinds(status) == told
    assert is_healthy(status, NOW)


def test_alerts_are_known_by_keys_of_their_own() -> None:
    """One lot's is not another's, and each kind is told of."""
    troubles = (
        trouble("refused", "a", place=PLACE, lot=7),
        trouble("refused", "b", place=PLACE, lot=8),
    )
    both = replace(GOOD, lots=(LOT, replace(LOT, lot=8)), troubles=troubles)
    found = alerts(both, NOW)
    assert len({one.key for one in found}) == 2
    assert {one.kind for one in found} <= set(ALERTS)
