"""Exact checks: errors by name and arguments, logs by every field."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

import brownie
import pytest
from brownie.exceptions import VirtualMachineError, decode_typed_error
from eth_abi import decode, encode
from eth_utils import event_abi_to_log_topic, function_abi_to_4byte_selector, to_checksum_address
from eth_utils.abi import collapse_if_tuple

from tests.contracts.mechanism import address_of


class Log(NamedTuple):
    """A decoded log: who emitted it, the event's name, all its fields."""

    emitter: str
    name: str
    fields: dict[str, Any]


def error_data(contract: Any, name: str, *args: Any) -> bytes:
    """What a revert with this error of ``contract`` returns."""
    found = [
        entry for entry in contract.abi if (entry["type"], entry.get("name")) == ("error", name)
    ]
    assert found, f"{contract} has no error {name}"
    types = [collapse_if_tuple(field) for field in found[0]["inputs"]]
    plain = [getattr(arg, "address", arg) for arg in args]
    return function_abi_to_4byte_selector(found[0]) + encode(types, plain)


@contextmanager
def reverts_with(contract: Any, name: str, *args: Any) -> Iterator[None]:
    """The transaction within must fail with exactly this error of ``contract``.

    Brownie shows an error as ``name: argument, ...``, so the expected one is put in that form.
    """
    expected = decode_typed_error("0x" + error_data(contract, name, *args).hex())
    with pytest.raises(VirtualMachineError) as caught:
        yield
    assert caught.value.revert_msg == expected


@cache
def _event_abis() -> dict[bytes, dict[str, Any]]:
    """Every event of the project by its topic; where several have one, names are those of the two levels."""
    (project,) = brownie.project.get_loaded_projects()
    return {
        event_abi_to_log_topic(entry): entry
        for container in sorted(project, key=lambda each: each._name in ("Auctioneer", "DAO"))
        for entry in container.abi
        if entry["type"] == "event"
    }


def _readable(kind: str, value: Any) -> Any:
    return to_checksum_address(value) if kind == "address" else value


def decode_log(log: Any) -> Log:
    """Decode one log of a contract of this project."""
    abi = _event_abis()[bytes(log["topics"][0])]
    kinds = [(field["name"], collapse_if_tuple(field), field["indexed"]) for field in abi["inputs"]]
    topics = iter(log["topics"][1:])
    body = iter(decode([kind for _, kind, indexed in kinds if not indexed], bytes(log["data"])))
    fields = {
        name: _readable(kind, decode([kind], bytes(next(topics)))[0] if indexed else next(body))
        for name, kind, indexed in kinds
    }
    return Log(log["address"], abi["name"], fields)


def emitted(tx: Any) -> list[Log]:
    """All logs of a transaction, in order."""
    return [decode_log(log) for log in tx.logs]


def logs_of(tx: Any, emitter: Any) -> list[tuple[str, dict[str, Any]]]:
    """Names and fields of what ``emitter`` logged in a transaction, in order."""
    return [(log.name, log.fields) for log in emitted(tx) if log.emitter == address_of(emitter)]


def reentered(tx: Any) -> list[tuple[bool, bytes]]:
    """Success and answer of each call that a puppet made from within."""
    return [
        (log.fields["success"], log.fields["answer"])
        for log in emitted(tx)
        if log.name == "Reentered"
    ]


def plain(value: Any) -> Any:
    """What a view returned, as tuples, integers and strings (Brownie's own kinds do not compare)."""
    if isinstance(value, tuple | list):
        return tuple(map(plain, value))
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)


def bid_of(book: Any, lot: int, bidder: Any) -> Any:
    """A bid as the contract tells it: commitment, bid, deposit."""
    return plain(book.bidOf(lot, bidder))
