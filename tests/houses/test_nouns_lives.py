"""What can become of groups at Nouns' real house, of both versions, with DAOs of every make."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from offchain.bindings.enumerations import BookState, Phase
from offchain.chain.backend import Chain, Reverted
from offchain.houses.nouns import NounsHouse
from offchain.houses.packages import nouns
from offchain.houses.rivals import answer
from offchain.io.addresses import NOBODY
from offchain.io.units import WEI_PER_ETH as ETH
from offchain.io.units import WEI_PER_UNIT as UNIT
from tests.houses.adapter_world import Floor, Standing
from tests.houses.house_world import end_of
from tests.houses.watch import MAKES, MILLI, TERMS, Hall, group, watched_hall
from tests.reverts import error_of, reverts

DONE = {"AlreadyLeads", "BeyondLimit", "WrongPhase"}
"""Why a DAO raises no more."""


@pytest.fixture(params=[1, 2], ids=["V1", "V2"])
def version(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


@pytest.fixture(params=list(MAKES))
def hall(request: pytest.FixtureRequest, version: int) -> Hall:
    return watched_hall(version, MAKES[request.param])


@pytest.fixture
def rival(chain: Chain) -> str:
    return chain.actor(2)


@contextmanager
def suppress_refusal() -> Iterator[None]:
    """The body may raise for a DAO that raises no more."""
    try:
        yield
    except Reverted as refused:
        if error_of(refused.data) not in DONE:
            raise


def fight(hall: Hall, lot: int, rival: str, limit: int) -> None:
    """Every DAO bids whenever it can, and the rival up to its limit in wei, until nobody does."""
    house = hall.floor.house
    while True:
        before = house.auction()
        for book in [one for one in hall.books if one.lot == lot]:
            with suppress_refusal():
                hall.floor.raise_for(lot, book.dao)
        answer(house, rival, limit)
        if house.auction() == before:
            return


def test_a_group_wins(hall: Hall, house: NounsHouse, chain: Chain, rival: str) -> None:
    lot = hall.floor.register()
    bids = group(chain, 4, 400, 300, 300, 10)
    dao = hall.enter(lot, bids, silent=group(chain, 8, 5_000))
    hall.tally(lot)
    fight(hall, lot, rival, ETH * 6 // 10)
    price = hall.floor.standing(lot).price
    assert 600 * MILLI * 100 < price * 105 <= 630 * MILLI * 105
    assert house.auction().amount == price * UNIT
    chain.advance_to(end_of(house))
    assert hall.floor.standing(lot).phase == Phase.DRAW  # until the house has settled
    noun = house.auction().number
    hall.leave()
    assert hall.floor.standing(lot).phase == Phase.SETTLED
    assert hall.floor.ask(dao, "servedOf", lot) == 3
    assert house.owner_of(noun) == hall.floor.ask(dao, "estateAt", lot)
    assert chain.balance(hall.floor.paddle(lot, dao)) == 0


def test_a_group_loses(hall: Hall, house: NounsHouse, chain: Chain, rival: str) -> None:
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 200, 150, 100), silent=group(chain, 8, 50))
    hall.tally(lot)
    fight(hall, lot, rival, ETH)
    assert house.auction().bidder == rival
    assert hall.floor.standing(lot) == Standing(Phase.VOID, NOBODY, 0)
    hall.leave()
    assert hall.state(hall.book(dao, lot)) == (BookState.LOST, 0)


def test_an_auction_that_nobody_bids_at(hall: Hall, house: NounsHouse, chain: Chain) -> None:
    """Neither the group, whose limit is too low, nor anybody else."""
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 20, 20))
    hall.tally(lot)
    with reverts("BeyondLimit"):
        hall.floor.raise_for(lot, dao)
    assert hall.floor.standing(lot).phase == Phase.VOID
    hall.leave()


def test_a_group_that_nobody_has_bid_for_in_time(
    hall: Hall, house: NounsHouse, chain: Chain
) -> None:
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 200, 200))
    hall.tally(lot)
    assert hall.floor.standing(lot).phase == Phase.DRAW
    with reverts("WrongPhase"):
        chain.send(dao.call(chain.actor(4), "claim", lot))
    chain.advance_to(end_of(house))
    with reverts("WrongPhase"):
        hall.floor.raise_for(lot, dao)
    hall.leave()


def test_outbid_in_the_last_second_it_answers_in_the_extension(
    hall: Hall, house: NounsHouse, chain: Chain, rival: str
) -> None:
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 400, 300, 300))
    hall.tally(lot)
    hall.floor.raise_for(lot, dao)
    end = end_of(house)
    chain.advance_to(end - 1)
    house.bid(rival, ETH // 2)
    assert end_of(house) == end - 1 + TERMS.buffer
    chain.advance_to(end_of(house) - 1)
    hall.floor.raise_for(lot, dao)
    assert end_of(house) == end - 2 + 2 * TERMS.buffer
    chain.advance_to(end_of(house))
    hall.leave()
    assert hall.state(hall.book(dao, lot))[0] == BookState.WON


def test_outbid_in_the_last_second_beyond_its_limit(
    hall: Hall, house: NounsHouse, chain: Chain, rival: str
) -> None:
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 200, 200))
    hall.tally(lot)
    hall.floor.raise_for(lot, dao)
    chain.advance_to(end_of(house) - 1)
    house.bid(rival, ETH)
    hall.leave()
    assert hall.state(hall.book(dao, lot))[0] == BookState.LOST


def test_who_is_outbid_by_another_dao_has_its_money_in_the_same_transaction(
    hall: Hall, house: NounsHouse, chain: Chain
) -> None:
    lot = hall.floor.register()
    one = hall.enter(lot, group(chain, 4, 200, 200))
    other = hall.enter(lot, group(chain, 8, 300, 300))
    hall.tally(lot)
    before = chain.balance(one.address)
    hall.floor.raise_for(lot, one)
    assert chain.balance(one.address) == before - TERMS.reserve
    receipt = hall.floor.raise_for(lot, other)
    told = {event.name: event.args for event in hall.floor.adapter.events([receipt])}
    assert told["Recalled"] == {"lot": lot, "dao": one.address}
    assert told["Raised"] == {"lot": lot, "dao": other.address, "bid": 105 * MILLI}
    assert chain.balance(one.address) == before
    assert hall.floor.ask(one, "lentOf", lot) == 0
    chain.advance_to(end_of(house))
    hall.leave()
    assert [hall.state(book)[0] for book in hall.books] == [BookState.LOST, BookState.WON]


def test_several_groups_up_to_each_ones_limit(
    hall: Hall, house: NounsHouse, chain: Chain, rival: str
) -> None:
    """The highest limit wins, at no more than an increment above the next."""
    lot = hall.floor.register()
    limits = [300, 520, 400]
    for place, limit in enumerate(limits):
        hall.enter(lot, group(chain, 4 + 3 * place, limit // 2, limit // 2, 1))
    hall.tally(lot)
    fight(hall, lot, rival, ETH * 45 // 100)
    standing = hall.floor.standing(lot)
    assert standing.leader == hall.books[1].dao.address
    assert 450 * MILLI * 100 < standing.price * 105 <= 450 * MILLI * 105 * 105 // 100
    chain.advance_to(end_of(house))
    hall.leave()
    assert hall.state(hall.books[1])[0] == BookState.WON


def test_the_owner_raises_the_reserve_and_lowers_it_again(
    hall: Hall, house: NounsHouse, chain: Chain
) -> None:
    """While it is beyond the limit the lot is void, and who is paid out then has lost for good."""
    lot = hall.floor.register()
    patient = hall.enter(lot, group(chain, 4, 200, 200))
    hasty = hall.enter(lot, group(chain, 8, 250, 250))
    hall.tally(lot)
    house.set_reserve(ETH)
    assert hall.floor.standing(lot).phase == Phase.VOID
    with reverts("BeyondLimit"):
        hall.floor.raise_for(lot, patient)
    chain.send(hasty.call(chain.actor(8), "claim", lot))
    house.set_reserve(ETH // 5)
    assert hall.floor.standing(lot).phase == Phase.DRAW
    with reverts("WrongPhase"):
        hall.floor.raise_for(lot, hasty)
    hall.floor.raise_for(lot, patient)
    assert hall.floor.standing(lot).price == 200 * MILLI
    chain.advance_to(end_of(house))
    hall.leave()
    assert [hall.state(book)[0] for book in hall.books] == [BookState.WON, BookState.LOST]


def test_the_owner_raises_the_reserve_above_the_bid_that_leads(
    hall: Hall, house: NounsHouse, chain: Chain
) -> None:
    """It leads all the same."""
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 200, 200))
    hall.tally(lot)
    hall.floor.raise_for(lot, dao)
    house.set_reserve(10 * ETH)
    assert hall.floor.standing(lot).phase == Phase.DRAW
    with reverts("MoneyIsOut"):
        hall.recall(lot, dao)
    chain.advance_to(end_of(house))
    hall.leave()
    assert hall.floor.ask(dao, "servedOf", lot) == 2


@pytest.mark.parametrize("percent", [1, 10, 100, 255])
def test_the_owner_changes_the_increment(
    hall: Hall, house: NounsHouse, chain: Chain, rival: str, percent: int
) -> None:
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 200, 200))
    hall.tally(lot)
    house.bid(rival, TERMS.reserve + 1)  # so that the least bid is no whole number of units
    house.set_increment(percent)
    hall.floor.raise_for(lot, dao)
    least = house.auction().amount
    exact = (TERMS.reserve + 1) * (100 + percent) // 100
    assert exact <= least < exact + UNIT
    assert least % UNIT == 0
    chain.advance_to(end_of(house))
    hall.leave()
    assert hall.floor.ask(dao, "servedOf", lot) == 2


def test_a_house_paused_in_mid_auction(hall: Hall, house: NounsHouse, chain: Chain) -> None:
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 200, 200))
    hall.tally(lot)
    house.pause()
    hall.floor.raise_for(lot, dao)
    chain.advance_to(end_of(house))
    hall.leave()
    assert hall.state(hall.book(dao, lot))[0] == BookState.WON
    assert house.auction().settled


@pytest.mark.parametrize("version", [1])
def test_a_house_upgraded_in_mid_auction(
    hall: Hall, house: NounsHouse, chain: Chain, rival: str
) -> None:
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 400, 300, 300))
    hall.tally(lot)
    hall.floor.raise_for(lot, dao)
    house.upgrade()
    assert hall.floor.standing(lot).phase == Phase.DRAW
    fight(hall, lot, rival, ETH // 2)
    chain.advance_to(end_of(house))
    hall.leave()
    assert hall.state(hall.book(dao, lot))[0] == BookState.WON


@pytest.mark.parametrize("version", [1])
def test_in_the_midst_of_an_upgrade_nothing_moves(
    hall: Hall, house: NounsHouse, chain: Chain
) -> None:
    leads, other = hall.floor.register(), hall.floor.register()
    dao = hall.found((leads, other))
    for lot in (leads, other):
        hall.place(dao, lot, group(chain, 4, 200, 200))
    hall.tally(leads, other)
    hall.floor.raise_for(leads, dao)
    house.begin_upgrade()
    for lot in (leads, other):
        assert hall.floor.standing(lot).phase == Phase.DRAW
    with reverts("MoneyIsOut"):
        hall.recall(leads, dao)
    with reverts("no reason given"):
        hall.floor.raise_for(other, dao)
    house.owner.send(house.at_migration(), "migrate")
    house.upgrade_to(house.owner.create(nouns("NounsAuctionHouseV2")))
    chain.advance_to(end_of(house))
    hall.leave()
    assert [hall.state(book)[0] for book in hall.books] == [BookState.WON, BookState.LOST]


def test_anybody_raises_and_only_in_time(
    hall: Hall, house: NounsHouse, chain: Chain, rival: str
) -> None:
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 300, 300))
    raising = hall.floor.adapter.call(rival, "raiseFor", lot, dao.address)
    bidding, reveal, _ = hall.floor.ends(lot)
    for moment in (chain.now(), bidding - 1, bidding, reveal - 1, reveal):
        chain.advance_to(moment)
        if moment == bidding:
            hall.open(lot)
        with reverts("BeyondLimit"):  # nothing is known of what it bids
            chain.send(raising)
    hall.floor.tally(dao, lot, hall.book(dao, lot).bids)
    chain.send(raising)
    assert house.auction().bidder == hall.floor.paddle(lot, dao)
    chain.advance_to(end_of(house))
    with reverts("AlreadyLeads"):
        chain.send(raising)
    hall.leave()
    with reverts("WrongPhase"):
        chain.send(raising)


def test_a_group_bids_while_others_are_tallied(hall: Hall, house: NounsHouse, chain: Chain) -> None:
    """One that never is holds nobody up for longer than the tally."""
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 300, 300))
    hall.found((lot,))
    hall.tally(lot)
    assert hall.floor.standing(lot).phase == Phase.TALLY
    hall.floor.raise_for(lot, dao)
    house.bid(chain.actor(2), ETH)
    hall.recall(lot, dao)
    assert hall.floor.standing(lot).phase == Phase.TALLY
    chain.advance_to(hall.floor.ends(lot)[2])
    assert hall.floor.standing(lot).phase == Phase.VOID
    hall.leave()


def test_nobody_raises_twice_for_one_step(
    hall: Hall, house: NounsHouse, chain: Chain, rival: str
) -> None:
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 300, 300))
    hall.tally(lot)
    for _ in range(2):
        hall.floor.raise_for(lot, dao)
        with reverts("AlreadyLeads"):
            hall.floor.raise_for(lot, dao)
        answer(house, rival, ETH // 2)
    chain.advance_to(end_of(house))
    hall.leave()


def test_who_abstains_or_did_not_enter_is_raised_for_by_nobody(
    hall: Hall, house: NounsHouse, chain: Chain, rival: str
) -> None:
    lot = hall.floor.register()
    empty = hall.enter(lot, {}, silent=group(chain, 4, 100))
    hall.tally(lot)
    elsewhere = Floor.on_nouns(house, chain.actor(1))
    stranger = elsewhere.create_dao(())
    for one in (empty.address, stranger.address, rival, NOBODY):
        with reverts("BeyondLimit"):
            hall.floor.keeper.send(hall.floor.adapter, "raiseFor", lot, one)
    with reverts("BeyondLimit"):
        hall.floor.raise_for(lot + 1, empty)  # no such lot
    hall.leave()


def test_an_auction_as_several_lots(
    hall: Hall, house: NounsHouse, chain: Chain, rival: str
) -> None:
    """With other times, with one DAO in both, which then bids against itself, each time with its members' money there."""
    lots = (hall.floor.register(), hall.floor.register(starts=chain.now() + 3_600))
    dao = hall.found(lots)
    hall.place(dao, lots[0], group(chain, 4, 300, 300))
    hall.place(dao, lots[1], group(chain, 5, 400, 400))
    hall.tally(lots[0])
    hall.floor.raise_for(lots[0], dao)
    hall.tally(lots[1])
    hall.floor.raise_for(lots[1], dao)
    hall.floor.raise_for(lots[0], dao)
    fight(hall, lots[1], rival, ETH * 7 // 10)
    assert hall.floor.standing(lots[0]).phase == Phase.VOID
    chain.advance_to(end_of(house))
    hall.leave(lots[1])
    hall.leave(lots[0])
    assert [hall.state(book)[0] for book in hall.books] == [BookState.LOST, BookState.WON]


def test_a_dao_in_many_lots_of_auctions_one_after_another(
    hall: Hall, house: NounsHouse, chain: Chain, rival: str
) -> None:
    """Deposits of later lots lie there while it bids, loses and wins at earlier ones."""
    first = hall.floor.register()
    twin = hall.floor.register()
    dao = hall.found((first, twin))
    hall.place(dao, first, group(chain, 4, 300, 300), silent=group(chain, 7, 60))
    hall.place(dao, twin, group(chain, 4, 900, 900))
    hall.tally(first, twin)
    hall.floor.raise_for(first, dao)
    hall.floor.raise_for(twin, dao)
    chain.advance_to(end_of(house))
    house.settle(rival)
    second = hall.floor.register()
    hall.floor.keeper.send(dao, "enter", second)
    hall.place(dao, second, group(chain, 5, 200, 200))
    hall.tally(second)
    hall.floor.raise_for(second, dao)
    house.bid(rival, ETH)
    hall.leave(first)
    hall.leave(twin)
    hall.leave(second)
    assert [hall.state(book)[0] for book in hall.books] == [
        BookState.LOST,
        BookState.WON,
        BookState.LOST,
    ]
