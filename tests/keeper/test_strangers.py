"""Work that strangers cause: it becomes rare, never comes before what is urgent, and no step lasts for long."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.bindings.enumerations import Phase
from offchain.chain.backend import Chain, Receipt, Transaction
from offchain.keeper.agenda import Agenda, Duty, Need
from offchain.keeper.books import NEVER
from offchain.keeper.keeper import Keeper
from offchain.keeper.pace import REQUESTS, Pace
from offchain.keeper.planning import GroupPlan
from offchain.keeper.rests import Rests
from tests.keeper.chains import Proxy, Refusing
from tests.keeper.market import Market
from tests.puppets import ItemManner

RECLAIM = contract("Auctioneer").encode("reclaim", 1)[:4]


class Asked(Proxy):
    """Counts all requests; after each `seconds_every` of them a second passes, if that is set."""

    def __init__(self, chain: Chain) -> None:
        super().__init__(chain)
        self.requests = 0
        self.seconds_every: int | None = None
        self.reclaims: Counter[bytes] = Counter()

    def asked(self, name: str, ask: Callable[..., Any], *args: Any, **options: Any) -> Any:
        self.requests += 1
        if self.seconds_every and self.requests % self.seconds_every == 0:
            self.chain.advance_to(self.chain.now() + 1)
        if name == "estimate" and args[0].data.startswith(RECLAIM):
            self.reclaims[args[0].data] += 1
        return ask(*args, **options)


def dead_lots(market: Market, count: int) -> list[int]:
    """Lots past everything, whose token never lets go of the item."""
    token = create(market.chain, market.seller, "HostileItem")
    lots = [market.list_lot(token=token) for _ in range(count)]
    market.send(market.seller, token, "HostileItem", "behave", ItemManner.REFUSE)
    market.until_closed(lots[-1])
    return lots


def a_round(keeper: Keeper) -> int:
    """Steps until nothing is left for now; how many."""
    steps = 1
    keeper.step()
    while keeper.unfinished:
        keeper.step()
        steps += 1
    return steps


# DEAD LOTS


def test_lots_that_can_never_be_finished_cost_less_and_less(market: Market) -> None:
    """Each is asked about after 1, 2, 4, … rounds; in most rounds reading the chain is all there is, and none is forgotten."""
    lots = dead_lots(market, 150)
    asked = Asked(market.chain)
    keeper = market.keeper(asked)
    requests = []
    for _ in range(600):
        asked.requests = 0
        a_round(keeper)
        requests.append(asked.requests)
    assert requests[0] > 3 * len(lots), "each was tried"
    assert sum(requests[100:600]) < 8 * 500 + 3 * 5 * len(lots)
    assert sorted(requests)[300] <= 6, "most rounds ask nothing about them"
    assert set(asked.reclaims.values()) == {10}
    assert len(asked.reclaims) == len(lots)


def test_a_dead_lot_is_tried_again_by_time_too(market: Market) -> None:
    """However slow the rounds are: after a day at the latest."""
    dead_lots(market, 1)
    asked = Asked(market.chain)
    keeper = market.keeper(asked)
    for _ in range(40):
        keeper.step()
    for _ in range(5):
        before = asked.reclaims.total()
        market.chain.advance_to(market.chain.now() + 86_400)
        keeper.step()
        assert asked.reclaims.total() == before + 1


def test_what_is_owed_on_a_dead_lot_is_paid_while_it_rests(market: Market) -> None:
    """Its item is stuck. Whoever bid on it is refunded when the lot turns void, and the item goes back once the token lets it."""
    token = create(market.chain, market.seller, "HostileItem")
    lot = market.list_lot(token=token)
    bidder = market.bid(market.auctioneer, lot, 5)
    market.send(market.seller, token, "HostileItem", "behave", ItemManner.REFUSE)
    keeper = market.keeper()
    market.through(lot, lambda: [keeper.step() for _ in range(50)])
    market.until_void(lot)
    keeper.step()
    assert market.ledger().book(market.auctioneer, lot).boxes[bidder].closed
    for _ in range(50):
        keeper.step()
    market.send(market.seller, token, "HostileItem", "behave", ItemManner.HONEST)
    market.chain.advance_to(market.chain.now() + 86_400)
    keeper.step()
    market.outcome([lot])
    kept = keeper._turns.rests._rests, keeper._sender.memories
    assert [len(one) for one in kept] == [0, 0], "and nothing more is kept in mind"


def test_rests_near_a_deadline_are_short() -> None:
    """A token that refuses for a while is tried again in time: a rest is at most an eighth of what is left."""
    rests, now, deadline = Rests(), 0, 86_400
    duty = Duty(Need.SETTLE, deadline, 1)
    tries = 0
    while now < deadline - 60:
        while rests.is_resting(duty, 0, now):
            now += 1
        rests.send_to_rest(duty, 0, now)
        tries += 1
        now += 1
    assert 40 < tries < 200


def test_another_need_ends_a_rest() -> None:
    rests = Rests()
    for _ in range(20):
        rests.send_to_rest(Duty(Need.SETTLE, NEVER, 1), 0, 0)
    assert rests.is_resting(Duty(Need.SETTLE, NEVER, 1), 1, 1)
    assert not rests.is_resting(Duty(Need.REFUND, NEVER, 1), 1, 1)
    rests.keep({2})
    assert not rests.is_resting(Duty(Need.SETTLE, NEVER, 1), 1, 1)


# A STEP IS BOUNDED


def test_a_step_asks_a_bounded_number_of_questions(market: Market) -> None:
    lots = dead_lots(market, 300)
    asked = Asked(market.chain)
    keeper = market.keeper(asked)
    most = 0
    for _ in range(20):
        asked.requests = 0
        keeper.step()
        most = max(most, asked.requests)
    assert 200 < most < REQUESTS + 40
    assert len(asked.reclaims) == len(lots), "and goes on where it stopped"


def test_a_step_lasts_a_bounded_time(market: Market) -> None:
    """By a clock that advances two seconds with each question."""
    lots = dead_lots(market, 30)
    asked = Asked(market.chain)
    keeper = market.keeper(asked, pace=Pace(20, 10**6, lambda: 2.0 * asked.requests))
    for _ in range(10):
        asked.requests = 0
        keeper.step()
        assert asked.requests <= 20
    while keeper.unfinished:
        keeper.step()
    assert set(asked.reclaims.values()) == {1}
    assert len(asked.reclaims) == len(lots)


@pytest.mark.parametrize("slow", [1, 10**6])
def test_however_slow_the_node_something_is_done_in_every_step(market: Market, slow: int) -> None:
    lots = [market.list_lot(reserve=9) for _ in range(5)]
    market.until_closed(lots[0])
    asked = Asked(market.chain)
    keeper = market.keeper(asked, pace=Pace(1, 1, lambda: float(slow * asked.requests)))
    assert [keeper.step() for _ in lots] == [1] * len(lots)


def test_each_lot_has_its_turn_before_any_has_a_second(market: Market) -> None:
    """A lot with much to do does not keep the others waiting."""
    large, small = market.list_lot(reserve=10**6), [market.list_lot(reserve=9) for _ in range(4)]
    dao = market.new_dao(large, is_open=True)
    market.place(dao, large, *range(1, 41))
    market.until_closed(large)
    keeper = market.keeper(pace=Pace(10**6, 1), gas_limit=300_000)
    for _ in range(60):
        keeper.step()
    order = [action.lot for action in market.actions]
    assert order.count(large) > 2
    assert set(order[: len(small) + 1]) == {large, *small}
    assert market.ledger().lots[large].returned


def test_each_book_has_its_turn(market: Market) -> None:
    """In steps of one question, with one book that always fails: the books behind it are served all the same."""
    lot = market.list_lot(reserve=10**6)
    daos = [market.new_dao(lot, is_open=True) for _ in range(4)]
    for dao in daos:
        market.place(dao, lot, 5)
    market.until_closed(lot)
    refusing = Refusing(market.chain, lambda one: one.to == daos[1])
    keeper = market.keeper(refusing, pace=Pace(10**6, 1))
    for _ in range(60):
        keeper.step()
    assert {action.contract for action in market.actions if action.step == "refund"} == {
        daos[0],
        daos[2],
        daos[3],
    }


# WHAT IS URGENT COMES FIRST


def test_a_reveal_is_not_missed_for_dead_lots(market: Market) -> None:
    """A question takes 125 ms, and a step over all of the lots would take longer than the whole reveal."""
    dead_lots(market, 600)
    asked = Asked(market.chain)
    keeper = market.keeper(asked)
    now = market.chain.now()
    lot = market.list_lot(end_of_bidding=now + 60, phase=600)
    bidder = market.bid(market.auctioneer, lot, 100)
    asked.seconds_every = 8
    while market.chain.now() < now + 660:
        keeper.step()
        market.chain.advance_to_block(market.chain.block() + 1)
        if not market.ledger().book(market.auctioneer, lot).boxes[bidder].is_sealed:
            break
    assert market.chain.now() < now + 60 + 30, "opened as soon as a step or two after bidding ended"


def test_within_a_step_the_clock_is_looked_at_again(market: Market) -> None:
    """Bidding ends while the keeper is busy with dead lots: the reveal comes next, in the same step, and not after them."""
    dead = dead_lots(market, 200)
    lot = market.list_lot(end_of_bidding=market.chain.now() + 10, phase=600)
    market.bid(market.auctioneer, lot, 100)
    asked = Asked(market.chain)
    seen: list[int] = []
    keeper = market.keeper(
        asked,
        pace=Pace(10**6, 10**6),
        depth=0,
        on_action=lambda action: seen.append(len(asked.reclaims)),
    )
    asked.seconds_every = 20
    keeper.step()
    assert len(asked.reclaims) == len(dead)
    (before,) = seen
    assert 30 < before < 120


class Busy(Proxy):
    """Lets `seconds` pass with each transaction."""

    seconds = 0

    def send(self, transaction: Transaction) -> Receipt:
        receipt = self.chain.send(transaction)
        self.chain.advance_to(self.chain.now() + self.seconds)
        return receipt


def test_refunds_give_way_to_a_reveal(market: Market) -> None:
    """They take many transactions, each of them a block or more; the rest of them follows."""
    large = market.list_lot(reserve=10**6)
    dao = market.new_dao(large, is_open=True)
    market.place(dao, large, *range(1, 61))
    market.until_closed(large)
    lot = market.list_lot(end_of_bidding=market.chain.now() + 60, phase=600)
    market.bid(market.auctioneer, lot, 100)
    busy = Busy(market.chain)
    busy.seconds = 40
    ticks = iter(range(10**6))
    keeper = market.keeper(
        busy, gas_limit=300_000, depth=0, pace=Pace(10**6, 10**6, lambda: 6.0 * next(ticks))
    )
    while not market.count("reveal", lot):
        keeper.step()
    done = [action.step for action in market.actions]
    assert done[0] == "refund"
    assert done.index("reveal") <= 3
    market.keep(keeper)
    assert market.ledger().lots[large].returned
    assert all(box.closed for box in market.ledger().book(dao, large).boxes.values())


def test_the_order_of_urgency(market: Market) -> None:
    """Reveals by the nearest deadline, then tallies, settlements, refunds; an item without a buyer comes last."""
    item, refund, settle = (market.list_lot() for _ in range(3))
    for lot in (refund, settle):
        market.bid(market.auctioneer, lot, 5)
    market.until_reveal(refund)
    market.keep()
    market.until_closed(refund)
    market.tell(market.seller, "settle", refund)
    now = market.chain.now()
    tally = market.list_lot(end_of_bidding=now + 30, phase=600)
    market.new_dao(tally)
    late, soon = (
        market.list_lot(end_of_bidding=now + 630, phase=600),
        market.list_lot(end_of_bidding=now + 620, phase=600),
    )
    reveals = {late, soon}
    ledger = market.ledger()
    agenda = Agenda(ledger, GroupPlan(ledger, lambda book: book.lot in reveals))
    assert [(duty.need, duty.lot) for duty in agenda.duties(now + 640)] == [
        (Need.REVEAL, soon),
        (Need.REVEAL, late),
        (Need.TALLY, tally),
        (Need.SETTLE, settle),
        (Need.REFUND, refund),
        (Need.RETURN, item),
    ]
    assert [duty.lot for duty in agenda.duties(now + 640, refunds=False)][-2:] == [settle, item]


# ONLY SOME LOTS


def test_only_the_lots_that_are_named(market: Market) -> None:
    lots = [market.list_lot() for _ in range(3)]
    for lot in lots:
        market.bid(market.auctioneer, lot, 5)
    keeper = market.keeper(only=[lots[1], 99])
    market.through(lots[0], lambda: market.keep(keeper))
    assert {action.lot for action in market.actions} == {lots[1]}
    assert keeper.standing(lots[1])[0] == Phase.SETTLED
