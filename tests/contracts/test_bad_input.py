"""What bad input gets: one section per row of the table in the design, in its order.

(Its last row, malformed instance files, concerns the command line and is tested there.)
"""

import pytest
from brownie import accounts

from offchain.bindings.enumerations import Flaw, Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import (
    advance,
    advance_to,
    bid_all,
    claim,
    create_dao,
    list_lot,
    next_block_at,
    now,
    place,
    reveal,
    reveal_all,
    seal,
    sealed_to_tally,
    settle,
    start_of,
    tally,
)
from tests.contracts.checks import bid_of, emitted, reverts_with
from tests.contracts.mechanism import MOST, NO_BID, NOBODY, ascending, commitment, pack

PHASES = {
    "none": Phase.NONE,
    "bidding": Phase.BIDDING,
    "reveal": Phase.REVEAL,
    "tally": Phase.TALLY,
    "closed": Phase.CLOSED,
    "settled": Phase.SETTLED,
    "void": Phase.VOID,
}

# ROW 1: any call outside its phase


@pytest.fixture(scope="module")
def cast(factory, DAO, auctioneer):
    """By name: the auctioneer, a sealed DAO, an open one, and one that entered nothing."""
    return {
        "auctioneer": auctioneer,
        "dao": create_dao(factory, DAO, auctioneer),
        "open_dao": create_dao(factory, DAO, auctioneer, is_open=True),
        "outsider": create_dao(factory, DAO, auctioneer),
    }


@pytest.fixture(scope="module")
def lots(auctioneer, cast, item, seller, alice, bob, carol, dave):
    """A lot in each phase, all at the same time; the sealed DAO won where there is a winner."""
    dao, open_dao = cast["dao"], cast["open_dao"]
    start, soon = now(), now() + 20_000
    decided = (start + 1000, start + 2000, start + 3000, 1000)
    schedules = {
        Phase.BIDDING: (soon, soon + 1000, soon + 2000, 1000),
        Phase.REVEAL: (start + 1000, soon, soon + 1000, 1000),
        Phase.TALLY: (start + 1000, start + 2000, soon, 1000),
        **dict.fromkeys((Phase.CLOSED, Phase.SETTLED, Phase.VOID), decided),
    }
    lots = {
        phase: list_lot(auctioneer, item, seller, schedule=schedule)
        for phase, schedule in schedules.items()
    }
    for lot in lots.values():
        for entering in (dao, open_dao):
            entering.enter(lot, {"from": accounts[0]})
        bid_all(dao, lot, {alice: 5, carol: 5})
        seal(auctioneer, lot, bob, 5)
        place(open_dao, lot, dave, 1)
    won = [lots[Phase.CLOSED], lots[Phase.SETTLED]]
    advance_to(start + 1000)
    for lot in (*won, lots[Phase.TALLY]):
        reveal(dao, lot, alice, 5)
    advance_to(start + 2000)
    for lot in won:
        tally(dao, lot, {alice: 5})
    advance_to(start + 3000)
    settle(dao, lots[Phase.SETTLED], {alice: 5}, 3)
    return {Phase.NONE: 1_000, **lots}


# Each call, in which phases it is good, and how to make it on a given lot.
DECIDED = {Phase.CLOSED, Phase.SETTLED, Phase.VOID}
REVEALED = {
    Phase.TALLY,
    *DECIDED,
}  # from when on who did not open its bid is paid, and a batch with it
SEALED_BOOK = {
    "commit": ({Phase.BIDDING}, lambda book, lot, who: seal(book, lot, who, 5)),
    "commitMany": (
        {Phase.BIDDING},
        lambda book, lot, who: book.commitMany(
            [(lot, commitment(book, lot, who, 5), 5)],
            [b""],
            {"from": who, "value": 5 * WEI_PER_UNIT},
        ),
    ),
    "withdraw": ({Phase.BIDDING}, lambda book, lot, who: book.withdraw(lot, who, {"from": who})),
    "reveal": ({Phase.REVEAL}, lambda book, lot, who: reveal(book, lot, who, 5)),
    "revealBatch": ({Phase.REVEAL}, lambda book, lot, who: reveal_all(book, lot, {who: 5})),
    "claim": (REVEALED, lambda book, lot, who: claim(book, lot, who)),
    "claimTo": (REVEALED, lambda book, lot, who: claim(book, lot, who, recipient=who)),
    "claimBatch": (REVEALED, lambda book, lot, who: book.claimBatch(lot, [who], {"from": who})),
}
CALLS = {
    "auctioneer": {
        **SEALED_BOOK,
        "settle": ({Phase.CLOSED}, lambda book, lot, who: book.settle(lot, {"from": who})),
        "reclaim": ({Phase.VOID}, lambda book, lot, who: book.reclaim(lot, {"from": who})),
        "pay": ({Phase.CLOSED}, lambda book, lot, who: book.pay(lot, who, {"from": who})),
        "nameRecipient": (
            set(PHASES.values()) - {Phase.NONE, Phase.SETTLED, Phase.VOID},
            lambda book, lot, who: book.nameRecipient(lot, who, {"from": who}),
        ),
    },
    "dao": {
        **SEALED_BOOK,
        # Members with open bids wait, those of the DAO that won for its settlement.
        **{name: (DECIDED - {Phase.CLOSED}, SEALED_BOOK[name][1]) for name in ("claim", "claimTo")},
        "tally": ({Phase.TALLY}, lambda book, lot, who: tally(book, lot, {who: 5})),
        "settle": ({Phase.CLOSED}, lambda book, lot, who: settle(book, lot, {who: 5}, 3)),
    },
    "open_dao": {
        "raiseBid": ({Phase.BIDDING}, lambda book, lot, who: place(book, lot, who, 5)),
        "raiseMany": (
            {Phase.BIDDING},
            lambda book, lot, who: book.raiseMany(
                [(lot, 5)], {"from": who, "value": 5 * WEI_PER_UNIT}
            ),
        ),
        "withdraw": SEALED_BOOK["withdraw"],
        "claim": (DECIDED, SEALED_BOOK["claim"][1]),
        "claimBatch": SEALED_BOOK["claimBatch"],
        "tally": ({Phase.TALLY}, lambda book, lot, who: tally(book, lot, {who: 1})),
    },
    "outsider": {"enter": ({Phase.BIDDING}, lambda book, lot, who: book.enter(lot, {"from": who}))},
}
BIDDER = {"auctioneer": "bob", "dao": "alice", "open_dao": "dave", "outsider": "stranger"}
CASES = [(where, call, name) for where, calls in CALLS.items() for call in calls for name in PHASES]


@pytest.mark.parametrize(("where", "call", "name"), CASES)
def test_call_in_every_phase(request, cast, lots, where, call, name):
    """Each call is refused with the present phase in all phases but its own, where it is taken (or
    refused for a reason of its own, by a lot that a DAO leads)."""
    good, make = CALLS[where][call]
    book, phase = cast[where], PHASES[name]
    who = request.getfixturevalue(BIDDER[where])
    if phase not in good:
        with reverts_with(cast["auctioneer"], "WrongPhase", lots[phase], phase):
            make(book, lots[phase], who)
    elif (where, call) == ("auctioneer", "settle"):
        with reverts_with(book, "LedByDAO", lots[phase], cast["dao"]):
            make(book, lots[phase], who)
    elif (where, call) == ("auctioneer", "pay"):
        with reverts_with(book, "NotLeader", lots[phase], who):
            make(book, lots[phase], who)
    else:
        make(book, lots[phase], who)


@pytest.mark.parametrize("name", [name for name in PHASES if name != "tally"])
def test_submit_outside_the_tally(cast, lots, name):
    """A DAO's own bid comes in the tally phase only; asked as the DAO, which never sends it itself."""
    auctioneer, phase = cast["auctioneer"], PHASES[name]
    with reverts_with(auctioneer, "WrongPhase", lots[phase], phase):
        auctioneer.submit.call(lots[phase], 5, {"from": cast["dao"]})


@pytest.mark.parametrize("call", SEALED_BOOK)
def test_lot_that_the_dao_did_not_enter(cast, lots, alice, call):
    """For a DAO a lot begins when it enters, whatever the lot's phase is upstairs."""
    outsider = cast["outsider"]
    for phase, lot in lots.items():
        assert outsider.phase(lot) == Phase.NONE, phase
        with reverts_with(outsider, "WrongPhase", lot, Phase.NONE):
            SEALED_BOOK[call][1](outsider, lot, alice)


def test_bidding_ends_on_the_second(book, lot, alice, bob):
    """The last bid comes a second before the end; from the end on bids are opened."""
    end = start_of(book, lot, Phase.REVEAL)
    seal(book, lot, alice, 5)
    next_block_at(end - 1)
    seal(book, lot, bob, 5)
    with reverts_with(book, "WrongPhase", lot, Phase.BIDDING):
        next_block_at(end - 1)
        reveal(book, lot, alice, 5)
    for call in (seal, lambda *_: book.withdraw(lot, alice, {"from": alice})):
        with reverts_with(book, "WrongPhase", lot, Phase.REVEAL):
            next_block_at(end)
            call(book, lot, alice, 5)
    next_block_at(end)
    reveal(book, lot, alice, 5)


def test_reveal_ends_on_the_second(dao, lot, alice, bob):
    """The last bid opens a second before the end; from the end on bids are counted."""
    end = start_of(dao, lot, Phase.TALLY)
    bid_all(dao, lot, {alice: 5, bob: 4})
    next_block_at(end - 1)
    reveal(dao, lot, alice, 5)
    with reverts_with(dao, "WrongPhase", lot, Phase.REVEAL):
        next_block_at(end - 1)
        tally(dao, lot, {alice: 5})
    for call in (lambda: reveal(dao, lot, bob, 4), lambda: reveal_all(dao, lot, {bob: 4})):
        with reverts_with(dao, "WrongPhase", lot, Phase.TALLY):
            next_block_at(end)
            call()
    next_block_at(end)
    tally(dao, lot, {alice: 5})


def test_tally_ends_on_the_second(auctioneer, dao, rival, lot, alice):
    """The last DAO bids a second before the end; from the end on the lot is closed."""
    end = start_of(dao, lot, Phase.CLOSED)
    sealed_to_tally(dao, lot, {alice: 5})
    next_block_at(end - 1)
    tally(dao, lot, {alice: 5})
    with reverts_with(dao, "WrongPhase", lot, Phase.TALLY):
        next_block_at(end - 1)
        settle(dao, lot, {alice: 5}, 3)
    with reverts_with(auctioneer, "WrongPhase", lot, Phase.CLOSED):
        next_block_at(end)
        tally(rival, lot, {})
    next_block_at(end)
    settle(dao, lot, {alice: 5}, 3)


@pytest.mark.parametrize("late", [0, 1])
def test_settlement_window_ends_on_the_second(auctioneer, dao, lot, alice, late):
    """The last settlement comes a second before the end; from the end on the lot is void."""
    end = start_of(dao, lot, Phase.VOID)
    sealed_to_tally(dao, lot, {alice: 5})
    tally(dao, lot, {alice: 5})
    next_block_at(end - 1 + late)
    if late:
        with reverts_with(auctioneer, "WrongPhase", lot, Phase.VOID):
            settle(dao, lot, {alice: 5}, 3)
        auctioneer.reclaim(lot, {"from": alice})
    else:
        settle(dao, lot, {alice: 5}, 3)


# ROW 2: zero bid, zero deposit, wei not a multiple of the unit, value over the field


def test_zero_bid(book, lot, alice):
    """A bid of nothing is refused when it is opened."""
    seal(book, lot, alice, 0, deposit=5)
    advance(book, lot, Phase.REVEAL)
    with reverts_with(book, "ZeroBid", lot, alice):
        reveal(book, lot, alice, 0)


def test_zero_deposit(book, open_dao, lot, alice):
    """Nothing is kept of a bid without money."""
    with reverts_with(book, "ZeroDeposit", lot, alice):
        seal(book, lot, alice, 5, deposit=0)
    with reverts_with(open_dao, "ZeroDeposit", lot, alice):
        place(open_dao, lot, alice, 0)
    assert bid_of(book, lot, alice) == bid_of(open_dao, lot, alice) == NO_BID


def test_wei_that_are_no_whole_units(book, open_dao, lot, alice):
    """Wei below the unit are refused, never rounded."""
    wei = 5 * WEI_PER_UNIT + 1
    with reverts_with(book, "NotWholeUnits", wei):
        book.commit(lot, commitment(book, lot, alice, 5), {"from": alice, "value": wei})
    with reverts_with(open_dao, "NotWholeUnits", wei):
        open_dao.raiseBid(lot, {"from": alice, "value": wei})
    with reverts_with(book, "ValueMismatch", 5 * WEI_PER_UNIT, wei):
        seals = [(lot, commitment(book, lot, alice, 5), 5)]
        book.commitMany(seals, [b""], {"from": alice, "value": wei})
    assert bid_of(book, lot, alice) == bid_of(open_dao, lot, alice) == NO_BID


def test_more_than_the_field_holds(book, open_dao, lot, alice):
    """Amounts past 64 bits do not wrap around."""
    with reverts_with(book, "TooManyUnits", MOST + 1):
        seals = [(lot, b"\x11" * 24, MOST), (lot, b"\x11" * 24, 1)]
        book.commitMany(seals, [b"", b""], {"from": alice})
    with reverts_with(open_dao, "TooManyUnits", MOST + 1):
        open_dao.raiseMany([(lot, MOST), (lot, 1)], {"from": alice})
    assert bid_of(book, lot, alice) == bid_of(open_dao, lot, alice) == NO_BID


# ROW 3: opening that does not match, or bid above deposit


def test_opening_that_does_not_match(book, lot, alice, stranger):
    """An error when its owner sends it, skipped with a log in a batch."""
    seal(book, lot, alice, 5)
    before = bid_of(book, lot, alice)
    advance(book, lot, Phase.REVEAL)
    with reverts_with(book, "WrongOpening", lot, alice):
        reveal(book, lot, alice, 4)
    (skipped,) = emitted(reveal_all(book, lot, {alice: 4}, sender=stranger))
    fields = {"lot": lot, "bidder": alice.address, "flaw": Flaw.WRONG_OPENING}
    assert skipped == (book.address, "OpeningSkipped", fields)
    assert bid_of(book, lot, alice) == before


def test_bid_above_the_deposit(book, lot, alice, stranger):
    """The same."""
    seal(book, lot, alice, 6, deposit=5)
    before = bid_of(book, lot, alice)
    advance(book, lot, Phase.REVEAL)
    with reverts_with(book, "BidAboveDeposit", lot, alice, 6, 5):
        reveal(book, lot, alice, 6)
    (skipped,) = emitted(reveal_all(book, lot, {alice: 6}, sender=stranger))
    fields = {"lot": lot, "bidder": alice.address, "flaw": Flaw.BID_ABOVE_DEPOSIT}
    assert skipped == (book.address, "OpeningSkipped", fields)
    assert bid_of(book, lot, alice) == before


# ROW 4: second reveal, second claim, claim by a stranger


def test_second_reveal(book, lot, alice):
    """A bid opens once."""
    seal(book, lot, alice, 5)
    advance(book, lot, Phase.REVEAL)
    reveal(book, lot, alice, 5)
    with reverts_with(book, "AlreadyRevealed", lot, alice):
        reveal(book, lot, alice, 5)


def test_second_claim_and_claim_by_a_stranger(book, lot, alice, bob, stranger):
    """No money moves."""
    bid_all(book, lot, {alice: 1, bob: 1})
    advance(book, lot, Phase.CLOSED)
    claim(book, lot, alice)
    held = book.balance()
    for bidder in (alice, stranger):
        with reverts_with(book, "NothingToClaim", lot, bidder):
            claim(book, lot, bidder)
        with reverts_with(book, "NothingToClaim", lot, bidder):
            claim(book, lot, bidder, recipient=bob)
    assert emitted(book.claimBatch(lot, [alice, stranger], {"from": stranger})) == []
    assert book.balance() == held


# ROW 5: tally out of order, repeated, or with an unrevealed member


def test_bad_tally(dao, lot, alice, bob, carol, dave, stranger):
    """Each is named, and the tally can still be done."""
    bids = {alice: 5, bob: 4, carol: 4}
    bid_all(dao, lot, {**bids, dave: 9})
    advance(dao, lot, Phase.REVEAL)
    reveal_all(dao, lot, bids)
    advance(dao, lot, Phase.TALLY)
    first, second, third = ascending(bids)
    bad = [
        ([third, first], "OutOfOrder", first),
        ([second, first], "OutOfOrder", first),
        ([first, second, second], "OutOfOrder", second),
        ([first, dave], "NotRevealed", dave),
        ([stranger], "NotRevealed", stranger),
    ]
    for members, error, member in bad:
        with reverts_with(dao, error, member):
            dao.tally(lot, members, {"from": stranger})
    tally(dao, lot, bids, stranger)
    assert dao.resultOf(lot)[1] == 12


# ROW 6: settle with the wrong checkpoint or bids


def test_bad_certificate(dao, lot, alice, bob, stranger):
    """A step that does not reach the price, and bids that are not the step's."""
    bids = {alice: 9, bob: 2}
    sealed_to_tally(dao, lot, bids)
    tally(dao, lot, bids, step=1)
    for start, best, amounts, error in [
        (1, 4, [9], "WrongCheckpoint"),
        (0, 0, [3], "DigestMismatch"),
        (0, 1, [2], "DigestMismatch"),
        (7, 0, [2], "DigestMismatch"),
        (0, 0, [2, 9], "DigestMismatch"),
    ]:
        with reverts_with(dao, error, lot, start):
            dao.settle(lot, start, best, pack(amounts), {"from": stranger})
    settle(dao, lot, bids, 3, step=1)


# ROW 7: a "DAO" not from the factory


def test_dao_not_from_the_factory(auctioneer, DAO, lot, stranger):
    """Neither an account nor a genuine contract deployed by hand."""
    with reverts_with(auctioneer, "UnknownDAO", stranger):
        auctioneer.enter(lot, {"from": stranger})
    homemade = stranger.deploy(DAO, auctioneer, False, 0, NOBODY)
    with reverts_with(auctioneer, "UnknownDAO", homemade):
        homemade.enter(lot, {"from": stranger})


# ROW 8: no bids at all, none at the reserve


def test_no_bids_at_all(auctioneer, dao, item, seller, lot, stranger):
    """The item goes back."""
    advance(dao, lot, Phase.TALLY)
    tally(dao, lot, {})
    auctioneer.reclaim(lot, {"from": stranger})
    assert item.ownerOf(lot) == seller


def test_no_bid_at_the_reserve(auctioneer, dao, item, seller, lot, alice, bob, carol, stranger):
    """The item goes back, and every deposit in full that opened its bid; who did not open one has forfeited the bond."""
    held = auctioneer.balance()
    seal(dao, lot, alice, 2, deposit=20)
    seal(dao, lot, bob, 9, deposit=30)
    seal(auctioneer, lot, carol, 2, deposit=40)
    seal(auctioneer, lot, alice, 9, deposit=50)
    advance(dao, lot, Phase.REVEAL)
    reveal(dao, lot, alice, 2)
    reveal(auctioneer, lot, carol, 2)
    advance(dao, lot, Phase.TALLY)
    tally(dao, lot, {alice: 2})
    auctioneer.reclaim(lot, {"from": stranger})
    dao.claimBatch(lot, [alice, bob], {"from": stranger})
    auctioneer.claimBatch(lot, [alice, carol], {"from": stranger})
    assert item.ownerOf(lot) == seller
    burnt = 3 * WEI_PER_UNIT, 5 * WEI_PER_UNIT
    assert (dao.balance(), auctioneer.balance() - held) == burnt
