"""What tlock-js encrypts opens here, what is locked here opens there, and it finds in a local beacon what it finds in drand."""

import json
import secrets
import time
from typing import Any

import pytest

from offchain.io.fields import Field
from offchain.locks.beacon import QUICKNET, Beacon, read_round, round_json
from offchain.locks.beacon_server import serving
from offchain.locks.bids import LockedBid, lock_bid, new_salt, open_lock
from offchain.locks.ibe import decrypt, encrypt
from offchain.locks.local_beacon import new_beacon
from tests.locks import tlock_js
from tests.locks.tlock_js import LOCAL, LOCAL_ROUND, QUICKNET_1000

COMMITTED = json.loads(tlock_js.VECTORS.read_text(encoding="utf-8"))
NETWORKS = {one["info"]["metadata"]["beaconID"]: one for one in COMMITTED["networks"]}


@pytest.mark.parametrize("network", NETWORKS.values(), ids=list(NETWORKS))
def test_committed_locks_of_tlock_js_open(network: dict[str, Any]) -> None:
    beacon = Beacon.read(Field("", network["info"]))
    signature = read_round(beacon, Field("", network["round"]))
    assert len(network["locks"]) == 4
    for one in network["locks"]:
        held = bytes.fromhex(one["message"])
        expected = LockedBid(int.from_bytes(held[:8], "big"), held[8:] + bytes(8))
        assert open_lock(signature, bytes.fromhex(one["lock"])) == expected


def test_the_committed_locks_are_of_the_version_that_is_installed() -> None:
    package = json.loads((tlock_js.HERE.parents[1] / "package.json").read_text(encoding="utf-8"))
    assert COMMITTED["tlock-js"] == package["devDependencies"]["tlock-js"] == tlock_js.VERSION


@pytest.mark.parametrize("length", [1, 16, 31, 32])
def test_messages_of_any_length_both_ways(length: int) -> None:
    signature = LOCAL.signature(LOCAL_ROUND)
    message = secrets.token_bytes(length)
    (theirs,) = tlock_js.ask(
        {
            "info": LOCAL.beacon.to_json(),
            "encrypt": [{"round": LOCAL_ROUND, "message": message.hex()}],
        }
    )
    assert decrypt(signature.point, bytes.fromhex(theirs)) == message
    ours = encrypt(LOCAL.beacon.key, LOCAL_ROUND, message)
    request = {"info": LOCAL.beacon.to_json(), "round": round_json(signature)}
    assert tlock_js.ask(request | {"decrypt": [ours.hex()]}) == [message.hex()]


def test_quicknet_both_ways() -> None:
    signature = QUICKNET.signature(1_000, QUICKNET_1000)
    bids = [LockedBid(bid, new_salt()) for bid in (1, 10**9, 2**64 - 1)]
    messages = [(one.bid.to_bytes(8, "big") + one.salt[:24]).hex() for one in bids]
    wanted = [{"round": 1_000, "message": one} for one in messages]
    theirs = tlock_js.ask({"info": QUICKNET.to_json(), "encrypt": wanted})
    assert [open_lock(signature, bytes.fromhex(one)) for one in theirs] == bids
    ours = [lock_bid(QUICKNET, 1_000, one).hex() for one in bids]
    request = {"info": QUICKNET.to_json(), "round": round_json(signature)}
    assert tlock_js.ask(request | {"decrypt": ours}) == messages


def test_both_refuse_what_was_tampered_with() -> None:
    """One bit in each of U, V and W."""
    signature = LOCAL.signature(LOCAL_ROUND)
    lock = lock_bid(LOCAL.beacon, LOCAL_ROUND, LockedBid(60, new_salt()))
    broken = [bytes(b ^ (place == at) for place, b in enumerate(lock)) for at in (5, 100, 159)]
    request = {"info": LOCAL.beacon.to_json(), "round": round_json(signature)}
    assert tlock_js.ask(request | {"decrypt": [one.hex() for one in broken]}) == [None] * 3
    assert not any(isinstance(open_lock(signature, one), LockedBid) for one in broken)


def test_tlock_js_decrypts_by_the_local_beacon_as_by_drand() -> None:
    """It asks for the network and the round, and checks the signature, over HTTP."""
    local = new_beacon(int(time.time()) - 100)
    lock = lock_bid(local.beacon, 7, LockedBid(60, bytes(32)))
    with serving(local) as url:
        for network in (url, f"{url}/{local.beacon.chain_hash.hex()}"):
            found = tlock_js.ask({"url": network, "number": 7, "decrypt": [lock.hex()]})
            assert found == [(60).to_bytes(8, "big").hex() + "00" * 24]
