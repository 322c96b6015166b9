"""The file of openings: nothing acknowledged is lost, and nothing broken gets in."""

import json
import os
import stat
from pathlib import Path

import pytest

from offchain.chain.abi import checksum
from offchain.chain.seals import Opening
from offchain.keeper.receipts import Receipts, ReceiptsError

CONTRACT = checksum(bytes.fromhex("00000000219ab540356cbb839cbe05303d7705fa"))
BIDDER = checksum(bytes.fromhex("de0b295669a9fd93d5f28d9ec85e40f4cb697bae"))


def opening(lot: int = 1, bid: int = 5, salt: bytes = bytes(range(32))) -> Opening:
    return Opening(CONTRACT, lot, BIDDER, bid, salt)


def line(**changes: object) -> str:
    fields = {"contract": CONTRACT, "lot": 1, "bidder": BIDDER, "bid": 5, "salt": "00" * 32}
    return json.dumps({k: v for k, v in (fields | changes).items() if v is not ...})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "receipts.jsonl"


def test_what_was_added_is_read_again(path: Path) -> None:
    receipts = Receipts(path)
    receipts.add([opening(1), opening(2)])
    receipts.add([opening(3, bid=2**64 - 1)])
    for known in (receipts, Receipts(path)):
        assert len(known) == 3
        assert known.of(CONTRACT, 3, BIDDER) == [opening(3, bid=2**64 - 1)]
        assert known.of(CONTRACT, 4, BIDDER) == []


def test_the_newest_comes_first_and_none_twice(path: Path) -> None:
    receipts = Receipts(path)
    for bid in (5, 6, 5):
        receipts.add([opening(bid=bid)])
    receipts.refresh()
    assert receipts.of(CONTRACT, 1, BIDDER) == [opening(bid=6), opening(bid=5)]


def test_without_a_file_they_stay_in_memory(tmp_path: Path) -> None:
    receipts = Receipts()
    receipts.add([opening()])
    receipts.refresh()
    assert receipts.of(CONTRACT, 1, BIDDER) == [opening()]
    assert not list(tmp_path.iterdir())


def test_only_the_owner_can_read_the_file(path: Path) -> None:
    before = os.umask(0)
    try:
        Receipts(path).add([opening()])
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_kill_at_any_byte_loses_at_most_the_line_being_written(path: Path) -> None:
    Receipts(path).add([opening(lot) for lot in (1, 2, 3)])
    whole = path.read_bytes()
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        survivors = whole[:length].count(b"\n")
        receipts = Receipts(path)
        assert len(receipts) == survivors
        receipts.add([opening(9)])
        assert len(Receipts(path)) == survivors + 1, "the next line starts on a line of its own"


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
        (line(bid="5"), "bid: '5' is not"),
        (line(salt="00" * 31), "salt: 31 bytes, not 32"),
        (line(salt="xx"), "salt: not in hexadecimal"),
        (line(salt=None), "salt: not in hexadecimal"),
    ],
)
def test_a_bad_line_is_named(path: Path, bad: str, named: str) -> None:
    path.write_text(f"{line()}\n{bad}\n{line(lot=2)}\n")
    with pytest.raises(ReceiptsError, match=r"receipts\.jsonl, line 2: ") as refusal:
        Receipts(path)
    assert named in str(refusal.value)


def test_a_bad_line_need_not_stop_the_others(path: Path) -> None:
    path.write_bytes(f"{line()}\n".encode() + b"\xff\n" + f"{line(lot=2)}\n".encode())
    flaws: list[ReceiptsError] = []
    receipts = Receipts(path, on_flaw=flaws.append)
    assert len(receipts) == 2
    receipts.refresh()
    assert [str(flaw)[:40] for flaw in flaws] == [f"{path}, line 2: "[:40]], "told once"


def test_addresses_in_any_case_are_the_same(path: Path) -> None:
    path.write_text(line(contract=CONTRACT.lower(), bidder="0x" + BIDDER[2:].upper()) + "\n")
    assert len(Receipts(path).of(CONTRACT, 1, BIDDER)) == 1


def test_what_opens_no_bid_is_not_kept(path: Path) -> None:
    receipts = Receipts(path)
    for bad in (opening(bid=-1), opening(bid=2**64), opening(lot=2**32), opening(salt=b"short")):
        with pytest.raises(ReceiptsError):
            receipts.add([opening(), bad])
    assert len(receipts) == 0
    assert not path.exists()


def test_what_others_append_is_read(path: Path) -> None:
    mine, theirs = Receipts(path), Receipts(path)
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
    receipts = Receipts(path)
    receipts.add([opening(1)])
    other = tmp_path / "other"
    Receipts(other).add([opening(2), opening(3)])
    other.replace(path)
    receipts.refresh()
    assert len(receipts) == 3


def test_a_file_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(ReceiptsError, match="cannot be read: Is a directory"):
        Receipts(tmp_path)
    with pytest.raises(ReceiptsError, match="cannot be written: No such file or directory"):
        Receipts(tmp_path / "missing" / "receipts").add([opening()])
