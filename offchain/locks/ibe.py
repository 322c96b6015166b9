"""Encryption to a round: tlock, byte for byte as drand's own programs do it (github.com/drand/tlock, tlock-js).

Boneh and Franklin's identity-based encryption (CRYPTO 2001, `FullIdent`), made safe against chosen ciphertexts by Fujisaki
and Okamoto's transform. The identity is the round, the authority that hands out its key is the beacon, by signing it.
With P the generator of G2, K the public key, Q the round's point in G1, S its signature, of a message M of n bytes:

    sigma = n random bytes        r = H3(sigma, M)
    U = r P                       V = sigma xor H2(e(Q, K)^r)                W = M xor H4(sigma)

and since e(S, U) = e(Q, K)^r whoever has S finds sigma, M and r, and sees by U = r P that nobody tampered with them.
A ciphertext is U (96 bytes), V and W (n bytes each).
"""

import secrets
from enum import StrEnum
from hashlib import sha256
from typing import Final

from py_arkworks_bls12381 import GT, G1Point, G2Point, Scalar

from offchain.locks.bls import ORDER, g2_point, generator_times, signed_point

POINT_BYTES: Final = 96
MOST_MESSAGE: Final = 32
"""The longest message, in bytes: what masks it is one hash."""


class Refusal(StrEnum):
    """Why a ciphertext gives no message."""

    LENGTH = "its length is that of no lock"
    POINT = "it does not begin with a point of the group"
    PROOF = "it does not open: made for another round or another beacon, or not by the scheme"


def encrypt(public_key: G2Point, round_: int, message: bytes, sigma: bytes | None = None) -> bytes:
    """`message`, of 1 to 32 bytes, so that the round's signature decrypts it. Takes 2 ms.

    `sigma`: as many bytes, random and never used twice; drawn here if it is not given. The same gives the same ciphertext.

    Raises:
        ValueError: one of the lengths is wrong.
    """
    if not 1 <= len(message) <= MOST_MESSAGE:
        raise ValueError(f"a message has 1 to {MOST_MESSAGE} bytes, not {len(message)}")
    sigma = secrets.token_bytes(len(message)) if sigma is None else sigma
    if len(sigma) != len(message):
        raise ValueError(f"sigma has {len(message)} bytes as the message, not {len(sigma)}")
    r = _h3(sigma, message)
    # e(rQ, K) is e(Q, K)^r: a product in G1 is cheaper than a power in the target group
    shared = GT.pairing(signed_point(round_) * Scalar(r), public_key)
    u = generator_times(r).to_compressed_bytes()
    return u + _xor(sigma, _h2(shared)) + _xor(message, _h4(sigma))


def decrypt(signature: G1Point, ciphertext: bytes) -> bytes | Refusal:
    """The message, or why there is none. Takes 1.5 ms; 0.2 ms where there is no point, nothing for a wrong length."""
    size, odd = divmod(len(ciphertext) - POINT_BYTES, 2)
    if odd or not 1 <= size <= MOST_MESSAGE:
        return Refusal.LENGTH
    try:
        u = g2_point(ciphertext[:POINT_BYTES])
    except ValueError:
        return Refusal.POINT
    v, w = ciphertext[POINT_BYTES:-size], ciphertext[-size:]
    sigma = _xor(v, _h2(GT.pairing(signature, u)))
    message = _xor(w, _h4(sigma))
    return message if generator_times(_h3(sigma, message)) == u else Refusal.PROOF


def _h2(shared: GT) -> bytes:
    """32 bytes of an element of the target group."""
    # its text is little-endian, lowest coefficient first; the beacon's programs write it the other way round
    return sha256(b"IBE-H2" + bytes.fromhex(str(shared))[::-1]).digest()


def _h3(sigma: bytes, message: bytes) -> int:
    """A scalar, uniform: hashes, one after another, until one is below the order when its first byte is halved."""
    seed = sha256(b"IBE-H3" + sigma + message).digest()
    tries = (sha256(i.to_bytes(2, "little") + seed).digest() for i in range(1, 2**16 - 1))
    numbers = (int.from_bytes(bytes((one[0] >> 1,)) + one[1:], "big") for one in tries)
    return next(number for number in numbers if number < ORDER)


def _h4(sigma: bytes) -> bytes:
    """32 bytes that mask a message."""
    return sha256(b"IBE-H4" + sigma).digest()


def _xor(data: bytes, mask: bytes) -> bytes:
    """`data` under as much of the mask as it is long."""
    return bytes(one ^ other for one, other in zip(data, mask, strict=False))
