"""Chains that keepers have to live with: they kill, refuse, lag, or do something else at the wrong moment."""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from offchain.chain.backend import Log, Receipt, Reverted, Transaction
from offchain.chain.errors import ChainError


class Proxy:
    """A chain that is another one, but for what subclasses change."""

    def __init__(self, chain: Any) -> None:
        self.chain = chain

    def __getattr__(self, name: str) -> Any:
        return getattr(self.chain, name)


class Killed(BaseException):
    """The keeper's process ends here: nothing in it can catch this."""


class Mortal(Proxy):
    """Kills its keeper before or after the `fatal`-th transaction."""

    def __init__(self, chain: Any, fatal: int = 1, before: bool = False) -> None:
        super().__init__(chain)
        self.left, self.before = fatal, before

    def send(self, transaction: Transaction) -> Receipt:
        self.left -= 1
        if self.before and self.left == 0:
            raise Killed
        receipt: Receipt = self.chain.send(transaction)
        if self.left == 0:
            raise Killed
        return receipt


class Moody(Proxy):
    """Refuses a `share` of all requests: simulations, transactions, questions; or mines, and then does not answer."""

    def __init__(self, chain: Any, seed: int, share: float) -> None:
        super().__init__(chain)
        self.rng, self.share = random.Random(seed), share

    def mood(self) -> None:
        if self.rng.random() < self.share:
            raise self.rng.choice((Reverted("the node is not in the mood"), ChainError("timeout")))

    def send(self, transaction: Transaction) -> Receipt:
        self.mood()
        receipt: Receipt = self.chain.send(transaction)
        self.mood()
        return receipt

    def estimate(self, transaction: Transaction) -> int:
        self.mood()
        gas: int = self.chain.estimate(transaction)
        return gas

    def call(self, to: str, data: bytes, sender: str | None = None) -> bytes:
        self.mood()
        answer: bytes = self.chain.call(to, data, sender)
        return answer

    def logs(self, addresses: Sequence[str], first_block: int, *to: Any, **how: Any) -> list[Log]:
        self.mood()
        logs: list[Log] = self.chain.logs(addresses, first_block, *to, **how)
        return logs

    def block(self) -> int:
        self.mood()
        number: int = self.chain.block()
        return number


class Refusing(Proxy):
    """Refuses to simulate what `refuses` says."""

    def __init__(self, chain: Any, refuses: Callable[[Transaction], bool]) -> None:
        super().__init__(chain)
        self.refuses, self.asked = refuses, 0

    def estimate(self, transaction: Transaction) -> int:
        self.asked += 1
        if self.refuses(transaction):
            raise Reverted("cannot be simulated")
        gas: int = self.chain.estimate(transaction)
        return gas


class Trap(Proxy):
    """Lets transactions that start with `selector` fail although simulation said otherwise; each costs a fee."""

    def __init__(self, chain: Any, selector: bytes) -> None:
        super().__init__(chain)
        self.selector, self.failed = selector, 0

    def send(self, transaction: Transaction) -> Receipt:
        if transaction.data.startswith(self.selector):
            self.failed += 1
            raise Reverted("a trap", fee=21_000)
        receipt: Receipt = self.chain.send(transaction)
        return receipt


class Dear(Proxy):
    """Makes transactions that start with `selector` look as if they took `gas`."""

    def __init__(self, chain: Any, selector: bytes, gas: int) -> None:
        super().__init__(chain)
        self.selector, self.gas = selector, gas

    def estimate(self, transaction: Transaction) -> int:
        gas: int = self.chain.estimate(transaction)
        return self.gas if transaction.data.startswith(self.selector) else gas


class Rivalled(Proxy):
    """Lets a `rival` act just before each transaction."""

    def __init__(self, chain: Any, rival: Callable[[], object]) -> None:
        super().__init__(chain)
        self.rival = rival

    def send(self, transaction: Transaction) -> Receipt:
        with suppress(ChainError):
            self.rival()
        receipt: Receipt = self.chain.send(transaction)
        return receipt


class Lagging(Proxy):
    """Shows no block beyond `newest`, if that is set."""

    newest: int | None = None

    def block(self) -> int:
        number: int = self.chain.block() if self.newest is None else self.newest
        return number


class Window(Proxy):
    """Lets `hook` have its way with the logs that are read."""

    hook: Callable[[Sequence[str], int, list[Log]], list[Log]] | None = None
    reads = 0

    def logs(self, addresses: Sequence[str], first_block: int, *to: Any, **how: Any) -> list[Log]:
        self.reads += 1
        logs: list[Log] = self.chain.logs(addresses, first_block, *to, **how)
        return logs if self.hook is None else self.hook(addresses, first_block, logs)


class Watched(Proxy):
    """Keeps what was sent, and counts what was asked."""

    def __init__(self, chain: Any) -> None:
        super().__init__(chain)
        self.sent: list[Transaction] = []
        self.asked = 0

    def send(self, transaction: Transaction) -> Receipt:
        self.sent.append(transaction)
        receipt: Receipt = self.chain.send(transaction)
        return receipt

    def estimate(self, transaction: Transaction) -> int:
        self.asked += 1
        gas: int = self.chain.estimate(transaction)
        return gas

    def call(self, to: str, data: bytes, sender: str | None = None) -> bytes:
        self.asked += 1
        answer: bytes = self.chain.call(to, data, sender)
        return answer


class Candid(Proxy):
    """Makes recipients take money in simulation and burn gas in earnest."""

    def __init__(self, chain: Any, turn: Callable[[bool], None]) -> None:
        super().__init__(chain)
        self.turn = turn

    def estimate(self, transaction: Transaction) -> int:
        self.turn(True)
        gas: int = self.chain.estimate(transaction)
        self.turn(False)
        return gas
