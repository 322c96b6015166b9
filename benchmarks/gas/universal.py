"""What each step of a universal auction costs, measured on Anvil with the bytecode that is deployed.

Auctions are played as `consort solve --on anvil` plays them, and every transaction is kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any, Final

from benchmarks.gas.bench import Bench, own_node
from benchmarks.gas.recorder import Recorder, recorder
from benchmarks.gas.sealing import Sealer
from offchain.bindings.contracts import contract
from offchain.bindings.value_tables import packed
from offchain.chain.backend import MAX_TRANSACTION_GAS, Transaction
from offchain.model.instances.signals import Rule, SignalBidder, Table
from offchain.model.instances.universal_signals import UniversalSignalsInstance
from offchain.play.universal import Trail, UniversalAuctions
from offchain.play.universal_tables import sides

_VALUE: Final = 10**9
"""About what a value is, in units: five of a table's eight bytes are not zero."""
_MOST: Final = 31
_SEED: Final = 1

_NOBODY: Final = "0x" + "00" * 20
_CALLS: Final[dict[str, tuple[Any, ...]]] = {
    "list": (_NOBODY, 0, (0,) * 8 + (bytes(12),)),
    "join": (0, 0),
    "register": (0, b"", bytes(24)),
    "reveal": (0, _NOBODY, 0, bytes(32)),
    "requestDraw": (0,),
    "decide": (0, 0, []),
    "buy": (0,),
    "decline": (0,),
    "reclaim": (0,),
    "claim": (0,),
    "claimBatch": (0, []),
}
"""Every function of the auction that is measured, with arguments of the right types, for its selector."""

ROWS: Final = {
    "list": ("list", 237_000),
    "join": ("join", 85_000),
    "register 32": ("register 32 values", 94_000),
    "register 1024": ("register 1,024 values, of three signals", 515_000),
    "register 12": ("register 4,096 values, of 12 types", 4_500_000),
    "reveal": ("reveal a signal", 54_000),
    "request": ("ask for the word", 62_000),
    "decide 32": ("decide: a table of 32 values, in a batch of 31", 9_500),
    "decide 1024": ("decide: a table of 1,024 values, in batches of 11", 216_000),
    "decide 12": ("decide: a table of 4,096 values, in a batch of 2", 860_000),
    "none": ("decide that nobody has the colour", 77_000),
    "buy": ("buy", 101_000),
    "decline": ("decline", 35_000),
    "reclaim": ("return the item", 53_000),
    "claim": ("claim the deposit, by oneself", 45_000),
    "return": ("return a deposit, in a batch of 31", 21_500),
    "largest": ("the largest transaction of all these", MAX_TRANSACTION_GAS),
}
"""Every step with what it is called in tables, and its budget in gas, for each bidder that it serves."""


def measure() -> dict[str, dict[str, int]]:
    """Plays the auctions on an Anvil of its own: gas, how many it served and transactions, for every step of `ROWS`.

    Of several transactions of a kind the dearest counts.

    Raises:
        ChainError: Anvil does not start, or a transaction fails.
    """
    with own_node(recorder("UniversalAuction", _CALLS)) as chain:
        chain.advance_to(Bench.start)
        bench = _Bench(chain)
        bench.crowd()
        bench.three_signals()
        bench.types()
        bench.nobody()
        bench.keep("largest", chain.largest)
        return {name: bench.steps[name] for name in ROWS}


@dataclass(frozen=True, slots=True)
class Crowd:
    """Bidders whose values depend on how many of each type have at least each signal: too many for a table of all signals.

    value: of a bidder by number, and those counts.
    """

    signals: int
    kinds: Sequence[int]
    profile: Sequence[int]
    value: Callable[[int, Sequence[int]], int]

    @property
    def instance(self) -> UniversalSignalsInstance:
        """The instance, but for its tables."""
        bidders = (
            SignalBidder(f"b{number}", f"t{kind}", signal, Table((), ()))
            for number, (kind, signal) in enumerate(zip(self.kinds, self.profile, strict=True))
        )
        types = tuple(f"t{kind}" for kind in range(max(self.kinds) + 1))
        return UniversalSignalsInstance(self.signals, Rule.WELFARE, types, tuple(bidders))

    def table(self, number: int) -> bytes:
        """A bidder's table, as the contract takes it."""
        places = product(*map(range, sides(self.kinds, self.signals)))
        return packed(self.value(number, counts) for counts in places)


class _Crowds(UniversalAuctions):
    """Auctions of crowds, whose seals have no zero byte."""

    def __init__(self, chain: Recorder) -> None:
        super().__init__(chain)
        self._sealer = Sealer(chain.chain_id, Random(_SEED))

    def gather(self, crowd: Crowd) -> int:
        """Opens a lot for a crowd, and returns its number."""
        self._crowd = crowd
        (lot,) = self.open(crowd.instance, 1)
        return lot

    def offered(self, crowd: Crowd, lot: int, word: int) -> str:
        """Draws a lot by a word, and returns to whom it is offered."""
        trail = Trail(crowd.instance, self._players(len(crowd.kinds)))
        self._decide(lot, trail, word)
        assert trail.offer is not None
        return trail.accounts[trail.offer[0]]

    def _sealed(self, lot: int, account: str, bidder: SignalBidder) -> tuple[object, ...]:
        opening = self._sealer.opening(self.auction, lot, account, bidder.signal, is_locked=False)
        self._openings.append(opening)
        return (self._sealer.seal(opening),)

    def _kinds(self, instance: UniversalSignalsInstance) -> Sequence[int]:
        return self._crowd.kinds

    def _tables(self, instance: UniversalSignalsInstance) -> list[bytes]:
        return [self._crowd.table(number) for number in range(len(instance.bidders))]


class _Bench:
    """The contract on a node, and the costs so far."""

    def __init__(self, chain: Recorder) -> None:
        self.steps: dict[str, dict[str, int]] = {}
        self._chain = chain
        self._crowds = _Crowds(chain)

    def crowd(self) -> None:
        """31 bidders with two signals, half of them high. The best has the low one, so that its base is the profile."""
        self._play([0] * _MOST, [number % 2 for number in range(_MOST)], signals=2, word=1)
        costs = self._chain.costs
        self.keep("list", costs["list"][0])
        self.keep("join", max(costs["join"]))
        self.keep("register 32", max(costs["register"]))
        self.keep("reveal", max(costs["reveal"]))
        self.keep("request", costs["requestDraw"][0])
        self.keep("decide 32", sum(costs["decide"]), _MOST)
        self.keep("buy", costs["buy"][0])
        self.keep("return", costs["claimBatch"][0], _MOST)

    def three_signals(self) -> None:
        """31 bidders with three, where the profile has the colour that is drawn: the most bases are looked at."""
        self._play([0] * _MOST, [number % 3 for number in range(_MOST)], signals=3, word=0)
        self.keep("register 1024", max(self._chain.costs["register"]))
        self.keep("decide 1024", sum(self._chain.costs["decide"]), _MOST)

    def types(self) -> None:
        """12 types of one bidder, the most sides a table can have; places are the colours."""
        self._play(range(12), [1] * 12, signals=2, word=0)
        self.keep("register 12", max(self._chain.costs["register"]))
        self.keep("decide 12", sum(self._chain.costs["decide"]), 12)

    def nobody(self) -> None:
        """Nobody has the signal that a base of the colour drawn takes; then somebody declines, and claims its deposit itself."""
        kinds = profile = [0] * 3
        self._play(kinds, profile, signals=2, word=1)
        self.keep("none", self._chain.costs["decide"][0])
        chain, crowds, crowd = self._chain, self._crowds, _crowd(kinds, profile, 2)
        chain.clear()
        lot = crowds.gather(crowd)
        first = crowds.offered(crowd, lot, 0)
        self._say(first, "decline", lot)
        self._say(first, "reclaim", lot)
        self._say(first, "claim", lot)
        for step in ("decline", "reclaim", "claim"):
            self.keep(step, chain.costs[step][0])

    def _say(self, sender: str, function: str, *arguments: object) -> None:
        data = contract("UniversalAuction").encode(function, *arguments)
        self._chain.send_all([Transaction(sender, self._crowds.auction, data)])

    def _play(self, kinds: Sequence[int], profile: Sequence[int], signals: int, word: int) -> None:
        self._chain.clear()
        crowd = _crowd(kinds, profile, signals)
        lot = self._crowds.gather(crowd)
        self._crowds.play(crowd.instance, lot, word)

    def keep(self, step: str, gas: int, members: int = 1) -> None:
        """Notes what a step cost all whom it served."""
        self.steps[step] = {"gas": gas, "members": members, "transactions": 1}


def _crowd(kinds: Sequence[int], profile: Sequence[int], signals: int) -> Crowd:
    """A crowd in which bidder 0 values the good most whatever the signals are."""
    return Crowd(signals, kinds, profile, lambda n, counts: _VALUE * (2 * sum(counts) + (n == 0)))
