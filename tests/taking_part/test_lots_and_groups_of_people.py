"""Listing, making groups, and selling again what one won: by the contracts' own bounds, in words."""

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.daos import CROWD
from offchain.bindings.deployment import create
from offchain.bindings.enumerations import Phase
from offchain.chain.errors import ChainError
from offchain.io.addresses import NOBODY
from offchain.taking_part import estates
from offchain.taking_part.bidding import Wish
from offchain.taking_part.collecting import proceeds, reclaim
from offchain.taking_part.estates import EstateOf
from offchain.taking_part.groups import Charter, create_dao, enter
from offchain.taking_part.selling import Terms, list_item
from offchain.taking_part.venues import Person, venue
from tests.puppets import ItemManner, behave
from tests.taking_part.crowd import Crowd, elsewhere, refusal

DAY = 86_400
GOOD = Terms(7 * DAY, DAY, DAY, 1_000, 5)


def mint(crowd: Crowd, token: str, number: int, owner: str) -> None:
    crowd.market.send(crowd.market.seller, token, "Item", "mint", owner, number)


def test_an_item_is_listed_with_two_transactions_or_one(crowd: Crowd) -> None:
    """The approval that is missing is asked for; one that stands is not."""
    market, seller = crowd.market, crowd.person()
    for number in (51, 52):
        mint(crowd, market.item, number, seller.address)
    step = list_item(seller, market.item, 51, GOOD)
    assert len(step.calls) == 2
    assert "Two transactions" in step.says[0]
    assert f"is lot 1 of {market.auctioneer}" in crowd.take(seller, step)[0]
    book = market.ask("bookOf", 1)[0]
    assert [book[1] - book[0], book[2] - book[1], book[3]] == [DAY, DAY, 1_000]
    assert abs(book[0] - seller.now - 7 * DAY) <= 1
    market.send(seller.address, market.item, "Item", "setApprovalForAll", market.auctioneer, True)
    assert len(list_item(seller, market.item, 52, GOOD).calls) == 1


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        (Terms(0, DAY, DAY, 1_000, 5), "bidding has to last a second"),
        (
            Terms(DAY, 599, DAY, 1_000, 5),
            "reveal would last 9 min 59 s: it has to be from 10 min to 30 d",
        ),
        (Terms(DAY, DAY, 30 * DAY + 1, 1_000, 5), "tally would last 30 d 1 s"),
        (
            Terms(DAY, DAY, DAY, 999, 5),
            "the bond would be 9.99 % of the deposit: it has to be from 10 % to 100 %",
        ),
        (Terms(DAY, DAY, DAY, 10_001, 5), "the bond would be 100.01 %"),
        (Terms(2**40, DAY, DAY, 1_000, 5), "after all times that the contract knows"),
        (Terms(DAY, DAY, DAY, 1_000), "takes a reserve"),
    ],
)
def test_terms_that_the_contract_would_refuse(crowd: Crowd, terms: Terms, why: str) -> None:
    seller = crowd.person()
    mint(crowd, crowd.market.item, 51, seller.address)
    assert why in refusal(list_item, seller, crowd.market.item, 51, terms)


@pytest.mark.parametrize("reveal", [600, 30 * DAY])
def test_the_bounds_themselves_are_taken(crowd: Crowd, reveal: int) -> None:
    seller = crowd.person()
    mint(crowd, crowd.market.item, 51, seller.address)
    crowd.take(seller, list_item(seller, crowd.market.item, 51, Terms(1, reveal, 600, 10_000, 1)))


def test_items_that_cannot_be_listed(crowd: Crowd) -> None:
    """Another one's, none at all, what is no token, and a token that refuses."""
    seller, other = crowd.person(), crowd.person()
    mint(crowd, crowd.market.item, 51, other.address)
    assert f"belongs to {other.address}" in refusal(list_item, seller, crowd.market.item, 51, GOOD)
    assert "has no item 99" in refusal(list_item, seller, crowd.market.item, 99, GOOD)
    assert "is no ERC-721 token" in refusal(list_item, seller, other.address, 1, GOOD)
    hostile = create(crowd.market.chain, seller.address, "HostileItem")
    mint(crowd, hostile, 1, seller.address)
    step = list_item(seller, hostile, 1, GOOD)
    crowd.market.chain.send(
        step.calls[0].__class__(seller.address, hostile, behave(ItemManner.REFUSE))
    )
    with pytest.raises(ChainError, match=r"that failed: "):
        step.take(seller.chain, crowd.keep)


def test_groups_are_made_in_the_cheaper_way(crowd: Crowd) -> None:
    market = crowd.market
    lot = market.list_lot()
    person = crowd.person()
    small = create_dao(person, Charter(market.auctioneer, False, 0, (lot,), CROWD - 1))
    large = create_dao(person, Charter(market.auctioneer, False, 0, (), CROWD))
    assert "minimal proxy" in small.says[0]
    assert "full copy" in large.says[0]
    terms: tuple[object, ...] = (market.auctioneer, False, 0, bytes(32), [])
    for step, name in ((small, "create"), (large, "createStandalone")):
        assert step.calls[0].data[:4] == contract("DAOFactory").encode(name, *terms)[:4]
    made = []
    for step in (small, large):
        (told, *_) = crowd.take(person, step)
        made.append(told.removeprefix("The DAO stands at ").rstrip("."))
        assert venue(person, made[-1]).is_dao
    assert "has entered lot 1 already" in refusal(enter, venue(person, made[0]), lot)
    sealed = crowd.take(person, enter(venue(person, made[1]), lot))
    assert f"consort bid {made[1]} {lot} --bid ETH" in sealed
    public = market.new_dao(is_open=True)
    raised = crowd.take(person, enter(venue(person, public), lot))
    assert f"consort raise {public} {lot} --by ETH" in raised
    # The same again is another one, or refused by its salt.
    again = create_dao(person, Charter(market.auctioneer, False, 0, (), CROWD - 1))
    assert made[0] not in again.does
    assert f"it is at {made[0]}" in refusal(
        create_dao, person, Charter(market.auctioneer, False, 0, (), 2, salt=0)
    )


def test_groups_that_cannot_be(crowd: Crowd) -> None:
    market = crowd.market
    lot = market.list_lot()
    person = crowd.person()
    dao = venue(person, market.new_dao())
    assert "no lot 7" in refusal(create_dao, person, Charter(market.auctioneer, True, 0, (7,), 2))
    assert "individuals just bid" in refusal(enter, venue(person, None), lot)
    assert "no lot 7" in refusal(enter, dao, 7)
    market.until_reveal(lot)
    late = crowd.person()
    assert "no DAO can enter it any more" in refusal(
        create_dao, late, Charter(market.auctioneer, True, 0, (lot,), 2)
    )
    assert "no DAO can enter it any more" in refusal(enter, venue(late, dao.address), lot)
    wrong = elsewhere(person, factory=market.item)
    assert "does not answer as DAOFactory" in refusal(
        create_dao, wrong, Charter(market.auctioneer, True, 0, (), 2)
    )


def won(crowd: Crowd) -> tuple[str, int, list[str], str]:
    """A DAO that won a lot for three, and a fourth who is not served."""
    market = crowd.market
    lot = market.list_lot(reserve=30)
    dao = market.new_dao(lot)
    served = [crowd.bid(dao, Wish(lot, bid, 50)) for bid in (12, 11, 10)]
    left_out = crowd.bid(dao, Wish(lot, 3))
    market.through(lot)
    return dao, lot, served, left_out


def test_what_was_won_is_sold_again_for_equal_parts(crowd: Crowd) -> None:
    """Votes, the listing, an unsold resale that is listed again, a sale, and each one's part, once."""
    market = crowd.market
    dao, lot, (ann, bob, cid), dan = won(crowd)

    def estate(who: str) -> EstateOf:
        return EstateOf(crowd.at(dao, who), lot)

    def take(who: str, step: object) -> list[str]:
        return crowd.take(crowd.person(who), step)  # type: ignore[arg-type]

    assert "was not sold again" in refusal(estates.part, estate(ann), ann)
    assert "You have not voted" in " ".join(estates.told(estate(ann)))
    assert "has no vote" in refusal(estates.vote, estate(dan), 60)
    first = estates.vote(estate(ann), 60)
    assert len(first.calls) == 2  # the estate's code comes first
    assert "1 of 3 want the item sold for 0.00000006 ETH; 2 are needed." in take(ann, first)
    assert "1 of 3 want" in refusal(estates.send, estate(dan), 60)
    second = estates.vote(estate(bob), 60)
    assert len(second.calls) == 1
    assert "Anyone can have it listed" in " ".join(take(bob, second))
    take(bob, estates.vote(estate(bob), 0))
    assert "1 of 3 want" in refusal(estates.send, estate(dan), 60)
    take(bob, estates.vote(estate(bob), 60))
    assert "is lot 2 now" in take(dan, estates.send(estate(dan), 60))[0]
    assert "listed already, as lot 2" in refusal(estates.send, estate(dan), 60)
    market.until_closed(2)
    early = estates.part(estate(ann), ann)
    assert refusal(early.rehearse, market.chain) == "The item was not sold again yet."
    crowd.take(crowd.person(dan), reclaim(crowd.person(dan), 2))
    assert "is lot 3 now" in take(dan, estates.send(estate(dan), 60))[0]
    crowd.bid(None, Wish(3, 90))
    market.through(3)
    assert "the item was sold again, as lot 3" in refusal(estates.vote, estate(cid), 60)
    assert "the item was sold again, as lot 3" in refusal(estates.send, estate(dan), 60)
    assert "lot 3: settled" in " ".join(estates.told(estate(ann)))
    before = market.chain.balance(ann)
    assert take(ann, estates.part(estate(ann), ann))[0] == f"0.00000002 ETH were sent to {ann}."
    assert market.chain.balance(ann) == before + 20 * 10**9
    assert "was sent already" in refusal(estates.part, estate(ann), ann)
    before = market.chain.balance(dan)
    take(cid, estates.part(estate(cid), dan))
    assert market.chain.balance(dan) == before + 20 * 10**9
    assert "has no part" in refusal(estates.part, estate(dan), dan)
    seller: Person = crowd.person(market.seller)
    assert proceeds(seller, seller.address).says[0].startswith("0.00000003 ETH")


def test_estates_that_are_not_there(crowd: Crowd) -> None:
    market = crowd.market
    lot = market.list_lot()
    place = crowd.at(market.new_dao(lot))
    assert "has not won lot 1" in refusal(EstateOf, place, lot)
    assert "there is no estate" in refusal(EstateOf, crowd.at(None), lot)
    assert place.standing(lot) == (Phase.BIDDING, NOBODY)
