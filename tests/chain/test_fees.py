"""What a transaction offers for gas, what becomes of it in a node's pool, and whose money it takes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes

from offchain.chain import nodes, outbox
from offchain.chain.backend import Receipt, Reverted, Transaction, Unsettled
from offchain.chain.errors import ChainError
from offchain.chain.fees import Fees, suggest
from offchain.chain.jsonrpc import JsonRpc
from offchain.chain.keys import Keys, Secret
from offchain.chain.outbox import REPLACE_AFTER
from offchain.chain.rpc import Rpc, RpcError
from offchain.chain.signing import Signing
from offchain.chain.spending import DEFAULT_MAX_FEE, Spending
from offchain.io.units import GWEI, WEI_PER_ETH
from tests.patience import PATIENCE
from tests.proxy import Answer, Dropped, Liar, proxy

REAL = 5
"""A chain id that is no development chain's."""
SEED = Secret("hq7 Zt0wV9 bLx2 Rk81 yUe5 mNf3 of this test alone")


class Relayed(JsonRpc):
    """Takes the node for one that it knows nothing of."""

    def _manners(self, keys: Keys | None, patience: float) -> Signing:
        return Signing(self._client, keys, patience, self._spending)


def test_the_better_of_two_offers_is_so_field_by_field() -> None:
    assert Fees(7, 1).at_least(Fees(5, 3)) == Fees(7, 3)
    assert Fees(7, None).at_least(Fees(9, 3)) == Fees(9, None)


@pytest.fixture(scope="module")
def node() -> Iterator[nodes.Node]:
    """A chain with a block each second, whatever is in it."""
    with nodes.anvil(accounts=1, block_time=1, chain_id=REAL) as started:
        yield started


@pytest.fixture
def liar(node: nodes.Node) -> Iterator[Liar]:
    """The same node behind a proxy, with the base fee that it started with and nothing in its pool."""
    with closing(Rpc(node.url)) as rpc:
        rpc.request("anvil_dropAllTransactions")
        rpc.request("anvil_setNextBlockBaseFeePerGas", hex(GWEI))
        rpc.request("evm_mine")
    with proxy(node.url) as started:
        yield started


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction is replaced after three blocks, however fast these come: for tests that wait for that and do not count
    how often, since on a slow machine blocks pass between two looks.
    """
    monkeypatch.setattr(outbox, "REPLACE_AFTER_SECONDS", 0.0)


@pytest.fixture
def rpc(node: nodes.Node) -> Iterator[Rpc]:
    """The node itself."""
    with closing(Rpc(node.url)) as direct:
        yield direct


@contextmanager
def between_blocks(rpc: Rpc) -> Iterator[None]:
    """No block is mined meanwhile."""
    rpc.request("evm_setIntervalMining", 0)
    try:
        yield
    finally:
        rpc.request("evm_setIntervalMining", 1)


def overtaking(liar: Liar, rpc: Rpc, base_fee: int, again: Sequence[str] = ()) -> None:
    """The base fee is this one as soon as the node has the first transaction, before a block can; and again whenever it has
    answered one of these methods.
    """
    held = ExitStack()

    def is_first(method: str) -> bool:
        return method == "eth_sendRawTransaction" and liar.count(method) == 1

    def hold(method: str, params: Any) -> None:
        if is_first(method):
            held.enter_context(between_blocks(rpc))

    def overtake(method: str, params: Any, answer: Answer) -> Answer:
        if is_first(method) or method in again:
            rpc.request("anvil_setNextBlockBaseFeePerGas", hex(base_fee))
            held.close()
        return answer

    liar.before, liar.after = hold, overtake


def chain(liar: Liar, rpc: Rpc, ether: int = 10, **spending: Any) -> Relayed:
    """A chain as the proxy tells it; account 0 has some ether."""
    relayed = Relayed(liar.url, SEED, PATIENCE, Spending(**spending))
    rpc.request("anvil_setBalance", relayed.actor(0), hex(ether * WEI_PER_ETH))
    return relayed


def payment(from_: Relayed, wei: int = 1, to: int = 9) -> Transaction:
    return Transaction(from_.actor(0), from_.actor(to), b"", wei)


SENDING = ("eth_sendRawTransaction", "eth_sendTransaction")


def sent(liar: Liar) -> int:
    return sum(map(liar.count, SENDING))


# What is offered


def test_raising_is_enough_for_every_client_and_never_above_the_bound() -> None:
    seed = random.randrange(2**32)
    draw = random.Random(seed)
    for _ in range(2_000):
        bound = draw.randrange(1, 10 ** draw.randrange(2, 15))
        most = draw.randrange(1, bound + 1)
        offer = Fees(most, draw.choice([None, draw.randrange(most + 1)]))
        raised = offer.raised(bound)
        if raised is None:
            assert 10 * bound < 11 * offer.most, seed
            continue
        assert raised.most <= bound, seed
        assert 10 * raised.most >= 11 * offer.most, seed
        assert (raised.tip is None) == (offer.tip is None), seed
        if offer.tip is not None and raised.tip is not None:
            assert 10 * raised.tip >= 11 * offer.tip, seed
            assert raised.tip <= raised.most, seed


def told(**answers: Any) -> Callable[[str, Any], Answer | None]:
    """A node that answers this to these methods."""
    return lambda method, params: {"result": answers[method]} if method in answers else None


def history(base: int, tip: int) -> dict[str, Any]:
    return {"oldestBlock": "0x1", "baseFeePerGas": [hex(base)] * 2, "reward": [[hex(tip)]]}


ASKING = {
    "a base fee": {"eth_feeHistory": history(50_000 * GWEI, 1)},
    "a tip": {"eth_feeHistory": history(GWEI, 50_000 * GWEI)},
}


@pytest.mark.parametrize("what", ASKING)
def test_a_node_that_asks_50_000_gwei(liar: Liar, rpc: Rpc, what: str) -> None:
    """Both numbers are told, and nothing is signed; once it asks less, all goes on."""
    with closing(chain(liar, rpc)) as payer:
        before = rpc.request("eth_getBalance", payer.actor(0), "latest")
        liar.before = told(**ASKING[what])
        for send in (
            lambda: payer.send(payment(payer)),
            lambda: payer.fund(payer.actor(3), WEI_PER_ETH),
            payer.refuse_dear_gas,
        ):
            with pytest.raises(ChainError, match=r"50,00\d(\.\d+)? gwei.*bound of 200 gwei"):
                send()
        assert sent(liar) == 0
        assert rpc.request("eth_getBalance", payer.actor(0), "latest") == before
        liar.before = lambda method, params: None
        payer.refuse_dear_gas()
        assert payer.send(payment(payer)).fee < 10**15


def without_base_fee(method: str, params: Any, answer: Answer) -> Answer:
    """A chain from before EIP-1559."""
    if method == "eth_getBlockByNumber" and answer["result"]:
        answer["result"].pop("baseFeePerGas", None)
    if method == "eth_gasPrice":
        answer["result"] = hex(50_000 * GWEI)
    return answer


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("bound", [10**6, 5 * GWEI, 100 * GWEI])
def test_a_transaction_may_have_a_bound_of_its_own(liar: Liar, rpc: Rpc, bound: int) -> None:
    """Below the common one: what is left of a budget. Not even what replaces a stuck one exceeds it."""
    with closing(chain(liar, rpc, max_fee=50 * GWEI)) as bounded:
        one = replace(payment(bounded), max_fee=bound)
        raw: list[str] = []

        def swallow(method: str, params: Any) -> Answer | None:
            if method != "eth_sendRawTransaction":
                return None
            raw.append(params[0])
            return {"result": "0x" + "00" * 32} if len(raw) < 3 else None

        liar.before = swallow
        if bound < GWEI // 100:
            with pytest.raises(
                ChainError, match=r"above the bound of 0.001 gwei \(what is left of --bud"
            ):
                bounded.send(one)
        else:
            bounded.send(one)
    offers = [TypedTransaction.from_bytes(HexBytes(text)).as_dict() for text in raw]
    assert len(offers) == 0 if bound < GWEI // 100 else len(offers) >= 3
    assert all(one["maxFeePerGas"] <= min(50 * GWEI, bound) for one in offers)


def test_what_may_still_be_mined_has_a_cost(liar: Liar, rpc: Rpc) -> None:
    """All the gas that it was sent with, at all that it offers."""
    with closing(chain(liar, rpc, max_fee=3 * GWEI)) as hasty:
        node = hasty._node
        assert isinstance(node, Signing)
        node._outbox._patience = 0.5
        liar.before = lambda method, params: (
            {"result": "0x" + "00" * 32} if method == "eth_sendRawTransaction" else None
        )
        with pytest.raises(Unsettled, match="was not mined in") as caught:
            hasty.send(replace(payment(hasty), gas=50_000))
    assert 50_000 * GWEI < caught.value.cost <= 50_000 * 3 * GWEI


def test_a_chain_without_a_base_fee(liar: Liar, rpc: Rpc) -> None:
    with closing(chain(liar, rpc)) as payer:
        liar.after = without_base_fee
        with pytest.raises(ChainError, match=r"50,000 gwei.*bound of 200 gwei"):
            payer.send(payment(payer))
        assert sent(liar) == 0
        liar.before = told(eth_gasPrice=hex(3 * GWEI))
        payer.send(payment(payer))
        (raw,) = [params[0] for name, params in liar.asked if name == "eth_sendRawTransaction"]
        assert not raw.startswith("0x02")  # no typed envelope


def test_what_is_signed_stays_within_the_bound(liar: Liar, rpc: Rpc) -> None:
    """Twice the base fee does not fit; what the next block takes does."""
    with closing(chain(liar, rpc, max_fee=3 * GWEI // 2)) as payer:
        payer.send_all([payment(payer)] * 3)
        raws = [params[0] for name, params in liar.asked if name == "eth_sendRawTransaction"]
    assert len(raws) == 3
    for raw in raws:
        assert raw.startswith("0x02")
        fields = typed(raw)
        assert fields["maxFeePerGas"] <= 3 * GWEI // 2
        assert fields["maxPriorityFeePerGas"] <= fields["maxFeePerGas"]


def typed(raw: str) -> dict[str, int]:
    parsed: dict[str, int] = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
    return parsed


@pytest.mark.parametrize(
    "answers",
    [
        {"eth_feeHistory": None},
        {"eth_feeHistory": []},
        {"eth_feeHistory": {"baseFeePerGas": []}},
        {"eth_feeHistory": {"baseFeePerGas": ["1"], "reward": [["x"]]}},
        {"eth_feeHistory": {"baseFeePerGas": [None]}},
        {"eth_feeHistory": {"baseFeePerGas": ["0x1"], "reward": [None]}},
        {"eth_getBlockByNumber": None},
        {"eth_getBlockByNumber": {"baseFeePerGas": []}},
        {"eth_getBlockByNumber": {}, "eth_gasPrice": None},
    ],
)
def test_fees_that_are_no_numbers(liar: Liar, answers: dict[str, Any]) -> None:
    liar.before = told(**answers)
    with closing(Rpc(liar.url)) as asking, pytest.raises(ChainError):
        suggest(asking, DEFAULT_MAX_FEE)


def test_a_node_without_a_fee_history(liar: Liar, rpc: Rpc) -> None:
    def no_history(method: str, params: Any, answer: Answer) -> Answer:
        known = method != "eth_feeHistory"
        return answer if known else {"error": {"code": -32601, "message": "no such method"}}

    liar.after = no_history
    with closing(chain(liar, rpc)) as payer:
        assert isinstance(payer.send(payment(payer)), Receipt)


def test_a_gas_limit_out_of_this_world(liar: Liar, rpc: Rpc) -> None:
    with closing(chain(liar, rpc)) as payer:
        liar.before = told(eth_estimateGas=hex(2**60))
        with pytest.raises(ChainError, match="gas"):
            payer.send(payment(payer))
        assert sent(liar) == 0


# What becomes of it


def test_the_base_fee_overtakes(liar: Liar, rpc: Rpc) -> None:
    """It goes out again, at more, a few blocks later."""
    with closing(chain(liar, rpc)) as payer:
        start = payer.block()
        overtaking(liar, rpc, 20 * GWEI)
        receipt = payer.send(payment(payer))
        assert receipt.block > start + REPLACE_AFTER
        assert liar.count("eth_sendRawTransaction") == 2
        assert payer.send(payment(payer)).block > receipt.block


@pytest.mark.usefixtures("soon")
def test_the_base_fee_overtakes_even_the_bound(liar: Liar, rpc: Rpc) -> None:
    """It is told after a few blocks, not after all patience; when gas is cheaper, the next one takes the place of what waits."""
    with closing(chain(liar, rpc, max_fee=5 * GWEI)) as payer:
        to = payer.actor(8)
        before = payer.balance(to)
        overtaking(liar, rpc, 100 * GWEI, ("eth_sendRawTransaction", "eth_getTransactionReceipt"))
        with pytest.raises(ChainError, match=r"gwei now, above the bound of 5 gwei"):
            payer.send(payment(payer, 7, to=8))
        liar.before, liar.after = lambda method, params: None, lambda method, params, answer: answer
        rpc.request("anvil_setNextBlockBaseFeePerGas", hex(GWEI))
        assert isinstance(payer.send(payment(payer, 30, to=8)), Receipt)
        # whichever of the two took the nonce: there is no third
        assert payer.balance(to) - before in (30, 37)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("how_many", [1, 4])
def test_a_pool_that_drops(liar: Liar, rpc: Rpc, how_many: int) -> None:
    """What was in the pool and is no more is sent again, in its order, and takes effect once."""
    dropped: list[str] = []

    def drop(method: str, params: Any, answer: Answer) -> Answer:
        if method == "eth_sendRawTransaction" and len(dropped) < how_many:
            dropped.append(answer["result"])
            rpc.request("anvil_dropTransaction", answer["result"])
        return answer

    with closing(chain(liar, rpc)) as payer:
        before = payer.balance(payer.actor(7))
        rpc.request("evm_mine")
        liar.after = drop
        outcomes = payer.send_all([payment(payer, 10**n, to=7) for n in range(how_many)])
        assert [type(one) for one in outcomes] == [Receipt] * how_many
        assert payer.balance(payer.actor(7)) - before == int("1" * how_many)
    assert dropped


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("arrives", [True, False])
def test_a_node_that_loses_answers(liar: Liar, rpc: Rpc, arrives: bool) -> None:
    """Whether or not it had arrived: one transaction, and its receipt."""
    lose = [1] * 5

    def losing(method: str) -> None:
        if method == "eth_sendRawTransaction" and lose:
            lose.pop()
            raise Dropped

    def before(method: str, params: Any) -> None:
        if not arrives:
            losing(method)

    def after(method: str, params: Any, answer: Answer) -> Answer:
        if arrives:
            losing(method)
        return answer

    with closing(chain(liar, rpc)) as payer:
        count = payer.balance(payer.actor(6))
        liar.before, liar.after = before, after
        assert isinstance(payer.send(payment(payer, 5, to=6)), Receipt)
        assert payer.balance(payer.actor(6)) == count + 5


def left_behind(payer: Relayed, rpc: Rpc, ahead: int, wei: int, price: int) -> None:
    """A transaction of an earlier process of the same account, `ahead` of its next nonce, at `price`."""
    key = payer._node._keys[payer.actor(0)]  # type: ignore[attr-defined]
    nonce = int(rpc.request("eth_getTransactionCount", payer.actor(0), "latest"), 16)
    fields = {"to": payer.actor(9), "value": wei, "gas": 21_000, "nonce": nonce + ahead}
    fields |= {"maxFeePerGas": price, "maxPriorityFeePerGas": min(price, GWEI), "chainId": REAL}
    rpc.request("eth_sendRawTransaction", "0x" + key.sign_transaction(fields).raw_transaction.hex())


def test_a_stuck_transaction_of_an_earlier_process(liar: Liar, rpc: Rpc) -> None:
    """Never mined at its price: the next one takes its place, whatever the pending count says."""
    with closing(chain(liar, rpc)) as payer:
        rich = payer.balance(payer.actor(9))
        with between_blocks(rpc):
            left_behind(payer, rpc, ahead=0, wei=WEI_PER_ETH, price=3 * GWEI)
            rpc.request("anvil_setNextBlockBaseFeePerGas", hex(10 * GWEI))
        assert int(rpc.request("eth_getTransactionCount", payer.actor(0), "pending"), 16) > int(
            rpc.request("eth_getTransactionCount", payer.actor(0), "latest"), 16
        )
        payer.send(payment(payer, 3))
        assert payer.balance(payer.actor(9)) == rich + 3


def test_a_dear_transaction_of_an_earlier_process_stands_in_the_way(liar: Liar, rpc: Rpc) -> None:
    """Replacing it would take more than the bound: told at once, with both."""
    with closing(chain(liar, rpc, max_fee=20 * GWEI)) as payer, between_blocks(rpc):
        left_behind(payer, rpc, ahead=0, wei=1, price=19 * GWEI)
        with pytest.raises(ChainError, match=r"stands in the way.*bound of 20 gwei"):
            payer.send(payment(payer))


def test_a_gap_in_the_nonces(liar: Liar, rpc: Rpc) -> None:
    """An earlier process left the second and the third, and its first was dropped."""
    with closing(chain(liar, rpc)) as payer:
        left_behind(payer, rpc, ahead=1, wei=WEI_PER_ETH, price=3 * GWEI)
        left_behind(payer, rpc, ahead=2, wei=WEI_PER_ETH, price=3 * GWEI)
        assert isinstance(payer.send(payment(payer, 3)), Receipt)
        outcome = payer.send_all([payment(payer, 3), payment(payer, 3)])
        assert [type(one) for one in outcome] == [Receipt] * 2


# Whose money


def test_nobody_is_drawn_on_unless_asked(liar: Liar, rpc: Rpc) -> None:
    """Neither the node's own account nor account 0, which both have plenty."""
    with closing(chain(liar, rpc)) as payer:
        poor = Transaction(payer.actor(2), payer.actor(9), b"")
        for attempt in (lambda: payer.send(poor), lambda: payer.fund(payer.actor(2), 1)):
            with pytest.raises(
                ChainError,
                match=rf"{payer.actor(2)} has 0 ETH, and needs [\d.]+ ETH: send it [\d.]+ ETH.*--fund-from",
            ):
                attempt()
        assert sent(liar) == 0


@pytest.mark.parametrize("purse", [0, "node"])
def test_who_is_given_money_gets_it_once(liar: Liar, rpc: Rpc, purse: Any) -> None:
    """Enough for what comes: one gift, and twenty transactions."""
    with closing(chain(liar, rpc, fund_from=purse)) as payer:
        sender = payer.actor(20 if purse else 21)
        for _ in range(4):
            outcomes = payer.send_all([Transaction(sender, payer.actor(9), b"")] * 5)
            assert [type(one) for one in outcomes] == [Receipt] * 5
        assert sent(liar) == 21


def test_a_purse_that_has_just_enough(liar: Liar, rpc: Rpc) -> None:
    with closing(chain(liar, rpc, ether=0, fund_from=0)) as payer:
        rpc.request("anvil_setBalance", payer.actor(0), hex(10**15))
        assert isinstance(payer.send(Transaction(payer.actor(30), payer.actor(9), b"")), Receipt)


def test_a_purse_that_the_node_does_not_have(liar: Liar, rpc: Rpc) -> None:
    liar.before = told(eth_accounts=[])
    with (
        closing(chain(liar, rpc, fund_from="node")) as payer,
        pytest.raises(ChainError, match="no account of its own to fund from"),
    ):
        payer.send(Transaction(payer.actor(31), payer.actor(9), b""))


def test_what_the_account_can_pay_goes_first(liar: Liar, rpc: Rpc) -> None:
    """Money for the gas of some: those are sent; the first that it cannot pay is told as such."""

    def steady(method: str, params: Any) -> None:
        if method == "eth_feeHistory":
            rpc.request("anvil_setNextBlockBaseFeePerGas", hex(GWEI))

    liar.before = steady
    with closing(chain(liar, rpc)) as payer:
        rpc.request("anvil_setBalance", payer.actor(0), hex(200_000 * GWEI))
        with pytest.raises(ChainError, match=r"has [\d.]+ ETH, and needs [\d.]+ ETH"):
            payer.send_all([payment(payer, 0)] * 15)
        assert 0 < liar.count("eth_sendRawTransaction") < 15


def test_refusals_are_not_taken_for_underpriced_ones(liar: Liar, rpc: Rpc) -> None:
    liar.before = lambda method, params: (
        {"error": {"code": -32000, "message": "sender blacklisted"}} if method in SENDING else None
    )
    with closing(chain(liar, rpc)) as payer, pytest.raises(RpcError, match="sender blacklisted"):
        payer.send(payment(payer))
    assert sent(liar) == 1


def test_a_transaction_that_fails_is_an_outcome(liar: Liar, rpc: Rpc) -> None:
    with closing(chain(liar, rpc)) as payer:
        creation = Transaction(payer.actor(0), None, bytes.fromhex("60aa5f526001601ffd"))
        assert isinstance(payer.send_all([creation])[0], Reverted)
