"""Seals, locks, rounds and receipts, for programs that make them in other languages.

    python -m tests.vectors.seals

writes what this one makes of fixed inputs to seals.json. Integers that may be longer than a number of JavaScript are text.
"""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from offchain.bindings.seals import Opening, commitment, new_salt
from offchain.io.addresses import checksum
from offchain.keeper.openings import Openings
from offchain.locks.beacon import QUICKNET, Beacon
from offchain.locks.bids import BID_BYTES, RANDOM_BYTES
from offchain.locks.ibe import encrypt
from offchain.locks.local_beacon import LocalBeacon

FILE: Final = Path(__file__).with_suffix(".json")
_SEED: Final = 12
_SECRET: Final = 0x2F3C_19AB_77E0
_GENESIS: Final = 1_700_000_000
LOCAL: Final = LocalBeacon(_SECRET, _GENESIS, period=7)
"""A beacon whose locks a test can open."""
_SALT_BYTES: Final = 32
_ADDRESS_BYTES: Final = 20
_BIDS: Final = (1, 60_000_000, 2**53 - 1, 2**53 + 1, 2**64 - 1)
_LOTS: Final = (1, 2, 2**32 - 1)
_CHAINS: Final = (1, 31_337, 2**64 + 1)
_ROUNDS: Final = (1, 1_000, 4_294_967_296)


def made() -> dict[str, Any]:
    """Everything in the file."""
    numbers = random.Random(_SEED)
    openings = [_opening(numbers, bid, lot) for bid in _BIDS for lot in _LOTS]
    return {
        "commitments": [
            {"chain": str(chain), **_told(one), "commitment": commitment(chain, one).hex()}
            for one in openings
            for chain in _CHAINS
        ],
        "receipts": [
            {**_told(one), "line": line}
            for one, line in zip(openings, _receipts(openings), strict=True)
        ],
        "beacons": [beacon.to_json() for beacon in (QUICKNET, LOCAL.beacon)],
        "rounds": [_round(beacon, end) for beacon in (QUICKNET, LOCAL.beacon) for end in _ends()],
        "locks": [_lock(numbers, round_, bid) for round_ in _ROUNDS for bid in _BIDS],
    }


def _opening(numbers: random.Random, bid: int, lot: int) -> Opening:
    contract, bidder = (checksum(numbers.randbytes(_ADDRESS_BYTES)) for _ in range(2))
    return Opening(contract, lot, bidder, bid, numbers.randbytes(_SALT_BYTES))


def _receipts(openings: Sequence[Opening]) -> list[str]:
    """The lines of a file of receipts, each with its end."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "receipts.jsonl"
        Openings(path).add(openings)
        return path.read_text().splitlines(keepends=True)


def _told(opening: Opening) -> dict[str, str]:
    return {
        "contract": opening.contract,
        "lot": str(opening.lot),
        "bidder": opening.bidder,
        "bid": str(opening.bid),
        "salt": opening.salt.hex(),
    }


def _ends() -> list[int]:
    start = _GENESIS
    return [0, start - 121, start - 120, start - 119, start, *range(start + 1, start + 9), 2**32]


def _round(beacon: Beacon, end: int) -> dict[str, str]:
    return {
        "beacon": beacon.id,
        "endOfBidding": str(end),
        "round": str(beacon.round_for(end)),
        "time": str(beacon.time_of(beacon.round_for(end))),
    }


def _lock(numbers: random.Random, round_: int, bid: int) -> dict[str, str]:
    """A lock to a round of LOCAL, with the randomness that it was made of."""
    salt = numbers.randbytes(RANDOM_BYTES) + new_salt(is_locked=True)[RANDOM_BYTES:]
    sigma = numbers.randbytes(BID_BYTES + RANDOM_BYTES)
    message = bid.to_bytes(BID_BYTES, "big") + salt[:RANDOM_BYTES]
    return {
        "round": str(round_),
        "bid": str(bid),
        "salt": salt.hex(),
        "sigma": sigma.hex(),
        "lock": encrypt(LOCAL.beacon.key, round_, message, sigma).hex(),
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(made(), indent=1) + "\n")
