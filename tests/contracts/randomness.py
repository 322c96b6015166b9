"""Headers, seals, and the words that the sources must give: what the tests of random words share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import rlp
from brownie import web3
from eth_abi import encode
from eth_utils import keccak

from offchain.chain.headers import encode_header
from tests.contracts.mechanism import address_of

DELAY, PROOF_WINDOW = 132, 256
MINUTE = 60


def hash_of(types: list[str], *values: Any) -> bytes:
    """Keccak-256 of `abi.encode`."""
    return bytes(keccak(encode(types, list(values))))


# BLOCKS


def mine(blocks: int) -> None:
    """Empty blocks, on whichever node."""
    if web3.client_version.lower().startswith("ganache"):
        web3.provider.make_request("evm_mine", [{"blocks": blocks}])
    else:
        web3.provider.make_request("anvil_mine", [hex(blocks)])


def mine_to(block: int) -> None:
    """Mine until ``block`` is the newest."""
    mine(block - web3.eth.block_number)


def header_of(block: int) -> bytes:
    """The header of a block, as the node tells it."""
    answer = web3.provider.make_request("eth_getBlockByNumber", [hex(block), False])
    return encode_header(answer["result"])


def mix_of(block: int) -> bytes:
    """The beacon's mix in a block, straight from the node."""
    answer = web3.provider.make_request("eth_getBlockByNumber", [hex(block), False])
    return bytes.fromhex(answer["result"]["mixHash"][2:])


def beacon_word(source: Any, consumer: Any, id_: int, mix: bytes) -> int:
    """The word that a mix makes."""
    kinds = ["uint256", "address", "address", "uint256", "bytes32"]
    parts = web3.eth.chain_id, address_of(source), address_of(consumer), id_, mix
    return int.from_bytes(hash_of(kinds, *parts), "big")


def fields_of(header: bytes) -> list[bytes]:
    """The fields of a header."""
    fields: list[bytes] = rlp.decode(header)
    return fields


@contextmanager
def one_block() -> Iterator[None]:
    """All transactions within are mined together (Anvil only)."""
    web3.provider.make_request("evm_setAutomine", [False])
    try:
        yield
        mine(1)
    finally:
        web3.provider.make_request("evm_setAutomine", [True])


# SECRETS


def secret_of(number: int) -> bytes:
    """A secret that only a test would use."""
    return bytes(keccak(b"secret %d" % number))


def sealed(source: Any, consumer: Any, id_: int, sealer: Any, secret: bytes) -> bytes:
    """The commitment of ``sealer`` to ``secret``."""
    kinds = ["uint256", "address", "address", "uint256", "address", "bytes32"]
    parts = web3.eth.chain_id, address_of(source), address_of(consumer), id_
    return hash_of(kinds, *parts, address_of(sealer), secret)


def mixed_word(source: Any, consumer: Any, id_: int, opened: dict[Any, bytes]) -> int:
    """The word that these secrets make, by sealer."""
    mix = 0
    for sealer, secret in opened.items():
        one = hash_of(["address", "bytes32"], address_of(sealer), secret)
        mix ^= int.from_bytes(one, "big")
    kinds = ["uint256", "address", "address", "uint256", "uint256"]
    parts = web3.eth.chain_id, address_of(source), address_of(consumer), id_, mix
    return int.from_bytes(hash_of(kinds, *parts), "big")
