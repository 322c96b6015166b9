"""The rows on what a truthful auctioneer charges for sets stop to hold where what they rest on is taken away."""

from fractions import Fraction
from itertools import product

import pytest

from offchain.model.theory import daos_unit_demand as unit_demand
from offchain.model.theory.daos_unit_demand import Bid, Items, Menu, Part

BOTH = frozenset((0, 1))


def test_additive_bids_are_charged_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is worth the sum of its items can be charged more than any of them."""

    def added(bid: Bid, items: Items) -> int:
        return sum(bid[item] for item in items)

    monkeypatch.setattr(unit_demand, "worth", added)
    assert not unit_demand.lemma_12(settings=[(2, 2)]).holds


def test_an_auctioneer_that_allocates_anything_charges_more_for_a_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(unit_demand, "best", lambda menu, worths: list(menu))
    assert not unit_demand.lemma_11(settings=[(2, 2)]).holds


def test_a_group_that_gets_one_item_at_most_breaks_lemma_9(monkeypatch: pytest.MonkeyPatch) -> None:
    menu_of = unit_demand.menu_of

    def one_at_most(first: Part, second: Part, top: int) -> Menu | None:
        menu = menu_of(first, second, top)
        return menu and {some: price for some, price in menu.items() if some != BOTH}

    monkeypatch.setattr(unit_demand, "menu_of", one_at_most)
    assert not unit_demand.lemma_9(top=1).holds


def test_the_members_of_lemma_9_meet_every_truthful_offer() -> None:
    """By trying all: what a member of every value gets and pays by every bid, the other's bid fixed."""
    top = 2
    grid = range(top + 1)
    found = set()
    for served in product((False, True), repeat=top + 1):
        for paid in product(range(top + 1), repeat=top + 1):
            had = [[(value - paid[bid]) * served[bid] for bid in grid] for value in grid]
            rational = all(had[value][value] >= 0 for value in grid)
            if rational and all(had[value][value] >= max(had[value]) for value in grid):
                least = served.index(True) if True in served else top + 1
                found.add((least, paid[least] if least <= top else 0))
    assert found == {(part.thresholds[0], part.pays[0]) for part in unit_demand.parts(top)}


def test_a_smaller_loss_breaks_lemma_10(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit_demand, "low_bid_ratio", lambda items, *_: Fraction(items))
    assert not unit_demand.lemma_10().holds


@pytest.mark.parametrize(
    "signal", [lambda bid, other: (bid, other), lambda bid, other: (bid + 2 * other, other)]
)
def test_another_signal_breaks_the_row_on_bounded_bids(
    monkeypatch: pytest.MonkeyPatch, signal: object
) -> None:
    monkeypatch.setattr(unit_demand, "signal", signal)
    assert not unit_demand.bounded_bids().holds


def test_members_who_pay_otherwise_break_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    signalled = unit_demand.signalled

    def shared(bid: int, other: int) -> tuple[Items, dict[int, int]]:
        items, pays = signalled(bid, other)
        return items, ({0: 1, 1: 1} if items == BOTH else pays)

    monkeypatch.setattr(unit_demand, "signalled", shared)
    assert not unit_demand.bounded_bids().holds
