"""Sending on any other node: transactions are signed here, and time passes by waiting.

The accounts are those of `Keys`; whoever knows these owns what they hold. Accounts are
given money only out of the purse that was named. On development chains that is, unless another is named, the
first account that the node itself can sign for, or else account 0.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from eth_account.signers.local import LocalAccount

from offchain.chain.answers import COUNT_BITS
from offchain.chain.backend import MAX_TRANSACTION_GAS, TOY_CHAINS, Outcome, Reverted, Transaction
from offchain.chain.client import Client, failure
from offchain.chain.errors import ChainError, Unfunded
from offchain.chain.keys import Keys, NodeAccounts, Secret
from offchain.chain.outbox import Outbox
from offchain.chain.rpc import RpcError
from offchain.chain.spending import DEFAULT_SPENDING, KEY_VARIABLE, SEED_VARIABLE, Spending
from offchain.io.units import ether_at_least, ether_at_most

_PUBLIC: Final = Secret("consort")
_GAS_ASIDE: Final = 1_000_000
_WORKING_GAS: Final = 10_000_000
"""What who lacks money for gas is given at once, beyond the need of the moment: some twenty of the usual transactions."""
_TRANSFER_GAS: Final = 100_000
_POLL_SECONDS: Final = 1.0
# A block may still come whose time is this much behind the clock of the node.
_LATE_BLOCK_SECONDS: Final = 15


class Signing:
    """A node that sends for nobody, or only for its own accounts; see `Manners` for the methods.

    `keys` are the accounts'; None: of a secret that everybody knows, on development chains. `patience` is how long a
    transaction may take to be mined, in seconds; `spending` what gas may cost, and
    who gives others money for it.
    """

    at_once = funded_at_once = 50

    def __init__(
        self,
        client: Client,
        keys: Keys | None,
        patience: float,
        spending: Spending = DEFAULT_SPENDING,
    ) -> None:
        self._client = client
        self._rpc = client.rpc
        self._fund_from = spending.fund_from
        self._chain_id = self._rpc.ask("eth_chainId").number()
        self._unlocked = self._node_accounts()
        self._source = self._checked(keys)
        self._keys: dict[str, LocalAccount] = {}
        self._key = cache(self._derive)
        self._outbox = Outbox(
            client, self._chain_id, self._keys, self._unlocked, spending.max_fee, patience
        )

    def actor(self, index: int) -> str:
        """The `index`-th account of the keys. Raises KeyRefused if there is none."""
        if isinstance(self._source, NodeAccounts):
            return self._node_account(index)
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

    def fund(self, amounts: Mapping[str, int]) -> None:
        """Sends each what is missing to its amount and some gas."""
        aside = _GAS_ASIDE * self._outbox.fees().most
        owned = self._client.balances(list(amounts))
        self._give(
            {
                address: amount + aside - balance
                for (address, amount), balance in zip(amounts.items(), owned, strict=True)
            }
        )

    def send(self, transactions: Sequence[Transaction]) -> list[Outcome]:
        """Sends the first few of them. What would fail is not sent, and costs nothing.

        One that depends on another before it seems to fail until that is mined; so what comes
        before the first that seems to fail is sent, and the rest is for the next time.
        """
        for one in transactions:
            if not self._outbox.can_send_from(one.sender):
                raise ChainError(f"{self._rpc.url}: there is no key to send from {one.sender}")
        payable = self._payable(transactions)
        limits = self._limits(transactions[:payable])
        if isinstance(limits, Reverted):
            return [limits]
        ready = list(zip(transactions, limits, strict=False))
        fees = self._outbox.fees(min(self._outbox.bound_of(one) for one, _ in ready))
        self._top_up(ready, fees.most + len(ready))
        ready = self._affordable(ready, fees.most + len(ready))
        try:
            receipts = self._outbox.send(ready, fees)
        except RpcError as error:
            failed = failure(ready[0][0], error)
            if isinstance(failed, Reverted):
                return [failed]
            raise failed from error
        return [
            self._client.outcome(one, receipt)
            for (one, _), receipt in zip(ready, receipts, strict=False)
        ]

    def refuse_dear_gas(self) -> None:
        """Raises FeeTooHighError if gas takes more than the bound."""
        self._outbox.fees()

    def gas_price(self) -> int:
        """What a unit of gas may cost now, in wei. Raises FeeTooHighError if that is above the bound."""
        return self._outbox.fees().most

    def close(self) -> None:
        """Nothing to put back."""

    def _node_accounts(self) -> list[str]:
        try:
            return [one.address() for one in self._rpc.ask("eth_accounts").items()]
        except RpcError:
            return []  # public nodes have none, and some refuse the question

    def _checked(self, keys: Keys | None) -> Keys:
        """The keys to use. Raises ChainError if there are none, and KeyRefused if others could guess them."""
        nodes_own = isinstance(keys, NodeAccounts)
        if self._is_toy():
            return _PUBLIC if keys is None or (nodes_own and not keys.own) else keys
        if keys is None:
            raise ChainError(
                f"{self._rpc.url} is no development node: set {SEED_VARIABLE} to a long secret, "
                "which the keys of the accounts are made of"
            )
        if nodes_own and not self._unlocked:
            raise ChainError(
                f"{self._rpc.url} has no account of its own to send from: name a key file (--key-file), or set "
                f"{KEY_VARIABLE} to a private key or a wallet's phrase, or {SEED_VARIABLE} to a long secret"
            )
        keys.refuse_weak()
        return keys

    def _node_account(self, index: int) -> str:
        if index < len(self._unlocked):
            return self._unlocked[index]
        raise ChainError(
            f"{self._rpc.url} has {len(self._unlocked)} accounts of its own, counted from 0: there is no number {index}. "
            f"Name a key file (--key-file), or set {KEY_VARIABLE} to a private key or a wallet's phrase"
        )

    def _derive(self, index: int) -> LocalAccount:
        account = self._source.account(index)
        self._keys[account.address] = account
        return account

    def _payable(self, transactions: Sequence[Transaction]) -> int:
        """How many of the first of them their senders can pay for, gas aside; at least one."""
        return max(1, self._covered([(one.sender, one.value) for one in transactions]))

    def _covered(self, dues: Sequence[tuple[str, int]]) -> int:
        """How many of the first payments, by whom and in wei, can be made of what there is."""
        payers = list(dict.fromkeys(payer for payer, _ in dues))
        left = dict(zip(payers, self._client.balances(payers), strict=True))
        for place, (payer, due) in enumerate(dues):
            left[payer] -= due
            if left[payer] < 0:
                return place
        return len(dues)

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
            estimated = answer.number(COUNT_BITS)
            if estimated > MAX_TRANSACTION_GAS:
                return limits or Reverted(
                    f"{one.what} failed: it takes {estimated:,} gas, above the "
                    f"{MAX_TRANSACTION_GAS:,} that a transaction may have"
                )
            # Those before it in the same chunk may make it dearer.
            generous = estimated * 5 // 4 + 20_000
            limits.append(one.gas or min(generous, MAX_TRANSACTION_GAS))
        return limits

    def _top_up(self, ready: Sequence[tuple[Transaction, int]], price: int) -> None:
        """Gives senders what they lack for gas, and more for later; what they pay with a call must be theirs."""
        purse = self._purse()
        if purse is None:
            return
        gas, value = _needs(ready, price)
        ours = [one for one in gas if one in self._keys and one != purse]
        lacking = {
            one: min(gas[one], gas[one] + value[one] - balance)
            for one, balance in zip(ours, self._client.balances(ours), strict=True)
            if gas[one] + value[one] > balance
        }
        self._give(lacking, _WORKING_GAS * price)

    def _affordable(
        self, ready: Sequence[tuple[Transaction, int]], price: int
    ) -> list[tuple[Transaction, int]]:
        """The first of them, whose senders can pay even the highest price, wei per gas.

        Raises:
            ChainError: not even the first.
        """
        dues = [(one.sender, limit * price + one.value) for one, limit in ready]
        count = self._covered(dues)
        if not count:
            payer, due = dues[0]
            (owned,) = self._client.balances([payer])
            raise self._too_poor(payer, owned, due)
        return list(ready[:count])

    def _purse(self) -> str | None:
        """Who gives others money, if anybody is to."""
        if isinstance(self._fund_from, int):
            return self.actor(self._fund_from)
        if self._unlocked and (self._fund_from or self._is_toy()):
            return self._unlocked[0]
        if self._fund_from is not None:
            raise ChainError(f"{self._rpc.url}: the node has no account of its own to fund from")
        return self.actor(0) if self._is_toy() else None

    def _is_toy(self) -> bool:
        return self._chain_id in TOY_CHAINS

    def _give(self, amounts: Mapping[str, int], extra: int = 0) -> None:
        """Sends wei out of the purse, and waits for it; `extra` to each if there is as much."""
        wanted = {one: amount for one, amount in amounts.items() if amount > 0}
        if not wanted:
            return
        purse = self._purse()
        if purse is None:
            poor = next(iter(wanted))
            (owned,) = self._client.balances([poor])
            raise self._too_poor(poor, owned, owned + wanted[poor])
        fees = self._outbox.fees()
        due = sum(wanted.values()) + len(wanted) * _TRANSFER_GAS * (fees.most + len(wanted))
        (owned,) = self._client.balances([purse])
        if owned < due or purse in wanted:
            raise ChainError(_lacking(self._rpc.url, purse, owned, due))
        if owned >= due + extra * len(wanted):
            wanted = {one: amount + extra for one, amount in wanted.items()}
        gifts = [Transaction(purse, one, b"", amount) for one, amount in wanted.items()]
        while gifts:
            receipts = self._outbox.send([(one, _TRANSFER_GAS) for one in gifts], fees)
            for one, receipt in zip(gifts, receipts, strict=False):
                if isinstance(self._client.outcome(one, receipt), Reverted):
                    raise ChainError(f"{self._rpc.url}: {one.to} does not take money")
            gifts = gifts[len(receipts) :]

    def _too_poor(self, account: str, owned: int, due: int) -> Unfunded:
        return Unfunded(
            f"{_lacking(self._rpc.url, account, owned, due)}, or say who gives it (--fund-from)"
        )


def _lacking(url: str, account: str, owned: int, due: int) -> str:
    """Who lacks how much, in ETH; amounts in wei."""
    return (
        f"{url}: account {account} has {ether_at_most(owned)} ETH, and needs {ether_at_least(due)} ETH: "
        f"send it {ether_at_least(due - owned)} ETH"
    )


def _needs(
    ready: Sequence[tuple[Transaction, int]], price: int
) -> tuple[dict[str, int], dict[str, int]]:
    """Of each sender, in wei: what its gas may cost, and what it pays with its calls."""
    gas: dict[str, int] = {}
    value: dict[str, int] = {}
    for one, limit in ready:
        gas[one.sender] = gas.get(one.sender, 0) + limit * price
        value[one.sender] = value.get(one.sender, 0) + one.value
    return gas, value
