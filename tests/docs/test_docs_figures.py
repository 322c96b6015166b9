"""Names and figures in the pages are those of the code."""

import json
import re
import runpy

import pytest

from benchmarks.gas import report
from benchmarks.gas.groups import CHEAP_LOCKED, FULL_LOCKED
from benchmarks.gas.peers import party_all_in
from offchain.bindings.artifacts import load, load_all
from offchain.demo.scenario import built_in
from offchain.model.mechanisms.price_rule import exact, plain_second_price
from offchain.model.mechanisms.two_level import solve
from offchain.report.amounts import eth
from tests.docs.markdown import ROOT, pages

ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
_TEST = re.compile(r"`(test_\w+)`")
_CONTRACT_NAME = re.compile(
    r"`(?:(?:DAO|Auctioneer|DAOFactory|BidBook)\.)?([a-z]\w+)(?:\([^`]*\))?`"
)


def section(title: str) -> str:
    """A section of the page on architecture."""
    return ARCHITECTURE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of every table in the text, headings and rulers left out."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if row[0].isdigit()]


@pytest.mark.parametrize(
    "name",
    [
        "Auctioneer",
        "ApproximateAuction",
        "NounsAdapter",
        "ResilientAuction",
        "SignalClockAuction",
        "BeaconRandomness",
        "CommitRevealRandomness",
        "DAO",
        "DAOFactory",
        "Estate",
    ],
)
def test_storage_slots(name: str) -> None:
    text = section("Storage").split(f"**{name}**")[1].split("\n**")[0]
    if name == "DAOFactory":
        told = re.findall(r"slot (\d+), `(\w+)", text)[:1]
    else:
        told = [(row[0], row[1].strip("`").split("[")[0]) for row in rows(text)]
    layout = load(name).storage_layout["storage"]
    assert told == [(entry["slot"], entry["label"]) for entry in layout]


def test_the_head_of_a_book() -> None:
    text = section("Storage").split("The head of a book: ")[1].split(". ")[0]
    told: list[tuple[str, int]] = []
    for names, bits in re.findall(r"((?:`\w+`(?:, )?)+) \((\d+)", text):
        told += [(name, int(bits)) for name in re.findall(r"`(\w+)`", names)]
    types = load("DAO").storage_layout["types"]
    members = next(t["members"] for key, t in types.items() if key.startswith("t_struct(Book)"))
    assert told == [(m["label"], 8 * int(types[m["type"]]["numberOfBytes"])) for m in members]


def test_functions_in_the_table_of_phases_exist() -> None:
    declared = {entry.get("name") for artifact in load_all().values() for entry in artifact.abi}
    named = {
        name
        for line in section("Phases").splitlines()
        if line.startswith("|")
        for name in _CONTRACT_NAME.findall(line)
    }
    assert "claimBatch" in named
    assert named - declared == {"endOfBidding", "endOfReveal", "endOfTally"}


def test_tests_that_pages_name_exist() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")
    )
    for page in pages():
        missing = [
            name
            for name in _TEST.findall(page.read_text(encoding="utf-8"))
            if f"def {name}(" not in sources
        ]
        assert not missing, page


def constant(source: str, name: str) -> str:
    """The right side of a constant's declaration in a contract."""
    found = re.search(
        rf"\b{name} = ([^;]+);", (ROOT / "contracts" / source).read_text(encoding="utf-8")
    )
    assert found is not None, name
    return found[1]


def test_constants_that_the_pages_quote() -> None:
    """If one of these fails, look for the old figure in README.md, SECURITY.md and docs/."""
    assert constant("libraries/Schedules.sol", "MIN_PHASE") == "10 minutes"
    assert constant("libraries/Schedules.sol", "MAX_PHASE") == "30 days"
    assert constant("base/AuctionHouse.sol", "SETTLEMENT_WINDOW") == "3 days"
    assert constant("approximate/ApproximateAuction.sol", "DRAW_WINDOW") == "3 days"
    assert constant("libraries/Schedules.sol", "MIN_BOND_BPS") == "1_000"
    assert constant("groups/DAO.sol", "MAX_STEP") == "500"
    assert constant("houses/HouseLots.sol", "MARGIN") == "10 minutes"
    assert constant("houses/HouseLots.sol", "PATIENCE") == "30 days"
    assert constant("houses/HouseAdapter.sol", "SETTLING") == "3 days"
    assert constant("groups/Estate.sol", "BIDDING") == "7 days"
    assert constant("groups/Estate.sol", "REVEAL") == "2 days"
    assert constant("groups/Estate.sol", "TALLY") == "1 days"
    assert constant("groups/Estate.sol", "BOND_BPS") == "1_000"
    assert constant("libraries/Payments.sol", "PUSH_GAS") == "10_000"
    assert constant("libraries/Payments.sol", "PUSH_RESERVE") == "60_000"
    assert constant("libraries/Units.sol", "UNIT") == "1 gwei"


def test_the_numbers_of_random_auctions_in_the_readme() -> None:
    def number(module: str, *names: str) -> int:
        source = (ROOT / "tests" / "differential" / module).read_text(encoding="utf-8")
        constants = dict[str, int]()
        for left, right in re.findall(r"^([A-Z_, ]+) = ([\d_, ]+)$", source, re.MULTILINE):
            constants |= zip(left.split(", "), map(int, right.split(", ")), strict=True)
        return sum(constants[name] for name in names)

    def of_groups_and_others(auctions: str, sales: str) -> str:
        of_groups = number("test_revm.py", auctions)
        others = (
            number("test_approximate_on_revm.py", auctions, "GROUPS")
            + number("test_resilient_sales.py", sales)
            + number("test_signal_clocks_on_revm.py", auctions)
        )
        return f"{of_groups:,} random auctions of groups and {others:,} of the other kinds"

    lives = number("test_house_lives.py", "LIVES", "ZORA_LIVES")
    scripts = number("test_house_scripts.py", "SCRIPTS", "ZORA_SCRIPTS")
    at_houses = lives + scripts + number("test_ascending_on_revm.py", "AUCTIONS")
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"{of_groups_and_others('EACH_TIME', 'EACH_TIME')} through" in readme
    assert f"ARGS=--long` plays {of_groups_and_others('AUCTIONS', 'SALES')}." in readme
    assert f"{at_houses:,} more at houses of others" in readme
    page = (ROOT / "docs" / "houses.md").read_text(encoding="utf-8")
    assert f"{lives:,} [random auctions](../tests/differential/test_house_lives.py)" in page
    assert f"In {scripts:,} [more](../tests/differential/test_house_scripts.py)" in page


def test_the_number_of_profitable_lies_that_the_page_on_the_mechanism_tells() -> None:
    games = runpy.run_path(str(ROOT / "tests" / "model" / "checks" / "test_truthfulness.py"))
    lies = {
        rule: sum(1 for sizes in games["SIZES"] for _ in games["profitable_lies"](sizes, rule))
        for rule in (exact, plain_second_price)
    }
    assert lies == {exact: 0, plain_second_price: 196}
    assert "196 profitable lies" in (ROOT / "docs" / "mechanism.md").read_text(encoding="utf-8")


def test_the_figures_of_the_demo_in_the_readme() -> None:
    demo = built_in()
    (lot,) = solve(demo.counted).items
    sizes = {group.name: len(group.members) for group in demo.instance.groups}
    told = (
        f"a DAO of {sizes[demo.focus]} members, a DAO of {sizes['GalleryDAO']} and a collector",
        "Two members send no lock that opens, and their bonds are burnt.",
        f"can pay {eth(lot.group_bids[demo.focus])} ETH and wins at {eth(lot.price)} ETH",
        f"which {len(lot.served)} members share at {eth(lot.share)} ETH each",
    )
    assert lot.winner == demo.focus
    assert len(demo.silent) == 2
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert [sentence for sentence in told if sentence not in readme] == []


def test_the_gas_in_the_readme_and_of_a_group_is_that_of_the_snapshot() -> None:
    snapshot = json.loads((ROOT / "benchmarks" / "gas" / "gas.json").read_text(encoding="utf-8"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split("## What it costs")[1].split("\n## ")[0]
    members, ours, party = (
        [int(cell.strip().replace(",", "")) for cell in line.strip("|").split("|")[1:]]
        for line in table.splitlines()
        if line.startswith(("| members", "| gas each", "| a PartyBid"))
    )
    assert ours == [round(report.shared(snapshot, size)) for size in members]
    assert party == [round(party_all_in(size)[0]) for size in members]
    bids = [report.of_kind(snapshot, kind, "bid") for kind in (FULL_LOCKED, CHEAP_LOCKED)]
    assert [round(bid, -3) for bid in bids] == [53_000, 56_000]
    assert "one transaction takes 53,000 to 56,000 gas" in table
    (founding,) = {
        cost["create and enter"]
        for size, cost in snapshot["all_in"].items()
        if int(size) < report.crowd(snapshot)
    }
    calls = (ROOT / "docs" / "calls.md").read_text(encoding="utf-8")
    assert f"That costs {founding:,} gas, lot 1 included" in calls
    assert f"cheaper in all from {report.crowd(snapshot):,} members on" in calls


def test_the_gas_at_houses_is_that_of_the_snapshot() -> None:
    snapshot = json.loads((ROOT / "benchmarks" / "gas" / "gas.json").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "houses.md").read_text(encoding="utf-8")
    text = page.split("## What it costs")[1].split("\n## ")[0]
    members, once, often, party = (
        [int(cell.strip().replace(",", "")) for cell in line.strip("|").split("|")[1:]]
        for line in text.splitlines()
        if line.startswith(("| members", "| gas each", "| a PartyBid"))
    )
    for told, raises in ((once, 1), (often, 5)):
        found = {goal.members: goal.figure for goal in report.at_house(snapshot, raises)}
        assert told == [round(found[size]) for size in members]
    assert party == [round(party_all_in(size)[0]) for size in members]
    bid = report.of_kind(snapshot, CHEAP_LOCKED, "bid")
    further = (report.each(snapshot, "houses", step) for step in ("answer", "answer DAO"))
    sentences = " ".join(text.split())
    missing = [gas for gas in (bid, *further) if f"{round(gas):,}" not in sentences]
    assert not missing
