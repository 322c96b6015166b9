"""What a keeper keeps on disk: started again it reads on from there, and trusts nothing that is damaged or of another chain."""

import json
import os
import random
import resource
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from offchain.chain.errors import ChainError
from offchain.keeper import logbook, logstore
from offchain.keeper.ledger import Ledger
from offchain.keeper.logbook import REORG_DEPTH, LogsMissing
from offchain.keeper.logstore import SAVE_EVERY, LogStore
from tests.keeper.chains import Window
from tests.keeper.market import Market
from tests.keeper.test_ledger import History


class Hashed(Window):
    """A chain in this process with block hashes: of the number, and of what `branch` it is on since block `fork`."""

    def __init__(self, chain: Any) -> None:
        super().__init__(chain)
        self.branch, self.fork = 0, 0
        self.firsts: list[int] = []
        self.hook = self.note

    def note(self, addresses: Any, first_block: int, logs: Any) -> Any:
        self.firsts.append(first_block)
        return logs

    def block_hash(self, number: int) -> bytes:
        if number > self.chain.block():
            raise ChainError(f"there is no block {number}")
        branch = self.branch if number >= self.fork else 0
        return sha256(b"%d/%d" % (branch, number)).digest()


class Kept:
    """A market whose ledgers keep what is final in a file."""

    def __init__(self, market: Market, folder: Path) -> None:
        self.market, self.chain = market, Hashed(market.chain)
        self.path = folder / "final.logs"
        self.flaws: list[str] = []
        self.open: list[LogStore] = []

    def store(self, **subject: object) -> LogStore:
        """A store of this market, as a process that was just started has it: earlier ones are gone."""
        for one in self.open:
            one.close()
        self.open = [
            LogStore(
                self.path,
                self.chain,
                {"auctioneer": self.market.auctioneer, **subject},
                self.flaws.append,
            )
        ]
        return self.open[0]

    def ledger(self) -> Ledger:
        first = self.market.deployment.block
        return Ledger(self.chain, self.market.auctioneer, first, store=self.store())

    def pass_blocks(self, count: int = 2 * SAVE_EVERY) -> None:
        self.market.chain.advance_to_block(self.market.chain.block() + count)

    def is_right(self, ledger: Ledger) -> bool:
        fresh = self.market.ledger()
        return (ledger.lots, ledger.books) == (fresh.lots, fresh.books)


@pytest.fixture
def kept(market: Market, tmp_path: Path) -> Iterator[Kept]:
    made = Kept(market, tmp_path)
    yield made
    made.store().close()


@pytest.fixture
def played(kept: Kept) -> Kept:
    """Some history, final and on disk, and some more that is not."""
    market = kept.market
    lot = market.list_lot()
    dao = market.new_dao(lot, is_open=True)
    market.place(dao, lot, 5, 6, 7)
    kept.pass_blocks()
    kept.ledger().sync()
    market.place(dao, lot, 8)
    kept.chain.firsts.clear()
    return kept


def test_a_ledger_reads_on_where_the_last_one_stopped(played: Kept) -> None:
    final = played.market.chain.block() - 1 - REORG_DEPTH
    ledger = played.ledger()
    ledger.sync()
    assert played.is_right(ledger)
    assert min(played.chain.firsts) == final + 1


@pytest.mark.parametrize("seed", range(6))
def test_books_from_disk_are_those_of_the_chain(
    market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Whatever happened, and wherever in it ledgers were started anew, with the newest blocks undone or not."""
    monkeypatch.setattr(logbook, "REORG_DEPTH", 5)
    monkeypatch.setattr(logstore, "SAVE_EVERY", 1)
    rng, kept = random.Random(seed), Kept(market, tmp_path)
    held = [kept.ledger()]

    def check() -> None:
        if rng.random() < 0.5:
            held[0] = kept.ledger()
        held[0].sync(recheck=rng.choice((0, 5)))
        assert kept.is_right(held[0])

    History(market, seed).play(check)
    assert kept.path.stat().st_size > 0
    assert not kept.flaws


def test_a_file_damaged_at_any_byte_is_thrown_away(played: Kept) -> None:
    content = played.path.read_bytes()
    assert played.store().load()
    rng = random.Random(1)
    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= 1 << rng.randrange(8)
        played.path.write_bytes(damaged)
        assert played.store().load() == [], f"byte {place}"
        assert played.path.read_bytes() == b""
    played.path.write_bytes(content)
    assert played.store().load()


def test_a_file_cut_short_anywhere_holds_nothing_else_than_it_did(played: Kept) -> None:
    played.pass_blocks()
    played.ledger().sync()
    content, whole = played.path.read_bytes(), played.store().load()
    assert len(whole) == 2
    for length in range(len(content)):
        played.path.write_bytes(content[:length])
        found = played.store().load()
        assert found == whole[: len(found)]
        assert not found or content[:length].endswith(b"\n")


@pytest.mark.parametrize("junk", [b"\n", b"{}\n", b"\x00" * 300, b"[" * 10**5 + b"\n", b"\xff\xfe"])
def test_a_file_of_something_else_is_thrown_away(played: Kept, junk: bytes) -> None:
    content = played.path.read_bytes()
    for other in (junk, content + junk):
        played.path.write_bytes(other)
        ledger = played.ledger()
        ledger.sync()
        assert played.is_right(ledger)


def lines(texts: list[bytes]) -> bytes:
    """A file with these lines under right digests."""
    digest, content = b"", b""
    for text in texts:
        digest = sha256(digest + text).hexdigest().encode()
        content += digest + b" " + text + b"\n"
    return content


@pytest.mark.parametrize(
    "change",
    [
        {"last": -1},
        {"last": None},
        {"hash": "0x12"},
        {"logs": {}},
        {"logs": [[]]},
        {"logs": [["0x1", "0x2", [], "0x"]]},
        {"forgotten": ["x"]},
    ],
)
def test_a_line_of_another_shape_under_a_right_digest_is_thrown_away(
    played: Kept, change: dict[str, object]
) -> None:
    head, entry = [line.split(b" ", 1)[1] for line in played.path.read_bytes().splitlines()]
    played.path.write_bytes(lines([head, entry]))
    assert played.store().load()
    played.path.write_bytes(lines([head, json.dumps(json.loads(entry) | change).encode()]))
    assert played.store().load() == []


def test_a_file_of_another_chain_or_auction_is_thrown_away(played: Kept) -> None:
    content = played.path.read_bytes()
    assert played.store(auctioneer="0x" + "12" * 20).load() == []
    played.path.write_bytes(content)
    played.chain.branch = 1  # another first block
    assert played.store().load() == []


def test_a_chain_that_lost_the_last_block_kept_makes_the_file_worthless(played: Kept) -> None:
    played.chain.branch, played.chain.fork = 1, 3
    ledger = played.ledger()
    ledger.sync()
    assert played.is_right(ledger)
    assert min(played.chain.firsts) == played.market.deployment.block


def test_a_chain_shorter_than_what_was_kept_makes_the_file_worthless(kept: Kept) -> None:
    lot = kept.market.list_lot()
    fork = kept.market.snapshot()
    kept.pass_blocks()
    kept.ledger().sync()
    assert kept.path.stat().st_size > 0
    kept.market.restore(fork)
    ledger = kept.ledger()
    ledger.sync()
    assert set(ledger.lots) == {lot}
    assert kept.path.stat().st_size == 0


def test_final_blocks_that_vanish_under_a_running_ledger_are_noticed(played: Kept) -> None:
    ledger = played.ledger()
    ledger.sync()
    generation = ledger.generation
    played.chain.branch, played.chain.fork = 1, 3
    played.pass_blocks()
    with pytest.raises(LogsMissing, match="lost blocks that were final"):
        ledger.sync()
    ledger.sync()
    assert ledger.generation > generation
    assert played.is_right(ledger)


def test_a_short_reorganization_is_read_anew_from_what_is_final(played: Kept) -> None:
    """Not from the first block: chains that reorganize often would have a keeper read for ever."""
    market = played.market
    ledger = played.ledger()
    fork = market.snapshot()
    (dao,) = ledger_daos(market)
    market.place(dao, 1, 9)
    ledger.sync()
    market.restore(fork)
    market.place(dao, 1, 10, 11)
    played.chain.firsts.clear()
    ledger.sync(recheck=REORG_DEPTH)
    assert ledger.generation == 1
    assert played.is_right(ledger)
    assert min(played.chain.firsts) > market.deployment.block + SAVE_EVERY


def ledger_daos(market: Market) -> list[str]:
    return market.ledger().lots[1].daos


def test_forgotten_lots_stay_forgotten_on_disk(played: Kept) -> None:
    market, ledger = played.market, played.ledger()
    ledger.sync()
    ledger.forget([1])
    played.pass_blocks()
    ledger.sync()
    second = market.list_lot()
    again = played.ledger()
    again.sync()
    assert set(again.lots) == {second}
    assert again.followed == 1


def test_one_process_has_the_file(played: Kept) -> None:
    """Another one reads the chain itself, and says why it keeps nothing."""
    ledger = played.ledger()
    ledger.sync()
    size = played.path.stat().st_size
    other = LogStore(
        played.path, played.chain, {"auctioneer": played.market.auctioneer}, played.flaws.append
    )
    beside = Ledger(played.chain, played.market.auctioneer, 0, store=other)
    played.pass_blocks()
    beside.sync()
    assert played.is_right(beside)
    assert played.path.stat().st_size == size
    assert "in use by another process" in played.flaws[0]
    beside.forget(beside.lots)
    assert beside.listed == ledger.listed
    beside.restart()
    beside.sync()
    assert played.path.stat().st_size == size, (
        "what another has written is nobody else's to throw away"
    )


@pytest.mark.parametrize("what", ["folder", "pipe", "no folder"])
def test_a_file_that_cannot_be_had_is_done_without(kept: Kept, what: str) -> None:
    kept.market.list_lot()
    if what == "folder":
        kept.path.mkdir()
    elif what == "pipe":
        os.mkfifo(kept.path)
    else:
        kept.path = kept.path.parent / "nowhere" / "file"
    ledger = kept.ledger()
    kept.pass_blocks()
    ledger.sync()
    assert kept.is_right(ledger)
    assert len(kept.flaws) == 1
    kept.path = kept.path.parent / "file"


def test_a_disk_that_fills_up_is_done_without(played: Kept) -> None:
    """What could be written of a line is thrown away by the next one who reads the file."""
    size = played.path.stat().st_size
    ledger = played.ledger()
    ledger.sync()
    played.pass_blocks()
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, old[1]))
    try:
        ledger.sync()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert played.is_right(ledger)
    assert len(played.flaws) == 1
    again = played.ledger()
    again.sync()
    assert played.is_right(again)


def test_a_node_that_fails_while_loading_is_asked_again(played: Kept) -> None:
    ledger = played.ledger()
    good = played.chain.block_hash

    def fail(number: int) -> bytes:
        raise ChainError("gone")

    played.chain.block_hash = fail  # type: ignore[method-assign]
    with pytest.raises(ChainError, match="gone"):
        ledger.sync()
    played.chain.block_hash = good  # type: ignore[method-assign]
    ledger.sync()
    assert played.is_right(ledger)
    assert min(played.chain.firsts) > played.market.deployment.block


def test_long_ways_are_read_in_strides_that_stay_read(kept: Kept) -> None:
    """A keeper that is killed while it reads for the first time does not start over."""
    lot = kept.market.list_lot()
    kept.market.new_dao(lot)
    kept.pass_blocks(100_000)
    kept.market.list_lot()

    class Killed(BaseException):
        pass

    def kill(addresses: Any, first: int, logs: Any) -> Any:
        kept.chain.note(addresses, first, logs)
        if len(kept.chain.firsts) > 9:
            raise Killed
        return logs

    ledger = kept.ledger()
    kept.chain.hook = kill
    with pytest.raises(Killed):
        ledger.sync()
    kept.chain.firsts.clear()
    kept.chain.hook = kept.chain.note
    again = kept.ledger()
    again.sync()
    assert kept.is_right(again)
    assert min(kept.chain.firsts) > 50_000
