"""A beacon: who signs round after round, as drand's networks do; and the round that the bids of a lot are locked to.

What clients have to agree on is in the chain hash, which the auctioneer of a deployment names. (No relation to the beacon of
Ethereum's consensus, from whose headers `BeaconRandomness` draws.)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from py_arkworks_bls12381 import G1Point, G2Point

from offchain.io.fields import Field, show
from offchain.locks.bls import (
    MOST_ROUND,
    PUBLIC_KEY_BYTES,
    SCHEME,
    SIGNATURE_BYTES,
    g1_point,
    g2_point,
    is_signature,
)

LOCK_MARGIN: Final = 120
"""Seconds from the end of bidding to the round that bids are locked to: for clocks that differ, and blocks that come late."""
HASH_BYTES: Final = 32
_MOST_PERIOD: Final = 2**32 - 1
_MOST_TIME: Final = 2**63 - 1
_UNHASHED: Final = ("", "default")
"""The id of drand's oldest network, which is left out of its chain hash."""


class WrongSignature(ValueError):
    """Bytes that are not the beacon's signature of the round."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A beacon's signature of a round, checked by `Beacon.signature`, which makes them: 48 bytes, and the point that they are."""

    round: int
    data: bytes
    point: G1Point = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Beacon:
    """A network's public key and when it signs.

    public_key: 96 bytes. genesis: the time of round 1, in seconds since 1970. period: seconds from one round to the next.
    group_hash: what the network was founded on, 32 bytes. id: its name among its operators' networks.

    Raises:
        ValueError: the public key is none.
    """

    public_key: bytes
    genesis: int
    period: int
    group_hash: bytes
    id: str

    def __post_init__(self) -> None:
        """Checks the key, which must be a point of the group: others would make locks that nobody or anybody can open."""
        _key(self.public_key)

    @property
    def chain_hash(self) -> bytes:
        """The 32 bytes that name the network, and bind all of the above: drand's `Info.Hash`."""
        unnamed = self.id in _UNHASHED
        return sha256(
            self.period.to_bytes(4, "big")
            + self.genesis.to_bytes(8, "big")
            + self.public_key
            + self.group_hash
            + (b"" if unnamed else self.id.encode())
        ).digest()

    @property
    def key(self) -> G2Point:
        """The public key as a point."""
        return _key(self.public_key)

    def round_at(self, time: int) -> int:
        """The first round at or after a time.

        Raises:
            ValueError: it is beyond all rounds that can be numbered.
        """
        round_ = max(1, -(-(time - self.genesis) // self.period) + 1)
        if round_ > MOST_ROUND:
            raise ValueError(f"no round is as late as {time}")
        return round_

    def time_of(self, round_: int) -> int:
        """When a round is signed."""
        return self.genesis + (round_ - 1) * self.period

    def round_for(self, end_of_bidding: int) -> int:
        """The round that the bids of a lot are locked to: the first at or after LOCK_MARGIN from the end of bidding.

        Raises:
            ValueError: as `round_at`.
        """
        return self.round_at(end_of_bidding + LOCK_MARGIN)

    def signature(self, round_: int, data: bytes) -> Signature:
        """`data` as the signature of the round, which it is checked to be. Takes 2 ms.

        Raises:
            WrongSignature: it is not: malformed, of another round, or of another key.
        """
        try:
            point = g1_point(data)
        except ValueError as error:
            raise WrongSignature(f"{len(data)} bytes that are no signature") from error
        if not 1 <= round_ <= MOST_ROUND or not is_signature(self.key, round_, point):
            raise WrongSignature(f"not this beacon's signature of round {round_}")
        return Signature(round_, bytes(data), point)

    def to_json(self) -> dict[str, Any]:
        """What `read` reads: the object that drand's API gives as a network's `info`."""
        return {
            "public_key": self.public_key.hex(),
            "period": self.period,
            "genesis_time": self.genesis,
            "hash": self.chain_hash.hex(),
            "groupHash": self.group_hash.hex(),
            "schemeID": SCHEME,
            "metadata": {"beaconID": self.id},
        }

    @staticmethod
    def read(info: Field) -> "Beacon":
        """The network of drand's `info`; what else stands there is passed over.

        Raises:
            InvalidInput: a field is missing or wrong, the scheme is another, or the hash is not that of the rest.
        """
        fields = _members(
            info, "public_key", "period", "genesis_time", "hash", "groupHash", "schemeID"
        )
        fields["schemeID"].choice((SCHEME,))
        metadata = info.members().get("metadata")
        try:
            beacon = Beacon(
                _blob(fields["public_key"], PUBLIC_KEY_BYTES),
                fields["genesis_time"].integer(0, _MOST_TIME),
                fields["period"].integer(1, _MOST_PERIOD),
                _blob(fields["groupHash"], HASH_BYTES),
                _id(metadata) if metadata is not None else "",
            )
        except ValueError:
            fields["public_key"].fail("no public key: not a point of the group")
        if beacon.chain_hash != _blob(fields["hash"], HASH_BYTES):
            fields["hash"].fail(
                f"not the hash of the other fields, which is {beacon.chain_hash.hex()}"
            )
        return beacon


def read_round(beacon: Beacon, answer: Field) -> Signature:
    """The signature in a round as drand's API gives it: an object with `round` and `signature`; the rest is passed over.

    Raises:
        InvalidInput: it is no such object.
        WrongSignature: it is not the beacon's signature of the round it names.
    """
    fields = _members(answer, "round", "signature")
    return beacon.signature(
        fields["round"].integer(1, MOST_ROUND), _blob(fields["signature"], SIGNATURE_BYTES)
    )


def round_json(signature: Signature) -> dict[str, Any]:
    """What `read_round` reads. `randomness` is the hash of the signature, for those who draw from it."""
    return {
        "round": signature.round,
        "randomness": sha256(signature.data).hexdigest(),
        "signature": signature.data.hex(),
    }


@lru_cache(maxsize=16)
def _key(public_key: bytes) -> G2Point:
    return g2_point(public_key)


def _members(object_: Field, *names: str) -> Mapping[str, Field]:
    """Some fields of an object, which may have others."""
    found = object_.members()
    for name in names:
        if name not in found:
            object_.at(name, None).fail("missing")
    return found


def _blob(field: Field, length: int) -> bytes:
    """So many bytes in hexadecimal."""
    text = field.value
    if not isinstance(text, str) or re.fullmatch(f"[0-9a-fA-F]{{{2 * length}}}", text) is None:
        field.fail(f"{show(text)} is not {length} bytes in hexadecimal")
    return bytes.fromhex(text)


def _id(metadata: Field) -> str:
    name = metadata.members().get("beaconID")
    return "" if name is None or name.value == "" else name.name()


QUICKNET: Final = Beacon(
    public_key=bytes.fromhex(
        "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
        "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
    ),
    genesis=1_692_803_367,
    period=3,
    group_hash=bytes.fromhex("f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e"),
    id="quicknet",
)
"""drand's network of the scheme, run by the League of Entropy since 2023."""
QUICKNET_ADDRESSES: Final = (
    "https://api.drand.sh",
    "https://api2.drand.sh",
    "https://api3.drand.sh",
    "https://drand.cloudflare.com",
)
"""Who serves quicknet's rounds over HTTP."""
