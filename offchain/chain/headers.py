"""Block headers as the chain hashes them, made from what a node says about a block.

A node does not hand out a header's bytes everywhere, but every node tells its fields. Their RLP is
the header only if it hashes to the block's hash, which is checked, so a field that this module does
not know of shows at once.
"""

from __future__ import annotations

from typing import Final

import rlp
from eth_hash.auto import keccak

from offchain.chain.answers import HASH_BYTES, WORD_BITS, Answer
from offchain.chain.errors import ChainError

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


def encode_header(block: object, source: str = "eth_getBlockByNumber") -> bytes:
    """The RLP of the header of `block`, an answer to `eth_getBlockByNumber` of the node that `source` names.

    Raises:
        ChainError: a field is missing or malformed, or the result does not hash to the block's hash.
    """
    told = Answer(block, source)
    appended = [name for name in _APPENDED if not told.field(name).is_missing()]
    header: bytes = rlp.encode([_bytes(name, told) for name in (*_ALWAYS, *appended)])
    if keccak(header) != told.field("hash").blob(HASH_BYTES):
        number = told.field("number").number()
        raise ChainError(f"{source}: block {number} has header fields unknown here")
    return header


def _bytes(name: str, block: Answer) -> bytes:
    """A field's bytes; numbers are big-endian without leading zeros."""
    field = block.field(name)
    if name not in _NUMBERS:
        return field.blob()
    number = field.number(WORD_BITS)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
