"""Sending on any other node: transactions are signed here, and time passes by waiting.

The accounts' keys derive from a secret, the seed; whoever knows it owns what they hold. The money
that `fund` hands out comes from the first account that the node itself can sign for, or else from
account 0, which somebody has to send some.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, Final

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_hash.auto import keccak

from offchain.chain.answers import COUNT_BITS
from offchain.chain.backend import MAX_TRANSACTION_GAS, Receipt, Reverted, Transaction
from offchain.chain.client import Client, failure
from offchain.chain.connect import SEED_VARIABLE
from offchain.chain.errors import ChainError
from offchain.chain.rpc import RpcError, blob, quantity, to_number

Outcome = Receipt | Reverted

_PUBLIC_SEED: Final = "consort"
_TOY_CHAINS: Final = frozenset({1337, 31337})
"""Where money is worth nothing: the ids of development chains."""
_CHUNK: Final = 50
_GAS_ASIDE: Final = 1_000_000
_TRANSFER_GAS: Final = 100_000
_POLL_SECONDS: Final = 1.0
# A block may still come whose time is this much behind the clock of the node.
_LATE_BLOCK_SECONDS: Final = 15
_KNOWN: Final = ("already known", "already imported", "known transaction")


class Signing:
    """A node that sends for nobody, or only for its own accounts; see `Chain` for the methods.

    `patience` is how long a transaction may take to be mined, in seconds.
    """

    def __init__(self, client: Client, seed: str | None, patience: float) -> None:
        self._client = client
        self._rpc = client.rpc
        self._patience = patience
        self._chain_id = self._rpc.ask("eth_chainId").number()
        self._unlocked = self._node_accounts()
        if seed is None and self._chain_id not in _TOY_CHAINS:
            raise ChainError(
                f"{self._rpc.url} is no development node: set {SEED_VARIABLE} to a long secret, "
                "which the keys of the accounts are made of"
            )
        self._seed = _PUBLIC_SEED if seed is None else seed
        self._keys: dict[str, LocalAccount] = {}
        self._key = cache(self._derive)

    def actor(self, index: int) -> str:
        """The `index`-th account of the seed."""
        return self._key(index).address

    def now(self) -> int:
        """The time of the newest block, or somewhat less than that of the next."""
        return max(
            self._client.latest().timestamp, self._client.pending_time() - _LATE_BLOCK_SECONDS
        )

    def advance_to(self, timestamp: int) -> None:
        """Waits for `timestamp`."""
        while self.now() < timestamp:
            time.sleep(_POLL_SECONDS)

    def advance_to_block(self, number: int) -> None:
        """Waits for block `number`."""
        while self._client.latest().number < number:
            time.sleep(_POLL_SECONDS)

    def fund_all(self, amounts: Mapping[str, int], progress: Callable[[int], None] | None) -> None:
        """Sends each what is missing to its amount and some gas."""
        for start in range(0, len(amounts), _CHUNK):
            some = dict(islice(amounts.items(), start, start + _CHUNK))
            aside = _GAS_ASIDE * self._gas_price()
            owned = self._client.balances(list(some))
            self._give(
                {
                    address: amount + aside - balance
                    for (address, amount), balance in zip(some.items(), owned, strict=True)
                }
            )
            if progress is not None:
                progress(start + len(some))

    def send_all(
        self, transactions: Sequence[Transaction], progress: Callable[[int], None] | None
    ) -> list[Outcome]:
        """Sends all; see `Chain`.

        What would fail is not sent, and costs nothing.
        """
        outcomes: list[Outcome] = []
        while len(outcomes) < len(transactions):
            outcomes.extend(self._send_some(transactions[len(outcomes) : len(outcomes) + _CHUNK]))
            if progress is not None:
                progress(len(outcomes))
        return outcomes

    def _node_accounts(self) -> list[str]:
        try:
            return [one.address() for one in self._rpc.ask("eth_accounts").items()]
        except RpcError:
            return []  # public nodes have none, and some refuse the question

    def _derive(self, index: int) -> LocalAccount:
        account: LocalAccount = Account.from_key(keccak(f"{self._seed}/{index}".encode()))
        self._keys[account.address] = account
        return account

    def _gas_price(self) -> int:
        """What miners ask now and a quarter more, in wei per gas."""
        return self._rpc.ask("eth_gasPrice").number() * 5 // 4 + 1

    def _send_some(self, transactions: Sequence[Transaction]) -> list[Outcome]:
        """Sends the first few of `transactions`, at least one, and waits for them.

        One that depends on another before it seems to fail until that is mined; so what comes
        before the first that seems to fail is sent, and the rest is for the next time.
        """
        payable = self._payable(transactions)
        limits = self._limits(transactions[:payable])
        if isinstance(limits, Reverted):
            return [limits]
        ready = list(zip(transactions, limits, strict=False))
        price = self._gas_price()
        self._top_up(ready, price)
        hashes: list[str] = []
        nonces = self._client.nonces(list({one.sender: None for one, _ in ready}), "pending")
        for place, (one, limit) in enumerate(ready):
            try:
                # Prices fall, so that blocks keep the order.
                hashes.append(self._submit(one, limit, nonces[one.sender], price + _CHUNK - place))
            except RpcError as error:
                if hashes:
                    break
                failed = failure(one, error)
                if isinstance(failed, Reverted):
                    return [failed]
                raise failed from error
            nonces[one.sender] += 1
        mined = self._client.wait(hashes, self._patience)
        return [
            self._client.outcome(one, mined[hash_])
            for (one, _), hash_ in zip(ready, hashes, strict=False)
        ]

    def _payable(self, transactions: Sequence[Transaction]) -> int:
        """How many of the first of them their senders can pay for, gas aside; at least one."""
        senders = list({one.sender: None for one in transactions})
        left = dict(zip(senders, self._client.balances(senders), strict=True))
        for place, one in enumerate(transactions):
            left[one.sender] -= one.value
            if left[one.sender] < 0 and place > 0:
                return place
        return len(transactions)

    def _limits(self, transactions: Sequence[Transaction]) -> list[int] | Reverted:
        """Gas limits for the first of `transactions` that would succeed now, or why none would."""
        answers = self._rpc.ask_all(
            [("eth_estimateGas", (self._client.fields(one),)) for one in transactions]
        )
        limits: list[int] = []
        for one, answer in zip(transactions, answers, strict=True):
            if isinstance(answer, RpcError):
                failed = failure(one, answer)
                if not isinstance(failed, Reverted):
                    raise failed
                return limits or failed
            # Those before it in the same chunk may make it dearer.
            generous = answer.number(COUNT_BITS) * 5 // 4 + 20_000
            limits.append(one.gas or min(generous, MAX_TRANSACTION_GAS))
        return limits

    def _submit(self, transaction: Transaction, gas: int, nonce: int, price: int) -> str:
        told: dict[str, Any] = {"gas": gas, "nonce": nonce, "gasPrice": price}
        told |= {"data": blob(transaction.data), "value": transaction.value}
        if transaction.to is not None:
            told["to"] = transaction.to
        key = self._keys.get(transaction.sender)
        if key is not None:
            signed = key.sign_transaction(told | {"chainId": self._chain_id})
            return self._submit_signed(blob(signed.raw_transaction), blob(signed.hash))
        if transaction.sender.lower() not in map(str.lower, self._unlocked):
            raise ChainError(f"{self._rpc.url}: there is no key to send from {transaction.sender}")
        asked = {name: quantity(v) if isinstance(v, int) else v for name, v in told.items()}
        return self._rpc.ask("eth_sendTransaction", asked | {"from": transaction.sender}).text()

    def _submit_signed(self, raw: str, hash_: str) -> str:
        try:
            self._rpc.request("eth_sendRawTransaction", raw)
        except RpcError as error:
            # It was sent before, and only the answer was lost.
            if not any(known in error.message.lower() for known in _KNOWN):
                raise
        return hash_

    def _top_up(self, ready: Sequence[tuple[Transaction, int]], price: int) -> None:
        """Gives senders what they lack for gas; what they pay with a call must be theirs."""
        gas: dict[str, int] = {}
        value: dict[str, int] = {}
        for one, limit in ready:
            gas[one.sender] = gas.get(one.sender, 0) + limit * (price + _CHUNK)
            value[one.sender] = value.get(one.sender, 0) + one.value
        ours = [one for one in gas if one in self._keys and one != self._purse()]
        self._give(
            {
                one: min(gas[one], gas[one] + value[one] - balance)
                for one, balance in zip(ours, self._client.balances(ours), strict=True)
            }
        )

    def _purse(self) -> str:
        return self._unlocked[0] if self._unlocked else self.actor(0)

    def _give(self, amounts: dict[str, int]) -> None:
        """Sends wei out of the purse, and waits for it."""
        wanted = {one: amount for one, amount in amounts.items() if amount > 0}
        if not wanted:
            return
        purse = self._purse()
        price = self._gas_price()
        due = sum(wanted.values()) + len(wanted) * _TRANSFER_GAS * price
        owned = self._client.balances([purse])[0]
        if owned < due or purse in wanted:
            raise ChainError(f"{self._rpc.url}: account {purse} has {owned} wei, and needs {due}")
        nonce = self._client.nonces([purse], "pending")[purse]
        hashes = [
            self._submit(Transaction(purse, one, b"", amount), _TRANSFER_GAS, nonce + n, price)
            for n, (one, amount) in enumerate(wanted.items())
        ]
        mined = self._client.wait(hashes, self._patience)
        for one, hash_ in zip(wanted, hashes, strict=True):
            if to_number(mined[hash_]["status"]) != 1:
                raise ChainError(f"{self._rpc.url}: {one} does not take money")
