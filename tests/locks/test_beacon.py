"""A beacon is what its chain hash says, and a signature is its own and of the round, or none."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from py_arkworks_bls12381 import G1Point, G2Point, Scalar

from offchain.io.errors import InvalidInput
from offchain.io.fields import Field
from offchain.locks.beacon import (
    LOCK_MARGIN,
    QUICKNET,
    Beacon,
    WrongSignature,
    read_round,
    round_json,
)
from offchain.locks.bls import MOST_ROUND, sign
from offchain.locks.local_beacon import LocalBeacon
from tests.locks.tlock_js import QUICKNET_1000

LOCAL = LocalBeacon(secret=7, genesis=1_000, period=30, clock=lambda: 10_000)
INFO: dict[str, Any] = {
    "public_key": "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
    "period": 3,
    "genesis_time": 1692803367,
    "hash": "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
    "groupHash": "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
    "schemeID": "bls-unchained-g1-rfc9380",
    "metadata": {"beaconID": "quicknet"},
}
"""What quicknet's servers say of it."""


def test_quicknet_is_what_its_servers_say_under_its_known_hash() -> None:
    assert Beacon.read(Field("", INFO)) == QUICKNET
    assert QUICKNET.to_json() == INFO
    assert QUICKNET.chain_hash.hex() == INFO["hash"]


def test_the_default_network_has_no_name_in_its_hash() -> None:
    """As drand's, from when there was but one."""
    unnamed = replace(QUICKNET, id="")
    assert unnamed.chain_hash == replace(QUICKNET, id="default").chain_hash != QUICKNET.chain_hash


@pytest.mark.parametrize(
    "change",
    [
        {"period": 4},
        {"genesis": 1_692_803_368},
        {"group_hash": bytes(32)},
        {"id": "quicknet-t"},
        {"public_key": LOCAL.beacon.public_key},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_hash_binds_everything(change: dict[str, Any]) -> None:
    changed = replace(QUICKNET, **change)
    assert changed.chain_hash != QUICKNET.chain_hash
    with pytest.raises(InvalidInput, match="hash: not the hash of the other fields"):
        Beacon.read(Field("", changed.to_json() | {"hash": INFO["hash"]}))


def test_what_else_stands_in_the_info_is_passed_over() -> None:
    more = INFO | {"genesis_seed": "", "metadata": {"beaconID": "quicknet", "more": 1}}
    assert Beacon.read(Field("", more)) == QUICKNET


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schemeID": "pedersen-bls-chained"}, "schemeID: .* is not one of bls-unchained-g1"),
        ({"schemeID": None}, "schemeID: null"),
        ({"period": 0}, "period: 0 is below 1"),
        ({"period": 2**32}, "period: .* is above"),
        ({"period": "3"}, 'period: "3" is not an integer'),
        ({"genesis_time": -1}, "genesis_time: -1 is negative"),
        ({"genesis_time": 2**63}, "genesis_time: .* is above"),
        ({"public_key": INFO["public_key"][2:]}, "public_key: .* is not 96 bytes"),
        ({"public_key": "00" * 96}, "public_key: no public key"),
        ({"public_key": "c0" + "00" * 95}, "public_key: no public key"),
        ({"public_key": 1}, "public_key: 1 is not 96 bytes"),
        ({"hash": "00" * 32}, "hash: not the hash"),
        ({"hash": "zz" * 32}, "hash: .* is not 32 bytes"),
        ({"groupHash": ""}, "groupHash: .* is not 32 bytes"),
        ({"metadata": []}, "metadata: a list is not an object"),
        ({"metadata": {"beaconID": 1}}, r"metadata.beaconID: 1 is not a string"),
        ({"metadata": {"beaconID": "\ud800"}}, "half a surrogate"),
    ],
)
def test_a_wrong_info_is_refused_by_the_name_of_its_field(
    change: dict[str, Any], told: str
) -> None:
    with pytest.raises(InvalidInput, match=told):
        Beacon.read(Field("", INFO | change))


@pytest.mark.parametrize("name", [name for name in INFO if name != "metadata"])
def test_a_missing_field_is_named(name: str) -> None:
    with pytest.raises(InvalidInput, match=f"{name}: missing"):
        Beacon.read(Field("", {key: value for key, value in INFO.items() if key != name}))


@pytest.mark.parametrize(
    "point",
    [
        bytes(96),
        bytes((0xC0,)) + bytes(95),
        (G2Point() * Scalar(0)).to_compressed_bytes(),
        b"\x80" + bytes(95),
    ],
    ids=["zeros", "infinity", "zero times", "off"],
)
def test_a_key_by_which_everybody_could_read_is_refused(point: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        replace(QUICKNET, public_key=point)


def test_rounds_begin_with_one_at_genesis() -> None:
    beacon = LOCAL.beacon
    assert [beacon.time_of(round_) for round_ in (1, 2, 3)] == [1_000, 1_030, 1_060]
    assert [beacon.round_at(time) for time in (0, 999, 1_000, 1_001, 1_030, 1_031)] == [
        *(1, 1, 1, 2, 2, 3)
    ]


@given(st.integers(0, 2**63), st.integers(1, 10**6), st.integers(0, 2**40))
def test_the_round_at_a_time_is_the_first_that_is_not_before(
    time: int, period: int, genesis: int
) -> None:
    beacon = replace(QUICKNET, period=period, genesis=genesis)
    round_ = beacon.round_at(time)
    assert beacon.time_of(round_) >= time
    assert round_ == 1 or beacon.time_of(round_ - 1) < time


def test_a_lot_is_locked_two_minutes_after_its_bidding() -> None:
    assert LOCK_MARGIN == 120
    end = QUICKNET.time_of(1_000)
    assert QUICKNET.round_for(end) == 1_040
    assert QUICKNET.round_for(end + 1) == 1_041


def test_no_round_has_a_number_that_does_not_fit() -> None:
    assert QUICKNET.round_at(QUICKNET.time_of(MOST_ROUND)) == MOST_ROUND
    with pytest.raises(ValueError, match="no round is as late"):
        QUICKNET.round_at(QUICKNET.time_of(MOST_ROUND) + 1)


def test_quicknets_signature_is_its_own_and_of_its_round() -> None:
    found = QUICKNET.signature(1_000, QUICKNET_1000)
    assert (found.round, found.data) == (1_000, QUICKNET_1000)
    for beacon, round_ in ((QUICKNET, 999), (QUICKNET, 1_001), (LOCAL.beacon, 1_000)):
        with pytest.raises(WrongSignature, match=f"not this beacon's signature of round {round_}"):
            beacon.signature(round_, QUICKNET_1000)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(48),
        b"\xff" * 48,
        b"\xc0" + bytes(47),
        QUICKNET_1000[:-1],
        QUICKNET_1000 + b"\0",
        bytes((QUICKNET_1000[0] & 0x7F,)) + QUICKNET_1000[1:],
    ],
    ids=["empty", "zeros", "ones", "infinity", "shorter", "longer", "uncompressed"],
)
def test_bytes_that_are_no_signature(data: bytes) -> None:
    with pytest.raises(WrongSignature, match="no signature"):
        QUICKNET.signature(1_000, data)


def test_a_signature_with_its_sign_turned_is_another() -> None:
    turned = (-G1Point.from_compressed_bytes(QUICKNET_1000)).to_compressed_bytes()
    with pytest.raises(WrongSignature):
        QUICKNET.signature(1_000, turned)


@pytest.mark.parametrize("round_", [-1, 0, 2**64])
def test_rounds_that_cannot_be(round_: int) -> None:
    with pytest.raises(WrongSignature):
        QUICKNET.signature(round_, QUICKNET_1000)


def test_a_round_goes_through_json() -> None:
    found = QUICKNET.signature(1_000, QUICKNET_1000)
    written = round_json(found)
    assert (
        written["randomness"] == "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"
    )  # as quicknet's servers say
    assert read_round(QUICKNET, Field("", written)) == found


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "round",
        {},
        {"round": 1_000},
        {"round": "1000", "signature": QUICKNET_1000.hex()},
        {"round": 0, "signature": QUICKNET_1000.hex()},
        {"round": 2**64, "signature": QUICKNET_1000.hex()},
        {"round": True, "signature": QUICKNET_1000.hex()},
        {"round": 1_000, "signature": QUICKNET_1000.hex()[2:]},
        {"round": 1_000, "signature": "0x" + QUICKNET_1000.hex()[2:]},
        {"round": 1_000, "signature": None},
    ],
)
def test_what_is_no_round(answer: object) -> None:
    with pytest.raises(InvalidInput):
        read_round(QUICKNET, Field("", answer))


def test_a_local_beacon_signs_what_has_come_only() -> None:
    assert LOCAL.latest() == 301
    assert LOCAL.signature(301).data == sign(7, 301)
    assert LocalBeacon(secret=7, genesis=1_000, clock=lambda: 999.9).latest() == 0
    assert LocalBeacon(secret=7, genesis=1_000, clock=lambda: 1_000).latest() == 1


@pytest.mark.parametrize(
    "terms",
    [
        {"secret": 0},
        {"secret": -1},
        {"secret": 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001},
        {"genesis": -1},
        {"period": 0},
        {"period": 2**32},
    ],
    ids=str,
)
def test_a_local_beacon_that_cannot_be(terms: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        replace(LOCAL, **terms)


def test_its_secret_is_not_shown() -> None:
    assert "20231118" not in repr(LocalBeacon(secret=20_231_118, genesis=0))
