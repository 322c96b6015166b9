"""Block headers as the chain hashes them, made from what a node says about a block.

A node does not hand out a header's bytes everywhere, but every node tells its fields. Their RLP is
the header only if it hashes to the block's hash, which is checked, so a field that this module does
not know of shows at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import rlp
from eth_hash.auto import keccak

from offchain.chain.errors import ChainError
from offchain.chain.rpc import to_blob, to_number

# The Yellow Paper's order (4.4), then what forks appended: EIP-1559, 4895, 4844 (two), 4788, 7685.
_ALWAYS: Final = (
    "parentHash",
    "sha3Uncles",
    "miner",
    "stateRoot",
    "transactionsRoot",
    "receiptsRoot",
    "logsBloom",
    "difficulty",
    "number",
    "gasLimit",
    "gasUsed",
    "timestamp",
    "extraData",
    "mixHash",
    "nonce",
)
_APPENDED: Final = (
    "baseFeePerGas",
    "withdrawalsRoot",
    "blobGasUsed",
    "excessBlobGas",
    "parentBeaconBlockRoot",
    "requestsHash",
)
_NUMBERS: Final = frozenset(
    {
        "difficulty",
        "number",
        "gasLimit",
        "gasUsed",
        "timestamp",
        "baseFeePerGas",
        "blobGasUsed",
        "excessBlobGas",
    }
)


def encode_header(block: Mapping[str, Any]) -> bytes:
    """The RLP of the header of `block`, an answer to `eth_getBlockByNumber`.

    Raises:
        ChainError: a field is missing, or the result does not hash to the block's hash.
    """
    if missing := [name for name in _ALWAYS if block.get(name) is None]:
        raise ChainError(f"the node does not tell {missing[0]!r} of block {block.get('number')}")
    appended = [name for name in _APPENDED if block.get(name) is not None]
    header: bytes = rlp.encode([_field(name, block[name]) for name in (*_ALWAYS, *appended)])
    if keccak(header) != to_blob(block["hash"]):
        raise ChainError(f"block {to_number(block['number'])} has header fields unknown here")
    return header


def _field(name: str, text: str) -> bytes:
    """A field's bytes; numbers are big-endian without leading zeros."""
    if name not in _NUMBERS:
        return to_blob(text)
    number = to_number(text)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
