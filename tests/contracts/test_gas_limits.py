"""Transactions sent with too little gas do all or nothing: no money is lost, or marked as paid."""

import pytest
from brownie import web3
from eth_abi import decode

from offchain.bindings.enumerations import Phase
from tests.contracts.auction import advance, attempt, bid_all, play_out, reveal_all, tally
from tests.contracts.checks import decode_log
from tests.contracts.ledger import stored_slots
from tests.contracts.mechanism import ascending, opening
from tests.puppets import Manner

SWEEP = 40


def state(book, lot, people):
    """All that a transaction could have done: slots, balances, and the book's head."""
    slots = stored_slots(book.address, lot, [who.address for who in people])
    balances = [web3.eth.get_balance(who.address) for who in (book, *people)]
    return slots, balances, tuple(book.bookOf(lot))


def sweep(book, lot, people, sender, method, *args, sends=SWEEP):
    """Send with ever more gas, from too little to enough, each time from the same state.

    Yields each receipt that succeeded. Those that failed are checked to have changed nothing.
    """
    enough = attempt_and_undo(sender, method, *args, gas=5_000_000)[0].gasUsed
    least, most = 40_000 + 20 * len(method.encode_input(*args)) // 2, enough * 64 // 60 + 80_000
    before = state(book, lot, people)
    for gas in range(least, most, (most - least) // sends):
        receipt, after = attempt_and_undo(sender, method, *args, gas=gas, look=(book, lot, people))
        if receipt.status == 1:
            yield receipt, after
        else:
            assert after == before, gas


def attempt_and_undo(sender, method, *args, gas, look=None):
    """The receipt of an attempt and the state after it, which is then undone."""
    request = web3.provider.make_request
    snapshot = request("evm_snapshot", [])["result"]
    receipt = attempt(sender, method, *args, gas=gas)
    after = state(*look) if look else None
    request("evm_revert", [snapshot])
    return receipt, after


@pytest.fixture
def due(book, lot, alice, bob, carol, dave, actor):
    """A decided book: two accounts, two wallets that work when paid, an unrevealed bidder."""
    wallets = [actor(Manner.WORK) for _ in range(2)]
    bids = {alice: 5, wallets[0]: 1, bob: 1, wallets[1]: 4}
    play_out(book, lot, bids, {carol: 9, dave: 7})
    return [carol, wallets[0], alice, bob, wallets[1], dave]


def names(receipt):
    """The events of a receipt."""
    return [decode_log(log).name for log in receipt.logs]


def test_batch_pays_all_or_nobody(book, lot, due, stranger):
    """However little gas the sender leaves, no wallet that could have been paid counts as refusing."""
    addresses = [who.address for who in due]
    outcomes = set()
    for receipt, after in sweep(book, lot, due, stranger, book.claimBatch, lot, addresses):
        assert "PushRefused" not in names(receipt)
        outcomes.add(repr(after))
    assert len(outcomes) == 1


def test_the_last_wallet_cannot_be_starved(book, lot, due, stranger):
    """A wallet that gives up at once when it gets too little leaves gas to finish without it.

    That would count it as refusing, if a push could be made with less than it is meant to have.
    """
    wallet = due[4]
    call = book.claimBatch, lot, [wallet.address]
    paid = list(sweep(book, lot, [wallet], stranger, *call, sends=100))
    assert paid
    for receipt, _ in paid:
        assert names(receipt) == ["Pushed"]


def test_batch_through_a_contract(book, lot, due, stranger, actor):
    """The same if a contract calls with bounded gas, instead of an account."""
    call = book.claimBatch.encode_input(lot, [who.address for who in due])
    puppet = actor()
    outcomes = set()
    for receipt, after in sweep(book, lot, due, stranger, puppet.act, book.address, call):
        assert "PushRefused" not in names(receipt)
        outcomes.add(repr(after))
    assert len(outcomes) == 1


@pytest.mark.parametrize("manner", [Manner.REFUSE, Manner.BURN_GAS])
def test_batch_with_a_hostile_bidder(book, lot, due, stranger, manner):
    """Who refuses keeps the claim, everybody else is paid; or nothing happens."""
    hostile = due[1]
    hostile.behave(manner, {"from": stranger})
    addresses = [who.address for who in due]
    outcomes = set()
    for receipt, after in sweep(book, lot, due, stranger, book.claimBatch, lot, addresses):
        assert names(receipt).count("PushRefused") == 1
        outcomes.add(repr(after))
    assert len(outcomes) == 1


def test_the_sender_is_told(book, lot, due, stranger):
    """Gas that would do for all but the last push is refused as such, with what is missing."""
    addresses = [who.address for who in due]
    used = attempt_and_undo(stranger, book.claimBatch, lot, addresses, gas=5_000_000)[0].gasUsed
    selector = web3.keccak(text="NotEnoughGas(uint256,uint256)")[:4]
    told = []
    for gas in range(used, used + 80_000, 4_000):
        call = {
            "from": stranger.address,
            "to": book.address,
            "data": book.claimBatch.encode_input(lot, addresses),
            "gas": hex(gas),
        }
        answer = web3.provider.make_request("eth_call", [call, "latest"])
        data = bytes.fromhex(answer.get("error", {}).get("data", "0x")[2:])
        if data[:4] == selector:
            told.append(decode(["uint256", "uint256"], data[4:]))
    assert told
    assert all(left < needed == 60_000 for left, needed in told)


def test_reveals_open_all_or_none(book, lot, alice, bob, carol, stranger):
    """A batch of openings is not opened in part for want of gas."""
    bids = {alice: 5, bob: 1, carol: 4}
    bid_all(book, lot, bids)
    advance(book, lot, Phase.REVEAL)
    openings = [opening(lot, bidder, bid) for bidder, bid in bids.items()]
    people, outcomes = list(bids), set()
    for receipt, after in sweep(book, lot, people, stranger, book.revealBatch, lot, openings):
        assert names(receipt) == ["BidsOpened"]
        outcomes.add(repr(after))
    assert len(outcomes) == 1


def test_tally_bids_or_nothing(dao, auctioneer, lot, alice, bob, carol, stranger):
    """The last step counts, stores its proof and bids, or does none of these."""
    bids = {alice: 5, bob: 1, carol: 4}
    bid_all(dao, lot, bids)
    advance(dao, lot, Phase.REVEAL)
    reveal_all(dao, lot, bids)
    advance(dao, lot, Phase.TALLY)
    members = [member.address for member in ascending(bids)]
    done = list(sweep(dao, lot, list(bids), stranger, dao.tally, lot, members))
    assert done
    for receipt, _ in done:
        assert names(receipt) == ["Checkpoint", "Tallied", "DAOBid"]
    assert dao.resultOf(lot)[1] == 0
    assert auctioneer.phase(lot) == Phase.TALLY


def test_settlement_pays_and_delivers_or_nothing(dao, item, lot, alice, bob, stranger):
    """Never the one without the other."""
    bids = {alice: 5, bob: 1}
    bid_all(dao, lot, bids)
    advance(dao, lot, Phase.REVEAL)
    reveal_all(dao, lot, bids)
    advance(dao, lot, Phase.TALLY)
    tally(dao, lot, bids)
    proof = (0, 0, b"".join(bid.to_bytes(8, "big") for bid in (1, 5)))
    done = list(sweep(dao, lot, list(bids), stranger, dao.settle, lot, *proof))
    assert done
    for receipt, _ in done:
        assert names(receipt) == ["BookWon", "LotSettled", "Transfer"]
