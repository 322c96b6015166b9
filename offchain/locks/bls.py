"""The signatures of a beacon: BLS over BLS12-381, as drand's scheme `bls-unchained-g1-rfc9380` has them.

A public key is a point of G2 in 96 bytes, a signature a point of G1 in 48, both compressed as Zcash does. What is signed
of a round is the SHA-256 of its number in 8 bytes, big-endian, hashed to G1 (RFC 9380, section 8.8.1). A round's
signature depends on nothing but key and round, so it serves as the decryption key of everything locked to the round.
"""

from functools import lru_cache
from hashlib import sha256
from itertools import accumulate, repeat
from typing import Final

from py_arkworks_bls12381 import GT, G1Point, G2Point, Scalar

SCHEME: Final = "bls-unchained-g1-rfc9380"
PUBLIC_KEY_BYTES: Final = 96
SIGNATURE_BYTES: Final = 48
ORDER: Final = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
"""How many points either group has; secret keys and other scalars are below it."""
MOST_ROUND: Final = 2**64 - 1

_DOMAIN: Final = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
"""Separates hashes to G1 from those of other schemes; drand's, and tlock's."""

_WINDOW: Final = 6
"""Bits of a scalar that are looked up at once."""


def signed_point(round_: int) -> G1Point:
    """The point that stands for a round: what is multiplied by the secret key to sign it. Takes 0.2 ms."""
    return G1Point.hash_to_curve(sha256(round_.to_bytes(8, "big")).digest(), _DOMAIN)


def g1_point(data: bytes) -> G1Point:
    """The point of G1 that 48 bytes stand for.

    Raises:
        ValueError: another length, no point of the curve, one outside the subgroup, or the point at infinity.
    """
    point = G1Point.from_compressed_bytes(data)
    if point == G1Point.identity():
        raise ValueError("the point at infinity")
    return point


def g2_point(data: bytes) -> G2Point:
    """The point of G2 that 96 bytes stand for. Takes 0.2 ms.

    Raises:
        ValueError: another length, no point of the curve, one outside the subgroup, or the point at infinity.
    """
    point = G2Point.from_compressed_bytes(data)
    if point == G2Point.identity():
        raise ValueError("the point at infinity")
    return point


def is_signature(public_key: G2Point, round_: int, signature: G1Point) -> bool:
    """Whether `signature` is that of the round: e(signature, P) = e(H(round), public key). Takes 2 ms."""
    return GT.pairing(signature, G2Point()) == GT.pairing(signed_point(round_), public_key)


def public_key(secret: int) -> bytes:
    """The public key of a secret one, which is from 1 to ORDER - 1."""
    return generator_times(secret).to_compressed_bytes()


def sign(secret: int, round_: int) -> bytes:
    """The signature of a round."""
    return (signed_point(round_) * Scalar(secret)).to_compressed_bytes()


def generator_times(scalar: int) -> G2Point:
    """The generator P of G2 times a scalar from 0 to ORDER - 1.

    Takes 0.1 ms, a fifth of the library's product of any point: P's multiples are computed once, in 10 ms.
    """
    total = G2Point.identity()
    for place, multiples in enumerate(_multiples()):
        total += multiples[scalar >> _WINDOW * place & (1 << _WINDOW) - 1]
    return total


@lru_cache(maxsize=1)
def _multiples() -> tuple[tuple[G2Point, ...], ...]:
    """For each window of a scalar the points that its values stand for."""
    rows = []
    unit = G2Point()
    for _ in range(0, ORDER.bit_length(), _WINDOW):
        row = (G2Point.identity(), *accumulate(repeat(unit, (1 << _WINDOW) - 1)))
        rows.append(row)
        unit += row[-1]
    return tuple(rows)
