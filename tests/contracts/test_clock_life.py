"""A signal clock auction from listing to the last deposit: every event, in order, by every field."""

import pytest
from brownie import accounts

from offchain.bindings.enumerations import ClockPhase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import advance_to, now, send
from tests.contracts.checks import emitted, reverts_with
from tests.contracts.clock import ANSWER, DEPOSIT, REVENUE, WELFARE, ClockLot, check_debts, packed


@pytest.fixture
def lot(house, words, item, seller):
    """A lot with two signals and one type."""
    return ClockLot(house, words, item, seller)


def three(lot, alice, bob, carol):
    """Alice is optimal if nobody's signal is high, bob if one is, carol if two or three are."""
    lot.join(alice, bob, carol)
    lot.close_joining()
    lot.register(alice, 4, 4, 4, 4)
    lot.register(bob, 0, 6, 6, 6)
    lot.register(carol, 0, 0, 9, 9)
    lot.close_registering()


def logs(tx):
    """Names and fields of what a transaction logged, the lot left out."""
    return [
        (log.name, {name: value for name, value in log.fields.items() if name != "lot"})
        for log in emitted(tx)
    ]


def test_every_event(house, item, lot, seller, alice, bob, carol):
    """Alice is drawn and leaves, bob is drawn and stays: carol pays what two high signals are worth."""
    three(lot, alice, bob, carol)
    tx = lot.draw(0)
    type_drawn, learned = logs(tx)
    assert type_drawn == (
        "TypeDrawn",
        {"word": 0, "kind": 0, "residue": 0, "deadline": tx.timestamp + ANSWER},
    )
    assert learned == ("OthersLearned", {"offset": 0})
    tx = lot.prepare(alice, bob, carol)
    asked = {"costly": True, "least": 0, "deadline": tx.timestamp + ANSWER}
    levels = 1 << 5 | 2 << 10 | 2 << 15
    assert logs(tx) == [
        ("TablesPrepared", {"place": 3}),
        ("ClockStarted", {"levels": levels}),
        ("BidderAsked", {"bidder": alice, "active": 0b110, **asked}),
    ]
    tx = lot.exit(alice)
    asked["deadline"] = tx.timestamp + ANSWER
    assert logs(tx) == [
        ("BidderLeft", {"bidder": alice, "silent": False}),
        ("BidderAsked", {"bidder": bob, "active": 0b100, **asked}),
    ]
    tx = lot.accept(bob, 1)
    assert logs(tx) == [
        ("ClockRaised", {"bidder": bob, "signal": 1}),
        ("LastBidder", {"bidder": carol, "least": 1}),
    ]
    assert lot.phase == ClockPhase.STATING
    tx = lot.state(carol)
    offer = {"price": 9, "signal": 1, "choice": 0, "choices": 1}
    assert logs(tx) == [
        ("OfferStated", {"bidder": carol, **offer, "deadline": tx.timestamp + ANSWER})
    ]
    tx = lot.buy(carol, 9)
    assert logs(tx)[:2] == [
        ("ClockRaised", {"bidder": carol, "signal": 1}),
        ("LotSettled", {"winner": carol, "price": 9, "paid": 9}),
    ]
    assert item.ownerOf(lot.number) == carol
    assert lot.phase == ClockPhase.SETTLED
    tx = lot.claim_batch(alice, bob, carol)
    assert logs(tx) == [
        ("Claimed", {"bidder": who, "recipient": who, "amountWei": DEPOSIT * WEI_PER_UNIT})
        for who in (alice, bob, carol)
    ]
    house.withdrawProceeds(seller, {"from": seller})
    assert house.balance() == check_debts(house).wei == 0


def test_a_draw_is_in_the_logs(house, words, item, seller, alice, bob, carol):
    """Of three types one has no bidders: a word draws between the others by its rest modulo 2, and then a residue below 4."""
    lot = ClockLot(house, words, item, seller, types=3, signals=5)
    lot.join(alice, kind=0)
    lot.join(bob, carol, kind=2)
    lot.close_joining()
    for bidder in (alice, bob, carol):
        lot.register(bidder, *range(house.tableSize(lot.number)))
    lot.close_registering()
    word = 2 * (4 * 2**200 + 3) + 1
    tx = lot.draw(word)
    (drawn,) = emitted(tx)
    fields = {"word": word, "kind": 2, "residue": 3, "deadline": tx.timestamp + ANSWER}
    assert (drawn.name, drawn.fields) == ("TypeDrawn", {"lot": lot.number, **fields})


def test_listing_and_joining(house, words, item, seller, alice, bob):
    """The terms as given; places count within each type."""
    lot = ClockLot(house, words, item, seller, types=2, pricing=REVENUE, signals=5)
    assert item.ownerOf(lot.number) == house
    assert house.lotCount() == lot.number
    assert [int(one) for one in house.lotOf(lot.number)["terms"]] == lot.terms
    lot.join(alice, kind=1)
    lot.join(bob, kind=1)
    lot.join(seller, kind=0)
    for who, kind, place in ((alice, 1, 0), (bob, 1, 1), (seller, 0, 0)):
        found = house.bidderOf(lot.number, who)
        assert (found[0], found[1], found[2][0]) == (kind, place, who)
    assert house.tableSize(lot.number) == 5 * 9
    assert house.balance() == 3 * DEPOSIT * WEI_PER_UNIT


def test_table_is_in_the_logs(house, lot, alice):
    """Whoever prepares or states the offer finds it there, whatever account called."""
    lot.join(alice)
    lot.close_joining()
    tx = lot.register(alice, 3, 8)
    assert logs(tx) == [("TableRegistered", {"bidder": alice, "table": packed([3, 8])})]


def test_one_bidder(lot, item, alice):
    """Nobody is drawn; the welfare rule offers the lower price, which takes no signal at all."""
    lot.join(alice)
    lot.close_joining()
    lot.register(alice, 3, 8)
    lot.close_registering()
    lot.draw()
    lot.prepare(alice)
    ((_, offer),) = logs(lot.state(alice))
    assert (offer["price"], offer["signal"]) == (3, 0)
    lot.buy(alice, 3)
    assert item.ownerOf(lot.number) == alice


@pytest.mark.parametrize(("digit", "price", "signal"), [(0, 3, 0), (1, 8, 1)])
def test_revenue_rule_draws_the_price(house, words, item, seller, alice, digit, price, signal):
    """One bidder is optimal at both totals: the last digit of the word chooses."""
    lot = ClockLot(house, words, item, seller, pricing=REVENUE)
    lot.join(alice)
    lot.close_joining()
    lot.register(alice, 3, 8)
    lot.close_registering()
    lot.draw(digit)
    lot.prepare(alice)
    ((_, offer),) = logs(lot.state(alice))
    assert (offer["price"], offer["signal"]) == (price, signal)
    assert (offer["choice"], offer["choices"]) == (digit, 2)
    lot.buy(alice, price)


def test_least_signal_with_that_value(house, words, item, seller, alice):
    """The price is that of the level, the signal the least that is worth as much: 2, not 3."""
    lot = ClockLot(house, words, item, seller, signals=4, pricing=REVENUE)
    lot.join(alice)
    lot.close_joining()
    lot.register(alice, 1, 2, 7, 7)
    lot.close_registering()
    lot.draw(0 + 3 * 1)  # residue 0: levels 0 and 3; then the second
    lot.prepare(alice)
    ((_, offer),) = logs(lot.state(alice))
    assert (offer["price"], offer["signal"]) == (7, 2)
    lot.accept(alice, 1)
    with reverts_with(house, "BadSignal", 2, 1, 1):
        lot.accept(alice, 2)  # only by paying
    lot.buy(alice, 7)


def test_accept_and_leave_in_one_call(house, words, item, seller, alice, bob):
    """A bidder between the ends of its clock needs one transaction."""
    lot = ClockLot(house, words, item, seller, signals=4)
    lot.join(alice, bob)
    lot.close_joining()
    lot.register(alice, *range(7))
    lot.register(bob, *range(1, 8))
    lot.close_registering()
    lot.draw(0)
    lot.prepare(alice, bob)
    calls = [house.accept.encode_input(lot.number, 2), house.exit.encode_input(lot.number)]
    house.multicall(calls, {"from": alice})
    assert lot.phase == ClockPhase.STATING
    assert house.lotOf(lot.number)["clock"]["least"] == 2


@pytest.fixture
def two_types(house, words, item, seller, alice, bob, carol, dave):
    """Alice and bob of type 0, carol and dave of type 1, three signals; tables of 5 times 5 values."""
    lot = ClockLot(house, words, item, seller, types=2, signals=3)
    for who, kind in ((alice, 0), (carol, 1), (bob, 0), (dave, 1)):
        lot.join(who, kind=kind)
    lot.close_joining()
    for n, who in enumerate((alice, bob, carol, dave)):
        lot.register(who, *(10 * x + y + n for x in range(5) for y in range(5)))
    lot.close_registering()
    return lot


@pytest.mark.parametrize(
    ("kind", "others", "offset"), [(0, "carol dave", 3 * 1), (1, "alice bob", 3 * 5)]
)
def test_learning(house, two_types, request, kind, others, offset):
    """The others' totals decide where the tables are looked at: their last sides run fastest."""
    first, second = (request.getfixturevalue(name) for name in others.split())
    two_types.draw(kind)
    assert two_types.phase == ClockPhase.LEARNING
    two_types.accept(first, 1)
    two_types.exit(first)
    tx = two_types.accept(second, 2)
    assert logs(tx) == [
        ("ClockRaised", {"bidder": second, "signal": 2}),
        ("OthersLearned", {"offset": offset}),
    ]
    assert two_types.phase == ClockPhase.PREPARING


def test_price_at_the_others_totals(house, item, two_types, alice, bob, carol, dave):
    """Type 0, residue 1, alice drawn with signal 2: bob, the better everywhere, is optimal at 3."""
    two_types.draw(0 + 2 * 1)
    two_types.accept(carol, 1)
    two_types.exit(carol)
    two_types.exit(dave)
    two_types.prepare(alice, bob)
    two_types.accept(alice, 2)
    ((_, offer),) = logs(two_types.state(bob))
    # bob's table: 10 * 3 + 1 + 1 at totals 3 and 1
    assert (offer["price"], offer["signal"]) == (32, 1)
    two_types.buy(bob, 32)
    assert item.ownerOf(two_types.number) == bob


def test_a_type_without_bidders_is_never_drawn(house, words, item, seller, alice):
    """The first digit counts the types that have any."""
    lot = ClockLot(house, words, item, seller, types=3)
    lot.join(alice, kind=1)
    lot.close_joining()
    lot.register(alice, 2, 3)
    lot.close_registering()
    ((_, drawn), _) = logs(lot.draw(2))
    assert drawn["kind"] == 1


def test_free_discoveries_come_in_the_order_of_joining(lot, item, alice, bob, carol, dave):
    """Dave alone is optimal anywhere: once he is drawn all others are discovered, and nobody is left."""
    lot.join(alice, bob, carol, dave)
    lot.close_joining()
    for who in (alice, bob, carol):
        lot.register(who, 1, 1, 1, 1, 1)
    lot.register(dave, 2, 2, 2, 2, 2)
    lot.close_registering()
    lot.draw(3)
    lot.prepare(alice, bob, carol, dave)
    expected = [alice, bob, carol]
    for who in (dave, alice, bob):
        asked = logs(lot.exit(who))[-1][1]
        assert (asked["bidder"], asked["costly"]) == (expected.pop(0), False)
    assert logs(lot.accept(carol, 1))[-1][0] == "LotUnsold"
    assert lot.phase == ClockPhase.UNSOLD


def test_lots_are_independent(house, words, item, seller, alice, bob):
    """Two lots with the same bidders stand at different phases."""
    first = ClockLot(house, words, item, seller)
    second = ClockLot(house, words, item, seller, pricing=WELFARE, signals=3)
    first.join(alice, bob)
    second.join(bob)
    second.close_joining()  # whose times end last
    first.register(alice, 1, 2, 3)
    second.register(bob, 4, 5, 6)
    assert [first.phase, second.phase] == [ClockPhase.REGISTERING] * 2
    second.close_registering()
    first.draw()
    assert [first.phase, second.phase] == [ClockPhase.PREPARING, ClockPhase.DRAW]


def test_time_for_answers_starts_with_each_question(lot, alice, bob, carol):
    """An answer given late does not shorten the next one's time."""
    three(lot, alice, bob, carol)
    lot.draw(0)
    lot.prepare(alice, bob, carol)
    advance_to(lot.deadline - 10)
    tx = lot.exit(alice)
    assert lot.deadline == tx.timestamp + ANSWER


def test_deposit_to_another_recipient(house, lot, alice, stranger):
    """Who cannot take ether names somebody who can."""
    lot.join(alice)
    lot.close_joining()
    lot.register(alice, 1, 1)
    advance_to(now() + 10**6)
    assert lot.phase == ClockPhase.VOID
    before = stranger.balance()
    tx = send(alice, house.claimTo, lot.number, stranger)
    paid = {"recipient": stranger, "amountWei": DEPOSIT * WEI_PER_UNIT}
    assert logs(tx) == [("Claimed", {"bidder": alice, **paid})]
    assert stranger.balance() - before == DEPOSIT * WEI_PER_UNIT


def test_anyone_can_do_what_needs_nobody(lot, alice, bob, stranger):
    """Requesting, beginning, preparing, stating, expiring, returning: all by a stranger."""
    lot.join(alice, bob)
    lot.close_joining()
    lot.register(alice, 1, 1, 1)
    lot.register(bob, 2, 2, 2)
    lot.close_registering()
    lot.house.requestDraw(lot.number, {"from": stranger})
    lot.words.set(lot.house, lot.number, 0, {"from": accounts[0]})
    lot.house.begin(lot.number, {"from": stranger})
    lot.prepare(alice, bob, sender=stranger)
    lot.expire()
    lot.house.stateOffer(lot.number, lot.tables[bob], {"from": stranger})
    lot.expire()
    lot.reclaim()
    lot.claim_batch(alice, bob, sender=stranger)
    assert lot.phase == ClockPhase.UNSOLD
