"""Approximate valuations: the guarantees' figures, Definition E.2 and Lemma E.3 exactly, and the price."""

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offchain.model.checks import Verdict, approximate
from offchain.model.document import parse_text
from offchain.model.instances import (
    ApproximateInstance,
    ApproximateOutcome,
    ApproximateSale,
    Group,
    Member,
    TwoLevelInstance,
)
from offchain.model.kinds import check_reference
from offchain.model.mechanisms import two_level
from offchain.model.mechanisms.approximate import (
    critical_bid,
    deterministic_guarantee,
    dominant_guarantee,
    piece,
    price_lottery,
    probabilistic_guarantee,
    probabilities,
    probability,
    replaced,
    second_price,
    sell,
    solve,
    spread,
    winner_count,
    worst_case,
)
from offchain.model.mechanisms.equal_split import equal_split, willingness_to_pay
from tests.model.checking import named

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)

deltas = st.sampled_from([Fraction(1, 100), Fraction(1, 10), QUARTER, HALF, Fraction(9, 10)])
small_bids = st.lists(st.integers(0, 12), min_size=1, max_size=5)
any_bids = st.lists(
    st.integers(0, 9) | st.integers(0, 10**6) | st.integers(0, 2**64 - 1), min_size=1, max_size=7
)


def winner_counts(bids: list[int], delta: Fraction) -> list[int]:
    """Every n* with both properties of Lemma E.3, by trying all."""
    ordered = sorted(bids, reverse=True)
    extra = ((1 + delta) / (1 - delta)) ** 2 - 1
    return [
        count
        for count in range(1, len(ordered) + 1)
        if all(bid > sum(ordered[:count]) / (count + extra) for bid in ordered[:count])
        and all(bid <= sum(ordered[:count]) / (count + extra) for bid in ordered[count:])
    ]


def formula(bids: list[int], delta: Fraction) -> list[Fraction]:
    """Definition E.2, with n* found by trying all."""
    n, extra = len(bids), ((1 + delta) / (1 - delta)) ** 2 - 1
    if not any(bids):
        return [Fraction(1, n)] * n
    (count,) = winner_counts(bids, delta)
    total = sum(sorted(bids, reverse=True)[:count])
    return [
        max(
            Fraction(0),
            Fraction(1, n)
            * (n + extra)
            / (count + extra)
            * (bid * (count + extra) - total)
            / (bid * extra),
        )
        if bid
        else Fraction(0)
        for bid in bids
    ]


@pytest.mark.parametrize(
    ("delta", "players", "times"),
    [(HALF, 2, Fraction(5)), (HALF, 4, Fraction(3)), (QUARTER, 2, Fraction(17, 9))],
)
def test_the_figures_of_the_slides(delta: Fraction, players: int, times: Fraction) -> None:
    """5 times better than second price, 3 times, and "2 times", which is 1.89."""
    assert probabilistic_guarantee(delta, players) / deterministic_guarantee(delta) == times


def test_the_guarantees() -> None:
    assert deterministic_guarantee(HALF) == Fraction(1, 9)
    assert probabilistic_guarantee(HALF, 2) == Fraction(5, 9)
    assert dominant_guarantee(7) == Fraction(1, 7)


@given(deltas, st.integers(1, 50))
def test_the_same_guarantee_in_two_forms(delta: Fraction, players: int) -> None:
    least = deterministic_guarantee(delta)
    assert probabilistic_guarantee(delta, players) == least + (1 - least) / players
    assert 1 / (1 + spread(delta)) == least


@given(any_bids, deltas)
def test_the_number_of_winners_is_unique(bids: list[int], delta: Fraction) -> None:
    found = winner_count(sorted(bids, reverse=True), delta)
    assert winner_counts(bids, delta) == ([found] if any(bids) else [])


@given(any_bids, deltas)
def test_the_probabilities_are_the_formula(bids: list[int], delta: Fraction) -> None:
    chances = probabilities(bids, delta)
    assert list(chances) == formula(bids, delta)
    assert [probability(bids, player, delta) for player in range(len(bids))] == list(chances)
    assert min(chances) >= 0
    assert sum(chances) <= 1


@given(any_bids, deltas)
def test_the_key_inequality(bids: list[int], delta: Fraction) -> None:
    """For every i, sum of f_j z_j + D f_i z_i is at least z_i (n + D) / n, with equality where f_i > 0."""
    n, extra = len(bids), spread(delta)
    chances = probabilities(bids, delta)
    welfare = sum(chance * bid for chance, bid in zip(chances, bids, strict=True))
    for chance, bid in zip(chances, bids, strict=True):
        left, right = welfare + extra * chance * bid, bid * (n + extra) / n
        assert left >= right
        assert chance == 0 or left == right


@given(any_bids, deltas)
def test_no_values_that_fit_the_bids_break_the_guarantees(bids: list[int], delta: Fraction) -> None:
    """The corners of all that is possible, by hand: one value high, the others low."""
    n, up = len(bids), (1 + delta) / (1 - delta)
    winner, _ = second_price(bids)
    sure = [Fraction(player == winner) for player in range(n)]
    for chances, bound in [
        (probabilities(bids, delta), probabilistic_guarantee(delta, n)),
        (sure, deterministic_guarantee(delta)),
    ]:
        ratios = []
        for best in range(n):
            values = [bid * up if player == best else bid / up for player, bid in enumerate(bids)]
            welfare = sum(chance * value for chance, value in zip(chances, values, strict=True))
            assert welfare >= bound * max(values)
            if max(values) == values[best] > 0:
                ratios.append(welfare / values[best])
        assert worst_case(bids, chances, delta)[1] == min([*ratios, Fraction(1)])


@pytest.mark.parametrize("players", [1, 2, 3, 10])
@pytest.mark.parametrize("delta", [Fraction(1, 10), HALF])
def test_the_tight_instance(players: int, delta: Fraction) -> None:
    """All bid b; one value is (1+delta)b/(1-delta), the others are (1-delta)b/(1+delta): equality."""
    bid, up = 30, (1 + delta) / (1 - delta)
    chances = probabilities([bid] * players, delta)
    assert set(chances) == {Fraction(1, players)}
    values = [bid * up, *[bid / up] * (players - 1)]
    welfare = sum(chance * value for chance, value in zip(chances, values, strict=True))
    assert welfare / max(values) == probabilistic_guarantee(delta, players)
    assert worst_case([bid] * players, chances, delta)[1] == welfare / max(values)


def test_second_price_at_its_worst() -> None:
    """Two bid the same; the good goes to the one that values it least."""
    bids = [30, 30]
    assert second_price(bids) == (0, 30)
    worst = worst_case(bids, [Fraction(1), Fraction(0)], HALF)
    assert worst == (1, deterministic_guarantee(HALF))


def test_second_price() -> None:
    assert second_price([5, 9, 7]) == (1, 7)
    assert second_price([5, 9, 9]) == (1, 9)
    assert second_price([4]) == (0, 0)
    assert second_price([0, 0]) == (0, 0)


@given(any_bids | small_bids, st.integers(1, 13))
def test_groups_of_one_are_sold_by_second_price(bids: list[int], reserve: int) -> None:
    """What the two-level mechanism adds: a reserve, and a unit where an earlier rival would win the tie."""
    groups = tuple(Group(f"g{n}", (Member("m", (bid,), (bid,)),)) for n, bid in enumerate(bids))
    (lot,) = two_level.solve(TwoLevelInstance(1, (reserve,), groups)).items
    winner, price = second_price(bids)
    if bids[winner] < reserve:
        assert (lot.winner, lot.price) == (None, 0)
    else:
        tie = price in bids[:winner]
        assert (lot.winner, lot.price) == (f"g{winner}", max(reserve, price + tie))


@given(any_bids, deltas, st.data())
def test_a_higher_bid_never_has_a_lower_chance(
    bids: list[int], delta: Fraction, data: st.DataObject
) -> None:
    player = data.draw(st.integers(0, len(bids) - 1))
    near = [max(0, bid + step) for bid in bids for step in (-1, 0, 1)]
    tried = sorted([0, 1, *near, 2**65, data.draw(st.integers(0, 2**64))])
    chances = [probability(replaced(bids, player, bid), player, delta) for bid in tried]
    assert chances == sorted(chances)


@given(st.integers(0, 10**9), st.integers(1, 6), deltas)
def test_equal_bids_share_equally(bid: int, players: int, delta: Fraction) -> None:
    assert set(probabilities([bid] * players, delta)) == {Fraction(1, players)}


@given(any_bids, deltas)
def test_equal_bids_have_equal_chances(bids: list[int], delta: Fraction) -> None:
    chance_of: dict[int, Fraction] = {}
    for bid, chance in zip(bids, probabilities(bids, delta), strict=True):
        assert chance_of.setdefault(bid, chance) == chance


def test_a_clear_winner_gets_it_almost_surely() -> None:
    """With one far ahead only that one can win, with the probability that the bound allows: (n+D)/(n(1+D))."""
    assert probabilities([1000, 3, 2], HALF) == (Fraction(3 + 8, 3 * 9), Fraction(0), Fraction(0))


def test_nobody_wants_it() -> None:
    outcome = solve(ApproximateInstance(HALF, {"a": 0, "b": 0}, Fraction(3, 5)))
    assert outcome == ApproximateOutcome(
        {"a": HALF, "b": HALF}, Fraction(0), ApproximateSale("b", 0)
    )


def test_a_single_player_gets_it_for_nothing() -> None:
    """As in a second-price auction: bidding 0 it would get it, too."""
    outcome = solve(ApproximateInstance(HALF, {"a": 9}, Fraction(0)))
    assert outcome == ApproximateOutcome({"a": Fraction(1)}, Fraction(0), ApproximateSale("a", 0))


def test_the_documented_example() -> None:
    text = '{"mechanism": "approximate", "delta": "1/2", "bids": {"a": 10, "b": 7}, "draw": "3/10"}'
    (instance,) = parse_text(text).instances
    assert isinstance(instance, ApproximateInstance)
    assert solve(instance).to_json() == {
        "mechanism": "approximate",
        "probabilities": {"a": "83/160", "b": "53/112"},
        "unsold": "9/1120",
        "winner": "a",
        "price": 2,
    }
    undrawn = solve(ApproximateInstance(instance.delta, instance.bids)).to_json()
    assert list(undrawn) == ["mechanism", "probabilities", "unsold"]


@pytest.mark.parametrize(
    ("draw", "sale"),
    [
        ("0", ("a", 1)),
        ("1/10", ("a", 1)),
        ("1/8", ("a", 2)),
        ("518/1000", ("a", 10)),
        ("83/160", ("b", 2)),
        ("99/100", ("b", 7)),
        ("1111/1120", (None, 0)),
        ("9999/10000", (None, 0)),
    ],
)
def test_draws(draw: str, sale: tuple[str | None, int]) -> None:
    """At 1/8 ends what the first player's piece would be at a bid of 1; the second needs 2 to have one."""
    outcome = solve(ApproximateInstance(HALF, {"a": 10, "b": 7}, Fraction(draw)))
    assert outcome.sale == ApproximateSale(*sale)
    assert outcome.to_json()["winner"] == sale[0]
    assert outcome.to_json()["price"] == sale[1]


@given(small_bids, deltas, st.fractions(0, 1).filter(lambda draw: draw < 1))
def test_the_price_is_the_least_bid_that_would_still_win(
    bids: list[int], delta: Fraction, draw: Fraction
) -> None:
    """The pieces in order, and the price by trying all bids from 0."""
    winner, price = sell(bids, delta, draw)
    start = Fraction(0)
    for player, chance in enumerate(formula(bids, delta)):
        if start <= draw < start + chance:
            assert winner == player
            assert price == next(
                bid
                for bid in range(bids[player] + 1)
                if formula(replaced(bids, player, bid), delta)[player] > draw - start
            )
            return
        start += chance
    assert (winner, price) == (None, 0)


@given(small_bids, deltas)
def test_the_lottery_is_the_measure_of_the_draws(bids: list[int], delta: Fraction) -> None:
    """Each price is asked over a piece of its probability's length, from where the chance of a lower bid ends."""
    for player in range(len(bids)):
        lottery = price_lottery(bids, player, delta)
        offset = Fraction(0)
        for price, chance in lottery.items():
            for inside in (offset, offset + chance / 2, offset + chance * Fraction(999, 1000)):
                assert critical_bid(bids, player, delta, inside) == price
            offset += chance
        assert offset == probability(bids, player, delta)


@given(small_bids, deltas)
@settings(max_examples=60)
def test_no_lie_pays_in_expectation(bids: list[int], delta: Fraction) -> None:
    """Every bid up to 14 against the truth, in the exact expectation over the draw."""
    for player, value in enumerate(bids):

        def expected(bid: int, player: int = player, value: int = value) -> Fraction:
            lottery = price_lottery(replaced(bids, player, bid), player, delta)
            return sum(((value - price) * chance for price, chance in lottery.items()), Fraction(0))

        assert max(expected(bid) for bid in range(15)) == expected(value)
        assert expected(value) >= 0


def test_a_single_draw_can_tempt() -> None:
    """Truthful in expectation only: this draw goes to the first player, and to the second if that bids one more."""
    draw = Fraction(518, 1000)
    assert sell([10, 7], HALF, draw) == (0, 10)
    assert sell([10, 8], HALF, draw) == (1, 2)


@given(st.lists(st.integers(0, 6), min_size=2, max_size=3), st.integers(0, 10), deltas)
@settings(max_examples=25)
def test_members_of_a_group_are_truthful_too(
    values: list[int], rival: int, delta: Fraction
) -> None:
    """A group that bids its willingness to pay meets prices that do not depend on its bid, and splits them equally."""

    def expected(bids: list[int], member: int) -> Fraction:
        lottery = price_lottery([rival, willingness_to_pay(bids)], 1, delta)
        total = Fraction(0)
        for price, chance in lottery.items():
            split = equal_split(bids, price) if price else None
            share = 0 if split is None else split.share
            if bids[member] >= max(share, 1):
                total += chance * (values[member] - share)
        return total

    for member in range(len(values)):
        truthful = expected(values, member)
        assert truthful >= 0
        assert max(expected(replaced(values, member, bid), member) for bid in range(9)) == truthful


@given(st.lists(st.fractions(0, 1, max_denominator=60), min_size=1, max_size=9), st.data())
def test_a_draw_falls_into_the_piece_that_holds_it(
    lengths: list[Fraction], data: st.DataObject
) -> None:
    """A piece begins at its border and ends before the next one; beyond the last nothing is sold."""
    chances = [length / len(lengths) for length in lengths]
    borders = [sum(chances[:place], Fraction(0)) for place in range(len(chances) + 1)]
    draw = data.draw(
        st.sampled_from([border for border in borders if border < 1]) | st.fractions(0, 1)
    )
    holds = [p for p, start in enumerate(borders[:-1]) if start <= draw < borders[p + 1]]
    player, offset = piece(chances, draw)
    if not holds:
        assert player is None
    else:
        assert ([player], offset) == (holds, draw - borders[holds[0]])


def test_hundreds_of_players() -> None:
    bids = [2**63 + player**5 for player in range(500)]
    winner, price = sell(bids, Fraction(1, 100), HALF)
    assert winner is not None
    assert 0 < price <= bids[winner]


def game(*bids: int, delta: Fraction = HALF, draw: str = "1/3") -> ApproximateInstance:
    """Players a, b, ... with these bids."""
    named = dict(zip("abcdefgh", bids, strict=False))
    return ApproximateInstance(delta, named, Fraction(draw))


@given(small_bids, deltas)
@settings(max_examples=25)
def test_no_check_fails(bids: list[int], delta: Fraction) -> None:
    findings = check_reference(game(*bids, delta=delta))
    assert [finding.name for finding in findings] == [
        "probabilities",
        "individual rationality",
        "equal treatment",
        "welfare ratio",
        "incentive compatibility",
        "welfare ratio of second price",
        "false names",
    ]
    assert [finding for finding in findings[:-1] if finding.verdict is not Verdict.HOLDS] == []
    assert findings[-1].verdict is not Verdict.FAILS


def test_two_names_can_pay() -> None:
    finding = check_reference(game(10, 7))[-1]
    assert finding.verdict is Verdict.NOT_CLAIMED
    assert finding.detail.startswith("a expects 22031/5760 by bidding its value and ")
    assert finding.detail.endswith(" under 2 names by bidding 10 and 10")


def test_large_instances_are_checked_for_monotonicity_alone() -> None:
    instance = ApproximateInstance(HALF, {str(i): 10**9 + i**3 for i in range(40)})
    findings = check_reference(instance)
    assert ", one name each: no probability falls, at " in findings[4].detail
    assert findings[-1].detail == "not searched: too many players, or bids too large"


@pytest.mark.parametrize(
    ("chances", "unsold", "sale", "failing", "detail"),
    [
        (["1/2", "1/4"], "1/8", None, 0, "the probabilities are 7/8 in all, not 1"),
        (["5/4", "-1/4"], "0", None, 0, "b has probability -1/4"),
        (["5/4", "0"], "-1/4", None, 0, "no sale has probability -1/4"),
        (["1/2", "1/2"], "0", ("a", 11), 1, "a bids 10 and pays 11"),
        (["1/2", "1/2"], "0", ("a", -1), 1, "a bids 10 and pays -1"),
        (["1/2", "1/2"], "0", (None, 3), 1, "unsold at price 3"),
        (["1", "0"], "0", ("b", 3), 1, "b wins with probability 0"),
        (["1", "0"], "0", None, 2, "a and b bid 10 and do not have the same probability"),
        (["0", "0"], "1", None, 3, "0 if a has the most, below 5/9"),
    ],
)
def test_each_check_fails_on_a_wrong_outcome(
    chances: list[str], unsold: str, sale: tuple[str | None, int] | None, failing: int, detail: str
) -> None:
    outcome = ApproximateOutcome(
        dict(zip("ab", map(Fraction, chances), strict=True)),
        Fraction(unsold),
        None if sale is None else ApproximateSale(*sale),
    )
    finding = approximate.check_outcome(game(10, 10), outcome)[failing]
    assert (finding.verdict, finding.detail) == (Verdict.FAILS, detail)


@pytest.mark.parametrize("unit", [1, 10**3, 10**9, 10**18])
@pytest.mark.parametrize("bids", [(10, 7), (9, 9, 3), (5, 8, 0, 1)], ids=str)
def test_a_price_that_is_not_the_critical_bid_is_found_out_in_any_unit(
    bids: tuple[int, ...], unit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wins and pays its bid had better bid less; whoever pays half of the critical bid, more."""
    instance = game(*(bid * unit for bid in bids))
    assert named(check_reference(instance), "incentive compatibility").verdict is Verdict.HOLDS

    def pay_your_bid(bids: list[int], delta: Fraction, draw: Fraction) -> tuple[int | None, int]:
        winner, _ = sell(bids, delta, draw)
        return winner, 0 if winner is None else bids[winner]

    def pay_half(bids: list[int], delta: Fraction, draw: Fraction) -> tuple[int | None, int]:
        winner, price = sell(bids, delta, draw)
        return winner, price // 2

    for broken in (pay_your_bid, pay_half):
        monkeypatch.setattr(approximate, "sell", broken)
        finding = named(check_reference(instance), "incentive compatibility")
        assert finding.verdict is Verdict.FAILS
        assert re.fullmatch(
            r"[abcd] pays \d+, which is not the least bid that the draw sells to", finding.detail
        )


@pytest.mark.parametrize("unit", [10**3, 10**9, 10**18])
def test_a_chance_that_falls_is_found_out_in_any_unit(
    unit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bids above twice the others' largest count half: nobody is there, so that no draw shows it."""

    def capped(bids: list[int], player: int, delta: Fraction) -> Fraction:
        chance = probability(bids, player, delta)
        others = [bid for place, bid in enumerate(bids) if place != player]
        return chance / 2 if bids[player] > 3 * max(others) // 2 else chance

    monkeypatch.setattr(approximate, "probability", capped)
    instance = game(10 * unit, 7 * unit, 7 * unit + 1)
    finding = named(check_reference(instance), "incentive compatibility")
    assert finding.verdict is Verdict.FAILS
    assert " wins with " in finding.detail


def test_a_draw_that_sells_to_another_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose piece a draw falls into says who wins."""
    for winner, told in ((1, "b"), (None, "nobody")):
        monkeypatch.setattr(approximate, "sell", lambda *_, winner=winner: (winner, 0))
        finding = named(check_reference(game(10, 7)), "incentive compatibility")
        assert finding.verdict is Verdict.FAILS
        assert finding.detail == f"a draw in the piece of a sells to {told}"


def test_a_lie_that_pays_is_found_out_where_all_bids_are_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Though every single draw sells at the critical bid: those who win pay their own on average."""

    def pay_your_bid(bids: list[int], player: int, delta: Fraction) -> dict[int, Fraction]:
        return {bids[player]: probability(bids, player, delta)}

    monkeypatch.setattr(approximate, "price_lottery", pay_your_bid)
    finding = named(check_reference(game(10, 7)), "incentive compatibility")
    assert finding.verdict is Verdict.FAILS
    assert finding.detail.startswith("a expects 0 by bidding its value and ")


def test_of_very_many_players_the_row_says_that_nothing_was_worked_out() -> None:
    names = map(str, range(approximate.PLAYERS_LIMIT + 1))
    findings = check_reference(ApproximateInstance(HALF, dict.fromkeys(names, 5)))
    for name in ("welfare ratio", "welfare ratio of second price"):
        finding = named(findings, name)
        assert finding.verdict is Verdict.NOT_CLAIMED
        assert finding.detail.startswith("not worked out: more than 2000 players; ")
    assert named(findings, "probabilities").detail.endswith(
        "; not added up: more than 2000 players"
    )
    assert named(findings, "incentive compatibility").detail.endswith(
        ", prices not tried: nobody bids, or more than 2000 players"
    )


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Fraction(1, 10**6 - 1), "1/999999"),
        (Fraction(1, 10**6), "about 1e-06"),
        (10**12 - 1, "999999999999"),
        (10**12, "about 1e+12"),
        (1 - 10**12, "-999999999999"),
        (-(10**12), "about -1e+12"),
        (Fraction(2 * 10**7 + 1, 10**7), "about 2"),
        (Fraction(12345678, 10**6 + 1), "about 12.35"),
    ],
)
def test_long_fractions_are_rounded_for_people(amount: int | Fraction, text: str) -> None:
    assert approximate.about(amount) == text
