"""The keeper: gets every lot to its end and everybody their money, whatever happens to it on the way."""

import time
from pathlib import Path
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.enumerations import Phase
from offchain.bindings.seals import Opening, new_salt
from offchain.chain.backend import MAX_TRANSACTION_GAS, Reverted
from offchain.chain.errors import ChainError
from offchain.io.units import WEI_PER_UNIT
from offchain.model.mechanisms.equal_split import equal_split
from tests.keeper.chains import Killed, Lagging, Moody, Mortal, Refusing, Rivalled, Watched
from tests.keeper.fair import fair, insist, play
from tests.keeper.market import BOND_BPS, HOUR, KEEPER, SECOND_KEEPER, Market


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The outcome of the fair when nothing goes wrong."""
    return play(Market(tmp_path_factory.mktemp("calm")))


# ALL GOES WELL


def test_the_references_outcome(market: Market) -> None:
    """Winner, price and shares; bonds of the silent; a refused payment stays with its DAO."""
    lots = fair(market)
    market.through(lots[0])
    outcome = market.outcome(lots)
    ledger = market.ledger()
    winners = ledger.lots[lots[0]].daos[0]
    split = equal_split([30, 20, 10, 9, 6, 5], 26)
    assert outcome["lot 1"] == (winners, 26, split.paid, False)
    assert outcome["lot 2"][1:] == (500, 500, False)
    book = ledger.book(winners, 1)
    assert (book.share, book.served) == (split.share, split.served)
    assert sum(box.refused for box in book.boxes.values()) == 1
    silent = [box for box in book.boxes.values() if box.is_sealed]
    assert [a.burnt for a in silent] == [a.deposit * BOND_BPS // 10_000 for a in silent]
    assert [a.deposit for a in silent] == [24, 8]
    assert not market.skipped
    assert market.keep() == 0, "nothing is left to do"


def test_one_transaction_for_each_kind_of_work_on_each_book(market: Market) -> None:
    """Three books with sealed bids, three DAOs, of which the winner settles and pays at once; nothing is sent for nothing."""
    lots = fair(market)
    market.through(lots[0])
    found = {
        lot: {step: n for step in STEPS if (n := market.count(step, lot))} for lot in lots
    }  # fmt: skip
    assert found == {
        1: {"reveal": 3, "tally": 3, "finish": 1, "refund": 3},
        2: {"reveal": 2, "tally": 2, "settle": 1, "refund": 2},
    }


STEPS = ("reveal", "tally", "finish", "settle", "reclaim", "refund")


def test_nothing_is_sent_above_the_limit_and_nothing_with_value(market: Market) -> None:
    watched = Watched(market.chain)
    keeper = market.keeper(watched)
    lots = fair(market)
    market.through(lots[0], lambda: market.keep(keeper))
    assert all((sent.gas or 0) <= MAX_TRANSACTION_GAS and sent.value == 0 for sent in watched.sent)
    market.outcome(lots)


def test_without_refunds_nobody_is_paid(market: Market) -> None:
    lots = fair(market)
    keeper = market.keeper()
    market.through(lots[0], lambda: [keeper.step(refunds=False) for _ in range(3)])
    assert {action.step for action in market.actions} == {"reveal", "tally", "settle"}
    market.keep(keeper)
    market.outcome(lots)


def test_the_silent_lose_their_bond_and_nothing_else(market: Market) -> None:
    lot = market.list_lot()
    dao = market.new_dao(lot)
    market.bid(dao, lot, 9)
    silent = market.bid(dao, lot, 50, entrusted=False)
    market.through(lot)
    box = market.ledger().book(dao, lot).boxes[silent]
    assert (box.deposit, box.burnt, box.received) == (100, 10, 90)
    market.outcome([lot])


def test_a_dao_without_open_bids_says_so_at_once(market: Market) -> None:
    """So that nobody waits for it: the lot is settled before the tally ends."""
    lot = market.list_lot()
    empty, silent = market.new_dao(lot), market.new_dao(lot)
    market.bid(silent, lot, 5, entrusted=False)
    market.bid(market.auctioneer, lot, 3)
    keeper = market.keeper()
    for wait in (market.until_reveal, market.until_tally):
        wait(lot)
        market.keep(keeper)
    assert keeper.standing(lot)[0] == Phase.SETTLED
    assert market.ledger().lots[lot].group_bids == {empty: 0, silent: 0}
    market.outcome([lot])


def test_lots_nobody_wants_go_back(market: Market) -> None:
    """Which costs the silent their bond all the same."""
    lots = [market.list_lot(reserve=100) for _ in range(3)]
    dao = market.new_dao(lots[0])
    market.bid(dao, lots[0], 5)
    market.bid(dao, lots[0], 6, entrusted=False)
    market.bid(market.auctioneer, lots[1], 99)
    market.through(lots[0])
    ledger = market.ledger()
    assert all(ledger.lots[lot].returned for lot in lots)
    assert [box.burnt for box in ledger.book(dao, lots[0]).boxes.values()] == [0, 1]
    market.outcome(lots)


@pytest.mark.parametrize("early", [False, True])
def test_a_lot_nobody_settled_in_time(market: Market, early: bool) -> None:
    """Everybody gets everything back, but for the bonds of those who did not reveal."""
    lot = market.list_lot()
    winner, loser = market.new_dao(lot), market.new_dao(lot)
    for dao, bid in ((winner, 9), (loser, 5)):
        market.bid(dao, lot, bid)
        market.bid(dao, lot, 20, entrusted=False)
    settle = contract("DAO").encode("settle", lot, 0, 0, b"")[:4]
    keeper = market.keeper(Refusing(market.chain, lambda one: settle in one.data))
    for wait in (market.until_reveal, market.until_tally):
        wait(lot)
        if early or wait == market.until_reveal:
            market.keep(keeper)
        else:
            keeper.step(refunds=False)
    market.until_void(lot)
    market.keep()
    ledger = market.ledger()
    assert ledger.lots[lot].returned
    bonds = [sum(a.burnt for a in ledger.book(d, lot).boxes.values()) for d in (winner, loser)]
    assert bonds == [4, 4]
    market.outcome([lot])


def test_the_most_urgent_lot_comes_first(market: Market) -> None:
    slow, fast = market.list_lot(phase=3 * HOUR), market.list_lot(phase=2 * HOUR)
    for lot in (slow, fast):
        market.bid(market.new_dao(lot), lot, 5)
    market.until_reveal(slow)
    market.keep()
    assert [action.lot for action in market.actions] == [fast, slow]


def test_openings_that_arrive_late_are_used(market: Market) -> None:
    """A running keeper sees what is appended to its file, and passes over what opens nothing."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    keeper = market.keeper()
    bidder = market.new_bidder(9 * WEI_PER_UNIT)
    opening = market.sealed(Opening(dao, lot, bidder, 9, new_salt()), 9)
    market.until_reveal(lot)
    market.openings.add([Opening(dao, lot, bidder, 9, new_salt())])
    assert market.keep(keeper) == 0
    market.openings.add([opening])
    assert market.keep(keeper) == 1
    assert market.ledger().book(dao, lot).ascending() == [(9, bidder)]


# KILLED AND STARTED AGAIN


def test_killed_after_every_transaction(market: Market, calm: dict[str, Any]) -> None:
    """Each keeper lives for one transaction, and the next one starts from the chain and the file."""
    deaths = 0

    def work() -> None:
        nonlocal deaths
        while True:
            try:
                market.keep(market.keeper(Mortal(market.chain)))
                return
            except Killed:
                deaths += 1

    assert play(market, work) == calm
    assert deaths == len(market.actions) + deaths > 15, "no keeper lived to tell of a transaction"


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("fatal", range(1, 18))
def test_killed_once(market: Market, calm: dict[str, Any], fatal: int, before: bool) -> None:
    """Before or after any one of the transactions."""
    keepers = [market.keeper(Mortal(market.chain, fatal, before))]

    def work() -> None:
        try:
            market.keep(keepers[-1])
        except Killed:
            keepers.append(market.keeper())
            market.keep(keepers[-1])

    assert play(market, work) == calm
    assert len(keepers) == 2


# NODES THAT REFUSE


@pytest.mark.parametrize("seed", range(12))
def test_a_node_in_a_bad_mood(market: Market, calm: dict[str, Any], seed: int) -> None:
    """One in ten, or one in four, of all requests fails; in the end all is as if none had."""
    keeper = market.keeper(Moody(market.chain, seed, 0.1 if seed % 2 else 0.25))
    assert play(market, lambda: insist(keeper, quiet=300)) == calm


def test_a_node_that_refuses_every_simulation_is_not_asked_for_every_member(market: Market) -> None:
    lot = market.list_lot()
    dao = market.new_dao(lot)
    market.bids(dao, lot, *range(1, 301))
    market.until_reveal(lot)
    refusing = Refusing(market.chain, lambda transaction: True)
    keeper = market.keeper(refusing)
    assert keeper.step() == 0
    assert refusing.simulated < 40
    refusing.refuses = lambda transaction: False
    assert market.keep(keeper) == 1, "and all are served as soon as it does not refuse"
    assert len(market.ledger().book(dao, lot).ascending()) == 300


def test_a_member_whose_opening_cannot_be_simulated_holds_up_nobody(market: Market) -> None:
    """Nor do many of them: those that failed come last."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    members = [market.bid(dao, lot, bid) for bid in range(1, 61)]
    bad = [bytes.fromhex(member[2:]) for member in members[:20:2]]
    market.until_reveal(lot)
    keeper = market.keeper(Refusing(market.chain, lambda one: any(b in one.data for b in bad)))
    for _ in range(20):
        keeper.step()
    assert len(market.ledger().book(dao, lot).ascending()) == 50


def test_a_book_that_always_fails_stops_no_other(market: Market, calm: dict[str, Any]) -> None:
    """Nothing at one DAO can be simulated, until somebody mends it."""
    broken: set[str] = set()
    keeper = market.keeper(Refusing(market.chain, lambda one: one.to in broken))
    lots = fair(market)
    dao = market.ledger().lots[lots[0]].daos[0]

    for wait in (market.until_reveal, market.until_tally):
        wait(lots[0])
        broken.add(dao)
        market.actions.clear()
        market.keep(keeper)
        served = {action.contract for action in market.actions}
        assert dao not in served
        assert len(served) >= 2
        broken.clear()
        market.keep(keeper)
    assert market.outcome(lots) == calm


def test_a_chain_that_cannot_be_read_is_told(market: Market) -> None:
    """That is for the caller to know, who tries again; nothing was lost."""
    lots = fair(market)
    market.until_reveal(lots[0])
    moody = Moody(market.chain, 0, 1)
    keeper = market.keeper(moody)
    with pytest.raises((ChainError, Reverted)):
        keeper.step()
    moody.share = 0
    assert market.keep(keeper) == 5


# OTHERS AT WORK


@pytest.mark.parametrize("limit", [MAX_TRANSACTION_GAS, 400_000])
def test_another_keeper_is_always_faster(market: Market, calm: dict[str, Any], limit: int) -> None:
    """It does all there is just before each transaction of the first arrives."""
    second = market.keeper(account=SECOND_KEEPER, gas_limit=limit)
    first = market.keeper(Rivalled(market.chain, second.step), gas_limit=limit)
    assert play(market, lambda: insist(first)) == calm


def test_what_another_keeper_did_meanwhile_is_left_out(market: Market) -> None:
    """Of many batches of refunds, only the one that was on its way is sent in vain."""
    lot = market.list_lot()
    dao = market.new_dao(lot, is_open=True)
    market.place(dao, lot, *range(1, 61))
    individual = market.bid(market.auctioneer, lot, 10_000)
    for wait in (market.until_reveal, market.until_tally):
        wait(lot)
        while market.keeper().step(refunds=False):
            pass
    market.tell(individual, "claim", lot)
    second = market.keeper(account=SECOND_KEEPER)
    watched = Watched(Rivalled(market.chain, second.step))
    market.actions.clear()
    market.keep(market.keeper(watched, gas_limit=300_000))
    assert len(watched.sent) == 1
    assert market.actions[0].members == 60 > market.actions[1].members


def test_two_keepers_in_turns(market: Market, calm: dict[str, Any]) -> None:
    """Each sends one transaction at a time, and they have accounts of their own."""

    def turn(account: int) -> bool:
        try:
            market.keep(market.keeper(Mortal(market.chain), account))
        except Killed:
            return True
        return False

    def work() -> None:
        while any([turn(KEEPER), turn(SECOND_KEEPER)]):
            pass

    assert play(market, work) == calm


def test_lagging_logs_cost_no_second_transaction(market: Market) -> None:
    """The node has mined the reveals, and does not show their logs for a while."""
    lots = fair(market)
    market.until_reveal(lots[0])
    lagging = Lagging(market.chain)
    keeper = market.keeper(lagging)
    lagging.newest = market.chain.block()
    assert keeper.step() == 5
    for _ in range(5):
        assert keeper.step() == 0
    lagging.newest = None
    assert market.keep(keeper) == 0


def test_a_reorganization_makes_the_keeper_do_its_work_again(
    market: Market, calm: dict[str, Any]
) -> None:
    """Reveals that were taken back are sent once more, although they had succeeded."""
    lots = fair(market)
    market.until_reveal(lots[0])
    keeper = market.keeper()
    fork = market.snapshot()
    assert market.keep(keeper) == 5
    market.restore(fork)
    for _ in range(9):
        market.list_lot()
    assert market.keep(keeper) == 5
    for wait in (market.until_tally, market.until_closed):
        wait(lots[0])
        market.keep(keeper)
    assert market.outcome(lots) == calm


# MANY MEMBERS


@pytest.mark.parametrize("limit", [200_000, 400_000])
def test_small_transactions_serve_all(market: Market, calm: dict[str, Any], limit: int) -> None:
    """Whatever the limit: nothing is sent above it, and the outcome is the same."""
    watched = Watched(market.chain)
    keeper = market.keeper(watched, gas_limit=limit)
    lots = fair(market)
    market.through(lots[0], lambda: market.keep(keeper))
    assert max(sent.gas or 0 for sent in watched.sent) <= limit
    # what does not fit by itself is left to somebody with a higher limit
    assert {what.split()[0] for what, _ in market.skipped} <= {"settle", "tally"}
    if not market.skipped:
        assert market.outcome(lots) == calm


def test_a_tally_takes_many_steps_in_one_transaction(market: Market) -> None:
    """And goes on where one stopped."""
    lot = market.list_lot()
    dao = market.new_dao(lot, is_open=True)
    market.place(dao, lot, *(1 + bid % 300 for bid in range(1_300)))
    market.until_tally(lot)
    members = [bidder for _, bidder in market.ledger().book(dao, lot).ascending()]
    account = market.account(KEEPER)
    market.send(account, dao, "DAO", "tally", lot, members[:7])
    market.keeper().step()
    book = market.ledger().book(dao, lot)
    assert [step.counted for step in book.progress[account]] == [7, 507, 1_007, 1_300]
    assert book.tallier == account
    assert [a.members for a in market.actions if a.step == "tally"] == [1_293]


def test_twenty_thousand_members(tmp_path: Path) -> None:
    """Seconds, some dozens of transactions, and a few questions for each of them."""
    market = Market(tmp_path)
    lot = market.list_lot()
    dao = market.new_dao(lot)
    openings = []
    for number in range(20_000):
        bidder = market.chain.actor(100 + number)
        bid = 1 + number * 7_919 % 100_003
        market.chain.fund(bidder, bid * WEI_PER_UNIT)
        openings.append(market.sealed(Opening(dao, lot, bidder, bid, new_salt()), bid))
    market.openings.add(openings)
    watched = Watched(market.chain)
    start = time.process_time()
    keeper = market.keeper(watched)
    for wait in (market.until_reveal, market.until_tally):
        wait(lot)
        market.keep(keeper)
    assert time.process_time() - start < 20, "it takes two seconds"
    assert len(watched.sent) < 100
    assert len(watched.told) < 3 * len(watched.sent)
    assert max(sent.gas or 0 for sent in watched.sent) <= MAX_TRANSACTION_GAS
    split = equal_split([opening.bid for opening in openings], 1)
    assert market.ledger().lots[lot].paid == split.paid
    market.outcome([lot])
