"""What each step of a signal clock auction costs, measured on Anvil with the bytecode that is deployed.

Auctions are played as `consort solve --on anvil` plays them, and every transaction is kept.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from benchmarks.gas.bench import Bench, own_node
from benchmarks.gas.recorder import Recorder, recorder
from offchain.bindings.contracts import contract
from offchain.bindings.enumerations import ClockPhase
from offchain.chain.backend import MAX_TRANSACTION_GAS, Transaction
from offchain.model.instances.signal_clock import SignalClockInstance, shape
from offchain.model.instances.signals import Rule, SignalBidder, Table
from offchain.play.signal_clock import SignalClocks

_VALUE: Final = 10**9
"""About what a value is, in units: five of a table's eight bytes are not zero."""
_MOST: Final = 31
_DAY: Final = 86_400

_NOBODY: Final = "0x" + "00" * 20
_CALLS: Final[dict[str, tuple[Any, ...]]] = {
    "list": (_NOBODY, 0, (0,) * 7),
    "join": (0, 0),
    "register": (0, b""),
    "requestDraw": (0,),
    "begin": (0,),
    "accept": (0, 0),
    "exit": (0,),
    "multicall": ([],),
    "prepare": (0, 0, []),
    "expire": (0,),
    "stateOffer": (0, b""),
    "buy": (0,),
    "reclaim": (0,),
    "claim": (0,),
    "claimBatch": (0, []),
}
"""Every function of the auction that is measured, with arguments of the right types, for its selector."""

ROWS: Final = {
    "list": ("list", 198_000),
    "join": ("join", 83_000),
    "join 12": ("join as the last of 12 types", 90_000),
    "register 32": ("register 32 values", 70_000),
    "register 512": ("register 512 values", 210_000),
    "register 4095": ("register 4,095 values", 1_260_000),
    "register 12": ("register 4,096 values, of 12 types", 4_500_000),
    "request": ("ask for the word", 62_000),
    "begin": ("take the word", 94_000),
    "learn": ("other type: accept and exit", 66_000),
    "prepare 32": ("prepare a table of 32 values, in a batch of 31", 15_000),
    "prepare 4093": ("prepare a table of 4,093 values, in a batch of 2", 860_000),
    **{
        f"{kind} {number}": (f"asked as number {number} of 31: {label}", 59_000)
        for kind, label in (("exit", "exit"), ("accept", "accept the top"))
        for number in (1, 2, 10, 20, 30)
    },
    "both": ("asked: accept and exit, 133 signals", 67_000),
    "expire": ("pass over somebody silent", 49_000),
    "state 32": ("state the offer, 32 values", 75_000),
    "state 4095": ("state the offer, 4,095 values", 865_000),
    "buy": ("buy", 104_000),
    "reclaim": ("return the item", 53_000),
    "claim": ("claim the deposit, by oneself", 47_000),
    "return": ("return a deposit, in a batch of 31", 23_500),
    "largest": ("the largest transaction of all these", MAX_TRANSACTION_GAS),
}
"""Every step with what it is called in tables, and its budget in gas, for each bidder that it serves."""


def measure() -> dict[str, dict[str, int]]:
    """Plays the auctions on an Anvil of its own: gas, how many it served and transactions, for every step of `ROWS`.

    Of several transactions of a kind the dearest counts.

    Raises:
        ChainError: Anvil does not start, or a transaction fails.
    """
    with own_node(recorder("SignalClockAuction", _CALLS)) as chain:
        chain.advance_to(Bench.start)
        bench = _Bench(chain)
        bench.crowds()
        bench.long_tables()
        bench.types()
        bench.silence()
        bench.keep("largest", chain.largest)
        return {name: bench.steps[name] for name in ROWS}


def _one_type(
    signals: int, profile: Sequence[int], value: Callable[[int, int], int]
) -> SignalClockInstance:
    """Bidders of one type with these signals; `value` of a bidder by number, and the total."""
    return _instance(signals, ("x",), ["x"] * len(profile), profile, value)


def _instance(
    signals: int,
    types: tuple[str, ...],
    kinds: Sequence[str],
    profile: Sequence[int],
    value: Callable[[int, int], int],
) -> SignalClockInstance:
    """Bidders whose values depend on the sum of all signals."""
    box = shape(signals, types, kinds)

    def table(number: int) -> Table:
        return Table.of(box, lambda index: value(number, sum(index)))

    bidders = (
        SignalBidder(f"b{number}", kind, signal, table(number))
        for number, (kind, signal) in enumerate(zip(kinds, profile, strict=True))
    )
    return SignalClockInstance(signals, Rule.WELFARE, types, tuple(bidders))


class _Bench:
    """The contract on a node, and the costs so far."""

    def __init__(self, chain: Recorder) -> None:
        self.steps: dict[str, dict[str, int]] = {}
        self._chain = chain
        self._clocks = SignalClocks(chain)

    def crowds(self) -> None:
        """31 bidders with two signals, each the best at a total of its own, so that all are asked."""
        for kind, call, signal in (("exit", "exit", 0), ("accept", "accept", 1)):
            crowd = _one_type(2, [signal] * _MOST, lambda n, q: _VALUE * (2 * q + (n == q)))
            self._play(crowd, 1 + signal)
            answers = self._chain.costs[call]
            for number in (1, 2, 10, 20, 30):
                self.keep(f"{kind} {number}", answers[number - 1])
        costs = self._chain.costs
        self.keep("list", costs["list"][0])
        self.keep("join", max(costs["join"]))
        self.keep("register 32", max(costs["register"]))
        self.keep("request", costs["requestDraw"][0])
        self.keep("begin", costs["begin"][0])
        self.keep("prepare 32", sum(costs["prepare"]), _MOST)
        self.keep("state 32", costs["stateOffer"][0])
        self.keep("buy", costs["buy"][0])
        self.keep("return", costs["claimBatch"][0], _MOST)

    def long_tables(self) -> None:
        """The longest tables: of one bidder, of two, and of 31."""
        self._play(_one_type(512, [100], lambda _, q: _VALUE + q), 0)
        self.keep("register 512", self._chain.costs["register"][0])
        steep = _one_type(2048, [1023, 1023], lambda n, q: _VALUE + 10 * (n + 1) * q)
        self._play(steep, 1000)
        self.keep("register 4095", max(self._chain.costs["register"]))
        self.keep("state 4095", self._chain.costs["stateOffer"][0])
        many = _one_type(133, [4 * n for n in range(_MOST)], lambda _, q: _VALUE + 10 * q)
        self._play(many, 10**17)
        self.keep("prepare 4093", sum(self._chain.costs["prepare"]), _MOST)
        self.keep("both", max(self._chain.costs["multicall"]))

    def types(self) -> None:
        """12 types of one bidder, the most sides a table can have; and two types of two bidders."""
        names = tuple(f"t{n}" for n in range(12))
        profile = [1] * len(names)
        self._play(_instance(2, names, names, profile, lambda _, q: _VALUE + q), 0)
        self.keep("register 12", max(self._chain.costs["register"]))
        self.keep("join 12", max(self._chain.costs["join"]))
        kinds = ("x", "x", "y", "y")
        two = _instance(3, ("x", "y"), kinds, [1] * 4, lambda n, q: _VALUE + 10 * q + n)
        self._play(two, 0)
        begun = [name for name, _ in self._chain.order].index("begin")
        answers = [gas for name, gas in self._chain.order[begun:] if name == "multicall"]
        self.keep("learn", max(answers[:2]))

    def silence(self) -> None:
        """Somebody asked lets the deadline pass; then everybody gets back what is left, by itself or not at all."""
        chain, clocks = self._chain, self._clocks
        instance = _one_type(2, [0] * 3, lambda n, q: _VALUE * (2 * q + (n == q)))
        (lot,) = clocks.open(instance, 1)
        trail = clocks.start(instance, lot, 0)
        assert trail.asked is not None
        first, keeper = trail.accounts[trail.asked], chain.actor(0)
        self._say(first, "exit", lot)
        while clocks.phase_of(lot) is ClockPhase.ASKING:
            chain.advance_to(chain.now() + _DAY)
            self._say(keeper, "expire", lot)
        self.keep("expire", max(chain.costs["expire"]))
        self._say(keeper, "reclaim", lot)
        self.keep("reclaim", chain.costs["reclaim"][0])
        self._say(first, "claim", lot)
        self.keep("claim", chain.costs["claim"][0])

    def _say(self, sender: str, function: str, *arguments: object) -> None:
        data = contract("SignalClockAuction").encode(function, *arguments)
        self._chain.send_all([Transaction(sender, self._clocks.auction, data)])

    def _play(self, instance: SignalClockInstance, word: int) -> None:
        self._chain.clear()
        (lot,) = self._clocks.open(instance, 1)
        self._clocks.play(instance, lot, word)

    def keep(self, step: str, gas: int, members: int = 1) -> None:
        """Notes what a step cost all whom it served."""
        self.steps[step] = {"gas": gas, "members": members, "transactions": 1}
