"""Winner determination: which bundles to give to whom, so that the bids for them add up to the most.

Source: the allocation of the VCG mechanism ("A New Approach to Auctions and Resilient Mechanism
Design", §1.2); with unit demand it is an assignment problem ("When Bidders Are DAOs", §4.2). A
player gets one of the bundles it lists, or nothing; as disposal is free, nothing is lost by that.
All bids are non-negative integers in units, and all results are exact.

**Ties.** Of several best allocations every method here returns the same one, the first in this
order: player by player as they stand, a player's bundles as it lists them, nothing last. A bundle
that is bid 0 for is never given.

**Exactness.** SciPy's solvers compute in floating point. `by_integer_program` takes from HiGHS no
more than a first allocation and prices of the goods: every bound that excludes an allocation is
computed from these prices in integers, so that an error of the solver can cost time but not the
result, however large the bids. `by_assignment` trusts its solver only where all that it adds and
subtracts are integers below 2^53, which floats hold exactly; with larger bids it falls back on
`by_integer_program`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import prod
from typing import Any, TypeAlias

from offchain.instances.bundles import Bundle, Values

Choice: TypeAlias = tuple[Bundle | None, ...]
"""What each player gets: a bundle that it lists, or None."""

ENUMERATION_LIMIT = 20_000
"""How many combinations of bundles are tried one by one, before a solver is asked."""

EXACT_FLOATS = 2**53
"""Floats hold all integers up to this one."""

PRICE_STEPS = 2**20
"""The goods' prices, which only bound what is possible, are multiples of 1 unit over this."""


@dataclass(frozen=True, slots=True)
class Option:
    """A bundle for one of the players: its goods as bits, the bid for it, and where the player lists it."""

    player: int
    goods: int
    bid: int
    place: int


Options: TypeAlias = Sequence[Option]

Solver: TypeAlias = Callable[[Options, int], "Options | None"]
"""The best of the allocations worth more than the amount given, None if there is none. -1: all of them."""


def winners(goods: Bundle, bids: Sequence[Values]) -> Choice:
    """The first of the best allocations: by enumeration where that is little work, else by a solver.

    NP-hard in general, polynomial with unit demand.
    """
    return _solved(goods, bids, _solver(bids))


def maximum_welfare(goods: Bundle, bids: Sequence[Values]) -> int:
    """What the best allocations are worth, in units. As `winners`, without the work of deciding ties."""
    return worth(_solver(bids)(_options(goods, bids), -1) or ())


def by_enumeration(goods: Bundle, bids: Sequence[Values]) -> Choice:
    """The first of the best allocations, by trying all of them.

    O(product over all players of 1 + the number of bundles listed).
    """
    return _solved(goods, bids, _enumerate)


def by_integer_program(goods: Bundle, bids: Sequence[Values]) -> Choice:
    """The first of the best allocations, by an integer program: HiGHS proposes, branch and bound decides.

    Exponential in the worst case; tens of goods and players take seconds.
    """
    return _solved(goods, bids, _bound)


def by_assignment(goods: Bundle, bids: Sequence[Values]) -> Choice:
    """The first of the best allocations where every bundle is one good, so that an assignment is sought.

    Raises ValueError if some bundle is larger. O(n^3) for n goods and players, and again for every
    player and tie.
    """
    for values in bids:
        for bundle in values:
            if len(bundle) != 1:
                raise ValueError(f"a bundle of {len(bundle)} goods in an assignment")
    return _solved(goods, bids, _assign)


def worth(options: Iterable[Option]) -> int:
    """The sum of the bids, in units."""
    return sum(option.bid for option in options)


def _solver(bids: Sequence[Values]) -> Solver:
    if prod(len(values) + 1 for values in bids) <= ENUMERATION_LIMIT:
        return _enumerate
    if all(len(bundle) == 1 for values in bids for bundle in values):
        return _assign
    return _bound


def _solved(goods: Bundle, bids: Sequence[Values], solver: Solver) -> Choice:
    options = _options(goods, bids)
    best = solver(options, -1) or ()
    first = best if solver is _enumerate else _first(options, best, solver)
    place = {option.player: option.place for option in first}
    return tuple(
        list(values)[place[player]] if player in place else None
        for player, values in enumerate(bids)
    )


def _options(goods: Bundle, bids: Sequence[Values]) -> list[Option]:
    """All that may be given, in the order that decides ties."""
    bit = {good: 1 << place for place, good in enumerate(goods)}
    return [
        Option(player, sum(bit[good] for good in bundle), bid, place)
        for player, values in enumerate(bids)
        for place, (bundle, bid) in enumerate(values.items())
        if bid > 0
    ]


def _compatible(options: Options, taken: Option) -> list[Option]:
    """What may still be given beside an option: to other players, of other goods."""
    return [o for o in options if o.player != taken.player and not o.goods & taken.goods]


def _enumerate(options: Options, floor: int) -> Options | None:
    """A `Solver`, whose answer is the first of the best."""

    def allocations(players: Sequence[Options], goods: int) -> Iterator[tuple[Option, ...]]:
        if not players:
            yield ()
            return
        for option in players[0]:
            if not option.goods & goods:
                for rest in allocations(players[1:], goods | option.goods):
                    yield (option, *rest)
        yield from allocations(players[1:], goods)

    listed = [list(group) for _, group in groupby(options, key=lambda option: option.player)]
    # Of several that are worth the same, max returns the one that came first.
    best = max(allocations(listed, 0), key=worth)
    return best if worth(best) > floor else None


def _first(options: Options, best: Options, solver: Solver) -> Options:
    """The first of all allocations that are worth as much as this one, which is one of the best.

    Asks for each player in turn whether one of the best gives it a bundle that it lists earlier:
    with the bids for those raised by 1 unit, and the later ones gone, only that could beat the best.
    """
    chosen: list[Option] = []
    for player in sorted({option.player for option in options}):
        own = [option for option in options if option.player == player]
        others = [option for option in options if option.player != player]
        while True:
            current = next((option for option in best if option.player == player), None)
            earlier = [o for o in own if current is None or o.place < current.place]
            raised = [replace(option, bid=option.bid + 1) for option in earlier]
            better = solver(raised + others, worth(best)) if earlier else None
            if better is None:
                break
            back = dict(zip(raised, earlier, strict=True))
            best = [back.get(option, option) for option in better]
        options = others
        if current is not None:
            chosen.append(current)
            options = _compatible(others, current)
            best = [option for option in best if option is not current]
    return chosen


def _assign(options: Options, floor: int) -> Options | None:
    """A `Solver` for options of one good each."""
    from numpy import zeros
    from scipy.optimize import linear_sum_assignment

    players = {player: row for row, player in enumerate(dict.fromkeys(o.player for o in options))}
    goods = {good: column for column, good in enumerate(dict.fromkeys(o.goods for o in options))}
    # The solver's potentials change by sums of at most so many bids, in at most so many rounds.
    size = len(players) + len(goods)
    if 4 * size**2 * max((option.bid for option in options), default=0) >= EXACT_FLOATS:
        return _bound(options, floor)
    bids = zeros((len(players), len(goods)))
    option_at = {}
    for option in options:
        cell = players[option.player], goods[option.goods]
        bids[cell] = option.bid
        option_at[cell] = option
    pairs = zip(*linear_sum_assignment(bids, maximize=True), strict=True)
    best = [option_at[cell] for cell in pairs if cell in option_at]
    return best if worth(best) > floor else None


def _bound(options: Options, floor: int) -> Options | None:
    """A `Solver` for all options: depth-first branch and bound.

    Without a floor to beat, HiGHS solves the integer program first, and what it finds is the floor.
    """
    best: Options | None = None
    if floor < 0:
        best = _packed(options, _integer_program(options))
        floor = worth(best)
    stack: list[tuple[Options, tuple[Option, ...]]] = [(options, ())]
    while stack:
        rest, taken = stack.pop()
        shares, prices = _relaxation(rest)
        candidate = (*taken, *_packed(rest, shares))
        if worth(candidate) > floor:
            best, floor = candidate, worth(candidate)
        limits = _limits(rest, prices)
        open_ones = [
            (abs(share - 0.5), option)
            for option, share, limit in zip(rest, shares, limits, strict=True)
            if worth(taken) + limit > floor
        ]
        if open_ones:
            _, branch = min(open_ones, key=lambda entry: entry[0])
            without = [option for _, option in open_ones if option is not branch]
            stack.append((without, taken))
            stack.append((_compatible(without, branch), (*taken, branch)))
    return best


def _limits(options: Options, prices: Sequence[int]) -> list[int]:
    """For every option, a bound in units on any allocation of these options that has it in it.

    prices: one per good, not negative, in steps. By weak duality no allocation is worth more than
    the prices of all goods, and for every player the largest surplus of one of its bids over the
    prices of its goods: exact whatever the prices, and tight if they are good ones. O(goods) each.
    """
    surplus = [
        option.bid * PRICE_STEPS - sum(prices[good] for good in _bits(option.goods) if prices)
        for option in options
    ]
    most: dict[int, int] = {}
    for option, gain in zip(options, surplus, strict=True):
        most[option.player] = max(most.get(option.player, 0), gain)
    total = sum(prices) + sum(most.values())
    return [
        (total - most[option.player] + gain) // PRICE_STEPS
        for option, gain in zip(options, surplus, strict=True)
    ]


def _packed(options: Options, shares: Sequence[float]) -> list[Option]:
    """An allocation of options, those with the largest shares first. O(n log n)."""
    players: set[int] = set()
    goods = 0
    packed = []
    for _, option in sorted(zip(shares, options, strict=True), key=lambda e: e[0], reverse=True):
        if option.player not in players and not option.goods & goods:
            players.add(option.player)
            goods |= option.goods
            packed.append(option)
    return packed


def _integer_program(options: Options) -> Sequence[float]:
    """HiGHS's solution of the integer program: about 1 for what to give, 0 for what not."""
    if not options:
        return ()
    from scipy.optimize import Bounds, LinearConstraint, milp

    once, bids = _program(options)
    found = milp(
        -bids,
        constraints=LinearConstraint(once, ub=1),
        integrality=1,
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    return _shares(found.x, options)


def _relaxation(options: Options) -> tuple[Sequence[float], Sequence[int]]:
    """HiGHS's solution of the linear relaxation: the share of each option, and the goods' prices in steps."""
    if not options:
        return (), ()
    from scipy.optimize import linprog

    once, bids = _program(options)
    found = linprog(-bids, A_ub=once, b_ub=[1] * once.shape[0], method="highs")
    step = max(option.bid for option in options) * PRICE_STEPS
    goods = max(option.goods for option in options).bit_length()
    marginals = () if found.x is None else found.ineqlin.marginals[:goods]
    return _shares(found.x, options), [max(0, round(-price * step)) for price in marginals]


def _program(options: Options) -> tuple[Any, Any]:
    """The matrix with a row per good, then a row per player, none to be given twice; and the bids, at most 1."""
    from numpy import array, ones
    from scipy.sparse import csr_array

    goods = max(option.goods for option in options).bit_length()
    rows = {player: goods + n for n, player in enumerate(sorted({o.player for o in options}))}
    cells = [
        (row, column)
        for column, option in enumerate(options)
        for row in (*_bits(option.goods), rows[option.player])
    ]
    shape = (goods + len(rows), len(options))
    largest = max(option.bid for option in options)
    return (
        csr_array((ones(len(cells)), tuple(zip(*cells, strict=True))), shape=shape),
        array([option.bid / largest for option in options]),
    )


def _shares(solution: Any, options: Options) -> Sequence[float]:
    """A solver's shares; none at all if it has failed, which leaves the work to branch and bound."""
    return [0.0] * len(options) if solution is None else [float(share) for share in solution]


def _bits(goods: int) -> list[int]:
    """The places of the bits that are set."""
    return [place for place in range(goods.bit_length()) if goods >> place & 1]
