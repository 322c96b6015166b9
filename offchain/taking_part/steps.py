"""One step of a person: what it does, in words, and how it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from offchain.bindings.seals import Opening
from offchain.bindings.sentences import told
from offchain.chain.backend import Chain, Receipt, Reverted, Transaction
from offchain.chain.errors import ChainError, Unfunded
from offchain.io.units import ether_at_least, ether_at_most
from offchain.taking_part.words import Refused

Became = Callable[[Receipt], list[str]]
"""What a transaction brought about, in sentences."""
Keep = Callable[[Opening], None]
"""Keeps a receipt; it is on disk when this returns."""
_GAS_OF_A_BID: Final = 100_000
"""What one takes at most, with its lock, and what is rolled under it."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a person is about to do.

    does: in a few words, for the question. says: what will happen. risks: what can go wrong, and what to do. calls: what is sent,
    in order; each is tried before it is sent. became: what the last one brought about. receipt: what must be kept before
    anything leaves.
    """

    does: str
    says: tuple[str, ...]
    calls: tuple[Transaction, ...]
    became: Became
    risks: tuple[str, ...] = ()
    receipt: Opening | None = None

    def rehearse(self, chain: Chain) -> int:
        """What the first call can cost in gas, in wei, once it was tried without being sent.

        Raises:
            Unfunded: the sender cannot pay for it; the message says what it needs.
            Refused: a contract would refuse it.
        """
        first = self.calls[0]
        owned, price = chain.balance(first.sender), chain.gas_price()
        if owned < first.value:  # no node tells what it takes then
            raise _too_poor(first.sender, owned, first.value + _GAS_OF_A_BID * price)
        try:
            cost = chain.estimate(first) * price
        except Reverted as refusal:
            raise Refused(told(refusal)) from refusal
        if owned < first.value + cost:
            raise _too_poor(first.sender, owned, first.value + cost)
        return cost

    def take(self, chain: Chain, keep: Keep) -> list[str]:
        """Keeps the receipt, sends the calls, and says what became of it.

        Raises:
            ChainError: a contract refused a call after all; or as `Chain.send`.
        """
        if self.receipt is not None:
            keep(self.receipt)
        try:
            receipts = [chain.send(call) for call in self.calls]
        except Reverted as refusal:
            raise ChainError(f"that failed: {told(refusal)}") from refusal
        last = receipts[-1]
        return [*self.became(last), _sent(last)]


def _sent(receipt: Receipt) -> str:
    named = "" if receipt.hash is None else f"Transaction {receipt.hash}, "
    fee = f", {ether_at_least(receipt.fee)} ETH for gas" if receipt.fee else ""
    where = f"block {receipt.block:,}{fee}."
    return named + where if named else where[0].upper() + where[1:]


def _too_poor(account: str, owned: int, needed: int) -> Unfunded:
    return Unfunded(
        f"account {account} has {ether_at_most(owned)} ETH, and needs {ether_at_least(needed)} ETH for this: send it"
        f" {ether_at_least(needed - owned)} ETH or more"
    )
