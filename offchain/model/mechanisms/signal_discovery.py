"""The signal discovery auction: sealed and as an ascending auction over signal clocks.

Source: "Prior-Free Clock Auctions for Bidders with Interdependent Values", Mechanism 1 (§3.1, two
signals), §3.2 (types of expertise) and Mechanism 2 (§4.2, k signals), of which the others are cases.
Values and prices are integers in units, probabilities fractions.

Draw a type of expertise uniformly; everyone else's signal is learned, and they are rejected. Within
the type, q is the total of signals, and h(q) the bidder of the type with the highest value at q,
ties to the first in the file. Draw m uniformly from 0..k-2; the levels are the q with
q mod (k-1) = m. Then, until at most one bidder is active:

- draw an active bidder uniformly, and reject it: its signal is learned, which narrows the interval
  [q_min, q_max] of the totals still possible (a costly discovery: it may be the one to sell to);
- while an active bidder is h(q) for no level q in the interval, reject that one too, and narrow the
  interval by its signal (a free discovery).

The last bidder i is offered the good at v_i(q'), where q' is the least level in the interval with
h(q') = i, or under the revenue rule one of those levels drawn uniformly; it is sold if v_i at the
true total is at least that price.

What the paper leaves open, or says otherwise:

- "Let i be the single bidder in A" (line 17 of Mechanism 1): the free discoveries can reject
  everyone, and then there is no sale. With two bidders of whom a is optimal at every total, drawing
  a leaves b, who is optimal at none. Theorems 1 and 7 stand: where the true total is one of the
  levels, its optimal bidder is never rejected for free, so everyone goes only if it was drawn.
- Only bidders of the drawn type count for h, since the others can no longer win.
- The free discoveries may come in any order: the interval only shrinks, so a bidder who is optimal
  at none of its levels stays so, and the same bidders go whichever goes first.
- Lemmas 1 and 2: with R the bidders rejected at a cost and still optimal somewhere in the interval,
  A and R together are exactly the bidders optimal at some level in it, and it has at most |A| + 1
  levels. So |R| <= 1 after an iteration and <= 2 during one.
- There is always a level to price by: a last bidder who was not rejected is optimal at one.

So A alone decides what follows: the interval is known from who is not in it. And A is the set of
optimal bidders of an interval of levels, all or all but one: among n bidders there are O(n^3) such
sets, though n! orders of drawing. The exact distribution sums over those sets.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import factorial
from random import Random
from typing import NamedTuple

from offchain.model.instances.lotteries import Lottery, merged, optimal_bidder, outcome_of
from offchain.model.instances.signal_clock import SignalClockInstance
from offchain.model.instances.signals import UNSOLD, Rule, Sale, SignalOutcome

DRAWS_LIMIT = 1_000_000
"""How much work the exact distribution may be (some seconds); beyond, it is sampled, and `solve` says so.

Counted are the draws of a bidder and the free discoveries that follow them, those made at once as one
round (`Discovery.after`). With two signals, n bidders of one type need at most 2*C(n+3, 4) draws of at
most n - 1 rounds (see `Discovery.reached`), so that up to EXACT_BIDDERS are always solved exactly.
Beyond, only values and signals chosen for it need as much: 1,000 bidders with random values take
about as many draws as there are bidders.
"""

EXACT_BIDDERS = 27
"""So many of one type with two signals are never sampled."""

SAMPLES = 10_000
"""How many auctions are drawn where the exact distribution is too much work."""

SEED = 0
"""Of the sampled auctions: the same file gives the same outcome."""


class TooManyDrawsError(Exception):
    """The exact distribution of an instance would take more work than allowed."""


@dataclass(frozen=True, slots=True)
class Coins:
    """All that chance decides in one auction.

    kind: index of the drawn type. residue: m. order: the bidders of that type, by index in the
    file, in the order in which they are drawn if still active. pick: which of the levels at which
    the last bidder is optimal sets the price under the revenue rule, counted around; there are one
    or two, so a uniform 0 or 1 draws uniformly.
    """

    kind: int
    residue: int
    order: tuple[int, ...]
    pick: int


class Active(NamedTuple):
    """Where an auction stands: the active bidders as bits, by place in the type, and q_min."""

    bits: int
    least: int

    @property
    def size(self) -> int:
        """How many bidders are active."""
        return self.bits.bit_count()

    def places(self) -> Iterator[int]:
        """The places of the active bidders, in order."""
        rest = self.bits
        while rest:
            yield (rest & -rest).bit_length() - 1
            rest &= rest - 1


@dataclass(frozen=True, slots=True)
class Discovery:
    """The auction within one type for one residue, everyone else's signals being known.

    bidders: their indices in the file. step: k-1, between one level and the next. optimal: for each
    level in turn, the place in `bidders` of the one who is optimal there, and in `values` what the
    good is worth to that one. `spans[j][x]`: who is optimal at some of 2^j levels from the x-th on.
    holders: who has each signal that anybody has, as bits.
    """

    bidders: tuple[int, ...]
    signals: tuple[int, ...]
    step: int
    residue: int
    optimal: tuple[int, ...]
    values: tuple[int, ...]
    spans: tuple[tuple[int, ...], ...]
    holders: tuple[tuple[int, int], ...]

    @property
    def start(self) -> Active:
        """Everyone is active."""
        return Active(bits=(1 << len(self.bidders)) - 1, least=0)

    def interval(self, bits: int, least: int) -> tuple[int, int]:
        """Which levels lie in [q_min, q_max]: the place in `optimal` of the first, and one after the last."""
        stop = (least - self.residue) // self.step + bits.bit_count() + 1
        return -((self.residue - least) // self.step), stop

    def contenders(self, bits: int, least: int) -> int:
        """Who is optimal at some level in the interval, as bits; nobody if it holds none. O(1)."""
        first, stop = self.interval(bits, least)
        if first >= stop:
            return 0
        span = (stop - first).bit_length() - 1
        row = self.spans[span]
        return row[first] | row[stop - (1 << span)]

    def draw(self, active: Active, place: int) -> Active:
        """What is left after the costly discovery of one bidder and the free ones that follow."""
        return self.after(active, place)[0]

    def after(self, active: Active, place: int) -> tuple[Active, int]:
        """The same, and how much work it was: a step for the draw, and at least one for each round of free discoveries."""
        bits = active.bits ^ 1 << place
        least = active.least + self.signals[place]
        steps = 1
        while bits and (idle := bits & ~self.contenders(bits, least)):
            bits ^= idle
            looked = min(idle.bit_count(), len(self.holders))
            if looked < len(self.holders):
                while idle:
                    least += self.signals[idle.bit_length() - 1]
                    idle ^= 1 << idle.bit_length() - 1
            else:
                least += sum(
                    signal * (idle & bidders).bit_count() for signal, bidders in self.holders
                )
            steps += 1 + looked // 8
        return Active(bits, least), steps * (1 + len(self.bidders) // 1000)

    def rejected(self, active: Active) -> int:
        """|R|: how many bidders who are not active are still optimal somewhere in the interval."""
        return (self.contenders(*active) & ~active.bits).bit_count()

    def prices(self, last: Active, rule: Rule) -> list[int]:
        """The prices that the one active bidder may be offered, all equally likely: one or two.

        Never none: a bidder who is optimal at no level in the interval would have been rejected.
        """
        place = last.bits.bit_length() - 1
        levels = range(*self.interval(*last))
        prices = [self.values[level] for level in levels if self.optimal[level] == place]
        return prices if rule is Rule.REVENUE else prices[:1]

    def reached(self, steps: list[int]) -> Iterator[tuple[Active, int]]:
        """All that an auction can come to, the most active bidders first, each with n! times its probability.

        n! makes every probability an integer: on the way, the number of active bidders falls at
        every draw, and each of these numbers divides by itself once at most. steps: one entry, how
        much work it may still be (`after`), which is counted down. Raises TooManyDrawsError when it is
        used up.

        With two signals and a < n active, the interval holds a + 1 levels and starts at one of
        n - a + 1 totals, and A is all its optimal bidders or, if they are a + 1, all but one. So
        there are at most (n - a + 1)(a + 1) such sets, with a draws each: 2*C(n+3, 4) draws in all.
        More signals are as many auctions of that order. Each draw is O(1) and as much more for
        every round of free discoveries, of which there are fewer than active bidders.
        """
        waiting: list[dict[Active, int]] = [{} for _ in range(len(self.bidders) + 1)]
        waiting[-1][self.start] = factorial(len(self.bidders))
        for size in range(len(self.bidders), -1, -1):
            for active, weight in waiting[size].items():
                yield active, weight
                if size < 2:
                    continue
                for place in active.places():
                    left, taken = self.after(active, place)
                    steps[0] -= taken
                    if steps[0] < 0:
                        raise TooManyDrawsError
                    before = waiting[left.size].get(left, 0)
                    waiting[left.size][left] = before + weight // size
            waiting[size] = {}


def discovery(instance: SignalClockInstance, kind: int, residue: int) -> Discovery:
    """The auction within the type at that index, for the levels of that residue.

    O(b^2 * l) look-ups for b bidders of the type, l types.
    """
    bidders = instance.members(kind)
    step = instance.signals - 1
    totals = list(instance.totals(instance.profile))
    optimal = []
    values = []
    for level in range(residue, len(bidders) * step + 1, step):
        totals[kind] = level
        worths = [instance.bidders[bidder].value.at(totals) for bidder in bidders]
        optimal.append(optimal_bidder(worths))
        values.append(max(worths))
    spans = [tuple(1 << place for place in optimal)]
    while (half := 1 << len(spans) - 1) < len(spans[-1]):
        row = spans[-1]
        spans.append(tuple(map(int.__or__, row[:-half], row[half:])))
    return Discovery(
        bidders=bidders,
        signals=tuple(instance.bidders[bidder].signal for bidder in bidders),
        step=step,
        residue=residue,
        optimal=tuple(optimal),
        values=tuple(values),
        spans=tuple(spans),
        holders=_holders([instance.bidders[bidder].signal for bidder in bidders]),
    )


def _holders(signals: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Every signal with the places of those who have it, as bits."""
    bits: dict[int, int] = {}
    for place, signal in enumerate(signals):
        bits[signal] = bits.get(signal, 0) | 1 << place
    return tuple(bits.items())


def discoveries(instance: SignalClockInstance) -> Iterator[Discovery]:
    """The auctions of every type and residue, which are all equally likely."""
    for kind in range(len(instance.types)):
        for residue in range(instance.signals - 1):
            yield discovery(instance, kind, residue)


def solve(
    instance: SignalClockInstance, tell: Callable[[str], None] | None = None
) -> SignalOutcome:
    """The outcome: exact if that is at most DRAWS_LIMIT of work, else from SAMPLES auctions and SEED.

    tell: hears in words, before it is done, that auctions are drawn, how many and why. The outcome has
    their number, too (`samples`).
    """
    try:
        return outcome_of(instance, lottery(instance))
    except TooManyDrawsError:
        if tell is not None:
            tell(
                f"bidders: the exact distribution takes more than {DRAWS_LIMIT:,} discoveries:"
                f" {SAMPLES:,} auctions are drawn instead (seed {SEED}),"
                " and probabilities are relative frequencies"
            )
        return sample(instance, SAMPLES, SEED)


def lottery(instance: SignalClockInstance, limit: int = DRAWS_LIMIT) -> Lottery:
    """The exact probability of every (winner, price).

    Raises TooManyDrawsError if it takes more work than `limit`; at most l*(k-1)*O(n^4) draws are needed.
    """
    worths = instance.worths(instance.profile)
    steps = [limit]
    auctions = len(instance.types) * (instance.signals - 1)

    def sales() -> Iterator[tuple[tuple[int, int], Fraction]]:
        for auction in discoveries(instance):
            unit = factorial(len(auction.bidders)) * auctions
            for active, weight in auction.reached(steps):
                if active.size != 1:
                    continue
                winner = auction.bidders[active.bits.bit_length() - 1]
                prices = auction.prices(active, instance.rule)
                for price in prices:
                    if worths[winner] >= price:
                        yield (winner, price), Fraction(weight, unit * len(prices))

    return merged(sales())


def most_rejected(instance: SignalClockInstance, limit: int = DRAWS_LIMIT) -> int:
    """The largest |R| at any time in any auction of the instance; Lemma 2 says at most 2.

    R is largest when a bidder was just drawn, one more than before. Raises TooManyDrawsError as
    `lottery` does.
    """
    steps = [limit]
    return max(
        (
            auction.rejected(active) + 1
            for auction in discoveries(instance)
            for active, _ in auction.reached(steps)
            if active.size > 1
        ),
        default=0,
    )


def draws_needed(instance: SignalClockInstance, limit: int = DRAWS_LIMIT) -> int:
    """How many draws the exact distribution weighs. Raises TooManyDrawsError if that is more work than the limit."""
    steps = [limit]
    return sum(
        active.size
        for auction in discoveries(instance)
        for active, _ in auction.reached(steps)
        if active.size > 1
    )


def work_needed(instance: SignalClockInstance, limit: int = DRAWS_LIMIT) -> int:
    """How much work the exact distribution is. Raises TooManyDrawsError above the limit."""
    steps = [limit]
    for auction in discoveries(instance):
        for _ in auction.reached(steps):
            pass
    return limit - steps[0]


def look_ups(instance: SignalClockInstance) -> int:
    """How many values are looked up to prepare the auctions of every type and residue."""
    members = (len(instance.members(kind)) for kind in range(len(instance.types)))
    return sum(count * (count * (instance.signals - 1) + 1) for count in members)


def sample(instance: SignalClockInstance, samples: int, seed: int) -> SignalOutcome:
    """The outcome with relative frequencies, over so many auctions, for probabilities.

    O(samples * n) and the preparation of each type and residue drawn.
    """
    random = Random(seed)
    worths = instance.worths(instance.profile)
    prepared: dict[tuple[int, int], Discovery] = {}

    def sales() -> Iterator[tuple[tuple[int, int], Fraction]]:
        for _ in range(samples):
            coins = toss(instance, random)
            drawn = (coins.kind, coins.residue)
            if drawn not in prepared:
                prepared[drawn] = discovery(instance, *drawn)
            sale = _sale(prepared[drawn], coins, instance.rule, worths)
            if sale is not None:
                yield sale, Fraction(1, samples)

    return outcome_of(instance, merged(sales()), samples)


def toss(instance: SignalClockInstance, random: Random) -> Coins:
    """Everything drawn uniformly. O(n)."""
    kind = random.randrange(len(instance.types))
    order = list(instance.members(kind))
    random.shuffle(order)
    return Coins(kind, random.randrange(instance.signals - 1), tuple(order), random.randrange(2))


def sealed_auction(instance: SignalClockInstance, coins: Coins) -> Sale:
    """One auction in which everyone reports their signal at once, with these draws."""
    auction = discovery(instance, coins.kind, coins.residue)
    sale = _sale(auction, coins, instance.rule, instance.worths(instance.profile))
    return UNSOLD if sale is None else Sale(instance.bidders[sale[0]].name, sale[1])


def _sale(
    auction: Discovery, coins: Coins, rule: Rule, worths: Sequence[int]
) -> tuple[int, int] | None:
    """The winner and the price of one auction, None if there is no sale."""
    active = auction.start
    for bidder in coins.order:
        if active.size < 2:
            break
        place = bisect_left(auction.bidders, bidder)
        if active.bits >> place & 1:
            active = auction.draw(active, place)
    if not active.size:
        return None
    winner = auction.bidders[active.bits.bit_length() - 1]
    prices = auction.prices(active, rule)
    price = prices[coins.pick % len(prices)]
    return (winner, price) if worths[winner] >= price else None


Accepts = Callable[[int, int], bool]
"""Whether the bidder at that index stays in the auction when its clock rises to that signal."""


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """What a clock auction did.

    steps: every rise of a clock in turn: the bidder's index, the signal, whether it stayed. clocks:
    the last signal that each bidder accepted. most_rejected: the largest |R| at any time.
    """

    sale: Sale
    steps: tuple[tuple[int, int, bool], ...]
    clocks: tuple[int, ...]
    most_rejected: int


def clock_auction(
    instance: SignalClockInstance, coins: Coins, accepts: Accepts | None = None
) -> ClockRecord:
    """The same auction over ascending signal clocks (Theorems 3 and 9), with these draws.

    Nobody reports a signal: to discover one, its bidder's clock rises from 0 step by step until the
    bidder refuses, which is for good, or has accepted k-1. The last bidder's clock rises to the
    least signal at which the price is within its value, the others' clocks standing where they do:
    that value is then the price. (The paper says: to the signal that gives the price. Where a lower
    one has the same value, a bidder who has that one would refuse a price equal to its value, and
    the auctions would differ.)

    accepts: how the bidders behave; by default consistently, staying while the clock is at most
    their signal. Written from the paper's lines, without the data structures of the sealed form.
    O(b^2) for b bidders of the type, and k for every clock.
    """
    consistent = instance.profile
    stays = accepts or (lambda bidder, signal: signal <= consistent[bidder])
    top = instance.signals - 1
    clocks = [0] * len(instance.bidders)
    steps: list[tuple[int, int, bool]] = []

    def rises_to(bidder: int, signal: int) -> bool:
        """Raise the clock step by step, until the signal is accepted or some step is refused."""
        while clocks[bidder] < signal:
            stayed = stays(bidder, clocks[bidder] + 1)
            steps.append((bidder, clocks[bidder] + 1, stayed))
            if not stayed:
                return False
            clocks[bidder] += 1
        return True

    active = list(instance.members(coins.kind))
    for bidder in range(len(instance.bidders)):
        if bidder not in active:
            rises_to(bidder, top)
    totals = list(instance.totals(clocks))

    def worth(bidder: int, level: int) -> int:
        """The value at a total of the drawn type, the other types' being known."""
        totals[coins.kind] = level
        return instance.bidders[bidder].value.at(totals)

    levels = range(coins.residue, len(active) * top + 1, top)
    optimal = {level: max(active, key=partial(worth, level=level)) for level in levels}
    least = 0

    def possible() -> set[int]:
        """Who is optimal at some level of the interval that the clocks leave."""
        most = least + top * len(active)
        return {bidder for level, bidder in optimal.items() if least <= level <= most}

    def discover(bidder: int) -> int:
        """Reject the bidder, and return the signal at which its clock stops."""
        active.remove(bidder)
        rises_to(bidder, top)
        return clocks[bidder]

    rejected: set[int] = set()
    most_rejected = 0
    order = iter(coins.order)
    while len(active) > 1:
        drawn = next(bidder for bidder in order if bidder in active)
        least += discover(drawn)
        rejected.add(drawn)
        most_rejected = max(most_rejected, len(rejected))
        while idle := set(active) - possible():
            least += discover(min(idle))
        rejected &= possible()

    sale = UNSOLD
    if active:
        (last,) = active
        prices = [
            worth(last, level)
            for level, bidder in optimal.items()
            if bidder == last and least <= level <= least + top
        ]
        price = prices[coins.pick % len(prices) if instance.rule is Rule.REVENUE else 0]
        signal = next(s for s in range(instance.signals) if worth(last, least + s) >= price)
        if rises_to(last, signal):
            sale = Sale(instance.bidders[last].name, price)
    return ClockRecord(sale, tuple(steps), tuple(clocks), most_rejected)
