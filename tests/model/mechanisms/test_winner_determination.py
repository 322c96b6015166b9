"""Winner determination: every method against handing out the goods one by one, and against each other."""

from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offchain.io.errors import InvalidInput
from offchain.model.instances import BID_LIMIT, VcgInstance, VcgPlayer
from offchain.model.instances.bundles import Bundle, Values
from offchain.model.mechanisms import winner_determination
from offchain.model.mechanisms.vcg import received, solve, value
from offchain.model.mechanisms.winner_determination import (
    Choice,
    by_assignment,
    by_enumeration,
    by_integer_program,
    by_subsets,
    maximum_welfare,
    maximum_welfare_without,
    winners,
)

GOODS = ("a", "b", "c", "d")


@st.composite
def bids(draw: st.DrawFn, single: bool = False) -> list[Values]:
    """Bids of a few players for bundles of four goods, with many ties or with huge amounts."""
    amounts = st.integers(0, draw(st.sampled_from([1, 3, 20, 2**44, BID_LIMIT])))
    size = 1 if single else len(GOODS)
    bundles = st.sets(st.sampled_from(GOODS), min_size=1, max_size=size).map(
        lambda chosen: tuple(sorted(chosen))
    )
    values: st.SearchStrategy[Values] = st.dictionaries(bundles, amounts, max_size=4)
    return draw(st.lists(values, min_size=1, max_size=4))


def best_by_handing_out(bids: list[Values]) -> int:
    """The most welfare, by giving each good to each player or nobody, with free disposal."""
    return max(
        sum(
            value(
                values, tuple(g for g, owner in zip(GOODS, owners, strict=True) if owner == player)
            )
            for player, values in enumerate(bids)
        )
        for owners in product(range(-1, len(bids)), repeat=len(GOODS))
    )


def first_of_the_best(bids: list[Values]) -> Choice:
    """The definition of how ties are decided: all choices in order, nothing last, and the first of the largest."""
    listed: list[list[Bundle | None]] = [
        [*(bundle for bundle, bid in values.items() if bid > 0), None] for values in bids
    ]
    feasible = [
        choice
        for choice in product(*listed)
        if len(given := [good for bundle in choice for good in bundle or ()]) == len(set(given))
    ]
    return max(feasible, key=lambda choice: sum(received(bids, choice)))


@given(bids())
@settings(max_examples=60)
def test_all_methods_find_the_first_of_the_best(bids: list[Values]) -> None:
    expected = first_of_the_best(bids)
    assert sum(received(bids, expected)) == best_by_handing_out(bids)
    assert by_enumeration(GOODS, bids) == expected
    assert by_integer_program(GOODS, bids) == expected
    assert by_subsets(GOODS, bids) == expected
    assert winners(GOODS, bids) == expected
    assert maximum_welfare(GOODS, bids) == sum(received(bids, expected))


@given(bids(single=True))
@settings(max_examples=60)
def test_assignments_too(bids: list[Values]) -> None:
    expected = first_of_the_best(bids)
    assert by_assignment(GOODS, bids) == expected
    assert by_integer_program(GOODS, bids) == expected
    assert by_subsets(GOODS, bids) == expected


@given(bids(), st.sampled_from(["by_enumeration", "by_subsets", "by_integer_program"]))
@settings(max_examples=60)
def test_what_the_others_could_have_is_that_of_an_auction_without_the_player(
    bids: list[Values], method: str
) -> None:
    """Whichever method is asked: the dynamic programme shares the work of all players, the others do not."""
    everybody = range(len(bids))
    with pytest.MonkeyPatch.context() as patch:
        chosen = getattr(winner_determination, method)
        patch.setattr(winner_determination, "_method", lambda goods, bids: chosen)
        found = maximum_welfare_without(GOODS, bids, everybody)
    assert found == {
        player: best_by_handing_out([*bids[:player], *bids[player + 1 :]]) for player in everybody
    }


@pytest.mark.parametrize("scale", [3, 1000, 10**9, BID_LIMIT // 2])
def test_larger_ones(scale: int) -> None:
    """Twelve goods and players, beyond enumeration: a solver's result is the integer program's."""
    goods = tuple(map(str, range(12)))

    def amount(player: int, good: int, size: int) -> int:
        return 1 + (player * 7 + good * 13 + size * 5) ** 3 % 1009 * size * scale // 1009

    bundles: list[Values] = [
        {
            goods[start : start + size]: amount(player, start, size)
            for start in range(player % 3, 12, 4)
            for size in (1, 3)
        }
        for player in range(12)
    ]
    choice = winners(goods, bundles)
    assert (
        sum(received(bundles, choice)) == maximum_welfare(goods, bundles) == dynamic(goods, bundles)
    )
    singles: list[Values] = [
        {(good,): amount(player, place, 1) for place, good in enumerate(goods)}
        for player in range(12)
    ]
    assert winners(goods, singles) == by_assignment(goods, singles)
    assert by_assignment(goods, singles) == by_integer_program(goods, singles)
    assert by_subsets(goods, singles) == by_assignment(goods, singles)
    assert by_subsets(goods, bundles) == by_integer_program(goods, bundles) == choice
    assert maximum_welfare(goods, singles) == dynamic(goods, singles)


def dynamic(goods: Bundle, bids: list[Values]) -> int:
    """The most welfare, from what is possible with each set of goods, player by player."""
    best = {frozenset[str](): 0}
    for values in bids:
        before = dict(best)
        for taken, worth in before.items():
            for bundle, bid in values.items():
                if taken.isdisjoint(bundle):
                    more = taken.union(bundle)
                    best[more] = max(best.get(more, 0), worth + bid)
    return max(best.values())


@given(bids(), st.integers(0, 2**32))
@settings(max_examples=40)
def test_a_solver_that_errs_changes_nothing(bids: list[Values], seed: int) -> None:
    """Whatever shares and prices it comes up with."""
    random = Random(seed)

    def shares(options: winner_determination.Options) -> list[float]:
        return [random.random() for _ in options]

    def relaxation(options: winner_determination.Options) -> tuple[list[float], list[int]]:
        return shares(options), [random.randrange(2**24) for _ in GOODS]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(winner_determination, "_integer_program", shares)
        patch.setattr(winner_determination, "_relaxation", relaxation)
        assert by_integer_program(GOODS, bids) == first_of_the_best(bids)


@given(bids())
@settings(max_examples=20)
def test_a_solver_that_fails_changes_nothing(bids: list[Values]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            winner_determination, "_integer_program", lambda options: [0.0] * len(options)
        )
        patch.setattr(
            winner_determination, "_relaxation", lambda options: ([0.0] * len(options), [])
        )
        assert by_integer_program(GOODS, bids) == first_of_the_best(bids)


def test_ties_go_to_the_earlier_player_and_its_earlier_bundle() -> None:
    rivals: list[Values] = [{("b",): 4, ("a",): 4}, {("a",): 4}, {("a",): 4, ("b",): 4}]
    for method in (by_enumeration, by_integer_program, by_assignment, by_subsets):
        assert method(("a", "b"), rivals) == (("b",), ("a",), None)
    together: list[Values] = [{("a", "b"): 4}, {("a",): 2}, {("b",): 2}]
    for method in (by_enumeration, by_integer_program, by_subsets):
        assert method(("a", "b"), together) == (("a", "b"), None, None)


def test_a_unit_decides_where_floats_cannot_tell() -> None:
    large = 2**63
    close: list[Values] = [{("a",): large}, {("a",): large + 1}, {("a", "b"): large + 2}]
    assert float(large) == float(large + 2)
    for method in (by_enumeration, by_integer_program, by_subsets):
        assert method(("a", "b"), close) == (None, None, ("a", "b"))
        assert method(("a", "b"), close[:2]) == (None, ("a",))
    assert by_assignment(("a", "b"), close[:2]) == (None, ("a",))


def test_what_is_bid_nothing_for_is_not_given() -> None:
    for method in (by_enumeration, by_integer_program, by_assignment, by_subsets):
        assert method(("a", "b"), [{("a",): 0}, {}]) == (None, None)
        assert method(("a",), []) == ()


def test_an_assignment_is_of_single_goods() -> None:
    with pytest.raises(ValueError, match="a bundle of 2 goods in an assignment"):
        by_assignment(("a", "b"), [{("a", "b"): 1}])


@pytest.mark.parametrize("unit", [2**30, 10**18, BID_LIMIT // 10 - 3])
def test_near_ties_at_real_amounts_are_decided_without_a_solver(
    unit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every bundle is worth its size in units and up to three more: no float tells them apart, so none is asked."""
    for solver in ("_integer_program", "_relaxation"):
        monkeypatch.setattr(winner_determination, solver, None)
    goods = tuple("abcdefghij")
    random = Random(7)

    def near_tie() -> tuple[Bundle, int]:
        bundle = tuple(sorted(random.sample(goods, random.randint(1, len(goods)))))
        return bundle, len(bundle) * unit + random.randrange(4)

    bids: list[Values] = [dict(near_tie() for _ in range(20)) for _ in range(8)]
    choice = winners(goods, bids)
    assert sum(received(bids, choice)) == maximum_welfare(goods, bids) == dynamic(goods, bids)
    winning = [player for player, bundle in enumerate(choice) if bundle]
    assert maximum_welfare_without(goods, bids, winning) == {
        player: dynamic(goods, [*bids[:player], *bids[player + 1 :]]) for player in winning
    }


@given(st.integers(0, 2**32))
@settings(max_examples=30)
def test_large_assignments_are_found_in_integers(seed: int) -> None:
    """Beyond what floats hold, and whether there are more players than goods or fewer."""
    random = Random(seed)
    goods = tuple(map(str, range(random.randint(1, 7))))
    bids: list[Values] = [
        {(good,): 2**60 + random.randrange(4) for good in goods if random.random() < 0.8}
        for _ in range(random.randint(1, 7))
    ]
    assert by_assignment(goods, bids) == by_subsets(goods, bids)


def test_what_cannot_be_proved_in_time_is_refused_and_not_guessed() -> None:
    """Beyond few goods, and with a floor that no price can tell apart."""
    goods = tuple(f"g{place}" for place in range(30))
    random = Random(3)

    def near_tie() -> tuple[Bundle, int]:
        bundle = tuple(goods[place] for place in sorted(random.sample(range(30), 5)))
        return bundle, 5 * 10**18 + random.randrange(4)

    bids: list[Values] = [dict(near_tie() for _ in range(8)) for _ in range(8)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(winner_determination, "STEPS_LIMIT", 5)
        with pytest.raises(winner_determination.TooHardError, match="not proved in 5 steps"):
            winners(goods, bids)
        players = tuple(VcgPlayer(str(place), values) for place, values in enumerate(bids))
        with pytest.raises(InvalidInput, match=r"^players: .* worth nearly the same"):
            solve(VcgInstance(goods, players))


@pytest.fixture(scope="module")
def far_apart() -> tuple[Bundle, list[Values]]:
    """Goods too many for their sets, and bids that a solver's prices tell apart."""
    random = Random(2)
    goods = tuple(f"g{place}" for place in range(30))

    def bid() -> tuple[Bundle, int]:
        size = random.randint(2, 6)
        bundle = tuple(goods[place] for place in sorted(random.sample(range(30), size)))
        return bundle, size * 1000 + random.randrange(900)

    return goods, [dict(bid() for _ in range(6)) for _ in range(9)]


def test_a_good_solver_leaves_little_to_prove(
    far_apart: tuple[Bundle, list[Values]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """25 steps; more than 60 with shares of nothing, some 2,000 with prices of nothing."""
    monkeypatch.setattr(winner_determination, "STEPS_LIMIT", 50)
    assert maximum_welfare(*far_apart) == 29_263
    monkeypatch.setattr(
        winner_determination, "_relaxation", lambda options: ([0.0] * len(options), [])
    )
    with pytest.raises(winner_determination.TooHardError):
        maximum_welfare(*far_apart)


def test_the_integer_program_finds_the_best_first(
    far_apart: tuple[Bundle, list[Values]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that only a proof is left: with no step that looks any further it is what is found."""
    monkeypatch.setattr(winner_determination, "_limits", lambda options, _: [0] * len(options))
    assert maximum_welfare(*far_apart) == 29_263
