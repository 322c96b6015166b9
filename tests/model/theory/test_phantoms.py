"""Phantom ladders: the search finds what pencil and paper find, and each row notices what it is about."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import pytest

from offchain.model.mechanisms.bonds import BPS, Recipient
from offchain.model.theory import phantoms
from offchain.model.theory.phantoms import (
    BONDS,
    Ladder,
    as_individual,
    as_member,
    as_seller,
    different,
    openings,
    search,
    up_to,
)

TOP = 7


@pytest.mark.parametrize("bond_bps", [0, *BONDS])
def test_the_best_ladder_against_one_bidder_by_its_formula(bond_bps: int) -> None:
    """Phantoms up to the value are opened, and the highest is the price; those above stay shut, or else nothing is sold."""

    def earned(ladder: Ladder, value: int) -> Fraction:
        below = [bid for bid in ladder if bid <= value]
        shut = Fraction((sum(ladder) - sum(below)) * bond_bps, BPS)
        opened = max(below, default=1) - shut
        return max(opened, Fraction(0)) if shut or len(below) < len(ladder) else opened

    by_hand = max(
        sum((earned(ladder, value) for value in range(1, TOP + 1)), Fraction(0)) / TOP
        for size in range(TOP + 1)
        for ladder in combinations(range(1, TOP + 1), size)
    )
    found = search(as_seller, (1, 0), TOP, different(TOP), sells=True)
    assert found.best(bond_bps, Recipient.BURNT) == by_hand


def test_a_seller_with_free_phantoms_takes_all_that_one_bidder_has() -> None:
    found = search(as_seller, (1, 0), TOP, different(TOP), sells=True)
    assert found.best(BPS, Recipient.SELLER) == Fraction(TOP + 1, 2)


def test_a_seller_wins_its_own_item_for_nothing() -> None:
    assert as_seller((6,), ((5,), ())).gain == 0
    assert as_seller((5,), ((5,), ())).gain == 5
    # A group comes after the phantoms, and has to beat them.
    assert as_seller((9,), ((), (5, 5))).gain == 10
    assert as_seller((10,), ((), (5, 5))).gain == 0


def test_a_rival_pays_for_what_it_wins() -> None:
    assert as_individual(7)((7,), ((5,), ())).gain == 1
    assert as_individual(7)((9,), ((8,), ())).gain == -2
    assert as_member(7)((7,), ((5,), (1,))).gain == 1
    assert as_member(7)((6, 6), ((9,), ())).gain == -3
    assert as_member(7)((6, 6), ((12,), ())).gain == 0


def test_every_opening_of_a_ladder() -> None:
    assert openings((2, 2, 5)) == [(), (2,), (2, 2), (2, 2, 5), (2, 5), (5,)]
    assert len(different(5)) == 2**5
    assert len(up_to(2, 3)) == 1 + 3 + 6


def no_choice(ladder: Ladder) -> list[Ladder]:
    """All of it, always."""
    return [ladder]


def test_without_a_choice_there_is_nothing_to_gain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phantoms, "openings", no_choice)
    found = search(as_seller, (1, 0), TOP, different(TOP), sells=True)
    assert {found.best(bps, to) for bps in BONDS for to in Recipient} == {found.always()}
    assert not phantoms.seller(settings=[((1, 0), 5)]).holds
    assert not phantoms.rival(top=3, names=2).holds


def test_what_a_seller_wins_is_not_receipts(monkeypatch: pytest.MonkeyPatch) -> None:
    """If it counted its own price, one phantom would do better than any reserve."""

    def counts_its_own(opened: Ladder, others: phantoms.Others) -> phantoms.Play:
        lot, won = phantoms.among_individuals(opened, others)
        return phantoms.Play(lot.paid, int(won), len(lot.served))

    monkeypatch.setattr(phantoms, "as_seller", counts_its_own)
    assert not phantoms.seller(settings=[((1, 0), 5)]).holds


def test_a_rival_whose_shares_are_not_counted_would_gain(monkeypatch: pytest.MonkeyPatch) -> None:
    def free(value: int) -> phantoms.Party:
        def play(opened: Ladder, others: phantoms.Others) -> phantoms.Play:
            lot, won = phantoms.among_individuals(opened, others)
            return phantoms.Play(value * won, int(won), len(lot.served))

        return play

    monkeypatch.setattr(phantoms, "as_individual", free)
    assert not phantoms.rival(top=3, names=2).holds


def test_bonds_that_nobody_gets_make_no_bid_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    def worth(value: int, paid: Sequence[int | None], member: int, *_: object) -> Fraction:
        share = paid[member]
        return Fraction(0 if share is None else value - share)

    monkeypatch.setattr(phantoms, "worth", worth)
    assert not phantoms.winners(top=2).holds
