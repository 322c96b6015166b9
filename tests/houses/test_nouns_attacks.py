"""What strangers can do to groups at Nouns' real house: gifts, thefts, starved calls. Money is looked at after every step."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.enumerations import BookState, Phase
from offchain.bindings.seals import Opening, commitment
from offchain.chain.backend import Chain, Reverted, Transaction
from offchain.houses.house import Account
from offchain.houses.nouns import NounsHouse
from offchain.io.units import WEI_PER_ETH as ETH
from offchain.io.units import WEI_PER_UNIT as UNIT
from tests.houses.house_world import end_of
from tests.houses.watch import MAKES, MILLI, SALT, TERMS, Hall, WatchedRevm, group, watched_hall
from tests.reverts import reverts


@pytest.fixture(params=list(MAKES))
def hall(request: pytest.FixtureRequest) -> Hall:
    return watched_hall(2, MAKES[request.param])


@pytest.fixture
def thief(chain: Chain) -> str:
    return chain.actor(2)


def test_who_was_paid_as_a_loser_does_not_win_after_all(
    hall: Hall, house: NounsHouse, chain: Chain, thief: str
) -> None:
    """A stranger pays the loan back, so that the adapter names the DAO when its members have left, and gives it the Noun.

    What it would pay then would be the money of its other lots.
    """
    lot, other = hall.floor.register(), hall.floor.register()
    dao = hall.found((lot, other))
    hall.place(dao, lot, group(chain, 4, 200, 200))
    hall.place(dao, other, group(chain, 8, 900, 900))
    hall.tally(lot, other)
    hall.floor.raise_for(lot, dao)
    price = hall.floor.standing(lot).price
    noun = house.auction().number
    house.bid(thief, 2 * ETH)
    assert hall.floor.standing(lot).phase == Phase.VOID
    hall.restore(thief, dao, lot, price)
    hall.floor.keeper.send(dao, "claimBatch", lot, tuple(hall.book(dao, lot).members))
    chain.advance_to(end_of(house))
    house.settle(thief)
    paddle = hall.floor.paddle(lot, dao)
    Account(chain, thief).send(house.token, "transferFrom", thief, paddle, noun)
    assert hall.floor.standing(lot).leader == dao.address
    with reverts("WrongPhase"):
        hall.settle(dao, lot)
    hall.floor.keeper.send(dao, "claimBatch", other, tuple(hall.book(dao, other).members))
    assert [hall.state(book)[0] for book in hall.books] == [BookState.LOST, BookState.LOST]
    assert [hall.owed(book) for book in hall.books] == [0, 0]


def test_a_noun_given_to_a_group_that_was_outbid(
    hall: Hall, house: NounsHouse, chain: Chain, thief: str
) -> None:
    """Before its money is home, whoever won can have it pay its last bid after all: to nobody, and for the Noun."""
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 200, 200))
    hall.tally(lot)
    hall.floor.raise_for(lot, dao)
    noun = house.auction().number
    house.bid(thief, ETH)
    chain.advance_to(end_of(house))
    house.settle(thief)
    paddle = hall.floor.paddle(lot, dao)
    Account(chain, thief).send(house.token, "transferFrom", thief, paddle, noun)
    hall.leave()
    assert hall.state(hall.book(dao, lot))[0] == BookState.WON
    assert house.owner_of(noun) == hall.floor.ask(dao, "estateAt", lot)
    assert chain.balance(paddle) == TERMS.reserve
    with reverts("NothingToDeliver"):
        hall.deliver(lot)


def test_a_noun_given_after_a_recall_stays_where_it_is(
    hall: Hall, house: NounsHouse, chain: Chain, thief: str
) -> None:
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 200, 200))
    hall.tally(lot)
    hall.floor.raise_for(lot, dao)
    noun = house.auction().number
    house.bid(thief, ETH)
    hall.recall(lot, dao)
    chain.advance_to(end_of(house))
    house.settle(thief)
    paddle = hall.floor.paddle(lot, dao)
    Account(chain, thief).send(house.token, "transferFrom", thief, paddle, noun)
    hall.leave()
    assert hall.state(hall.book(dao, lot))[0] == BookState.LOST
    assert house.owner_of(noun) == paddle


@pytest.mark.parametrize("moment", ["before", "while it leads", "when outbid", "at the end"])
@pytest.mark.parametrize("wins", [True, False], ids=["wins", "loses"])
def test_ether_forced_on_everybody_changes_nothing(
    hall: Hall, house: NounsHouse, chain: Chain, thief: str, moment: str, wins: bool
) -> None:
    """Paddle, DAO, adapter and estate, with more than any bid, at every moment."""
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 200, 200))
    paddle, estate = hall.floor.paddle(lot, dao), str(hall.floor.ask(dao, "estateAt", lot))
    house_, adapter = hall.floor.ask(hall.floor.adapter, "house"), hall.floor.adapter.address

    def give(now: str) -> None:
        if now == moment:
            for to in (paddle, dao.address, adapter, estate, house_):
                hall.force(thief, to, ETH + 1)

    give("before")
    hall.tally(lot)
    hall.floor.raise_for(lot, dao)
    give("while it leads")
    assert hall.floor.standing(lot).phase == Phase.DRAW
    with reverts("MoneyIsOut"):
        hall.recall(lot, dao)
    house.bid(chain.actor(3), house.least_bid())
    give("when outbid")
    if wins:
        hall.floor.raise_for(lot, dao)
    chain.advance_to(end_of(house))
    give("at the end")
    hall.leave()
    assert hall.state(hall.book(dao, lot))[0] == (BookState.WON if wins else BookState.LOST)
    assert chain.balance(paddle) == hall.forced[paddle]


@pytest.mark.parametrize("units", [1, 50 * MILLI, 100 * MILLI])
def test_a_loan_that_a_stranger_pays_back(
    hall: Hall, house: NounsHouse, chain: Chain, thief: str, units: int
) -> None:
    """Its money is the adapter's, and nobody's, when the group wins; it stays in the paddle when the group loses."""
    lot, other = hall.floor.register(), hall.floor.register()
    dao = hall.found((lot, other))
    for place in (lot, other):
        hall.place(dao, place, group(chain, 4, 200, 200))
    hall.tally(lot, other)
    hall.floor.raise_for(lot, dao)
    with reverts("NotLent"):
        hall.restore(thief, dao, lot, 100 * MILLI + 1)
    with reverts("NotLent"):
        hall.restore(thief, dao, other, 1)
    hall.restore(thief, dao, lot, units)
    assert hall.floor.ask(dao, "lentOf", lot) == 100 * MILLI - units
    hall.floor.raise_for(other, dao)
    assert (
        hall.floor.ask(dao, "lentOf", lot) == 100 * MILLI - units
    )  # the adapter did not lead it away
    hall.recall(lot, dao)
    assert chain.balance(hall.floor.paddle(lot, dao)) == units * UNIT
    hall.restore(thief, dao, other, units)
    chain.advance_to(end_of(house))
    hall.leave()
    with reverts("NotLent"):
        hall.restore(thief, dao, other, 1)
    assert [hall.state(book)[0] for book in hall.books] == [BookState.LOST, BookState.WON]


def test_who_pays_back_all_that_a_group_lent_shuts_out_no_other(
    hall: Hall, house: NounsHouse, chain: Chain, thief: str
) -> None:
    """While the reserve is beyond every limit its members leave, owed nothing by the house; another group then wins as ever."""
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 200, 200))
    second = hall.enter(lot, group(chain, 8, 300, 300))
    hall.tally(lot)
    hall.floor.raise_for(lot, dao)
    price = hall.floor.standing(lot).price
    house.bid(thief, house.least_bid())
    hall.restore(thief, dao, lot, price)
    house.set_reserve(2 * ETH)
    assert hall.floor.standing(lot).phase == Phase.VOID
    hall.floor.keeper.send(dao, "claimBatch", lot, tuple(hall.book(dao, lot).members))
    house.set_reserve(TERMS.reserve)
    with reverts("WrongPhase"):
        hall.floor.raise_for(lot, dao)
    hall.floor.raise_for(lot, second)
    assert hall.floor.standing(lot).leader == second.address
    chain.advance_to(end_of(house))
    hall.leave()
    assert [hall.state(book)[0] for book in hall.books] == [BookState.LOST, BookState.WON]
    assert chain.balance(hall.floor.paddle(lot, dao)) == price * UNIT  # the thief's, in effect


def test_a_starved_caller_changes_nothing(
    hall: Hall, house: NounsHouse, chain: Chain, thief: str
) -> None:
    """With any gas a step does all that it does, or nothing."""
    revm = cast(WatchedRevm, chain)
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 200, 200, 10))
    second = hall.enter(lot, group(chain, 8, 300, 300))
    hall.tally(lot)
    adapter = hall.floor.adapter
    members = tuple(hall.book(second, lot).members)
    bids = b"".join(bid.to_bytes(8) for bid in sorted(hall.book(second, lot).bids.values()))
    for step in (
        adapter.call(thief, "raiseFor", lot, dao.address),
        adapter.call(thief, "raiseFor", lot, second.address),
        None,
        adapter.call(thief, "conclude", lot),
        second.call(thief, "settle", lot, 0, 0, bids),
        second.call(thief, "claimBatch", lot, members),
        dao.call(thief, "claimBatch", lot, tuple(hall.book(dao, lot).members)),
    ):
        if step is None:
            chain.advance_to(end_of(house))
            continue
        starve(hall, revm, lot, step)
        chain.send(step)
    assert hall.floor.standing(lot).phase == Phase.SETTLED
    hall.leave()


def test_a_starved_caller_recalls_nothing_by_halves(
    hall: Hall, house: NounsHouse, chain: Chain, thief: str
) -> None:
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 200, 200))
    hall.tally(lot)
    hall.floor.raise_for(lot, dao)
    house.bid(chain.actor(3), ETH)
    for step in (
        dao.call(chain.actor(4), "claim", lot),
        hall.floor.adapter.call(thief, "recall", lot, dao.address),
    ):
        starve(hall, cast(WatchedRevm, chain), lot, step)
    hall.leave()


def starve(hall: Hall, revm: WatchedRevm, lot: int, step: Transaction) -> None:
    """Whatever gas it is given, the step fails, or the world is afterwards as if it had had plenty."""
    start = revm.snapshot()
    plenty = revm.send(step).gas_used
    expected = picture(hall, lot)
    revm.restore(start)
    before = picture(hall, lot)
    succeeded = 0
    for gas in range(plenty * 2 // 5, plenty * 2 + 400_000, max(plenty // 40, 12_345)):
        try:
            revm.send(replace(step, gas=gas))
        except Reverted:
            assert picture(hall, lot) == before
        else:
            succeeded += 1
            if step.data[:4] != hall.floor.adapter.contract.encode("conclude", lot)[:4]:
                assert picture(hall, lot) == expected  # to conclude is the house's
            revm.restore(start)
    assert succeeded


def picture(hall: Hall, lot: int) -> list[object]:
    """All that a step can change of a lot."""
    chain = hall.chain
    return [
        hall.lot_of(lot),
        hall.floor.standing(lot),
        [chain.balance(one) for one in sorted(hall.holders)],
        [(hall.state(book), [hall.bid(book, m) for m in book.members]) for book in hall.books],
        [hall.floor.ask(book.dao, "lentOf", lot) for book in hall.books],
        cast(NounsHouse, hall.floor.house).owner_of(1),
    ]


def test_a_noun_is_sold_again_at_the_market(
    hall: Hall, house: NounsHouse, chain: Chain, thief: str
) -> None:
    """Whoever paid has a part of what it brings, and no access after it."""
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 200, 200, 10))
    hall.tally(lot)
    hall.floor.raise_for(lot, dao)
    noun = house.auction().number
    chain.advance_to(end_of(house))
    hall.leave()
    estate = hall.open_estate(dao, lot)
    served = [chain.actor(4), chain.actor(5)]
    with reverts("NotServed"):
        chain.send(estate.call(chain.actor(6), "vote", 300 * MILLI))
    for member in served:
        chain.send(estate.call(member, "vote", 300 * MILLI))
        assert hall.floor.ask(dao, "hasAccess", lot, member)
    chain.send(estate.call(thief, "resell", 300 * MILLI))
    assert house.owner_of(noun) == hall.floor.market.address
    market = hall.floor.market
    resale = int(hall.floor.ask(market, "lotCount"))
    assert hall.floor.ask(estate, "resaleLot") == resale
    buyer = chain.actor(12)
    seal = commitment(chain.chain_id, Opening(market.address, resale, buyer, 400 * MILLI, SALT))
    chain.send(market.call(buyer, "commit", resale, seal, value=400 * MILLI * UNIT))
    ends = hall.floor.ask(market, "bookOf", resale)
    chain.advance_to(ends[0])
    chain.send(market.call(buyer, "reveal", resale, 400 * MILLI, SALT))
    chain.advance_to(ends[2])
    chain.send(market.call(thief, "settle", resale))
    assert house.owner_of(noun) == buyer
    assert not any(hall.floor.ask(dao, "hasAccess", lot, member) for member in served)
    before = [chain.balance(member) for member in served]
    chain.send(estate.call(thief, "claimBatch", tuple(served)))
    assert [chain.balance(m) - had for m, had in zip(served, before, strict=True)] == [
        150 * MILLI * UNIT
    ] * 2


def test_a_seller_who_sees_the_limit_drives_the_price_there(
    hall: Hall, house: NounsHouse, chain: Chain
) -> None:
    """Without risk: its bid and the group's answer are one transaction. What nothing here prevents; see SECURITY.md."""
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 210, 210))
    hall.tally(lot)
    limit = int(hall.floor.ask(hall.floor.adapter, "limitOf", lot, dao.address))
    shill = house.owner.create(contract("HostileHouse"))
    me, stake = shill.address, limit * 100 // 105 * UNIT
    hall.holders.add(me)
    chain.send(Transaction(chain.actor(0), me, b"", stake))
    bid = house.bidding(me, 0)
    calls = (
        shill.call(me, "act", house.address, stake, bid.data),
        hall.floor.adapter.call(me, "raiseFor", lot, dao.address),
    )
    house.owner.send(shill, "prepare", tuple((call.to, call.data) for call in calls))
    house.owner.send(shill, "relay")
    assert chain.balance(me) == stake
    assert hall.floor.standing(lot).price == limit == 420 * MILLI
    chain.advance_to(end_of(house))
    hall.leave()
    assert hall.state(hall.book(dao, lot)) == (BookState.WON, 210 * MILLI)
