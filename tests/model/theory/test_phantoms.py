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
    as_seller_inside,
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


@pytest.mark.parametrize("sizes", [(1, 0), (2, 0), (0, 2), (1, 2)], ids=str)
def test_at_the_whole_deposit_a_seller_opens_everything(sizes: tuple[int, int]) -> None:
    """Whatever the others bid, so under every distribution: what stays shut costs more than the price it makes way for."""
    top = 3
    found = search(as_seller, sizes, top, different(top * max(1, sizes[1])), sells=True)
    for ladder, choices in found.ladders.items():
        for profile in range(found.profiles):
            kept = [
                found.plays[opened][profile].gain - (sum(ladder) - sum(opened))
                for opened in choices
            ]
            assert max(kept) == found.plays[ladder][profile].gain, (ladder, profile)


def test_two_phantoms_at_one_bid_bring_a_seller_no_more() -> None:
    once = [ladder for ladder in different(5) if len(ladder) <= 3]
    for bond_bps in (0, *BONDS):
        single, double = (
            search(as_seller, (2, 0), 5, ladders, sells=True).best(bond_bps, Recipient.BURNT)
            for ladders in (once, up_to(3, 5))
        )
        assert single == double


def test_a_member_may_keep_a_name_shut_even_at_the_whole_deposit() -> None:
    """Why that row is about its games alone: with a friend of 12, after 12, one more name of 2 costs more than its deposit."""
    ann = as_member(10)
    others = ((12,), (12,))
    four, five = ann((2, 2, 2, 2, 10), others), ann((2, 2, 2, 2, 2, 10), others)
    assert (four.gain, five.gain) == (10 - 7, 10 - 12)
    assert four.gain - 2 > five.gain


def test_inside_a_group_a_rival_may_gain_by_late_choice_even_at_the_whole_deposit() -> None:
    """After 5, beside a friend of 1 or, half as often, of 3: no names that are always opened do as well, of up to 6 up to 7."""
    ann = as_member(7)
    poor, rich = ((5,), (1,)), ((5,), (3,))

    def always(names: Ladder) -> Fraction:
        return Fraction(2 * ann(names, poor).gain + ann(names, rich).gain, 3)

    assert ann((1, 1, 1, 1, 3), poor).gain == 2
    assert ann((1, 1, 1, 3), rich).gain - 1 == 3
    assert max(map(always, up_to(6, 7))) == always((7,)) == 2 < Fraction(2 * 2 + 3, 3)


def test_inside_a_group_a_seller_may_gain_by_late_choice_even_at_the_whole_deposit() -> None:
    """Two of value 2 meet the reserve of 3 by themselves, all others with a phantom of 1, which costs 1 where it stays shut."""
    found = search(as_seller_inside(3), (0, 2), 2, up_to(3, 3), sells=True)
    assert found.always() == 2
    assert found.best(BPS, Recipient.BURNT) == Fraction(9, 4)
    best_openly = max(
        search(as_seller_inside(reserve), (0, 2), 2, [()]).opened_always(())
        for reserve in range(1, 5)
    )
    assert best_openly == 2


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
