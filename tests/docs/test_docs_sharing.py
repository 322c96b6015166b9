"""The pictures of docs/sharing.md are drawn from the certificates; figures in its text are theirs, and of results.md."""

import xml.etree.ElementTree as ElementTree
from fractions import Fraction

from offchain.model.checks.two_level import harmonic
from offchain.model.theory.sharing.lotteries import message_size
from tests.docs.markdown import ROOT
from tools.draw_sharing import (
    COVERED,
    EQUAL,
    PARTS,
    PICTURES,
    PRICE,
    factors,
    for_all_values,
    pictures,
)


def words(name: str) -> str:
    """A page without its line ends."""
    return " ".join((ROOT / "docs" / name).read_text(encoding="utf-8").split())


def test_pictures_are_up_to_date() -> None:
    for name, picture in pictures().items():
        assert (PICTURES / name).read_text(encoding="utf-8") == picture, (
            "run python -m tools.draw_sharing"
        )
        assert ElementTree.fromstring(picture).tag.endswith("svg")


def test_lines_lie_in_their_order() -> None:
    """At every price: lotteries below parts of access below the equal split below H."""
    for members in (2, 3):
        lines = factors(members)
        assert set(lines[PRICE]) == set(lines[COVERED]) == set(lines[EQUAL])
        for price, plain in lines[EQUAL].items():
            assert lines[COVERED][price] <= lines[PRICE][price] < plain < harmonic(members)
            if price in lines[PARTS]:
                assert lines[PRICE][price] < lines[PARTS][price] < plain


def test_bounds_for_all_values() -> None:
    """ "No lower rule ... gets a factor below": the strongest bound of each size, rounded down."""
    for members, said in ((2, Fraction("1.164")), (3, Fraction("1.209"))):
        strongest = max(factors(members)[COVERED].values())
        assert 0 <= strongest - said < Fraction(1, 1000)
        for page in ("sharing.md", "results.md"):
            assert f"{float(said)}" in words(page)
    assert factors(2)[PRICE][12] == Fraction(37, 32)
    assert factors(2)[EQUAL][12] == Fraction(17, 12)
    assert "37/32, where the equal split has 17/12" in words("results.md")


def test_parts_of_access_for_all_values() -> None:
    """Between the bounds for lotteries and H."""
    for members, factor in ((2, Fraction(13, 10)), (3, Fraction(7, 4))):
        assert for_all_values(members) == factor < harmonic(members)
        assert factor > max(factors(members)[COVERED].values())
        for page in ("sharing.md", "results.md"):
            assert f"{factor}" in words(page)


def test_message_sizes_of_the_table() -> None:
    measured = message_size().measured
    page = words("sharing.md")
    for said, worst, mean in (
        ("its willingness to pay", "8/5", "0.9786"),
        ("its 2 highest bids", "3", "0.6131"),
        ("its 3 highest bids, one of which sets prices only", "3/2", "0.8897"),
        ("all bids", "1", "1"),
    ):
        assert f"| {said} | {worst} | {mean} |" in page
        assert f"worst {worst}, mean {'about ' if '.' in mean else ''}{mean}" in measured
