"""Headers made from what nodes tell, for every fork, without a node."""

import json
from typing import Any

import pytest
import rlp
from eth_hash.auto import keccak

from offchain.chain.errors import ChainError
from offchain.chain.headers import encode_header

# Ethereum's genesis block, as any node tells it.
GENESIS = {
    "parentHash": "0x" + "00" * 32,
    "sha3Uncles": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
    "miner": "0x" + "00" * 20,
    "stateRoot": "0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544",
    "transactionsRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
    "receiptsRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
    "logsBloom": "0x" + "00" * 256,
    "difficulty": "0x400000000",
    "number": "0x0",
    "gasLimit": "0x1388",
    "gasUsed": "0x0",
    "timestamp": "0x0",
    "extraData": "0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa",
    "mixHash": "0x" + "00" * 32,
    "nonce": "0x0000000000000042",
    "hash": "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
}
LATER = {
    "baseFeePerGas": "0x7",
    "withdrawalsRoot": "0x" + "22" * 32,
    "blobGasUsed": "0x0",
    "excessBlobGas": "0x20000",
    "parentBeaconBlockRoot": "0x" + "33" * 32,
    "requestsHash": "0x" + "44" * 32,
}
FORKS = {"London": 1, "Shanghai": 2, "Cancun": 5, "Prague": 6}


def block(fork: str) -> tuple[dict[str, Any], bytes]:
    """A made-up block of a fork, and its header."""
    names = list(LATER)[: FORKS[fork]]
    told = {**GENESIS, "number": "0x100", "difficulty": "0x0", **{n: LATER[n] for n in names}}
    numbers = {"baseFeePerGas": b"\x07", "blobGasUsed": b"", "excessBlobGas": b"\x02\x00\x00"}
    fields = rlp.decode(encode_header(GENESIS))
    fields[7], fields[8] = b"", b"\x01\x00"
    fields += [numbers[n] if n in numbers else bytes.fromhex(LATER[n][2:]) for n in names]
    header = rlp.encode(fields)
    return {**told, "hash": "0x" + keccak(header).hex()}, header


def test_the_first_block_of_ethereum() -> None:
    """Its hash is known to all."""
    header = encode_header(GENESIS)
    assert keccak(header).hex() == GENESIS["hash"][2:]
    assert len(rlp.decode(header)) == 15


@pytest.mark.parametrize("fork", FORKS)
def test_fields_of_every_fork(fork: str) -> None:
    told, header = block(fork)
    assert encode_header(told) == header


@pytest.mark.parametrize("name", ["mixHash", "nonce", "logsBloom"])
def test_a_node_that_does_not_tell_all(name: str) -> None:
    told = {key: value for key, value in GENESIS.items() if key != name}
    with pytest.raises(ChainError, match=f"eth_getBlockByNumber: {name} is missing"):
        encode_header(told)


def test_fields_unknown_here() -> None:
    """A fork to come, or a chain with fields of its own, is noticed: the hash does not fit."""
    told, _ = block("Prague")
    fields = rlp.decode(encode_header(told))
    told["hash"] = "0x" + keccak(rlp.encode([*fields, b"\x01"])).hex()
    with pytest.raises(ChainError, match="block 256 has header fields unknown here"):
        encode_header(json.loads(json.dumps(told)))


def test_a_node_that_lies() -> None:
    """Another mix under the same hash is no header."""
    with pytest.raises(ChainError, match="block 0 has header fields unknown here"):
        encode_header({**GENESIS, "mixHash": "0x" + "01" * 32})
