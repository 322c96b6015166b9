"""Each part of the resilient mechanism, broken: some row of its table goes red."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from offchain.instances.resilient import Offer, ResilientInstance, ResilientPlayer, Side
from offchain.mechanisms import resilient as rules
from offchain.theory import resilient as rows

Rule = Callable[..., object]

WHOLE = {
    name: getattr(rules, name)
    for name in (
        "rebates",
        "grant_wish",
        "carry_out",
        "find_star",
        "accepts",
        "ruling_star",
        "toss",
    )
}
"""The mechanism's parts as they are."""


def no_rebates(game: ResilientInstance) -> dict[str, Fraction]:
    return {player.name: Fraction(0) for player in game.players}


def rebates_of_all_revenue(game: ResilientInstance) -> dict[str, Fraction]:
    return {player.name: rules.worth(player.offer) * game.epsilon for player in game.players}


def no_wish(game: ResilientInstance, _: ResilientPlayer | None) -> Side:
    return WHOLE["grant_wish"](game, None)  # type: ignore[no-any-return]


def no_fine(game: ResilientInstance, offers: Sequence[Offer], _: ResilientPlayer | None) -> Side:
    return WHOLE["carry_out"](game, offers, None)  # type: ignore[no-any-return]


def half_price(
    game: ResilientInstance, offers: Sequence[Offer], star: ResilientPlayer | None
) -> Side:
    halved = [replace(offer, price=(offer.price + 1) // 2) for offer in offers]
    return WHOLE["carry_out"](game, halved, star)  # type: ignore[no-any-return]


def least_star(game: ResilientInstance) -> ResilientPlayer:
    return min(game.players, key=lambda player: rules.worth(player.offer))


def nobody_accepts(_: ResilientPlayer, __: Offer) -> bool:
    return False


def seller_never(game: ResilientInstance) -> ResilientPlayer | None:
    return rules.find_star(game)


def seller_always(game: ResilientInstance) -> ResilientPlayer | None:
    return None if game.seller else rules.find_star(game)


def two_heads(game: ResilientInstance, coin_free: bool = False) -> tuple[Side, Side]:
    heads, _ = WHOLE["toss"](game, coin_free)
    return heads, heads


def two_tails(game: ResilientInstance, coin_free: bool = False) -> tuple[Side, Side]:
    _, tails = WHOLE["toss"](game, coin_free)
    return tails, tails


BROKEN: dict[str, tuple[str, Rule]] = {
    "no rebates": ("rebates", no_rebates),
    "rebates of all revenue": ("rebates", rebates_of_all_revenue),
    "no wish on heads": ("grant_wish", no_wish),
    "no fine": ("carry_out", no_fine),
    "half the price": ("carry_out", half_price),
    "the star offers least": ("find_star", least_star),
    "nobody accepts": ("accepts", nobody_accepts),
    "the seller's offer never stands": ("ruling_star", seller_never),
    "the seller's offer always stands": ("ruling_star", seller_always),
    "two heads": ("toss", two_heads),
    "two tails": ("toss", two_tails),
}


def red() -> list[str]:
    """The rows that do not hold."""
    found = (
        rows.lemma_1(top=3),
        rows.lemma_3(top=2, samples=150),
        rows.theorem_1(samples=100),
        rows.own_offer(samples=150, seed=7),
    )
    return [row.name for row in found if not row.holds]


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_part_turns_a_row_red(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, broken = BROKEN[what]
    for module in (rules, rows):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, broken)
    assert red()


def test_whole_they_hold() -> None:
    """So that what turns red above is the breakage."""
    assert red() == []
