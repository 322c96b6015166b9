"""Deployment files: one message for each flaw, which names field and value, and is short."""

import json
import random
import string
from pathlib import Path
from typing import Any

import pytest

from offchain.bindings.deployment import Deployment, DrawnDeployment, NoGroups, read_any
from offchain.chain.errors import ChainError
from offchain.io.addresses import checksum
from offchain.io.output import OutputFailed

FACTORY, AUCTIONEER, SOURCE = (checksum(bytes([n]) * 20) for n in (0xAB, 0xCD, 0xEF))
ADAPTER = {"make": "nouns", "house": FACTORY, "address": SOURCE}
GOOD = {"chain_id": 1, "block": 5, "factory": FACTORY, "auctioneer": AUCTIONEER}


def write(folder: Path, text: str) -> Path:
    path = folder / "deployment.json"
    path.write_text(text)
    return path


@pytest.mark.parametrize("randomness", [None, SOURCE])
def test_what_is_written_is_read(tmp_path: Path, randomness: str | None) -> None:
    deployment = Deployment(5, 7, FACTORY, AUCTIONEER, randomness)
    deployment.write(tmp_path / "d.json")
    assert Deployment.read(tmp_path / "d.json") == deployment


@pytest.mark.parametrize("style", [str.lower, lambda text: "0x" + text[2:].upper(), str])
def test_letters_of_an_address(tmp_path: Path, style: Any) -> None:
    """All small, all capital, or as the checksum has them; what is read is checksummed."""
    path = write(tmp_path, json.dumps(GOOD | {"factory": style(FACTORY)}))
    assert Deployment.read(path).factory == FACTORY


def test_any_other_letter_is_a_typing_error(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    draw = random.Random(seed)
    for _ in range(200):
        proper = checksum(draw.randbytes(20))
        place = draw.choice([n for n, c in enumerate(proper) if c in string.hexdigits[10:]])
        wrong = proper[:place] + proper[place].swapcase() + proper[place + 1 :]
        if len({c.isupper() for c in wrong[2:] if c.isalpha()}) == 1:
            continue
        path = write(tmp_path, json.dumps(GOOD | {"auctioneer": wrong}))
        with pytest.raises(ChainError, match=f'auctioneer: "{wrong}" is mistyped'):
            Deployment.read(path)


FLAWS: dict[str, tuple[Any, str]] = {
    "chain as text": ({"chain_id": "1"}, 'chain_id: "1" is not an integer'),
    "chain as truth": ({"chain_id": True}, "chain_id: true is not an integer"),
    "chain 0": ({"chain_id": 0}, "chain_id: 0 is below 1"),
    "block as fraction": ({"block": 1.0}, "block: 1.0 is not an integer"),
    "block below 0": ({"block": -1}, "block: -1 is negative"),
    "block above all": ({"block": 2**64}, r"block: \d+ is above 2\^64-1"),
    "null": ({"factory": None}, "factory: null is not an address"),
    "a list": ({"factory": [FACTORY]}, "factory: a list is not an address"),
    "a number": ({"factory": 0x12}, "factory: 18 is not an address"),
    "a short one": ({"auctioneer": "0x1"}, 'auctioneer: "0x1" is not an address'),
    "no 0x": ({"auctioneer": "ab" * 21}, "auctioneer: .* is not an address"),
    "blanks": ({"auctioneer": "0x" + "ab" * 19 + " a"}, "auctioneer: .* is not an address"),
    "a long one": ({"auctioneer": "0x" + "a" * 9_000}, r"auctioneer: .*\.\.\. \(9004 characters\)"),
    "randomness": ({"randomness": ""}, 'randomness: "" is not an address'),
    "randomness null": ({"randomness": None}, "randomness: null is not an address"),
    "adapters as one": ({"adapters": {}}, "adapters: an object is not a list"),
    "another make": (
        {"adapters": [ADAPTER | {"make": "sothebys"}]},
        r'adapters\[0\].make: "sothebys" is not one of nouns, zora',
    ),
    "half an adapter": ({"adapters": [{"make": "nouns"}]}, r"adapters\[0\].house: missing"),
    "an adapter twice": (
        {"adapters": [ADAPTER, ADAPTER | {"make": "zora"}]},
        rf'adapters\[1\].address: "{SOURCE}" stands twice in the list',
    ),
    "a key too many": ({"beacons": 5}, "beacons: unknown field with value 5"),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_field_that_is_wrong(tmp_path: Path, flaw: str) -> None:
    change, message = FLAWS[flaw]
    path = write(tmp_path, json.dumps(GOOD | change))
    with pytest.raises(ChainError, match=message) as refused:
        Deployment.read(path)
    assert str(refused.value).startswith(f"{path} is not a deployment file: ")
    assert len(str(refused.value)) < 600
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("field", GOOD)
def test_a_field_that_is_missing(tmp_path: Path, field: str) -> None:
    path = write(tmp_path, json.dumps({k: v for k, v in GOOD.items() if k != field}))
    with pytest.raises(ChainError, match=f"{field}: missing"):
        Deployment.read(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "5",
        "null",
        "no",
        "[" * 60_000,
        '{"a":' * 12_000,
        '{"block": 1, "block": 2}',
        "{" + " " * 70_000 + "}",
        json.dumps(GOOD)[:-1] + ', "block": 6}',
        json.dumps(GOOD | {"block": "x"}).replace('"x"', "9" * 9_000),
        json.dumps(GOOD | {"block": "x"}).replace('"x"', "NaN"),
    ],
    ids=range(12),
)
def test_what_is_no_such_document(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ChainError, match="is not a deployment file: ") as refused:
        Deployment.read(path)
    assert len(str(refused.value)) < 400


def test_what_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "d.json").write_bytes(b"\xff\x00")
    for path in (tmp_path / "d.json", tmp_path / "none.json", tmp_path, Path("/dev/zero")):
        with pytest.raises(ChainError, match=f"^{path} is not a deployment file: "):
            Deployment.read(path)


def test_an_auction_without_groups_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    DrawnDeployment(1, 0, AUCTIONEER, SOURCE).write(path)
    with pytest.raises(NoGroups):
        Deployment.read(path)
    assert read_any(path) == DrawnDeployment.read(path) == DrawnDeployment(1, 0, AUCTIONEER, SOURCE)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"randomness": None}, "randomness: null is not an address"),
        ({"block": "x"}, 'block: "x" is not an integer'),
        ({"factory": FACTORY}, "factory: unknown field"),
    ],
    ids=["null", "a word", "a field too many"],
)
def test_a_flaw_of_a_file_without_groups(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    good = {"chain_id": 1, "block": 0, "auction": AUCTIONEER, "randomness": SOURCE}
    path = write(tmp_path, json.dumps(good | change))
    with pytest.raises(ChainError, match=message):
        read_any(path)


def test_any_reads_both(tmp_path: Path) -> None:
    path = write(tmp_path, json.dumps(GOOD))
    assert read_any(path) == Deployment.read(path)
    with pytest.raises(ChainError, match="is not a deployment file: "):
        read_any(write(tmp_path, "[]"))


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    Deployment(1, 0, FACTORY, AUCTIONEER).write(path)
    with pytest.raises(OutputFailed):
        Deployment(2, 0, FACTORY, AUCTIONEER).write(Path("/dev/full"))
    Deployment(3, 0, FACTORY, AUCTIONEER).write(path)
    assert Deployment.read(path).chain_id == 3
    assert list(tmp_path.iterdir()) == [path]
