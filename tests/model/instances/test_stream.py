"""Documents read a piece at a time are what the standard decoder makes of the whole, wherever the cuts are."""

import json
import random
import re

import pytest

from offchain.io.decoding import DECODER
from offchain.io.errors import InvalidInput
from offchain.io.stream import Document, utf8

DOCUMENTS = [
    "",
    "[]",
    " [ ] ",
    "12",
    "nul",
    '"ab',
    "{}",
    '{"a":1,}',
    "{} {}",
    "[1,2]",
    "[1",
    '[{"a":1},{"b":[1,2,{"c":"\\ud83d\\ude00x\\n"}]}]',
    "[true,false,null,-Infinity,NaN,1.5e10,-12]",
    '["abc","d\\u12"]',
    '["a\nb"]',
    '\n\n [\n{"a":1},\n\n {x}]',
    '[{"a":1}\n,{"b":2}] x',
    '[[[1]],"\\q"]',
    "[123456789012345678901,1e400]",
    '["' + "x" * 50 + '","y]',
    '{"a":1,' + " " * 40 + '"b":2}',
]
SPLICES = ["", '"', "{", "}", "[", "]", ",", ":", "\n", "1", "\\", "u", "x", " ", "-", "e", "."]


def variants(seed: int) -> list[str]:
    """The documents, and each with some characters replaced."""
    draw = random.Random(seed)
    found = list(DOCUMENTS)
    for text in DOCUMENTS * 20:
        letters = list(text)
        for _ in range(draw.randint(1, 3)):
            place = draw.randint(0, len(letters))
            letters[place : place + draw.randint(0, 2)] = draw.choice(SPLICES)
        found.append("".join(letters))
    return found


def at_once(text: str) -> object:
    """What the standard decoder says: the entries or the only value in a list, or the message."""
    try:
        value = DECODER.decode(text)
    except json.JSONDecodeError as error:
        return f"not JSON: {error.msg} at line {error.lineno} column {error.colno}"
    return value if isinstance(value, list) else [value]


def in_pieces(text: str, size: int) -> object:
    try:
        return list(Document(text[at : at + size] for at in range(0, len(text), size)).values())
    except InvalidInput as error:
        return re.sub(r"^\[\d+\]: ", "", str(error))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 20, 1000])
def test_pieces_of_any_size_say_what_the_whole_says(size: int) -> None:
    for seed in range(3):
        for text in variants(seed):
            assert in_pieces(text, size) == at_once(text), (seed, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"a":1},\n{"b":]', "[1]: not JSON: Expecting value at line 2 column 6"),
        ("[{},{},", "[2]: not JSON: Expecting value at line 1 column 8"),
        ("[{},{} {}]", "[1]: not JSON: Expecting ',' delimiter at line 1 column 8"),
        ("[{},{}] 5", "not JSON: Extra data at line 1 column 9"),
        ("[{}," + "[" * 100_000, "[1]: not an instance: lists or objects are nested too deep"),
        ('[{},{"a":' * 100_000, "[1]: not an instance: lists or objects are nested too deep"),
    ],
    ids=lambda text: text[:12],
)
def test_a_malformed_entry_is_named_by_its_index(text: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        list(Document([text]).values())
    assert str(caught.value) == message


def test_of_a_list_only_what_is_looked_at_is_kept() -> None:
    """A list without end: an entry is there before the next piece is asked for twice."""
    asked = 0

    def pieces() -> object:
        nonlocal asked
        yield "["
        while True:
            asked += 1
            yield '{"a": 1}, ' * 100

    values = Document(pieces()).values()  # type: ignore[arg-type]
    for number in range(10_000):
        assert next(values) == {"a": 1}
        assert asked <= number // 100 + 2


def test_an_error_needs_no_more_than_what_stands_before_it() -> None:
    """In a text without end, too, unless a string is what has no end."""

    def pieces() -> object:
        yield '[{"a": 1}, {"b": oops'
        while True:
            yield "0" * 1000

    with pytest.raises(InvalidInput, match=r"^\[1\]: not JSON: Expecting value at line 1"):
        list(Document(pieces()).values())  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("Zoë 氏 😀".encode(), "Zoë 氏 😀"),
        (b"\xef\xbb\xbf{}", "{}"),
        (b"ab\xffcd", "not UTF-8: byte 0xff at offset 2 (invalid start byte)"),
        (b"\xef\xbb\xbfab\xff", "not UTF-8: byte 0xff at offset 5 (invalid start byte)"),
        (b"ab\xe6\xb0", "not UTF-8: byte 0xe6 at offset 2 (unexpected end of data)"),
        (b"ab\xe6\xb0x", "not UTF-8: byte 0xe6 at offset 2 (invalid continuation byte)"),
        (b"\xff\xfe{\x00", "not UTF-8: byte 0xff at offset 0 (invalid start byte)"),
    ],
    ids=str,
)
def test_bytes_cut_anywhere_are_the_same_text(data: bytes, expected: str, size: int) -> None:
    try:
        found = "".join(utf8(data[at : at + size] for at in range(0, len(data), size)))
    except InvalidInput as error:
        found = str(error)
    assert found == expected
