"""A transaction signed for one DAO never meets another, whatever becomes of the blocks in between.

Blocks are undone and others put in their place, as a reorganization does; then the very bytes that a member signed come again.
"""

from secrets import token_bytes

import pytest
from brownie import accounts, web3
from eth_account import Account

from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import attempt
from tests.contracts.checks import bid_of
from tests.contracts.mechanism import NO_BID, commitment, sealed_bid
from tests.patience import PATIENCE

SALT = bytes(32)
DEPOSIT = 5
CHEAP, COPY = ("create", "predict"), ("createStandalone", "predictStandalone")


def request(method, *params):
    """A JSON-RPC request."""
    answer = web3.provider.make_request(method, list(params))
    assert "error" not in answer, answer
    return answer["result"]


@pytest.fixture
def reorganize():
    """Undoes all blocks since the fixture was asked for; the chain goes on from there."""
    snapshot = request("evm_snapshot")
    return lambda: request("evm_revert", snapshot)


@pytest.fixture
def member():
    """Who signs, with a key of its own and a little ether."""
    member = Account.create(token_bytes(32).hex())
    request("anvil_setBalance", member.address, hex(10**18))
    return member


def signed(member, to, data, value=0):
    """A raw transaction."""
    return member.sign_transaction(
        {
            "to": to,
            "data": data,
            "value": value,
            "nonce": web3.eth.get_transaction_count(member.address),
            "gas": 300_000,
            "gasPrice": 2 * WEI_PER_UNIT,
            "chainId": web3.eth.chain_id,
        }
    ).raw_transaction


def broadcast(raw):
    """Anyone may send it, as often as they like; its receipt."""
    sent = web3.eth.send_raw_transaction(raw)
    return web3.eth.wait_for_transaction_receipt(sent, PATIENCE, 0.002)


def signed_bid(member, dao, lot):
    """A sealed bid, signed."""
    data = dao.commit.encode_input(lot, commitment(dao, lot, member.address, DEPOSIT))
    return signed(member, dao.address, data, DEPOSIT * WEI_PER_UNIT)


def created(factory, DAO, make, creator, auctioneer, is_open, minimum, lot):
    """A DAO of this creator's that entered the lot, made past Brownie, which would not see that blocks are undone."""
    terms = auctioneer.address, is_open, minimum, SALT
    create, predict = make
    receipt = attempt(accounts[creator], getattr(factory, create), *terms, [lot])
    assert receipt.status == 1
    return DAO.at(getattr(factory, predict)(accounts[creator], *terms))


@pytest.mark.parametrize("make", [CHEAP, COPY], ids=["cheap", "standalone"])
@pytest.mark.parametrize(
    ("creator", "is_open", "minimum"),
    [(9, False, 1), (9, True, 1), (9, False, 4), (8, False, 4), (8, True, 1)],
    ids=["another's", "another's, open", "another's, dearer", "her own, dearer", "her own, open"],
)
def test_somebody_else_is_first_after_a_reorganization(
    factory, DAO, auctioneer, lot, member, reorganize, make, creator, is_open, minimum
):
    """Another DAO is created in place of the one that a member has bid in: the bid does not reach it.

    By CREATE, whose addresses only count, it would: the other DAO would have the address that the member signed for. What was
    signed goes where no other can ever be; an address without code takes the ether, which is why bids wait for final blocks.
    """
    dao = created(factory, DAO, make, 8, auctioneer, False, 1, lot)
    raw = signed_bid(member, dao, lot)
    assert broadcast(raw)["status"] == 1
    assert bid_of(dao, lot, member.address)[2] == DEPOSIT
    reorganize()
    assert web3.eth.get_code(dao.address) == b""
    other = created(factory, DAO, make, creator, auctioneer, is_open, minimum, lot)
    assert other != dao
    receipt = broadcast(raw)
    assert (receipt["to"], receipt["logs"]) == (dao.address, [])
    assert bid_of(other, lot, member.address) == NO_BID
    assert other.balance() == 0


@pytest.mark.parametrize("make", [CHEAP, COPY], ids=["cheap", "standalone"])
def test_created_again_it_takes_the_bid(factory, DAO, auctioneer, lot, member, reorganize, make):
    """The same creation comes again, after somebody else's, and the same bid meets the same DAO."""
    dao = created(factory, DAO, make, 8, auctioneer, False, 1, lot)
    raw = signed_bid(member, dao, lot)
    broadcast(raw)
    reorganize()
    created(factory, DAO, make, 9, auctioneer, True, 3, lot)
    assert created(factory, DAO, make, 8, auctioneer, False, 1, lot) == dao
    assert broadcast(raw)["status"] == 1
    seal_ = commitment(dao, lot, member.address, DEPOSIT)
    assert bid_of(dao, lot, member.address) == sealed_bid(seal_, DEPOSIT)
