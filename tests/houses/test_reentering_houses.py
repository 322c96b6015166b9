"""Houses, tokens and WETH that call every function of adapter, DAOs and estates from within their own: nothing comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from eth_hash.auto import keccak

from offchain.bindings.artifacts import load
from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.enumerations import BookState, Phase
from offchain.chain.abi import signature
from offchain.chain.backend import Chain, Receipt, Transaction
from offchain.io.units import WEI_PER_ETH as ETH
from tests.houses.lying_house import NUMBER, LyingHouse, Refunds, Wrapping, lying_hall
from tests.houses.watch import MAKES, SALT, TERMS, Hall, WatchedRevm, group
from tests.puppets import ItemManner, prepare

ENTERED = keccak(b"ReentrancyGuardReentrantCall()")[:4]
GUARDED = ("raiseFor", "recall", "conclude", "deliver", "pay")
"""What an adapter does one at a time."""
FEW = 5
"""Calls for which the gas that unwrapping is given is enough."""


@pytest.fixture(params=list(MAKES))
def hall(request: pytest.FixtureRequest) -> Hall:
    return lying_hall(MAKES[request.param])


@pytest.fixture
def lots(hall: Hall, chain: Chain) -> tuple[int, int]:
    """A lot of two DAOs that can bid, and another of the first of them, with its own money."""
    lot, other = hall.floor.register(), hall.floor.register()
    dao = hall.found((lot, other))
    hall.place(dao, lot, group(chain, 4, 150, 150, 20), silent=group(chain, 7, 70))
    hall.place(dao, other, group(chain, 8, 400, 400))
    hall.enter(lot, group(chain, 10, 200, 200))
    hall.tally(lot, other)
    return lot, other


def every_call(hall: Hall, lots: tuple[int, int], caller: str) -> Iterator[Transaction]:
    """Each step of adapter, DAOs and their estates that brings no ether, from a caller without rights."""
    adapter = hall.floor.adapter
    dao, second = hall.books[0].dao, hall.books[2].dao
    start = hall.chain.now() + 600
    schedule = (start, start + 600, start + 1_200, 1_000)
    for one in (dao, second):
        for lot in lots:
            yield adapter.call(caller, "raiseFor", lot, one.address)
            yield adapter.call(caller, "recall", lot, one.address)
    for lot in lots:
        yield adapter.call(caller, "conclude", lot)
        yield adapter.call(caller, "deliver", lot)
        yield adapter.call(caller, "pay", lot, caller)
        yield adapter.call(caller, "enter", lot)
        yield adapter.call(caller, "submit", lot, 10**9)
        yield adapter.call(caller, "relist", lot, 1, schedule)
    yield adapter.call(caller, "withdrawProceeds", caller)
    yield adapter.call(caller, "register", NUMBER, schedule)
    for one in (dao, second):
        members = tuple(member for book in hall.books for member in book.members)
        bids = b"".join(bid.to_bytes(8) for bid in sorted(hall.books[0].bids.values()))
        for lot in lots:
            yield one.call(caller, "enter", lot)
            yield one.call(caller, "tally", lot, ())
            yield one.call(caller, "settle", lot, 0, 0, bids)
            yield one.call(caller, "lend", lot, 1, caller)
            yield one.call(caller, "restore", lot)
            yield one.call(caller, "deployEstate", lot)
            yield one.call(caller, "claim", lot)
            yield one.call(caller, "claimTo", lot, caller)
            yield one.call(caller, "claimBatch", lot, members)
            yield one.call(caller, "reveal", lot, 1, SALT)
            yield one.call(caller, "withdraw", lot, caller)
            yield one.call(caller, "revealBatch", lot, ((members[0], 1, SALT),))
            yield one.call(caller, "roll", lot, lots[1], SALT[:24])
            yield one.call(caller, "roll", lot, lots[1], SALT[:24], b"")
            yield one.call(caller, "commit", lot, SALT[:24])
            yield one.call(caller, "commit", lot, SALT[:24], b"")
            yield one.call(caller, "commitMany", ((lot, SALT[:24], 1),), ())
            yield one.call(caller, "raiseBid", lot)
            yield one.call(caller, "raiseMany", ((lot, 1),))
            yield one.call(caller, "multicall", (one.contract.encode("claim", lot),))
            estate = Deployed(contract("Estate"), str(hall.floor.ask(one, "estateAt", lot)))
            yield estate.call(caller, "vote", 1)
            yield estate.call(caller, "resell", 1)
            yield estate.call(caller, "claim")
            yield estate.call(caller, "claimTo", caller)
            yield estate.call(caller, "claimBatch", members)
            paddle = Deployed(contract("Paddle"), hall.floor.paddle(lot, one))
            yield paddle.call(caller, "act", caller, 1, b"")


def steps_of(name: str) -> dict[bytes, str]:
    """The steps of a contract by their selectors."""
    return {
        keccak(signature(entry["name"], entry["inputs"]).encode())[:4]: entry["name"]
        for entry in load(name).abi
        if entry["type"] == "function" and entry["stateMutability"] in ("nonpayable", "payable")
    }


def test_every_step_is_among_them(hall: Hall, lots: tuple[int, int]) -> None:
    called = {call.data[:4] for call in every_call(hall, lots, hall.floor.keeper.address)}
    missing = {
        step
        for name in ("NounsAdapter", "DAO", "Estate", "Paddle")
        for selector, step in steps_of(name).items()
        if selector not in called
    }
    assert missing == set()


def check_guard(hall: Hall, house: LyingHouse, *receipts: Receipt) -> None:
    """Every step of the adapter that moves money was called from within, in vain."""
    steps = steps_of("NounsAdapter")
    seen = set()
    for event in house.at.events(receipts):
        if event.args.get("target") != hall.floor.adapter.address:
            continue
        step = steps.get(event.args["called"])
        if step in GUARDED:
            assert not event.args["success"]
            assert event.args["answer"] == ENTERED
            seen.add(step)
    assert seen == set(GUARDED)


def test_from_within_bids_and_refunds(
    hall: Hall, house: LyingHouse, chain: Chain, lots: tuple[int, int]
) -> None:
    lot, other = lots
    dao, second = hall.books[0].dao, hall.books[2].dao
    house.prepare(*every_call(hall, lots, house.address))
    check_guard(hall, house, hall.floor.raise_for(lot, dao))
    assert hall.floor.ask(dao, "lentOf", lot) == hall.floor.standing(lot).price
    check_guard(hall, house, hall.floor.raise_for(lot, second))
    check_guard(hall, house, hall.floor.raise_for(other, dao))
    assert house.auction().bidder == hall.floor.paddle(other, dao)
    chain.advance_to(house.auction().end or 0)
    house.prepare()
    hall.leave()
    assert [hall.state(book)[0] for book in hall.books] == [
        BookState.LOST,
        BookState.WON,
        BookState.LOST,
    ]


def test_from_within_settling(
    hall: Hall, house: LyingHouse, chain: Chain, lots: tuple[int, int]
) -> None:
    lot, _ = lots
    hall.floor.raise_for(lot, hall.books[0].dao)
    chain.advance_to(house.auction().end or 0)
    house.prepare(*every_call(hall, lots, house.address))
    check_guard(hall, house, hall.conclude(lot))
    house.prepare()
    hall.leave()
    assert hall.floor.standing(lot).phase == Phase.SETTLED


def test_a_house_that_pretends_to_be_over_from_within_a_bid(
    hall: Hall, house: LyingHouse, chain: Chain, lots: tuple[int, int]
) -> None:
    """With the money in its hands it shows as much of its own, says that all is settled, and asks for everybody's refunds.

    Members of the DAO that bids get nothing on that lot; who has no money out is paid, and has lost.
    """
    lot, other = lots
    dao, second = hall.books[0].dao, hall.books[2].dao
    paddle, me = hall.floor.paddle(lot, dao), house.address
    chain.send(Transaction(chain.actor(2), me, b"", 2 * TERMS.reserve))
    end = house.auction().end or 0
    house.prepare(
        house.at.call(me, "act", paddle, TERMS.reserve, b""),
        house.at.call(me, "say", me, ETH, end, True),
        *(
            one.call(me, "claimBatch", place, tuple(hall.book(one, place).members))
            for one, place in ((dao, lot), (second, lot), (dao, other))
        ),
        house.at.call(me, "say", paddle, TERMS.reserve, end, False),
    )
    hall.floor.raise_for(lot, dao)
    house.prepare()
    states = [BookState.RUNNING, BookState.LOST, BookState.LOST]
    assert [hall.state(book)[0] for book in hall.books] == states
    assert [hall.owed(book) > 0 for book in hall.books] == [True, False, False]
    chain.advance_to(end)
    hall.leave()
    assert hall.state(hall.books[0])[0] == BookState.WON


@pytest.mark.parametrize(
    "manner", [Wrapping.REENTER, Wrapping.REENTER_AFTER], ids=["before", "after"]
)
@pytest.mark.parametrize("step", ["recall", "raise"])
@pytest.mark.parametrize("hall", ["open", "sealed, standalone"], indirect=True)
def test_from_within_weth(
    hall: Hall, house: LyingHouse, chain: Chain, lots: tuple[int, int], manner: Wrapping, step: str
) -> None:
    lot, _ = lots
    dao, second = hall.books[0].dao, hall.books[2].dao
    house.behave(refunds=Refunds.WRAPPED)
    hall.floor.raise_for(lot, dao)
    house.bid(chain.actor(2), house.least_bid())
    house.wrap(manner)
    tell_to_relay(house, house.weth)
    calls, revm, receipts = (
        list(every_call(hall, lots, house.address)),
        cast(WatchedRevm, chain),
        [],
    )
    start = revm.snapshot()
    for first in range(0, len(calls), FEW):
        house.prepare(*calls[first : first + FEW])
        receipts += [
            hall.recall(lot, dao) if step == "recall" else hall.floor.raise_for(lot, second)
        ]
        assert hall.floor.ask(dao, "lentOf", lot) == 0
        revm.restore(start)
    check_guard(hall, house, *receipts)
    hall.recall(lot, dao)
    chain.advance_to(house.auction().end or 0)
    hall.leave()


def test_from_within_the_token(
    hall: Hall, house: LyingHouse, chain: Chain, lots: tuple[int, int]
) -> None:
    """While the lot is settled, and while its item is handed on later."""
    lot, _ = lots
    dao = hall.books[0].dao
    hall.floor.raise_for(lot, dao)
    chain.advance_to(house.auction().end or 0)
    hall.conclude(lot)
    tell_to_relay(house, house.token)
    house.prepare(*every_call(hall, lots, house.address))
    house.item(ItemManner.REENTER)  # takes more gas than settling gives it
    hall.settle(dao, lot)
    assert hall.floor.standing(lot).phase == Phase.SETTLED
    assert house.owner_of() == hall.floor.paddle(lot, dao)
    check_guard(hall, house, hall.deliver(lot))
    house.prepare()
    hall.leave()
    assert house.owner_of() == hall.floor.ask(dao, "estateAt", lot)


def tell_to_relay(house: LyingHouse, of: Deployed) -> None:
    """The token, or WETH, has the house make its calls from within."""
    data = prepare(house.address, house.at.contract.encode("relay"))
    house.chain.send(Transaction(house.account.address, of.address, data))
