"""Sending, and letting time pass, on development nodes (Anvil, Hardhat, Ganache): any address can send, time is at will.

Every sender gets `GAS_MONEY` beside what `fund` asks for. A block may hold several transactions.

A node may be somebody's own, with settings of its own. Addresses are unlocked one by one, and locked again on
closing; the base fee is put back after each transaction. What stays is what was played: blocks, balances, time.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from typing import Final

from offchain.chain.answers import COUNT_BITS
from offchain.chain.backend import Outcome, Reverted, Transaction, actor_address
from offchain.chain.client import Client, failure
from offchain.chain.errors import ChainError
from offchain.chain.fees import TIGHTER, refuse_dear
from offchain.chain.rpc import BATCH, Request, RpcError, quantity
from offchain.io.units import GWEI, WEI_PER_ETH

GAS_MONEY: Final = 1_000 * WEI_PER_ETH
"""What each sender is given for gas, in wei; no run uses it up."""
PATIENCE: Final = 120.0
"""How long a development node may take to mine a transaction, in seconds."""

_ACTORS_AT_ONCE: Final = 32
_LOCKED: Final = re.compile(
    r"no signer available|unknown account|not recognized|authentication", re.I
)


class DevNode(ABC):
    """What Anvil, Hardhat and Ganache have in common; see `Manners` for the public methods."""

    at_once: int
    funded_at_once = BATCH

    def __init__(self, client: Client) -> None:
        self._client = client
        self._rpc = client.rpc
        self._admitted: set[str] = set()

    def actor(self, index: int) -> str:
        """The `index`-th address, ready to send."""
        address = actor_address(index)
        if address not in self._admitted:
            first = index - index % _ACTORS_AT_ONCE
            self._admit([actor_address(one) for one in range(first, first + _ACTORS_AT_ONCE)])
        return address

    def fund(self, amounts: Mapping[str, int]) -> None:
        """Sets the balances that are lower; a sender's gas money comes on top."""
        wanted = [
            amount + (GAS_MONEY if address in self._admitted else 0)
            for address, amount in amounts.items()
        ]
        owned = self._client.balances(list(amounts))
        self._rpc.answers(
            [
                self._set_balance(address, amount)
                for address, amount, balance in zip(amounts, wanted, owned, strict=True)
                if balance < amount
            ]
        )

    def send(self, transactions: Sequence[Transaction]) -> list[Outcome]:
        """Sends them all."""
        self._admit(list({one.sender: None for one in transactions}))
        return self._send(transactions)

    def advance_to_block(self, number: int) -> None:
        """Mines empty blocks."""
        missing = number - self._client.latest().number
        if missing > 0:
            self._mine(missing)

    def refuse_dear_gas(self) -> None:
        """Gas is play money."""
        return

    def gas_price(self) -> int:
        """Gas is play money."""
        return 0

    def close(self) -> None:
        """Locks the addresses that were unlocked."""
        with suppress(ChainError):  # the node may be gone
            self._rpc.batch([self._lock(one) for one in self._admitted])
        self._admitted.clear()

    def now(self) -> int:
        """The time that the next block would have."""
        return max(self._client.latest().timestamp, self._client.pending_time())

    def advance_to(self, timestamp: int) -> None:
        """Mines a block at `timestamp`, unless there is one as late."""
        if self._client.latest().timestamp >= timestamp:
            return
        if self._client.pending_time() < timestamp:
            self._rpc.request("evm_setNextBlockTimestamp", timestamp)
        self._rpc.request("evm_mine")

    @abstractmethod
    def _mine(self, blocks: int) -> None:
        """Mines so many empty blocks."""

    @abstractmethod
    def _send(self, transactions: Sequence[Transaction]) -> list[Outcome]:
        """Sends them, and waits for them."""

    @abstractmethod
    def _unlock(self, addresses: Sequence[str]) -> None:
        """Lets the node send for `addresses`."""

    @abstractmethod
    def _lock(self, address: str) -> Request:
        """The request that undoes `_unlock` for an address."""

    @abstractmethod
    def _set_balance(self, address: str, amount: int) -> Request:
        """The request that sets a balance, in wei."""

    def _unlocked_again(self, sender: str, refusal: RpcError) -> bool:
        """Whether another program had locked the sender, with whom this one shares it, and it can be tried once more."""
        if not _LOCKED.search(refusal.message):
            return False
        self._unlock([sender])
        return True

    def _refuse_dear(self, one: Transaction, price: int) -> None:
        """Raises FeeTooHighError if a transaction must not pay the price, in wei per gas."""
        if one.max_fee is not None:
            refuse_dear(self._rpc.url, price, one.max_fee, TIGHTER)

    def _admit(self, addresses: Sequence[str]) -> None:
        new = [one for one in addresses if one not in self._admitted]
        if not new:
            return
        self._unlock(new)
        balances = self._client.balances(new)
        self._rpc.answers(
            [
                self._set_balance(address, balance + GAS_MONEY)
                for address, balance in zip(new, balances, strict=True)
            ]
        )
        self._admitted.update(new)


class Anvil(DevNode):
    """Anvil, whether `connect` started it or somebody else.

    Mining is paused while a batch goes in: left to itself, Anvil forgets some of a large one until
    the next transaction arrives. Gas prices fall by one wei from each transaction to the next,
    which is what makes a block keep their order.

    Whoever is killed in between leaves mining paused, and transactions that nobody mines. So a
    transaction alone goes in without a pause, and what was left behind is mined first.
    """

    at_once = 250

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._mine_leftovers()
        with self._cheap_gas():
            self.actor(0)  # shows at once where its methods are blocked

    def _mine(self, blocks: int) -> None:
        self._rpc.request("anvil_mine", quantity(blocks))

    def _unlock(self, addresses: Sequence[str]) -> None:
        self._rpc.answers([("anvil_impersonateAccount", (one,)) for one in addresses])

    def _lock(self, address: str) -> Request:
        return "anvil_stopImpersonatingAccount", (address,)

    def _set_balance(self, address: str, amount: int) -> Request:
        return "anvil_setBalance", (address, quantity(amount))

    def _send(self, transactions: Sequence[Transaction]) -> list[Outcome]:
        automatic = self._mine_leftovers()
        with self._cheap_gas():
            return self._rounds(transactions, automatic)

    def _rounds(self, transactions: Sequence[Transaction], automatic: bool) -> list[Outcome]:
        if len(transactions) == 1:
            return [self._round({0: transactions[0]})[0]]
        outcomes: dict[int, Outcome] = {}
        with self._mining_paused() if automatic else nullcontext():
            while pending := [n for n in range(len(transactions)) if n not in outcomes]:
                together = self._in_order([transactions[n] for n in pending])
                outcomes |= self._round({n: transactions[n] for n in pending[:together]})
        return [outcomes[n] for n in range(len(transactions))]

    def _in_order(self, transactions: Sequence[Transaction]) -> int:
        """How many of the first of them are sure to be mined in their order.

        Where one does not fit into what is left of a block, Anvil takes a smaller one from behind
        it. So in a batch that may fill a block, gas limits must not fall.
        """
        total = highest = 0
        for place, one in enumerate(transactions):
            limit = self._client.gas_limit(one)
            total += limit
            if limit < highest and total > self._client.block_gas:
                return place
            highest = max(highest, limit)
        return len(transactions)

    def _mine_leftovers(self) -> bool:
        """Mines what others left behind; returns whether mining is automatic."""
        automatic = self._rpc.ask("anvil_getAutomine").flag()
        if not automatic and self._rpc.ask("txpool_status").field("pending").number():
            self._rpc.request("evm_mine")
        return automatic

    @contextmanager
    def _mining_paused(self) -> Iterator[None]:
        self._rpc.request("evm_setAutomine", False)
        try:
            yield
        finally:
            self._rpc.request("evm_setAutomine", True)

    def _round(
        self, pending: Mapping[int, Transaction], once_more: bool = True
    ) -> dict[int, Outcome]:
        """Sends `pending`; returns the outcomes of some, at least of the first.

        A transaction can be refused for what one before it in the same batch would have changed.
        So those behind a refused one are taken back, and it comes first in the next round.
        """
        self._set_base_fee(0)
        answers = dict(zip(pending, self._rpc.ask_all(self._requests(pending)), strict=True))
        hashes = {n: one.text() for n, one in answers.items() if not isinstance(one, RpcError)}
        first, refused = next(
            ((n, one) for n, one in answers.items() if isinstance(one, RpcError)), (None, None)
        )
        if first is not None:
            self._drop([one for n, one in hashes.items() if n > first])
            hashes = {n: one for n, one in hashes.items() if n < first}
        if not hashes:
            assert first is not None
            assert refused is not None
            if once_more and self._unlocked_again(pending[first].sender, refused):
                return self._round(pending, once_more=False)
            return {first: _reverted(pending[first], refused)}
        return self._mined({n: pending[n] for n in hashes}, hashes)

    def _requests(self, pending: Mapping[int, Transaction]) -> list[Request]:
        nonces = self._client.nonces([one.sender for one in pending.values()])
        requests: list[Request] = []
        for place, one in enumerate(pending.values()):
            price = GWEI + len(pending) - place
            self._refuse_dear(one, price)
            sent = self._client.fields(one) | {
                "nonce": quantity(nonces[one.sender]),
                "gasPrice": quantity(price),
            }
            nonces[one.sender] += 1
            requests.append(("eth_sendTransaction", (sent,)))
        return requests

    def _mined(
        self, pending: Mapping[int, Transaction], hashes: Mapping[int, str]
    ) -> dict[int, Outcome]:
        """Mines until all of `pending` have receipts, or no more come."""
        # One alone may have been mined as it came.
        found = self._client.receipts(list(hashes.values())) if len(hashes) == 1 else {}
        while missing := [one for one in hashes.values() if one not in found]:
            self._set_base_fee(0)
            self._rpc.request("evm_mine")
            fresh = self._client.receipts(missing)
            if not fresh:
                break
            found |= fresh
        outcomes = {
            n: self._client.outcome(pending[n], found[one])
            for n, one in hashes.items()
            if one in found
        }
        # Anvil passes over what its sender cannot pay for when its turn comes. What the same
        # sender has behind it could not be mined either, and gets another round.
        self._drop(missing)
        unpaid: dict[str, int] = {}
        for n, one in hashes.items():
            if one not in found:
                unpaid.setdefault(pending[n].sender, n)
        for n in unpaid.values():
            outcomes[n] = Reverted(f"{pending[n].what} failed: insufficient funds")
        return outcomes

    @contextmanager
    def _cheap_gas(self) -> Iterator[None]:
        """Lets blocks take any price meanwhile: full ones make gas dearer than what is offered."""
        history = self._rpc.ask("eth_feeHistory", quantity(1), "latest", [])
        before = history.field("baseFeePerGas").last().number(COUNT_BITS)  # the next block's
        try:
            yield
        finally:
            self._set_base_fee(before)

    def _set_base_fee(self, wei: int) -> None:
        """Sets the next block's base fee, in wei per gas."""
        self._rpc.request("anvil_setNextBlockBaseFeePerGas", quantity(wei))

    def _drop(self, hashes: Sequence[str]) -> None:
        self._rpc.batch([("anvil_dropTransaction", (one,)) for one in hashes])


class OneByOne(DevNode):
    """A node to which transactions go in one by one. Each gets a block of its own."""

    at_once = 32

    def _send(self, transactions: Sequence[Transaction]) -> list[Outcome]:
        # What is priced below the base fee would wait for ever. That rises by at most 1/8 from one
        # block to the next, which makes 44 times for so many.
        price = max(2 * GWEI, 44 * self._client.latest().base_fee)
        automatic = self._mines_by_itself()
        return [self._send_one(one, price, automatic) for one in transactions]

    @abstractmethod
    def _mines_by_itself(self) -> bool:
        """Whether a transaction that comes in is mined at once."""

    def _send_one(
        self, transaction: Transaction, price: int, automatic: bool, once_more: bool = True
    ) -> Outcome:
        self._refuse_dear(transaction, price)
        try:
            asked = self._client.fields(transaction) | {"gasPrice": quantity(price)}
            sent = self._rpc.ask("eth_sendTransaction", asked).text()
        except RpcError as error:
            # It may be one that was mined, and failed.
            mined = error.transaction_hash()
            if mined is None:
                if once_more and self._unlocked_again(transaction.sender, error):
                    return self._send_one(transaction, price, automatic, once_more=False)
                return _reverted(transaction, error)
            sent = mined
        if not automatic:
            self._rpc.request("evm_mine")
        return self._client.outcome(transaction, self._client.wait([sent], PATIENCE)[sent])


class Ganache(OneByOne):
    """Ganache, whether `connect` started it or somebody else.

    A batch of several senders it would reorder, and it takes no longer for one after the other, since mining is
    what takes its time.
    """

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._rpc.request("evm_mine")  # the newest block may be hours old

    def now(self) -> int:
        """The time of the newest block."""
        return self._client.latest().timestamp

    def advance_to(self, timestamp: int) -> None:
        """Mines a block at `timestamp`, unless there is one as late."""
        if self._client.latest().timestamp >= timestamp:
            return
        self._rpc.request("evm_mine")
        if self._client.latest().timestamp >= timestamp:
            return
        self._rpc.request("evm_setTime", timestamp * 1000)  # in milliseconds
        self._rpc.request("evm_mine")
        if self._client.latest().timestamp < timestamp:
            raise ChainError(f"{self._rpc.url}: the clock does not advance to {timestamp}")

    def _mine(self, blocks: int) -> None:
        self._rpc.request("evm_mine", {"blocks": blocks})

    def _mines_by_itself(self) -> bool:
        return True  # or at its intervals, which are waited for: it does not tell

    def _unlock(self, addresses: Sequence[str]) -> None:
        # In two batches, because Ganache works on all of a batch at once.
        self._rpc.answers([("evm_addAccount", (one, "")) for one in addresses])
        self._rpc.answers([("personal_unlockAccount", (one, "", 0)) for one in addresses])

    def _lock(self, address: str) -> Request:
        return "evm_removeAccount", (address, "")

    def _set_balance(self, address: str, amount: int) -> Request:
        return "evm_setAccountBalance", (address, quantity(amount))


class Hardhat(OneByOne):
    """Hardhat's node, which somebody else started."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.actor(0)  # shows at once where its methods are blocked

    def _mine(self, blocks: int) -> None:
        self._rpc.request("hardhat_mine", quantity(blocks))

    def _mines_by_itself(self) -> bool:
        return self._rpc.ask("hardhat_getAutomine").flag()

    def _unlock(self, addresses: Sequence[str]) -> None:
        self._rpc.answers([("hardhat_impersonateAccount", (one,)) for one in addresses])

    def _lock(self, address: str) -> Request:
        return "hardhat_stopImpersonatingAccount", (address,)

    def _set_balance(self, address: str, amount: int) -> Request:
        return "hardhat_setBalance", (address, quantity(amount))


def _reverted(transaction: Transaction, refusal: RpcError) -> Reverted:
    """A refusal as the outcome of the transaction, if that was at fault."""
    failed = failure(transaction, refusal)
    if not isinstance(failed, Reverted):
        raise failed
    return failed
