"""The header decoder on a node: real headers, and what the longest costs. What else there is to it is tested in process, in
tests/randomness/test_header_decoding.py."""

import pytest
import rlp
from brownie import accounts, web3

from tests.contracts.randomness import header_of, mine, mix_of


@pytest.fixture(scope="module")
def reader(HeaderReader):
    """The decoder."""
    return accounts[0].deploy(HeaderReader)


def test_real_headers(reader):
    """What the decoder finds is what the node says, in headers of different lengths."""
    mine(300)
    newest = web3.eth.block_number
    for block in (1, 2, 127, 128, 255, 256, newest):
        assert reader.beaconMix(header_of(block)) == "0x" + mix_of(block).hex()


def test_gas_is_bounded(reader):
    """The most fields that fit: a thousand of one byte each, within a few hundred thousand gas."""
    payload = b"".join(map(rlp.encode, [b""] * 13 + [b"\x99" * 32])) + b"\x01" * (1_021 - 13 - 33)
    header = b"\xf9" + len(payload).to_bytes(2, "big") + payload
    assert reader.beaconMix(header) == "0x" + "99" * 32
    call = {"from": accounts[0].address, "to": reader.address}
    call["data"] = reader.beaconMix.encode_input(header)
    assert web3.eth.estimate_gas(call) < 600_000
