"""Whether proofs can fail: libraries and statements broken on purpose, and the proofs that find out.

    python -m proofs.symbolic.breaks

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
    """In a file, text that occurs once, what stands there instead, and the proofs that fail then, as `name_of`."""

    file: str
    old: str
    new: str
    proofs: tuple[str, ...]


CONTRACTS: Final = (
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
        "groups/EqualSplit.sol",
        *("(price + count - 1) / count", "(price + count) / count"),
        ("EqualSplit.share_is_the_quotient",),
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
        "libraries/Units.sol",
        *("units * UNIT;", "units * UNIT + (units >> 255);"),
        ("Units.to_wei",),
    ),
    Break(
        "libraries/BidSlot.sol",
        *("constant LOT_SHIFT = 224;", "constant LOT_SHIFT = 223;"),
        ("Words.entry",),
    ),
    Break(
        "libraries/BidSlot.sol",
        *("constant ADDRESS_BITS = 160;", "constant ADDRESS_BITS = 159;"),
        ("Words.entry_order",),
    ),
    Break(
        "libraries/BidSlot.sol",
        *("BidSlot.unwrap(slot) == 0;", "BidSlot.unwrap(slot) <= 1;"),
        ("Words.slot_open",),
    ),
    Break(
        "libraries/BidSlot.sol",
        *("upper | deposit_)", "upper | (uint256(deposit_) << 1))"),
        ("Words.slot_sealed", "Words.slot_of_any_word", "Openings.seal_opens"),
    ),
    Break(
        "libraries/BidSlot.sol",
        *("let free := mload(0x40)", "let free := sub(mload(0x40), 0x20)"),
        ("Openings.commitment_keeps_memory",),
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
        "universal/IUniversalAuction.sol",
        *(
            "        uint8 types;\n        uint8 colours;\n",
            "        uint8 colours;\n        uint8 types;\n",
        ),
        ("Layouts.layout_of_universal_terms",),
    ),
    Break(
        "universal/IUniversalAuction.sol",
        *(
            "        uint64 price;\n        uint40 deadline;\n        uint80[MOST_BASES] best;\n",
            "        uint80[MOST_BASES] best;\n        uint64 price;\n        uint40 deadline;\n",
        ),
        ("Layouts.layout_of_universal_lot", "Layouts.layout_of_highest_values"),
    ),
    Break(
        "universal/IUniversalAuction.sol",
        *(
            "        uint8 kind;\n        uint8 signal;\n",
            "        uint8 signal;\n        uint8 kind;\n",
        ),
        ("Layouts.layout_of_universal_bidder",),
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
        "groups/Estate.sol",
        *("PROXY_BYTES, 52)", "PROXY_BYTES, 51)"),
        ("Estate.estate_reads_its_terms",),
    ),
    Break(
        "houses/Reading.sol",
        *("gt(returndatasize(), sub(size, 1))", "gt(returndatasize(), 0)"),
        ("Houses.question",),
    ),
    Break(
        "houses/HouseLots.sol",
        *("(reading.leastWei - 1) / Units.UNIT + 1", "(reading.leastWei - 1) / Units.UNIT + 2"),
        ("Houses.least_bid",),
    ),
    Break(
        "libraries/Schedules.sol",
        *("schedule.bondBps > BPS", "schedule.bondBps >= BPS"),
        ("Houses.schedule",),
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
    Break(
        "approximate/DrawProof.sol",
        *("if (draw < self.start)", "if (draw <= self.start)"),
        ("Draws.conclude",),
    ),
    Break(
        "resilient/Goods.sol",
        *("(MOST - count)", "(MOST - count + 1)"),
        ("Words.goods_all",),
    ),
    Break(
        "signals/SignalLevels.sol",
        *("(SignalLevels.unwrap(levels) & ~(PLACE_MASK << shift))", "SignalLevels.unwrap(levels)"),
        ("Words.levels_put",),
    ),
    Break(
        "signals/SignalLevels.sol",
        *("level < end; ++level", "level + 1 < end; ++level"),
        ("Words.levels_contenders",),
    ),
    Break(
        "signals/SignalLevels.sol",
        *("places ^ uint32(1 << place)", "places ^ uint32(3 << place)"),
        ("Words.places_without",),
    ),
    Break(
        "libraries/ValueTables.sol",
        *("constant COUNT_BITS = 5;", "constant COUNT_BITS = 4;"),
        ("Words.counts_add",),
    ),
    Break(
        "libraries/ValueTables.sol",
        *("shl(3, place)", "shl(3, and(place, 1))"),
        ("Words.table_values",),
    ),
    Break(
        "universal/Bases.sol",
        *("if (value > best[i] >> 16)", "if (value >= best[i] >> 16)"),
        ("Words.highest_at_bases",),
    ),
)
"""In files of contracts/."""

STATEMENTS: Final = (
    Break(
        "EqualSplit.t.sol",
        *("< 1 << 126)", "< 1 << 125)"),
        ("EqualSplit.shares_fit",),
    ),
    Break(
        "PriceRule.t.sol",
        *("byTruth >= byOther", "byTruth > byOther"),
        ("PriceRule.truth_is_best_in_agreement",),
    ),
    Break(
        "PriceRule.t.sol",
        *("(other >= one.price) == otherWins", "(other > one.price) == otherWins"),
        ("PriceRule.one_critical_price_in_agreement",),
    ),
)
"""In files of this folder, of proofs in which no contract has a part: what they state, made a little too much."""


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
    print(f"\n{len(found)} of {len(wanted)} proofs fail")
    print(f"{len(CONTRACTS)} places broken in contracts, {len(STATEMENTS)} in what proofs state")
    return 0 if wanted == found else 1


def meant() -> Iterator[str]:
    """The proofs that have to fail."""
    for one in (*CONTRACTS, *STATEMENTS):
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
    for one in CONTRACTS:
        _apply(one, folder / "contracts" / one.file)
    for one in STATEMENTS:
        _apply(one, folder / "proofs" / "symbolic" / one.file)


def _apply(one: Break, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if text.count(one.old) != 1:
        raise ValueError(f"{one.file} has {text.count(one.old)} times: {one.old}")
    path.write_text(text.replace(one.old, one.new), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
