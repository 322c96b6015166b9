"""Random resilient sales through the contract in process, against the reference model."""

from dataclasses import replace
from fractions import Fraction

import pytest

from offchain.chain.revm import Revm
from offchain.io.errors import InvalidInput
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.resilient import Answer, Offer, ResilientInstance, ResilientPlayer
from offchain.model.mechanisms.resilient import revenue_guarantee, solve, worth
from offchain.model.theory.resilient.mechanism import (
    AUSUBEL_MILGROM,
    EPSILON,
    GOODS,
    knowing_player,
)
from offchain.play.resilient import ResilientStage
from offchain.play.resilient_behaviour import ResilientBehaviour, counted
from offchain.play.stage import BOND_BPS
from tests.differential.chunks import chunks
from tests.differential.resilient_scenarios import hold_resilient_equal, resilient_scenario

SALES, EACH_TIME = 10_000, 2_000
CHUNK = 1_000


@pytest.mark.parametrize("first", chunks(SALES, CHUNK, EACH_TIME))
def test_chain_equals_reference(first: int) -> None:
    """Both sides of the coin: the same star, the same goods to the same players, the same exact payments."""
    stage = ResilientStage(Revm())
    for seed in range(first, first + CHUNK):
        hold_resilient_equal(stage, resilient_scenario(seed))


def test_the_sales_are_as_odd_as_they_should_be() -> None:
    """Random sales prove little about what hardly ever happens in them."""
    sales = [resilient_scenario(seed) for seed in range(1_000)]
    outcomes = [solve(counted(s.instance, s.behaviour)) for s in sales]
    worths = [[worth(player.offer) for player in s.instance.players] for s in sales]
    assert sum(outcome.star is None for outcome in outcomes) > 50  # the seller's own offer
    assert sum(bool(s.instance.seller) for s in sales) > 100  # not always worth the most
    assert sum(max(each) == 0 for each in worths) > 50  # nothing offered at all
    assert sum(each.count(max(each)) > 1 for each in worths) > 100  # a tie
    assert sum(bool(s.behaviour.silent) for s in sales) > 100
    tails = [outcome.tails for outcome in outcomes if outcome.tails]
    assert sum(bool(side.allocation) for side in tails) > 200  # somebody said YES
    assert sum(side.revenue > 0 and not side.allocation for side in tails) > 100  # fines alone
    assert sum(side.revenue < 0 for side in tails) > 10  # rebates, and nothing earned


@pytest.mark.parametrize("answer", [None, Answer.NO], ids=["truthful", "spiteful"])
def test_ausubel_and_milgrom(answer: Answer | None) -> None:
    """Where two colluders ruin VCG, one player who knows the others is enough for revenue, whatever they answer.

    The instance of examples/resilient_theorem_1.py.
    """
    one = knowing_player(AUSUBEL_MILGROM, "1")
    others = [
        ResilientPlayer(name, AUSUBEL_MILGROM[name], wish=GOODS, answer=answer)
        for name in ("2", "3")
    ]
    instance = ResilientInstance(EPSILON, GOODS, (one, *others))
    outcome = ResilientStage(Revm()).play(instance)
    assert outcome == solve(instance)
    assert outcome.star == "1"
    assert outcome.expected_revenue >= revenue_guarantee(worth(one.offer), EPSILON) > 49


def test_more_goods_than_fit_a_transaction() -> None:
    """256 goods in one bundle, listed, sold, and given back in steps."""
    goods = tuple(f"g{n}" for n in range(256))
    knowing = ResilientPlayer("a", {}, offer=(Offer("b", goods, 8),), wish=goods[200:])
    buyer = ResilientPlayer("b", {goods: 9}, wish=goods[:3])
    instance = ResilientInstance(Fraction(1, 3), goods, (knowing, buyer))
    outcome = ResilientStage(Revm()).play(instance)
    assert outcome == solve(instance)
    assert outcome.tails is not None
    assert outcome.tails.allocation == {"b": goods}


def test_silent_players_are_as_if_they_had_announced_nothing() -> None:
    """A silent player with the best offer is no star, and pays no more than its bond, which is none of the payments."""
    instance = replace(resilient_scenario(4).instance, seller=())
    names = [player.name for player in instance.players]
    behaviour = ResilientBehaviour(
        silent=frozenset(names[:-1]), deposit=lambda revenue: revenue + 19
    )
    chain = Revm()
    stage = ResilientStage(chain)
    outcome = stage.play(instance, behaviour)
    assert outcome.star == names[-1]
    assert outcome == solve(counted(instance, behaviour))
    deposits = [behaviour.deposit(worth(player.offer)) for player in instance.players[:-1]]
    burnt = sum(deposit * BOND_BPS // 10_000 for deposit in deposits)
    assert burnt > 0
    assert (
        chain.balance(stage.auction) == 2 * burnt * WEI_PER_UNIT
    )  # once for each side of the coin


@pytest.mark.parametrize("own", [True, False], ids=["own offer", "void"])
def test_all_silent(own: bool) -> None:
    """Without any announcement the sale is void, or the seller's own offer is all there is."""
    knowing = ResilientPlayer("a", {}, offer=(Offer("b", ("g",), 8),), wish=("g",))
    seller = (Offer("b", ("g",), 9),) if own else ()
    instance = ResilientInstance(
        Fraction(1, 3), ("g",), (knowing, ResilientPlayer("b", {("g",): 9})), seller=seller
    )
    behaviour = ResilientBehaviour(silent=frozenset("ab"))
    outcome = ResilientStage(Revm()).play(instance, behaviour)
    expected = solve(counted(instance, behaviour))
    assert outcome.star is None
    assert (outcome.heads, outcome.tails) == (expected.heads, expected.tails)
    assert outcome.expected_revenue == (Fraction(9, 2) if own else 0)


@pytest.mark.parametrize(
    "name", ["one offer too many", "more than the contract can add up"], ids=["offers", "prices"]
)
def test_an_own_offer_that_the_contract_cannot_hold(name: str) -> None:
    """Refused by name before anything is sent, as any player's."""
    goods = tuple(f"g{n}" for n in range(33))
    names = [f"p{n}" for n in range(33)]
    count, price = (33, 1) if name.startswith("one") else (2, 2**64 - 1)
    seller = tuple(Offer(names[n], (goods[n],), price) for n in range(count))
    players = tuple(ResilientPlayer(one, {}) for one in names)
    instance = ResilientInstance(Fraction(1, 3), goods, players, seller=seller)
    with pytest.raises(InvalidInput, match="of the seller"):
        ResilientStage(Revm()).play(instance)
