"""A chain that remembers who sent, and when."""

from typing import Any

from offchain.chain.revm import Revm


class Heard(Revm):
    """senders: the time and the sender of each transaction, in order."""

    def __init__(self) -> None:
        self.senders: list[tuple[int, str]] = []
        super().__init__()

    def send_all(self, transactions: Any, progress: Any = None) -> Any:
        self._hear(transactions)
        return super().send_all(transactions, progress)

    def send(self, transaction: Any, *args: Any, **options: Any) -> Any:
        self._hear([transaction])
        return super().send(transaction, *args, **options)

    def _hear(self, transactions: Any) -> None:
        self.senders += [(self.now(), one.sender) for one in transactions]
