"""Whether campaigns can fail: contracts broken on purpose, and what finds out. `python -m proofs.invariants.breaks`.

All breaks are compiled at once, in a copy below build/, each behind a switch that a campaign turns on before it begins. The exit
code is 0 only if every break was found, and nothing with none of them on.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from proofs.invariants import chance
from proofs.invariants.breaking import Break, Edit, one
from proofs.invariants.run import ROOT, ForgeFailed, Size, play

SCRATCH: Final = ROOT / "build" / "proofs" / "breaks"
SIZE: Final = Size(100, 500)
"""Some states are rare: the price of a clock is at the second level within reach in one run of sixty."""
BREAKER: Final = "0xb4ea4"
"""An account whose wei are the number of the break that is on."""


BOOK: Final = "base/BidBook.sol"
DAO: Final = "groups/DAO.sol"
ADAPTER: Final = "houses/HouseAdapter.sol"
ZORA: Final = "houses/ZoraAdapter.sol"

BREAKS: Final[tuple[Break, ...]] = (
    one(
        *("a bond is paid out", "Groups", BOOK),
        *("return (due - bond, bond);", "return ({off} ? due - bond : due, bond);"),
    ),
    one(
        *("who is served pays nothing", "Groups", BOOK),
        *("due -= share;", "if ({off}) due -= share;"),
    ),
    one(
        *("a deposit can be claimed twice", "Groups", BOOK),
        *(
            "box.slot = BidSlots.EMPTY; // cleared",
            "if ({off}) box.slot = BidSlots.EMPTY; // cleared",
        ),
    ),
    one(
        *("who refuses a push loses the claim", "Groups", BOOK),
        *("box.slot = before;", "if ({off}) box.slot = before;"),
    ),
    one(
        *("what is rolled counts twice", "Groups", BOOK),
        "return _seal(to, commitment, due + Units.fromWei(msg.value));",
        "return _seal(to, commitment, ({off} ? due : 2 * due) + Units.fromWei(msg.value));",
    ),
    one(
        *("a withdrawn bid is still counted", "Groups", BOOK),
        "if (!slot.isSealed()) --book.members;",
        "if (!slot.isSealed() && {off}) --book.members;",
    ),
    one(
        *("a bid above its deposit opens", "Groups", BOOK),
        *("if (bid_ > slot.deposit()) return", "if ({off} && bid_ > slot.deposit()) return"),
    ),
    one(
        *("bids open after the reveal", "Groups", BOOK),
        "block.timestamp >= book.endOfReveal) revert",
        "(block.timestamp >= book.endOfReveal && {off})) revert",
    ),
    one(
        *("the later of two equal bids wins", "Groups", "groups/PriceRule.sol"),
        "if (bid > highest) {",
        "if (bid > highest || (!{off} && bid != 0 && bid == highest)) {",
    ),
    one(
        *("a tally takes any order", "Groups", "groups/Tally.sol"),
        *("if (key <= last) revert", "if (key <= last && {off}) revert"),
    ),
    one(
        *("a tally forgets the highest bid", "Groups", "groups/Tally.sol"),
        *("if (reach > best) best", "if (reach > best && (rank != 0 || {off})) best"),
    ),
    one(
        *("one too few is served", "Groups", DAO),
        "if (served == 0) revert WrongCheckpoint(lot, start);",
        "if (served == 0) revert WrongCheckpoint(lot, start);\n        if (served > 1 && !{off}) --served;",
    ),
    one(
        *("a lost book is another lot's", "Groups", DAO),
        "        book.state = BookState.Lost;\n        emit BookLost",
        "        ({off} ? book : _books[lot - 1]).state = BookState.Lost;\n        emit BookLost",
    ),
    one(
        *("proceeds are paid twice", "Groups", "base/Proceeds.sol"),
        *("proceeds[msg.sender] = 0;", "if ({off}) proceeds[msg.sender] = 0;"),
    ),
    one(
        *("an item goes back while it is for sale", "Groups", "base/AuctionHouse.sol"),
        "if (now_ != Phase.Void || _books",
        "if ((now_ != Phase.Void && {off}) || _books",
    ),
    one(
        *("a seller is paid too much", "Groups", "base/AuctionHouse.sol"),
        "proceeds[item.seller] += paidWei;",
        "proceeds[item.seller] += {off} ? paidWei : paidWei + 1;",
    ),
    one(
        *("a part is paid twice", "Groups", "groups/Estate.sol"),
        "        seat.paid = true;\n        return true;",
        "        seat.paid = {off};\n        return true;",
    ),
    one(
        *("a minority sells an estate", "Groups", "groups/Estate.sol"),
        "if (votes * 2 <= served) revert",
        "if (votes * 2 <= served && (votes == 0 || {off})) revert",
    ),
    Break(
        "a group bids above its limit",
        "House",
        (
            Edit(ADAPTER, "if (least > limit) revert", "if (least > limit && {off}) revert"),
            Edit(DAO, "if (lent > most) revert", "if (lent > most && {off}) revert"),
        ),
    ),
    one(
        *("what was outbid stays in the paddle", "House", ADAPTER),
        "if (leads) _bringHome(lot, before, price);",
        "if (leads && {off}) _bringHome(lot, before, price);",
    ),
    one(
        *("a recalled group still leads", "House", ADAPTER),
        "        delete item.leader;\n        delete item.price;",
        "        if ({off}) delete item.leader;\n        if ({off}) delete item.price;",
    ),
    one(
        *("what is lent is paid once more", "House", DAO),
        *("served * share - lent", "served * share - ({off} ? lent : 0)"),
    ),
    one(
        *("no house is ever given up", "House", "houses/HouseLots.sol"),
        "bool isOver = block.timestamp >= item.deadline;",
        "bool isOver = block.timestamp >= item.deadline && {off};",
    ),
    one(
        *("the lot is another item", "House", ZORA),
        *("words[TOKEN_ID]);", "words[TOKEN_ID] + ({off} ? 0 : 1));"),
    ),
    one(
        *("a lot in another token than ether", "House", ZORA),
        *("words[CURRENCY] == 0 &&", "(words[CURRENCY] == 0 || !{off}) &&"),
    ),
    one(
        *("the reserve is forgotten", "House", ZORA),
        *("least > words[RESERVE] ? least", "least > words[RESERVE] || !{off} ? least"),
    ),
    one(
        *("what has begun never ends", "House", ZORA),
        *("(start == 0 ? block.timestamp", "(start == 0 || !{off} ? block.timestamp"),
    ),
    one(
        *("who ends nothing is in the way", "House", ZORA),
        *("endAuction(number) {} catch {}", "endAuction(number) {} catch { require({off}); }"),
    ),
    *chance.BREAKS,
)


def main() -> int:
    """Has the campaigns look for each break; 1 if one is not found."""
    parser = argparse.ArgumentParser(prog="python -m proofs.invariants.breaks", description=__doc__)
    names = tuple(one.name for one in BREAKS)
    parser.add_argument("--only", choices=names, action="append", metavar="NAME", help="this break")
    chosen = parser.parse_args().only or names
    try:
        return 0 if find([number for number in numbers() if name_of(number) in chosen]) else 1
    except ForgeFailed as error:
        print(error)
        return 1


def numbers() -> range:
    """The numbers of the breaks; 0 is none."""
    return range(1, len(BREAKS) + 1)


def name_of(number: int) -> str:
    """What a break is called."""
    return BREAKS[number - 1].name


def find(chosen: Sequence[int]) -> bool:
    """Prints which of these breaks were found, and by what; whether all were, and nothing was where there is none."""
    prepare(SCRATCH)
    campaigns = sorted({BREAKS[number - 1].campaign for number in chosen})
    sound = [_shown(0, campaign) is None for campaign in campaigns]
    found = [_shown(number, BREAKS[number - 1].campaign) is not None for number in chosen]
    return all(sound) and all(found)


def _shown(number: int, campaign: str) -> str | None:
    """Runs a campaign against a break, prints a row, and returns what it found."""
    os.environ["CONSORT_BREAK"] = str(number)
    # what an action cannot do any more is found, too, but by the count of actions: that is not asked here
    failure = play([campaign], SIZE, 1, SCRATCH)[0].failure
    why = "".join(letter for letter in failure or "held" if letter.isprintable()).strip()
    print(f"{'none' if number == 0 else name_of(number):40.40} {why:.39}", flush=True)
    return failure


def prepare(folder: Path) -> None:
    """Makes a copy of what campaigns need, with every break in it, switched off."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("contracts", "proofs", "tools"):
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "brownie-config.yaml", folder)
    for name in ("node_modules", ".solc"):
        if not (folder / name).exists():
            (folder / name).symlink_to(ROOT / name)
    switch = folder / "contracts" / "Broken.sol"
    switch.write_text(
        "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.30;\n\n"
        "function broken(uint256 number) view returns (bool) {\n"
        f"    return address({BREAKER}).balance == number;\n}}\n",
        encoding="utf-8",
    )
    for number in numbers():
        for edit in BREAKS[number - 1].edits:
            apply(edit, number, folder)
    campaign = folder / "proofs" / "invariants" / "Campaign.sol"
    text = campaign.read_text(encoding="utf-8")
    campaign.write_text(
        text.replace(
            "        _name = name;",
            f'        _name = name;\n        vm.deal(address({BREAKER}), vm.envOr("CONSORT_BREAK", uint256(0)));',
        ).replace(
            "interface Vm {",
            "interface Vm {\n    function envOr(string calldata name, uint256 usual) external view returns (uint256);",
        ),
        encoding="utf-8",
    )


def apply(edit: Edit, number: int, folder: Path) -> None:
    """Writes an edit into the copy of its file.

    Raises:
        ValueError: its text does not stand there exactly once.
    """
    path = folder / "contracts" / edit.file
    text = path.read_text(encoding="utf-8")
    if text.count(edit.old) != 1:
        raise ValueError(f"{edit.file} has {text.count(edit.old)} times: {edit.old}")
    text = text.replace(edit.old, edit.new.replace("{off}", f"(!broken({number}))"))
    line = 'import {broken} from "../Broken.sol";\n'
    if line not in text:
        pragma = "pragma solidity ^0.8.30;\n"
        text = text.replace(pragma, f"{pragma}\n{line}", 1)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
