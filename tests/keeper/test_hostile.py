"""People who want a keeper to stop, to waste its gas, or to leave somebody out."""

import re
from pathlib import Path

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.bindings.seals import Opening, new_salt
from offchain.chain.backend import Transaction
from offchain.chain.connect import connect
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.finishing import MAX_DELIVERY_GAS
from offchain.keeper.openings import OpeningsError
from offchain.keeper.purse import Allowance
from offchain.model.mechanisms.equal_split import equal_split, willingness_to_pay
from tests.keeper.chains import Candid, Dear, Trap, Watched
from tests.keeper.fair import fair, insist
from tests.keeper.market import HOUR, KEEPER, STRANGER, Market
from tests.puppets import ItemManner, Manner


def test_weird_tallies_of_strangers(market: Market) -> None:
    """Empty steps, steps of one, a tally that stops half-way, and one that gets there first."""
    lot, other = market.list_lot(), market.list_lot()
    dao = market.new_dao(lot, other, is_open=True)
    bidders = market.place(dao, lot, 9, 8, 5, 5, 2)
    market.place(dao, other, 7)
    market.until_tally(lot)
    members = [bidder for _, bidder in market.ledger().book(dao, lot).ascending()]
    stranger, idler = market.account(STRANGER), market.new_bidder()
    for part in ([], members[:2], []):
        market.send(idler, dao, "DAO", "tally", lot, part)
    for part in ([], members[:1], [], members[1:2], members[2:3], [], members[3:]):
        market.send(stranger, dao, "DAO", "tally", lot, part)
    for _ in range(3):
        market.send(idler, dao, "DAO", "tally", other, [])
    market.keep()
    ledger = market.ledger()
    assert ledger.book(dao, lot).tallier == stranger
    assert ledger.book(dao, other).tallier == market.account(KEEPER)
    assert ledger.lots[lot].winner == ledger.lots[other].winner == dao
    assert not market.skipped
    assert market.view(dao, "DAO", "hasAccess", lot, bidders[4]) == (True,)
    market.outcome([lot, other])


@pytest.mark.parametrize("price", range(1, 23))
def test_any_price_is_settled_by_a_strangers_steps(market: Market, price: int) -> None:
    """The reference's served and share, at every price that the members can pay, and above."""
    lot = market.list_lot(reserve=price)
    dao = market.new_dao(lot, is_open=True)
    bids = (1, 3, 5, 5, 7, 2)
    market.place(dao, lot, *bids)
    market.until_tally(lot)
    members = [bidder for _, bidder in market.ledger().book(dao, lot).ascending()]
    for part in ([], members[:1], members[1:4], [], members[4:]):
        market.send(market.account(STRANGER), dao, "DAO", "tally", lot, part)
    market.keep()
    found = market.ledger().lots[lot]
    if price <= willingness_to_pay(bids):
        assert (found.winner, found.paid) == (dao, equal_split(bids, price).paid)
    else:
        assert (found.winner, found.returned) == (None, True)
    market.outcome([lot])


def test_openings_of_strangers_open_nothing_and_stop_nothing(market: Market) -> None:
    lot = market.list_lot()
    dao = market.new_dao(lot)
    members = [market.bid(dao, lot, bid) for bid in (5, 6, 7)]
    market.until_reveal(lot)
    stranger = market.account(STRANGER)
    wrong = [(who, bid, bytes(32)) for who in (*members, stranger) for bid in (0, 1, 2**64 - 1)]
    market.send(stranger, dao, "DAO", "revealBatch", lot, wrong)
    market.keep()
    assert len(market.ledger().book(dao, lot).ascending()) == 3


def test_openings_that_break_the_rules_are_not_sent(market: Market) -> None:
    """Above the deposit, below the minimum, of a bid that was replaced, of somebody who never bid."""
    lot = market.list_lot()
    dao = market.new_dao(lot, minimum=5)
    market.bid(dao, lot, 9, deposit=8)
    market.bid(dao, lot, 4, deposit=8)
    changed = market.bid(dao, lot, 6)
    market.bid(dao, lot, 7, deposit=0, bidder=changed)
    market.openings.add([Opening(dao, lot, market.seller, 7, new_salt())])
    market.until_reveal(lot)
    market.keep()
    assert [(action.step, action.members) for action in market.actions] == [("reveal", 1)]
    assert market.ledger().book(dao, lot).ascending() == [(7, changed)]


def test_a_bid_that_cannot_be_opened_is_known_from_the_log(market: Market) -> None:
    """Somebody else tried: the contract's word is taken for it. A stranger's wrong opening says nothing."""
    lot = market.list_lot()
    dao = market.new_dao(lot, minimum=5)
    low, good = market.bid(dao, lot, 4, deposit=8), market.bid(dao, lot, 6)
    market.until_reveal(lot)
    (known,) = market.openings.of(dao, lot, low)
    tried = [(low, known.bid, known.salt), (good, 1, known.salt)]
    market.send(market.account(STRANGER), dao, "DAO", "revealBatch", lot, tried)
    boxes = market.ledger().book(dao, lot).boxes
    assert [boxes[member].unopenable for member in (low, good)] == [True, False]


@pytest.mark.parametrize("bad", [(2**64 + 5, bytes(32)), (2**300, bytes(32)), (5, b"short")])
def test_an_opening_that_no_call_can_hold_stops_nobody(
    market: Market, bad: tuple[int, bytes]
) -> None:
    """A member can seal any digest, and hand in what it is the digest of."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    opening = Opening(dao, lot, market.new_bidder(9 * WEI_PER_UNIT), *bad)
    if bad[0] < 2**256:
        market.sealed(opening, 9)
    with pytest.raises(OpeningsError, match=r"^(bid|salt): "):
        market.openings.add([opening])
    market.bid(dao, lot, 6)
    market.until_reveal(lot)
    market.keep()
    assert len(market.ledger().book(dao, lot).ascending()) == 1


def test_refused_payments_are_pushed_once(market: Market) -> None:
    """By the same keeper, and by the next one."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    puppets = [
        market.puppet_bid(dao, lot, 5, Manner.REFUSE),
        market.puppet_bid(dao, lot, 4, Manner.BURN_GAS),
    ]
    market.bid(market.auctioneer, lot, 100)
    keeper = market.keeper()
    market.through(lot, lambda: market.keep(keeper))
    for again in (keeper, market.keeper()):
        assert market.keep(again) == 0
    boxes = market.ledger().book(dao, lot).boxes
    assert all(boxes[puppet].refused for puppet in puppets)
    assert market.count("refund", lot) == 2
    market.outcome([lot])


@pytest.mark.parametrize("manner", [ItemManner.REFUSE, ItemManner.BURN_GAS])
def test_an_item_that_cannot_be_delivered(market: Market, manner: ItemManner) -> None:
    """The lot becomes void, everybody is refunded, and other lots do not notice."""
    token = create(market.chain, market.seller, "HostileItem")
    bad, good = market.list_lot(token=token), market.list_lot()
    dao = market.new_dao(bad, good, is_open=True)
    for lot in (bad, good):
        market.place(dao, lot, 5, 6)
    market.send(market.seller, token, "HostileItem", "behave", manner)
    keeper = market.keeper()
    market.through(bad, lambda: market.keep(keeper))
    lots = market.ledger().lots
    assert (lots[good].winner, lots[bad].winner) == (dao, None)
    assert {what.split()[0] for what, _ in market.skipped} == {"settle"}
    market.until_void(bad)
    market.keep(keeper)
    assert market.is_paid(bad)
    told = len(market.skipped)
    for _ in range(60):
        assert keeper.step() == 0
    assert len(market.skipped) - told < 8, "it is asked less and less often"
    market.send(market.seller, token, "HostileItem", "behave", ItemManner.HONEST)
    insist(keeper, quiet=300)
    assert market.ledger().lots[bad].returned
    market.outcome([bad, good])


def test_an_item_that_costs_too_much_to_deliver(market: Market) -> None:
    """The keeper leaves it to those who want it, and refunds everybody else."""
    lot = market.list_lot()
    dao, loser = market.new_dao(lot), market.new_dao(lot)
    market.bid(dao, lot, 9)
    market.bid(loser, lot, 5)
    settle = contract("DAO").encode("settle", 1, 0, 0, b"")[:4]
    keeper = market.keeper(Dear(market.chain, settle, MAX_DELIVERY_GAS + 1))
    market.through(lot, lambda: market.keep(keeper))
    assert all(
        re.fullmatch(r"it takes 2\d{6} gas, which is too much", str(error))
        for _, error in market.skipped
    )
    assert {action.step for action in market.actions} == {"reveal", "tally", "refund"}
    market.keep()
    market.outcome([lot])


@pytest.mark.parametrize("function", ["revealBatch", "settle", "claimBatch"])
def test_failures_that_cost_money_become_rare(market: Market, function: str) -> None:
    """What only fails in earnest does not drain the keeper, and the others are served all the same."""
    lots = fair(market)
    selector = contract("DAO").encode(
        function, 1, *([0, 0, b""] if function == "settle" else [[]])
    )[:4]
    trap = Trap(market.chain, selector)
    keeper = market.keeper(trap, allowance=Allowance(lot=10**9))
    market.until_reveal(lots[0])
    if function != "revealBatch":
        market.keep(keeper)
        market.until_tally(lots[0])
    for _ in range(500):
        keeper.step()
    tasks = len({task for task, _ in market.skipped})
    tasks *= (
        2 if function == "settle" else 1
    )  # by itself, and with the payments, which nobody is told of
    assert 6 * tasks < trap.failed < 12 * tasks
    assert {action.step for action in market.actions} > {"reveal"} or function == "revealBatch"


def test_a_swarm_of_lots_without_work_costs_no_question(market: Market) -> None:
    """Lots in bidding, lots whose bids others open, lots that wait for the end of their tally, and finished ones."""
    done = [market.list_lot(reserve=9) for _ in range(20)]
    market.through(done[0])
    for _ in range(20):
        market.bid(market.auctioneer, market.list_lot(), 5, entrusted=False)
        market.list_lot(phase=2 * HOUR)
    last = market.list_lot()
    empty = [market.new_dao(last) for _ in range(3)]
    market.until_reveal(last)
    watched = Watched(market.chain)
    keeper = market.keeper(watched)
    for _ in range(3):
        keeper.step()
    assert len(watched.told) <= 1, "how many lots there are"
    market.until_tally(last)
    market.keep(keeper)
    assert market.count("tally", last) == len(empty)
    watched.told.clear()
    for _ in range(3):
        keeper.step()
    assert len(watched.told) <= 1


def test_recipients_that_turn_expensive_after_the_simulation(tmp_path: Path) -> None:
    """Enough gas is sent along, so that they cannot make a batch fail. On Anvil, whose gas is that of the real thing."""
    with connect("anvil") as chain:
        market = Market(tmp_path, chain)
        lot = market.list_lot()
        dao = market.new_dao(lot)
        puppets = [market.puppet_bid(dao, lot, 5, Manner.BURN_GAS) for _ in range(12)]
        market.bid(market.auctioneer, lot, 1_000)

        def turn(kind: bool) -> None:
            data = contract("Actor").encode("behave", Manner.ACCEPT if kind else Manner.BURN_GAS)
            chain.send_all([Transaction(market.seller, puppet, data) for puppet in puppets])

        keeper = market.keeper(Candid(chain, turn))
        market.through(lot, lambda: market.keep(keeper))
        assert not market.skipped
        assert all(market.ledger().book(dao, lot).boxes[puppet].refused for puppet in puppets)
        market.outcome([lot])
