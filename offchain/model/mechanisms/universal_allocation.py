"""The monotone allocation as a draw among auctions without chance, each of them ex-post truthful.

Source: "Prior-Free Clock Auctions for Bidders with Interdependent Values", §5, Theorems 12 and 13, which
speak of such a mix; the mix itself, and its proof, are in docs/universal.md.

Bidder i is served at the profile s if its signal is at least its threshold t, the least signal at which
it is optimal, the others' signals being what they are. The profile (t, s_-i) is its base; it does not
depend on s_i. Each base has a colour, and the auction of a colour sells to the served bidder whose base
has it. That is one at most:

- with n bidders and no more than n colours needed, the colour of a base is that of the sum of all bidders'
  marks at it. s with the signal of one bidder lowered differs from s by a difference of two marks, and no
  two of these are alike (or a pair apart, where pairs are the colours); if they are the same one, both
  profiles are the same to values that treat bidders of a type alike, and so is who is optimal there;
- with fewer bidders than that, it is the place of its bidder.

Under the revenue rule an auction has a step, too, from 0 to lcm(1..k) - 1, and the bidder is offered the
good at its value at the signal t + step mod (k - t), which it takes if its signal is at least that. That
is uniform over t..k-1 for a uniform step.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import lcm

from offchain.model.instances.lotteries import Lottery, optimal_bidder, outcome_of
from offchain.model.instances.monotone_signals import MonotoneSignalsInstance, most_allocated
from offchain.model.instances.signals import UNSOLD, Rule, Sale
from offchain.model.instances.universal_signals import UniversalOutcome, UniversalSignalsInstance
from offchain.model.mechanisms import monotone_allocation
from offchain.model.mechanisms.marks import Marks, known_marks
from offchain.model.mechanisms.monotone_allocation import Worths, replaced


class NoMarksError(ValueError):
    """More bidders than colours of the largest table of marks, which no file can hold the values of."""


@dataclass(frozen=True, slots=True)
class Colouring:
    """The colours of bases. kinds: of each bidder the number of its type. marks: None where bidders' places are the colours."""

    kinds: tuple[int, ...]
    marks: Marks | None

    @property
    def colours(self) -> int:
        """How many there are."""
        return len(self.kinds) if self.marks is None else self.marks.colours

    def of(self, bidder: int, base: Sequence[int]) -> int:
        """The colour of a bidder's base, from 0. O(bidders)."""
        return (
            bidder if self.marks is None else self.marks.colour_of[self.marks.sum(self.kinds, base)]
        )


@dataclass(frozen=True, slots=True)
class Served:
    """A bidder who has a chance at a profile: its threshold, and the colour of its base."""

    bidder: int
    threshold: int
    colour: int


@dataclass(frozen=True, slots=True)
class Draw:
    """Which of the auctions is held."""

    colour: int
    step: int


def solve(instance: UniversalSignalsInstance) -> UniversalOutcome:
    """The exact distribution, and the sale if the word is there. O(n*k) look-ups of a profile, of n values each."""
    colouring = colouring_of(instance)
    return UniversalOutcome(
        outcome_of(instance, lottery(instance)),
        colouring.colours,
        steps_of(instance),
        None if instance.draw is None else sale(instance, drawn(instance, instance.draw)),
    )


def colouring_of(instance: MonotoneSignalsInstance) -> Colouring:
    """By the places of bidders or by marks, whichever has fewer colours."""
    places = {name: kind for kind, name in enumerate(instance.types)}
    kinds = tuple(places[bidder.type] for bidder in instance.bidders)
    return colouring(kinds, instance.signals, len(instance.types))


def colouring(kinds: Sequence[int], signals: int, types: int) -> Colouring:
    """The same for bidders of these types. Raises NoMarksError beyond the table of marks."""
    if len(kinds) <= most_allocated(signals, types):
        return Colouring(tuple(kinds), None)
    marks = known_marks(signals, types)
    if marks is None:
        raise NoMarksError(f"no marks are kept for {types} types of {signals} signals")
    return Colouring(tuple(kinds), marks if marks.colours < len(kinds) else None)


def steps_of(instance: MonotoneSignalsInstance) -> int:
    """How many auctions there are of each colour."""
    return lcm(*range(1, instance.signals + 1)) if instance.rule is Rule.REVENUE else 1


def drawn(instance: MonotoneSignalsInstance, word: int) -> Draw:
    """The auction that a word draws: digits from its low end, first the colour, then the step."""
    rest, colour = divmod(word, colouring_of(instance).colours)
    return Draw(colour, rest % steps_of(instance))


def every_draw(instance: MonotoneSignalsInstance) -> Iterator[Draw]:
    """All auctions, each as likely as another."""
    for colour in range(colouring_of(instance).colours):
        for step in range(steps_of(instance)):
            yield Draw(colour, step)


def lottery(instance: MonotoneSignalsInstance) -> Lottery:
    """The exact probability of every (winner, price): the monotone allocation's with as many sharers as colours."""
    return monotone_allocation.allocation(
        instance.worths,
        instance.profile,
        instance.signals,
        colouring_of(instance).colours,
        instance.rule,
    )


def served(worths: Worths, profile: Sequence[int], colours: Colouring) -> list[Served]:
    """Everybody with a chance at the profile, in file order. O(n*k) look-ups."""
    return [
        Served(bidder, threshold, colours.of(bidder, replaced(profile, bidder, threshold)))
        for bidder, threshold in enumerate(monotone_allocation.thresholds(worths, profile))
        if threshold is not None
    ]


def sale(instance: MonotoneSignalsInstance, draw: Draw) -> Sale:
    """What the auction that was drawn does at the instance's profile. At most k look-ups of a profile."""
    sold = auction(
        instance.worths, instance.profile, instance.signals, colouring_of(instance), draw
    )
    return UNSOLD if sold is None else Sale(instance.bidders[sold[0]].name, sold[1])


def auction(
    worths: Worths, profile: Sequence[int], signals: int, colours: Colouring, draw: Draw
) -> tuple[int, int] | None:
    """The winner and the price of the auction that was drawn; None: not sold.

    Of the profiles one signal lower, and the profile itself, at most one kind has the colour: the bidder
    who is optimal there is served, if it is the one whose signal is lower and is optimal at no lower one.
    """
    found = winner(worths, profile, colours, draw.colour)
    return None if found is None else offer(worths, profile, signals, *found, draw.step)


def offer(
    worths: Worths, profile: Sequence[int], signals: int, bidder: int, threshold: int, step: int
) -> tuple[int, int] | None:
    """What the served bidder of a colour pays at a step; None if its signal is below the one that sets the price."""
    offered = threshold + step % (signals - threshold)
    if offered > profile[bidder]:
        return None
    return bidder, worths(replaced(profile, bidder, offered))[bidder]


def winner(
    worths: Worths, profile: Sequence[int], colours: Colouring, colour: int
) -> tuple[int, int] | None:
    """The served bidder of a colour, and its threshold."""
    marks = colours.marks
    if marks is None:
        threshold = _threshold(worths, profile, colour, profile[colour])
        return None if threshold is None else (colour, threshold)
    here = marks.sum(colours.kinds, profile)
    if marks.colour_of[here] == colour:
        bidder = optimal_bidder(worths(profile))
        return _if_least(worths, profile, bidder, profile[bidder])
    for kind, signal, lower, difference in marks.differences():
        if marks.colour_of[marks.group.sum([here, difference])] == colour:
            own = (kind, signal)
            them = [
                bidder
                for bidder, its in enumerate(zip(colours.kinds, profile, strict=True))
                if its == own
            ]
            if not them:
                return None
            # Whoever of them is lowered, the values are the same.
            bidder = optimal_bidder(worths(replaced(profile, them[0], lower)))
            return _if_least(worths, profile, bidder, lower) if bidder in them else None
    return None


def _if_least(
    worths: Worths, profile: Sequence[int], bidder: int, signal: int
) -> tuple[int, int] | None:
    """The bidder and the signal, if it is optimal at no lower one."""
    lower = _threshold(worths, profile, bidder, signal - 1)
    return (bidder, signal) if lower is None else None


def _threshold(worths: Worths, profile: Sequence[int], bidder: int, most: int) -> int | None:
    """The least signal up to `most` at which the bidder is optimal."""
    for signal in range(most + 1):
        if optimal_bidder(worths(replaced(profile, bidder, signal))) == bidder:
            return signal
    return None
