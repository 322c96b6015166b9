"""What a house can do to groups that bid there: nothing to whoever would not be served, and one bid of a lot to the others."""

from __future__ import annotations

from typing import cast

import pytest

from offchain.bindings.enumerations import BookState, Phase
from offchain.chain.backend import Chain, Transaction
from offchain.houses.nouns import NounsHouse
from offchain.io.addresses import NOBODY, to_bytes
from offchain.io.units import WEI_PER_ETH as ETH
from offchain.io.units import WEI_PER_UNIT as UNIT
from tests.houses.adapter_world import FUNDS, Floor, Standing
from tests.houses.lying_house import (
    NUMBER,
    UNREADABLE,
    Answers,
    LyingHouse,
    Refunds,
    Wrapping,
    lying_hall,
)
from tests.houses.watch import MAKES, PEOPLE, TERMS, Hall, WatchedRevm, group, watched_hall
from tests.puppets import ItemManner
from tests.reverts import reverts

FOREVER = 2**256 - 1
DAY = 86_400
ENOUGH = 1_500_000
"""Gas to settle with, whatever token or WETH burn."""


@pytest.fixture(params=list(MAKES))
def make(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def hall(make: str) -> Hall:
    return lying_hall(MAKES[make])


@pytest.fixture
def rival(chain: Chain) -> str:
    return chain.actor(2)


def deadline(hall: Hall, lot: int) -> int:
    return int(hall.lot_of(lot)["deadline"])


def leading(hall: Hall, first: int = 4) -> tuple[int, int]:
    """A lot where the hall's first DAO leads, at 100 of 300, with a second DAO; and another where the first could bid, too."""
    lot, other = hall.floor.register(), hall.floor.register()
    dao = hall.found((lot, other))
    hall.place(
        dao, lot, group(hall.chain, first, 150, 150, 20), silent=group(hall.chain, first + 3, 70)
    )
    hall.place(dao, other, group(hall.chain, first + 4, 400, 400))
    hall.enter(lot, group(hall.chain, first + 6, 120, 120))
    hall.tally(lot, other)
    hall.floor.raise_for(lot, dao)
    return lot, other


def outcome(hall: Hall, lot: int) -> list[BookState]:
    return [hall.state(book)[0] for book in hall.books if book.lot == lot]


GIVEN_UP = [BookState.WON, BookState.LOST]


@pytest.mark.parametrize("answers", UNREADABLE, ids=lambda one: one.name.lower())
@pytest.mark.parametrize("version", [1, 2], ids=["V1", "V2"])
def test_upgraded_to_a_house_that_cannot_be_read(make: str, version: int, answers: Answers) -> None:
    """Who has no money out leaves at once, who has waits for the deadline; served members pay what is gone, and nobody else."""
    hall = watched_hall(version, MAKES[make])
    lot, other = leading(hall)
    hall.lies = True
    LyingHouse.behind(cast(NounsHouse, hall.floor.house)).behave(answers)
    dao, second = (book.dao for book in hall.books if book.lot == lot)
    assert hall.floor.standing(lot).phase == Phase.DRAW
    assert hall.floor.standing(other).phase == Phase.VOID
    hall.leave(other)
    with reverts("MoneyIsOut"):
        hall.recall(lot, dao)
    with reverts("MoneyIsOut"):
        hall.floor.raise_for(lot, second)
    with reverts("WrongPhase"):
        hall.settle(dao, lot)
    hall.chain.advance_to(deadline(hall, lot) - 1)
    assert hall.floor.standing(lot).phase == Phase.DRAW
    hall.chain.advance_to(deadline(hall, lot))
    assert hall.floor.standing(lot).phase == Phase.CLOSED
    with reverts("NothingToDeliver"):
        hall.leave(lot)
        hall.deliver(lot)
    assert outcome(hall, lot) == GIVEN_UP


@pytest.mark.parametrize("answers", UNREADABLE, ids=lambda one: one.name.lower())
def test_nothing_is_registered_at_a_house_that_cannot_be_read(
    hall: Hall, house: LyingHouse, answers: Answers
) -> None:
    house.behave(answers)
    with reverts("NotOffered"):
        hall.floor.register(number=1)


@pytest.mark.parametrize("is_short", [False, True], ids=["silent", "too short"])
@pytest.mark.parametrize("question", ["auction", "reservePrice", "minBidIncrementPercentage"])
def test_a_house_that_leaves_one_question_unanswered(
    hall: Hall, house: LyingHouse, question: str, is_short: bool
) -> None:
    """Part of an answer is none, be the rest true: nothing is registered, and a lot without money out is void."""
    lot = hall.floor.register(number=1)
    hall.enter(lot, group(hall.chain, 4, 200, 200))
    hall.tally(lot)
    assert hall.floor.standing(lot).phase == Phase.DRAW
    house.mute(question, is_short)
    with reverts("NotOffered"):
        hall.floor.register(number=1)
    assert hall.floor.standing(lot).phase == Phase.VOID
    hall.leave()
    assert outcome(hall, lot) == [BookState.LOST]


@pytest.mark.parametrize("percent", [255, 256, 2**255])
def test_an_increment_beyond_what_houses_can_have(
    hall: Hall, house: LyingHouse, chain: Chain, percent: int
) -> None:
    house.offer(house.token.address, 1, chain.now() + TERMS.duration, percent)
    if percent == 255:
        assert hall.floor.register(number=1) == 1
        return
    with reverts("NotOffered"):
        hall.floor.register(number=1)


def test_an_auction_that_never_ends(hall: Hall, house: LyingHouse, chain: Chain) -> None:
    """Its end is put off for ever; who leads there is not outbid, and is given nothing."""
    lot, other = leading(hall)
    dao, second = (book.dao for book in hall.books if book.lot == lot)
    house.say(hall.floor.paddle(lot, dao), TERMS.reserve, deadline(hall, lot) - 3 * DAY + 1)
    for one in (second, dao):
        with reverts("TooLate"):
            hall.floor.raise_for(lot, one)
    house.say(hall.floor.paddle(lot, dao), TERMS.reserve, FOREVER)
    with reverts("TooLate"):
        hall.floor.raise_for(lot, second)
    chain.advance_to(deadline(hall, lot) - 1)
    assert hall.floor.standing(lot).phase == Phase.DRAW
    assert hall.floor.standing(other).phase == Phase.DRAW
    chain.advance_to(deadline(hall, lot))
    hall.leave()
    assert outcome(hall, lot) == GIVEN_UP
    assert outcome(hall, other) == [BookState.LOST]


def test_the_last_moment_to_bid(hall: Hall, house: LyingHouse, chain: Chain) -> None:
    lot, _ = leading(hall)
    dao, second = (book.dao for book in hall.books if book.lot == lot)
    house.say(hall.floor.paddle(lot, dao), TERMS.reserve, deadline(hall, lot) - 3 * DAY)
    hall.floor.raise_for(lot, second)
    assert hall.floor.standing(lot).leader == second.address


def test_a_house_that_names_a_paddle_whose_money_is_back(
    hall: Hall, house: LyingHouse, chain: Chain, rival: str
) -> None:
    """Heard until the deadline; then everybody has everything back."""
    lot, _ = leading(hall)
    dao, _ = (book.dao for book in hall.books if book.lot == lot)
    house.bid(rival, ETH)
    house.say(hall.floor.paddle(lot, dao), ETH, FOREVER)
    with reverts("MoneyIsOut"):
        hall.recall(lot, dao)
    assert hall.floor.standing(lot).phase == Phase.DRAW
    chain.advance_to(deadline(hall, lot))
    hall.leave()
    assert outcome(hall, lot) == [BookState.LOST] * 2


@pytest.mark.parametrize("refunds", [Refunds.NONE, Refunds.SHORT], ids=["none", "a wei short"])
def test_a_house_that_keeps_what_was_bid(
    hall: Hall, house: LyingHouse, chain: Chain, rival: str, refunds: Refunds
) -> None:
    """One bid of one DAO is all it gets of a lot: none of ours bids again before that is back."""
    hall.lies = True
    lot, other = leading(hall)
    dao, second = (book.dao for book in hall.books if book.lot == lot)
    house.behave(refunds=refunds)
    with reverts("MoneyIsOut"):
        hall.floor.raise_for(lot, second)
    house.bid(rival, house.least_bid())
    for one in (dao, second):
        with reverts("MoneyIsOut"):
            hall.floor.raise_for(lot, one)
    with reverts("MoneyIsOut"):
        hall.recall(lot, dao)
    hall.floor.raise_for(other, dao)  # another lot is another lot
    chain.advance_to(deadline(hall, lot))
    hall.leave()
    assert outcome(hall, lot) == GIVEN_UP
    with reverts("NothingToDeliver"):
        hall.deliver(lot)


def test_a_house_that_forgets_a_bid_it_refunded(
    hall: Hall, house: LyingHouse, chain: Chain, rival: str
) -> None:
    """The same amount again is lent anew: what came back comes home first, as it does below that amount."""
    lot, _ = leading(hall)
    dao, _ = (book.dao for book in hall.books if book.lot == lot)
    house.bid(rival, house.least_bid())
    end = house.auction().end
    assert end is not None
    house.say(NOBODY, 0, end)
    raised = hall.floor.raise_for(lot, dao)
    (lent,) = (event for event in dao.events([raised]) if event.name == "Lent")
    assert lent.args["amount"] * UNIT == TERMS.reserve
    assert chain.balance(hall.floor.paddle(lot, dao)) == 0
    assert hall.floor.standing(lot).leader == dao.address


# told a word, it stores it; asked anything else, it refuses with that word
REFUSES_IN_A_WORD = bytes.fromhex("3660201460125760005460005260206000fd5b60003560005500")


def test_what_is_said_in_a_refusal_counts_for_nothing(make: str) -> None:
    """A token that refuses to say who owns the item, in the word that would say: the group that leads. It has not got it."""
    chain = WatchedRevm()
    chain.fund_all({chain.actor(i): FUNDS for i in range(PEOPLE)})
    house = LyingHouse.deploy(chain, chain.actor(0))
    size = len(REFUSES_IN_A_WORD)
    creation = bytes([0x60, size, 0x80, 0x60, 9, 0x3D, 0x39, 0x3D, 0xF3]) + REFUSES_IN_A_WORD
    token = chain.send(Transaction(chain.actor(0), None, creation)).contract
    assert token is not None
    house.offer(token, NUMBER, chain.now() + TERMS.duration)
    hall = Hall(chain, Floor.on_nouns(house, chain.actor(1)), MAKES[make])
    lot, _ = leading(hall)
    dao, _ = (book.dao for book in hall.books if book.lot == lot)
    paddle = to_bytes(hall.floor.paddle(lot, dao))
    chain.send(Transaction(chain.actor(0), token, paddle.rjust(32, b"\0")))
    assert hall.floor.standing(lot).phase == Phase.DRAW


@pytest.mark.parametrize("trick", ["deaf", "understates", "names another"])
def test_a_bid_that_the_house_does_not_own_up_to(
    hall: Hall, house: LyingHouse, chain: Chain, trick: str
) -> None:
    lot, _ = leading(hall)
    dao, second = (book.dao for book in hall.books if book.lot == lot)
    house.trick(deaf=trick == "deaf", understates=int(trick == "understates"))
    if trick == "names another":
        said = (chain.actor(3), house.least_bid(), house.auction().end, False)
        house.prepare(house.at.call(house.address, "say", *said))
    before = chain.balance(second.address)
    with reverts("BidIgnored"):
        hall.floor.raise_for(lot, second)
    assert chain.balance(second.address) == before
    assert hall.floor.standing(lot).leader == dao.address
    house.trick()
    house.prepare()
    hall.floor.raise_for(lot, second)


def test_a_house_that_sells_within_the_bid(hall: Hall, house: LyingHouse, chain: Chain) -> None:
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 150, 150))
    hall.tally(lot)
    house.trick(sells_at_once=True)
    hall.floor.raise_for(lot, dao)
    assert hall.floor.standing(lot).phase == Phase.CLOSED
    hall.leave()
    assert house.owner_of() == hall.floor.ask(dao, "estateAt", lot)


def test_an_item_that_never_comes(hall: Hall, house: LyingHouse, chain: Chain, rival: str) -> None:
    """The house says that all is settled, and has given it to somebody else."""
    hall.lies = True
    lot, other = leading(hall)
    dao = hall.books[0].dao
    house.say(rival, TERMS.reserve, chain.now() - 1, settled=True)
    house.give(rival)
    assert hall.floor.standing(lot).phase == Phase.DRAW
    hall.leave(other)
    with reverts("MoneyIsOut"):
        hall.recall(lot, dao)
    chain.advance_to(deadline(hall, lot))
    hall.leave()
    assert outcome(hall, lot) == GIVEN_UP
    assert chain.balance(house.address) == TERMS.reserve


def given_up(hall: Hall, house: LyingHouse) -> int:
    """A lot that was settled at the deadline, with the price gone."""
    hall.lies = True
    lot, _ = leading(hall)
    house.behave(Answers.REFUSE)
    hall.chain.advance_to(deadline(hall, lot))
    hall.leave()
    return lot


def test_an_item_that_comes_late_goes_to_the_estate(
    hall: Hall, house: LyingHouse, chain: Chain, rival: str
) -> None:
    lot = given_up(hall, house)
    dao = hall.books[0].dao
    house.give(hall.floor.paddle(lot, dao))
    chain.send(hall.floor.adapter.call(rival, "deliver", lot))
    assert house.owner_of() == hall.floor.ask(dao, "estateAt", lot)
    with reverts("NothingToDeliver"):
        hall.deliver(lot)


@pytest.mark.parametrize("wrapped", [False, True], ids=["ether", "WETH"])
def test_a_price_that_comes_late_goes_to_the_served(
    hall: Hall, house: LyingHouse, chain: Chain, rival: str, wrapped: bool
) -> None:
    lot = given_up(hall, house)
    dao = hall.books[0].dao
    paddle = hall.floor.paddle(lot, dao)
    send = house.send_wrapped if wrapped else house.send_ether
    send(paddle, TERMS.reserve - 1)
    with reverts("NothingToDeliver"):
        hall.deliver(lot)
    house.send_ether(paddle, 1)
    chain.send(hall.floor.adapter.call(rival, "deliver", lot))
    hall.force(rival, paddle, TERMS.reserve)  # once more: too late
    with reverts("NothingToDeliver"):
        hall.deliver(lot)
    estate = hall.open_estate(dao, lot)
    served = list(hall.books[0].bids)[:2]
    before = [chain.balance(member) for member in served]
    chain.send(estate.call(rival, "claimBatch", tuple(hall.books[0].bids)))
    part = TERMS.reserve // 2 // UNIT * UNIT
    assert [chain.balance(member) for member in served] == [one + part for one in before]
    assert chain.balance(estate.address) == TERMS.reserve - 2 * part
    with reverts("NoPart"):
        chain.send(estate.call(served[0], "claim"))
    with reverts("NoPart"):
        chain.send(estate.call(list(hall.books[0].bids)[2], "claim"))


def test_what_nobody_asked_for_is_not_taken(hall: Hall, house: LyingHouse, rival: str) -> None:
    lot = given_up(hall, house)
    estate = hall.open_estate(hall.books[0].dao, lot)
    with reverts("NotResold"):
        hall.chain.send(estate.call(hall.chain.actor(4), "claim"))
    for to in (estate.address, hall.floor.adapter.address):
        with reverts("Unasked"):
            hall.chain.send(Transaction(rival, to, b"", 1))


def test_a_stranger_who_pays_in_the_houses_stead(
    hall: Hall, house: LyingHouse, chain: Chain, rival: str
) -> None:
    """While the house says nothing, money in the paddle is money that is back. The item is nobody's then."""
    hall.lies = True
    lot, _ = leading(hall)
    dao = hall.books[0].dao
    paddle = hall.floor.paddle(lot, dao)
    house.behave(Answers.REFUSE)
    hall.force(rival, paddle, TERMS.reserve)
    assert hall.floor.standing(lot).phase == Phase.VOID
    hall.leave()
    assert outcome(hall, lot) == [BookState.LOST] * 2
    house.give(paddle)
    assert hall.floor.standing(lot).phase == Phase.VOID
    with reverts("WrongPhase"):
        hall.deliver(lot)


# REFUNDS IN WETH


def test_a_refund_in_weth_is_unwrapped_for_the_next_bid(
    hall: Hall, house: LyingHouse, chain: Chain, rival: str
) -> None:
    lot, _ = leading(hall)
    dao, second = (book.dao for book in hall.books if book.lot == lot)
    house.behave(refunds=Refunds.WRAPPED)
    before = chain.balance(second.address)
    hall.floor.raise_for(lot, second)
    assert hall.floor.ask(dao, "lentOf", lot) == 0
    house.bid(rival, house.least_bid())
    assert hall.wrapped(hall.floor.paddle(lot, second)) == before - chain.balance(second.address)
    hall.floor.raise_for(lot, second)
    assert hall.wrapped(hall.floor.paddle(lot, second)) == 0


@pytest.mark.parametrize("late", [False, True], ids=["before the deadline", "after it"])
def test_a_refund_in_weth_is_recalled(
    hall: Hall, house: LyingHouse, chain: Chain, rival: str, late: bool
) -> None:
    lot, _ = leading(hall)
    dao, _ = (book.dao for book in hall.books if book.lot == lot)
    house.behave(refunds=Refunds.WRAPPED)
    house.bid(rival, ETH)
    assert hall.floor.standing(lot).phase == Phase.DRAW  # the ether is not there
    with reverts("WrongPhase"):
        chain.send(dao.call(chain.actor(4), "claim", lot))
    if late:
        chain.advance_to(deadline(hall, lot))
        assert hall.floor.standing(lot).phase == Phase.CLOSED
        with reverts("MoneyIsBack"):
            hall.settle(dao, lot)
    chain.send(hall.floor.adapter.call(rival, "recall", lot, dao.address))
    with reverts("NotLeader"):
        hall.recall(lot, dao)
    assert hall.floor.standing(lot) == Standing(Phase.VOID, NOBODY, 0)
    assert (hall.lot_of(lot)["leader"], hall.lot_of(lot)["price"]) == (NOBODY, 0)
    hall.leave()
    assert outcome(hall, lot) == [BookState.LOST] * 2


@pytest.mark.parametrize(
    "manner",
    [Wrapping.REFUSE, Wrapping.BURN_GAS, Wrapping.SILENT, Wrapping.KEEP],
    ids=lambda one: one.name.lower(),
)
def test_weth_that_does_not_pay_out(
    hall: Hall, house: LyingHouse, chain: Chain, rival: str, manner: Wrapping
) -> None:
    """As if the house had kept the money; if it pays in the end, that is recalled."""
    hall.lies = True
    lot, other = leading(hall)
    dao, second = (book.dao for book in hall.books if book.lot == lot)
    house.behave(refunds=Refunds.WRAPPED)
    house.bid(rival, house.least_bid())
    house.wrap(manner)
    with reverts("MoneyIsOut"):
        hall.recall(lot, dao)
    with reverts("MoneyIsOut"):
        hall.floor.raise_for(lot, second)
    chain.advance_to(deadline(hall, lot))
    hall.leave(other)
    if manner is Wrapping.KEEP:
        hall.leave()
        assert outcome(hall, lot) == GIVEN_UP
        return
    house.wrap(Wrapping.HONEST)
    hall.leave()
    assert outcome(hall, lot) == [BookState.LOST] * 2


def test_weth_that_burns_all_gas_does_not_hold_up_settling(
    hall: Hall, house: LyingHouse, chain: Chain, rival: str
) -> None:
    hall.lies = True
    lot, _ = leading(hall)
    house.behave(refunds=Refunds.WRAPPED)
    house.bid(rival, ETH)
    house.wrap(Wrapping.BURN_GAS)
    chain.advance_to(deadline(hall, lot))
    hall.settle(hall.books[0].dao, lot, gas=ENOUGH)
    hall.leave()
    assert outcome(hall, lot) == GIVEN_UP


def test_an_auction_that_is_called_off(hall: Hall, house: LyingHouse, chain: Chain) -> None:
    """The house still names the paddle, but has given back what it bid, and has nothing for sale any more."""
    hall.lies = True
    lot, _ = leading(hall)
    dao = hall.books[0].dao
    paddle = hall.floor.paddle(lot, dao)
    house.send_ether(paddle, TERMS.reserve)
    house.say(paddle, TERMS.reserve, chain.now() + DAY, settled=True)
    assert hall.floor.standing(lot) == Standing(Phase.VOID, NOBODY, 0)
    hall.leave()
    assert outcome(hall, lot) == [BookState.LOST] * 2


# TOKENS


@pytest.mark.parametrize(
    "manner",
    [ItemManner.REFUSE, ItemManner.BURN_GAS, ItemManner.IDLE, ItemManner.SAY_FALSE],
    ids=lambda one: one.name.lower(),
)
def test_a_token_that_does_not_let_go_holds_nobody_up(
    hall: Hall, house: LyingHouse, chain: Chain, manner: ItemManner
) -> None:
    """The lot is settled, and the item handed on when the token lets it."""
    lot, _ = leading(hall)
    dao = hall.books[0].dao
    chain.advance_to(house.auction().end or 0)
    hall.conclude(lot)
    house.item(manner)
    hall.settle(dao, lot, gas=ENOUGH)
    hall.leave()
    assert hall.floor.standing(lot).phase == Phase.SETTLED
    with reverts("NothingToDeliver"):
        hall.deliver(lot)
    house.item(ItemManner.HONEST)
    hall.deliver(lot)
    assert house.owner_of() == hall.floor.ask(dao, "estateAt", lot)


def test_a_token_that_names_the_paddle_whatever_happened(
    hall: Hall, house: LyingHouse, chain: Chain, rival: str
) -> None:
    """Who leads then pays its bid; if that came back, it goes to the served."""
    lot, _ = leading(hall)
    dao = hall.books[0].dao
    house.bid(rival, ETH)
    house.account.send(house.token, "pretend", hall.floor.paddle(lot, dao))
    assert hall.floor.standing(lot).phase == Phase.CLOSED
    with reverts("MoneyIsOut"):
        hall.recall(lot, dao)
    hall.leave(lot)
    assert outcome(hall, lot) == GIVEN_UP
    hall.deliver(lot)
    estate = hall.floor.ask(dao, "estateAt", lot)
    assert hall.floor.ask(hall.floor.adapter, "proceeds", estate) == TERMS.reserve
    with reverts("NothingToDeliver"):
        hall.deliver(lot)
    hall.leave()


def test_a_token_that_says_nothing(hall: Hall, house: LyingHouse, chain: Chain) -> None:
    """Nobody knows that the item is there, until the deadline."""
    hall.lies = True
    lot, _ = leading(hall)
    chain.advance_to(house.auction().end or 0)
    hall.conclude(lot)
    house.account.send(house.token, "pretend", chain.actor(3))
    assert hall.floor.standing(lot).phase == Phase.DRAW
    chain.advance_to(deadline(hall, lot))
    hall.leave()
    assert outcome(hall, lot) == GIVEN_UP
