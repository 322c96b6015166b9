"""The exact distribution of a signal discovery auction over its draws, as the chain plays it.

There are about n! sequences of draws, but what follows from a state (type, residue, active bidders,
q_min) does not depend on how it was reached. So every draw in every state is made on the chain once,
and the probabilities are put together from what came of it. No snapshots are needed: an auction is a
lot of its own, drawn by a word that leads it to a state and on to the draw not seen yet; the first
of each later draw follows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from offchain.chain.backend import Chain
from offchain.chain.errors import ChainError
from offchain.model.instances.lotteries import Lottery, merged, outcome_of
from offchain.model.instances.signal_clock import SignalClockInstance
from offchain.model.instances.signals import Sale, SignalOutcome
from offchain.play.limits import check_signal_clock
from offchain.play.observer import Observer
from offchain.play.signal_clock import SignalClocks
from offchain.play.signal_clock_trail import Drawing, Play, State

_WAVE = 50
"""How many lots are opened at a time."""

End = State | Sale
"""What a draw leads to: the state of the next one, or the end."""


class SignalStage:
    """The contracts deployed on a chain, ready to solve instances one after another."""

    def __init__(
        self, chain: Chain, phase_seconds: int = 3_600, observer: Observer | None = None
    ) -> None:
        """Deploys the contracts, of which `observer` hears. `phase_seconds`: how long joining and registering last each.

        `ChainError` if the chain cannot be reached.
        """
        self._clocks = SignalClocks(chain, phase_seconds, observer=observer)

    def play(
        self, instance: SignalClockInstance, observer: Observer | None = None
    ) -> SignalOutcome:
        """The outcome over all draws, each made on the chain, with the gas of all auctions that took.

        `InvalidInput` if the instance is too large (`limits.check_signal_clock`). `ChainError` if a transaction fails, a
        word does not lead where it should, or money went astray.
        """
        check_signal_clock(instance)
        clocks = self._clocks
        clocks.watch(observer)
        known = Map()
        words = [0]
        while words:
            wave = words[:_WAVE]
            lots = clocks.open(instance, len(wave))
            for lot, word in zip(lots, wave, strict=True):
                known.add(clocks.play(instance, lot, word))
            words = known.words()
            if wave[0] in words:
                raise ChainError(f"the word {wave[0]} did not lead to the draw it was made for")
        clocks.audit()
        outcome = outcome_of(instance, known.lottery(instance))
        return replace(outcome, gas=clocks.gas)


@dataclass(slots=True)
class Map:
    """Every state seen, what each of its draws leads to (None: not made yet), and a way to it from the start."""

    ends: dict[State, list[End | None]] = field(default_factory=dict)
    ways: dict[State, tuple[Drawing, ...]] = field(default_factory=dict)

    def add(self, play: Play) -> None:
        """Takes in what the draws of an auction led to."""
        nexts: list[End] = [*(drawing.state for drawing in play.drawings[1:]), play.sale]
        for number, (drawing, end) in enumerate(zip(play.drawings, nexts, strict=True)):
            if drawing.state not in self.ends:
                self.ends[drawing.state] = [None] * drawing.radix
                self.ways[drawing.state] = play.drawings[:number]
            self.ends[drawing.state][drawing.digit] = end

    def words(self) -> list[int]:
        """A word for every draw not made yet."""
        return [
            word_of([*self.ways[state], Drawing(state, digit, len(ends))])
            for state, ends in self.ends.items()
            for digit, end in enumerate(ends)
            if end is None
        ]

    def lottery(self, instance: SignalClockInstance) -> Lottery:
        """The probability of every (index of the winner, price). All draws must have been made."""
        indices = {bidder.name: index for index, bidder in enumerate(instance.bidders)}
        known: dict[State, Lottery] = {}
        for state in self._last_first():
            ends = self.ends[state]
            known[state] = merged(
                (sale, chance / len(ends))
                for end in ends
                for sale, chance in _chances(end, known, indices)
            )
        return known[()]

    def _last_first(self) -> Iterable[State]:
        """The states, each after all that follow it: every draw names more, or leaves fewer bidders active."""
        return sorted(self.ends, key=lambda s: (-len(s), s[2].bit_count() if len(s) > 2 else 0))


def _chances(
    end: End | None, known: dict[State, Lottery], indices: dict[str, int]
) -> Iterable[tuple[tuple[int, int], Fraction]]:
    if isinstance(end, Sale):
        return [] if end.winner is None else [((indices[end.winner], end.price), Fraction(1))]
    assert end is not None  # all draws were made
    return known[end].items()


def word_of(drawings: Iterable[Drawing]) -> int:
    """The least random word with these digits, the first in the lowest place; whatever is drawn later is 0."""
    word, unit = 0, 1
    for drawing in drawings:
        word += unit * drawing.digit
        unit *= drawing.radix
    return word
