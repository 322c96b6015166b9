"""The page: exact figures, everybody on it, nothing loaded from elsewhere, names that cannot break it, paper like a screen."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import pytest

from offchain.model.document import parse_bytes
from offchain.report.auction import Auction
from offchain.report.auction_report import lead, report
from offchain.report.auction_tables import groups, members, money
from offchain.report.page import render
from offchain.report.played import gas
from offchain.report.tables import Row, Table, as_text
from tests.report.paper_auctions import build, example
from tests.report.reading import Reader, drawn


def html(auction: Auction) -> str:
    """The page with pictures that nobody drew."""
    return render(report(auction).page, drawn)


def read(auction: Auction) -> Reader:
    return Reader.of(html(auction))


def test_figures_are_exact() -> None:
    text = read(example()).words
    for figure in (
        "price1.400000001 ETH",
        "share0.466666667 ETH",
        "served3 of 5",
        "the seller gets1.400000001 ETH",
        "bonds burnt0.1 ETH",
        "1.400000001 to the seller as 3 shares of 0.466666667",
        "0.1 burnt, the bonds of those whose bids nobody opened",
        "out of, 1.500000001, is what the seller got, 1.400000001, and what",
        "the contracts hold for ever, 0.1",
        "In ETH, the deposits add up exactly: 9 = 7.499999999 back to the bidders",
    ):
        assert figure in text, figure


def test_money_has_one_unit() -> None:
    """Gwei are told where rounding is, and in the heading of what machines read, and no amount is in them."""
    assert not re.search(r"[0-9] gwei", read(example()).words)


def test_nothing_is_loaded_from_elsewhere() -> None:
    for auction in (example(), build({"Rival": [500], "DAO": range(1, 401)})):
        reader = read(auction)
        assert {tag for tag, _ in reader.tags}.isdisjoint(
            {"link", "iframe", "object", "base", "img"}
        )
        for tag, attributes in reader.tags:
            for name in ("src", "srcset", "href", "data", "action", "poster", "background"):
                leads = attributes.get(name) or "#"
                assert leads == "members.csv" or leads.startswith("#"), (tag, attributes)
        assert not re.search(r"https?://|@import|@font-face", html(auction))


def test_only_the_pages_own_script_runs() -> None:
    """A browser that heeds the policy runs nothing that a name could bring in."""
    page = html(example())
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    (policy,) = (
        attributes["content"]
        for tag, attributes in read(example()).tags
        if tag == "meta" and attributes.get("http-equiv")
    )
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    assert " on" not in re.sub(r"<script.*?</script>|>[^<]*<", "", page, flags=re.DOTALL)


def test_every_picture_is_there_for_wide_and_for_narrow_pages() -> None:
    page = html(example())
    for name in ("served", "curve", "money"):
        assert page.count(f"[{name} wide]") == page.count(f"[{name} narrow]") == 1
    style = page[: page.index("</style>")]
    narrow = style[style.index("@media screen and (max-width") : style.rindex("@media print")]
    assert "svg.wide { display: none; }" in narrow
    assert "svg.narrow { display: block; }" in narrow
    assert "figure > svg.narrow { display: none; }" in style.replace(narrow, "")


def test_paper_is_always_light() -> None:
    style = html(example()).split("</style>")[0]
    assert style.count("prefers-color-scheme") == 1
    assert "@media screen and (prefers-color-scheme: dark)" in style
    assert "@media print { :root { color-scheme: light; } }" in style


def test_contents_lead_to_every_section() -> None:
    reader = read(example())
    assert reader.named("h2") == [one.title for one in report(example()).page.sections]
    leads = [attributes["href"] for tag, attributes in reader.tags if tag == "a"]
    ids = [f"#{attributes['id']}" for tag, attributes in reader.tags if tag == "h2"]
    assert [lead for lead in leads if lead != "members.csv"] == ids
    assert len(set(ids)) == len(ids)
    assert reader.named("h2")[0] == "Everybody's money"


def test_names_are_only_text() -> None:
    hostile = "</script><img src=x onerror=alert(1)> \"D'A & $x$ {{ 7 * 7 }}"
    crowd = {f"<b>{place}</b>": [place] for place in range(1, 20)}
    auction = build({"<script>alert(1)</script>": [3], **crowd, hostile: [5, 5]})
    reader = Reader.of(render(report(auction).page))
    tags = [tag for tag, _ in reader.tags]
    assert not {"img", "b"} & set(tags)
    assert tags.count("script") == 2, "the data and the script"
    assert hostile in reader.text
    assert hostile in json.dumps(reader.data["groups"], ensure_ascii=False).replace('\\"', '"')


@pytest.mark.parametrize(
    ("auction", "sentence"),
    [
        (example(), "3 of the 5 members share it equally"),
        (example(), "1 group and 1 individual, 6 bidders in all, bid for one item."),
        (build({"Rival": [90], "DAO": [10, 5]}), "would have needed 9.000000001 ETH"),
        (build({"Rival": [1], "DAO": [2, 1]}, reserve=10**10), "stays with its seller"),
    ],
    ids=["won", "who came", "lost", "unsold"],
)
def test_it_says_how_the_auction_ended(auction: Auction, sentence: str) -> None:
    assert sentence in read(auction).text


@pytest.mark.parametrize("rivals", [{"Rival": [3]}, {}], ids=["against a rival", "alone"])
def test_an_auction_in_which_all_keep_silent_says_what_that_cost(
    rivals: dict[str, list[int]],
) -> None:
    auction = build({**rivals, "DAO": [2, 1]}, silent=[("DAO", "m1"), ("DAO", "m2")])
    text = read(auction).words
    assert "No bid of DAO was opened, so it could pay nothing." in lead(auction)
    assert "would have needed" not in text
    assert "2 bidders whose bids nobody opened lost 2 bonds, 0.06 ETH, which are burnt" in text
    assert "is served and pays" not in text
    assert "curve" not in [picture.name for picture in report(auction).page.pictures]
    for picture in report(auction).page.pictures:
        assert "served" not in picture.caption or "nobody is served" in picture.caption


def test_who_is_served_is_not_said_of_the_silent() -> None:
    """In the example a silent member bid more than the share."""
    silent = next(entry for entry in example().entries if entry.silent)
    assert silent.bid >= example().lot.share
    text = read(example()).words
    assert "Who opened a bid of at least the share is served" in text
    assert "Everybody who bid at least the share" not in text


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


def test_where_no_bond_was_lost_no_column_is_of_bonds() -> None:
    auction = example()
    assert "burnt" in groups(auction).headings
    spoken = replace(
        auction, entries=tuple(replace(entry, bond=0) for entry in auction.entries), burnt=0
    )
    for table in (groups(spoken), members(spoken)):
        assert "burnt" not in table.headings
        assert {len(row.cells) for row in table.rows} == {len(table.headings)}


WIDE = Table(
    "What is wider than a terminal",
    ("family", "sold by", *(f"a figure of number {place}" for place in range(12))),
    tuple(
        Row((family, f"way {way}", *(f"{place * 1_000_001:,}" for place in range(1, 13))))
        for family in ("uniform", "pareto")
        for way in range(2)
    ),
    texts=2,
)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_table_that_is_too_wide_goes_on_below_and_loses_nothing(width: int) -> None:
    text = as_text(WIDE, width)
    assert max(map(len, text.splitlines())) <= width
    for row in WIDE.rows:
        for cell in row.cells[2:]:
            assert len(re.findall(rf"(?<![\d,]){cell}(?![\d,])", text)) == len(WIDE.rows)
    assert max(map(len, as_text(WIDE, None).splitlines())) > 200


def test_rows_that_begin_alike_stand_under_what_they_begin_with() -> None:
    table = Table(
        "Ways",
        ("family", "sold by", "gain"),
        tuple(Row(("a long family", way, "1,000,000,000")) for way in ("equal split", "pooled")),
        texts=2,
    )
    assert as_text(table, 36).splitlines() == [
        "Ways",
        "family, sold by           gain",
        "------------------------------",
        "a long family",
        "  equal split    1,000,000,000",
        "  pooled         1,000,000,000",
    ]


def test_tables_as_text_are_aligned() -> None:
    for table in (groups(example()), members(example()), money(example()), gas(example())):
        lines = as_text(table).splitlines()
        rule = next(place for place, line in enumerate(lines) if set(line) == {"-"})
        aligned = lines[1 : rule + 1 + len(table.rows)]
        assert max(map(len, aligned)) <= len(lines[rule])


def test_the_folder_holds_the_page_the_pictures_everybody_and_the_instance(tmp_path: Path) -> None:
    written = report(example()).write(tmp_path / "new" / "folder")
    assert [path.name for path in written] == [
        "report.html",
        "served.png",
        "curve.png",
        "money.png",
        "members.csv",
        "instance.json",
        "outcome.json",
    ]
    files = {path.name: path.read_bytes() for path in written}
    assert parse_bytes(files["instance.json"]).instances == (example().instance,)
    assert json.loads(files["outcome.json"])["items"][0]["price"] == 1_400_000_001
