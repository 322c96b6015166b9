"""The page: exact figures, nothing loaded from elsewhere, names that cannot break it."""

import json
import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

from offchain.model.document import parse_bytes
from offchain.report.auction import Auction
from offchain.report.auction_report import report
from offchain.report.auction_tables import groups, members, money
from offchain.report.page import render
from offchain.report.played import gas
from offchain.report.tables import Row, Table, as_text
from tests.report.paper_auctions import build, example

VOID = {"meta", "img", "source", "br"}


class Reader(HTMLParser):
    """Collects tags with their attributes, the text, and whether all tags are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def html(auction: Auction) -> str:
    """The page with pictures that nobody drew."""
    return render(report(auction).page, lambda picture, theme: theme.name.encode())


def read(auction: Auction) -> Reader:
    reader = Reader()
    reader.feed(html(auction))
    reader.close()
    assert reader.open == []
    return reader


def test_figures_are_exact() -> None:
    text = re.sub(r"\s+", " ", read(example()).text)
    for figure in (
        "price1.400000001 ETH",
        "share0.466666667 ETH",
        "served3 of 5",
        "the seller gets1.400000001 ETH",
        "bonds burnt0.1 ETH",
        "1,400,000,001 gwei to the seller as 3 shares of 466,666,667 gwei",
        "100,000,000 gwei burnt, the bonds of members whose bids nobody opened",
        "out of, 1,500,000,001 gwei, is what the seller got, 1,400,000,001 gwei, and what",
        "the contracts hold for ever, 100,000,000 gwei",
        "9,000,000,000 gwei = 7,499,999,999 gwei back to the bidders",
    ):
        assert figure in text, figure


def test_nothing_is_loaded_from_elsewhere() -> None:
    reader = read(example())
    assert {tag for tag, _ in reader.tags}.isdisjoint(
        {"script", "link", "iframe", "object", "base"}
    )
    for tag, attributes in reader.tags:
        for name in ("src", "srcset", "href", "data", "action", "poster", "background"):
            assert (attributes.get(name) or "data:").startswith("data:"), (tag, attributes)
    assert not re.search(r"https?://|url\(|@import|@font-face", html(example()))


def test_every_picture_has_a_description_and_a_dark_twin() -> None:
    tags = read(example()).tags
    images = [attributes for tag, attributes in tags if tag == "img"]
    assert [image["src"] for image in images] == ["data:image/png;base64,bGlnaHQ="] * 3
    assert all(len(image["alt"] or "") > 60 for image in images)
    dark = [attributes for tag, attributes in tags if tag == "source"]
    assert [one["media"] for one in dark] == ["(prefers-color-scheme: dark)"] * 3
    assert [one["srcset"] for one in dark] == ["data:image/png;base64,ZGFyaw=="] * 3


def test_names_are_only_text() -> None:
    auction = build({"<script>alert(1)</script>": [3], "D\"A'O & $x": [5, 5]})
    reader = read(auction)
    assert "script" not in {tag for tag, _ in reader.tags}
    assert "D\"A'O & $x" in reader.text


@pytest.mark.parametrize(
    ("auction", "sentence"),
    [
        (example(), "3 of the 5 members share it equally"),
        (build({"Rival": [90], "DAO": [10, 5]}), "would have needed 9.000000001 ETH"),
        (build({"Rival": [1], "DAO": [2, 1]}, reserve=10**10), "stays with its seller"),
    ],
    ids=["won", "lost", "unsold"],
)
def test_it_says_how_the_auction_ended(auction: Auction, sentence: str) -> None:
    assert sentence in read(auction).text


def test_long_lists_are_shortened_and_still_add_up() -> None:
    auction = build({"Rival": [500], "DAO": range(1, 401)})
    table = members(auction)
    assert len(table.rows) < 25
    listed = [row for row in table.rows if not row.is_rest and not row.is_total]
    left_out = [int(row.cells[0].split()[1]) for row in table.rows if row.is_rest]
    assert len(listed) + sum(left_out) == 400
    paid = table.headings.index("pays")
    units = [Fraction(row.cells[paid].replace(",", "")) * 10**9 for row in table.rows]
    assert sum(units[:-1]) == units[-1] == auction.lot.paid
    assert len(members(auction, most=400).rows) == 401


def test_long_names_are_cut_in_the_middle() -> None:
    address = "0x62e279885d52c5ccbbb4e089d53146ad84b8c870"
    auction = example()
    entry = next(entry for entry in auction.entries if entry.group == "DAO")
    renamed = replace(auction, entries=(replace(entry, member=address),))
    assert members(renamed, abridged=True).rows[0].cells[0] == "0x62e2…b8c870"
    assert members(renamed).rows[0].cells[0] == address


def test_words_in_a_terminal_are_wrapped_at_80_columns() -> None:
    rows = (Row(("a check", "holds", "1,234,567 of " + "what there is " * 9)), Row(("b", "", "c")))
    text = as_text(Table("Checks", ("check", "", "figures"), rows, texts=3))
    assert max(map(len, text.splitlines())) == 80
    assert re.sub(r"\s+", " ", text).count("what there is") == 9


def test_tables_as_text_are_aligned() -> None:
    for table in (groups(example()), members(example()), money(example()), gas(example())):
        lines = as_text(table).splitlines()
        rule = next(place for place, line in enumerate(lines) if set(line) == {"-"})
        aligned = lines[1 : rule + 1 + len(table.rows)]
        assert max(map(len, aligned)) <= len(lines[rule])


def test_the_folder_holds_the_page_the_pictures_and_the_instance(tmp_path: Path) -> None:
    written = report(example()).write(tmp_path / "new" / "folder")
    assert [path.name for path in written] == [
        "report.html",
        "curve.png",
        "served.png",
        "money.png",
        "instance.json",
        "outcome.json",
    ]
    assert parse_bytes(written[4].read_bytes()).instances == (example().instance,)
    assert json.loads(written[5].read_text())["items"][0]["price"] == 1_400_000_001
