"""Values to and from the bytes of calls, results and events: the contract ABI, compiled per type.

Each type is turned once into a pair of closures, so that encoding a call of static arguments takes
a few microseconds; that is what lets differential tests replay hundreds of runs a second.
Covers what contracts here use: integers, addresses, booleans, bytes, strings, arrays and tuples.
Source: Solidity documentation, "Contract ABI Specification".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from offchain.io.addresses import ADDRESS_BYTES, checksum, to_bytes

WORD = 32
SELECTOR_BYTES = 4
"""Of a hash: by which calls and errors name their kind."""

Parameter = Mapping[str, Any]
"""A parameter as an ABI describes it: `name`, `type`, `internalType`, `components`."""

_ADDRESS_PADDING = bytes(WORD - ADDRESS_BYTES)
_ARRAY = re.compile(r"^(?P<element>.*)\[(?P<length>\d*)\]$")
_SIZED = re.compile(r"^(?P<kind>uint|int|bytes)(?P<size>\d+)$")


@dataclass(frozen=True, slots=True)
class Codec:
    """How values of one type are written and read.

    `size` is what a value takes in place, in bytes; a `dynamic` one leaves an offset there and
    lies elsewhere. `encode` raises ValueError or TypeError for a value that does not fit the
    type; `decode` reads at an offset, and raises ValueError where the data does not hold one.
    """

    size: int
    dynamic: bool
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes, int], Any]


def signature(name: str, parameters: Sequence[Parameter]) -> str:
    """`name(type,...)`, whose hash identifies a function, an error or an event."""
    return f"{name}({','.join(map(canonical, parameters))})"


def canonical(parameter: Parameter) -> str:
    """The type of `parameter` with tuples written out."""
    kind: str = parameter["type"]
    if not kind.startswith("tuple"):
        return kind
    return signature("", parameter["components"]) + kind.removeprefix("tuple")


def arguments(
    parameters: Sequence[Parameter], enums: Mapping[str, type[IntEnum]] | None = None
) -> Codec:
    """The codec of a sequence of values, as in calls and results: reads and writes tuples.

    `enums` gives the Python enumeration for an `internalType`, such as "enum Colour"; other
    enumerations are read as integers.
    """
    return _tuple([codec(parameter, enums) for parameter in parameters])


def codec(parameter: Parameter, enums: Mapping[str, type[IntEnum]] | None = None) -> Codec:
    """The codec of one value.

    Raises:
        ValueError: the type is not supported.
    """
    enums = enums or {}
    kind: str = parameter["type"]
    if array := _ARRAY.match(kind):
        inner = dict(parameter, type=array["element"])
        inner["internalType"] = parameter.get("internalType", "").removesuffix(
            f"[{array['length']}]"
        )
        element = codec(inner, enums)
        return _fixed(element, int(array["length"])) if array["length"] else _list(element)
    if kind == "tuple":
        return _tuple([codec(component, enums) for component in parameter["components"]])
    if enum := enums.get(parameter.get("internalType", "")):
        return _enum(enum)
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if sized := _SIZED.match(kind):
        return _SIZES[sized["kind"]](int(sized["size"]))
    raise ValueError(f"type {kind!r} is not supported")


# Values of one word.


def _word(data: bytes, at: int) -> bytes:
    word = data[at : at + WORD]
    if len(word) != WORD:
        raise ValueError(f"a word is missing at byte {at} of {len(data)}")
    return word


def _static(encode: Callable[[Any], bytes], decode: Callable[[bytes], Any]) -> Codec:
    return Codec(WORD, False, encode, lambda data, at: decode(_word(data, at)))


def _unsigned(bits: int) -> Codec:
    limit = 1 << bits

    def encode(value: int) -> bytes:
        if not 0 <= value < limit:
            raise ValueError(f"{value} does not fit uint{bits}")
        return value.to_bytes(WORD, "big")

    def decode(data: bytes, at: int) -> int:
        value = int.from_bytes(_word(data, at), "big")
        if value >= limit:
            raise ValueError(f"{value} does not fit uint{bits}")
        return value

    return Codec(WORD, False, encode, decode)


def _signed(bits: int) -> Codec:
    limit = 1 << (bits - 1)

    def encode(value: int) -> bytes:
        if not -limit <= value < limit:
            raise ValueError(f"{value} does not fit int{bits}")
        return value.to_bytes(WORD, "big", signed=True)

    def decode(word: bytes) -> int:
        value = int.from_bytes(word, "big", signed=True)
        if not -limit <= value < limit:
            raise ValueError(f"{value} does not fit int{bits}")
        return value

    return _static(encode, decode)


def _enum(enum: type[IntEnum]) -> Codec:
    return _static(
        lambda value: enum(value).to_bytes(WORD, "big"),
        lambda word: enum(int.from_bytes(word, "big")),
    )


def _bytes_of(size: int) -> Codec:
    padding = bytes(WORD - size)

    def encode(value: bytes) -> bytes:
        if len(value) != size:
            raise ValueError(f"bytes{size} takes {size} bytes, not {len(value)}")
        return value + padding

    return _static(encode, lambda word: word[:size])


def _encode_address(value: str) -> bytes:
    return _ADDRESS_PADDING + to_bytes(value)


def _decode_address(word: bytes) -> str:
    if not word.startswith(_ADDRESS_PADDING):
        raise ValueError(f"0x{word.hex()} is no address")
    return checksum(word[-ADDRESS_BYTES:])


def _encode_bool(value: bool) -> bytes:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value.to_bytes(WORD, "big")


def _decode_bool(word: bytes) -> bool:
    number = int.from_bytes(word, "big")
    if number > 1:
        raise ValueError(f"{number} is neither true nor false")
    return number == 1


# Values of any length.


def _encode_bytes(value: bytes) -> bytes:
    return len(value).to_bytes(WORD, "big") + value + bytes(-len(value) % WORD)


def _decode_bytes(data: bytes, at: int) -> bytes:
    length = int.from_bytes(_word(data, at), "big")
    start = at + WORD
    if length > len(data) - start:
        raise ValueError(f"{length} bytes announced at byte {at} of {len(data)}")
    return data[start : start + length]


def _decode_string(data: bytes, at: int) -> str:
    return _decode_bytes(data, at).decode("utf-8", errors="replace")


# Values made of others. What lies elsewhere is found by an offset from where the members start.


def _tuple(codecs: Sequence[Codec]) -> Codec:
    places = [0]
    for one in codecs:
        places.append(places[-1] + _head(one))
    dynamic = any(one.dynamic for one in codecs)
    encoders = [one.encode for one in codecs]
    readers = [(_reader(one), place) for one, place in zip(codecs, places, strict=False)]

    def encode(values: Sequence[Any]) -> bytes:
        if len(values) != len(codecs):
            raise ValueError(f"{len(codecs)} values expected, {len(values)} given")
        if dynamic:
            return _scatter(codecs, values)
        return b"".join([encode(value) for encode, value in zip(encoders, values, strict=True)])

    def decode(data: bytes, at: int) -> tuple[Any, ...]:
        return tuple([read(data, at, place) for read, place in readers])

    return Codec(places[-1], dynamic, encode, decode)


def _fixed(element: Codec, length: int) -> Codec:
    return _tuple([element] * length)


def _list(element: Codec) -> Codec:
    head = _head(element)
    read = _reader(element)
    write = element.encode

    def encode(values: Sequence[Any]) -> bytes:
        count = len(values).to_bytes(WORD, "big")
        if element.dynamic:
            return count + _scatter([element] * len(values), values)
        return count + b"".join([write(value) for value in values])

    def decode(data: bytes, at: int) -> tuple[Any, ...]:
        count = int.from_bytes(_word(data, at), "big")
        base = at + WORD
        if count * head > len(data) - base:
            raise ValueError(f"{count} values announced at byte {at} of {len(data)}")
        return tuple([read(data, base, place * head) for place in range(count)])

    return Codec(WORD, True, encode, decode)


def _head(one: Codec) -> int:
    """What a value takes in place, in bytes."""
    return WORD if one.dynamic else one.size


def _reader(one: Codec) -> Callable[[bytes, int, int], Any]:
    """Reads the member at `place` of what starts at `base`."""
    decode = one.decode
    if not one.dynamic:
        return lambda data, base, place: decode(data, base + place)

    def follow(data: bytes, base: int, place: int) -> Any:
        return decode(data, base + int.from_bytes(_word(data, base + place), "big"))

    return follow


def _scatter(codecs: Sequence[Codec], values: Sequence[Any]) -> bytes:
    """Static members in place; an offset in place of each dynamic one, which follows behind."""
    reached = sum(map(_head, codecs))
    heads, tails = [], []
    for one, value in zip(codecs, values, strict=True):
        encoded = one.encode(value)
        if one.dynamic:
            heads.append(reached.to_bytes(WORD, "big"))
            tails.append(encoded)
            reached += len(encoded)
        else:
            heads.append(encoded)
    return b"".join(heads + tails)


_SIMPLE: Mapping[str, Codec] = {
    "address": _static(_encode_address, _decode_address),
    "bool": _static(_encode_bool, _decode_bool),
    "bytes": Codec(WORD, True, _encode_bytes, _decode_bytes),
    "string": Codec(WORD, True, lambda text: _encode_bytes(text.encode()), _decode_string),
}
_SIZES: Mapping[str, Callable[[int], Codec]] = {
    "uint": _unsigned,
    "int": _signed,
    "bytes": _bytes_of,
}
