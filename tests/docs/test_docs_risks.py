"""The small auctions that the README's risks are told by come out as it says."""

from markdown import ROOT

from offchain.instances import Group, Member, TwoLevelInstance
from offchain.mechanisms.two_level import solve

README = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())


def share(*groups: tuple[int, ...]) -> int | None:
    """What each served member of the last group pays; None if it does not win."""
    named = tuple(
        Group(
            f"group {place}", tuple(Member(f"m{at}", (bid,), (bid,)) for at, bid in enumerate(bids))
        )
        for place, bids in enumerate(groups)
    )
    (lot,) = solve(TwoLevelInstance(1, (1,), named)).items
    return lot.share if lot.winner == named[-1].name else None


def test_several_names() -> None:
    assert (
        "against 19, `{11, 5, 5}` loses, but with the 11 split into 5 and 5 wins at 5 each"
        in README
    )
    assert share((19,), (11, 5, 5)) is None
    assert share((19,), (5, 5, 5, 5)) == 5


def test_merging() -> None:
    assert "against 16, `{10, 5, 5}` loses, but `{10, 10}` wins at 9 each" in README
    assert share((16,), (10, 5, 5)) is None
    assert share((16,), (10, 10)) == 9


def test_one_address_in_two_groups() -> None:
    assert (
        "10 in `{10}` and in `{10, 5, 5}` pays 4, but 1 if it bids nothing in the first" in README
    )
    assert share((10,), (10, 5, 5)) == 4
    assert share((10, 5, 5)) == 1
