"""Schedules, and what the contract says of each: for programs that check one before anybody signs it.

    python -m tests.vectors.schedules

asks the contract itself, on revm, and writes schedules.json.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from offchain.bindings.constants import Schedules
from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.deployment import create, deploy
from offchain.chain.backend import Reverted
from offchain.chain.revm import Revm

FILE: Final = Path(__file__).with_suffix(".json")
_SELLER: Final = 0
_DAY: Final = 86_400
_LEAST, _MOST, _BOND = Schedules.MIN_PHASE, Schedules.MAX_PHASE, Schedules.MIN_BOND_BPS
TERMS: Final = (
    # how long bidding, reveal and tally last, and the bond in basis points
    (3 * _DAY, _DAY, _DAY, 10_000),
    (3 * _DAY, _DAY, _DAY, _BOND),
    (3 * _DAY, _DAY, _DAY, _BOND - 1),
    (3 * _DAY, _DAY, _DAY, 10_001),
    (3 * _DAY, _DAY, _DAY, 0),
    (1, _LEAST, _LEAST, 10_000),
    (0, _LEAST, _LEAST, 10_000),
    (-1, _LEAST, _LEAST, 10_000),
    (_DAY, _LEAST - 1, _LEAST, 10_000),
    (_DAY, _LEAST, _LEAST - 1, 10_000),
    (_DAY, -_DAY, _DAY, 10_000),
    (_DAY, _DAY, -_DAY, 10_000),
    (_DAY, _MOST, _MOST, 10_000),
    (_DAY, _MOST + 1, _MOST, 10_000),
    (_DAY, _MOST, _MOST + 1, 10_000),
    (365 * _DAY, _DAY, _DAY, 3_333),
    (10 * 365 * _DAY, 30 * _DAY, 30 * _DAY, 9_999),
)


def made() -> Iterator[dict[str, Any]]:
    """Each schedule, when it is listed, and the error by which it is refused; None if it is taken."""
    chain = Revm()
    seller = chain.actor(_SELLER)
    chain.fund(seller, 10**20)
    auctioneer = Deployed(contract("Auctioneer"), deploy(chain, seller).auctioneer)
    items = Deployed(contract("Item"), create(chain, seller, "Item"))
    chain.send(items.call(seller, "setApprovalForAll", auctioneer.address, True))
    for number, (bidding, reveal, tally, bond) in enumerate(TERMS, start=1):
        chain.send(items.call(seller, "mint", seller, number))
        now = chain.now()
        ends = (now + bidding, now + bidding + reveal, now + bidding + reveal + tally)
        refused = None
        try:
            chain.send(auctioneer.call(seller, "list", items.address, number, 1, (*ends, bond)))
        except Reverted as error:
            refused = _name(error)
        schedule = dict(zip(("endOfBidding", "endOfReveal", "endOfTally"), ends, strict=True))
        yield {"now": now, "schedule": {**schedule, "bondBps": bond}, "refused": refused}


def _name(error: Reverted) -> str:
    told = contract("Auctioneer").error(error.data)
    assert told is not None, error
    return told.name


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(vector) for vector in made())
    FILE.write_text(f"[\n{lines}\n]\n")
