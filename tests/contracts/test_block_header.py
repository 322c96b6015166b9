"""The header decoder by itself: real headers, and every way in which bytes can fail to be one."""

import random

import pytest
import rlp
from brownie import accounts, web3
from brownie.exceptions import VirtualMachineError

from tests.contracts.checks import reverts_with
from tests.contracts.randomness import fields_of, header_of, mine, mix_of

MIX, DIFFICULTY = 13, 7
FORKS = {"Paris": 16, "Shanghai": 17, "Cancun": 20, "Prague": 21}


@pytest.fixture(scope="module")
def reader(HeaderReader):
    """The decoder."""
    return accounts[0].deploy(HeaderReader)


@pytest.fixture(scope="module")
def fields():
    """The fields of a real header of this node."""
    mine(3)
    return fields_of(header_of(web3.eth.block_number - 1))


def mix(fields):
    """The mix among these fields, as Brownie shows it."""
    return "0x" + fields[MIX].hex()


def with_field(fields, number, value):
    """The header with another value in one field."""
    return rlp.encode([*fields[:number], value, *fields[number + 1 :]])


def raw_list(payload):
    """A list of this payload with the prefix of a header's list."""
    return b"\xf9" + len(payload).to_bytes(2, "big") + payload


def payload_of(fields, number, raw):
    """The payload of the header with one field's encoding replaced; and where that starts in the header."""
    before = b"".join(map(rlp.encode, fields[:number]))
    after = b"".join(map(rlp.encode, fields[number + 1 :]))
    return before + raw + after, 3 + len(before)


def test_real_headers(reader):
    """What the decoder finds is what the node says, in headers of different lengths."""
    mine(300)
    newest = web3.eth.block_number
    for block in (1, 2, 127, 128, 255, 256, newest):
        assert reader.beaconMix(header_of(block)) == "0x" + mix_of(block).hex()


@pytest.mark.parametrize("fork", FORKS)
def test_fields_that_forks_append(reader, fields, fork):
    """Later forks append fields; those before stay where they are. Unknown ones to come are no obstacle."""
    appended = [b"\x07", b"\x22" * 32, b"", b"\x01\x00", b"\x33" * 32, b"\x44" * 32]
    header = rlp.encode([*fields[:15], *appended[: FORKS[fork] - 15]])
    assert reader.beaconMix(header) == mix(fields)


def test_extra_data_of_every_length(reader, fields):
    """The mix is found behind extra data of any length that RLP encodes in its own way."""
    for length in (0, 1, 31, 32, 55, 56, 57, 255, 256, 300):
        header = with_field(fields, 12, b"\xee" * length)
        assert reader.beaconMix(header) == mix(fields), length


def test_single_bytes(reader, fields):
    """A byte below 0x80 stands for itself."""
    for value in (b"\x00", b"\x01", b"\x7f", b"\x80", b"\xff"):
        assert reader.beaconMix(with_field(fields, 12, value)) == mix(fields)


@pytest.mark.parametrize("difficulty", [b"\x00", b"\x01", b"\x80", b"\x02\x00\x00"])
def test_blocks_mined_by_work(reader, fields, difficulty):
    """A block with a difficulty holds no mix of a beacon, but a nonce's."""
    with reverts_with(reader, "NotProofOfStake"):
        reader.beaconMix(with_field(fields, DIFFICULTY, difficulty))


@pytest.mark.parametrize("constant", [0, 1, 2_500_000_000_000_000, 2**64 - 1])
def test_chains_without_a_beacon(reader, fields, constant):
    """They put a small constant in place of the mix, which everybody knows."""
    word = constant.to_bytes(32, "big")
    with reverts_with(reader, "NoBeacon", word):
        reader.beaconMix(with_field(fields, MIX, word))
    least = (1 << 64).to_bytes(32, "big")
    assert reader.beaconMix(with_field(fields, MIX, least)) == "0x" + least.hex()


@pytest.mark.parametrize("width", [0, 1, 31, 33, 64])
def test_mix_of_another_width(reader, fields, width):
    """A mix has 32 bytes."""
    header = with_field(fields, MIX, b"\x99" * width)
    with reverts_with(reader, "BadMixHash", width):
        reader.beaconMix(header)


@pytest.mark.parametrize("count", [7, 13, 14])
def test_too_few_fields(reader, fields, count):
    """A list that ends before the nonce is no header."""
    header = rlp.encode(fields[:count])
    with reverts_with(reader, "TooFewFields", count):
        reader.beaconMix(header)


def test_every_truncation(reader, fields):
    """However much is cut off, or added, the length of the list does not fit, or is no header's."""
    header = rlp.encode(fields)
    for length in (0, 1, 2, 3, 258):
        with reverts_with(reader, "BadHeaderLength", length):
            reader.beaconMix(header[:length])
    for length in (259, 300, len(header) - 1):
        with reverts_with(reader, "BadListPrefix", header[:3]):
            reader.beaconMix(header[:length])
    with reverts_with(reader, "BadListPrefix", header[:3]):
        reader.beaconMix(header + b"\x00")


def test_length_is_bounded(reader, fields):
    """1,024 bytes and no more, whoever pays for the calldata."""
    spare = 1_024 - len(with_field(fields, 12, b"\xee" * 256)) + 256
    assert len(with_field(fields, 12, b"\xee" * spare)) == 1_024
    assert reader.beaconMix(with_field(fields, 12, b"\xee" * spare)) == mix(fields)
    with reverts_with(reader, "BadHeaderLength", 1_025):
        reader.beaconMix(with_field(fields, 12, b"\xee" * (spare + 1)))


@pytest.mark.parametrize("prefix", [b"\xf8\xff", b"\xf7", b"\xb9", b"\xfa\x00", b"\x00"])
def test_other_list_prefixes(reader, fields, prefix):
    """A header's list has exactly one prefix."""
    header = prefix + rlp.encode(fields)[len(prefix) :]
    with reverts_with(reader, "BadListPrefix", header[:3]):
        reader.beaconMix(header)


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"\xc0", "NotAString"),  # an empty list
        (b"\xf8\x00", "NotAString"),
        (b"\xba\x00\x00\x01\x00", "NotAString"),  # three bytes of length
        (b"\xbf" + b"\xff" * 8, "NotAString"),  # eight, which would overflow
        (b"\x81\x7f", "NotCanonical"),  # a byte that stands for itself
        (b"\x81\x00", "NotCanonical"),
        (b"\xb8\x37" + b"\xee" * 55, "NotCanonical"),  # fits the short form
        (b"\xb8\x00", "NotCanonical"),
        (b"\xb9\x00\xff" + b"\xee" * 255, "NotCanonical"),
        (b"\xb9\x00\x00", "NotCanonical"),
        (b"\xb9\xff\xff", "FieldOverrun"),
    ],
)
def test_bad_fields(reader, fields, raw, error):
    """Lists, lengths of more bytes, longer encodings than need be, and strings beyond the end."""
    payload, position = payload_of(fields, 12, raw)
    with reverts_with(reader, error, position):
        reader.beaconMix(raw_list(payload))


@pytest.mark.parametrize("raw", [b"\x81", b"\xa0", b"\xb8", b"\xb9", b"\xb9\x01", b"\xb8\x38"])
def test_last_field_overruns(reader, fields, raw):
    """A last field whose length or bytes lie beyond the end, by one byte or more."""
    payload = b"".join(map(rlp.encode, fields[:16])) + raw
    with reverts_with(reader, "FieldOverrun", 3 + len(payload) - len(raw)):
        reader.beaconMix(raw_list(payload))


def test_random_bytes_agree_with_a_full_decoder(reader, fields):
    """With one to three bytes changed: whenever the decoder accepts, a full RLP decoder finds the same fields."""
    seed = random.randrange(2**32)
    rng = random.Random(seed)
    header = rlp.encode(fields)
    accepted = 0
    for _ in range(150):
        changed = bytearray(header)
        for place in rng.sample(
            [0, 1, 2, *range(3, 250), *range(465, len(header))], rng.randint(1, 3)
        ):
            changed[place] = rng.choice((rng.randrange(256), 0x80, 0xA0, 0xB8, 0xB9, 0xC0))
        try:
            found = reader.beaconMix(bytes(changed))
        except VirtualMachineError:
            continue
        decoded = fields_of(bytes(changed))
        assert (decoded[DIFFICULTY], found) == (b"", mix(decoded)), f"seed {seed}"
        accepted += 1
    assert accepted > 20, f"seed {seed}: hardly any change was accepted"


def test_gas_is_bounded(reader):
    """The most fields that fit: a thousand of one byte each, within a few hundred thousand gas."""
    payload = b"".join(map(rlp.encode, [b""] * 13 + [b"\x99" * 32])) + b"\x01" * (1_021 - 13 - 33)
    assert reader.beaconMix(raw_list(payload)) == "0x" + "99" * 32
    call = {"from": accounts[0].address, "to": reader.address}
    call["data"] = reader.beaconMix.encode_input(raw_list(payload))
    assert web3.eth.estimate_gas(call) < 600_000
