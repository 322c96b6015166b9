"""The keeper at an auction under approximate valuations: it reveals bids of nothing too, asks for the draw, and decides."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.bindings.draw_proofs import joined, word_of
from offchain.bindings.enumerations import Phase
from offchain.bindings.seals import Opening, commitment, new_salt
from offchain.chain.backend import Transaction
from offchain.chain.revm import Revm
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.keeper import Action, Keeper
from offchain.keeper.ledger import APPROXIMATE, Ledger
from offchain.keeper.openings import Openings
from offchain.model.mechanisms.approximate import sell

HOUR = 3_600
DELTA = Fraction(1, 2)
AUCTION, SOURCE, DAO = contract(APPROXIMATE), contract("SetRandomness"), contract("DAO")


class KilledError(Exception):
    """The keeper's process is gone."""


@dataclass
class Game:
    """A lot with individuals and a DAO of two, past bidding; and keepers, who each know no more than logs and openings."""

    chain: Revm = field(default_factory=Revm)
    bids: tuple[int, ...] = (9, 0, 7)
    openings: Openings = field(default_factory=Openings)
    actions: list[Action] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.seller, self.hand = self.chain.actor(0), self.chain.actor(1)
        self.source = create(self.chain, self.seller, "SetRandomness")
        factory = create(self.chain, self.seller, "DAOFactory")
        self.auction = create(self.chain, self.seller, APPROXIMATE, factory, self.source)
        item = create(self.chain, self.seller, "Item")
        token = contract("Item")
        self.send(self.seller, item, token.encode("mint", self.seller, 1))
        self.send(self.seller, item, token.encode("approve", self.auction, 1))
        start = self.chain.now()
        schedule = (start + HOUR, start + 2 * HOUR, start + 3 * HOUR, 1_000)
        self.send(self.seller, self.auction, AUCTION.encode("list", item, 1, 1, 2, schedule))
        made = self.chain.send(
            Transaction(
                self.seller,
                factory,
                contract("DAOFactory").encode("create", self.auction, False, 0),
            )
        )
        created = contract("DAOFactory").event(made.logs[0])
        assert created is not None
        self.dao = created.args["dao"]
        self.send(self.seller, self.dao, DAO.encode("enter", 1))
        self.individuals = [self.bid(self.auction, n, bid) for n, bid in enumerate(self.bids)]
        self.members = [self.bid(self.dao, 10 + n, 4) for n in range(2)]
        self.chain.advance_to(start + HOUR)
        self.tally_at = start + 2 * HOUR

    def send(self, sender: str, to: str, data: bytes, units: int = 0) -> None:
        self.chain.fund(sender, 10**20 + units * WEI_PER_UNIT)
        self.chain.send(Transaction(sender, to, data, units * WEI_PER_UNIT))

    def bid(self, book: str, place: int, bid: int) -> str:
        bidder = self.chain.actor(2 + place)
        opening = Opening(book, 1, bidder, bid, new_salt())
        seal = commitment(self.chain.chain_id, opening)
        self.send(bidder, book, DAO.encode("commit", 1, seal), bid + 1)
        self.openings.add([opening])
        return bidder

    def keeper(
        self, size: int = 4_000, on_action: Callable[[Action], None] | None = None
    ) -> Keeper:
        ledger = Ledger(self.chain, self.auction, 0, APPROXIMATE)
        return Keeper(
            self.chain,
            ledger,
            self.hand,
            self.openings,
            on_action=on_action or self.actions.append,
            players_per_step=size,
            depth=0,
        )

    def draw(self, fall: Fraction) -> None:
        self.send(self.seller, self.source, SOURCE.encode("set", self.auction, 1, word_of(fall)))

    def work_off(self, size: int = 4_000) -> None:
        keeper = self.keeper(size)
        while keeper.step():
            pass

    def standing(self) -> tuple[Phase, str, int]:
        answer = self.chain.call(self.auction, AUCTION.encode("standing", 1))
        phase, leader, price = AUCTION.decode("standing", answer)
        return phase, leader, price

    def expected(self, fall: Fraction) -> tuple[str, int]:
        """The DAO can pay 8, and comes last."""
        winner, price = sell([*self.bids, 8], DELTA, fall)
        assert winner is not None
        return [*self.individuals, self.dao][winner], price


@pytest.fixture
def game() -> Game:
    return Game()


@pytest.mark.parametrize("fall", [Fraction(0), Fraction(1, 2), Fraction(3, 4)])
def test_a_lot_from_reveal_to_refund(game: Game, fall: Fraction) -> None:
    """Nobody but the keeper acts; each book ends with what its served pay, and that goes to the seller."""
    game.work_off()
    game.chain.advance_to(game.tally_at)
    game.work_off()
    assert game.standing()[0] == Phase.DRAW
    game.draw(fall)
    game.work_off()
    phase, leader, price = game.standing()
    assert (phase, (leader, price)) == (Phase.SETTLED, game.expected(fall))
    assert [game.chain.balance(game.auction), game.chain.balance(game.dao)] == [
        WEI_PER_UNIT * (price if leader != game.dao else 2 * -(-price // 2)),
        0,
    ]
    assert [action.step for action in game.actions if action.step in ("draw", "decide")] == [
        "draw",
        "decide",
    ]


def test_it_waits_for_the_word_and_asks_once(game: Game) -> None:
    game.work_off()
    game.chain.advance_to(game.tally_at)
    game.work_off()
    before = len(game.actions)
    for _ in range(3):
        assert game.keeper().step() == 0
    assert len(game.actions) == before
    game.draw(Fraction(0))
    assert game.keeper().step() == 1
    assert game.standing()[0] == Phase.CLOSED


def test_players_of_the_ledger_are_those_of_the_chain(game: Game) -> None:
    """In order of their reveals, then DAOs, to the roster's last bit; a restart changes nothing."""
    game.work_off()
    game.chain.advance_to(game.tally_at)
    game.work_off()
    ledger = Ledger(game.chain, game.auction, 0, APPROXIMATE)
    ledger.sync()
    roster = 0
    for entry in ledger.players(1):
        roster = joined(roster, entry)
    answer = game.chain.call(game.auction, AUCTION.encode("gameOf", 1))
    assert AUCTION.decode("gameOf", answer)[0][0] == roster
    assert roster % 2**24 == 4


def test_killed_after_every_transaction(game: Game) -> None:
    """A new keeper begins its walk anew, or goes on with what is done; in the end all is as without."""

    def kill(action: Action) -> None:
        game.actions.append(action)
        raise KilledError

    fall = Fraction(1, 2)
    game.draw(fall)
    for tally in (False, True):
        if tally:
            game.chain.advance_to(game.tally_at)
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
    game.draw(fall)
    game.work_off()
    game.chain.advance_to(game.tally_at)
    game.work_off(size=1)
    assert [action.step for action in game.actions].count("decide") == 4
    assert game.standing()[1:] == game.expected(fall)
    assert game.keeper().step() == 0
