"""Whether proofs can fail: libraries broken on purpose, and the proofs that find out. `python -m proofs.symbolic.breaks`.

All breaks stand in one copy below build/, so that it is compiled once. The exit code is 0 only if Halmos has a counterexample to
every proof that one of them is meant for.
"""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from proofs.symbolic.run import ROOT, VERDICTS, Outcome, ProofsBroken, tried

SCRATCH: Final = ROOT / "build" / "proofs" / "symbolic-breaks"


@dataclass(frozen=True, slots=True)
class Break:
    """In a file of contracts/, text that occurs once, what stands there instead, and the proofs that fail then, as `name_of`."""

    file: str
    old: str
    new: str
    proofs: tuple[str, ...]


BREAKS: Final = (
    Break(
        "groups/PriceRule.sol",
        *("(highest + 1, bid, bidder)", "(highest, bid, bidder)"),
        (
            "PriceRule.one_offer",
            "PriceRule.two_bids_agree_on_arrival",
            "PriceRule.a_rival_keeps_agreement",
        ),
    ),
    Break(
        "groups/PriceRule.sol",
        *("self.price = reserve;", "self.price = reserve - 1;"),
        ("PriceRule.opens_valid",),
    ),
    Break(
        "groups/PriceRule.sol",
        *("} else if (bid > price) {", "} else if (bid > price || bid == 0) {"),
        ("PriceRule.offer_of_nothing",),
    ),
    Break(
        "groups/PriceRule.sol",
        *(
            "            self.price = bid;\n",
            "            (self.price, self.arrived) = (bid, 0);\n",
        ),
        ("PriceRule.offer_leaves_the_rest",),
    ),
    Break(
        "groups/EqualSplit.sol",
        *(">= price) return rank;", "> price) return rank;"),
        (
            "EqualSplit.served_of_one",
            "EqualSplit.served_goes_on",
            "EqualSplit.served_of_three",
            "EqualSplit.served_of_five",
        ),
    ),
    Break(
        "groups/Tally.sol",
        *("if (reach > best) best", "if (reach > best + 1) best"),
        ("Tally.one_member", "Tally.two_members"),
    ),
    Break(
        "groups/Tally.sol",
        *("if (key <= last) revert", "if (key < last) revert"),
        ("Tally.nobody_twice",),
    ),
    Break(
        "groups/Tally.sol",
        *("digest(startBest, start, bids);", "digest(startBest, start + 1, bids);"),
        ("Tally.checkpoint",),
    ),
    Break(
        "libraries/Units.sol",
        *("amountWei % UNIT != 0", "amountWei % UNIT > 1"),
        ("Units.from_wei",),
    ),
    Break(
        "libraries/Units.sol",
        *("units > type(uint64).max", "units >= type(uint64).max"),
        ("Units.add",),
    ),
    Break(
        "libraries/BidSlot.sol",
        *("constant LOT_SHIFT = 224;", "constant LOT_SHIFT = 223;"),
        ("Words.entry",),
    ),
    Break(
        "libraries/BidSlot.sol",
        *("keccak256(free, 0xc0)", "keccak256(free, 0xa0)"),
        ("Openings.commitment",),
    ),
    Break(
        "libraries/BidSlot.sol",
        *("== slot.commitment();", "== slot.commitment() || salt == 0;"),
        ("Openings.opens_by_commitment_only",),
    ),
    Break(
        "groups/Tally.sol",
        *(
            "    uint224 lastKey;\n    uint32 counted;\n",
            "    uint32 counted;\n    uint224 lastKey;\n",
        ),
        ("Layouts.layout_of_progress",),
    ),
    Break(
        "base/Lot.sol",
        *(
            "    uint32 entered;\n    uint32 arrived;\n",
            "    uint32 arrived;\n    uint32 entered;\n",
        ),
        ("Layouts.layout_of_lot",),
    ),
    Break(
        "houses/HouseLot.sol",
        *(
            "    uint32 entered;\n    uint32 arrived;\n",
            "    uint32 arrived;\n    uint32 entered;\n",
        ),
        ("Layouts.layout_of_house_lot",),
    ),
    Break(
        "base/BidBook.sol",
        *(
            "        uint32 members;\n        uint64 share;\n",
            "        uint64 share;\n        uint32 members;\n",
        ),
        ("Layouts.layout_of_book",),
    ),
    Break(
        "signals/ISignalClockAuction.sol",
        *(
            "        uint8 asked;\n        uint40 deadline;\n",
            "        uint40 deadline;\n        uint8 asked;\n",
        ),
        ("Layouts.layout_of_clock",),
    ),
    Break(
        "libraries/Payments.sol",
        "paid := call(PUSH_GAS, recipient, amountWei, 0, 0, 0, 0)",
        "paid := or(1, call(PUSH_GAS, recipient, amountWei, 0, 0, 0, 0))",
        ("Payments.push", "Payments.push_to_nobody"),
    ),
    Break(
        "libraries/Payments.sol",
        *("if (!paid) revert", "if (!paid && amountWei != 1) revert"),
        ("Payments.send",),
    ),
    Break(
        "groups/DAOTerms.sol",
        *("(address(auctioneer_))) << 72)", "(address(auctioneer_))) << 73)"),
        ("Words.terms", "Estate.dao_reads_its_terms"),
    ),
    Break(
        "groups/Estate.sol",
        *("        seat.paid = true;\n", "        seat.paid = false;\n"),
        ("Estate.claim_pays_a_part_once",),
    ),
    Break(
        "houses/Reading.sol",
        *("gt(returndatasize(), sub(size, 1))", "gt(returndatasize(), 0)"),
        ("Houses.question",),
    ),
    Break(
        "approximate/Roster.sol",
        *("and(add(roster, 1), 0xffffff)", "and(add(roster, 2), 0xffffff)"),
        ("Words.roster_join",),
    ),
    Break(
        "approximate/Roster.sol",
        "added = entries.length < room ? entries.length : room;",
        "added = room == 0 ? 0 : entries.length;",
        ("Words.roster_join_all",),
    ),
    Break(
        "approximate/Odds.sol",
        *("(1 << SUM_BITS) + bid", "(2 << SUM_BITS) + bid"),
        ("Words.winners",),
    ),
    Break(
        "approximate/Odds.sol",
        *("threshold: rest / slope,", "threshold: rest / slope + 1,"),
        ("Draws.odds",),
    ),
)


def main() -> int:
    """Breaks a copy and has Halmos try what must fail in it; 1 if a proof does not."""
    prepare(SCRATCH)
    wanted = set(meant())
    try:
        outcomes = tried(lambda proof: name_of(proof.contract, proof.name) in wanted, SCRATCH)
    except ProofsBroken as error:
        print(error)
        return 1
    for outcome in outcomes:
        print(f"{_name(outcome):50} {outcome.verdict}")
    found = {_name(outcome) for outcome in outcomes if outcome.verdict == VERDICTS[1]}
    for name in sorted(wanted - found):
        print(f"not found: {name}")
    return 0 if wanted == found else 1


def meant() -> Iterator[str]:
    """The proofs that have to fail."""
    for one in BREAKS:
        yield from one.proofs


def name_of(contract: str, function: str) -> str:
    """What a proof is called here."""
    return f"{contract.removesuffix('Proof')}.{function.removeprefix('check_')}"


def _name(outcome: Outcome) -> str:
    return name_of(outcome.proof.contract, outcome.proof.name)


def prepare(folder: Path) -> None:
    """Makes a copy of what is proved, with every break in it.

    Raises:
        ValueError: the text of a break does not stand in its file exactly once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("contracts", "proofs", "tools"):
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("node_modules", ".solc"):
        if not (folder / name).exists():
            (folder / name).symlink_to(ROOT / name)
    for one in BREAKS:
        path = folder / "contracts" / one.file
        text = path.read_text(encoding="utf-8")
        if text.count(one.old) != 1:
            raise ValueError(f"{one.file} has {text.count(one.old)} times: {one.old}")
        path.write_text(text.replace(one.old, one.new), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
