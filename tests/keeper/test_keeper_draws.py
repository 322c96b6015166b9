"""The keeper at an auction under approximate valuations: it reveals bids of nothing too, asks for the draw, and decides."""

from fractions import Fraction
from pathlib import Path

import pytest

from offchain.bindings.draw_proofs import joined
from offchain.bindings.enumerations import Phase
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.sending import Action
from offchain.model.mechanisms.approximate import sell
from tests.keeper.market import INACCURACY, DrawnMarket

BIDS = (9, 0, 7)


class KilledError(Exception):
    """The keeper's process is gone."""


class Game(DrawnMarket):
    """A lot with individuals and a DAO of two, past bidding; and keepers, who each know no more than logs and openings."""

    def __post_init__(self) -> None:
        super().__post_init__()
        lot = self.list_lot()
        self.dao = self.new_dao(lot)
        self.individuals = [self.bid(self.auctioneer, lot, bid, deposit=bid + 1) for bid in BIDS]
        for _ in range(2):
            self.bid(self.dao, lot, 4, deposit=5)
        self.until_reveal(lot)

    def to_the_draw(self) -> None:
        """Reveals and tallies."""
        self.keep()
        self.until_tally(1)
        self.keep()

    def standing(self) -> tuple[Phase, str, int]:
        return self.keeper().standing(1)

    def expected(self, fall: Fraction) -> tuple[str, int]:
        """The DAO can pay 8, and comes last."""
        winner, price = sell([*BIDS, 8], INACCURACY, fall)
        assert winner is not None
        return [*self.individuals, self.dao][winner], price


@pytest.fixture
def game(tmp_path: Path) -> Game:
    return Game(tmp_path)


@pytest.mark.parametrize("fall", [Fraction(0), Fraction(1, 2), Fraction(3, 4)])
def test_a_lot_from_reveal_to_refund(game: Game, fall: Fraction) -> None:
    """Nobody but the keeper acts; each book ends with what its served pay, and that goes to the seller."""
    game.to_the_draw()
    assert game.standing()[0] == Phase.DRAW
    game.draw(1, fall)
    game.keep()
    phase, leader, price = game.standing()
    assert (phase, (leader, price)) == (Phase.SETTLED, game.expected(fall))
    assert [game.chain.balance(game.auctioneer), game.chain.balance(game.dao)] == [
        WEI_PER_UNIT * (price if leader != game.dao else 2 * -(-price // 2)),
        0,
    ]
    assert [action.step for action in game.actions if action.step in ("draw", "decide")] == [
        "draw",
        "decide",
    ]


def test_it_waits_for_the_word_and_asks_once(game: Game) -> None:
    game.to_the_draw()
    before = len(game.actions)
    for _ in range(3):
        assert game.keeper().step() == 0
    assert len(game.actions) == before
    game.draw(1, Fraction(0))
    assert game.keeper().step() == 1
    assert game.standing()[0] == Phase.CLOSED


def test_players_of_the_ledger_are_those_of_the_chain(game: Game) -> None:
    """In order of their reveals, then DAOs, to the roster's last bit; a restart changes nothing."""
    game.to_the_draw()
    ledger = game.ledger()
    roster = 0
    for entry in ledger.players(1):
        roster = joined(roster, entry)
    assert game.ask("lotteryOf", 1)[0][0] == roster
    assert roster % 2**24 == 4


def test_killed_after_every_transaction(game: Game) -> None:
    """A new keeper begins its walk anew, or goes on with what is done; in the end all is as without."""

    def kill(action: Action) -> None:
        game.actions.append(action)
        raise KilledError

    fall = Fraction(1, 2)
    game.draw(1, fall)
    for tally in (False, True):
        if tally:
            game.until_tally(1)
        while True:
            try:
                if game.keeper(on_action=kill).step() == 0:
                    break
            except KilledError:
                continue
    phase, leader, price = game.standing()
    assert (phase, (leader, price)) == (Phase.SETTLED, game.expected(fall))


def test_a_walk_in_small_steps_beside_another_keeper(game: Game) -> None:
    """Each keeper has progress of its own; who comes second has nothing left to do."""
    fall = Fraction(1, 2)
    game.draw(1, fall)
    game.keep()
    game.until_tally(1)
    game.keep(game.keeper(players_per_step=1))
    assert [action.step for action in game.actions].count("decide") == 4
    assert game.standing()[1:] == game.expected(fall)
    assert game.keeper().step() == 0
