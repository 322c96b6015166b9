"""What is offered for gas: EIP-1559 fees, or one price where a chain has no base fee; never above a bound.

A node's word is taken for what gas costs now, and for nothing above the bound: no transaction that could
pay more per gas is signed, whatever the node says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from offchain.chain.errors import ChainError
from offchain.chain.rpc import Rpc, RpcError, quantity
from offchain.io.units import GWEI

TIGHTER: Final = "what is left of --budget"
"""What makes the bound of one transaction lower than that of all."""

_LEAST_TIP: Final = 10**6
"""What Geth's block makers ask, in wei per gas."""
_BLOCKS_LOOKED_AT: Final = 5
_PERCENTILE: Final = 50


@dataclass(frozen=True, slots=True)
class Fees:
    """An offer, in wei per gas. most: base fee and tip together. tip: None where the chain has no base fee."""

    most: int
    tip: int | None

    def fields(self) -> dict[str, int]:
        """The fields of a transaction that say so."""
        if self.tip is None:
            return {"gasPrice": self.most}
        return {"maxFeePerGas": self.most, "maxPriorityFeePerGas": self.tip}

    def better_by(self, wei: int) -> Fees:
        """The offer with so much more for who makes the block."""
        return Fees(self.most + wei, None if self.tip is None else self.tip + wei)

    def raised(self, bound: int) -> Fees | None:
        """An eighth more of everything: what every client takes in place of this offer. None: the bound forbids it.

        Geth, Reth, Besu and Erigon want 10 % more, of both fields.
        """
        most = min(bound, self.most * 9 // 8 + 1)
        if most * 10 < self.most * 11:
            return None
        return Fees(most, None if self.tip is None else min(most, self.tip * 9 // 8 + 1))

    def at_least(self, other: Fees) -> Fees:
        """The better of both, field by field."""
        most = max(self.most, other.most)
        if self.tip is None or other.tip is None:
            return Fees(most, None)
        return Fees(most, max(self.tip, other.tip))


class FeeTooHighError(ChainError):
    """Gas takes more than the bound allows."""


def refuse_dear(url: str, needed: int, bound: int, whose: str = "--max-fee") -> None:
    """Raises FeeTooHighError if gas takes more than `bound`, both in wei per gas. `whose`: what made the bound."""
    if needed > bound:
        raise FeeTooHighError(
            f"{url}: gas takes {gwei(needed)} gwei now, above the bound of {gwei(bound)} gwei ({whose})"
        )


def suggest(rpc: Rpc, bound: int, whose: str = "--max-fee") -> Fees:
    """What gets a transaction into one of the next blocks: room for the base fee to double, and the usual tip.

    Raises:
        FeeTooHighError: even the next block takes more than `bound`, in wei per gas.
        ChainError: the node does not answer.
    """
    needed, offer = _offer(rpc)
    refuse_dear(rpc.url, needed, bound, whose)
    most = min(bound, offer.most)
    return Fees(most, None if offer.tip is None else min(most, offer.tip))


def gwei(wei: int) -> str:
    """An amount in gwei, to three places if it is not whole."""
    whole, rest = divmod(wei, GWEI)
    return f"{whole:,}" if not rest else f"{whole:,}.{rest // 10**6:03}"


def _offer(rpc: Rpc) -> tuple[int, Fees]:
    """What the next block takes, in wei per gas, and what to offer."""
    base = rpc.ask("eth_getBlockByNumber", "latest", False).field("baseFeePerGas")
    if base.is_missing():
        price = rpc.ask("eth_gasPrice").number()
        return price, Fees(price * 5 // 4 + 1, None)
    base_fee = base.number() * 9 // 8  # the most that the next block can have
    try:
        base_fee, tip = _expected(rpc)
    except RpcError:
        tip = _asked_tip(rpc)  # some nodes keep no history
    tip = max(tip, _LEAST_TIP)
    return base_fee + tip, Fees(2 * base_fee + tip, tip)


def _expected(rpc: Rpc) -> tuple[int, int]:
    """The base fee of the next block, and the usual tip of the last ones."""
    history = rpc.ask("eth_feeHistory", quantity(_BLOCKS_LOOKED_AT), "latest", [_PERCENTILE])
    rewards = history.field("reward")
    paid = [] if rewards.is_missing() else [one.items() for one in rewards.items()]
    tips = sorted(tip.number() for tips in paid for tip in tips)
    base_fee = history.field("baseFeePerGas").last().number()
    return base_fee, tips[len(tips) // 2] if tips else 0


def _asked_tip(rpc: Rpc) -> int:
    try:
        return rpc.ask("eth_maxPriorityFeePerGas").number()
    except RpcError:
        return GWEI
