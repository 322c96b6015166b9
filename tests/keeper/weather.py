"""A chain whose node has moods."""

import random
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Any

from offchain.chain.backend import Chain, Log, Reverted
from offchain.chain.errors import ChainError
from offchain.chain.logreader import LogReader
from tests.chain.test_logreader import Node, Raw, raw_log
from tests.keeper.chains import Killed, Proxy
from tests.keeper.test_lying_nodes import LIES


class Mood(Enum):
    """How a node behaves: as it should; it refuses, or does as asked and says that it could not; it answers little at once; it is
    behind; it lies.
    """

    FAIR = auto()
    REFUSING = auto()
    LIMITED = auto()
    LAGGING = auto()
    LYING = auto()


class Weather(Proxy):
    """What a keeper sees of a chain. left: how many more transactions it lives to send, None: any number.

    has_lied: whether the keeper that runs now can have been lied to.
    """

    def __init__(self, chain: Chain, seed: int) -> None:
        super().__init__(chain)
        self.rng = random.Random(seed)
        self.mood = Mood.FAIR
        self.share = 0.0
        self.left: int | None = None
        self.has_lied = False
        self.overhear: Callable[[bytes], None] = lambda data: None
        self._newest = 0

    def turn(self, mood: Mood, share: float) -> None:
        """From now on a `share` of all answers is as the mood has it."""
        self.mood, self.share = mood, share
        self._newest = self.chain.block()
        self.has_lied |= mood is Mood.LYING

    def asked(self, name: str, ask: Callable[..., Any], *args: Any, **options: Any) -> Any:
        if name in ("send", "estimate"):
            self.overhear(args[0].data)
        if name == "call":
            self.overhear(args[1])
        if name == "block" and self.mood is Mood.LAGGING:
            return min(self._newest, self.chain.block())
        self._refuse()
        is_limited = name == "logs" and self.mood is Mood.LIMITED
        answer = (self._in_pages if is_limited else ask)(*args, **options)
        if name == "send":
            self._die()
            self._refuse()
        if self.mood is Mood.LYING and name in LIES and self.rng.random() < self.share:
            return LIES[name](self.rng, answer)
        return answer

    def _in_pages(
        self,
        addresses: Sequence[str],
        first: int,
        last_block: int,
        topics: Sequence[bytes],
        progress: Callable[[int], None],
    ) -> list[Log]:
        """The logs as `JsonRpc` reads them from a node of which each answer has at most 4 logs, of 2 contracts, in 10 blocks."""
        blocks: dict[int, list[Raw]] = {}
        for log in self.chain.logs(addresses, first, last_block=last_block):
            so_far = blocks.setdefault(log.block, [])
            so_far.append(raw_log(log, len(so_far)))
        node = Node(blocks, span=10, addresses=2, most=4)
        return LogReader(node).read(addresses, first, last_block, topics, progress)

    def _refuse(self) -> None:
        if self.mood is Mood.REFUSING and self.rng.random() < self.share:
            raise self.rng.choice((Reverted("the node is not in the mood"), ChainError("timeout")))

    def _die(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                raise Killed
