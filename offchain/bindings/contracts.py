"""Calls, results, events and errors of the project's contracts, by name.

    dao = contract("DAO")
    data = dao.encode("commit", lot, commitment)
    phase, leader, price = auctioneer.decode("standing", chain.call(address, query))

Selectors and codecs are made once per contract. Enumerations come as those of `enumerations`,
addresses as checksummed text, arrays and structs as tuples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_hash.auto import keccak

from offchain.bindings.artifacts import Artifact, load
from offchain.bindings.enumerations import ENUMS
from offchain.chain import abi
from offchain.chain.backend import Chain, Log, Receipt, Reverted, Transaction
from offchain.chain.errors import ChainError


class Undecodable(ChainError, ValueError):
    """What a call returned is not what its function returns: there is another contract, or the node errs."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event read from a log; `args` by name, in the order of the declaration."""

    name: str
    args: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Function:
    selector: bytes
    inputs: abi.Codec
    outputs: abi.Codec


@dataclass(frozen=True, slots=True)
class _Error:
    name: str
    parameters: tuple[str, ...]
    codec: abi.Codec


@dataclass(frozen=True, slots=True)
class _EventType:
    name: str
    topic: bytes
    parameters: tuple[str, ...]
    topics: tuple[tuple[str, abi.Codec], ...]
    fields: tuple[str, ...]
    codec: abi.Codec


class Contract:
    """What a contract understands and says, by name.

    A function is named alone: of several of one name that with as many arguments is called. Or by its signature.
    """

    def __init__(self, artifact: Artifact) -> None:
        self.name = artifact.name
        self._artifact = artifact
        self.made_of: tuple[str, ...] = ()
        """The constructor's arguments by the names of the views that answer with them."""
        self._constructor = abi.arguments(())
        self._functions: dict[str, _Function] = {}
        self._overloads: dict[tuple[str, int], _Function] = {}
        self._events: dict[bytes, _EventType] = {}
        self._topics: dict[str, bytes] = {}
        self._errors: dict[bytes, _Error] = {}
        for entry in artifact.abi:
            self._add(entry)

    def creation(self, *args: Any) -> bytes:
        """The data of a transaction that creates the contract.

        Raises:
            ValueError: the arguments do not fit the constructor, or the contract is abstract.
        """
        if not self._artifact.bytecode:
            raise ValueError(f"{self.name} has no code of its own")
        return self._artifact.bytecode + self._encode(self._constructor, "constructor", args)

    def encode(self, function: str, *args: Any) -> bytes:
        """The data of a call.

        Raises:
            ValueError: there is no such function, or the arguments do not fit.
        """
        found = self._overloads.get((function, len(args))) or self._function(function)
        return found.selector + self._encode(found.inputs, function, args)

    def decode(self, function: str, data: bytes) -> tuple[Any, ...]:
        """The results of a call, as a tuple even if there is only one.

        Raises:
            ValueError: there is no such function.
            Undecodable: `data` does not hold its results.
        """
        codec = self._function(function).outputs
        try:
            results: tuple[Any, ...] = codec.decode(data, 0)
        except ValueError as error:
            raise Undecodable(f"result of {self.name}.{function}: {error}") from error
        return results

    def event(self, log: Log) -> Event | None:
        """What `log` says; None if it is no event of this contract.

        Indexed values of dynamic types are kept on the chain as hashes only, and come as such.
        """
        found = self._events.get(log.topics[0]) if log.topics else None
        if found is None or len(log.topics) != len(found.topics) + 1:
            return None
        try:
            args = {
                name: codec.decode(topic, 0)
                for (name, codec), topic in zip(found.topics, log.topics[1:], strict=True)
            }
            args.update(zip(found.fields, found.codec.decode(log.data, 0), strict=True))
        except ValueError:
            return None
        return Event(found.name, {name: args[name] for name in found.parameters})

    def topic(self, event: str) -> bytes:
        """The first topic of every log of `event`.

        Raises:
            ValueError: there is no such event.
        """
        if event not in self._topics:
            raise ValueError(f"{self.name} has no event {event}")
        return self._topics[event]

    def topics(self, events: Iterable[str]) -> set[bytes]:
        """The first topics of those of `events` that this contract has."""
        return {self._topics[name] for name in events if name in self._topics}

    def error(self, data: bytes) -> Event | None:
        """The custom error that a call reverted with; None if it is none of this contract."""
        found = self._errors.get(data[: abi.SELECTOR_BYTES])
        if found is None:
            return None
        try:
            values = found.codec.decode(data, abi.SELECTOR_BYTES)
        except ValueError:
            return None
        return Event(found.name, dict(zip(found.parameters, values, strict=True)))

    def _function(self, name: str) -> _Function:
        try:
            return self._functions[name]
        except KeyError:
            raise ValueError(f"{self.name} has no function {name}") from None

    def _encode(self, codec: abi.Codec, name: str, args: tuple[Any, ...]) -> bytes:
        try:
            return codec.encode(args)
        except (AttributeError, TypeError, ValueError) as error:
            raise ValueError(f"{self.name}.{name}: {error}") from error

    def _add(self, entry: Mapping[str, Any]) -> None:
        kind, inputs = entry["type"], entry.get("inputs", ())
        if kind == "constructor":
            self._constructor = abi.arguments(inputs, ENUMS)
            self.made_of = tuple(name.removesuffix("_") for name in _names(inputs))
            return
        if kind not in ("function", "event", "error"):
            return
        name = entry["name"]
        full = abi.signature(name, inputs)
        digest = keccak(full.encode())
        if kind == "function":
            function = _Function(
                digest[: abi.SELECTOR_BYTES],
                abi.arguments(inputs, ENUMS),
                abi.arguments(entry["outputs"], ENUMS),
            )
            self._functions[full] = self._functions[name] = function
            self._overloads[name, len(inputs)] = function
        elif kind == "event":
            self._events[digest] = _event_type(name, digest, inputs)
            self._topics[name] = digest
        else:
            self._errors[digest[: abi.SELECTOR_BYTES]] = _Error(
                name, _names(inputs), abi.arguments(inputs, ENUMS)
            )


@dataclass(frozen=True, slots=True)
class Deployed:
    """A contract at its address."""

    contract: Contract
    address: str

    def call(self, sender: str, function: str, *arguments: object, value: int = 0) -> Transaction:
        """The transaction that calls `function`, with `value` in wei."""
        return Transaction(sender, self.address, self.contract.encode(function, *arguments), value)

    def events(self, receipts: Iterable[Receipt]) -> Iterator[Event]:
        """What it said in these transactions, in order."""
        for receipt in receipts:
            for log in receipt.logs:
                event = self.contract.event(log) if log.address == self.address else None
                if event is not None:
                    yield event


@cache
def contract(name: str) -> Contract:
    """The project's contract called `name`.

    Raises:
        CompileError: there is none, or it does not compile.
    """
    return Contract(load(name))


def asked(
    chain: Chain, address: str, name: str, view: str, *args: object
) -> tuple[Any, ...] | None:
    """What a contract of that name answers at the address; None if there is none of the kind. `ChainError` if the chain errs."""
    one = contract(name)
    try:
        return one.decode(view, chain.call(address, one.encode(view, *args)))
    except (Reverted, ValueError):
        return None


def _names(parameters: Sequence[abi.Parameter]) -> tuple[str, ...]:
    """The parameters' names; a nameless one goes by its position."""
    return tuple(one["name"] or str(place) for place, one in enumerate(parameters))


def _event_type(name: str, topic: bytes, inputs: Sequence[abi.Parameter]) -> _EventType:
    named = list(zip(_names(inputs), inputs, strict=True))
    plain = [(key, one) for key, one in named if not one["indexed"]]
    return _EventType(
        name,
        topic,
        _names(inputs),
        tuple((key, _topic_codec(one)) for key, one in named if one["indexed"]),
        tuple(key for key, _ in plain),
        abi.arguments([one for _, one in plain], ENUMS),
    )


def _topic_codec(parameter: abi.Parameter) -> abi.Codec:
    """A topic holds values of one word; of anything longer, the hash."""
    codec = abi.codec(parameter, ENUMS)
    if codec.dynamic or codec.size != abi.WORD:
        return abi.codec({"type": "bytes32"})
    return codec
