"""Keepers of sales and clocks among tokens and recipients that refuse, nodes that leave out, and blocks that are undone."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from offchain.bindings.announcements import Announcement
from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.chain.backend import Chain, Log, Receipt, Reverted, Transaction
from offchain.chain.errors import ChainError
from offchain.io.addresses import to_bytes
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.agenda import GIVEN_UP
from offchain.keeper.announced import Disclosure
from offchain.keeper.clocks import Clocks
from offchain.keeper.logstore import LogStore
from offchain.keeper.pace import Pace
from offchain.keeper.resilient import _runs
from offchain.keeper.sales import Sales
from tests.keeper.chains import Proxy, Trap, Watched, Window
from tests.keeper.drawn_worlds import (
    DAY,
    HEADS,
    HOUR,
    TAILS,
    ClockWorld,
    DrawnWorld,
    SaleWorld,
    TabledWorld,
    UniversalWorld,
)
from tests.puppets import ItemManner, Manner, act

SALE, CLOCK, UNIVERSAL = map(
    contract, ("ResilientAuction", "SignalClockAuction", "UniversalAuction")
)
REVEAL = SALE.encode("revealBatch", 1, [])[:4]
SIGNAL = UNIVERSAL.encode("reveal", 1, "0x" + "00" * 20, 0, bytes(32))[:4]
DELIVER = SALE.encode("deliver", 1, ((), 0, bytes(32)), 0, 0)[:4]


@pytest.fixture
def sales() -> SaleWorld:
    return SaleWorld()


@pytest.fixture
def clocks() -> ClockWorld:
    return ClockWorld()


@pytest.fixture
def universals() -> UniversalWorld:
    return UniversalWorld()


TABLED = pytest.mark.parametrize("make", [ClockWorld, UniversalWorld], ids=["clock", "universal"])


def another_token(world: DrawnWorld) -> str:
    """A token beside the first."""
    return create(world.chain, world.seller, "HostileItem")


def say(world: SaleWorld, who: str, told: Any, index: int, yes: bool) -> None:
    """Somebody answers an offer."""
    price = told.offers[index][1]
    call = (1, told.words, index, yes)
    world.send(who, "answer", *call, wei=price * WEI_PER_UNIT if yes else 0)


# WHAT IS ENTRUSTED


def test_an_announcement_leaves_when_the_reveal_is_two_blocks_deep(sales: SaleWorld) -> None:
    """A node hears of it with the simulation: whoever reads it while others seal can answer it."""
    lot = sales.list_goods(sales.mint(1))
    told = sales.seal(lot, sales.person(), wish=1)
    chain = Watched(sales.chain)
    keeper = sales.keeper(chain)
    keeper.step()
    sales.chain.advance_to(sales.end)
    keeper.step()
    assert not any(told.salt in data for data in chain.told)
    sales.chain.advance_to_block(sales.chain.block() + 2)
    assert keeper.step() == 1
    assert any(told.salt in data for data in chain.told)


def test_what_the_contract_would_not_take_is_not_sent(sales: SaleWorld) -> None:
    """Each flaw by itself, all of them good seals; a stranger's salt opens nothing. What is right is revealed beside them."""
    goods = sales.mint(2)
    lot = sales.list_goods(goods)
    bob = sales.person()
    sales.seal(lot, sales.person(), (bob, 0, 0b01))
    sales.seal(lot, sales.person(), (bob, 1, 0))
    sales.seal(lot, sales.person(), (bob, 1, 0b100))
    sales.seal(lot, sales.person(), wish=0b100)
    sales.seal(lot, sales.person(), (bob, 1, 0b01), (sales.person(), 1, 0b11))
    who = sales.person()
    sales.seal(lot, who, (who, 1, 0b01))
    sales.seal(lot, sales.person(), (bob, 50, 0b01), deposit=49)
    good = sales.person()
    sales.seal(lot, good, (bob, 1, 0b01))
    sales.until_reveal()
    chain = Watched(sales.chain)
    assert sales.keeper(chain).step() == 1
    (reveal,) = chain.sent
    assert reveal.data == SALE.encode("revealBatch", lot, [(good, sales.told[good].words)])
    assert not sales.skipped


def test_ties_go_by_the_order_of_the_seals(sales: SaleWorld) -> None:
    """Of equal offers the first revealed is the star: a keeper reveals in the order in which they were sealed."""
    lot = sales.list_goods(sales.mint(1))
    bob = sales.person()
    first, second = sales.person(), sales.person()
    for who in (first, second):
        sales.seal(lot, who, (bob, 7, 1))
    sales.until_reveal()
    sales.keep()
    assert sales.view("lotOf", lot)[13] == first


# DELIVERIES


def test_a_price_comes_back_to_nobody_while_nobody_is_paid_out(sales: SaleWorld) -> None:
    """A bundle is delivered in its time by any keeper; what is too late is given back by one that refunds."""
    sales.list_goods(sales.mint(1))
    ann, bob = sales.person(), sales.person()
    told = sales.seal(1, ann, (bob, 5, 1))
    sales.decided(TAILS)
    sales.behave(ItemManner.REFUSE)
    say(sales, bob, told, 0, yes=True)
    before = sales.chain.balance(bob)
    keeper = sales.keeper()
    keeper.step(refunds=False)
    sales.chain.advance_to(sales.ledger().lots[1].delivered_by)
    for _ in range(40):
        keeper.step(refunds=False)
    assert "refund" not in sales.steps()
    sales.keep(keeper)
    assert sales.chain.balance(bob) == before + 5 * WEI_PER_UNIT


def test_announcements_go_in_as_many_transactions_as_nodes_take(sales: SaleWorld) -> None:
    """By their bytes, in the order of the seals; none is left out, and none goes empty."""
    bob = sales.person()
    offers = tuple((bob, 1, 1) for _ in range(32))
    some = [
        Disclosure(sales.auction, 1, bob, Announcement(offers[: n % 33], 0, bytes(32)))
        for n in range(200)
    ]
    runs = list(_runs(some))
    assert [one for run in runs for one in run] == some
    assert 1 < len(runs) < 10
    assert list(_runs([])) == []


@pytest.mark.parametrize("flaw", ["a good that is not there", "another's opening"])
def test_a_strangers_wrong_opening_closes_no_box(sales: SaleWorld, flaw: str) -> None:
    """What is right and breaks the rules is never tried again; what does not match the seal says nothing."""
    lot = sales.list_goods(sales.mint(1))
    ann = sales.person()
    told = sales.seal(lot, ann, wish=0b10 if flaw.startswith("a good") else 0b1)
    sales.until_reveal()
    other = Announcement((), 0b1, bytes(range(32)))
    sent = told if flaw.startswith("a good") else other
    sales.send(sales.seller, "revealBatch", lot, [(ann, sent.words)])
    box = sales.ledger().lots[lot].boxes[ann]
    assert (box.opened, box.unopenable) == (False, sent is told)
    assert sales.keep() == (0 if sent is told else 1)


@pytest.mark.parametrize("forgets", [False, True])
def test_steps_of_a_transaction_each_bring_a_sale_to_its_end(
    sales: SaleWorld, forgets: bool
) -> None:
    """Whatever it is interrupted at: reveals, the coin, each bundle, what nobody bought. Nothing is forgotten before its end."""
    goods = sales.mint(3)
    lot = sales.list_goods(goods)
    ann, bob, cid = sales.person(), sales.person(), sales.person()
    told = sales.seal(lot, ann, (bob, 5, 0b001), (cid, 7, 0b010))
    keeper = sales.keeper(pace=Pace(requests=5), forgets=forgets)
    sales.until_reveal()
    sales.keep(keeper)
    sales.until_draw()
    sales.keep(keeper)
    sales.tell(TAILS)
    sales.keep(keeper)
    for index, (to, _, _) in enumerate(told.offers):
        say(sales, to, told, index, yes=True)
    sales.keep(keeper)
    assert [sales.owner(good) for good in goods] == [bob, cid, sales.seller]
    assert sales.chain.balance(sales.auction) == sales.view("proceeds", sales.seller)
    assert list(keeper._reader.ledger.lots) == [lot], "a reorganization may still undo it"


@pytest.mark.parametrize("requests", [5, 400])
def test_a_clock_is_moved_on_in_steps_of_any_length(clocks: ClockWorld, requests: int) -> None:
    """Where nobody answers all bidders are passed over, one after the other, and the item goes back."""
    clocks.list_item()
    people = clocks.join(1, [0] * 4)
    keeper = clocks.keeper(pace=Pace(requests=requests), forgets=True)
    clocks.until_registering()
    clocks.register(1, people)
    clocks.until_draw()
    clocks.keep(keeper)
    clocks.tell(0)
    for _ in range(8):
        clocks.keep(keeper)
        clocks.chain.advance_to(clocks.chain.now() + HOUR)
    assert clocks.phase() == "UNSOLD"
    assert clocks.chain.balance(clocks.auction) == clocks.view("proceeds", clocks.seller)


def test_a_bundle_that_cannot_be_delivered_stops_no_other(sales: SaleWorld) -> None:
    """It is tried until its time is over; then its buyer has the price back, and the seller the goods."""
    stuck = another_token(sales)
    goods = [*sales.mint(1), *sales.mint(1, stuck)]
    sales.list_goods(goods)
    ann, bob, cid = sales.person(), sales.person(), sales.person()
    told = sales.seal(1, ann, (bob, 5, 0b01), (cid, 7, 0b10))
    sales.decided(TAILS)
    sales.behave(ItemManner.REFUSE, stuck)
    for index, (to, _, _) in enumerate(told.offers):
        say(sales, to, told, index, yes=True)
    sales.keep()
    assert (sales.owner(goods[0]), sales.owner(goods[1])) == (bob, sales.auction)
    assert "refund" in sales.steps(), "players are paid all the same"
    before = sales.chain.balance(cid)
    sales.chain.advance_to(sales.chain.now() + 3 * DAY)
    sales.behave(ItemManner.HONEST, stuck)
    sales.keep()
    assert sales.chain.balance(cid) == before + 7 * WEI_PER_UNIT
    assert sales.owner(goods[1]) == sales.seller
    assert sales.chain.balance(sales.auction) == sales.view("proceeds", sales.seller)


def test_answers_that_end_early_end_the_deliveries_early(sales: SaleWorld) -> None:
    """The price is due three days after the last answer, which no log tells: the contract does, and it is not waited longer."""
    sales.list_goods(sales.mint(1))
    ann, bob = sales.person(), sales.person()
    told = sales.seal(1, ann, (bob, 5, 1))
    sales.decided(TAILS)
    sales.behave(ItemManner.REFUSE)
    say(sales, bob, told, 0, yes=True)
    before = sales.chain.balance(bob)
    sales.chain.advance_to(sales.chain.now() + 3 * DAY)
    ((_, sale),) = sales.ledger().lots.items()
    assert sales.chain.now() < sale.delivered_by, "by the logs it could still be delivered"
    sales.keep()
    assert sales.chain.balance(bob) == before + 5 * WEI_PER_UNIT


def test_a_delivery_that_fails_on_the_chain_alone_becomes_rare(sales: SaleWorld) -> None:
    """A token that passes simulation costs a fee each time: after 1, 2, 4, … steps, and all else goes on."""
    sales.list_goods(sales.mint(2))
    ann, bob = sales.person(), sales.person()
    told = sales.seal(1, ann, (bob, 5, 0b11))
    sales.decided(TAILS)
    say(sales, bob, told, 0, yes=True)
    trap = Trap(sales.chain, DELIVER)
    keeper = sales.keeper(trap)
    for _ in range(64):
        keeper.step()
    assert 2 <= trap.failed <= 8
    assert "refund" in sales.steps()


class TrapFirst(Proxy):
    """Lets deliveries of the first offer fail although simulation said otherwise; each costs a fee."""

    def send(self, transaction: Transaction) -> Receipt:
        index = transaction.data[4 + 2 * 32 :][:32]
        if transaction.data[:4] == DELIVER and not any(index):
            raise Reverted("a trap", fee=21_000)
        return self.chain.send(transaction)


def test_a_trap_in_one_bundle_stops_no_other(sales: SaleWorld) -> None:
    goods = sales.mint(2)
    sales.list_goods(goods)
    ann = sales.person()
    told = sales.seal(1, ann, (sales.person(), 5, 0b01), (sales.person(), 7, 0b10))
    sales.decided(TAILS)
    for index, (to, _, _) in enumerate(told.offers):
        say(sales, to, told, index, yes=True)
    sales.keeper(TrapFirst(sales.chain)).step()
    owners = {sales.owner(good) for good in goods}
    assert owners == {sales.auction, told.offers[1][0]}


@pytest.mark.parametrize("manner", [Manner.REFUSE, Manner.BURN_GAS, Manner.REVERT_MUCH])
def test_a_player_that_refuses_its_money_waits_alone(sales: SaleWorld, manner: Manner) -> None:
    """It is credited what it did not take, once; everybody else is paid in the same transaction."""
    sales.list_goods(sales.mint(1))
    ann, puppet = sales.person(), sales.puppet(manner)
    sales.seal(1, ann, wish=1)
    data = act(sales.auction, SALE.encode("commit", 1, b"\1" * 24))
    sales.chain.send(Transaction(sales.seller, puppet, data, 10 * WEI_PER_UNIT))
    before = sales.chain.balance(ann)
    sales.decided(HEADS)
    assert sales.steps().count("refund") == 1
    assert sales.chain.balance(ann) == before + WEI_PER_UNIT
    assert sales.view("proceeds", puppet) == 9 * WEI_PER_UNIT, "less the bond"
    assert sales.keeper().step() == 0


def test_a_sale_that_nobody_revealed_is_wound_up(sales: SaleWorld) -> None:
    """Bonds are burnt, the rest goes back, the goods and the stake are the seller's."""
    (good,) = sales.mint(1)
    sales.list_goods([good])
    sales.seal(1, sales.person(), deposit=100, entrusted=False)
    sales.until_draw()
    sales.keep()
    assert sales.phase() == "VOID"
    assert sales.owner(good) == sales.seller
    burnt = 10 * WEI_PER_UNIT
    assert sales.chain.balance(sales.auction) == burnt + sales.view("proceeds", sales.seller)


def test_a_sale_without_players_is_wound_up(sales: SaleWorld) -> None:
    (good,) = sales.mint(1)
    sales.list_goods([good])
    sales.until_draw()
    sales.keep()
    assert sorted(sales.steps()) == ["reclaim", "settle"]
    assert sales.owner(good) == sales.seller
    assert sales.keeper().step() == 0


def test_a_sellers_own_offer_of_nothing_is_nobodys(sales: SaleWorld) -> None:
    """Without players there is nothing to draw for: the sale is void at once, and not waited for."""
    (good,) = sales.mint(1)
    sales.seal(sales.list_goods([good]), sales.seller)
    sales.until_reveal()
    sales.keep()
    sales.until_draw()
    sales.keep()
    assert sorted(sales.steps()) == ["reclaim", "refund", "reveal"]
    assert not sales.skipped
    assert sales.ledger().lots[1].is_over(sales.chain.now())
    assert sales.chain.balance(sales.auction) == sales.view("proceeds", sales.seller)


# CLOCKS


@TABLED
@pytest.mark.parametrize("manner", [Manner.REFUSE, Manner.BURN_GAS, Manner.REVERT_MUCH])
def test_a_bidder_that_refuses_its_deposit_waits_alone(
    make: type[TabledWorld], manner: Manner
) -> None:
    """Everybody else is paid, and it is not tried again: it can claim."""
    world = make()
    lot = world.list_item()
    puppet = world.puppet(manner)
    data = act(world.auction, contract(world.name).encode("join", lot, 0))
    world.chain.send(Transaction(world.seller, puppet, data, 5 * WEI_PER_UNIT))
    world.join(lot, [0])
    world.chain.advance_to(world.chain.now() + 4 * DAY)
    world.keep()
    assert world.chain.balance(world.auction) == 5 * WEI_PER_UNIT
    assert world.steps() == ["refund", "reclaim"]
    for _ in range(5):
        assert world.keeper().step() == 0


@TABLED
def test_a_word_that_never_comes_makes_the_lot_void(make: type[TabledWorld]) -> None:
    world = make()
    lot = world.list_item()
    people = world.join(lot, [0, 0])
    world.until_registering()
    world.register(lot, people)
    world.until_draw()
    world.keep()
    before = ["reveal"] * 2 * isinstance(world, UniversalWorld) + ["draw"]
    assert world.steps() == before
    world.chain.advance_to(world.chain.now() + 3 * DAY)
    world.keep()
    assert world.phase() == "VOID"
    assert sorted(world.steps()) == sorted([*before, "reclaim", "refund"])
    assert world.chain.balance(world.auction) == 0


def test_a_lot_that_nobody_moved_on_in_time_is_wound_up(clocks: ClockWorld) -> None:
    """The last bidder's offer was not stated for three days: no log tells that the lot is void, the contract does."""
    lot = clocks.list_item()
    people = clocks.join(lot, [0])
    clocks.until_registering()
    clocks.register(lot, people)
    clocks.until_draw()
    clocks.send(clocks.seller, "requestDraw", lot)
    clocks.tell(0)
    clocks.send(clocks.seller, "begin", lot)
    (table,) = (
        event.args["table"]
        for log in clocks.chain.logs([clocks.auction], 0)
        if (event := CLOCK.event(log)) and event.name == "TableRegistered"
    )
    clocks.send(clocks.seller, "prepare", lot, 0, [table])
    assert clocks.phase() == "STATING"
    clocks.chain.advance_to(clocks.chain.now() + 3 * DAY)
    clocks.keep()
    assert clocks.phase() == "VOID"
    assert clocks.steps() == ["refund", "reclaim"]
    assert clocks.keeper().step() == 0


def test_who_registered_nothing_counts_with_nothing(clocks: ClockWorld) -> None:
    """The keeper supplies an empty table for it, and its deposit is the seller's."""
    lot = clocks.list_item()
    people = clocks.join(lot, [0, 0])
    clocks.until_registering()
    clocks.register(lot, people[:1])
    clocks.until_draw()
    clocks.keep()
    clocks.tell(0)
    clocks.keep()
    for _ in range(3):
        clocks.chain.advance_to(clocks.chain.now() + HOUR)
        clocks.keep()
    assert clocks.phase() == "UNSOLD"
    assert clocks.chain.balance(clocks.auction) == clocks.view("proceeds", clocks.seller)


# UNIVERSAL AUCTIONS


def test_a_signal_leaves_when_registering_is_over_two_blocks_deep(
    universals: UniversalWorld,
) -> None:
    """Whoever reads it while others register can write its table by it."""
    lot = universals.list_item()
    (ann,) = universals.join(lot, [0])
    universals.until_registering()
    universals.register(lot, [ann])
    salt = universals.told[ann].salt
    chain = Watched(universals.chain)
    keeper = universals.keeper(chain)
    keeper.step()
    universals.chain.advance_to(universals.end + HOUR)
    keeper.step()
    assert not any(salt in data for data in chain.told)
    universals.chain.advance_to_block(universals.chain.block() + 2)
    assert keeper.step() == 1
    assert any(salt in data for data in chain.told)


def test_signals_that_the_contract_would_not_take_are_not_sent(universals: UniversalWorld) -> None:
    """One too high, or another than was sealed; who kept it to itself is silent. What is right is revealed beside them."""
    lot = universals.list_item()
    high, other, silent, good = universals.join(lot, [0] * 4)
    universals.until_registering()
    table = universals.table(lot)
    universals.seal(lot, high, table, 2)
    told = universals.seal(lot, other, table, 1, entrusted=False)
    universals.openings.add([replace(told, bid=0)])
    universals.seal(lot, silent, table, 1, entrusted=False)
    universals.seal(lot, good, table, 1)
    universals.until_revealing()
    chain = Watched(universals.chain)
    assert universals.keeper(chain).step() == 1
    (reveal,) = chain.sent
    opening = universals.told[good]
    assert reveal.data == UNIVERSAL.encode("reveal", lot, good, opening.bid, opening.salt)
    assert not universals.skipped


class TrapSignal(Proxy):
    """Lets the reveal of one bidder fail although simulation said otherwise; each costs a fee."""

    def __init__(self, chain: Chain, bidder: str) -> None:
        super().__init__(chain)
        self.trapped = SIGNAL + (1).to_bytes(32, "big") + to_bytes(bidder).rjust(32, b"\0")

    def send(self, transaction: Transaction) -> Receipt:
        if transaction.data.startswith(self.trapped):
            raise Reverted("a trap", fee=21_000)
        return self.chain.send(transaction)


def test_a_signal_that_cannot_be_revealed_stops_no_other(universals: UniversalWorld) -> None:
    lot = universals.list_item()
    people = universals.join(lot, [0] * 3)
    universals.until_registering()
    universals.register(lot, people)
    universals.until_revealing()
    universals.keeper(TrapSignal(universals.chain, people[0])).step()
    assert [universals.revealed(lot, who) for who in people] == [False, True, True]


@pytest.mark.parametrize("requests", [5, 400])
def test_an_offer_that_nobody_takes_lapses(universals: UniversalWorld, requests: int) -> None:
    """In steps of any length: no log tells that its time is over, and its deposit is the seller's."""
    lot = universals.list_item()
    ann, bob = universals.join(lot, [0, 0])
    keeper = universals.keeper(pace=Pace(requests=requests), forgets=True)
    universals.until_registering()
    universals.register(lot, [ann, bob])
    universals.until_draw()
    universals.keep(keeper)
    universals.tell(0)
    universals.keep(keeper)
    assert universals.phase() == "OFFERED"
    universals.chain.advance_to(universals.chain.now() + HOUR)
    universals.keep(keeper)
    assert universals.phase() == "UNSOLD"
    assert {"refund", "reclaim"} <= set(universals.steps())
    assert universals.view("proceeds", universals.seller) == 5 * WEI_PER_UNIT
    assert universals.chain.balance(universals.auction) == 5 * WEI_PER_UNIT


@pytest.mark.parametrize("word", [0, 1, 3])
def test_tables_that_decide_nothing_are_not_supplied(universals: UniversalWorld, word: int) -> None:
    """Of tables that fill several transactions none is sent where nobody has the colour: the word alone decides."""
    lot = universals.list_marked(3, 1, 4, [1, 3])
    people = universals.join(lot, [0] * 31)
    universals.until_registering()
    for who in people:
        universals.seal(lot, who, universals.table(lot), 1, entrusted=False)
    universals.until_draw()
    universals.keep()
    universals.tell(word, lot)
    chain = Watched(universals.chain)
    keeper = universals.keeper(chain)
    universals.keep(keeper)
    tables = [one for one in chain.sent if len(one.data) > 2_000]
    # nobody told a signal, so all are 0, and the colour of the profile is 0: no other can be anybody's
    assert (universals.phase(lot), len(tables)) == (("UNSOLD", 0) if word else ("OFFERED", 3))
    assert not universals.skipped


def test_tables_that_fill_several_transactions_are_read_in_turn(universals: UniversalWorld) -> None:
    """Each of two keepers goes on where the other stopped; of who registered nothing the table is empty."""
    lot = universals.list_item(signals=3)
    people = universals.join(lot, [0] * 31)
    universals.until_registering()
    universals.register(lot, people[1:])
    universals.until_draw()
    universals.keep(universals.keeper(pace=Pace(requests=5)))
    universals.tell(1)
    one, other = universals.keeper(pace=Pace(requests=5)), universals.keeper(pace=Pace(requests=5))
    while universals.phase() in ("DRAW", "DECIDING"):
        one.step()
        other.step()
    assert universals.steps().count("decide") > 1
    assert universals.phase() == "OFFERED"
    assert not universals.skipped


@pytest.mark.parametrize(
    "make", [SaleWorld, ClockWorld, UniversalWorld], ids=["sale", "clock", "universal"]
)
def test_an_item_that_its_token_keeps_is_given_up_in_the_end(make: type[DrawnWorld]) -> None:
    """It is tried less and less often, and after 30 days left to whoever wants it."""
    world = make()
    if isinstance(world, SaleWorld):
        world.list_goods(world.mint(1))
    else:
        assert isinstance(world, TabledWorld)
        world.list_item()
    world.behave(ItemManner.REFUSE)
    keeper, chain = world.keeper(forgets=True), world.chain
    chain.advance_to(chain.now() + 3 * HOUR)
    for _ in range(40):
        keeper.step()
    assert 1 <= len(world.skipped) < 10
    assert keeper._reader.ledger.lots
    chain.advance_to(chain.now() + GIVEN_UP + 8 * DAY)
    keeper.step()
    keeper.step()
    assert keeper._reader.ledger.lots == {}


# NODES AND BLOCKS


def test_lots_without_work_cost_no_question(sales: SaleWorld) -> None:
    """Those in bidding, and those that wait for answers, however many there are."""
    for _ in range(20):
        sales.seal(sales.list_goods(sales.mint(1)), sales.person(), wish=1, entrusted=False)
    chain = Watched(sales.chain)
    keeper = sales.keeper(chain)
    keeper.step()
    chain.told.clear()
    keeper.step()
    assert not chain.told


@pytest.mark.parametrize("event", ["LotListed", "AnnouncementSealed", "AnnouncementOpened"])
def test_logs_left_out_for_a_while_are_noticed(sales: SaleWorld, event: str) -> None:
    """The node tells the rest of them, until it tells all: nothing is sent for what does not add up, and then all is done."""
    topic = SALE.topic(event)

    def left_out(addresses: Sequence[str], first: int, logs: list[Log]) -> list[Log]:
        return [log for log in logs if log.topics[0] != topic]

    sales.list_goods(sales.mint(1))
    sales.seal(1, sales.person(), wish=1)
    chain = Window(sales.chain)
    chain.hook = left_out
    keeper = sales.keeper(chain)
    sales.until_reveal()
    sales.keep()
    sales.until_draw()
    for _ in range(3):
        try:
            keeper.step()
        except ChainError as error:
            sales.skipped.append(("reading", error))
    chain.hook = None
    sales.keep(keeper)
    sales.tell(HEADS)
    sales.keep(keeper)
    assert sales.phase() == "FINAL"
    assert sales.chain.balance(sales.auction) == sales.view("proceeds", sales.seller)


@pytest.mark.parametrize(
    "world", [SaleWorld, ClockWorld, UniversalWorld], ids=["sale", "clock", "universal"]
)
def test_a_reorganization_makes_the_keeper_do_its_work_again(world: type[DrawnWorld]) -> None:
    """Whatever was undone, at each step of a lot's life; the keeper that saw it undone goes on."""
    place = world()
    chain: Any = place.chain
    if isinstance(place, SaleWorld):
        place.seal(place.list_goods(place.mint(2)), place.person(), wish=0b01)
        place.until_reveal()
    else:
        assert isinstance(place, TabledWorld)
        people = place.join(place.list_item(), [0])
        place.until_registering()
        place.register(1, people)
        place.until_draw()
    place.tell(HEADS)
    keeper = place.keeper()
    undone = 0
    for _ in range(60):
        before = chain.snapshot()
        if keeper.step():
            chain.restore(before)
            chain.advance_to_block(chain.block() + 1)
            undone += 1
            assert place.keeper().step() or keeper.step()
            keeper.step()
        chain.advance_to(chain.now() + HOUR)
    assert undone >= 2
    assert place.phase() in ("FINAL", "UNSOLD")
    assert chain.balance(place.auction) == place.view("proceeds", place.seller)


class Hashed(Proxy):
    """A chain whose blocks have hashes."""

    def block_hash(self, number: int) -> bytes:
        return number.to_bytes(32, "big")


def test_final_logs_are_kept_and_read_again(sales: SaleWorld, tmp_path: Path) -> None:
    """What a keeper wrote down another starts from: the same sales, without reading the chain again."""
    sales.seal(sales.list_goods(sales.mint(3)), sales.person(), wish=0b101)
    sales.decided(HEADS)
    sales.chain.advance_to_block(sales.chain.block() + 200)

    def store() -> LogStore:
        return LogStore(tmp_path / "logs", Hashed(sales.chain), {"contract": sales.auction})

    first = Sales(sales.chain, sales.auction, store=(kept := store()))
    first.sync()
    kept.close()
    chain = Window(sales.chain)
    second = Sales(chain, sales.auction, store=store())
    read: list[int] = []

    def noted(addresses: Sequence[str], start: int, logs: list[Log]) -> list[Log]:
        read.append(start)
        return logs

    chain.hook = noted
    second.sync()
    assert second.lots == first.lots
    assert min(read, default=1) > 1
    assert Clocks(sales.chain, sales.auction).lots == {}
