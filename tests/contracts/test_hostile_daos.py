"""Forged DAOs, copied seals, and things sent to the contracts that they did not ask for."""

import pytest
from brownie import accounts, web3
from eth_abi import encode

from offchain.bindings.enumerations import BookState, Flaw, Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import (
    advance,
    bid_all,
    claim,
    create_dao,
    list_lot,
    now,
    reveal,
    reveal_all,
    seal,
    settle,
    tally,
)
from tests.contracts.checks import bid_of, emitted, plain, reverts_with
from tests.contracts.mechanism import (
    address_of,
    commitment,
    entry,
    open_bid,
    open_slot,
    pack,
    salt_of,
)
from tests.patience import PATIENCE

# FORGED DAOS


def slot_of(position, *keys):
    """Where a mapping at ``position`` keeps what lies under ``keys``."""
    for key in keys:
        kind = "uint256" if isinstance(key, int) else "address"
        position = int.from_bytes(web3.keccak(encode([kind, "uint256"], [key, position])), "big")
    return position


def book_word(ends, members, state):
    """The head of a book as stored."""
    words = [(ends[0], 0), (ends[1], 40), (ends[2], 80), (members, 136), (state, 232)]
    return sum(value << shift for value, shift in words)


@pytest.fixture
def forged(Forgery, DAO, dao, lot, alice, keeper):
    """The code of a genuine DAO over storage that says: entered, and Alice bid a fortune."""
    ends = plain(dao.bookOf(lot))[:3]
    storage = {
        slot_of(0, lot): book_word(ends, 1, BookState.RUNNING),
        slot_of(1, lot, address_of(alice)): open_slot(2**60, 2**60),
    }
    maker = keeper.deploy(Forgery, dao, list(storage), list(storage.values()))
    address = maker.address
    assert web3.eth.get_code(address) == web3.eth.get_code(dao.address)
    Forgery.remove(maker)  # or Brownie would refuse to take it for something else
    return DAO.at(address)


def test_forged_dao_says_what_it_likes(forged, lot, alice):
    """The forgery is a good one: the code believes its storage."""
    assert plain(forged.bookOf(lot))[4:] == (1, 0, BookState.RUNNING)
    assert bid_of(forged, lot, alice) == open_bid(2**60, 2**60)


def test_forged_dao_cannot_enter(forged, auctioneer, item, keeper):
    """The auctioneer asks the factory, not the code."""
    other = list_lot(auctioneer, item, keeper)
    with reverts_with(auctioneer, "UnknownDAO", forged):
        forged.enter(other, {"from": keeper})


def test_forged_dao_cannot_bid(forged, dao, auctioneer, lot, alice, bob, keeper):
    """Its tally proves what its storage says, and is worth nothing; genuine bids win."""
    seal(dao, lot, bob, 5)
    advance(dao, lot, Phase.REVEAL)
    reveal(dao, lot, bob, 5)
    advance(dao, lot, Phase.TALLY)
    with reverts_with(auctioneer, "UnknownDAO", forged):
        forged.tally(lot, [alice], {"from": keeper})
    tally(dao, lot, {bob: 5})
    assert plain(auctioneer.standing(lot)) == (Phase.CLOSED, dao, 3)
    with reverts_with(forged, "NotWinner", lot, dao):
        forged.settle(lot, 0, 0, pack([2**60]), {"from": keeper})


def test_genuine_dao_of_a_hostile_auctioneer(factory, DAO, Actor, auctioneer, dao, lot, keeper):
    """A DAO made for another auctioneer calls that one, and has no way to this one's lots."""
    hostile = keeper.deploy(Actor)
    puppet = create_dao(factory, DAO, hostile)
    assert factory.isDAO(puppet)
    before = plain(auctioneer.lotOf(lot))
    with pytest.raises(Exception, match="revert"):
        puppet.enter(lot, {"from": keeper})
    assert plain(auctioneer.lotOf(lot)) == before


def test_dao_that_never_bids(dao, rival, auctioneer, lot, alice, keeper):
    """A DAO that enters and is not tallied delays the others to the end of the tally, no longer."""
    seal(dao, lot, alice, 5)
    advance(dao, lot, Phase.REVEAL)
    reveal(dao, lot, alice, 5)
    advance(dao, lot, Phase.TALLY)
    tally(dao, lot, {alice: 5})
    with reverts_with(dao, "WrongPhase", lot, Phase.TALLY):
        settle(dao, lot, {alice: 5}, 3)
    advance(dao, lot, Phase.CLOSED)
    settle(dao, lot, {alice: 5}, 3)
    with reverts_with(rival, "WrongPhase", lot, Phase.SETTLED):
        tally(rival, lot, {})


# COPIED SEALS


@pytest.fixture
def copied(book, auctioneer, lot, alice, bob):
    """Alice bids 5; Bob copies her seal under a deposit as large."""
    seal(book, lot, alice, 5)
    stolen = commitment(book, lot, alice, 5)
    book.commit(lot, stolen, {"from": bob, "value": 5 * WEI_PER_UNIT})
    return stolen


def test_copied_seal_does_not_open(book, lot, alice, bob, copied):
    """Even knowing bid and salt, once she has revealed, he cannot open what he copied."""
    advance(book, lot, Phase.REVEAL)
    reveal(book, lot, alice, 5)
    with reverts_with(book, "WrongOpening", lot, bob):
        book.reveal(lot, 5, salt_of(lot, alice), {"from": bob})
    tx = book.revealBatch(lot, [(bob.address, 5, salt_of(lot, alice))], {"from": bob})
    assert emitted(tx)[0].fields["flaw"] == Flaw.WRONG_OPENING


def test_copied_seal_costs_the_bond(dao, lot, alice, bob):
    """What cannot be opened pays like what was not."""
    seal(dao, lot, alice, 50)
    value = 50 * WEI_PER_UNIT
    dao.commit(lot, commitment(dao, lot, alice, 50), {"from": bob, "value": value})
    advance(dao, lot, Phase.REVEAL)
    reveal(dao, lot, alice, 50)
    advance(dao, lot, Phase.TALLY)
    tally(dao, lot, {alice: 50})
    settle(dao, lot, {alice: 50}, 3)
    before = bob.balance()
    dao.claimBatch(lot, [bob], {"from": alice})
    assert bob.balance() - before == 45 * WEI_PER_UNIT
    dao.claimBatch(lot, [alice], {"from": bob})
    assert dao.balance() == 5 * WEI_PER_UNIT


def test_own_seal_on_another_lot(book, auctioneer, item, seller, lot, alice):
    """A seal is good for one lot."""
    other = list_lot(auctioneer, item, seller)
    if book != auctioneer:
        book.enter(other, {"from": alice})
    used = commitment(book, lot, alice, 5)
    for where in (lot, other):
        book.commit(where, used, {"from": alice, "value": 5 * WEI_PER_UNIT})
    advance(book, other, Phase.REVEAL)
    book.reveal(lot, 5, salt_of(lot, alice), {"from": alice})
    with reverts_with(book, "WrongOpening", other, alice):
        book.reveal(other, 5, salt_of(lot, alice), {"from": alice})


def test_own_seal_in_another_contract(auctioneer, dao, rival, lot, alice):
    """A seal is good for one book: not at another DAO, nor a level up."""
    used = commitment(dao, lot, alice, 5)
    for book in (dao, rival, auctioneer):
        book.commit(lot, used, {"from": alice, "value": 5 * WEI_PER_UNIT})
    advance(dao, lot, Phase.REVEAL)
    dao.reveal(lot, 5, salt_of(lot, alice), {"from": alice})
    for book in (rival, auctioneer):
        with reverts_with(book, "WrongOpening", lot, alice):
            book.reveal(lot, 5, salt_of(lot, alice), {"from": alice})


# FORCED ETHER, DONATED ITEMS


def force(sender, target, wei):
    """Send ether that cannot be refused: a contract that destroys itself in its constructor."""
    init_code = b"\x73" + bytes.fromhex(address_of(target)[2:]) + b"\xff"  # PUSH20, SELFDESTRUCT
    call = {"from": sender.address, "value": wei, "data": init_code, "gas": 100_000}
    call["gasPrice"] = 2 * WEI_PER_UNIT
    web3.eth.wait_for_transaction_receipt(web3.eth.send_transaction(call), PATIENCE, 0.002)


def test_forced_ether_changes_nothing(
    auctioneer, dao, rival, lot, alice, bob, carol, seller, forced
):
    """Ether forced on every contract at every turn stays there; all else comes out as without it."""

    def rain(wei):
        for contract in (auctioneer, dao, rival):
            force(accounts[20], contract, wei)
            forced[contract.address] = forced.get(contract.address, 0) + wei

    rain(1)
    seal(dao, lot, alice, 5)
    seal(rival, lot, bob, 4)
    seal(auctioneer, lot, carol, 3)
    rain(WEI_PER_UNIT + 7)
    advance(dao, lot, Phase.REVEAL)
    for book, member, bid in ((auctioneer, carol, 3), (dao, alice, 5), (rival, bob, 4)):
        reveal(book, lot, member, bid)
    rain(10 * WEI_PER_UNIT)
    advance(dao, lot, Phase.TALLY)
    tally(dao, lot, {alice: 5})
    tally(rival, lot, {bob: 4})
    rain(3)
    assert plain(auctioneer.standing(lot)) == (Phase.CLOSED, dao, 4)
    settle(dao, lot, {alice: 5}, 4)
    for book, member, amount in ((dao, alice, 1), (rival, bob, 4), (auctioneer, carol, 3)):
        tx = claim(book, lot, member)
        assert emitted(tx)[-1].fields["entry"] == entry(lot, amount, member)
    auctioneer.withdrawProceeds(seller, {"from": seller})
    for contract in (auctioneer, dao, rival):
        assert contract.balance() == 11 * WEI_PER_UNIT + 11


def test_ether_forced_before_creation(factory, DAO, auctioneer, lot, alice, stranger, forced):
    """A DAO whose address was paid before it existed owes nobody anything."""
    terms = auctioneer, False, 0, bytes(32)
    address = factory.predict(stranger, *terms)
    alice.transfer(address, 12_345)
    forced[address] = 12_345
    factory.create(*terms, [], {"from": stranger})
    dao = DAO.at(address)
    dao.enter(lot, {"from": stranger})
    seal(dao, lot, alice, 2)
    advance(dao, lot, Phase.REVEAL)
    reveal(dao, lot, alice, 2)
    advance(dao, lot, Phase.CLOSED)
    claim(dao, lot, alice)
    with reverts_with(dao, "NothingToClaim", lot, stranger):
        claim(dao, lot, stranger)
    assert dao.balance() == 12_345


def test_donated_item(auctioneer, dao, item, lot, seller, alice, stranger):
    """An item sent to a contract unasked is nobody's: it cannot be listed, and disturbs no lot."""
    for target, token_id in ((auctioneer, 900), (dao, 901)):
        item.mint(stranger, token_id, {"from": stranger})
        item.transferFrom(stranger, target, token_id, {"from": stranger})
    start = now()
    schedule = (start + 60, start + 1000, start + 2000, 1_000)
    with reverts_with(auctioneer, "NotItemOwner", item, 900, stranger):
        auctioneer.list(item, 900, 1, schedule, {"from": stranger})
    bid_all(dao, lot, {alice: 5})
    advance(dao, lot, Phase.REVEAL)
    reveal_all(dao, lot, {alice: 5})
    advance(dao, lot, Phase.TALLY)
    tally(dao, lot, {alice: 5})
    settle(dao, lot, {alice: 5}, 3)
    assert [item.ownerOf(token_id) for token_id in (lot, 900, 901)] == [
        dao.estateAt(lot),
        auctioneer,
        dao,
    ]
