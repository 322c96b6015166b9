"""Instances of the signal auctions for the tests: written out, drawn at random, and all small ones."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from hypothesis import strategies as st

from offchain.model.instances import MonotoneSignalsInstance, SignalClockInstance
from offchain.model.instances.signal_clock import shape
from offchain.model.instances.signals import Rule, SignalBidder, Table


def flat(values: Any) -> tuple[int, ...]:
    """The entries of nested lists."""
    if isinstance(values, int):
        return (values,)
    return tuple(entry for row in values for entry in flat(row))


def clock(
    signals: int,
    *bidders: tuple[int, Any] | tuple[int, Any, str],
    types: Sequence[str] = ("x",),
    rule: Rule = Rule.WELFARE,
) -> SignalClockInstance:
    """Bidders a, b, ... by their signal, their values as in a file, and their type where there are several."""
    kinds = [bidder[2] if len(bidder) == 3 else types[0] for bidder in bidders]
    box = shape(signals, types, kinds)
    return SignalClockInstance(
        signals,
        rule,
        tuple(types),
        tuple(
            SignalBidder(name, kind, bidder[0], Table(box, flat(bidder[1])))
            for name, kind, bidder in zip("abcdefgh", kinds, bidders, strict=False)
        ),
    )


def monotone(
    signals: int,
    *bidders: tuple[int, Any] | tuple[int, Any, str],
    types: Sequence[str] = ("x",),
    rule: Rule = Rule.WELFARE,
) -> MonotoneSignalsInstance:
    """The same for tables with one side for each bidder."""
    box = (signals,) * len(bidders)
    return MonotoneSignalsInstance(
        signals,
        rule,
        tuple(types),
        tuple(
            SignalBidder(
                name,
                bidder[2] if len(bidder) == 3 else types[0],
                bidder[0],
                Table(box, flat(bidder[1])),
            )
            for name, bidder in zip("abcdefgh", bidders, strict=False)
        ),
    )


def rising(box: Sequence[int], raw: Sequence[int]) -> Table:
    """The least table above `raw` whose values do not decrease along any side."""
    known: dict[tuple[int, ...], int] = {}
    for index, value in zip(product(*map(range, box)), raw, strict=True):
        lower = [
            known[(*index[:side], number - 1, *index[side + 1 :])]
            for side, number in enumerate(index)
            if number
        ]
        known[index] = max([value, *lower])
    return Table(tuple(box), tuple(known.values()))


@st.composite
def clocks(
    draw: st.DrawFn, bidders: int = 4, signals: int = 4, types: int = 2, amount: int = 6
) -> SignalClockInstance:
    """Small instances with many ties, up to these sizes."""
    k = draw(st.integers(2, signals))
    names = [f"t{place}" for place in range(draw(st.integers(1, types)))]
    rest = draw(st.lists(st.sampled_from(names), max_size=bidders - len(names)))
    kinds = draw(st.permutations([*names, *rest]))
    box = shape(k, names, kinds)
    size = len(Table.of(box, lambda _: 0).entries)
    amounts = st.lists(st.integers(0, amount), min_size=size, max_size=size)
    return SignalClockInstance(
        k,
        draw(st.sampled_from(Rule)),
        tuple(names),
        tuple(
            SignalBidder(name, kind, draw(st.integers(0, k - 1)), rising(box, draw(amounts)))
            for name, kind in zip("abcdefgh", kinds, strict=False)
        ),
    )


def every_order_of_optimal_bidders(
    bidders: int, signals: int, gap: int = 10
) -> Iterator[SignalClockInstance]:
    """For every function from totals to bidders, an instance of which it is h, for every profile of signals.

    Values grow by `gap` from one total to the next at which their bidder is optimal, so that to sell
    to the second-best bidder is worth next to nothing.
    """
    totals = bidders * (signals - 1) + 1
    for best in product(range(bidders), repeat=totals):
        tables = [
            Table.of(
                (totals,),
                lambda index, bidder=bidder, best=best: max(  # type: ignore[misc]
                    (gap ** (q + 1) for q in range(index[0] + 1) if best[q] == bidder), default=0
                ),
            )
            for bidder in range(bidders)
        ]
        for profile in product(range(signals), repeat=bidders):
            yield SignalClockInstance(
                signals,
                Rule.WELFARE,
                ("x",),
                tuple(
                    SignalBidder(f"b{place}", "x", signal, table)
                    for place, (signal, table) in enumerate(zip(profile, tables, strict=True))
                ),
            )


@st.composite
def monotones(
    draw: st.DrawFn,
    bidders: int = 4,
    signals: int = 3,
    types: int = 2,
    symmetric: bool = True,
    fewest: int = 1,
) -> MonotoneSignalsInstance:
    """Small instances, whose values treat the bidders of a type alike unless told otherwise. fewest: bidders, at least."""
    k = draw(st.integers(2, signals))
    names = [f"t{place}" for place in range(draw(st.integers(1, types)))]
    more = st.lists(
        st.sampled_from(names),
        min_size=max(0, fewest - len(names)),
        max_size=bidders - len(names),
    )
    rest = draw(more)
    kinds = draw(st.permutations([*names, *rest]))
    box = (k,) * len(kinds)

    def alike(index: tuple[int, ...]) -> tuple[int, ...]:
        """The index with the signals of each type in order."""
        waiting = {
            name: sorted(s for s, kind in zip(index, kinds, strict=True) if kind == name)
            for name in names
        }
        return tuple(waiting[kind].pop(0) for kind in kinds)

    def table() -> Table:
        raw = {
            index: draw(st.integers(0, 6))
            for index in product(range(k), repeat=len(kinds))
            if not symmetric or index == alike(index)
        }
        return rising(
            box, [raw[alike(index) if symmetric else index] for index in product(*map(range, box))]
        )

    return MonotoneSignalsInstance(
        k,
        draw(st.sampled_from(Rule)),
        tuple(names),
        tuple(
            SignalBidder(name, kind, draw(st.integers(0, k - 1)), table())
            for name, kind in zip("abcdefgh", kinds, strict=False)
        ),
    )
