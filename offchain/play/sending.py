"""Transactions of a play: all succeed, or the play stops."""

from collections import Counter
from collections.abc import Callable, Sequence

from offchain.chain.backend import Chain, Receipt, Reverted, Transaction


def send(
    chain: Chain,
    transactions: Sequence[Transaction],
    progress: Callable[[int], None] | None = None,
) -> list[Receipt]:
    """Sends them all; their receipts in the same order. Raises the first `Reverted`; `progress` as in `Chain.send_all`."""
    receipts = []
    for result in chain.send_all(transactions, progress):
        if isinstance(result, Reverted):
            raise result
        receipts.append(result)
    return receipts


def send_counted(
    chain: Chain, transactions: Sequence[Transaction], gas: Counter[str], step: str
) -> list[Receipt]:
    """As `send`; adds the gas that they used to that of `step`."""
    receipts = send(chain, transactions)
    for receipt in receipts:
        gas[step] += receipt.gas_used
    return receipts
