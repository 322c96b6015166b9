"""Whether statuses told the truth: each is held to the schedule of its lots, and to what the chain has of its transactions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from benchmarks.soak.town import Town
from offchain.chain.answers import Answer
from offchain.chain.rpc import Rpc

SCHEMA: Final = 1
_PHASES: Final = ("bidding", "reveal", "tally")
Status = Mapping[str, Any]


class Untrue(Exception):
    """A status said what was not so; the message has both."""


def check_run(town: Town, rpc: Rpc, statuses: Sequence[Status], newest: int) -> int:
    """Checks the statuses of one run, in order, where the chain's newest block is `newest`; how many transactions they told of.

    Raises:
        Untrue: one of them does not hold.
    """
    before: Status | None = None
    tallied = town.tallied()
    told: dict[str, Mapping[str, Any]] = {}
    for status in statuses:
        _check(town, status, before, newest)
        _check_tallies(town, status, tallied)
        told |= {one["transaction"]: one for one in status["actions"]}
        before = status
    for hash_, action in told.items():
        _check_action(rpc, hash_, action)
    if before is not None and before["spending"]["transactions"] == len(told):
        _equal("the wei spent", int(before["spending"]["spent_wei"]), _fees(told.values()))
    return len(told)


def _check(town: Town, status: Status, before: Status | None, newest: int) -> None:
    _equal("the schema", status["schema"], SCHEMA)
    chain = status["chain"]
    if chain["block"] is None:
        _equal("what is known before a first round", (status["lots"], status["actions"]), ([], []))
        return
    if not 0 <= chain["block"] <= newest:
        raise Untrue(f"block {chain['block']} of {newest}")
    if before is not None:
        for name in ("written", "started"):
            if status[name] < before[name]:
                raise Untrue(f"{name} went back from {before[name]} to {status[name]}")
        _at_least("rounds", status["rounds"]["number"], before["rounds"]["number"])
        _at_least(
            "transactions", status["spending"]["transactions"], before["spending"]["transactions"]
        )
    _check_lots(town, status)
    actions, transactions = status["actions"], status["spending"]["transactions"]
    _equal("how many actions are named", len(actions), min(transactions, 50))


def _check_lots(town: Town, status: Status) -> None:
    """Each phase is that of the moment when it was looked; a tally is over as soon as all groups have bid."""
    known = {lot.number: lot for lot in town.lots}
    times: dict[str, int] = {one["address"]: one["time"] for one in status["serves"]}
    now = times.get(town.auction, 0)
    for one in status["lots"]:
        if one["place"] != town.auction:
            continue  # draws, whose phase is that they wait
        ends = known[one["lot"]].ends
        place = sum(now >= end for end in ends)
        possible = {_PHASES[place]} if place < len(ends) else set()
        if now >= ends[1]:
            possible |= {"draw", "closed", "settled", "void"}
        if one["phase"] not in possible:
            raise Untrue(
                f"lot {one['lot']} is in {one['phase']} at {now}, and its phases end at {ends}"
            )
        if one["phase"] in _PHASES:
            _equal(f"the end of lot {one['lot']}", one["until"], ends[_PHASES.index(one["phase"])])


def _check_tallies(town: Town, status: Status, tallied: Mapping[int, int]) -> None:
    """No lot is in its tally of which all groups had bid up to the block that was read, nor one that has no group."""
    read = {one["address"]: one["block"] for one in status["serves"]}.get(town.auction, -1)
    groups = {lot.number: len(lot.daos) for lot in town.lots}
    for one in status["lots"]:
        if one["place"] != town.auction or one["phase"] != "tally":
            continue
        lot = one["lot"]
        if not groups[lot] or tallied.get(lot, read + 1) <= read:
            raise Untrue(
                f"lot {lot} is in its tally at block {read}, which was over at {tallied.get(lot)}"
            )


def _check_action(rpc: Rpc, hash_: str, action: Mapping[str, Any]) -> None:
    """A transaction is on the chain, succeeded, and cost what was told."""
    found: Answer = rpc.ask("eth_getTransactionReceipt", hash_)
    gas, price = found.field("gasUsed").number(), found.field("effectiveGasPrice").number()
    _equal(f"the status of {hash_}", found.field("status").number(), 1)
    _equal(f"the gas of {hash_}", action["gas"], gas)
    _equal(f"the block of {hash_}", action["block"], found.field("blockNumber").number())
    _equal(f"the fee of {hash_}", int(action["fee_wei"]), gas * price)


def _fees(actions: Iterable[Mapping[str, Any]]) -> int:
    return sum(int(one["fee_wei"]) for one in actions)


def _at_least(what: str, value: int, least: int) -> None:
    if value < least:
        raise Untrue(f"{what} went back from {least} to {value}")


def _equal(what: str, told: object, is_so: object) -> None:
    if told != is_so:
        raise Untrue(f"{what}: {told} was told, and it is {is_so}")
