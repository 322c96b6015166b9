"""When openings leave a keeper: never while anybody could still bid against them, never too late."""

from pathlib import Path
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.chain.connect import connect
from offchain.chain.errors import ChainError
from offchain.chain.jsonrpc import JsonRpc
from offchain.chain.keys import Secret
from offchain.chain.nodes import anvil
from offchain.keeper.keeper import Keeper
from offchain.keeper.ledger import Ledger
from offchain.keeper.openings import Openings
from offchain.keeper.release import CLOCK_TOLERANCE, DEPTH, Release, moment
from tests.keeper.chains import Watched
from tests.keeper.market import HOUR, Market
from tests.proxy import proxy


class Real(Watched):
    """A chain whose time is real."""

    clock_is_real = True


def sealed(market: Market) -> tuple[int, bytes]:
    """A lot with one sealed bid, whose end of bidding has not come; the salt of the bid."""
    lot = market.list_lot()
    bidder = market.bid(market.auctioneer, lot, 70)
    (opening,) = market.openings.of(market.auctioneer, lot, bidder)
    return lot, opening.salt


def knows(real: Real, salt: bytes) -> bool:
    return any(salt in data for data in real.told)


@pytest.mark.parametrize("depth", [0, 1, 2, 5])
def test_the_first_block_of_the_reveal_lies_deep_enough(market: Market, depth: int) -> None:
    """Until then the node sees no opening, not even in a simulation."""
    lot, salt = sealed(market)
    real = Real(market.chain)
    end = market.ends(lot)[0]
    keeper = market.keeper(real, clock=lambda: float(end + CLOCK_TOLERANCE), depth=depth)
    market.chain.advance_to(end)
    first = market.chain.block()
    for block in range(first, first + depth):
        market.chain.advance_to_block(block)
        assert keeper.step() == 0
        assert not knows(real, salt), f"{block - first} blocks deep"
    market.chain.advance_to_block(first + depth)
    assert keeper.step() == 1


def test_a_reorganization_of_the_first_blocks_gives_nothing_away(market: Market) -> None:
    """Bidding is open again, and the keeper has said nothing; it opens the bid once the reveal has come for good."""
    lot, salt = sealed(market)
    end = market.ends(lot)[0]
    market.chain.advance_to(end - 12)
    mark = market.snapshot()
    real = Real(market.chain)
    keeper = market.keeper(real, clock=lambda: end + 60.0)
    market.chain.advance_to(end)
    market.chain.advance_to_block(market.chain.block() + DEPTH - 1)
    keeper.step()
    market.restore(mark)
    keeper.step()
    assert not knows(real, salt)
    market.until_reveal(lot)
    assert market.keep(keeper) == 1


@pytest.mark.parametrize("by_chain", [True, False])
def test_no_bid_is_lost_to_waiting_for_blocks(market: Market, by_chain: bool) -> None:
    """Where none come, it goes ahead when half of the reveal is over; by either clock."""
    lot, _ = sealed(market)
    end, until, _ = market.ends(lot)
    clock = end + CLOCK_TOLERANCE
    keeper = market.keeper(Real(market.chain), clock=lambda: float(clock), depth=10**6)
    market.chain.advance_to(end)
    assert keeper.step() == 0
    if by_chain:
        market.chain.advance_to((end + until) // 2)
    else:
        clock = (end + until) // 2
    assert keeper.step() == 1


@pytest.mark.parametrize("behind", [-1, 0, 30, 3_600])
def test_this_machines_clock_must_agree(market: Market, behind: int) -> None:
    """A node that says the reveal has begun learns nothing before bidding has ended here, too, with room for a fast clock."""
    lot, salt = sealed(market)
    end = market.ends(lot)[0]
    market.until_reveal(lot)
    real = Real(market.chain)
    clock = float(end + CLOCK_TOLERANCE - 1 - behind)
    keeper = market.keeper(real, clock=lambda: clock)
    if behind >= 0:
        for _ in range(5):
            assert keeper.step() == 0
        assert not knows(real, salt)
        told = {str(error) for what, error in market.skipped if what == f"reveal of lot {lot}"}
        assert len(told) == (behind > 4 * CLOCK_TOLERANCE)
        assert all("one of them is wrong" in text for text in told)
        assert bool(keeper.troubles.get(0)) == bool(told)
        clock = float(end + CLOCK_TOLERANCE)
    assert keeper.step() == 1
    assert not keeper.troubles.get(0)


def test_the_end_of_the_reveal_is_no_excuse_for_a_wrong_clock(market: Market) -> None:
    """A node can claim any time: what it says of the end does not make an opening leave before bidding is over here."""
    lot, salt = sealed(market)
    end, until, _ = market.ends(lot)
    market.chain.advance_to(until - 1)
    real = Real(market.chain)
    keeper = market.keeper(real, clock=lambda: end - 100.0)
    assert keeper.step() == 0
    assert not knows(real, salt)


def test_nothing_but_openings_waits(market: Market) -> None:
    """What everybody knows already can be told to a node with any clock."""
    lot, _ = sealed(market)
    dao = market.new_dao(lot, is_open=True)
    market.place(dao, lot, 100)
    keeper = market.keeper(Real(market.chain), clock=lambda: 0.0)
    market.until_tally(lot)
    market.keep(keeper)
    market.until_closed(lot)
    market.keep(keeper)
    assert {action.step for action in market.actions} >= {"finish", "refund"}


def test_a_node_that_does_not_tell_the_time_of_a_block(market: Market) -> None:
    """That is told and tried again, and other lots are served."""
    lot, salt = sealed(market)
    other = market.list_lot()
    dao = market.new_dao(other, is_open=True)
    market.place(dao, other, 100)

    class Mute(Real):
        is_mute = True

        def time_of(self, number: int) -> int:
            if self.is_mute:
                raise ChainError("no such block")
            return self.chain.time_of(number)

    mute = Mute(market.chain)
    market.chain.advance_to(market.ends(lot)[0])
    market.chain.advance_to_block(market.chain.block() + DEPTH)
    keeper = market.keeper(mute, clock=lambda: float(market.ends(lot)[0] + CLOCK_TOLERANCE))
    assert keeper.step() == 0
    assert [str(error) for _, error in market.skipped][:1] == ["no such block"]
    assert not knows(mute, salt)
    mute.is_mute = False
    assert keeper.step() == 1


def test_a_time_that_no_calendar_has() -> None:
    assert moment(2**40 - 1) == f"{2**40 - 1} s after 1970"
    assert moment(0) == "1970-01-01 00:00:00 UTC"


# REAL NODES THAT LIE


def test_a_node_that_lies_about_the_time_gets_no_opening(tmp_path: Path) -> None:
    """It says that it is Geth, that a day has passed, and that the reveal has begun: the salt is in nothing that it is asked."""
    standing = contract("Auctioneer").encode("standing", 1)[:4].hex()

    def after(method: str, params: Any, answer: dict[str, Any]) -> dict[str, Any]:
        if method == "web3_clientVersion":
            return answer | {"result": "Geth/v1.15"}
        if method == "eth_accounts":
            return answer | {"result": []}
        if method == "eth_getBlockByNumber" and answer.get("result"):
            later = hex(int(answer["result"]["timestamp"], 16) + 86_400)
            return answer | {"result": answer["result"] | {"timestamp": later}}
        if method == "eth_call" and params[0].get("data", "")[2:10] == standing:
            reveal = (2).to_bytes(32, "big").hex() + "00" * 64
            return answer | {"result": "0x" + reveal}
        return answer

    with anvil(accounts=1, auto_impersonate=True) as node, connect(node.url) as chain:
        market = Market(tmp_path, chain)
        lot = market.list_lot(phase=24 * HOUR)
        bidder = market.bid(market.auctioneer, lot, 777)
        (opening,) = market.openings.of(market.auctioneer, lot, bidder)
        with proxy(node.url) as liar:
            liar.after = after
            lied = JsonRpc(liar.url, Secret("hq7 Zt0wV9 bLx2 Rk81 yUe5 mNf3"))
            skipped: list[str] = []
            keeper = Keeper(
                *(lied, Ledger(lied, market.auctioneer), lied.actor(1)),
                Openings(tmp_path / "openings.jsonl"),
                on_skip=lambda what, error: skipped.append(what),
            )
            for _ in range(3):
                keeper.step()
            assert skipped == [f"reveal of lot {lot}"] * len(skipped)
            assert skipped
            assert not any(opening.salt.hex() in str(params) for _, params in liar.asked)
            assert liar.count("eth_estimateGas") == 0


def test_the_name_of_a_toy_does_not_help_on_a_real_chain(tmp_path: Path) -> None:
    """An Anvil whose clock was put forward, with the id of a real chain: it may be a node that lies."""
    with anvil(accounts=1, auto_impersonate=True, chain_id=5) as node, connect(node.url) as chain:
        market = Market(tmp_path, chain)
        lot, _ = sealed(market)
        market.until_reveal(lot)
        keeper = market.keeper()
        assert keeper.step() == 0
        assert "this machine's clock" in str(market.skipped[0][1])
        told = market.keeper(clock=lambda: float(chain.now() + CLOCK_TOLERANCE))
        assert told.step() == 1


def test_chains_that_make_time_at_will_need_no_clock(market: Market) -> None:
    lot, _ = sealed(market)
    market.until_reveal(lot)
    release = Release(market.chain, clock=lambda: 0.0)
    assert release.may_leave(market.ledger().lots[lot], market.chain.now())
