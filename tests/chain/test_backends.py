"""Every back end does the same: revm in this process, Anvil, Ganache, and a node that only relays.

Each node is started once for the whole module.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from eth_hash.auto import keccak

from offchain.bindings.contracts import contract
from offchain.bindings.explain import explained
from offchain.chain import nodes
from offchain.chain.backend import MAX_TRANSACTION_GAS, Chain, Receipt, Reverted, Transaction
from offchain.chain.connect import connect
from offchain.chain.errors import ChainError
from offchain.chain.jsonrpc import JsonRpc
from offchain.chain.keys import Keys
from offchain.chain.revm import Revm
from offchain.chain.signing import Signing
from offchain.io.units import WEI_PER_ETH
from tests.patience import PATIENCE
from tests.reverts import error_of

ITEM = contract("Item")
# TIMESTAMP, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN: answers with the time, and takes money.
CLOCK = bytes.fromhex("684260005260206000f360005260096017f3")
# Reverts if less than 60,000 gas are left, as pushing a payment does.
RESERVED = bytes.fromhex("6c61ea605a10600957005b5f5ffd600052600d6013f3")
# Reads far out in memory, which uses up any gas at once.
GREEDY = bytes.fromhex("6563ffffffff516000526006601af3")


class Relayed(JsonRpc):
    """Takes the node for one that it knows nothing of."""

    def _manners(self, keys: Keys | None, patience: float) -> Signing:
        return Signing(self._client, keys, patience)


@pytest.fixture(scope="module", params=["revm", "anvil", "ganache", "relayed"])
def chain(request: pytest.FixtureRequest) -> Iterator[Chain]:
    if request.param == "relayed":
        with (
            nodes.anvil(block_time=1) as node,
            closing(Relayed(node.url, patience=PATIENCE)) as relayed,
        ):
            yield relayed
        return
    with connect(request.param) as started:
        yield started


@pytest.fixture(scope="module")
def item(chain: Chain) -> str:
    """An ERC-721 that anybody can mint."""
    return created(chain, ITEM.creation())


@pytest.fixture(scope="module")
def clock(chain: Chain) -> str:
    return created(chain, CLOCK)


def created(chain: Chain, code: bytes) -> str:
    receipt = chain.send(Transaction(chain.actor(0), None, code))
    assert receipt.contract is not None
    return receipt.contract


def mint(chain: Chain, item: str, sender: int, token: int) -> Transaction:
    owner = chain.actor(sender)
    return Transaction(owner, item, ITEM.encode("mint", owner, token))


def minted(chain: Chain, item: str, first_block: int) -> list[int]:
    """The tokens minted since, in the order of the logs."""
    events = map(ITEM.event, chain.logs([item], first_block))
    return [one.args["tokenId"] for one in events if one and one.name == "Transfer"]


def time_of(chain: Chain, clock: str) -> int:
    return int.from_bytes(chain.call(clock, b""), "big")


def test_creates_and_calls(chain: Chain, item: str) -> None:
    first = chain.block() + 1
    owner = chain.actor(1)

    receipt = chain.send(mint(chain, item, 1, 10))

    assert receipt.contract is None
    assert receipt.block >= first
    assert 21_000 < receipt.gas_used < 120_000
    assert ITEM.decode("ownerOf", chain.call(item, ITEM.encode("ownerOf", 10))) == (owner,)
    assert receipt.logs == tuple(chain.logs([item], first))
    assert [log.address for log in receipt.logs] == [item]
    event = ITEM.event(receipt.logs[0])
    assert event is not None
    assert event.args == {"from": "0x" + "00" * 20, "to": owner, "tokenId": 10}


def test_actors_are_distinct_and_lasting(chain: Chain) -> None:
    first = [chain.actor(index) for index in range(40)]

    assert first == [chain.actor(index) for index in range(40)]
    assert len(set(first)) == 40


def test_a_failed_transaction_tells_what_the_contract_said(chain: Chain, item: str) -> None:
    chain.send(mint(chain, item, 1, 20))

    with pytest.raises(Reverted) as caught:
        chain.send(mint(chain, item, 2, 20))

    assert caught.value.data.hex().startswith("73c6ac6e")  # ERC721InvalidSender
    assert explained(caught.value).startswith(
        f"calling {item} reverted: ERC721InvalidSender(sender=0x"
    )


def test_a_failed_call_tells_what_the_contract_said(chain: Chain, item: str) -> None:
    with pytest.raises(Reverted) as caught:
        chain.call(item, ITEM.encode("ownerOf", 99))
    with pytest.raises(Reverted) as estimated:
        chain.estimate(Transaction(chain.actor(1), item, ITEM.encode("ownerOf", 99)))

    assert explained(caught.value) == f"calling {item} reverted: ERC721NonexistentToken(tokenId=99)"
    assert estimated.value.data == caught.value.data


def test_a_failed_creation(chain: Chain) -> None:
    with pytest.raises(Reverted) as caught:
        chain.send(Transaction(chain.actor(0), None, bytes.fromhex("60aa5f526001601ffd")))

    assert caught.value.data == b"\xaa"
    assert str(caught.value) == "creating a contract reverted: 0xaa"
    assert explained(caught.value) == "creating a contract reverted: unknown error 0xaa"


def test_running_out_of_gas(chain: Chain) -> None:
    greedy = created(chain, GREEDY)

    with pytest.raises(Reverted) as caught:
        chain.send(Transaction(chain.actor(0), greedy, b"", gas=30_000))

    assert caught.value.data == b""


def test_no_transaction_above_the_gas_limit(chain: Chain, clock: str) -> None:
    sender = chain.actor(0)
    within = Transaction(sender, clock, b"", gas=MAX_TRANSACTION_GAS)
    above = Transaction(sender, clock, b"", gas=MAX_TRANSACTION_GAS + 1)

    outcomes = chain.send_all([within, above, within])

    assert [type(one) for one in outcomes] == [Receipt, Reverted, Receipt]


def test_logs_of_several_contracts_come_in_order(chain: Chain, item: str) -> None:
    other = created(chain, ITEM.creation())
    first = chain.block() + 1
    chain.send_all([mint(chain, (item, other)[n % 2], n % 3, 30 + n) for n in range(6)])

    logs = chain.logs([other, item, other], first)

    assert [log.address for log in logs] == [item, other] * 3
    assert chain.logs([], first) == []
    assert chain.logs([item], chain.block() + 1) == []
    assert chain.logs([chain.actor(1)], 0) == []


def test_logs_up_to_a_block_and_of_some_events(chain: Chain, item: str) -> None:
    sender = chain.actor(0)
    first = chain.block() + 1
    blocks = [chain.send(mint(chain, item, 0, 50 + n)).block for n in range(3)]
    chain.send(Transaction(sender, item, ITEM.encode("approve", chain.actor(1), 50)))
    transfer, approval = ITEM.topic("Transfer"), ITEM.topic("Approval")

    assert [log.block for log in chain.logs([item], first, last_block=blocks[1])] == blocks[:2]
    assert [log.block for log in chain.logs([item], first, topics=[transfer])] == blocks
    assert [log.topics[0] for log in chain.logs([item], first, topics=[approval])] == [approval]
    assert len(chain.logs([item], first, topics=[approval, transfer])) == 4
    assert chain.logs([item], first, last_block=first - 1) == []
    assert chain.logs([item], first, topics=[bytes(32)]) == []


def test_money(chain: Chain, clock: str) -> None:
    sender = chain.actor(3)
    chain.fund(sender, WEI_PER_ETH)
    before, held = chain.balance(sender), chain.balance(clock)
    assert before >= WEI_PER_ETH

    receipt = chain.send(Transaction(sender, clock, b"", value=WEI_PER_ETH))

    assert chain.balance(clock) == held + WEI_PER_ETH
    assert chain.balance(sender) == before - WEI_PER_ETH - receipt.fee


def test_funding_only_raises(chain: Chain) -> None:
    account = chain.actor(4)
    chain.fund(account, WEI_PER_ETH)
    before = chain.balance(account)

    chain.fund(account, WEI_PER_ETH // 2)

    assert chain.balance(account) == before


def test_funding_many(chain: Chain) -> None:
    """Each gets what it lacks, whoever has been funded before; the progress ends at the number of them."""
    amounts = {chain.actor(200 + n): (n + 1) * 10**15 for n in range(60)}
    rich = chain.actor(200)
    chain.fund(rich, WEI_PER_ETH)
    before, done = chain.balance(rich), list[int]()

    chain.fund_all(amounts, done.append)

    assert chain.balance(rich) == before
    assert all(chain.balance(address) >= amount for address, amount in amounts.items())
    assert done == sorted(done)
    assert done[-1] == len(amounts)
    chain.fund_all({})


def test_spending_more_than_there_is(chain: Chain, clock: str) -> None:
    with pytest.raises(Reverted) as caught:
        chain.send(Transaction(chain.actor(5), clock, b"", value=10**9 * WEI_PER_ETH))

    assert caught.value.data == b""


def test_what_depends_on_something_before_it(chain: Chain, clock: str) -> None:
    """The second spends what only a third party's transaction before it brings."""
    rich, poor = chain.actor(6), chain.actor(7)
    chain.fund(rich, 5_000 * WEI_PER_ETH)
    transactions = [
        Transaction(poor, clock, b"", value=4_000 * WEI_PER_ETH),
        Transaction(rich, poor, b"", value=4_000 * WEI_PER_ETH),
        Transaction(poor, clock, b"", value=4_000 * WEI_PER_ETH),
        Transaction(poor, clock, b"", value=4_000 * WEI_PER_ETH),
        Transaction(poor, clock, b""),
    ]

    outcomes = chain.send_all(transactions)

    expected = [Reverted, Receipt, Receipt, Reverted, Receipt]
    assert [type(one) for one in outcomes] == expected


def test_time_advances_to_the_second(chain: Chain, clock: str) -> None:
    ahead = 3 if chain_is_real(chain) else 1_000_000
    target = chain.now() + ahead

    chain.advance_to(target)

    assert target <= time_of(chain, clock) <= chain.now() <= target + PATIENCE
    block = chain.block()
    chain.advance_to(target - 1)
    assert chain_is_real(chain) or chain.block() == block
    receipt = chain.send(Transaction(chain.actor(0), clock, b""))
    assert receipt.block > block
    assert target <= time_of(chain, clock) <= target + PATIENCE


def chain_is_real(chain: Chain) -> bool:
    return isinstance(chain, Relayed)


def test_a_failure_in_the_middle_stops_nothing(chain: Chain, item: str) -> None:
    first = chain.block() + 1
    tokens = [100, 101, 101, 102, 100, 103]
    seen: list[int] = []

    outcomes = chain.send_all(
        [mint(chain, item, 1 + n % 2, token) for n, token in enumerate(tokens)], seen.append
    )

    assert [isinstance(one, Receipt) for one in outcomes] == [True, True, False, True, False, True]
    for failed in (outcomes[2], outcomes[4]):
        assert isinstance(failed, Reverted)
        assert error_of(failed.data) == "ERC721InvalidSender"
    assert minted(chain, item, first) == [100, 101, 102, 103]
    assert seen == sorted(seen)
    assert seen[-1] == len(tokens)
    assert chain.send_all([]) == []


@pytest.mark.parametrize("senders", [1, 7, 300])
def test_three_hundred_at_once(chain: Chain, item: str, senders: int) -> None:
    if chain_is_real(chain) and senders != 7:
        pytest.skip("every transaction is signed here: 60 of 7 senders show what more would")
    count = 60 if chain_is_real(chain) else 300
    first = chain.block() + 1
    base = 1_000 * senders

    outcomes = chain.send_all([mint(chain, item, n * 5 % senders, base + n) for n in range(count)])

    assert [one for one in outcomes if isinstance(one, Reverted)] == []
    assert minted(chain, item, first) == list(range(base, base + count))


def test_order_is_kept_when_blocks_are_full(chain: Chain, item: str) -> None:
    """A small one must not slip into a block in which the large one before it has no room."""
    if chain_is_real(chain):
        pytest.skip(
            "a node that is not ours may let a small one into the room that a large one leaves"
        )
    greedy = created(chain, GREEDY)
    first = chain.block() + 1
    burn = Transaction(chain.actor(1), greedy, b"", gas=12_000_000)
    small = [mint(chain, item, 2, 40_000 + n) for n in range(4)]
    small = [Transaction(one.sender, one.to, one.data, gas=120_000) for one in small]
    last = mint(chain, item, 3, 40_010)

    outcomes = chain.send_all([burn, burn, burn, small[0], burn, last, small[1], *small[2:]])

    assert [type(one) for one in outcomes].count(Reverted) == 4
    assert minted(chain, item, first) == [40_000, 40_010, 40_001, 40_002, 40_003]


@pytest.mark.parametrize("code", ["clock", "reserved", "item"])
def test_an_estimate_suffices(chain: Chain, code: str) -> None:
    sender = chain.actor(8)
    creation = {"clock": CLOCK, "reserved": RESERVED, "item": ITEM.creation()}[code]
    contract_address = created(chain, creation)
    data = ITEM.encode("mint", sender, 1) if code == "item" else b""
    transaction = Transaction(sender, contract_address, data)

    gas = chain.estimate(transaction)
    receipt = chain.send(Transaction(sender, contract_address, data, gas=gas))

    assert receipt.gas_used <= gas
    assert gas < 120_000


def test_an_estimate_of_a_creation_suffices(chain: Chain) -> None:
    sender = chain.actor(8)

    gas = chain.estimate(Transaction(sender, None, ITEM.creation()))

    assert chain.send(Transaction(sender, None, ITEM.creation(), gas=gas)).contract is not None


def test_snapshots_restore_everything() -> None:
    chain = Revm()
    item = created(chain, ITEM.creation())
    chain.fund(chain.actor(1), 5)
    start = chain.snapshot()
    state = (chain.block(), chain.now(), chain.logs([item], 0), chain.balance(chain.actor(1)))
    for token in range(3):
        chain.fund(chain.actor(1), 7)
        chain.fund(item, 3)
        chain.advance_to(chain.now() + 100)
        chain.send(mint(chain, item, 1, 1))
        inner = chain.snapshot()
        chain.send(mint(chain, item, 1, 2 + token))
        with pytest.raises(Reverted):
            chain.send(mint(chain, item, 2, 1))
        chain.send(Transaction(chain.actor(1), chain.actor(2), b"", value=6))
        assert (chain.balance(chain.actor(1)), chain.balance(chain.actor(2))) == (1, 6)
        assert len(chain.logs([item], 0)) == 2
        chain.restore(inner)
        assert len(chain.logs([item], 0)) == 1
        assert (chain.balance(chain.actor(1)), chain.balance(chain.actor(2))) == (7, 0)

        chain.restore(start)

        assert (chain.balance(item), chain.balance(chain.actor(2))) == (0, 0)
        assert state == (
            chain.block(),
            chain.now(),
            chain.logs([item], 0),
            chain.balance(chain.actor(1)),
        )
        with pytest.raises(ValueError, match="forgotten"):
            chain.restore(inner)


def test_an_unknown_chain_is_refused() -> None:
    for on in ("", "geth", "ftp://localhost", "http://", "localhost:8545"):
        with pytest.raises(ValueError, match="neither revm, ganache, anvil nor"):
            connect(on)


@pytest.mark.parametrize("scheme", ["http", "ws"])
def test_an_unreachable_chain(scheme: str) -> None:
    url = f"{scheme}://user:secret@127.0.0.1:{nodes.free_port()}"

    with pytest.raises(ChainError) as caught, connect(url):
        pass

    assert str(caught.value).startswith(f"{scheme}://127.0.0.1:")
    assert "refused" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_blocks_pass(chain: Chain) -> None:
    """At least as many as asked for, and never back."""
    target = chain.block() + (2 if chain_is_real(chain) else 300)

    chain.advance_to_block(target)

    assert target <= chain.block() <= target + 3
    block = chain.block()
    chain.advance_to_block(block - 5)
    assert chain_is_real(chain) or chain.block() == block


def test_a_header_is_the_one_that_the_chain_hashed(chain: Chain) -> None:
    """The EVM's own BLOCKHASH is the judge."""
    if isinstance(chain, Revm):
        with pytest.raises(ChainError, match="revm has no header of block 1"):
            chain.header(1)
        return
    # PUSH0, CALLDATALOAD, BLOCKHASH, PUSH0, MSTORE, MSIZE, PUSH0, RETURN
    reader = created(chain, bytes.fromhex("675f35405f52595ff35f5260086018f3"))
    chain.advance_to_block(chain.block() + (1 if chain_is_real(chain) else 200))
    newest = chain.block()
    for number in (newest - 1, max(newest - 190, 1)):
        told = chain.call(reader, number.to_bytes(32, "big"))
        assert keccak(chain.header(number)) == told
    with pytest.raises(ChainError, match=f"no block {newest + 10_000}"):
        chain.header(newest + 10_000)
