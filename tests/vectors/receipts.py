"""Lines of a file of receipts, for programs that read them in other languages: what is one, and what is none.

    python -m tests.vectors.receipts

writes receipts.json. Integers of openings are text there, since they may be longer than a number of JavaScript.
"""

import json
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_suffix(".json")
CONTRACT: Final = "0xDE767D796ADAdC442C1E50A84c1D758779E099aA"
BIDDER: Final = "0xdb888B59E5748124Ff39b361F2Bfc7027ba222Ff"
SALT: Final = "11e9ef5fe2a9877bdb0428468c6fb6a458f872cf66ddd0751caecab01caf45dd"
MOST: Final = 2**64 - 1


def line(**fields: Any) -> str:
    """A receipt with these fields in place of the usual ones; `...` leaves one out."""
    usual = {"contract": CONTRACT, "lot": 1, "bidder": BIDDER, "bid": 60_000_000, "salt": SALT}
    return json.dumps({name: one for name, one in (usual | fields).items() if one is not ...})


def made() -> dict[str, Any]:
    """Everything in the file."""
    return {
        "accepted": [
            _accepted(line()),
            _accepted(line(lot="1", bid="60000000")),
            _accepted(line(bid=MOST), bid=MOST),
            _accepted(line(bid=str(MOST)), bid=MOST),
            _accepted(line(bid=2**53 + 1), bid=2**53 + 1),
            _accepted(line(bid=0), bid=0),
            _accepted(line(bid="0"), bid=0),
            _accepted(line(lot=2**32 - 1), lot=2**32 - 1),
            _accepted(line(salt=f"0x{SALT}")),
            _accepted(line(salt=SALT.upper())),
            _accepted(line(contract=CONTRACT.lower(), bidder=BIDDER.lower())),
            _accepted(line().replace(" ", "")),
            _accepted(json.dumps(dict(reversed(json.loads(line()).items())))),
        ],
        "refused": [
            "",
            "x",
            "null",
            "[]",
            "{}",
            f"[{line()}]",
            line(bid=...),
            line(chain=1),
            line(contract=CONTRACT[:-1]),
            line(bidder=7),
            line(lot=0),
            line(lot="0"),
            line(lot=2**32),
            line(lot=True),
            line(bid=-1),
            line(bid=1.5),
            line(bid=None),
            line(bid=MOST + 1),
            line(bid=str(MOST + 1)),
            line(bid=""),
            line(bid=" 5"),
            line(bid="05"),
            line(bid="+5"),
            line(bid="-5"),
            line(bid="5.0"),
            line(bid="0x5"),
            line(bid="1e3"),
            line(bid="1_000"),
            line(bid="\u0665"),
            line(bid=[5]),
            line().replace("60000000", "060000000"),
            line(salt=SALT[:-2]),
            line(salt=f"{SALT}00"),
            line(salt=f"{SALT[:-2]} a"),
            line(salt=None),
            line() + line(),
        ],
    }


def _accepted(text: str, lot: int = 1, bid: int = 60_000_000) -> dict[str, Any]:
    opening = {"contract": CONTRACT, "lot": str(lot), "bidder": BIDDER, "bid": str(bid)}
    return {"line": text, "opening": opening | {"salt": SALT}}


if __name__ == "__main__":
    FILE.write_text(json.dumps(made(), indent=1) + "\n")
