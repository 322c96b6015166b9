"""Addresses as text, in the mixed case of EIP-55, and as bytes."""

from functools import lru_cache
from typing import Final, TypeAlias

Address: TypeAlias = str
ADDRESS_BYTES: Final = 20
NOBODY: Final = "0x" + "00" * ADDRESS_BYTES
"""The address zero, of which nobody has the key."""


@lru_cache(maxsize=1 << 20)
def checksum(address: bytes) -> str:
    """The 20 bytes of `address` as text, in the mixed case of EIP-55."""
    # Here, since what meets no address, like `consort --help`, need not wait for it.
    from eth_hash.auto import keccak

    if len(address) != ADDRESS_BYTES:
        raise ValueError(f"an address has {ADDRESS_BYTES} bytes, not {len(address)}")
    text = address.hex()
    digest = keccak(text.encode()).hex()
    mixed = (c.upper() if d >= "8" else c for c, d in zip(text, digest, strict=False))
    return "0x" + "".join(mixed)


def to_bytes(address: str) -> bytes:
    """The 20 bytes of an address in text.

    Raises:
        ValueError: it is none.
    """
    if len(address) != 2 + 2 * ADDRESS_BYTES or not address.startswith("0x"):
        raise ValueError(f"{address!r} is no address")
    try:
        raw = bytes.fromhex(address[2:])
    except ValueError as error:
        raise ValueError(f"{address!r} is no address") from error
    if len(raw) != ADDRESS_BYTES:  # blanks are passed over
        raise ValueError(f"{address!r} is no address")
    return raw
