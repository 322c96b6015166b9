"""The header decoder by itself, in process: every way in which bytes can fail to be a header."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
import rlp

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.chain.backend import Reverted
from offchain.chain.revm import Revm

CODEC = contract("HeaderReader")
MIX, DIFFICULTY = 13, 7
FORKS = {"Paris": 16, "Shanghai": 17, "Cancun": 20, "Prague": 21}
FIELDS = (
    *(b"\x11" * 32, b"\x12" * 32, b"\x13" * 20, b"\x14" * 32, b"\x15" * 32, b"\x16" * 32),
    *(b"\x17" * 256, b"", b"\x83\x02", b"\x01\xc9\xc3\x80", b"\x52\x08", b"\x65\x53\xf1\x00"),
    *(b"extra", bytes(range(100, 132)), bytes(8), b"\x3b\x9a\xca\x00", b"\x19" * 32),
)
"""A header's since Shanghai: parent, uncles, beneficiary, state, transactions, receipts; bloom, difficulty, number, gas limit,
gas used, time; extra data, mix, nonce, base fee, withdrawals.
"""


class Reader:
    """The decoder, deployed."""

    def __init__(self) -> None:
        self._chain = Revm()
        self._address = create(self._chain, self._chain.actor(0), "HeaderReader")

    def mix(self, header: bytes) -> bytes:
        """What it finds. `Reverted` if it refuses."""
        data = self._chain.call(self._address, CODEC.encode("beaconMix", header))
        found: bytes = CODEC.decode("beaconMix", data)[0]
        return found


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@contextmanager
def refuses(error: str, *arguments: object) -> Iterator[None]:
    """The header is refused with this error and these arguments."""
    with pytest.raises(Reverted) as caught:
        yield
    told = CODEC.error(caught.value.data)
    assert told is not None, caught.value
    assert (told.name, *told.args.values()) == (error, *arguments)


def with_field(number: int, value: bytes) -> bytes:
    """The header with another value in one field."""
    return bytes(rlp.encode([*FIELDS[:number], value, *FIELDS[number + 1 :]]))


def raw_list(payload: bytes) -> bytes:
    """A list of this payload with the prefix of a header's list."""
    return b"\xf9" + len(payload).to_bytes(2) + payload


def joined(fields: Sequence[bytes]) -> bytes:
    """The payload of a list of these."""
    return b"".join(map(rlp.encode, fields))


def test_a_header(reader: Reader) -> None:
    assert reader.mix(rlp.encode(FIELDS)) == FIELDS[MIX]


@pytest.mark.parametrize("fork", FORKS)
def test_fields_that_forks_append(reader: Reader, fork: str) -> None:
    """Later forks append fields; those before stay where they are. Unknown ones to come are no obstacle."""
    appended = [b"\x07", b"\x22" * 32, b"", b"\x01\x00", b"\x33" * 32, b"\x44" * 32]
    header = rlp.encode([*FIELDS[:15], *appended[: FORKS[fork] - 15]])
    assert reader.mix(header) == FIELDS[MIX]


def test_extra_data_of_every_length(reader: Reader) -> None:
    """The mix is found behind extra data of any length that RLP encodes in its own way."""
    for length in (0, 1, 31, 32, 55, 56, 57, 255, 256, 300):
        header = with_field(12, b"\xee" * length)
        assert reader.mix(header) == FIELDS[MIX], length


def test_single_bytes(reader: Reader) -> None:
    """A byte below 0x80 stands for itself."""
    for value in (b"\x00", b"\x01", b"\x7f", b"\x80", b"\xff"):
        assert reader.mix(with_field(12, value)) == FIELDS[MIX]


@pytest.mark.parametrize("difficulty", [b"\x00", b"\x01", b"\x80", b"\x02\x00\x00"])
def test_blocks_mined_by_work(reader: Reader, difficulty: bytes) -> None:
    """A block with a difficulty holds no mix of a beacon, but a nonce's."""
    with refuses("NotProofOfStake"):
        reader.mix(with_field(DIFFICULTY, difficulty))


@pytest.mark.parametrize("constant", [0, 1, 2_500_000_000_000_000, 2**64 - 1])
def test_chains_without_a_beacon(reader: Reader, constant: int) -> None:
    """They put a small constant in place of the mix, which everybody knows."""
    word = constant.to_bytes(32, "big")
    with refuses("NoBeacon", word):
        reader.mix(with_field(MIX, word))
    least = (1 << 64).to_bytes(32, "big")
    assert reader.mix(with_field(MIX, least)) == least


@pytest.mark.parametrize("width", [0, 1, 31, 33, 64])
def test_mix_of_another_width(reader: Reader, width: int) -> None:
    """A mix has 32 bytes."""
    header = with_field(MIX, b"\x99" * width)
    with refuses("BadMixHash", width):
        reader.mix(header)


@pytest.mark.parametrize("count", [7, 13, 14])
def test_too_few_fields(reader: Reader, count: int) -> None:
    """A list that ends before the nonce is no header."""
    header = rlp.encode(FIELDS[:count])
    with refuses("TooFewFields", count):
        reader.mix(header)


def test_every_truncation(reader: Reader) -> None:
    """However much is cut off, or added, the length of the list does not fit, or is no header's."""
    header = rlp.encode(FIELDS)
    for length in (0, 1, 2, 3, 258):
        with refuses("BadHeaderLength", length):
            reader.mix(header[:length])
    for length in (259, 300, len(header) - 1):
        with refuses("BadListPrefix", header[:3]):
            reader.mix(header[:length])
    with refuses("BadListPrefix", header[:3]):
        reader.mix(header + b"\x00")


def test_length_is_bounded(reader: Reader) -> None:
    """1,024 bytes and no more, whoever pays for the calldata."""
    spare = 1_024 - len(with_field(12, b"\xee" * 256)) + 256
    assert len(with_field(12, b"\xee" * spare)) == 1_024
    assert reader.mix(with_field(12, b"\xee" * spare)) == FIELDS[MIX]
    with refuses("BadHeaderLength", 1_025):
        reader.mix(with_field(12, b"\xee" * (spare + 1)))


@pytest.mark.parametrize("prefix", [b"\xf8\xff", b"\xf7", b"\xb9", b"\xfa\x00", b"\x00"])
def test_other_list_prefixes(reader: Reader, prefix: bytes) -> None:
    """A header's list has exactly one prefix."""
    header = prefix + rlp.encode(FIELDS)[len(prefix) :]
    with refuses("BadListPrefix", header[:3]):
        reader.mix(header)


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
def test_bad_fields(reader: Reader, raw: bytes, error: str) -> None:
    """Lists, lengths of more bytes, longer encodings than need be, and strings beyond the end."""
    before = joined(FIELDS[:12])
    with refuses(error, 3 + len(before)):
        reader.mix(raw_list(before + raw + joined(FIELDS[13:])))


@pytest.mark.parametrize("raw", [b"\x81", b"\xa0", b"\xb8", b"\xb9", b"\xb9\x01", b"\xb8\x38"])
def test_last_field_overruns(reader: Reader, raw: bytes) -> None:
    """A last field whose length or bytes lie beyond the end, by one byte or more."""
    payload = joined(FIELDS[:16]) + raw
    with refuses("FieldOverrun", 3 + len(payload) - len(raw)):
        reader.mix(raw_list(payload))


def test_random_bytes_agree_with_a_full_decoder(reader: Reader) -> None:
    """With one to three bytes changed: whenever the decoder accepts, a full RLP decoder finds the same fields."""
    seed = random.randrange(2**32)
    rng = random.Random(seed)
    header = rlp.encode(FIELDS)
    accepted = 0
    for _ in range(150):
        changed = bytearray(header)
        for place in rng.sample(
            [0, 1, 2, *range(3, 250), *range(465, len(header))], rng.randint(1, 3)
        ):
            changed[place] = rng.choice((rng.randrange(256), 0x80, 0xA0, 0xB8, 0xB9, 0xC0))
        try:
            found = reader.mix(bytes(changed))
        except Reverted:
            continue
        decoded: list[bytes] = rlp.decode(bytes(changed))
        assert (decoded[DIFFICULTY], found) == (b"", decoded[MIX]), f"seed {seed}"
        accepted += 1
    assert accepted > 20, f"seed {seed}: hardly any change was accepted"
