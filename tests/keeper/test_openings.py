"""The file of openings: nothing acknowledged is lost, and nothing broken gets in."""

import json
import os
import random
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from offchain.bindings.seals import Opening, commitment
from offchain.io.addresses import checksum
from offchain.keeper import lines
from offchain.keeper import openings as module
from offchain.keeper.openings import MAX_LINE, Openings, OpeningsError

CONTRACT = checksum(bytes.fromhex("00000000219ab540356cbb839cbe05303d7705fa"))
BIDDER = checksum(bytes.fromhex("de0b295669a9fd93d5f28d9ec85e40f4cb697bae"))


def opening(lot: int = 1, bid: int = 5, salt: bytes = bytes(range(32))) -> Opening:
    return Opening(CONTRACT, lot, BIDDER, bid, salt)


def line(**changes: object) -> str:
    fields = {"contract": CONTRACT, "lot": 1, "bidder": BIDDER, "bid": 5, "salt": "00" * 32}
    return json.dumps({k: v for k, v in (fields | changes).items() if v is not ...})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "openings.jsonl"


def test_what_was_added_is_read_again(path: Path) -> None:
    openings = Openings(path)
    openings.add([opening(1), opening(2)])
    openings.add([opening(3, bid=2**64 - 1)])
    for known in (openings, Openings(path)):
        assert len(known) == 3
        assert known.of(CONTRACT, 3, BIDDER) == [opening(3, bid=2**64 - 1)]
        assert known.of(CONTRACT, 4, BIDDER) == []


def test_the_newest_comes_first_and_none_twice(path: Path) -> None:
    openings = Openings(path)
    for bid in (5, 6, 5):
        openings.add([opening(bid=bid)])
    openings.refresh()
    assert openings.of(CONTRACT, 1, BIDDER) == [opening(bid=6), opening(bid=5)]


def test_without_a_file_they_stay_in_memory(tmp_path: Path) -> None:
    openings = Openings()
    openings.add([opening()])
    openings.refresh()
    assert openings.of(CONTRACT, 1, BIDDER) == [opening()]
    assert not list(tmp_path.iterdir())


def test_only_the_owner_can_read_the_file(path: Path) -> None:
    before = os.umask(0)
    try:
        Openings(path).add([opening()])
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_kill_at_any_byte_loses_at_most_the_line_being_written(path: Path) -> None:
    Openings(path).add([opening(lot) for lot in (1, 2, 3)])
    whole = path.read_bytes()
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        survivors = whole[:length].count(b"\n")
        openings = Openings(path)
        assert len(openings) == survivors
        openings.add([opening(9)])
        assert len(Openings(path)) == survivors + 1, "the next line starts on a line of its own"


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ("{", "not JSON"),
        ("", "not JSON"),
        ("[]", "not an object of contract, lot, bidder, bid, salt"),
        (line(note="x"), "not an object of contract, lot, bidder, bid, salt"),
        (line(bid=...), "not an object of contract, lot, bidder, bid, salt"),
        (line(contract="0x12"), "contract: '0x12' is no address"),
        (line(bidder=7), "bidder: 7 is no address"),
        (line(lot=0), "lot: 0 is not an integer from 1 to 4294967295"),
        (line(lot=True), "lot: True is not"),
        (line(bid=-1), "bid: -1 is not an integer from 0 to 18446744073709551615"),
        (line(bid=2**64), f"bid: {2**64} is not"),
        (line(bid=1.5), "bid: 1.5 is not"),
        (line(bid="05"), "bid: '05' is not"),
        (line(bid=" 5"), "bid: ' 5' is not"),
        (line(bid="0x5"), "bid: '0x5' is not"),
        (line(bid="-5"), "bid: '-5' is not"),
        (line(bid="\u0665"), r"bid: '\u0665' is not"),
        (line(bid=str(2**64)), f"bid: '{2**64}' is not"),
        (line(lot="0"), "lot: '0' is not"),
        (line(lot=""), "lot: '' is not"),
        (line(salt="00" * 31), "salt: 31 bytes, not 32"),
        (line(salt="xx"), "salt: not in hexadecimal"),
        (line(salt=None), "salt: not in hexadecimal"),
    ],
)
def test_a_bad_line_is_named(path: Path, bad: str, named: str) -> None:
    path.write_text(f"{line()}\n{bad}\n{line(lot=2)}\n")
    with pytest.raises(OpeningsError, match=r"openings\.jsonl, line 2: ") as refusal:
        Openings(path)
    assert named in str(refusal.value)


def test_a_bad_line_need_not_stop_the_others(path: Path) -> None:
    path.write_bytes(f"{line()}\n".encode() + b"\xff\n" + f"{line(lot=2)}\n".encode())
    flaws: list[OpeningsError] = []
    openings = Openings(path, on_flaw=flaws.append)
    assert len(openings) == 2
    openings.refresh()
    assert [str(flaw)[:40] for flaw in flaws] == [f"{path}, line 2: "[:40]], "told once"


def test_numbers_may_stand_as_text(path: Path) -> None:
    """JSON.stringify has no other way for a BigInt, and numbers of JavaScript end at 2^53."""
    most = 2**64 - 1
    path.write_text(f"{line(lot='1', bid=str(most), salt='0x' + '00' * 32)}\n")
    (found,) = Openings(path).of(CONTRACT, 1, BIDDER)
    assert found == opening(bid=most, salt=bytes(32))


def test_addresses_in_any_case_are_the_same(path: Path) -> None:
    path.write_text(line(contract=CONTRACT.lower(), bidder="0x" + BIDDER[2:].upper()) + "\n")
    assert len(Openings(path).of(CONTRACT, 1, BIDDER)) == 1


def test_what_opens_no_bid_is_not_kept(path: Path) -> None:
    openings = Openings(path)
    for bad in (opening(bid=-1), opening(bid=2**64), opening(lot=2**32), opening(salt=b"short")):
        with pytest.raises(OpeningsError):
            openings.add([opening(), bad])
    assert len(openings) == 0
    assert not path.exists()


def test_what_others_append_is_read(path: Path) -> None:
    mine, theirs = Openings(path), Openings(path)
    theirs.add([opening(1)])
    mine.add([opening(2)])
    with path.open("a") as file:
        file.write(line(lot=3) + "\n" + line(lot=4))
    mine.refresh()
    assert len(mine) == 3, "a line counts once it is complete"
    with path.open("a") as file:
        file.write("\n")
    mine.refresh()
    assert len(mine) == 4


def test_a_file_that_was_replaced_is_read_from_its_start(path: Path, tmp_path: Path) -> None:
    openings = Openings(path)
    openings.add([opening(1)])
    other = tmp_path / "other"
    Openings(other).add([opening(2), opening(3)])
    other.replace(path)
    openings.refresh()
    assert len(openings) == 3


def test_a_file_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(OpeningsError, match="cannot be read: not a regular file"):
        Openings(tmp_path)
    with pytest.raises(OpeningsError, match="cannot be written: No such file or directory"):
        Openings(tmp_path / "missing" / "openings").add([opening()])


# FOUND AT ONCE


def test_the_opening_of_a_seal_is_found_whatever_else_there_is(path: Path) -> None:
    """An older one too, if that is what stands; for its chain, contract, lot and bidder only."""
    openings = Openings(path)
    first, second = opening(bid=5), opening(bid=6)
    openings.add([first])
    seals = {chain: commitment(chain, first) for chain in (1, 5)}
    assert openings.opening(1, CONTRACT, 1, BIDDER, seals[1]) == first
    openings.add([second])
    assert openings.opening(1, CONTRACT, 1, BIDDER, seals[1]) == first
    assert openings.opening(1, CONTRACT, 1, BIDDER, commitment(1, second)) == second
    assert openings.opening(5, CONTRACT, 1, BIDDER, seals[5]) == first
    assert openings.opening(5, CONTRACT, 1, BIDDER, seals[1]) is None
    assert openings.opening(1, CONTRACT, 2, BIDDER, seals[1]) is None
    assert openings.opening(1, BIDDER, 1, BIDDER, seals[1]) is None
    assert openings.opening(1, CONTRACT, 1, CONTRACT, seals[1]) is None


def test_each_opening_is_hashed_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are for one bid, and however often it is looked up."""
    hashed: list[Opening] = []

    def counted(chain_id: int, one: Opening) -> bytes:
        hashed.append(one)
        return commitment(chain_id, one)

    monkeypatch.setattr(module, "commitment", counted)
    junk = [opening(bid=5, salt=number.to_bytes(32, "big")) for number in range(500)]
    Openings(path).add(junk)
    openings = Openings(path)
    for _ in range(100):
        openings.refresh()
        assert openings.opening(1, CONTRACT, 1, BIDDER, bytes(24)) is None
    openings.add(junk)
    assert len(hashed) == len(junk)


# WHATEVER BYTES


def whole(path: Path, content: bytes) -> tuple[int, list[OpeningsError]]:
    """How many openings are read out of `content`, and the flaws."""
    path.write_bytes(content)
    flaws: list[OpeningsError] = []
    return len(Openings(path, on_flaw=flaws.append)), flaws


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (b"[" * 200, "not an object|not JSON"),
        (b"[" * 100_000, "longer than 1024 bytes"),
        (b"[" * 1_000 + b"]" * 24, "nested too deeply|not JSON"),
        (b'{"a":' * 150, "not JSON"),
        (b"9" * 1_000, "not an object"),
        (b"9" * 5_000, "longer than 1024 bytes"),
        (line(bid=10**700).encode(), r"bid: 1(0){59}\.\.\. \(701 characters\) is not an integer"),
        (line(bid=0).replace('"bid": 0', '"bid": 1e400').encode(), "bid: inf is not"),
        (line(bid=0).replace('"bid": 0', '"bid": NaN').encode(), "bid: nan is not"),
        (line(bid=0).replace('"bid": 0', '"bid": 0, "bid": 1').encode(), "a field comes twice"),
        (line(lot=[[1]]).encode(), r"lot: \[\[1\]\] is not"),
        (
            line(bidder="\ud800" * 42).encode(),
            r"bidder: '.{59}\.\.\. \(\d+ characters\) is no address",
        ),
        (line(bidder="0x" + "11" * 19 + "  ").encode(), "bidder: .* is no address"),
        (line(bidder="\u0000" * 42).encode(), "bidder: .* is no address"),
        (line(salt="\u0665" * 64).encode(), "salt: not in hexadecimal"),
        (line(salt=["00"] * 32).encode(), "salt: not in hexadecimal"),
        (line().encode("utf-16-le").replace(b"\n", b""), "not UTF-8|not JSON"),
        (b"\xef\xbb\xbf" + line().encode(), "not JSON"),
        (b"\x00" * 300, "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_any_line_is_an_opening_or_a_flaw(path: Path, bad: bytes, named: str) -> None:
    """Told once, in a line that can be printed, and the others are read."""
    count, flaws = whole(path, f"{line()}\n".encode() + bad + f"\n{line(lot=2)}\n".encode())
    assert (count, len(flaws)) == (2, 1)
    assert re.search(f"line 2: ({named})", str(flaws[0])), str(flaws[0])
    assert str(flaws[0]).isprintable()
    assert len(str(flaws[0])) < len(str(path)) + 200


def mutations(rng: random.Random) -> bytes:
    """An opening after a few accidents: bytes changed, cut out, doubled, or put in."""
    text = bytearray(line(bid=rng.getrandbits(70), lot=rng.getrandbits(34)).encode())
    spoil: list[Callable[[int], None]] = [
        lambda at: text.__setitem__(at, rng.randrange(256)),
        lambda at: text.__delitem__(slice(at, at + rng.randrange(40))),
        lambda at: text.__setitem__(slice(at, at), text[at : at + rng.randrange(400)]),
        lambda at: text.__setitem__(
            slice(at, at), rng.choice((b"[", b'{"a":', b"9", b'"', b"\\u")) * rng.randrange(600)
        ),
    ]
    for _ in range(rng.randrange(4)):
        if text:
            rng.choice(spoil)(rng.randrange(len(text)))
    return bytes(text).replace(b"\n", b" ")


@pytest.mark.parametrize("seed", range(20))
def test_random_junk_never_stops_the_openings_behind_it(path: Path, seed: int) -> None:
    rng = random.Random(seed)
    lines = [mutations(rng) for _ in range(200)] + [rng.randbytes(80) for _ in range(50)]
    content = b"\n".join(lines) + f"\n{line(lot=77, bidder=CONTRACT)}\n".encode()
    path.write_bytes(content)
    flaws: list[OpeningsError] = []
    openings = Openings(path, on_flaw=flaws.append)
    assert openings.of(CONTRACT, 77, CONTRACT), f"seed {seed}"
    assert flaws
    assert all(str(flaw).isprintable() for flaw in flaws)


def test_a_line_without_end_is_not_kept_in_memory_nor_read_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told once, while it grows; what follows it is read."""
    monkeypatch.setattr(lines, "_PIECE", 4_096)
    flaws: list[OpeningsError] = []
    openings = Openings(path, on_flaw=flaws.append)
    path.write_bytes(f"{line()}\n".encode())
    for _ in range(20):
        with path.open("ab") as file:
            file.write(b"[" * 10_000)
        openings.refresh()
        assert openings._lines._offset == path.stat().st_size
    with path.open("ab") as file:
        file.write(f"\n{line(lot=2)}\nx\n".encode())
    openings.refresh()
    assert len(openings) == 2
    told = [str(flaw).removeprefix(str(path)) for flaw in flaws]
    assert told[0] == f", line 2: longer than {MAX_LINE} bytes"
    assert told[1].startswith(", line 4: not JSON")
    assert len(told) == 2


def test_a_line_over_two_pieces_is_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_PIECE", 7)
    Openings(path).add([opening(lot) for lot in range(1, 20)])
    assert len(Openings(path)) == 19


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OpeningsError, match="cannot be read: not a regular file"):
        Openings(tmp_path / "pipe")
