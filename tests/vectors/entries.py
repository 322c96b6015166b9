"""The two words that hold several things: an entry of a log, and a sealed bid as it is logged.

    python -m tests.vectors.entries

writes entries.json. Integers are text there, since they may be longer than a number of JavaScript.
"""

import json
import random
from pathlib import Path
from typing import Any, Final

from offchain.bindings.constants import DEPOSIT_BITS
from offchain.bindings.entries import MOST_AMOUNT, MOST_LOT, pack
from offchain.io.addresses import ADDRESS_BYTES, checksum

FILE: Final = Path(__file__).with_suffix(".json")
_SEED: Final = 12
_COMMITMENT_BYTES: Final = 24
_ACCOUNTS: Final = (bytes(ADDRESS_BYTES), b"\xff" * ADDRESS_BYTES)


def made() -> dict[str, Any]:
    """Everything in the file."""
    numbers = random.Random(_SEED)
    accounts = [*_ACCOUNTS, *(numbers.randbytes(ADDRESS_BYTES) for _ in range(3))]
    return {
        "entries": [
            {
                "lot": str(lot),
                "amount": str(amount),
                "account": checksum(account),
                "entry": f"{pack(lot, amount, checksum(account)):#066x}",
            }
            for lot in (1, 2, MOST_LOT)
            for amount in (0, 1, 2**53 + 1, MOST_AMOUNT)
            for account in accounts
        ],
        "sealed": [
            _sealed(numbers.randbytes(_COMMITMENT_BYTES), deposit)
            for deposit in (1, 200_000_000, 2**53 + 1, MOST_AMOUNT)
        ],
    }


def _sealed(commitment: bytes, deposit: int) -> dict[str, str]:
    """What `BidSealed` and `BidLocked` log as `sealedBid`."""
    word = int.from_bytes(commitment, "big") << DEPOSIT_BITS | deposit
    return {
        "commitment": f"0x{commitment.hex()}",
        "deposit": str(deposit),
        "sealedBid": f"{word:#066x}",
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(made(), indent=1) + "\n")
