"""The vectors for programs that seal and split are what the code here makes."""

import json

from offchain.locks.bids import LockedBid, open_lock
from offchain.locks.bls import sign
from tests.vectors import seals, splits

SEALS = json.loads(seals.FILE.read_text())


def test_seals_are_what_is_made_now() -> None:
    """Commitments, receipts, rounds, and locks with the randomness given."""
    assert seals.made() == SEALS


def test_splits_are_what_is_made_now() -> None:
    """What groups can pay, who is served, and what auctions come to."""
    assert splits.made() == json.loads(splits.FILE.read_text())


def test_the_locks_open() -> None:
    """By the signature of their round, to the bid and salt that stand beside them."""
    for vector in SEALS["locks"]:
        round_ = int(vector["round"])
        signature = seals.LOCAL.beacon.signature(round_, sign(seals.LOCAL.secret, round_))
        locked = LockedBid(int(vector["bid"]), bytes.fromhex(vector["salt"]))
        assert open_lock(signature, bytes.fromhex(vector["lock"])) == locked


def test_splits_show_what_can_happen() -> None:
    """Ties, prices out of reach, shares that are rounded up, and lots that nobody takes."""
    told = json.loads(splits.FILE.read_text())
    found = [split for group in told["groups"] for split in group["splits"]]
    assert any(split["served"] == 0 for split in found)
    assert any(split["served"] > 1 for split in found)
    assert any(
        split["served"] and int(split["share"]) * split["served"] > int(split["price"])
        for split in found
    )
    assert any(auction["leader"] is None for auction in told["auctions"])
    assert any(len(set(group["bids"])) < len(group["bids"]) for group in told["groups"])
