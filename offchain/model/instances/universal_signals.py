"""Instances of the universally truthful monotone allocation, which draws one of several auctions without chance.

Source: "Prior-Free Clock Auctions for Bidders with Interdependent Values", §5, with the mix that its
Theorem 12 speaks of and does not build. A file is one of `monotone_signals`, and may say the word that
draws the auction; then the outcome also has the sale.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from offchain.io.fields import Field
from offchain.model.instances import monotone_signals
from offchain.model.instances.monotone_signals import MonotoneSignalsInstance
from offchain.model.instances.signals import Sale, SignalOutcome

WORD_LIMIT = 2**256 - 1
"""The largest random word."""


@dataclass(frozen=True, slots=True)
class UniversalSignalsInstance(MonotoneSignalsInstance):
    """draw: the random word, None where it is not there yet."""

    mechanism: ClassVar[str] = "universal-signals"

    draw: int | None = None

    def to_json(self) -> dict[str, object]:
        """The instance as `read` takes it."""
        # A dataclass with slots is made anew, and `super()` without arguments names the class before that.
        written = MonotoneSignalsInstance.to_json(self)
        if self.draw is not None:
            written["draw"] = self.draw
        return written


@dataclass(frozen=True, slots=True)
class UniversalOutcome:
    """The distribution over all draws, and what the draw decides if there is one.

    colours: how many auctions there are to draw from, by colour; under the revenue rule each of them
    `steps` times, with other prices.
    """

    lottery: SignalOutcome
    colours: int
    steps: int
    sale: Sale | None = None

    @property
    def gas(self) -> Mapping[str, object] | None:
        """What the chain used, None from the reference model."""
        return self.lottery.gas

    def to_json(self) -> dict[str, object]:
        """The outcome as the command line prints it."""
        written: dict[str, object] = {
            "mechanism": self.lottery.mechanism,
            "colours": self.colours,
            "steps": self.steps,
        }
        distribution: Mapping[str, object] = replace(self.lottery, gas=None).to_json()
        written.update(distribution)
        if self.sale is not None:
            written.update(winner=self.sale.winner, price=self.sale.price)
        if self.gas is not None:
            written["gas"] = dict(self.gas)
        return written


def read(instance: Field) -> UniversalSignalsInstance:
    """The universal-signals instance of a JSON object.

    Raises InvalidInput naming the field and its value. O(entries * bidders).
    """
    rest = monotone_signals.read(instance, also=("draw",))
    draw = instance.members().get("draw")
    return UniversalSignalsInstance(
        signals=rest.signals,
        rule=rest.rule,
        types=rest.types,
        bidders=rest.bidders,
        draw=None if draw is None else draw.integer(0, WORD_LIMIT),
    )
