"""A keeper in a random world: people bid, time passes, blocks are taken back, its node limits, lags and lies, and it dies.

Whatever came before, once its node is fair, it brings every lot to its end: what it was promised to open is opened where the
reveal is still to come, groups bid what the model says, and everybody is paid, to the wei. Where its node has lied about blocks
that are not compared any more, it is started anew before.
"""

import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from offchain.bindings.enumerations import Phase
from offchain.bindings.seals import Opening
from offchain.chain.backend import Transaction
from offchain.chain.errors import ChainError
from offchain.keeper.keeper import Keeper
from offchain.keeper.logbook import REORG_DEPTH
from offchain.model.mechanisms.equal_split import willingness_to_pay
from tests.keeper.chains import Killed
from tests.keeper.market import HOUR, SECOND_KEEPER, Market
from tests.keeper.weather import Mood, Weather

MOST_LOTS, MOST_BIDS = 3, 24
VOID = 4 * 24 * HOUR
"""After which whatever was to be settled is not."""
PLACES = st.integers(0, 2**16)
"""Which one of those there are, counted round."""
WAYS = st.sampled_from(["entrusted", "locked", "silent"])
BIDS = st.tuples(st.integers(1, 20), WAYS)
SOME_BIDS = st.lists(BIDS, min_size=1, max_size=4)


BookKey = tuple[str, int, bool]
"""Where bids are made: a DAO, or the auctioneer for those who bid alone; the lot; and whether bids are open there."""


class Village(Market):
    """A market that knows who was promised that its bid is opened for it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.secrets: dict[bytes, Opening] = {}
        self.promised: set[tuple[str, int, str]] = set()

    def sealed(self, opening: Opening, deposit: int, lock: bytes | None = None) -> Opening:
        self.secrets[opening.salt] = opening
        if lock is not None:
            self.promised.add((opening.contract, opening.lot, opening.bidder))
        return super().sealed(opening, deposit, lock)

    def entrusted(self, book: str, lot: int, bid: int) -> None:
        """A sealed bid whose opening lies with the keepers."""
        self.promised.add((book, lot, self.bid(book, lot, bid)))


@dataclass(frozen=True)
class Mark:
    """A state to come back to: lots and DAOs are those that there were."""

    snapshot: int
    block: int
    lots: tuple[int, ...]
    daos: tuple[BookKey, ...]


class Random(RuleBasedStateMachine):
    """What anybody does, in any order."""

    moods = tuple(Mood)

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.folder = Path(tempfile.mkdtemp(prefix="consort-village-"))
        self.market = Village(self.folder)
        self.lots: tuple[int, ...] = ()
        self.daos: tuple[BookKey, ...] = ()
        self.marks: list[Mark] = []
        self.bids = 0

    @initialize(
        seed=st.integers(0, 2**32 - 1),
        groups=st.lists(SOME_BIDS, min_size=1, max_size=2),
        alone=SOME_BIDS,
    )
    def begin(
        self, seed: int, groups: list[list[tuple[int, str]]], alone: list[tuple[int, str]]
    ) -> None:
        """A lot with bids, and a keeper that was just started."""
        self.weather = Weather(self.market.chain, seed)
        self.weather.overhear = self.hold_secret
        self.keeper = self.started()
        lot = self.list_lot()
        for bids in groups:
            self.bid(self.make_a_group(lot, is_open=False), bids)
        self.bid((self.market.auctioneer, lot, False), alone)

    # People

    @precondition(lambda self: len(self.lots) < MOST_LOTS)
    @rule(is_open=st.booleans(), bids=SOME_BIDS)
    def sell(self, is_open: bool, bids: list[tuple[int, str]]) -> None:
        """Another item, for which a group bids."""
        self.bid(self.make_a_group(self.list_lot(), is_open), bids)

    @rule(place=PLACES, is_open=st.booleans(), bids=SOME_BIDS)
    def join(self, place: int, is_open: bool, bids: list[tuple[int, str]]) -> None:
        """Another group, while bidding lasts."""
        lot = self.lots[place % len(self.lots)]
        if self.is_bidding(lot) and sum(of == lot for _, of, _ in self.daos) < 3:
            self.bid(self.make_a_group(lot, is_open), bids)

    @rule(place=PLACES, bids=SOME_BIDS)
    def bid_more(self, place: int, bids: list[tuple[int, str]]) -> None:
        """Others, in a group or alone, while bidding lasts."""
        books = [*((self.market.auctioneer, lot, False) for lot in self.lots), *self.daos]
        book = books[place % len(books)]
        if self.is_bidding(book[1]) and self.bids < MOST_BIDS:
            self.bid(book, bids)

    @rule(steps=st.integers(0, 3), buried=st.booleans())
    def next_phase(self, steps: int, buried: bool) -> None:
        """Of the lot whose phase ends first; the keeper is awake."""
        chain = self.market.chain
        ahead = [at for lot in self.lots for at in self.market.ends(lot) if at > chain.now()]
        self.mark()
        chain.advance_to(min(ahead, default=chain.now() + VOID))
        if buried:
            chain.advance_to_block(chain.block() + 3)
        self.keep(steps)

    @rule(seconds=st.integers(1, HOUR))
    def wait(self, seconds: int) -> None:
        self.mark()
        self.market.chain.advance_to(self.market.chain.now() + seconds)

    @rule(blocks=st.sampled_from([1, 3, REORG_DEPTH + 2]))
    def let_blocks_come(self, blocks: int) -> None:
        self.mark()
        self.market.chain.advance_to_block(self.market.chain.block() + blocks)

    # The chain and its node

    @rule(depth=st.integers(1, 12))
    def take_blocks_back(self, depth: int) -> None:
        """And as many others come in their place."""
        chain = self.market.chain
        newest = chain.block()
        near = [mark for mark in self.marks if chain.block() - mark.block < REORG_DEPTH - 1]
        if not near:
            return
        mark = near[-depth:][0]
        del self.marks[self.marks.index(mark) :]
        self.market.restore(mark.snapshot)
        self.lots, self.daos = mark.lots, mark.daos
        chain.advance_to_block(newest + 1)
        if not self.lots:
            self.list_lot()

    @rule(mood=st.sampled_from(Mood), share=st.sampled_from([0.05, 0.3]))
    def turn(self, mood: Mood, share: float) -> None:
        if mood in self.moods:
            self.weather.turn(mood, share)

    # Keepers

    @rule(steps=st.integers(1, 4))
    def work_on(self, steps: int) -> None:
        self.keep(steps)

    @rule(sent=st.integers(1, 3))
    def let_the_keeper_die(self, sent: int) -> None:
        """After so many transactions, of the last of which it does not hear."""
        self.weather.left = sent

    @rule()
    def start_anew(self) -> None:
        self.keeper = self.started()

    @rule()
    def let_another_keep(self) -> None:
        self.mark()
        self.market.keep(self.market.keeper(account=SECOND_KEEPER))

    def keep(self, steps: int) -> None:
        """Nothing but a chain error, or its death, leaves a step."""
        self.mark()
        for _ in range(steps):
            try:
                self.keeper.step()
            except Killed:
                self.keeper = self.started()
            except ChainError:
                continue

    # What must hold

    def hold_secret(self, data: bytes) -> None:
        """No opening is told to a node before bidding is over, unless that node made up an earlier end."""
        if self.weather.has_lied:
            return
        for salt, opening in self.market.secrets.items():
            if salt in data:
                assert self.market.chain.now() >= self.market.ends(opening.lot)[0], opening

    def teardown(self) -> None:
        try:
            if self.lots:
                self.end()
        finally:
            shutil.rmtree(self.folder)

    def end(self) -> None:
        """The node is fair from now on, and time goes on."""
        market = self.market
        self.weather.turn(Mood.FAIR, 0)
        self.weather.left = None
        if self.weather.has_lied and self._is_long():
            self.keeper = self.started()
        served = [lot for lot in self.lots if self.is_bidding(lot)]
        deadlines = sorted({end for lot in self.lots for end in market.ends(lot)})
        last = max(deadlines[-1], market.chain.now()) + VOID
        for moment in [*(at for at in deadlines if at > market.chain.now()), last]:
            market.chain.advance_to(moment)
            market.chain.advance_to_block(market.chain.block() + 3)
            self.work()
            market.chain.advance_to(moment + 200)
            self.work()
        ledger = market.ledger()
        for lot in served:
            for book in ledger.books_on(lot):
                late = [
                    bidder
                    for bidder, box in book.boxes.items()
                    if box.is_sealed and (book.contract, lot, bidder) in market.promised
                ]
                assert not late, f"lot {lot}: not opened: {late}"
                bids = [box.bid for box in book.boxes.values() if box.bid]
                said = ledger.lots[lot].group_bids.get(book.contract)
                assert not book.of_dao or said == willingness_to_pay(bids), f"lot {lot}"
        for lot in self.lots:
            assert Phase(market.ask("standing", lot)[0]) in (Phase.SETTLED, Phase.VOID), (
                f"lot {lot}"
            )
            owed = [who for book in ledger.books_on(lot) for who in book.boxes if book.due(who)]
            assert not owed, f"lot {lot}: {owed} are owed something"
        market.outcome(self.lots)

    def _is_long(self) -> bool:
        """Whether there are blocks that a keeper does not compare any more, so that what it was told of them stays."""
        market = self.market
        return market.chain.block() - market.deployment.block > REORG_DEPTH - 4

    def work(self) -> None:
        """The keeper that lived through it all works until nothing is left to do."""
        idle = 0
        for _ in range(200):
            with suppress(ChainError):
                idle = 0 if self.keeper.step() else idle + 1
            if idle == 3:
                return
        raise AssertionError("the keeper does not come to an end")

    # How it is done

    def list_lot(self) -> int:
        self.mark()
        lot = self.market.list_lot(reserve=4)
        self.lots = (*self.lots, lot)
        return lot

    def make_a_group(self, lot: int, is_open: bool) -> BookKey:
        self.mark()
        self.daos = (*self.daos, (self.market.new_dao(lot, is_open=is_open), lot, is_open))
        return self.daos[-1]

    def bid(self, book: BookKey, bids: list[tuple[int, str]]) -> None:
        """Open bids where they are open, else in one of `WAYS`: only what is silent was promised to nobody."""
        contract, lot, is_open = book
        self.mark()
        self.bids += len(bids)
        for bid, way in bids:
            if is_open:
                self.market.place(contract, lot, bid)
            elif way == "entrusted":
                self.market.entrusted(contract, lot, bid)
            elif way == "locked":
                self.market.bid_locked(contract, lot, bid)
            else:
                self.market.bid(contract, lot, bid, entrusted=False)

    def is_bidding(self, lot: int) -> bool:
        return self.market.chain.now() < self.market.ends(lot)[0]

    def mark(self) -> None:
        chain = self.market.chain
        self.marks.append(Mark(self.market.snapshot(), chain.block(), self.lots, self.daos))

    def started(self) -> Keeper:
        """A keeper that knows nothing but the openings file."""
        self.weather.left = None
        self.weather.has_lied = self.weather.mood is Mood.LYING
        return self.market.keeper(self.weather, forgets=True)


class Honest(Random):
    """A node that may refuse, limit and lag, but does not lie."""

    moods = tuple(mood for mood in Mood if mood is not Mood.LYING)


@pytest.mark.parametrize("world", [Honest, Random])
def test_a_keeper_in_a_random_world(world: type[Random]) -> None:
    rounds = settings(max_examples=80, stateful_step_count=40)
    run_state_machine_as_test(world, settings=rounds)  # type: ignore[no-untyped-call]


def test_an_opening_that_leaves_early_is_noticed() -> None:
    """By the same ears: three gates of the keeper would have to fall for it to happen above."""
    world = Honest()
    world.begin(seed=0, groups=[[(5, "entrusted")]], alone=[(4, "locked")])
    try:
        for salt in world.market.secrets:
            told = Transaction(world.market.seller, world.market.auctioneer, b"early" + salt)
            with pytest.raises(AssertionError):
                world.weather.estimate(told)
    finally:
        shutil.rmtree(world.folder)
