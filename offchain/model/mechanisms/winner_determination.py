"""Winner determination: which bundles to give to whom, so that the bids for them add up to the most.

Source: the allocation of the VCG mechanism ("A New Approach to Auctions and Resilient Mechanism
Design", §1.2); with unit demand it is an assignment problem ("When Bidders Are DAOs", §4.2). A
player gets one of the bundles it lists, or nothing; as disposal is free, nothing is lost by that.
All bids are non-negative integers in units, and all results are exact.

**Ties.** Of several best allocations every method here returns the same one, the first in this
order: player by player as they stand, a player's bundles as it lists them, nothing last. A bundle
that is bid 0 for is never given.

**Exactness.** With few goods a dynamic programme over their sets decides (`subset_programme`), in
integers. Beyond, SciPy's solvers compute in floating point. `by_integer_program` takes from HiGHS no
more than a first allocation and prices of the goods: every bound that excludes an allocation is
computed from these prices in integers, so that an error of the solver can cost time but not the
result, however large the bids. `by_assignment` trusts its solver only where all that it adds and
subtracts are integers below 2^53, which floats hold exactly; with larger bids it augments paths in
integers itself (`assignment`).

**Time.** What the solver's prices cannot exclude has to be tried, and with many goods and many
allocations worth nearly the same, that can be nearly all. So there is a limit (STEPS_LIMIT), and
beyond it TooHardError rather than an answer that is not proved.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, TypeAlias

from offchain.model.instances.bundles import Bundle, Values
from offchain.model.mechanisms import assignment
from offchain.model.mechanisms.subset_programme import SubsetProgramme

Choice: TypeAlias = tuple[Bundle | None, ...]
"""What each player gets: a bundle that it lists, or None."""

ENUMERATION_LIMIT = 20_000
"""How many combinations of bundles are tried one by one, before a solver is asked."""

EXACT_FLOATS = 2**53
"""Floats hold all integers up to this one."""

COMBINATION = 4
"""About how many microseconds it takes to look at one of them."""

STEPS_LIMIT = 10_000
"""How many linear programs branch and bound may solve for one answer (a minute or two)."""

FIRST_STEPS = 500
"""How many nodes HiGHS may look at for the first allocation, which only saves time."""

PRICE_STEPS = 2**20
"""The goods' prices, which only bound what is possible, are multiples of 1 unit over this."""


class TooHardError(Exception):
    """The best allocation is not proved within STEPS_LIMIT; the message says what was too hard."""


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


Method: TypeAlias = Callable[[Bundle, Sequence[Values]], Choice]
"""The first of the best allocations."""


def winners(goods: Bundle, bids: Sequence[Values]) -> Choice:
    """The first of the best allocations: by enumeration or over sets where that is little work, else by a solver.

    NP-hard in general, polynomial with unit demand. Raises TooHardError beyond STEPS_LIMIT.
    """
    return _method(goods, bids)(goods, bids)


def maximum_welfare(goods: Bundle, bids: Sequence[Values]) -> int:
    """What the best allocations are worth, in units. As `winners`, without the work of deciding ties."""
    if _method(goods, bids) is by_subsets:
        return _programme(goods, bids).worth
    return worth(_solver(goods, bids)(_options(goods, bids), -1) or ())


def maximum_welfare_without(
    goods: Bundle, bids: Sequence[Values], players: Sequence[int]
) -> dict[int, int]:
    """What the best allocations to all others are worth, in units, for each of these players.

    Over sets of goods as much work as two winner determinations; else one for each player.
    """
    if _method(goods, bids) is by_subsets:
        return _programme(goods, bids).without(players)
    solver = _solver(goods, bids)
    return {
        player: worth(solver(_options(goods, [*bids[:player], *bids[player + 1 :]]), -1) or ())
        for player in players
    }


def by_enumeration(goods: Bundle, bids: Sequence[Values]) -> Choice:
    """The first of the best allocations, by trying all of them.

    O(product over all players of 1 + the number of bundles listed).
    """
    return _solved(goods, bids, _enumerate)


def by_subsets(goods: Bundle, bids: Sequence[Values]) -> Choice:
    """The first of the best allocations, by a dynamic programme over the sets of goods.

    O(2^goods * number of bundles listed), whatever the bids.
    """
    chosen = _programme(goods, bids).first()
    listed = [[bundle for bundle, bid in values.items() if bid > 0] for values in bids]
    return tuple(
        None if place is None else bundles[place]
        for place, bundles in zip(chosen, listed, strict=True)
    )


def by_integer_program(goods: Bundle, bids: Sequence[Values]) -> Choice:
    """The first of the best allocations, by an integer program: HiGHS proposes, branch and bound decides.

    Exponential in the worst case; tens of goods and players take seconds, unless very many
    allocations are worth nearly the same. Raises TooHardError beyond STEPS_LIMIT.
    """
    return _solved(goods, bids, BranchAndBound())


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


def combinations(bids: Sequence[Values]) -> int:
    """How many combinations of bundles there are, or, if they are more than ENUMERATION_LIMIT, some number above that."""
    count = 1
    for values in bids:
        count *= len(values) + 1
        if count > ENUMERATION_LIMIT:
            break
    return count


def effort(goods: Bundle, bids: Sequence[Values]) -> int | None:
    """About how many microseconds it takes to find the winners, and what the others could have without each of them.

    None where a solver decides, which cannot be told.
    """
    method = _method(goods, bids)
    if method is by_enumeration:
        return COMBINATION * combinations(bids) * (2 + min(len(goods), len(bids)))
    return 3 * _programme(goods, bids).effort if method is by_subsets else None


def critical_values(
    goods: Bundle, others: Sequence[Values], bundles: Sequence[Bundle]
) -> list[int]:
    """What a player that bids for one bundle alone must reach to win it: what the others lose by that.

    For each of the bundles, against the others' bids. Over sets of goods as much work as one winner
    determination in all; else one more for each bundle.
    """
    programme = _programme(goods, others)
    if programme.affordable:
        bit = _bit_of(goods, others)
        everything = sum(bit.values())
        return [
            programme.worth
            - programme.worth_of(everything - sum(bit.get(good, 0) for good in bundle))
            for bundle in bundles
        ]
    most = maximum_welfare(goods, others)
    return [
        most
        - maximum_welfare(
            goods,
            [
                {one: bid for one, bid in values.items() if not set(one) & set(bundle)}
                for values in others
            ],
        )
        for bundle in bundles
    ]


def _method(goods: Bundle, bids: Sequence[Values]) -> Method:
    """The one of the methods that is the least work."""
    programme = _programme(goods, bids)
    count = combinations(bids)
    if count <= ENUMERATION_LIMIT and not (
        programme.affordable and programme.effort < COMBINATION * count
    ):
        return by_enumeration
    if programme.affordable:
        return by_subsets
    if all(len(bundle) == 1 for values in bids for bundle in values):
        return by_assignment
    return by_integer_program


def _solver(goods: Bundle, bids: Sequence[Values]) -> Solver:
    """The same but for `by_subsets`, as a `Solver`."""
    method = _method(goods, bids)
    if method is by_enumeration:
        return _enumerate
    return _assign if method is by_assignment else BranchAndBound()


def _programme(goods: Bundle, bids: Sequence[Values]) -> SubsetProgramme:
    """The dynamic programme over the goods that anybody bids for."""
    bit = _bit_of(goods, bids)
    return SubsetProgramme(
        len(bit),
        [
            [(sum(bit[good] for good in bundle), bid) for bundle, bid in values.items() if bid > 0]
            for values in bids
        ],
    )


def _bit_of(goods: Bundle, bids: Sequence[Values]) -> dict[str, int]:
    """A bit for each of the goods that anybody bids for."""
    wanted = frozenset(
        good for values in bids for bundle, bid in values.items() if bid for good in bundle
    )
    return {good: 1 << place for place, good in enumerate(good for good in goods if good in wanted)}


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
    players = {player: row for row, player in enumerate(dict.fromkeys(o.player for o in options))}
    goods = {good: column for column, good in enumerate(dict.fromkeys(o.goods for o in options))}
    option_at = {(players[o.player], goods[o.goods]): o for o in options}
    # The solver's potentials change by sums of at most so many bids, in at most so many rounds.
    size = len(players) + len(goods)
    largest = max((option.bid for option in options), default=0)
    pairs = _paired if 4 * size**2 * largest < EXACT_FLOATS else assignment.pairs
    bids = [[0] * len(goods) for _ in players]
    for (row, column), option in option_at.items():
        bids[row][column] = option.bid
    best = [option_at[cell] for cell in pairs(bids) if cell in option_at]
    return best if worth(best) > floor else None


def _paired(bids: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """`assignment.pairs` in floats, by SciPy."""
    from numpy import array
    from scipy.optimize import linear_sum_assignment

    if not bids:
        return []
    rows, columns = linear_sum_assignment(array(bids, dtype=float), maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True)]


class BranchAndBound:
    """A `Solver` for all options: depth-first branch and bound, of STEPS_LIMIT steps over all that it is asked."""

    def __init__(self) -> None:
        """With all its steps left."""
        self._left = STEPS_LIMIT

    def __call__(self, options: Options, floor: int) -> Options | None:
        """Without a floor to beat, HiGHS solves the integer program first, and what it finds is the floor."""
        best: Options | None = None
        if floor < 0:
            best = _packed(options, _integer_program(options))
            floor = worth(best)
        stack: list[tuple[Options, tuple[Option, ...]]] = [(options, ())]
        while stack:
            rest, taken = stack.pop()
            shares, prices = self._step(rest)
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

    def _step(self, options: Options) -> tuple[Sequence[float], Sequence[int]]:
        if options:
            self._left -= 1
            if self._left < 0:
                raise TooHardError(
                    f"the best of the allocations of {len(options)} bids is not proved in"
                    f" {STEPS_LIMIT} steps: too many are worth nearly the same"
                )
        return _relaxation(options)


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
    """What HiGHS finds to solve the integer program: about 1 for what to give, 0 for what not."""
    if not options:
        return ()
    from scipy.optimize import Bounds, LinearConstraint, milp

    once, bids = _program(options)
    found = milp(
        -bids,
        constraints=LinearConstraint(once, ub=1),
        integrality=1,
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0, "node_limit": FIRST_STEPS},
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
