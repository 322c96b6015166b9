"""Bonds: whoever gets them, what is forfeited is what is got and burnt."""

import random
from fractions import Fraction

import pytest

from offchain.model.mechanisms.bonds import BPS, Forfeit, Recipient, forfeit


@pytest.mark.parametrize("to", Recipient)
def test_what_is_forfeited_is_got_or_burnt(to: Recipient) -> None:
    for seed in range(500):
        rng = random.Random(seed)
        silent, bps, served = rng.randrange(10**12), rng.randint(1_000, BPS), rng.randrange(9)
        goes = forfeit(silent, bps, to, served)
        assert goes.forfeited == Fraction(silent * bps, BPS), seed
        assert goes.forfeited == goes.seller + served * goes.each + goes.burnt, seed
        assert min(goes.seller, goes.each, goes.burnt) >= 0, seed


def test_one_recipient_gets_all() -> None:
    ten, none = Fraction(10), Fraction(0)
    assert forfeit(100, 1_000, Recipient.BURNT, served=5) == Forfeit(ten, none, none, ten)
    assert forfeit(100, 1_000, Recipient.SELLER, served=5) == Forfeit(ten, ten, none, none)
    assert forfeit(100, 1_000, Recipient.WINNERS, served=5) == Forfeit(ten, none, Fraction(2), none)


def test_without_winners_what_is_theirs_is_burnt() -> None:
    assert forfeit(100, BPS, Recipient.WINNERS, served=0).burnt == 100
