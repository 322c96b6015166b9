"""Time locks: the keeper opens bids of which it was told nothing; and what people lock, or beacons say, to keep it from that."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.seals import Opening, commitment, lock, new_salt
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.books import Box
from offchain.keeper.pace import Pace
from offchain.keeper.reveals import LocksClosed
from offchain.keeper.rounds import PAUSES, Rounds, at_once, beside
from offchain.locks.beacon import LOCK_MARGIN, Signature, round_json
from offchain.locks.bids import LOCK_BYTES
from offchain.locks.http_source import HttpSource
from offchain.locks.local_beacon import LocalBeacon
from offchain.locks.source import Cause, NoSignature, Trouble
from tests.keeper.chains import Killed, Mortal, Refusing, Watched
from tests.keeper.fair import play
from tests.keeper.market import Market


@pytest.fixture
def locked(tmp_path: Path) -> Market:
    """Where bids are locked, and nobody is told."""
    return Market(tmp_path, locked=True)


@dataclass
class Watch:
    """A source that counts who asks, and says what it is told to. troubles: what it says before it gives signatures."""

    beacon: LocalBeacon
    troubles: list[Cause] = field(default_factory=list)
    asked: int = 0

    def signature(self, round_: int) -> Signature:
        self.asked += 1
        if self.troubles:
            raise NoSignature(round_, [Trouble("watch", self.troubles.pop(0), f"try {self.asked}")])
        return self.beacon.signature(round_)


@dataclass
class Clock:
    """Seconds that pass when they are told to."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def opened(market: Market, book: str, lot: int) -> list[int]:
    """The open bids of a book."""
    return [bid for bid, _ in market.ledger().book(book, lot).ascending()]


def rows(told: list[tuple[str, Exception]]) -> set[str]:
    return {str(error) for _, error in told}


# ALL GOES WELL


def test_with_locks_and_no_receipts_all_is_as_with_receipts(tmp_path: Path) -> None:
    """The same winner, price, shares and refunds at the fair, and the keeper was told nothing."""
    told, locked = tmp_path / "told", tmp_path / "locked"
    told.mkdir()
    locked.mkdir()
    by_receipts = play(Market(told))
    market = Market(locked, locked=True)
    # who takes no money is a contract, whose opening is entrusted in both
    by_locks = play(market)
    assert by_locks == by_receipts
    assert len(market.openings) == 1
    assert not market.skipped


def test_nothing_is_opened_before_its_round(locked: Market) -> None:
    """Nor is the beacon asked; the keeper wakes up for it, and not for the next phase."""
    lot, dao = locked.an_auction()
    source = Watch(locked.beacon)
    keeper = locked.keeper(unlocker=locked.unlocker(source))
    locked.until_reveal(lot)
    assert locked.keep(keeper) == 0
    assert source.asked == 0
    assert keeper.seconds_to_next is not None
    assert LOCK_MARGIN - 5 <= keeper.seconds_to_next <= LOCK_MARGIN + locked.beacon.period
    locked.until_round(lot)
    assert locked.keep(keeper) == 2
    assert source.asked == 1
    assert opened(locked, dao, lot) == [4, 5, 10]


def test_what_was_entrusted_comes_first(market: Market) -> None:
    """It is sent before the round, and its lock is never decrypted."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    opening = Opening(dao, lot, market.new_bidder(9 * WEI_PER_UNIT), 7, new_salt(is_locked=True))
    market.sealed(opening, 9, market.lock(opening))
    market.openings.add([opening])
    unlocker = market.unlocker()
    keeper = market.keeper(unlocker=unlocker)
    market.until_reveal(lot)
    assert market.keep(keeper) == 1
    market.until_round(lot)
    assert market.keep(keeper) == 0
    assert unlocker.tried == 0
    assert opened(market, dao, lot) == [7]


def test_each_lock_is_decrypted_once(locked: Market) -> None:
    """Whatever comes of sending what it held."""
    lot, dao = locked.an_auction()
    for _ in range(3):
        locked.bid_locked(dao, lot, 5, lock=b"\x07" * LOCK_BYTES)
    unlocker = locked.unlocker()
    keeper = locked.keeper(Refusing(locked.chain, lambda one: True), unlocker=unlocker)
    locked.until_round(lot)
    for _ in range(50):
        keeper.step()
    assert unlocker.tried == 7
    assert locked.keep(locked.keeper()) == 2, (
        "another keeper, or this one restarted, opens them anew"
    )


def test_without_a_beacon_locks_stay_closed(locked: Market) -> None:
    lot, _ = locked.an_auction()
    locked.until_round(lot)
    assert locked.keep(locked.keeper(unlocker=None)) == 0
    assert locked.keep() == 2


def test_killed_after_every_transaction(tmp_path: Path) -> None:
    """Nothing of what was decrypted is lost that could not be decrypted again."""
    calm, troubled = tmp_path / "calm", tmp_path / "troubled"
    calm.mkdir()
    troubled.mkdir()
    market = Market(troubled, locked=True)

    def work() -> None:
        while True:
            with suppress(Killed):
                market.keep(market.keeper(Mortal(market.chain)))
                return

    assert play(market, work) == play(Market(calm, locked=True))


# WHAT PEOPLE LOCK


@pytest.mark.parametrize("length", [1, 95, 96, 97, 159, 160])
def test_garbage_of_any_length_opens_nothing_and_stops_nobody(market: Market, length: int) -> None:
    lot = market.list_lot()
    dao = market.new_dao(lot)
    garbage = bytes((7 * at + length) % 256 for at in range(length))
    market.bid_locked(dao, lot, 9, lock=garbage)
    market.bid_locked(dao, lot, 5)
    market.until_round(lot)
    assert market.keep() == 1
    assert opened(market, dao, lot) == [5]
    assert not market.skipped


def test_the_locks_of_wrong_rounds_stay_closed(market: Market) -> None:
    """One before, one after, and another beacon's; the owner can still open the bid."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    owners = []
    for wrong in (-1, 1, 10**6):
        opening = Opening(dao, lot, market.new_bidder(10**10), 9, new_salt(is_locked=True))
        owners.append(market.sealed(opening, 9, market.lock(opening, wrong)))
    opening = Opening(dao, lot, market.new_bidder(10**10), 8, new_salt(is_locked=True))
    other = LocalBeacon(18, market.beacon.genesis).beacon
    market.sealed(opening, 9, lock(other, market.round_of(lot), opening))
    market.until_round(lot)
    assert market.keep() == 0
    market.send(owners[0].bidder, dao, "DAO", "reveal", lot, 9, owners[0].salt)
    assert opened(market, dao, lot) == [9]


def test_a_copied_lock_opens_its_owners_bid_alone(market: Market) -> None:
    """Beside the copier's own commitment, and beside the owner's commitment, copied with it: that is bound to the bidder."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    opening = Opening(dao, lot, market.new_bidder(10**10), 5, new_salt(is_locked=True))
    locked, seal = market.lock(opening), commitment(market.chain.chain_id, opening)
    # before and after the owner, so that no order of trying helps
    for copier in (market.new_bidder(10**10), opening.bidder, market.new_bidder(10**10)):
        data = (lot, seal, locked)
        market.send(copier, dao, "DAO", "commit", *data, wei=9 * WEI_PER_UNIT)
    market.bid_locked(dao, lot, 6, lock=locked)
    unlocker = market.unlocker()
    market.until_round(lot)
    market.keep(market.keeper(unlocker=unlocker))
    assert market.ledger().book(dao, lot).ascending() == [(5, opening.bidder)]
    assert unlocker.tried == 4


def test_the_lock_of_another_bid_opens_nothing(market: Market) -> None:
    """The commitment says 9, the lock 5, or 9 with another salt."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    for bid in (5, 9):
        bidder = market.new_bidder(10**10)
        sealed = Opening(dao, lot, bidder, 9, new_salt(is_locked=True))
        other = Opening(dao, lot, bidder, bid, new_salt(is_locked=True))
        market.sealed(sealed, 9, market.lock(other))
    market.until_round(lot)
    watched = Watched(market.chain)
    assert market.keep(market.keeper(watched)) == 0
    reveal = contract("DAO").encode("revealBatch", lot, [])[:4]
    assert not any(data.startswith(reveal) for data in watched.told), "not even simulated"


def test_good_locks_of_bids_that_break_the_rules_are_not_sent(market: Market) -> None:
    """Above the deposit, below the minimum, of nothing. Their bonds are burnt."""
    lot = market.list_lot()
    dao = market.new_dao(lot, minimum=5)
    market.bid_locked(dao, lot, 90, deposit=80)
    market.bid_locked(dao, lot, 4, deposit=80)
    market.bid_locked(market.auctioneer, lot, 0, deposit=80)
    market.bid_locked(dao, lot, 6)
    market.through(lot)
    assert [(a.step, a.members) for a in market.actions if a.step == "reveal"] == [("reveal", 1)]
    assert sorted(box.burnt for box in market.boxes(lot)) == [0, 8, 8, 8]
    market.outcome([lot])


def test_only_the_lock_of_the_bid_as_it_stands_is_opened(market: Market) -> None:
    """Replaced with a lock, replaced without, raised under the same commitment, withdrawn, rolled from elsewhere."""
    lot = market.list_lot()
    dao = market.new_dao(lot)

    def seal(bidder: str, bid: int, with_lock: bool = True) -> Opening:
        opening = Opening(dao, lot, bidder, bid, new_salt(is_locked=True))
        return market.sealed(opening, 9, market.lock(opening) if with_lock else None)

    again, without, raised, gone = (market.new_bidder(10**11) for _ in range(4))
    seal(again, 1)
    seal(again, 2)
    seal(without, 3)
    seal(without, 4, with_lock=False)
    opening = seal(raised, 5)
    market.sealed(opening, 1, b"\x01" * LOCK_BYTES)
    market.sealed(opening, 1, market.lock(opening))
    seal(gone, 6)
    market.send(gone, dao, "DAO", "withdraw", lot, gone)
    unlocker = market.unlocker()
    market.until_round(lot)
    market.keep(market.keeper(unlocker=unlocker))
    assert market.ledger().book(dao, lot).ascending() == [(2, again), (5, raised)]
    assert unlocker.tried == 2


def test_ten_thousand_garbage_locks_cost_the_keeper_one_try_each(market: Market) -> None:
    """Made up in the books, for the time that it takes. Whatever is honest among them is opened, in as few transactions."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    good = [market.bid_locked(dao, lot, bid) for bid in (3, 8)]
    unlocker = market.unlocker()
    keeper = market.keeper(unlocker=unlocker)
    market.until_round(lot)
    ledger = keeper._reader.ledger
    ledger.sync()
    boxes = ledger.book(dao, lot).boxes
    for number in range(10_000):
        bidder = f"0x{number + 1:040x}"
        box = Box(bytes([1]) * 24, 9, lock=b"\x80" + number.to_bytes(4, "big") * 39 + b"xyz")
        boxes[bidder] = box
    boxes[good[1]] = boxes.pop(good[1])  # the last of all
    for _ in range(20):
        keeper.step()
    assert unlocker.tried == 10_002
    assert [(a.step, a.members) for a in market.actions] == [("reveal", 2)]


def test_a_swarm_of_locks_gives_way(market: Market) -> None:
    """They are opened in portions; if the step is over, or another lot is urgent, the rest waits, and none is tried twice."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    for bid in range(1, 6):
        market.bid_locked(dao, lot, bid)
    market.until_round(lot)
    unlocker = market.unlocker(portion=2)
    keeper = market.keeper(unlocker=unlocker, pace=Pace(seconds=0.0))
    found = []
    while keeper.step():
        found.append((unlocker.tried, len(opened(market, dao, lot))))
    assert found == [(2, 2), (4, 4), (5, 5)]


def test_a_reorganization_that_changes_commitments(market: Market) -> None:
    """What was decrypted for a bid that is no more is not sent; the new one is decrypted."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    bidder = market.new_bidder(10**11)
    before = market.snapshot()
    for bid in (4, 6):
        market.restore(before)
        opening = Opening(dao, lot, bidder, bid, new_salt(is_locked=True))
        market.sealed(opening, 9, market.lock(opening))
        market.until_round(lot)
        if bid == 4:
            unlocker = market.unlocker()
            refusing = Refusing(market.chain, lambda one: True)
            keeper = market.keeper(refusing, unlocker=unlocker)
            keeper.step()
            assert unlocker.tried == 1
    market.chain.advance_to(market.chain.now() + 12)
    refusing.refuses = lambda one: False
    for _ in range(5):
        keeper.step()
    assert unlocker.tried == 2
    assert opened(market, dao, lot) == [6]


# WHAT BEACONS DO


@pytest.mark.parametrize("cause", list(Cause))
def test_a_beacon_in_trouble_stops_nothing_else_and_is_told_once(
    market: Market, cause: Cause
) -> None:
    """Late, dead, lying: entrusted bids of the lot and of others go on; it is asked again after longer and longer pauses."""
    lot, other = market.list_lot(), market.list_lot()
    dao = market.new_dao(lot, other)
    market.bid_locked(dao, lot, 7)
    market.bid(dao, lot, 5)
    market.bid(dao, other, 6)
    clock, source = Clock(), Watch(market.beacon, [cause] * 6)
    keeper = market.keeper(unlocker=market.unlocker(source, ticks=clock))
    market.until_round(lot)
    market.keep(keeper)
    assert (opened(market, dao, lot), opened(market, dao, other)) == ([5], [6])
    assert source.asked == 1
    tries = []
    for _ in range(200):
        clock.now += 1
        before = source.asked
        keeper.step()
        if source.asked > before:
            tries.append(clock.now)
    first, most = PAUSES
    assert tries[:5] == [
        first,
        3 * first,
        7 * first,
        15 * first,
        15 * first + min(16 * first, most),
    ]
    assert len(rows(market.skipped)) == 1, "in the same words each time, so a user hears of it once"
    assert f"watch: {cause}" in rows(market.skipped).pop()
    assert opened(market, dao, lot) == [5, 7]


def test_the_first_source_that_answers_is_asked_first_from_then_on(market: Market) -> None:
    dead = Watch(market.beacon, [Cause.UNREACHABLE] * 100)
    alive = Watch(market.beacon)
    rounds = Rounds([dead, alive])
    market.chain.advance_to(market.chain.now() + 100)
    for round_ in range(1, 11):
        signature = rounds.signature(round_)
        assert signature is not None
        assert signature.round == round_
    assert (dead.asked, alive.asked) == (1, 10)


def test_when_the_reveal_is_over_nobody_is_asked_any_more(market: Market) -> None:
    """And what was silent all the time costs its bond."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    market.bid_locked(dao, lot, 7)
    clock, source = Clock(), Watch(market.beacon, [Cause.LATE] * 1_000)
    keeper = market.keeper(unlocker=market.unlocker(source, ticks=clock))
    market.until_round(lot)
    keeper.step()
    market.until_tally(lot)
    clock.now += 1_000
    asked = source.asked
    market.keep(keeper)
    assert source.asked == asked
    assert [(box.burnt, box.received) for box in market.boxes(lot)] == [(1, 13)]


def test_a_source_without_end_holds_up_no_step(market: Market) -> None:
    """It is asked beside all else: the step waits a second at most, and goes on when the answer is there."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    market.bid_locked(dao, lot, 7)
    market.bid(dao, lot, 5)
    market.until_round(lot)
    round_ = market.round_of(lot)
    answer, gate = market.beacon.signature(round_), threading.Event()

    class Slow:
        def signature(self, round_: int) -> Signature:
            gate.wait()
            return answer

    keeper = market.keeper(unlocker=market.unlocker(Slow(), start=beside))
    assert keeper.step() == 1
    assert opened(market, dao, lot) == [5]
    assert keeper.step() == 0
    assert keeper.unfinished, "there is something to come"
    gate.set()
    market.keep(keeper)
    assert opened(market, dao, lot) == [5, 7]


def test_many_rounds_are_fetched_a_few_at_a_time() -> None:
    gate, asked = threading.Event(), []
    beacon = LocalBeacon(17, 0)

    class Slow:
        def signature(self, round_: int) -> Signature:
            asked.append(round_)
            gate.wait()
            return beacon.signature(round_)

    rounds = Rounds([Slow()], beside)
    for round_ in range(1, 101):
        assert rounds.signature(round_) is None
    assert len(asked) <= 4
    assert rounds.is_busy
    gate.set()
    for round_ in range(1, 101):
        while rounds.signature(round_) is None:
            rounds.wait(1.0)
    assert len(asked) == 100
    assert not rounds.is_busy


def test_of_many_rounds_the_first_are_forgotten() -> None:
    """All but those that are being fetched; what was forgotten is fetched again."""
    asked: list[int] = []
    beacon = LocalBeacon(17, 0)
    signed = beacon.signature(1)

    class Counting:
        def signature(self, round_: int) -> Signature:
            asked.append(round_)
            return signed

    waiting: list[Callable[[], None]] = []
    rounds = Rounds([Counting()], waiting.append)
    assert rounds.signature(1) is None
    rounds._start = at_once
    for round_ in range(2, 1_500):
        rounds.signature(round_)
    assert rounds.signature(1) is None
    assert rounds.is_busy, "it is not forgotten, or two would fetch it"
    waiting.pop()()
    assert rounds.signature(1) is signed
    before = len(asked)
    rounds.signature(1_499)
    assert len(asked) == before
    rounds.signature(2)
    assert len(asked) == before + 1
    rounds.wait(3_600)  # nothing is under way


ANSWERS: dict[str, Callable[[Market, int], tuple[int, bytes]]] = {
    "late": lambda market, round_: (425, b"{}"),
    "server error": lambda market, round_: (500, b"{}"),
    "no round": lambda market, round_: (200, b"[]"),
    "another round": lambda market, round_: (200, told(market.beacon, round_ - 1)),
    "another round's signature": lambda market, round_: (
        200,
        told(market.beacon, round_ - 1).replace(str(round_ - 1).encode(), str(round_).encode()),
    ),
    "another key": lambda market, round_: (
        200,
        told(LocalBeacon(18, market.beacon.genesis, clock=market.beacon.clock), round_),
    ),
    "too much": lambda market, round_: (200, b" " * (1 << 20)),
}


def told(beacon: LocalBeacon, round_: int) -> bytes:
    """A round as a server tells it."""
    return json.dumps(round_json(beacon.signature(round_))).encode()


@pytest.mark.parametrize("kind", ANSWERS)
def test_servers_that_do_not_help_are_passed_over(market: Market, kind: str) -> None:
    """By the next one; and alone they open nothing, and are told."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    market.bid_locked(dao, lot, 7)
    market.until_round(lot)
    status, body = ANSWERS[kind](market, market.round_of(lot))
    with answering(status, body) as url:
        bad = HttpSource(market.beacon.beacon, url)
        market.keep(market.keeper(unlocker=market.unlocker(bad)))
        assert opened(market, dao, lot) == []
        assert all(isinstance(error, LocksClosed) for _, error in market.skipped)
        assert market.skipped
        market.keep(market.keeper(unlocker=market.unlocker(bad, market.beacon)))
    assert opened(market, dao, lot) == [7]


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """A server that says the same to everybody."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_without_locks_to_open_it_waits_for_no_round(market: Market) -> None:
    """Of bids that nobody else entrusted there is nothing to try; and whoever opens no locks has nothing to wait for."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    market.bid_locked(dao, lot, 7)
    market.until_reveal(lot)
    keeper, blind = market.keeper(), market.keeper(unlocker=None)
    for one in (keeper, blind):
        one.step()
    ends = market.ends(lot)
    assert keeper.seconds_to_next == LOCK_MARGIN
    assert blind.seconds_to_next == ends[1] - market.chain.now()
    unlocker, ledger = market.unlocker(), market.ledger()
    market.until_round(lot)
    unlocker.open(ledger.lots[lot], ledger.book(dao, lot), [], lambda: False)
    assert unlocker.tried == 0
