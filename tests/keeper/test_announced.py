"""The file of announcements: what is written is read, and no line of a stranger's stops another."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from offchain.bindings.announcements import Announcement
from offchain.bindings.seals import Opening
from offchain.io.addresses import checksum
from offchain.keeper.announced import MAX_LINE, Announced, Disclosure
from offchain.keeper.lines import LinesError
from offchain.keeper.openings import Openings

AUCTION, ANN, BOB = (checksum(bytes([n]) * 20) for n in (0xAB, 0xCD, 0xEF))
TOLD = Announcement(((BOB, 40, 0b101),), 0b10, bytes(range(32)))
GOOD = Disclosure(AUCTION, 1, ANN, TOLD)
SEAL = TOLD.commitment(5, AUCTION, 1, ANN)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "announced.jsonl"


def line(**changes: Any) -> str:
    """A line, right but for the changes."""
    fields = {
        "contract": AUCTION,
        "lot": 1,
        "bidder": ANN,
        "offers": [{"to": BOB, "price": 40, "goods": [0, 2]}],
        "wish": [1],
        "salt": TOLD.salt.hex(),
    }
    return json.dumps({key: one for key, one in (fields | changes).items() if one is not ...})


def test_what_is_written_is_read(path: Path) -> None:
    Announced(path).add([GOOD])
    assert json.loads(path.read_text()) == json.loads(line())
    assert path.stat().st_mode & 0o077 == 0
    assert Announced(path).disclosure(5, AUCTION, 1, ANN, SEAL) == GOOD


def test_numbers_may_be_text(path: Path) -> None:
    """As JavaScript writes those that its own do not hold."""
    path.write_text(line(offers=[{"to": BOB, "price": "40", "goods": [0, 2]}], lot="1") + "\n")
    assert Announced(path).disclosure(5, AUCTION, 1, ANN, SEAL) == GOOD


def test_it_opens_its_own_seal_alone(path: Path) -> None:
    known = Announced(path)
    known.add([GOOD])
    assert known.disclosure(5, AUCTION, 1, ANN, bytes(24)) is None
    assert known.disclosure(6, AUCTION, 1, ANN, SEAL) is None, "another chain"
    assert known.disclosure(5, AUCTION, 1, BOB, SEAL) is None, "somebody else copied it"


def test_what_is_appended_is_read_on(path: Path) -> None:
    known = Announced(path)
    assert known.disclosure(5, AUCTION, 1, ANN, SEAL) is None
    path.write_text(line() + "\n")
    known.refresh()
    assert known.disclosure(5, AUCTION, 1, ANN, SEAL) == GOOD


def test_the_largest_announcement_fits_a_line(path: Path) -> None:
    """32 offers of all 256 goods, at the highest prices, and everything wished."""
    to = sorted((checksum(bytes([n + 1]) * 20) for n in range(32)), key=lambda one: int(one, 16))
    offers = tuple((who, 2**64 // 33, 0xFF << 8 * n) for n, who in enumerate(to))
    Announced(path).add(
        [Disclosure(AUCTION, 2**32 - 1, ANN, Announcement(offers, 2**256 - 1, bytes(32)))]
    )
    assert len(path.read_text()) < MAX_LINE
    assert len(Announced(path)) == 1


FLAWS: dict[str, tuple[dict[str, Any], str]] = {
    "a bid's line": (
        {"offers": ..., "wish": ..., "bid": 5},
        "not an object of contract, lot, bidder",
    ),
    "no list": ({"offers": 5}, "offers: not a list of at most 32"),
    "too many offers": ({"offers": [{}] * 33}, "offers: not a list of at most 32"),
    "half an offer": ({"offers": [{"to": BOB}]}, r"offers\[0\]: not an object of to, price, goods"),
    "no price": (
        {"offers": [{"to": BOB, "price": "5.0", "goods": []}]},
        r"offers\[0\]\.price: '5.0' is not an integer",
    ),
    "no such good": (
        {"offers": [{"to": BOB, "price": 5, "goods": [256]}]},
        r"offers\[0\]\.goods: 256 is not an integer from 0 to 255",
    ),
    "a good twice": ({"wish": [3, 3]}, "wish: a good comes twice"),
    "truth for a good": ({"wish": [True]}, "wish: True is not an integer"),
    "a short salt": ({"salt": "00"}, "salt: 1 bytes, not 32"),
    "nobody": ({"bidder": "0x1"}, "bidder: '0x1' is no address"),
    "lot 0": ({"lot": 0}, "lot: 0 is not an integer from 1"),
    "more than there is": (
        {
            "offers": [
                {"to": ANN, "price": 2**63, "goods": []},
                {"to": BOB, "price": 2**63, "goods": []},
            ]
        },
        "offers: their prices are more than an amount can hold",
    ),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_line_that_is_none_is_passed_over(path: Path, flaw: str) -> None:
    change, message = FLAWS[flaw]
    path.write_text(f"{line(**change)}\n{line()}\n")
    flaws: list[LinesError] = []
    known = Announced(path, on_flaw=flaws.append)
    assert len(known) == 1
    (told,) = flaws
    assert str(told).startswith(f"{path}, line 1: ")
    with pytest.raises(LinesError, match=message):
        Announced(path)


@pytest.mark.parametrize("seed", range(200))
def test_bytes_of_any_kind(path: Path, seed: int) -> None:
    """Lines cut, doubled, or with bytes changed are flaws or announcements, never an end of the keeper."""
    rng = random.Random(seed)
    junk = bytearray(line().encode())
    for _ in range(rng.randrange(1, 6)):
        junk[rng.randrange(len(junk))] = rng.randrange(256)
    cut = bytes(junk[: rng.randrange(1, len(junk) + 1)])
    path.write_bytes(cut + b"\n" + line(lot=2).encode() + b"\n")
    flaws: list[LinesError] = []
    known = Announced(path, on_flaw=flaws.append)
    assert len(known) >= 1, f"seed {seed}"
    assert all(str(flaw).isprintable() for flaw in flaws), f"seed {seed}"


def test_what_is_told_twice_is_kept_once(path: Path) -> None:
    known = Announced(path)
    known.add([GOOD, GOOD])
    assert len(known) == len(Announced(path)) == 1


def test_a_salt_of_another_length_is_not_written(path: Path) -> None:
    """It would open nothing."""
    short = Disclosure(AUCTION, 1, ANN, Announcement((), 0, bytes(31)))
    with pytest.raises(LinesError, match="salt: 31 bytes, not 32"):
        Announced(path).add([short])
    assert not path.exists()


def test_signals_may_stand_in_the_same_file(path: Path) -> None:
    """Each reader takes its own lines; a line that is nobody's is told once."""
    signal = Opening(AUCTION, 1, BOB, 2, bytes(range(32)))
    Announced(path).add([GOOD])
    Openings(path, among_others=True).add([signal])
    with path.open("a") as file:
        file.write('{"what": "else"}\n')
    flaws: list[LinesError] = []
    announced = Announced(path, flaws.append, among_others=True)
    openings = Openings(path, flaws.append, among_others=True)
    assert announced.disclosure(5, AUCTION, 1, ANN, SEAL) == GOOD
    assert openings.of(AUCTION, 1, BOB) == [signal]
    assert (len(announced), len(openings)) == (1, 1)
    assert [str(one).partition(": ")[0] for one in flaws] == [f"{path}, line 3"]
