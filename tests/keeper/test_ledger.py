"""The ledger: books made of logs alone equal what the contracts hold, whatever happened and however it was read."""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from offchain.bindings.enumerations import BookState, Phase
from offchain.bindings.seals import COMMITMENT_BYTES, Opening, commitment, new_salt
from offchain.chain.backend import Log, Reverted
from offchain.chain.errors import ChainError
from offchain.io.addresses import NOBODY
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.books import Book, Box
from offchain.keeper.ledger import Ledger
from offchain.keeper.logbook import REORG_DEPTH, LogsMissing
from offchain.model.mechanisms.price_rule import Standing, exact, opening
from tests.keeper.chains import Window
from tests.keeper.market import HOUR, KEEPER, STRANGER, Market

HISTORIES = 60


class History:
    """Everything that people can do to two lots, at random, sense and nonsense alike."""

    def __init__(self, market: Market, seed: int) -> None:
        self.market = market
        self.rng = random.Random(seed)
        self.stranger = market.account(STRANGER)
        self.lots = [market.list_lot(self.rng.choice((1, 1, 40))) for _ in range(2)]
        self.later = market.list_lot(phase=50 * HOUR)
        lots = (*self.lots, self.later)
        self.daos = [
            market.new_dao(*lots),
            market.new_dao(*lots, minimum=5),
            market.new_dao(*lots, is_open=True),
        ]
        self.openings: list[Opening] = []
        self.bidders = [market.new_bidder(10**6 * WEI_PER_UNIT) for _ in range(8)]

    def play(self, check: Callable[[], object]) -> None:
        """Goes through all phases, and has everything checked again and again."""
        phases = [
            (40, self.bidding_move, None),
            (15, self.reveal_move, self.market.until_reveal),
            (25, self.tally_move, self.market.until_tally),
            (12, self.claim_move, self.market.until_closed),
            (12, self.claim_move, self.market.until_void if self.rng.random() < 0.3 else None),
        ]
        for moves, move, wait in phases:
            if wait is not None:
                wait(self.lots[0])
            for _ in range(moves):
                self.attempt(move)
                if self.rng.random() < 0.2:
                    check()
            check()

    def attempt(self, move: Callable[[], object]) -> None:
        """Most nonsense is refused, and then nothing happened."""
        with suppress(Reverted):
            move()

    def a_book(self) -> tuple[str, int]:
        book = self.rng.choice([*self.daos, self.market.auctioneer])
        return book, self.rng.choice(self.lots)

    def bidding_move(self) -> None:
        (book, lot), bidder = self.a_book(), self.rng.choice(self.bidders)
        kind, market = self.rng.choice(("commit", "commit", "many", "withdraw")), self.market
        name = market.name_of(book)
        if kind == "withdraw":
            market.send(bidder, book, name, "withdraw", lot, self.stranger)
        elif book == self.daos[-1]:
            if kind == "many":
                raised = [(lot, self.rng.randint(1, 30)) for lot in self.lots]
                wei = sum(amount for _, amount in raised) * WEI_PER_UNIT
                market.send(bidder, book, "DAO", "raiseMany", raised, wei=wei)
            else:
                market.send(
                    bidder, book, "DAO", "raiseBid", lot, wei=self.rng.randint(1, 30) * WEI_PER_UNIT
                )
        elif kind == "commit":
            seal, deposit = self.seal(book, lot, bidder)
            lock = self.rng.choice(([], [self.lock()]))
            wei = deposit * WEI_PER_UNIT
            market.send(bidder, book, name, "commit", lot, seal, *lock, wei=wei)
        else:
            seals = [(lot, *self.seal(book, lot, bidder)) for lot in self.lots]
            wei = sum(deposit for _, _, deposit in seals) * WEI_PER_UNIT
            locks = [self.rng.choice((b"", self.lock())) for _ in seals]
            market.send(bidder, book, name, "commitMany", seals, locks, wei=wei)

    def lock(self) -> bytes:
        """Anything: nobody reads it here."""
        return self.rng.randbytes(self.rng.choice((0, 1, 159, 160, 161)))

    def seal(self, book: str, lot: int, bidder: str) -> tuple[bytes, int]:
        """A commitment and a deposit, mostly good."""
        bid = self.rng.choice((0, 1, 3, 5, 8, 8, 8, 13, 21, 34))
        made = Opening(book, lot, bidder, bid, new_salt())
        self.openings.append(made)
        return commitment(self.market.chain.chain_id, made), self.rng.choice((bid, bid, 2 * bid, 4))

    def reveal_move(self) -> None:
        (book, lot), market = self.a_book(), self.market
        name = market.name_of(book)
        found = [o for o in self.openings if (o.contract, o.lot) == (book, lot)]
        if not found:
            return
        if self.rng.random() < 0.3:
            one = self.rng.choice(found)
            market.send(one.bidder, book, name, "reveal", lot, one.bid, one.salt)
            return
        some = self.rng.sample(found, self.rng.randint(1, len(found)))
        batch = [(o.bidder, o.bid, o.salt) for o in some] + [(self.stranger, 1, bytes(32))]
        self.rng.shuffle(batch)
        market.send(self.stranger, book, name, "revealBatch", lot, batch)

    def tally_move(self) -> None:
        dao, lot = self.rng.choice(self.daos), self.rng.choice(self.lots)
        tallier = self.rng.choice((self.stranger, self.market.seller))
        book = self.market.ledger().book(dao, lot)
        members = [bidder for _, bidder in book.ascending()]
        start = book.counted(tallier)
        if self.rng.random() < 0.2:
            start = self.rng.randint(0, len(members))  # repeats some, or leaves some out
        part = members[start : start + self.rng.randint(0, 3)]
        self.market.send(tallier, dao, "DAO", "tally", lot, part)

    def claim_move(self) -> None:
        (book, lot), market = self.a_book(), self.market
        name, kind = market.name_of(book), self.rng.choice("cctbbrk")
        bidder = self.rng.choice(self.bidders)
        if kind == "c":
            market.send(bidder, book, name, "claim", lot)
        elif kind == "t":
            market.send(bidder, book, name, "claimTo", lot, self.stranger)
        elif kind == "b":
            some = self.rng.sample(self.bidders, self.rng.randint(1, 5))
            market.send(self.stranger, book, name, "claimBatch", lot, some)
        elif kind == "r":
            seal, added = self.seal(book, self.later, bidder)
            lock = self.rng.choice(([], [self.lock()]))
            wei = added * WEI_PER_UNIT
            market.send(bidder, book, name, "roll", lot, self.later, seal, *lock, wei=wei)
        elif self.rng.random() < 0.5:
            market.keeper(account=KEEPER).step(refunds=self.rng.random() < 0.3)


def bid_of(book: Book, bidder: str) -> tuple[bytes, int, int]:
    """What a contract says of a bid: commitment, bid and deposit."""
    box = book.boxes.get(bidder)
    if box is None:
        return bytes(COMMITMENT_BYTES), 0, 0
    if box.closed:
        return bytes(COMMITMENT_BYTES), box.bid or 0 if book.is_served(bidder) else 0, 0
    if box.bid is None:
        assert box.commitment is not None
        return box.commitment, 0, box.deposit
    return bytes(COMMITMENT_BYTES), box.bid, box.deposit


def hold_equal_to_views(market: Market, ledger: Ledger, people: Sequence[str]) -> None:
    """Demands that the ledger agrees with every view of every contract."""
    for number, lot in ledger.lots.items():
        listed = market.ask("lotOf", number)[0]
        seller, entered, arrived, token, _, token_id = listed[:6]
        assert (seller, token, token_id) == (lot.seller, lot.token, lot.token_id)
        assert (entered, arrived) == (len(lot.daos), len(lot.group_bids))
        phase, leader, price = market.keeper().standing(number)
        if phase >= Phase.SETTLED:
            assert (lot.winner, lot.price) == (
                (leader, price) if phase == Phase.SETTLED else (None, 0)
            )
        for book in ledger.books_on(number):
            hold_equal_to_book(market, book, people)


def hold_equal_to_book(market: Market, book: Book, people: Sequence[str]) -> None:
    name = market.name_of(book.contract)
    head = market.view(book.contract, name, "bookOf", book.lot)[0]
    bond_bps, opened, share, state = head[3:]
    assert share == book.share
    assert state == (
        BookState.WON if book.won else BookState.LOST if book.lost else BookState.RUNNING
    )
    assert bond_bps == book.bond_bps
    for bidder in people:
        (bid,) = market.view(book.contract, name, "bidOf", book.lot, bidder)
        assert bid == bid_of(book, bidder), (book.contract, bidder)
    if not book.of_dao:
        return
    assert opened == (book.served if book.won else len(book.ascending()))
    tallied = (NOBODY, 0)  # as after settlement, when it is cleared
    if book.tallier is not None and not book.won:
        tallied = (book.tallier, book.willingness_to_pay)
    assert market.view(book.contract, "DAO", "resultOf", book.lot) == tallied
    for tallier in (market.account(KEEPER), market.account(STRANGER), market.seller):
        _, counted, best = market.view(book.contract, "DAO", "progress", book.lot, tallier)
        steps = book.progress.get(tallier, [])
        if tallier == book.tallier:
            steps = steps[:-1]  # the contract does not store the last one's progress
        assert (counted, best) == ((steps[-1].counted, steps[-1].best) if steps else (0, 0))
    for bidder in people:
        (access,) = market.view(book.contract, "DAO", "hasAccess", book.lot, bidder)
        assert access == (bidder in book.boxes and book.is_served(bidder))


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_books_made_of_logs_equal_the_views(market: Market, seed: int) -> None:
    """One ledger that follows the history and one that is made in the end: both as the contracts say."""
    history = History(market, seed)
    following = Ledger(market.chain, market.auctioneer, market.deployment.block)

    def check() -> None:
        following.sync(recheck=history.rng.choice((0, REORG_DEPTH)))
        hold_equal_to_views(market, following, [*history.bidders, history.stranger])
        fresh = market.ledger()
        assert (fresh.lots, fresh.books) == (following.lots, following.books)

    history.play(check)
    assert following.generation == 0, "nothing had to be read twice"


def test_standing_follows_from_the_order_of_bids(market: Market) -> None:
    """DAOs' bids in the ledger, fed to the reference's price rule in their order, give the contract's standing."""
    lot = market.list_lot(reserve=3)
    daos = [market.new_dao(lot) for _ in range(4)]
    for dao, bid in zip(daos, (7, 9, 9, 2), strict=True):
        market.bid(dao, lot, bid)
    for wait in (market.until_reveal, market.until_tally):
        wait(lot)
        market.keeper().step(refunds=False)
    bids = market.ledger().lots[lot].group_bids
    standing = opening(3)
    for place, bid in enumerate(bids.values()):
        standing = exact(standing, place, bid)
    assert standing == Standing(leader=1, highest=9, price=9)
    assert market.keeper().standing(lot) == (Phase.CLOSED, list(bids)[1], 9)


# READING


def equal(ledger: Ledger, market: Market) -> bool:
    fresh = market.ledger()
    return (ledger.lots, ledger.books) == (fresh.lots, fresh.books)


def test_what_is_mined_while_reading_is_not_read_twice(market: Market) -> None:
    lot = market.list_lot()
    dao = market.new_dao(lot, is_open=True)
    window = Window(market.chain)
    ledger = Ledger(window, market.auctioneer, market.deployment.block)

    def mine_more(addresses: Sequence[str], first_block: int, logs: list[Log]) -> list[Log]:
        market.place(dao, lot, 5)
        market.new_dao(lot)
        return market.chain.logs(addresses, first_block)

    window.hook = mine_more
    for _ in range(5):
        ledger.sync()
    window.hook = None
    ledger.sync()
    assert len(ledger.lots[lot].daos) == len(set(ledger.lots[lot].daos)) > 5
    assert equal(ledger, market)


@pytest.mark.parametrize("failing", [1, 2])
def test_a_read_that_fails_changes_nothing(market: Market, failing: int) -> None:
    """The second read is that of DAOs met for the first time."""
    lot = market.list_lot()
    market.place(market.new_dao(lot, is_open=True), lot, 5)
    window = Window(market.chain)
    ledger = Ledger(window, market.auctioneer, market.deployment.block)
    window.hook = lambda addresses, first, logs: fail() if window.reads == failing else logs
    with pytest.raises(ChainError, match="gone"):
        ledger.sync()
    assert not ledger.lots
    assert not ledger.books
    ledger.sync()
    assert equal(ledger, market)
    assert ledger.generation == 0


def fail() -> list[Log]:
    raise ChainError("gone")


def test_a_reorganized_chain_is_read_anew(market: Market) -> None:
    lot = market.list_lot()
    dao = market.new_dao(lot, is_open=True)
    fork = market.snapshot()
    market.place(dao, lot, 5, 6)
    ledger = market.ledger()
    market.restore(fork)
    market.place(dao, lot, 6, 5, 7)
    ledger.sync(recheck=REORG_DEPTH)
    assert [bid for bid, _ in ledger.book(dao, lot).ascending()] == [5, 6, 7]
    assert equal(ledger, market)
    assert ledger.generation == 1


@pytest.mark.parametrize("blocks", [3, 3 * REORG_DEPTH])
def test_a_chain_that_went_back_is_read_anew(market: Market, blocks: int) -> None:
    lot = market.list_lot()
    dao = market.new_dao(lot, is_open=True)
    fork = market.snapshot()
    market.place(dao, lot, *[5] * blocks)
    ledger = market.ledger()
    market.restore(fork)
    ledger.sync()
    assert not ledger.book(dao, lot).boxes
    assert equal(ledger, market)


def test_a_chain_that_went_far_back_is_read_anew_even_if_little_happened(market: Market) -> None:
    """Nothing was logged in all the blocks that can be compared."""
    lot = market.list_lot()
    dao = market.new_dao(lot, is_open=True)
    fork = market.snapshot()
    market.place(dao, lot, 5)
    for _ in range(2 * REORG_DEPTH):
        market.chain.advance_to(market.chain.now() + 1)
    ledger = market.ledger()
    market.restore(fork)
    ledger.sync()
    assert not ledger.book(dao, lot).boxes


def test_logs_left_out_are_noticed(market: Market) -> None:
    """A node behind a load balancer may not have indexed yet what another one mined."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    market.bid(dao, lot, 5)
    window = Window(market.chain)
    ledger = Ledger(window, market.auctioneer, market.deployment.block)
    ledger.sync()
    market.bid(dao, lot, 6)
    window.hook = lambda addresses, first_block, logs: logs[:-1]
    ledger.sync()
    window.hook = None
    market.bid(dao, lot, 7)
    ledger.sync(recheck=REORG_DEPTH)
    assert equal(ledger, market)
    assert ledger.generation == 1


def test_logs_that_do_not_add_up_are_refused_and_read_anew(market: Market) -> None:
    lot = market.list_lot()
    dao = market.new_dao(lot)
    market.bid(dao, lot, 5)
    market.until_reveal(lot)
    market.keeper().step()
    window = Window(market.chain)
    ledger = Ledger(window, market.auctioneer, market.deployment.block)
    window.hook = lambda addresses, first, logs: [log for log in logs if len(log.data) != 64]
    with pytest.raises(LogsMissing, match="revm: the logs do not add up"):
        ledger.sync()
    window.hook = None
    ledger.sync()
    assert equal(ledger, market)


def test_nothing_new_costs_nothing(market: Market) -> None:
    market.list_lot()
    window = Window(market.chain)
    ledger = Ledger(window, market.auctioneer, market.deployment.block)
    for _ in range(10):
        ledger.sync(recheck=REORG_DEPTH)
    assert window.reads == 1


def test_forgotten_lots_stay_forgotten(market: Market) -> None:
    """Also when their DAOs enter others, and when everything is read anew."""
    first = market.list_lot()
    dao, other = market.new_dao(first, is_open=True), market.new_dao(first, is_open=True)
    (member,) = market.place(dao, first, 5)
    ledger = market.ledger()
    ledger.forget([first])
    assert not ledger.lots
    market.send(member, dao, "DAO", "withdraw", first, member)
    second = market.list_lot()
    market.send(market.seller, dao, "DAO", "enter", second)
    market.place(dao, second, 6)
    market.new_dao(first)
    ledger.sync(recheck=REORG_DEPTH)
    assert set(ledger.lots) == {second}
    assert set(ledger.books) == {(market.auctioneer, second), (dao, second)}
    assert other not in ledger.lots[second].daos
    market.restore(market.snapshot())
    ledger.sync(recheck=REORG_DEPTH)
    assert set(ledger.lots) == {second}


def test_a_dao_that_enters_late_is_read_from_its_start(market: Market) -> None:
    """Its bids on one lot may be older than its entry to the lot that made it known."""
    first, second = market.list_lot(), market.list_lot()
    ledger = market.ledger()
    dao = market.new_dao(first, second, is_open=True)
    for lot in (first, second):
        market.place(dao, lot, lot)
    ledger.sync()
    assert [len(ledger.book(dao, lot).boxes) for lot in (first, second)] == [1, 1]


# BOOKS


def test_the_sorted_list_is_made_once_per_change() -> None:
    book = Book("0x1", 1, 1_000, of_dao=True)
    book.boxes = {f"0x{n:040x}": Box(None, 9, 9 - n % 3) for n in range(9)}
    order = book.ascending()
    assert order == sorted(order)
    assert book.ascending() is order


def test_tally_order_of_equal_bids_is_that_of_addresses_as_numbers(tmp_path: Path) -> None:
    low, high = "0x" + "0" * 39 + "B", "0x" + "0" * 38 + "0c"
    book = Book("0x1", 1, 0, of_dao=True, boxes={high: Box(None, 5, 5), low: Box(None, 5, 5)})
    assert [bidder for _, bidder in book.ascending()] == [low, high]
