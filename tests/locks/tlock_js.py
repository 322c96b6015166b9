"""What drand's own tlock-js encrypts and decrypts, in Node.

    python -m tests.locks.tlock_js

writes vectors.json anew: locks of two networks, encrypted by tlock-js.
"""

import json
import subprocess
from pathlib import Path
from typing import Any, Final

from offchain.locks.beacon import QUICKNET, round_json
from offchain.locks.bls import SCHEME
from offchain.locks.local_beacon import LocalBeacon
from tests.patience import PATIENCE

HERE: Final = Path(__file__).parent
VECTORS: Final = HERE / "vectors.json"
VERSION: Final = "0.9.0"
QUICKNET_1000: Final = bytes.fromhex(
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
)
"""Quicknet's signature of round 1,000, published on 23 August 2023."""
LOCAL: Final = LocalBeacon(
    secret=0x1234567890ABCDEF1234567890ABCDEF, genesis=1_700_000_000, clock=lambda: 1_800_000_000
)
LOCAL_ROUND: Final = 18_000_000
_BIDS: Final = (0, 1, 60, 2**64 - 1)


def ask(request: dict[str, Any]) -> list[Any]:
    """See tlock.cjs."""
    done = subprocess.run(
        ["node", str(HERE / "tlock.cjs")],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    found: list[Any] = json.loads(done.stdout)
    return found


def message(place: int, bid: int) -> bytes:
    """A bid and a salt that can be told from others."""
    return bid.to_bytes(8, "big") + bytes(range(place, place + 24))


def vectors() -> dict[str, Any]:
    """Locks by tlock-js of quicknet's round 1,000 and of a round of a local beacon, with what they hold."""
    networks = []
    for beacon, signature in (
        (QUICKNET, QUICKNET.signature(1_000, QUICKNET_1000)),
        (LOCAL.beacon, LOCAL.signature(LOCAL_ROUND)),
    ):
        messages = [message(place, bid).hex() for place, bid in enumerate(_BIDS)]
        wanted = [{"round": signature.round, "message": one} for one in messages]
        locks = ask({"info": beacon.to_json(), "encrypt": wanted})
        pairs = [{"message": one, "lock": lock} for one, lock in zip(messages, locks, strict=True)]
        networks.append({"info": beacon.to_json(), "round": round_json(signature), "locks": pairs})
    return {
        "made_by": "python -m tests.locks.tlock_js",
        "tlock-js": VERSION,
        "scheme": SCHEME,
        "networks": networks,
    }


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(vectors(), indent=1) + "\n", encoding="utf-8")
