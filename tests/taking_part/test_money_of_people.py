"""Status, claims, proceeds and unsold items: what the sentences say is what moved, in every fate of a bid."""

import pytest

from offchain.bindings.deployment import create
from offchain.chain.backend import Reverted
from offchain.io.units import WEI_PER_UNIT
from offchain.taking_part.bidding import Wish
from offchain.taking_part.collecting import claim, proceeds, reclaim
from offchain.taking_part.dues import due_of
from offchain.taking_part.status import status
from offchain.taking_part.venues import venue
from tests.keeper.market import Market
from tests.puppets import Manner
from tests.taking_part.crowd import Crowd, refusal


def test_the_money_of_a_member_from_bid_to_refund(crowd: Crowd) -> None:
    """Sealed, opened, served: five lines each time, and the claim brings what they say."""
    market = crowd.market
    lot = market.list_lot(reserve=20)
    dao = market.new_dao(lot)
    ann = crowd.bid(dao, Wish(lot, 60, 100))
    sealed = crowd.money(lot, ann)
    assert sealed.where == f"DAO {dao}"
    assert sealed.deposit == "0.0000001 ETH, under a sealed bid"
    assert sealed.pays == "not decided yet"
    assert sealed.bond.startswith("0.00000001 ETH, if nobody opens the bid by ")
    assert "nothing is due before" in refusal(crowd.claim, dao, lot, ann)
    market.until_round(lot)
    market.keep()
    opened = crowd.money(lot, ann)
    assert "under a bid of 0.00000006 ETH" in opened.deposit
    assert opened.bond == "0 ETH: the bid is open"
    assert opened.now == f"in {dao}"
    assert "not decided yet" in refusal(crowd.claim, dao, lot, ann)
    market.until_tally(lot)
    market.send(market.seller, dao, "DAO", "tally", lot, [ann])
    assert "won and is not settled yet" in refusal(crowd.claim, dao, lot, ann)
    assert crowd.money(lot, ann).pays == "not decided yet"
    market.send(market.seller, dao, "DAO", "settle", lot, 0, 0, (60).to_bytes(8))
    decided = crowd.money(lot, ann)
    assert decided.pays == "0.00000002 ETH: served"
    assert decided.back == "0.00000008 ETH"
    assert f"consort claim {dao} {lot}" in decided.now
    before = market.chain.balance(ann)
    told = crowd.claim(dao, lot, ann)
    assert told[0] == f"0.00000008 ETH were sent to {ann}."
    assert market.chain.balance(ann) == before + 80 * WEI_PER_UNIT
    assert f"sent to {ann}, in block" in crowd.money(lot, ann).now
    assert "stays on record" in refusal(crowd.claim, dao, lot, ann)


def test_a_silent_member_loses_its_bond_and_gets_the_rest(crowd: Crowd) -> None:
    market = crowd.market
    lot = market.list_lot()
    dao = market.new_dao(lot)
    ann = crowd.bid(dao, Wish(lot, 60, 100, locked=False))
    market.until_tally(lot)
    silent = crowd.money(lot, ann)
    assert silent.bond == "0.00000001 ETH lost: nobody opened the bid in time"
    assert silent.pays == "0 ETH: not served"
    assert silent.back == "0.00000009 ETH"
    before = market.chain.balance(ann)
    crowd.claim(dao, lot, ann)
    assert market.chain.balance(ann) == before + 90 * WEI_PER_UNIT
    after = crowd.money(lot, ann)
    assert after.bond == "0.00000001 ETH burnt: the bid was never opened"
    assert after.back == "0.00000009 ETH"


def test_an_account_that_takes_no_ether(crowd: Crowd) -> None:
    """What a keeper could not push stays, and can be claimed for another account."""
    market = crowd.market
    lot = market.list_lot()
    puppet = market.puppet_bid(market.auctioneer, lot, 7, Manner.REFUSE)
    crowd.bid(None, Wish(lot, 50))
    market.through(lot)
    found = crowd.money(lot, puppet)
    assert "not taken" in found.now
    assert f"consort claim {lot} --to ADDRESS" in found.now
    assert found.back == "0.000000014 ETH"
    place = crowd.at(None, puppet)
    step = claim(place, lot, market.seller)
    before = market.chain.balance(market.seller)
    market.send(
        crowd.person().address, puppet, "Actor", "act", market.auctioneer, step.calls[0].data
    )
    assert market.chain.balance(market.seller) == before + 14 * WEI_PER_UNIT
    assert "the account that was named" in crowd.money(lot, puppet).now


def test_a_void_lot_gives_everything_back(crowd: Crowd) -> None:
    """Below the reserve: deposits to bidders, the item to its seller, and only once."""
    market = crowd.market
    lot = market.list_lot(reserve=1_000)
    dao = market.new_dao(lot)
    ann, bob = crowd.bid(dao, Wish(lot, 60)), crowd.bid(None, Wish(lot, 70))
    anyone = crowd.person()
    assert "can still be" in refusal(reclaim, anyone, lot)
    assert "no lot 9" in refusal(reclaim, anyone, 9)
    market.until_round(lot)
    market.keep()
    market.until_closed(lot)
    assert "consort reclaim 1" in " ".join(
        status(crowd.person(), market.auctioneer, lot, None).lines
    )
    assert crowd.claim(dao, lot, ann)[0].startswith("0.00000006 ETH were sent")
    assert crowd.claim(None, lot, bob)[0].startswith("0.00000007 ETH were sent")
    assert crowd.money(lot, bob).pays == "0 ETH: not served"
    crowd.take(anyone, reclaim(anyone, lot))
    assert market.view(market.item, "Item", "ownerOf", 1) == (market.seller,)
    assert "went back already" in refusal(reclaim, anyone, lot)
    lines = status(crowd.person(), market.auctioneer, lot, None).lines
    assert "The item was sent back to the seller." in lines


def test_an_individual_who_wins_pays_the_price(crowd: Crowd) -> None:
    market = crowd.market
    lot = market.list_lot(reserve=20)
    ann, bob = crowd.bid(None, Wish(lot, 60, 80)), crowd.bid(None, Wish(lot, 50))
    seller = crowd.person(market.seller)
    assert "has no proceeds" in refusal(proceeds, seller, seller.address)
    market.until_round(lot)
    market.keep()
    market.until_closed(lot)
    assert "not settled yet" in refusal(crowd.claim, None, lot, ann)
    assert crowd.money(lot, ann).pays == "not decided yet"
    assert crowd.money(lot, bob).pays == "0 ETH: not served"
    market.keep()
    assert crowd.money(lot, ann).pays == "0.00000005 ETH: served"
    told = status(crowd.person(), market.auctioneer, lot, None).lines
    assert f"Winner {ann}, at a price of 0.00000005 ETH." in told
    before = market.chain.balance(bob)
    crowd.take(seller, proceeds(seller, bob))
    assert market.chain.balance(bob) == before + 50 * WEI_PER_UNIT
    assert "has no proceeds" in refusal(proceeds, seller, bob)


def test_a_stranger_and_a_lot_that_is_not_there(crowd: Crowd) -> None:
    market = crowd.market
    lot = market.list_lot()
    person = crowd.person()
    assert not status(person, market.auctioneer, lot, person.address).money
    assert "there is no lot 5" in refusal(status, person, market.auctioneer, 5, None)
    assert "has no deposit there" in refusal(crowd.claim, None, lot, person.address)


def test_one_in_two_books_has_two_accounts_of_it(crowd: Crowd) -> None:
    market = crowd.market
    lot = market.list_lot()
    dao = market.new_dao(lot)
    ann = crowd.bid(dao, Wish(lot, 60))
    crowd.bid(None, Wish(lot, 10), ann)
    first, second = status(crowd.person(), market.auctioneer, lot, ann).money
    assert first.where == "as an individual"
    assert second.where == f"DAO {dao}"


def test_money_of_one_lot_is_not_that_of_another(crowd: Crowd) -> None:
    """In the same book of the same DAO, sent back in different blocks."""
    market = crowd.market
    first, second = market.list_lot(reserve=1_000), market.list_lot(reserve=1_000)
    dao = market.new_dao(first, second)
    ann = crowd.bid(dao, Wish(first, 60))
    crowd.bid(dao, Wish(second, 70), ann)
    market.until_round(second)
    market.keep()
    market.until_closed(second)
    crowd.claim(dao, first, ann)
    block = market.chain.block()
    market.chain.advance_to_block(block + 10)
    crowd.claim(dao, second, ann)
    assert crowd.money(first, ann).now == f"sent to {ann}, in block {block:,}"
    assert crowd.money(second, ann).now == f"sent to {ann}, in block {market.chain.block():,}"


def test_a_lot_that_ends_after_all_calendars(crowd: Crowd) -> None:
    """Anybody can list one: it is told like any other."""
    market = crowd.market
    lot = market.list_lot(end_of_bidding=2**40 - 1 - 3 * 3_600)
    ann = crowd.bid(None, Wish(lot, 5))
    assert "a time after the year 9999" in " ".join(
        status(crowd.person(), market.auctioneer, lot, ann).lines
    )
    assert "year 9999" in crowd.money(lot, ann).bond
    assert "year 9999" in refusal(crowd.claim, None, lot, ann)


@pytest.mark.parametrize("phase", ["reveal", "tally", "closed", "void"])
def test_what_is_said_to_be_due_is_what_a_claim_brings(crowd: Crowd, phase: str) -> None:
    """In each phase, for the open and the silent, in a DAO and alone: the contract pays that, or refuses."""
    market: Market = crowd.market
    lot = market.list_lot(reserve=20)
    dao = market.new_dao(lot)
    people = [
        (where, crowd.bid(where, Wish(lot, bid, 2 * bid, locked=locked)))
        for where in (dao, None)
        for bid, locked in ((30, True), (25, False), (21, True))
    ]
    market.until_round(lot)
    market.keep()
    getattr(market, f"until_{phase}")(lot)
    for where, who in people:
        place = crowd.at(where, who)
        due = due_of(place, lot)
        before = market.chain.balance(who)
        try:
            market.chain.send(place.call("claim", lot))
            paid = (market.chain.balance(who) - before) // WEI_PER_UNIT
        except Reverted:
            paid = 0
        assert paid == due.now, (where, who, due)
        assert bool(due.now) or due.why


def test_the_sentences_fit_a_house_of_others(crowd: Crowd) -> None:
    """A deployment file that names an adapter: individuals do not bid there."""
    from dataclasses import replace

    from offchain.bindings.adapters import AdapterAt

    market = crowd.market
    adapter = create(market.chain, market.seller, "Item")
    person = crowd.person()
    there = replace(
        person, deployed=replace(person.deployed, adapters=(AdapterAt("nouns", adapter, adapter),))
    )
    assert "only DAOs bid there" in refusal(venue, there, adapter)
