"""A DAO with more members than one step of the tally takes."""

import pytest
from brownie import accounts, web3

from offchain.bindings.enumerations import Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import advance, reveal_all, seal, settle
from tests.contracts.checks import emitted, plain
from tests.contracts.mechanism import ascending, certificate, equal_split, willingness_to_pay
from tests.patience import PATIENCE

MEMBERS = 1_003
# EIP-7825: no transaction above this
MOST_GAS = 2**24


def crowd():
    """Members anywhere in the space of addresses, with few large bids, and many equal ones."""
    addresses = (web3.keccak(text=f"member {i}")[:20].to_0x_hex() for i in range(MEMBERS))
    return {
        web3.to_checksum_address(who): 2 + (i * i % 97) ** 2 // 50
        for i, who in enumerate(addresses)
    }


@pytest.fixture
def bids(open_dao, lot):
    """Everybody bids, from an address that Anvil lends."""
    request, bids = web3.provider.make_request, crowd()
    request("anvil_autoImpersonateAccount", [True])
    call = {
        "to": open_dao.address,
        "data": open_dao.raiseBid.encode_input(lot),
        "gas": hex(200_000),
    }
    for member, bid in bids.items():
        request("anvil_setBalance", [member, hex(10**18)])
        sent = request(
            "eth_sendTransaction", [{**call, "from": member, "value": hex(bid * WEI_PER_UNIT)}]
        )
        web3.eth.wait_for_transaction_receipt(sent["result"], PATIENCE, 0.001)
    request("anvil_autoImpersonateAccount", [False])
    assert open_dao.bookOf(lot)["members"] == MEMBERS
    return bids


def test_three_steps_and_one_certificate(auctioneer, open_dao, lot, bids, keeper):
    """Steps of 500, 500 and 3: the one that reaches the price settles, at a cost that is bounded."""
    amounts = list(bids.values())
    price = willingness_to_pay(amounts)
    rival = accounts[20]
    seal(auctioneer, lot, rival, price - 1)
    advance(auctioneer, lot, Phase.REVEAL)
    reveal_all(auctioneer, lot, {rival: price - 1})
    advance(open_dao, lot, Phase.TALLY)
    for members in ascending(bids)[:500], ascending(bids)[500:1000], ascending(bids)[1000:]:
        tx = open_dao.tally(lot, members, {"from": keeper})
        assert tx.gas_used < 3_600 * 500
    assert plain(open_dao.resultOf(lot)) == (keeper, price)
    start, _, packed = certificate(amounts, price)
    assert (start, len(packed)) == (500, 8 * 500)
    tx = settle(open_dao, lot, bids, price, keeper)
    served, share = equal_split(amounts, price)
    assert emitted(tx)[0].fields == {"lot": lot, "price": price, "served": served, "share": share}
    assert tx.gas_used < 1_000_000
    for member in ascending(bids)[MEMBERS - served - 1 : MEMBERS - served + 1]:
        assert open_dao.hasAccess(lot, member) == (bids[member] >= share)
    batch = open_dao.claimBatch(lot, ascending(bids)[-500:], {"from": keeper})
    assert batch.gas_used < MOST_GAS
    assert open_dao.balance() == WEI_PER_UNIT * sum(sorted(amounts)[:-500])
