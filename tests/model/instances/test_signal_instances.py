"""Files of the two signal auctions: what is read, what is refused and in which words, and the way back."""

import json
from contextlib import suppress
from itertools import product
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from offchain.cli import app
from offchain.io.errors import InvalidInput
from offchain.io.fields import show
from offchain.model.document import instance_text, outcome_text, parse_text
from offchain.model.instances import (
    MonotoneSignalsInstance,
    SignalClockInstance,
    UniversalSignalsInstance,
)
from offchain.model.instances.signals import DEFAULT_TYPE, Rule, Table
from offchain.model.kinds import solve
from tests.model import checking
from tests.model.checking import any_json
from tests.model.signal_cases import clock, clocks, monotone, monotones


def clock_file(*bidders: dict[str, object], **fields: object) -> dict[str, object]:
    """A small good file of two bidders, or these; some fields of its own, where None takes a field away."""
    instance: dict[str, object] = {
        "mechanism": "signal-clock",
        "signals": 2,
        "rule": "welfare",
        "types": ["x"],
        "bidders": list(bidders) or [bidder(), bidder(name="b", value=[0, 2, 3])],
        **fields,
    }
    return {name: value for name, value in instance.items() if value is not None}


def bidder(**fields: object) -> dict[str, object]:
    """A bidder of such a file; None takes a field away."""
    written = {"name": "a", "type": "x", "signal": 1, "value": [0, 1, 5], **fields}
    return {name: value for name, value in written.items() if value is not None}


def two(**fields: object) -> dict[str, object]:
    """A file whose second bidder has these fields."""
    return clock_file(bidder(), bidder(**{"name": "b", **fields}))


def typed(**fields: object) -> dict[str, object]:
    """A file of two types, x of two bidders and y of one, who has these fields."""
    table = [[0, 1], [1, 1], [1, 3]]
    return clock_file(
        bidder(value=table),
        bidder(name="b", value=table),
        bidder(name="c", **{"type": "y", "value": table, **fields}),
        types=["x", "y"],
    )


def monotone_file(*values: object, **fields: object) -> dict[str, object]:
    """A file of bidders a, b, ... with signal 1 of 2 and these values."""
    return clock_file(
        *(bidder(name=name, value=value) for name, value in zip("abcdef", values, strict=False)),
        mechanism="monotone-signals",
        **fields,
    )


def refusal(document: object) -> str:
    """What is said of a bad file."""
    return checking.refusal(json.dumps(document))


def test_a_signal_clock_file() -> None:
    assert parse_text(json.dumps(clock_file())).instances == (
        clock(2, (1, [0, 1, 5]), (1, [0, 2, 3])),
    )


def test_several_types_nest_in_their_order() -> None:
    (instance,) = parse_text(json.dumps(typed())).instances
    table = [[0, 1], [1, 1], [1, 3]]
    assert instance == clock(2, (1, table, "x"), (1, table, "x"), (1, table, "y"), types=("x", "y"))
    assert isinstance(instance, SignalClockInstance)
    assert instance.totals((1, 1, 0)) == (2, 0)
    assert instance.worths((1, 1, 1)) == [3, 3, 3]
    assert instance.worths((1, 0, 0)) == [1, 1, 1]
    assert instance.members(0) == (0, 1)


def test_a_monotone_signals_file() -> None:
    a, b = [[0, 1], [2, 3]], [[0, 5], [0, 6]]
    (instance,) = parse_text(json.dumps(monotone_file(a, b, rule="revenue"))).instances
    assert instance == monotone(2, (1, a), (1, b), rule=Rule.REVENUE)
    assert isinstance(instance, MonotoneSignalsInstance)
    assert instance.worths((1, 0)) == [2, 0]
    assert instance.worths((0, 1)) == [1, 5]


def test_types_may_be_left_out_where_there_is_one() -> None:
    unnamed = [bidder(type=None), bidder(name="b", type=None)]
    (instance,) = parse_text(json.dumps(clock_file(*unnamed, types=None))).instances
    assert isinstance(instance, SignalClockInstance)
    assert instance.types == (DEFAULT_TYPE,)
    (instance,) = parse_text(json.dumps(clock_file(*unnamed))).instances
    assert isinstance(instance, SignalClockInstance)
    assert [member.type for member in instance.bidders] == ["x", "x"]
    half = [bidder(type=None), bidder(name="b", type="z")]
    (instance,) = parse_text(json.dumps(clock_file(*half, types=None))).instances
    assert isinstance(instance, SignalClockInstance)
    assert instance.types == ("z",)


def test_tables() -> None:
    table = Table.of((2, 3, 2), lambda index: 100 * index[0] + 10 * index[1] + index[2])
    assert table.at((1, 2, 0)) == 120
    assert table.to_json() == [[[0, 1], [10, 11], [20, 21]], [[100, 101], [110, 111], [120, 121]]]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        # Fields.
        (clock_file(signals=None), "signals: missing"),
        (clock_file(rule=None), "rule: missing"),
        (clock_file(bidders=None), "bidders: missing"),
        (
            clock_file(reserve=1),
            "reserve: unknown field with value 1 (known: mechanism, signals, rule, bidders, types)",
        ),
        (two(name=None), "bidders[1].name: missing"),
        (two(signal=None), "bidders[1].signal: missing"),
        (two(value=None), "bidders[1].value: missing"),
        (
            two(bid=3),
            "bidders[1].bid: unknown field with value 3 (known: name, signal, value, type)",
        ),
        # Signals and rule.
        (clock_file(signals=1), "signals: 1 is below 2"),
        (clock_file(signals=0), "signals: 0 is below 2"),
        (clock_file(signals=-2), "signals: -2 is negative"),
        (clock_file(signals=2.0), "signals: 2.0 is not an integer"),
        (clock_file(signals="2"), 'signals: "2" is not an integer'),
        (clock_file(signals=2**40), "signals: 1099511627776 is above 2^32-1"),
        (clock_file(rule="profit"), 'rule: "profit" is not one of welfare, revenue'),
        (clock_file(rule=1), "rule: 1 is not one of welfare, revenue"),
        (clock_file(rule=["welfare"]), "rule: a list is not one of welfare, revenue"),
        # Types.
        (clock_file(types=[]), "types: [] holds no type"),
        (clock_file(types="x"), 'types: "x" is not a list'),
        (clock_file(types=[1]), "types[0]: 1 is not a string"),
        (clock_file(types=[""]), 'types[0]: "" is an empty name'),
        (clock_file(types=["x", "x"]), 'types[1]: "x" is already types[0]'),
        (clock_file(types=["x", "y"]), 'types[1]: "y" is the type of no bidder'),
        (two(type="y"), 'bidders[1].type: "y" is not one of the types (known: "x")'),
        (two(type=3), "bidders[1].type: 3 is not a string"),
        (typed(type=None), "bidders[2].type: missing, and there are several types"),
        (typed(type="z"), 'bidders[2].type: "z" is not one of the types (known: "x", "y")'),
        (
            clock_file(bidder(), bidder(name="b", type="y"), types=None),
            'bidders[1].type: "y" is not one of the types (known: "x")',
        ),
        # Bidders.
        (clock_file(bidders=[]), "bidders: [] holds no bidder"),
        (clock_file(bidders={}), "bidders: an object is not a list"),
        (clock_file(bidders=[3]), "bidders[0]: 3 is not an object"),
        (two(name="a"), 'bidders[1].name: "a" is already the name of bidders[0]'),
        (clock_file(bidder(), bidder()), 'bidders[1].name: "a" is already the name of bidders[0]'),
        (two(name=""), 'bidders[1].name: "" is an empty name'),
        (two(name=5), "bidders[1].name: 5 is not a string"),
        (two(signal=2), "bidders[1].signal: 2 is above 1"),
        (two(signal=-1), "bidders[1].signal: -1 is negative"),
        (two(signal=0.5), "bidders[1].signal: 0.5 is not an integer"),
        (two(signal="1"), 'bidders[1].signal: "1" is not an integer'),
        (two(signal=True), "bidders[1].signal: true is not an integer"),
        # Values.
        (two(value=[0, -1, 2]), "bidders[1].value[1]: -1 is negative"),
        (two(value=[0, 0.5, 2]), "bidders[1].value[1]: 0.5 is not an integer"),
        (two(value=[0, 1, 2.0]), "bidders[1].value[2]: 2.0 is not an integer"),
        (two(value=[0, "1", 2]), 'bidders[1].value[1]: "1" is not an integer'),
        (two(value=[0, True, 2]), "bidders[1].value[1]: true is not an integer"),
        (two(value=[0, [1], 2]), "bidders[1].value[1]: a list is not an integer"),
        (two(value=[0, 1, 2**64]), "bidders[1].value[2]: 18446744073709551616 is above 2^64-1"),
        (
            two(value=5),
            'bidders[1].value: 5 is not a list of 3, one entry for each total of type "x"',
        ),
        (
            two(value=[0, 1]),
            'bidders[1].value: a list of 2, not of 3, one entry for each total of type "x"',
        ),
        (two(value=[]), "bidders[1].value: a list of 0, not of 3"),
        (two(value=[0, 1, 2, 3]), "bidders[1].value: a list of 4, not of 3"),
        (two(value={}), "bidders[1].value: an object is not a list of 3"),
        (
            two(value=[0, 5, 4]),
            "bidders[1].value[2]: 4 is below the 5 at bidders[1].value[1]:"
            ' values may not fall when the total of type "x" rises',
        ),
        (
            clock_file(signals=3),
            'bidders[0].value: a list of 3, not of 5, one entry for each total of type "x"',
        ),
        (
            typed(value=[[0, 1], [1, 1]]),
            'bidders[2].value: a list of 2, not of 3, one entry for each total of type "x"',
        ),
        (
            typed(value=[[0, 1], [1, 1, 1], [1, 3]]),
            'bidders[2].value[1]: a list of 3, not of 2, one entry for each total of type "y"',
        ),
        (
            typed(value=[[0, 1], 1, [1, 3]]),
            'bidders[2].value[1]: 1 is not a list of 2, one entry for each total of type "y"',
        ),
        (
            typed(value=[[0, 1], [2, 1], [2, 3]]),
            "bidders[2].value[1][1]: 1 is below the 2 at bidders[2].value[1][0]:"
            ' values may not fall when the total of type "y" rises',
        ),
        (
            typed(value=[[0, 2], [1, 1], [1, 3]]),
            "bidders[2].value[1][1]: 1 is below the 2 at bidders[2].value[0][1]:"
            ' values may not fall when the total of type "x" rises',
        ),
        # Values by every bidder's signal.
        (
            monotone_file([0, 1], [0, 1]),
            'bidders[0].value[0]: 0 is not a list of 2, one entry for each signal of "b"',
        ),
        (
            monotone_file([[0, 1], [2, 3]], [[0, 1, 1], [2, 3, 3]]),
            'bidders[1].value[0]: a list of 3, not of 2, one entry for each signal of "b"',
        ),
        (
            monotone_file([[0, 1], [2, 3], [4, 5]], [[0, 1], [2, 3]]),
            'bidders[0].value: a list of 3, not of 2, one entry for each signal of "a"',
        ),
        (
            monotone_file([[0, 4], [2, 3]], [[0, 1], [2, 3]]),
            "bidders[0].value[1][1]: 3 is below the 4 at bidders[0].value[0][1]:"
            ' values may not fall when the signal of "a" rises',
        ),
        (
            monotone_file([[0, 1], [2, 1]], [[0, 1], [2, 3]]),
            "bidders[0].value[1][1]: 1 is below the 2 at bidders[0].value[1][0]:"
            ' values may not fall when the signal of "b" rises',
        ),
        (
            monotone_file([[0, 1], [2, -3]], [[0, 1], [2, 3]]),
            "bidders[0].value[1][1]: -3 is negative",
        ),
        # Three bidders of a type share among two, which needs values that treat them alike.
        (
            monotone_file(
                *[[[[0, 1], [1, 2]], [[1, 2], [2, 3]]]] * 2, [[[0, 0], [0, 2]], [[1, 2], [2, 2]]]
            ),
            "bidders[2].value[1][0][0]: 1 is not the 0 at bidders[2].value[0][1][0], where"
            ' "a" and "b", of one type, exchange their signals',
        ),
        # Lists name the instance.
        ([clock_file(), two(signal=7)], "[1].bidders[1].signal: 7 is above 1"),
    ],
)
def test_refusals_name_the_field_and_the_value(document: object, message: str) -> None:
    assert refusal(document).startswith(message)


def test_values_may_tell_bidders_of_different_types_apart() -> None:
    """The same asymmetric values are fine when everyone has a type of their own, or when two are all there are."""
    first, last = 0, 2
    tables = [
        [[[3 * x + y + z for z in (0, 1)] for y in (0, 1)] for x in (0, 1)],
        [[[x + y + z for z in (0, 1)] for y in (0, 1)] for x in (0, 1)],
        [[[x + y + z for z in (0, 1)] for y in (0, 1)] for x in (0, 1)],
    ]
    names = "abc"
    own = [bidder(name=n, type=n, value=t) for n, t in zip(names, tables, strict=True)]
    file = clock_file(*own, mechanism="monotone-signals", types=list(names))
    (instance,) = parse_text(json.dumps(file)).instances
    assert isinstance(instance, MonotoneSignalsInstance)
    assert instance.worth(first, (1, 0, 0)) == 3
    assert instance.worth(last, (1, 0, 0)) == 1
    shared = [bidder(name=n, value=t) for n, t in zip(names, tables, strict=True)]
    assert refusal(clock_file(*shared, mechanism="monotone-signals")).startswith(
        "bidders[0].value[1][0][0]: 3 is not the 1 at bidders[0].value[0][1][0]"
    )
    parse_text(json.dumps(monotone_file([[0, 1], [3, 3]], [[0, 2], [0, 2]])))


@given(clocks() | monotones())
def test_an_instance_survives_its_file(
    instance: SignalClockInstance | MonotoneSignalsInstance,
) -> None:
    assert parse_text(instance_text(instance)).instances == (instance,)
    outcome = solve(instance)
    assert json.loads(outcome_text([outcome], is_list=False)) == outcome.to_json()


@given(monotones(symmetric=False, types=3))
def test_files_are_refused_exactly_where_too_many_could_be_allocated(
    instance: MonotoneSignalsInstance,
) -> None:
    """Types matter only with more than l*C(k,2) + 1 bidders, and then to exchange signals may change nothing."""
    k, types = instance.signals, len(instance.types)
    kinds = [member.type for member in instance.bidders]
    pairs = [
        (i, j) for i, j in product(range(len(kinds)), repeat=2) if i < j and kinds[i] == kinds[j]
    ]

    def exchanged(profile: tuple[int, ...], i: int, j: int) -> tuple[int, ...]:
        signals = list(profile)
        signals[i], signals[j] = signals[j], signals[i]
        return tuple(signals)

    symmetric = all(
        instance.worths(profile) == instance.worths(exchanged(profile, i, j))
        for profile in product(range(k), repeat=len(kinds))
        for i, j in pairs
    )
    taken = symmetric or len(kinds) <= types * k * (k - 1) // 2 + 1
    if taken:
        assert parse_text(instance_text(instance)).instances == (instance,)
    else:
        assert "exchange their signals" in refusal(instance.to_json())


json_values = any_json("name", "type", "signal", "value", "x", most=4)


@given(
    st.sampled_from(["signal-clock", "monotone-signals"]),
    st.dictionaries(
        st.sampled_from(["signals", "rule", "types", "bidders", "x"]), json_values, max_size=4
    ),
    st.dictionaries(st.sampled_from(["name", "type", "signal", "value"]), json_values, max_size=4),
)
def test_any_json_is_read_or_refused_and_nothing_else(
    mechanism: str, fields: dict[str, object], member: dict[str, object]
) -> None:
    for document in (
        {**fields, "mechanism": mechanism},
        {**clock_file(), **fields, "mechanism": mechanism},
        {**clock_file(bidder(), bidder(name="b") | member), "mechanism": mechanism},
    ):
        with suppress(InvalidInput):
            parse_text(json.dumps(document))


def run(command: str, document: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `consort` on this document."""
    result = CliRunner().invoke(app, [command, "-"], input=json.dumps(document))
    return result.exit_code, result.stdout, result.stderr


def test_the_command_line_solves_and_checks() -> None:
    code, output, errors = run(
        "solve", [clock_file(), monotone_file([[0, 1], [2, 3]], [[0, 5], [0, 6]])]
    )
    assert (code, errors) == (0, "")
    assert [outcome["mechanism"] for outcome in json.loads(output)] == [
        "signal-clock",
        "monotone-signals",
    ]
    code, output, _ = run("check", clock_file())
    assert (code, len(output.splitlines())) == (0, 7)
    code, output, _ = run("check", monotone_file([[0, 1], [2, 3]], [[0, 5], [0, 6]]))
    assert (code, len(output.splitlines())) == (0, 6)


@pytest.mark.parametrize("command", ["solve", "check"])
def test_bad_files_are_exit_code_2(command: str) -> None:
    code, output, errors = run(command, two(value=[0, 5, 4]))
    assert (code, output) == (2, "")
    assert errors.startswith("error: standard input: bidders[1].value[2]: 4 is below the 5 ")


def test_more_tables_than_a_file_may_hold_are_refused_before_they_are_read() -> None:
    """17 bidders with two signals have 17 tables of 2^17 values, 16 have 2^20 values in all."""

    def crowd(count: int, signals: int, **fields: object) -> dict[str, object]:
        bidders = [bidder(name=f"b{i}", value=0, **fields) for i in range(count)]
        return clock_file(*bidders, mechanism="monotone-signals", signals=signals)

    for count, signals, most in (
        (17, 2, 16),
        (11, 3, 10),
        (9, 4, 8),
        (1_000, 5, 7),
        (1, 2**32 - 1, 0),
    ):
        assert refusal(crowd(count, signals)) == (
            f"bidders: {count} tables of {signals}^{count} values, and a file may hold 1,048,576"
            f" values in all, so with {signals} signals at most {most} bidders"
        )
    for count, signals in ((16, 2), (10, 3), (8, 4), (1, 2**20)):
        assert "bidders[0].value: 0 is not a list" in refusal(crowd(count, signals))


@pytest.mark.parametrize("signals", [2, 3])
@pytest.mark.parametrize("count", [3, 4, 5])
def test_falls_and_asymmetries_are_found_wherever_they_are(signals: int, count: int) -> None:
    """Every table that is one unit off somewhere is refused, against the definition."""
    names = "abcde"[:count]
    box = (signals,) * count
    flat = Table.of(box, lambda index: 10 * sum(index))
    for place, index in enumerate(product(*map(range, box))):
        for off in (-15, 1):
            entries = list(flat.entries)
            entries[place] = max(0, entries[place] + off)
            table = Table(box, tuple(entries))
            value = table.to_json()
            document = monotone_file(*[value] * count, signals=signals)
            for one in document["bidders"]:  # type: ignore[attr-defined]
                one["signal"] = 1
            falls = any(
                table.at(index) < table.at((*index[:side], index[side] - 1, *index[side + 1 :]))
                for index in product(*map(range, box))
                for side in range(count)
                if index[side]
            )
            differs = (
                any(
                    table.at(index) != table.at(sorted(index))
                    for index in product(*map(range, box))
                )
                and count > comb(signals, 2) + 1
            )
            print(signals, count, index, off, names)
            if falls:
                assert "values may not fall" in refusal(document)
            elif differs:
                assert "exchange their signals" in refusal(document)
            else:
                parse_text(json.dumps(document))


def test_many_types_are_read_in_linear_time() -> None:
    """Every bidder's type was looked for in a list: 10^9 comparisons here, which no test asserts by a clock."""
    count = 40_000
    types = [f"t{i}" for i in range(count)]
    bidders = [bidder(name=f"b{i}", type=types[-1 - i], value=[]) for i in range(count)]
    assert refusal(clock_file(*bidders, types=types)).startswith("bidders[0].value: a list of 0")
    bidders[-1]["type"] = "none"
    message = refusal(clock_file(*bidders, types=types))
    assert message.startswith(f'bidders[{count - 1}].type: "none" is not one of the types (known: ')
    assert message.endswith(f" and {count - 12} more)")


def universal_file(**fields: object) -> dict[str, object]:
    """A file of two bidders who are sold to by one of the auctions that may be drawn."""
    file = monotone_file([[0, 1], [1, 5]], [[0, 2], [2, 3]], **fields)
    return {**file, "mechanism": "universal-signals"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"draw": -1}, "draw: -1 is negative"),
        ({"draw": 2**256}, f"draw: {show(2**256)} is above 2^256-1"),
        ({"draw": "1/2"}, 'draw: "1/2" is not an integer'),
        ({"draw": True}, "draw: true is not an integer"),
        (
            {"colour": 1},
            "colour: unknown field with value 1 (known: mechanism, signals, rule, bidders, types, draw)",
        ),
        ({"signals": 1}, "signals: 1 is below 2"),
    ],
)
def test_bad_files_of_universal_signals(fields: dict[str, object], words: str) -> None:
    assert refusal(universal_file(**fields)) == words


def test_only_universal_signals_have_a_draw() -> None:
    assert "draw: unknown field" in refusal(
        monotone_file([[0, 1], [1, 5]], [[0, 2], [2, 3]], draw=1)
    )


@pytest.mark.parametrize("draw", [None, 0, 3, 2**256 - 1])
def test_universal_signals_are_read_back(draw: int | None) -> None:
    """And where there are no more bidders than colours, the draw is the place of one, a and b in turn."""
    (instance,) = parse_text(json.dumps(universal_file(draw=draw))).instances
    assert isinstance(instance, UniversalSignalsInstance)
    assert instance.draw == draw
    (again,) = parse_text(instance_text(instance)).instances
    assert again == instance
    outcome = json.loads(outcome_text([solve(instance)], is_list=False))
    assert outcome["colours"] == 2
    assert outcome.get("winner", "none") == ("none" if draw is None else "ab"[draw % 2])
