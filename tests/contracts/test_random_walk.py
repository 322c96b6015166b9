"""A seeded walk through several auctions at once, held against the model transaction by transaction.

Anybody does anything, sensible or not, at any time, on several lots, DAOs and levels. After every
transaction the outcome is the model's, errors and their arguments included, and every contract
holds exactly what it owes. In the end everything is paid out, and every account has to the wei what
the model says. A failure shows the seed and all that was done. Other walks:
``WALK_SEEDS="5 6" WALK_STEPS=1000 brownie test tests/contracts/test_random_walk.py``.
"""

import os
from typing import Any

import pytest
from brownie import accounts, web3

from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import WINDOW, create_dao, now, send
from tests.contracts.checks import error_data
from tests.contracts.ledger import stored_slots
from tests.contracts.mechanism import address_of
from tests.contracts.model import DAO as Model
from tests.contracts.model import Refused, World, estate
from tests.contracts.walk import Call, Walk
from tests.patience import until
from tests.puppets import Manner

SEEDS = os.environ.get("WALK_SEEDS", "1 2 3 4").split()
STEPS = int(os.environ.get("WALK_STEPS", "400"))
GAS_PRICE = 2 * WEI_PER_UNIT
PUPPETEER, BENEFACTOR = 27, 26


def request(method: str, *params: Any) -> Any:
    """A JSON-RPC request, past Brownie, which is too slow for thousands of transactions."""
    answer = web3.provider.make_request(method, list(params))
    assert "error" not in answer, answer
    return answer["result"]


def transact(transaction: dict[str, Any]) -> Any:
    """The receipt of a transaction; Anvil mines a moment after it is sent."""
    sent = request(
        "eth_sendTransaction", {"gas": hex(5_000_000), "gasPrice": hex(GAS_PRICE), **transaction}
    )
    return until(lambda: request("eth_getTransactionReceipt", sent), lambda: sent, every=0.001)


def calldata(call: Call) -> str:
    """What is sent."""
    if call.name == "multicall":
        inner = [getattr(call.at, name).encode_input(*args) for name, *args in call.args[0]]
        return str(call.at.multicall.encode_input(inner))
    return str(getattr(call.at, call.name).encode_input(*call.args))


class Stage:
    """The chain and the model side by side."""

    def __init__(
        self, seed: str, world: World, contracts: list[Any], item: Any, puppets: list[Any]
    ) -> None:
        self.world, self.contracts, self.item = world, contracts, item
        self.puppets = {puppet.address: puppet for puppet in puppets}
        self.forced: dict[str, int] = {contract.address: 0 for contract in contracts}
        self.fees: dict[str, int] = {}
        self.story = [f"seed {seed}"]
        self.outcomes: dict[str, int] = {}

    def at(self, timestamp: int) -> None:
        """The next transaction happens then."""
        request("evm_setNextBlockTimestamp", timestamp)
        self.world.now = timestamp

    def try_(self, call: Call) -> None:
        """The same on both sides, and the same outcome."""
        self.story.append(f"{self.world.now}: {call}")
        expected = self.world.do(call.at.address, call.name, call.sender, call.value, *call.args)
        self.outcomes[expected.name if expected else "done"] = 1 + self.outcomes.get(
            expected.name if expected else "done", 0
        )
        answer = self._send(call, done=expected is None)
        assert answer == self._revert_data(expected), f"{expected} in the model"
        self.check()

    def check(self) -> None:
        """Every contract holds what it owes, and nothing else but what was burnt or forced on it."""
        for contract in self.contracts:
            address = contract.address
            balance = int(request("eth_getBalance", address, "latest"), 16)
            assert balance == self.world.balance_wei[address], contract
            kept = self.world.burnt_wei[address] + self.forced[address]
            assert balance == self.world.owed_wei(address) + kept, contract

    def check_slots(self) -> None:
        """Every bid is stored as the model has it, and every lot stands where the model says."""
        for contract in self.contracts:
            for lot in self.world.lots:
                book = self.world.book(contract.address, lot)
                if book:
                    expected = [bid.slot for bid in book.bids.values()]
                    assert stored_slots(contract.address, lot, list(book.bids)) == expected
                assert contract.phase(lot) == self.world.phase(contract.address, lot)

    def force(self, contract: Any, wei: int) -> None:
        """Send ether that cannot be refused: a contract that destroys itself in its constructor."""
        code = f"0x73{contract.address[2:]}ff"  # PUSH20, SELFDESTRUCT
        sender = accounts[BENEFACTOR].address
        assert transact({"from": sender, "data": code, "value": hex(wei)})["status"] == "0x1"
        self.story.append(f"{wei} wei forced on {contract.address}")
        self.forced[contract.address] += wei
        self.world.balance_wei[contract.address] += wei

    def behave(self, puppet: Any, refuse: bool) -> None:
        """A puppet takes or refuses ether from now on."""
        self.story.append(f"{puppet.address} {'refuses' if refuse else 'takes'} ether")
        data = puppet.behave.encode_input(Manner.REFUSE if refuse else Manner.ACCEPT)
        sender = accounts[BENEFACTOR].address
        assert transact({"from": sender, "to": puppet.address, "data": data})["status"] == "0x1"
        (self.world.refusing.add if refuse else self.world.refusing.discard)(puppet.address)

    def _send(self, call: Call, done: bool) -> str | None:
        """Revert data, or nothing; who paid for gas and value is noted."""
        to, data, payer = call.at.address, calldata(call), call.sender
        if call.sender in self.puppets:
            payer = accounts[PUPPETEER].address
            data = self.puppets[call.sender].act.encode_input(to, data)
            to = call.sender
            if done:
                self.world.balance_wei[call.sender] += call.value
                self.world.balance_wei[payer] -= call.value
        receipt = transact({"from": payer, "to": to, "data": data, "value": hex(call.value)})
        fee = int(receipt["gasUsed"], 16) * GAS_PRICE
        self.fees[payer] = self.fees.get(payer, 0) + fee
        if int(receipt["status"], 16):
            return None
        options = {"tracer": "callTracer", "tracerConfig": {"onlyTopCall": True}}
        trace = request("debug_traceTransaction", receipt["transactionHash"], options)
        return str(trace.get("output", "0x"))

    def _revert_data(self, refused: Refused | None) -> str | None:
        """How the model's refusal looks on the chain."""
        if refused is None:
            return None
        for contract in (*self.contracts, self.item):
            for error in contract.abi:
                named = error["type"] == "error" and error["name"] == refused.name
                if named and len(error["inputs"]) == len(refused.arguments):
                    return "0x" + error_data(contract, refused.name, *refused.arguments).hex()
        raise AssertionError(f"no contract has an error like {refused}")


def enact(seed: str, stage: Stage, walk: Walk) -> None:
    """The walk, then the end of everything."""
    world, draw = stage.world, walk.random
    world.now = now()
    for step in range(STEPS):
        stage.at(world.now)
        if draw.random() < 0.01:
            stage.force(draw.choice(stage.contracts), draw.randint(1, 3 * WEI_PER_UNIT))
            stage.at(world.now)
        if draw.random() < 0.03:
            puppet = draw.choice(list(stage.puppets.values()))
            stage.behave(puppet, refuse=draw.random() < 0.6)
        stage.at(walk.next_time())
        stage.try_(walk.next_call())
        if step % 50 == 0:
            stage.check_slots()
    ends = sorted({end for lot in world.lots.values() for end in lot.book.ends})
    for end in (world.now, *(end for end in ends if end > world.now)):
        stage.at(end)
        for call in walk.duties():
            stage.try_(call)
    stage.at(max([world.now, *ends]) + WINDOW)
    for call in walk.payouts():
        stage.try_(call)
    stage.check_slots()


@pytest.fixture
def stage_and_walk(request, auctioneer, factory, DAO, item, actor):
    """Two sealed DAOs, one of them strict, and two open ones, of each a full copy; 14 people, two of them puppets."""
    seed = request.param
    kinds = [(False, 0), (False, 4), (True, 0), (True, 3)]
    daos = [
        create_dao(factory, DAO, auctioneer, is_open, least, standalone=least != 0)
        for is_open, least in kinds
    ]
    puppets = [actor(), actor()]
    world = World(auctioneer.address, token=item.address)
    for dao, (is_open, least) in zip(daos, kinds, strict=True):
        world.daos[dao.address] = Model(is_open, least or 1)
    world.refusing |= {contract.address for contract in (auctioneer, *daos)}
    walk = Walk(int(seed), world, auctioneer, daos, item)
    walk.people = [account.address for account in accounts[1:13]]
    walk.people += [puppet.address for puppet in puppets]
    for token_id, owner in enumerate([*accounts[1:7], *puppets] * 2):
        item.mint(owner, token_id, {"from": accounts[0]})
        world.items[token_id] = address_of(owner)
    for owner in (*accounts[1:13], *puppets):
        send(owner, item.setApprovalForAll, auctioneer, True)
    stage = Stage(seed, world, [auctioneer, *daos], item, puppets)
    return seed, stage, walk


@pytest.mark.parametrize("stage_and_walk", SEEDS, indirect=True)
def test_walk(stage_and_walk, item, forced):
    """What the contracts do is what the model says, to the last wei, whatever anybody tries."""
    seed, stage, walk = stage_and_walk
    world = stage.world
    accounts_ = [*walk.people, accounts[PUPPETEER].address]
    before = {who: web3.eth.get_balance(who) for who in accounts_}
    try:
        enact(seed, stage, walk)
    except BaseException:
        print("\n".join(stage.story))
        raise
    finally:
        forced.update(stage.forced)
    for contract in stage.contracts:
        assert world.owed_wei(contract.address) == 0
        kept = world.burnt_wei[contract.address] + stage.forced[contract.address]
        assert contract.balance() == kept
    for who in accounts_:
        change = world.balance_wei[who] - stage.fees.get(who, 0)
        assert web3.eth.get_balance(who) - before[who] == change
    estates = {
        estate(dao.address, lot): dao.estateAt(lot)
        for dao in stage.contracts[1:]
        for lot in world.lots
    }
    for token_id, owner in world.items.items():
        assert item.ownerOf(token_id) == estates.get(owner, owner)
    # a walk that got nowhere would prove little
    assert len(world.lots) >= 5
    assert stage.outcomes["done"] > 100
    assert len(stage.outcomes) > 12
