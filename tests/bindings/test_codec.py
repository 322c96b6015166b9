"""The codec: the same bytes as eth_abi, and errors and events in words."""

from __future__ import annotations

import random
import re
from contextlib import suppress
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from offchain.bindings.artifacts import Artifact, load_all
from offchain.bindings.contracts import Contract, Event, contract
from offchain.bindings.enumerations import ENUMS, Flaw, Phase
from offchain.bindings.explain import explain, explained
from offchain.chain import abi
from offchain.chain.backend import Log, Reverted
from offchain.chain.errors import ChainError
from offchain.io.addresses import checksum, to_bytes
from offchain.io.paths import PROJECT

ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
PAIR: abi.Parameter = {
    "type": "tuple",
    "components": [{"type": "address"}, {"type": "bytes"}, {"type": "uint64"}],
}


def sample(parameter: abi.Parameter, rng: random.Random) -> Any:
    """A value of the type, often at the edge of its range."""
    kind = parameter["type"]
    if array := re.match(r"^(.*)\[(\d*)\]$", kind):
        length = int(array[2]) if array[2] else rng.randrange(4)
        return tuple(sample(dict(parameter, type=array[1]), rng) for _ in range(length))
    if kind == "tuple":
        return tuple(sample(one, rng) for one in parameter["components"])
    if kind.startswith("uint"):
        limit = 1 << int(kind[4:])
        return rng.choice([0, 1, limit - 1, rng.randrange(limit)])
    if kind.startswith("int"):
        limit = 1 << (int(kind[3:]) - 1)
        return rng.choice([0, -1, -limit, limit - 1])
    if kind == "address":
        return to_checksum_address(rng.randbytes(20))
    if kind == "bool":
        return rng.random() < 0.5
    if kind == "string":
        return "é" * rng.randrange(40)
    return rng.randbytes(int(kind[5:]) if kind != "bytes" else rng.randrange(70))


TYPES: list[abi.Parameter] = [
    *({"type": kind} for kind in ("uint8", "uint64", "uint96", "uint256", "int24", "int256")),
    *({"type": kind} for kind in ("address", "bool", "bytes4", "bytes24", "bytes32")),
    *({"type": kind} for kind in ("bytes", "string", "uint64[]", "address[3]", "bytes[]")),
    *({"type": kind} for kind in ("string[2]", "uint8[2][]", "bytes[][2]", "int8[][]")),
    PAIR,
    {"type": "tuple[]", "components": PAIR["components"]},
    {"type": "tuple[2]", "components": [{"type": "uint8"}, {"type": "bool"}]},
    {"type": "tuple", "components": [PAIR, {"type": "uint256[2]"}, {"type": "string"}]},
]


@pytest.mark.parametrize("seed", range(30))
def test_same_bytes_as_eth_abi(seed: int) -> None:
    rng = random.Random(seed)
    for parameters in ([one] for one in TYPES), [rng.sample(TYPES, 6) for _ in range(20)]:
        for chosen in parameters:
            names = [abi.canonical(one) for one in chosen]
            values = tuple(sample(one, rng) for one in chosen)
            codec = abi.arguments(chosen)

            encoded = codec.encode(values)

            assert encoded == encode(names, values)
            assert codec.decode(encoded, 0) == values
            assert codec.decode(b"\1\2\3\4" + encoded, 4) == values


def test_damaged_data_are_refused_or_read_but_never_crash() -> None:
    rng = random.Random(1)
    for _ in range(3_000):
        chosen = rng.sample(TYPES, 3)
        codec = abi.arguments(chosen)
        data = bytearray(codec.encode([sample(one, rng) for one in chosen]))
        for _ in range(rng.randrange(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        damaged = bytes(data[: rng.randrange(len(data) + 1)])
        with suppress(ValueError):
            codec.decode(damaged, 0)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("uint64", 1 << 64),
        ("uint64", -1),
        ("uint64", "5"),
        ("uint64", 1.0),
        ("uint8", 256),
        ("int8", 128),
        ("address", "0x12"),
        ("address", ADDRESS[2:]),
        ("address", "0x" + "zz" * 20),
        ("address", bytes(20)),
        ("bool", 1),
        ("bytes24", bytes(23)),
        ("bytes24", bytes(32)),
        ("bytes", "0x12"),
        ("uint64[2]", (1,)),
        ("uint64[]", (1, -1)),
    ],
)
def test_values_that_do_not_fit_are_refused(kind: str, value: object) -> None:
    one = Contract(artifact({"type": "function", "name": "f", "inputs": [{"type": kind}]}))

    with pytest.raises(ValueError, match=r"^Made\.f: "):
        one.encode("f", value)


def artifact(*entries: dict[str, Any]) -> Artifact:
    """An artifact with this ABI and no code."""
    complete: Any = [{"outputs": [], **entry} for entry in entries]
    return Artifact("Made", tuple(complete), b"", b"", {})


def test_calls_and_results() -> None:
    dao, auctioneer = contract("DAO"), contract("Auctioneer")
    seal = bytes(range(24))

    data = dao.encode("commit", 7, seal)

    assert data == keccak(text="commit(uint256,bytes24)")[:4] + encode(
        ["uint256", "bytes24"], [7, seal]
    )
    result = encode(["uint8", "address", "uint96"], [Phase.CLOSED, ADDRESS, 10])
    assert auctioneer.decode("standing", result) == (Phase.CLOSED, ADDRESS, 10)
    assert isinstance(auctioneer.decode("standing", result)[0], Phase)


def test_an_opening_among_many() -> None:
    openings = [(ADDRESS, n, bytes([n]) * 32) for n in range(3)]

    data = contract("DAO").encode("revealBatch", 7, openings)

    kinds = ["uint256", "(address,uint64,bytes32)[]"]
    assert data[4:] == encode(kinds, [7, openings])


def test_creation() -> None:
    auctioneer = contract("Auctioneer")

    beacon = bytes(range(32))
    assert auctioneer.creation(ADDRESS, beacon).endswith(bytes.fromhex(ADDRESS[2:]) + beacon)
    with pytest.raises(ValueError, match=r"Auctioneer\.constructor: 2 values expected, 0 given"):
        auctioneer.creation()
    with pytest.raises(ValueError, match="IAuctioneer has no code of its own"):
        contract("IAuctioneer").creation()


def test_unknown_names() -> None:
    dao = contract("DAO")
    for attempt in (dao.encode, lambda name: dao.decode(name, b""), dao.topic):
        with pytest.raises(ValueError, match=r"DAO has no (function|event) nothing"):
            attempt("nothing")


def test_overloads_go_by_signature() -> None:
    item = contract("Item")
    plain = item.encode("safeTransferFrom(address,address,uint256)", ADDRESS, ADDRESS, 1)
    with_data = item.encode(
        "safeTransferFrom(address,address,uint256,bytes)", ADDRESS, ADDRESS, 1, b"x"
    )

    assert plain[:4].hex() == "42842e0e"
    assert with_data[:4].hex() == "b88d4fde"


def test_overloads_go_by_the_number_of_arguments() -> None:
    """With a lock or without; with another number of arguments it is none of them."""
    dao, seal, lock = contract("DAO"), bytes(range(24)), bytes(160)
    plain, locked = ["uint256", "bytes24"], ["uint256", "bytes24", "bytes"]
    for name, lots in (("commit", (7,)), ("roll", (7, 8))):
        for kinds, rest in ((plain, (seal,)), (locked, (seal, lock))):
            types = ["uint256"] * (len(lots) - 1) + kinds
            selector = keccak(text=f"{name}({','.join(types)})")[:4]
            assert dao.encode(name, *lots, *rest) == selector + encode(types, [*lots, *rest])
        with pytest.raises(ValueError, match=rf"DAO\.{name}: "):
            dao.encode(name, *lots)


def test_events() -> None:
    inputs = [
        {"name": "keys", "type": "uint256[]", "indexed": False},
        {"name": "lot", "type": "uint256", "indexed": True},
        {"name": "flaw", "type": "uint8", "internalType": "enum BidBook.Flaw", "indexed": True},
    ]
    one = Contract(artifact({"type": "event", "name": "Opened", "inputs": inputs}))
    topics = (one.topic("Opened"), (7).to_bytes(32, "big"), (3).to_bytes(32, "big"))
    data = encode(["uint256[]"], [[5, 6]])

    event = one.event(Log(ADDRESS, topics, data, 1))

    assert event == Event("Opened", {"keys": (5, 6), "lot": 7, "flaw": Flaw.WRONG_OPENING})
    assert isinstance(event.args["flaw"], Flaw)
    assert list(event.args) == ["keys", "lot", "flaw"]
    assert one.event(Log(ADDRESS, (), data, 1)) is None
    assert one.event(Log(ADDRESS, (bytes(32), *topics[1:]), data, 1)) is None
    assert one.event(Log(ADDRESS, topics[:2], data, 1)) is None
    assert one.event(Log(ADDRESS, topics, data[:-1], 1)) is None
    assert one.event(Log(ADDRESS, (*topics[:2], b"\xff" * 32), data, 1)) is None


def test_indexed_values_of_any_length_come_as_hashes() -> None:
    inputs = [
        {"name": "text", "type": "string", "indexed": True},
        {"name": "", "type": "uint8", "indexed": False},
    ]
    one = Contract(artifact({"type": "event", "name": "Said", "inputs": inputs}))
    digest = keccak(b"hello")

    event = one.event(Log(ADDRESS, (one.topic("Said"), digest), bytes(31) + b"\5", 1))

    assert event == Event("Said", {"text": digest, "1": 5})


def test_reasons_in_words() -> None:
    def data(name: str, *pairs: Any) -> bytes:
        kinds, values = pairs[::2], pairs[1::2]
        return keccak(text=f"{name}({','.join(kinds)})")[:4] + encode(kinds, values)

    wrong_phase = data("WrongPhase", "uint256", 1, "uint8", 1)
    unknown = data("WrongPhase", "uint256", 1, "uint8", 9)
    assert explain(wrong_phase) == "WrongPhase(lot=1, phase=Bidding)"
    assert explain(unknown) == f"unknown error 0x{unknown.hex()}"
    assert explain(data("NoBid", "uint256", 1, "address", ADDRESS)) == (
        f"NoBid(lot=1, bidder={ADDRESS})"
    )
    assert explain(data("ERC721NonexistentToken", "uint256", 3)) == (
        "ERC721NonexistentToken(tokenId=3)"
    )
    assert explain(data("Error", "string", "it's late")) == 'Error("it\'s late")'
    assert explain(data("Panic", "uint256", 0x11)) == "Panic(0x11: arithmetic overflow)"
    assert explain(data("Panic", "uint256", 0x99)) == "Panic(0x99: unknown)"
    assert explain(b"") == "no reason given"
    assert explain(b"\1\2") == "unknown error 0x0102"
    assert explain(wrong_phase[:40]) == f"unknown error 0x{wrong_phase[:40].hex()}"
    assert explain(data("Error", "string", "x")[:50]).startswith("unknown error 0x08c379a0")


def test_every_error_of_the_project_is_understood() -> None:
    rng = random.Random(2)
    for one in load_all().values():
        known = Contract(one)
        entries: Any = one.abi
        for entry in entries:
            if entry["type"] != "error":
                continue
            name, inputs = entry["name"], entry.get("inputs", ())
            values = tuple(0 if "enum" in i["internalType"] else sample(i, rng) for i in inputs)
            selector = keccak(text=abi.signature(name, inputs))[:4]
            found = known.error(selector + abi.arguments(inputs).encode(values))
            assert found is not None
            assert (found.name, tuple(found.args.values())) == (name, values)
            assert explain(selector + abi.arguments(inputs).encode(values)).startswith(f"{name}(")


def test_every_enumeration_is_known() -> None:
    def enums(parameters: Any) -> set[str]:
        found = {one["internalType"] for one in parameters if "enum " in one["internalType"]}
        return found.union(*(enums(one.get("components", ())) for one in parameters))

    only_in_tests = {path.stem for path in (PROJECT / "contracts" / "test").glob("*.sol")}
    used: set[str] = set()
    for name, one in load_all().items():
        for entry in one.abi if name not in only_in_tests else ():
            used |= enums(entry.get("inputs", ())) | enums(entry.get("outputs", ()))

    assert used <= set(ENUMS)


def test_checksums() -> None:
    rng = random.Random(3)
    for _ in range(100):
        raw = rng.randbytes(20)
        assert checksum(raw) == to_checksum_address(raw)
        assert to_bytes(checksum(raw)) == raw
    with pytest.raises(ValueError, match="20 bytes"):
        checksum(b"1")


def test_unsupported_types_are_refused_when_the_abi_is_read() -> None:
    with pytest.raises(ValueError, match="'fixed128x18' is not supported"):
        abi.arguments([{"type": "fixed128x18"}])


def test_reasons_of_strangers_are_short() -> None:
    """A token chooses what it reverts with, up to as much as its gas buys."""
    text = keccak(b"Error(string)")[:4] + abi.arguments([{"type": "string"}]).encode(("x" * 10**5,))
    for data in (text, bytes([1]) * 10**5):
        assert len(explain(data)) == 400
        assert explain(data).isprintable()


@pytest.mark.parametrize(
    ("name", "views"),
    [
        ("DAOFactory", ()),
        ("DAO", ("auctioneer", "isOpen", "minimumBid", "estateTemplate")),
        ("Auctioneer", ("factory", "beaconHash")),
        ("ApproximateAuction", ("factory", "beaconHash", "randomness")),
        ("ResilientAuction", ("randomness",)),
        ("SignalClockAuction", ("randomness",)),
        ("BeaconRandomness", ("fallbackSource",)),
        ("CommitRevealRandomness", ("bond", "sealingWindow", "revealWindow")),
    ],
)
def test_a_contract_answers_with_what_it_is_made_of(name: str, views: tuple[str, ...]) -> None:
    """The constructor's arguments are views of the same names: that is how a deployment knows a contract again."""
    one = contract(name)
    assert one.made_of == views
    for view in views:
        assert len(one.decode(view, bytes(32))) == 1


def test_errors_are_explained_where_people_read_them() -> None:
    """The error itself shows how its data begin, whatever a stranger put there."""
    reverted = Reverted("calling it reverted", keccak(b"NoBid(uint256,address)")[:4] + bytes(10**5))
    assert len(str(reverted)) < 200
    assert str(reverted).startswith("calling it reverted: 0x")
    assert explained(reverted).startswith("calling it reverted: ")
    assert len(explained(reverted)) < 500
    assert explained(Reverted("out of gas")) == str(Reverted("out of gas")) == "out of gas"
    assert explained(ChainError("gone")) == "gone"
