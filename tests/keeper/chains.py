"""Chains that keepers have to live with: they kill, refuse, lag, or do something else at the wrong moment."""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from offchain.chain.backend import Chain, Log, Receipt, Reverted, Transaction
from offchain.chain.errors import ChainError
from offchain.chain.fees import FeeTooHighError
from offchain.io.units import GWEI

ASKED = frozenset({"block", "call", "estimate", "header", "logs", "now", "send", "time_of"})
"""What a keeper asks of a chain."""


class Proxy:
    """A chain that is another one, but for what subclasses define, or answer by `asked`."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.chain, name)
        return partial(self.asked, name, found) if name in ASKED else found

    def asked(self, name: str, ask: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """The answer to one of the questions of `ASKED`."""
        return ask(*args, **options)


class Killed(BaseException):
    """The keeper's process ends here: nothing in it can catch this."""


class Mortal(Proxy):
    """Kills its keeper before or after the `fatal`-th transaction."""

    def __init__(self, chain: Chain, fatal: int = 1, before: bool = False) -> None:
        super().__init__(chain)
        self.left, self.before = fatal, before

    def send(self, transaction: Transaction) -> Receipt:
        self.left -= 1
        if self.before and self.left == 0:
            raise Killed
        receipt = self.chain.send(transaction)
        if self.left == 0:
            raise Killed
        return receipt


class Moody(Proxy):
    """Refuses a `share` of all requests: simulations, transactions, questions; or mines, and then does not answer."""

    def __init__(self, chain: Chain, seed: int, share: float) -> None:
        super().__init__(chain)
        self.rng, self.share = random.Random(seed), share

    def mood(self) -> None:
        if self.rng.random() < self.share:
            raise self.rng.choice((Reverted("the node is not in the mood"), ChainError("timeout")))

    def asked(self, name: str, ask: Callable[..., Any], *args: Any, **options: Any) -> Any:
        if name in ("now", "time_of", "header"):
            return ask(*args, **options)
        self.mood()
        answer = ask(*args, **options)
        if name == "send":
            self.mood()
        return answer


class Refusing(Proxy):
    """Refuses to simulate what `refuses` says."""

    def __init__(self, chain: Chain, refuses: Callable[[Transaction], bool]) -> None:
        super().__init__(chain)
        self.refuses, self.simulated = refuses, 0

    def estimate(self, transaction: Transaction) -> int:
        self.simulated += 1
        if self.refuses(transaction):
            raise Reverted("cannot be simulated")
        return self.chain.estimate(transaction)


class Trap(Proxy):
    """Lets transactions with a call of `selector` fail although simulation said otherwise; each costs a fee."""

    def __init__(self, chain: Chain, selector: bytes) -> None:
        super().__init__(chain)
        self.selector, self.failed = selector, 0

    def send(self, transaction: Transaction) -> Receipt:
        if self.selector in transaction.data:
            self.failed += 1
            raise Reverted("a trap", fee=21_000)
        return self.chain.send(transaction)


class Dear(Proxy):
    """Makes transactions with a call of `selector` look as if they took `gas` more."""

    def __init__(self, chain: Chain, selector: bytes, gas: int) -> None:
        super().__init__(chain)
        self.selector, self.gas = selector, gas

    def estimate(self, transaction: Transaction) -> int:
        gas = self.chain.estimate(transaction)
        return gas + self.gas if self.selector in transaction.data else gas


class Rivalled(Proxy):
    """Lets a `rival` act just before each transaction."""

    def __init__(self, chain: Chain, rival: Callable[[], object]) -> None:
        super().__init__(chain)
        self.rival = rival

    def send(self, transaction: Transaction) -> Receipt:
        with suppress(ChainError):
            self.rival()
        return self.chain.send(transaction)


class Lagging(Proxy):
    """Shows no block beyond `newest`, if that is set."""

    newest: int | None = None

    def block(self) -> int:
        return self.chain.block() if self.newest is None else self.newest


class Window(Proxy):
    """Lets `hook` have its way with the logs that are read."""

    hook: Callable[[Sequence[str], int, list[Log]], list[Log]] | None = None
    reads = 0

    def logs(self, addresses: Sequence[str], first_block: int, *to: Any, **how: Any) -> list[Log]:
        self.reads += 1
        logs = self.chain.logs(addresses, first_block, *to, **how)
        return logs if self.hook is None else self.hook(addresses, first_block, logs)


class Watched(Proxy):
    """Keeps what was sent, and counts what was asked. told: the data of each call and simulation."""

    def __init__(self, chain: Chain) -> None:
        super().__init__(chain)
        self.sent: list[Transaction] = []
        self.told: list[bytes] = []

    def send(self, transaction: Transaction) -> Receipt:
        self.sent.append(transaction)
        return self.chain.send(transaction)

    def estimate(self, transaction: Transaction) -> int:
        self.told.append(transaction.data)
        return self.chain.estimate(transaction)

    def call(self, to: str, data: bytes, sender: str | None = None) -> bytes:
        self.told.append(data)
        return self.chain.call(to, data, sender)


class Candid(Proxy):
    """Makes recipients take money in simulation and burn gas in earnest."""

    def __init__(self, chain: Chain, turn: Callable[[bool], None]) -> None:
        super().__init__(chain)
        self.turn = turn

    def estimate(self, transaction: Transaction) -> int:
        self.turn(True)
        gas = self.chain.estimate(transaction)
        self.turn(False)
        return gas


class Costly(Proxy):
    """Where gas takes `price` wei now, and no transaction may pay more than `bound`."""

    price, bound = 0, 200 * GWEI

    def refuse_dear_gas(self) -> None:
        if self.price > self.bound:
            raise FeeTooHighError(f"gas takes {self.price} wei now")

    def send(self, transaction: Transaction) -> Receipt:
        self.refuse_dear_gas()
        return self.chain.send(transaction)
