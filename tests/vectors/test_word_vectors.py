"""The vectors of receipts and of words are what the code here reads and makes, and the contracts say."""

import json
from pathlib import Path
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.entries import account_in, amount_in, lot_in
from offchain.chain.backend import Log
from offchain.keeper.openings import Openings, OpeningsError
from tests.vectors import entries, receipts

RECEIPTS: dict[str, Any] = json.loads(receipts.FILE.read_text())
ENTRIES: dict[str, Any] = json.loads(entries.FILE.read_text())


def test_the_files_are_what_is_made_now() -> None:
    assert receipts.made() == RECEIPTS
    assert entries.made() == ENTRIES


@pytest.mark.parametrize("place", range(len(RECEIPTS["accepted"])))
def test_what_is_a_receipt_is_read_as_one(tmp_path: Path, place: int) -> None:
    one = RECEIPTS["accepted"][place]
    path = tmp_path / "receipts.jsonl"
    path.write_text(one["line"] + "\n", encoding="utf-8")
    told = one["opening"]
    (found,) = Openings(path).of(told["contract"], int(told["lot"]), told["bidder"])
    assert (str(found.bid), found.salt.hex()) == (told["bid"], told["salt"])


@pytest.mark.parametrize("place", range(len(RECEIPTS["refused"])))
def test_what_is_none_is_refused(tmp_path: Path, place: int) -> None:
    path = tmp_path / "receipts.jsonl"
    path.write_text(RECEIPTS["refused"][place] + "\n", encoding="utf-8")
    with pytest.raises(OpeningsError):
        Openings(path)


def test_entries_unpack_to_what_stands_beside_them() -> None:
    for one in ENTRIES["entries"]:
        word = int(one["entry"], 16)
        told = (one["lot"], one["amount"], one["account"])
        assert (str(lot_in(word)), str(amount_in(word)), account_in(word)) == told


def test_sealed_bids_are_what_the_event_logs() -> None:
    """The commitment is the upper 24 bytes of the word, the deposit the lower 8."""
    dao = contract("DAO")
    for one in ENTRIES["sealed"]:
        word = bytes.fromhex(one["sealedBid"][2:])
        log = Log("0x" + "11" * 20, (dao.topic("BidSealed"),), bytes(32) + word, 0)
        event = dao.event(log)
        assert event is not None
        sealed: bytes = event.args["sealedBid"]
        assert f"0x{sealed[:24].hex()}" == one["commitment"]
        assert str(int.from_bytes(sealed[24:], "big")) == one["deposit"]
