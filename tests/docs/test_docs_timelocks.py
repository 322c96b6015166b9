"""docs/timelocks.md: the snippet runs, and the figures are the code's."""

import json
import re
from typing import Any

from offchain.bindings.seals import Opening, commitment
from offchain.io.addresses import checksum
from offchain.io.fields import Field
from offchain.locks.beacon import LOCK_MARGIN, QUICKNET, Beacon
from offchain.locks.beacon_server import serving
from offchain.locks.bids import LOCK_BYTES, RANDOM_BYTES, LockedBid
from offchain.locks.http_source import MOST_BYTES, PATIENCE
from offchain.locks.local_beacon import new_beacon
from offchain.locks.source import Cause
from tests.docs.markdown import ROOT, blocks

PAGE = ROOT / "docs" / "timelocks.md"
TEXT = " ".join(PAGE.read_text(encoding="utf-8").split())


def block(language: str) -> str:
    (found,) = (one for one in blocks(language) if one.page == PAGE)
    return found.text


def test_the_snippet_seals_locks_and_opens() -> None:
    end = 1_000
    local = new_beacon(genesis=0, clock=lambda: end + LOCK_MARGIN + 3)
    with serving(local) as url:
        names: dict[str, Any] = {"beacon": local.beacon, "places": [url], "chain_id": 1}
        names |= {"dao": checksum(b"\1" * 20), "ann": checksum(b"\2" * 20), "end_of_bidding": end}
        exec(block("python"), names)
    found = names["found"]
    assert isinstance(found, LockedBid)
    assert found.bid == 60
    opening = Opening(names["dao"], 1, names["ann"], found.bid, found.salt)
    assert commitment(1, opening) == names["sealed"]


def test_the_beacon_on_the_page_is_quicknet() -> None:
    """Its long fields are cut there."""
    whole = QUICKNET.to_json()
    told = json.loads(block("json"))
    assert Beacon.read(Field("", whole)) == QUICKNET
    assert told.keys() == whole.keys()
    for name, value in told.items():
        if isinstance(value, str) and value.endswith("…"):
            assert whole[name].startswith(value[:-1])
        else:
            assert whole[name] == value


def test_its_figures_are_those_of_the_code() -> None:
    assert LOCK_BYTES == 160
    assert "160 bytes, by drand's" in TEXT
    assert f"first round at or after {LOCK_MARGIN} seconds from its end of bidding" in TEXT
    assert f"the bid in 8 bytes, big-endian, and {RANDOM_BYTES} bytes of salt" in TEXT
    assert f"An answer may take {PATIENCE:g} seconds and {MOST_BYTES >> 10} KiB" in TEXT


def test_every_trouble_with_a_source_is_told() -> None:
    told = re.findall(r"\| `([A-Z_]+)`", TEXT)
    assert told == [cause.name for cause in Cause]
