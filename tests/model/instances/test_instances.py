"""Instance files: what is read, what is refused and in which words, and the way back to JSON."""

import json
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offchain.io.errors import InvalidInput
from offchain.model.document import (
    InstanceFile,
    instance_text,
    outcome_text,
    parse_bytes,
    parse_text,
)
from offchain.model.instances import BID_LIMIT, RESERVE_LIMIT, Group, Member, TwoLevelInstance
from offchain.model.instances.rules import (
    CRITICAL_BID,
    FIRST_PRICE,
    INCREMENT_LIMIT,
    LEAST_PART,
    Ascending,
    Increment,
    Lottery,
    Lower,
    Posted,
)
from offchain.model.instances.two_level import AnyTwoLevel, TwoLevelLotteryInstance
from offchain.model.kinds import READERS, solve
from tests.model.checking import any_json, refusal


def two_level(**fields: object) -> dict[str, object]:
    """A small good instance, with some fields of its own; None takes a field away."""
    instance: dict[str, object] = {
        "mechanism": "two-level",
        "groups": [{"name": "A", "members": [{"name": "ann", "bid": 5}]}],
        **fields,
    }
    return {name: value for name, value in instance.items() if value is not None}


def with_member(**fields: object) -> dict[str, object]:
    """A small instance whose second group's second member has these fields."""
    members = [{"name": "bob", "bid": 4}, {"name": "cid", "bid": 3, **fields}]
    groups = [
        {"name": "A", "members": [{"name": "ann", "bid": 5}]},
        {"name": "B", "members": members},
    ]
    return two_level(groups=groups)


def read(document: object) -> TwoLevelInstance:
    """The only instance of a document."""
    return only(parse_text(json.dumps(document)))


def read_any(document: object) -> AnyTwoLevel:
    """The only instance of a document, by chance or not."""
    (instance,) = parse_text(json.dumps(document)).instances
    assert isinstance(instance, TwoLevelInstance | TwoLevelLotteryInstance)
    return instance


def only(file: InstanceFile) -> TwoLevelInstance:
    (instance,) = file.instances
    assert isinstance(instance, TwoLevelInstance)
    return instance


def test_defaults() -> None:
    assert read(two_level()) == TwoLevelInstance(
        items=1, reserves=(1,), groups=(Group("A", (Member("ann", (5,), (5,)),)),)
    )


def test_every_field() -> None:
    members = [{"name": "ann", "bid": [5, 0], "value": [6, 1]}, {"name": "bob", "bid": [0, 2]}]
    instance = read(two_level(items=2, reserve=[3, 4], groups=[{"name": "A", "members": members}]))
    assert instance == TwoLevelInstance(
        items=2,
        reserves=(3, 4),
        groups=(Group("A", (Member("ann", (5, 0), (6, 1)), Member("bob", (0, 2), (0, 2)))),),
    )


def test_the_rules() -> None:
    plain = read(two_level())
    assert plain.upper == CRITICAL_BID
    assert read(two_level(upper="critical-bid", lower="equal-split")) == plain
    assert "upper" not in plain.to_json()
    increments: list[tuple[int | str, Increment]] = [
        (1, 1),
        (INCREMENT_LIMIT, 2**96 - 1),
        ("1/20", Fraction(1, 20)),
        ("1/10000", Fraction(1, 10_000)),
        ("1", Fraction(1)),
    ]
    for increment, expected in increments:
        instance = read(two_level(upper={"ascending": increment}))
        assert instance.upper == Ascending(expected)
        assert isinstance(instance.upper.increment, Fraction) == isinstance(increment, str)
        assert instance.to_json()["upper"] == {"ascending": increment}


@pytest.mark.parametrize("lower", Lower)
def test_any_upper_rule_with_any_lower(lower: Lower) -> None:
    for upper, expected in (
        ("critical-bid", CRITICAL_BID),
        ("first-price", FIRST_PRICE),
        ({"posted": 5}, Posted(5)),
        ({"lottery": "1/10"}, Lottery(Fraction(1, 10))),
    ):
        instance = read_any(two_level(upper=upper, lower=lower.value))
        assert (instance.upper, instance.lower) == (expected, lower)
        assert isinstance(instance, TwoLevelInstance) == (not isinstance(expected, Lottery))
        assert read_any(instance.to_json()) == instance


def test_one_reserve_for_all_items() -> None:
    members = [{"name": "ann", "bid": [1, 2, 3]}]
    instance = read(two_level(items=3, reserve=7, groups=[{"name": "A", "members": members}]))
    assert instance.reserves == (7, 7, 7)


def test_a_single_item_takes_lists_of_one() -> None:
    members = [{"name": "ann", "bid": [5], "value": [6]}]
    instance = read(two_level(reserve=[2], groups=[{"name": "A", "members": members}]))
    assert instance.reserves == (2,)
    assert instance.groups[0].members[0] == Member("ann", (5,), (6,))


def test_the_largest_amounts() -> None:
    member = {"name": "ann", "bid": BID_LIMIT, "value": BID_LIMIT}
    instance = read(two_level(reserve=RESERVE_LIMIT, groups=[{"name": "A", "members": [member]}]))
    assert instance.groups[0].bids_on(0) == [2**64 - 1]
    assert instance.reserves == (2**96 - 1,)


def test_the_same_member_name_in_two_groups_is_fine() -> None:
    assert [m.name for m in read(with_member(name="ann")).groups[1].members] == ["bob", "ann"]


def test_a_byte_order_mark_and_any_language_are_fine() -> None:
    text = json.dumps(two_level(groups=[{"name": "Zoë 氏", "members": [{"name": "a", "bid": 1}]}]))
    assert only(parse_bytes(b"\xef\xbb\xbf" + text.encode())).groups[0].name == "Zoë 氏"
    raw = text.encode().decode("unicode_escape").encode()
    assert only(parse_bytes(raw)).groups[0].name == "Zoë 氏"


def test_lists_of_instances() -> None:
    assert parse_text("[]").instances == ()
    file = parse_text(json.dumps([two_level(), with_member()]))
    assert file.is_list
    assert file.instances == (read(two_level()), read(with_member()))
    assert file.path(1) == "[1]"
    assert parse_text(json.dumps(two_level())).path(0) == ""


UPPER = '(known: "critical-bid", "first-price", {"ascending": increment}, {"posted": price}, {"lottery": delta})'
LOWER = '(known: "equal-split", "pay-your-bid", "everybody", "proportional", "vcg")'
GROUP = {"name": "A", "members": [{"name": "ann", "bid": 5}]}
KNOWN = f"(known: {', '.join(READERS)})"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        # The file and its mechanism.
        (5, "5 is neither an instance (an object) nor a list of instances"),
        ("two-level", '"two-level" is neither an instance (an object) nor a list of instances'),
        (None, "null is neither an instance (an object) nor a list of instances"),
        ([[]], "[0]: a list is not an object"),
        ([two_level(), 7], "[1]: 7 is not an object"),
        ({}, f"mechanism: missing {KNOWN}"),
        (two_level(mechanism="auction"), f'mechanism: "auction" is not a mechanism {KNOWN}'),
        (two_level(mechanism=["two-level"]), f"mechanism: a list is not a mechanism {KNOWN}"),
        (two_level(mechanism=2), f"mechanism: 2 is not a mechanism {KNOWN}"),
        # Rules.
        (two_level(upper="second-price"), f'upper: "second-price" is not an upper rule {UPPER}'),
        (two_level(upper="ascending"), f'upper: "ascending" is not an upper rule {UPPER}'),
        (two_level(upper=5), f"upper: 5 is not an upper rule {UPPER}"),
        (two_level(upper=["critical-bid"]), f"upper: a list is not an upper rule {UPPER}"),
        (
            two_level(upper={"first-price": 5}),
            f'upper: an object with "first-price" is not an upper rule {UPPER}',
        ),
        (two_level(upper={"posted": 0}), "upper.posted: 0 is below 1"),
        (two_level(upper={"posted": "5"}), 'upper.posted: "5" is not an integer'),
        (two_level(upper={"posted": 2**96}), f"upper.posted: {2**96} is above 2^96-1"),
        (
            two_level(upper={"lottery": 0.1}),
            'upper.lottery: 0.1 is not a fraction in a string, like "1/3"',
        ),
        (
            two_level(upper={"lottery": "0"}),
            'upper.lottery: "0" is not above 0 and below 1',
        ),
        (
            two_level(upper={"lottery": "1"}),
            'upper.lottery: "1" is not above 0 and below 1',
        ),
        (two_level(upper={}), f"upper: an object with nothing is not an upper rule {UPPER}"),
        (
            two_level(upper={"ascending": 1, "lottery": "1/10"}),
            f'upper: an object with "ascending", "lottery" is not an upper rule {UPPER}',
        ),
        (two_level(upper={"ascending": 0}), "upper.ascending: 0 is below 1"),
        (two_level(upper={"ascending": True}), "upper.ascending: true is not an integer"),
        (two_level(upper={"ascending": 2**96}), f"upper.ascending: {2**96} is above 2^96-1"),
        (two_level(upper={"ascending": 0.5}), "upper.ascending: 0.5 is not an integer"),
        (
            two_level(upper={"ascending": "0"}),
            'upper.ascending: "0" is not above 0 and at most 1',
        ),
        (
            two_level(upper={"ascending": "3/2"}),
            'upper.ascending: "3/2" is not above 0 and at most 1',
        ),
        (two_level(upper={"ascending": "1/10001"}), 'upper.ascending: "1/10001" is below 1/10000'),
        (
            two_level(upper={"ascending": "5%"}),
            'upper.ascending: "5%" is not a fraction in a string, like "1/3"',
        ),
        (
            two_level(lower="everyone"),
            f'lower: "everyone" is not a lower rule {LOWER}',
        ),
        (two_level(lower={}), f"lower: an object is not a lower rule {LOWER}"),
        (two_level(lower=["vcg"]), f"lower: a list is not a lower rule {LOWER}"),
        # Fields.
        (two_level(groups=None), "groups: missing"),
        (
            two_level(reserves=3),
            "reserves: unknown field with value 3 (known: mechanism, groups, items, reserve, upper, lower)",
        ),
        (two_level(**{"a b": []}), '["a b"]: unknown field with value a list '),
        (two_level(groups=[{"name": "A"}]), "groups[0].members: missing"),
        (two_level(groups=[{"members": [{"name": "ann", "bid": 5}]}]), "groups[0].name: missing"),
        (two_level(groups=[GROUP | {"size": 1}]), "groups[0].size: unknown field with value 1"),
        (
            two_level(groups=[{"name": "A", "members": [{"name": "ann"}]}]),
            "groups[0].members[0].bid: missing",
        ),
        (
            two_level(groups=[{"name": "A", "members": [{"bid": 1}]}]),
            "groups[0].members[0].name: missing",
        ),
        (
            with_member(bidd=1),
            "groups[1].members[1].bidd: unknown field with value 1 (known: name, bid, value)",
        ),
        # Groups and members.
        (two_level(groups=[]), "groups: [] holds no group"),
        (two_level(groups={}), "groups: an object is not a list"),
        (two_level(groups=["A"]), 'groups[0]: "A" is not an object'),
        (two_level(groups=[{"name": "A", "members": []}]), "groups[0].members: [] holds no member"),
        (two_level(groups=[{"name": "A", "members": 3}]), "groups[0].members: 3 is not a list"),
        (
            two_level(groups=[{"name": "A", "members": [3]}]),
            "groups[0].members[0]: 3 is not an object",
        ),
        (two_level(groups=[GROUP, GROUP]), 'groups[1].name: "A" is already the name of groups[0]'),
        (
            with_member(name="bob"),
            'groups[1].members[1].name: "bob" is already the name of groups[1].members[0]',
        ),
        (with_member(name=""), 'groups[1].members[1].name: "" is an empty name'),
        (with_member(name=7), "groups[1].members[1].name: 7 is not a string"),
        (with_member(name=None), "groups[1].members[1].name: null is not a string"),
        (with_member(name=["x"]), "groups[1].members[1].name: a list is not a string"),
        (
            with_member(name="\ud800"),
            'groups[1].members[1].name: "\\ud800" has half a surrogate pair',
        ),
        (two_level(groups=[GROUP | {"name": ""}]), 'groups[0].name: "" is an empty name'),
        (two_level(groups=[GROUP | {"name": 1}]), "groups[0].name: 1 is not a string"),
        # Bids and values.
        (with_member(bid=-3), "groups[1].members[1].bid: -3 is negative"),
        (with_member(bid=2.5), "groups[1].members[1].bid: 2.5 is not an integer"),
        (with_member(bid=5.0), "groups[1].members[1].bid: 5.0 is not an integer"),
        (with_member(bid="5"), 'groups[1].members[1].bid: "5" is not an integer'),
        (with_member(bid=True), "groups[1].members[1].bid: true is not an integer"),
        (with_member(bid=None), "groups[1].members[1].bid: null is not an integer"),
        (with_member(bid={}), "groups[1].members[1].bid: an object is not an integer"),
        (with_member(bid=2**64), "groups[1].members[1].bid: 18446744073709551616 is above 2^64-1"),
        (with_member(bid=float("nan")), "groups[1].members[1].bid: NaN is not an integer"),
        (with_member(bid=float("inf")), "groups[1].members[1].bid: Infinity is not an integer"),
        (with_member(bid=float("-inf")), "groups[1].members[1].bid: -Infinity is not an integer"),
        (with_member(bid=[]), "groups[1].members[1].bid: a list of 0, but items is 1"),
        (with_member(bid=[1, 2]), "groups[1].members[1].bid: a list of 2, but items is 1"),
        (with_member(bid=[-1]), "groups[1].members[1].bid[0]: -1 is negative"),
        (with_member(value=-3), "groups[1].members[1].value: -3 is negative"),
        (with_member(value=0.5), "groups[1].members[1].value: 0.5 is not an integer"),
        (with_member(value=None), "groups[1].members[1].value: null is not an integer"),
        (
            with_member(value=2**64),
            "groups[1].members[1].value: 18446744073709551616 is above 2^64-1",
        ),
        # Items and reserves.
        (two_level(items=0), "items: 0 is below 1"),
        (two_level(items=-1), "items: -1 is negative"),
        (two_level(items=1.0), "items: 1.0 is not an integer"),
        (two_level(items="1"), 'items: "1" is not an integer'),
        (two_level(items=2**40), "items: 1099511627776 is above 2^32-1"),
        (two_level(items=2), "groups[0].members[0].bid: 5 is not a list of 2, one entry per item"),
        (two_level(reserve=0), "reserve: 0 is below 1"),
        (two_level(reserve=-1), "reserve: -1 is negative"),
        (two_level(reserve=2**96), "reserve: 79228162514264337593543950336 is above 2^96-1"),
        (two_level(reserve=1.5), "reserve: 1.5 is not an integer"),
        (two_level(reserve=False), "reserve: false is not an integer"),
        (two_level(reserve=[]), "reserve: a list of 0, but items is 1"),
        (two_level(reserve=[1, 1]), "reserve: a list of 2, but items is 1"),
        (two_level(reserve=[0]), "reserve[0]: 0 is below 1"),
        # Lists name the instance.
        (
            [two_level(), two_level(), with_member(bid=-3)],
            "[2].groups[1].members[1].bid: -3 is negative",
        ),
        ([two_level(items=0)], "[0].items: 0 is below 1"),
        ([two_level(mechanism=None)], "[0].mechanism: missing"),
    ],
)
def test_refusals_name_the_field_and_the_value(document: object, message: str) -> None:
    assert refusal(json.dumps(document)).startswith(message)


@pytest.mark.parametrize(
    ("bid", "message"),
    [
        ("1e400", "1e400 is not an integer"),
        ("5e0", "5e0 is not an integer"),
        ("9" * 5000, f"{'9' * 60}... (5000 characters) is above 2^64-1"),
        ("-" + "9" * 5000, f"-{'9' * 59}... (5001 characters) is negative"),
        ('"' + "x" * 5000 + '"', f'"{"x" * 59}... (5002 characters) is not an integer'),
    ],
)
def test_numbers_as_written(bid: str, message: str) -> None:
    text = json.dumps(with_member(bid="HERE")).replace('"HERE"', bid)
    assert refusal(text) == f"groups[1].members[1].bid: {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"mechanism": "two-level", "mechanism": "two-level"}',
            "mechanism: stands twice in the same object",
        ),
        ('[{"items": 1, "items": 2}]', "[0].items: stands twice in the same object"),
        (
            '{"mechanism": "two-level", "groups": [{"name": "A", "name": "A", "members": []}]}',
            "groups[0].name: stands twice in the same object",
        ),
        (
            '{"mechanism": "two-level", "groups": [{"name": "A", "members": [{"name": "a", "bid": 1, "bid": 1}]}]}',
            "groups[0].members[0].bid: stands twice in the same object",
        ),
        (
            '{"mechanism": "two-level", "groups": [{"name": {"a": 1, "a": 2}, "members": []}]}',
            "groups[0].members: [] holds no member",
        ),
    ],
)
def test_repeated_keys(text: str, message: str) -> None:
    assert refusal(text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON: Expecting value at line 1 column 1"),
        ("{", "not JSON: Expecting property name enclosed in double quotes at line 1 column 2"),
        ('{"mechanism":\n  two-level}', "not JSON: Expecting value at line 2 column 3"),
        ("{} {}", "not JSON: Extra data at line 1 column 4"),
        ('{"a": 01}', "not JSON: Expecting ',' delimiter at line 1 column 8"),
        ("\ufeff{}", "not JSON: Unexpected UTF-8 BOM (decode using utf-8-sig) at line 1 column 1"),
        ("[" * 100_000, "[0]: not an instance: lists or objects are nested too deep"),
        ('{"a":' * 100_000, "not an instance: lists or objects are nested too deep"),
        (b"[\xff]", "not UTF-8: byte 0xff at offset 1 (invalid start byte)"),
        ("{}".encode("utf-16"), "not UTF-8: byte 0xff at offset 0 (invalid start byte)"),
    ],
)
def test_malformed_files(text: str | bytes, message: str) -> None:
    assert refusal(text) == message


json_values = any_json("name", "bid", "members", "value", "x")


@given(
    st.dictionaries(st.sampled_from(["items", "reserve", "groups", "x"]), json_values, max_size=4),
    json_values,
)
def test_any_json_is_read_or_refused_and_nothing_else(
    fields: dict[str, object], member: object
) -> None:
    groups = [{"name": "A", "members": [member]}]
    for document in (
        fields,
        {**fields, "mechanism": "two-level"},
        two_level(groups=groups),
        [member],
    ):
        with suppress(InvalidInput):
            parse_text(json.dumps(document))


names = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=4)


uppers = st.one_of(
    st.just(CRITICAL_BID),
    st.integers(1, INCREMENT_LIMIT).map(Ascending),
    st.fractions(LEAST_PART, 1).map(Ascending),
    st.just(FIRST_PRICE),
    st.integers(1, INCREMENT_LIMIT).map(Posted),
)


@st.composite
def instances(draw: st.DrawFn) -> TwoLevelInstance:
    """Instances over the whole range of every field."""
    items = draw(st.integers(1, 3))
    amounts = st.tuples(*[st.integers(0, BID_LIMIT)] * items)
    group_names = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    return TwoLevelInstance(
        items=items,
        reserves=draw(st.tuples(*[st.integers(1, RESERVE_LIMIT)] * items)),
        groups=tuple(
            Group(
                group,
                tuple(
                    Member(name, draw(amounts), draw(amounts))
                    for name in draw(st.lists(names, min_size=1, max_size=3, unique=True))
                ),
            )
            for group in group_names
        ),
        upper=draw(uppers),
        lower=draw(st.sampled_from(Lower)),
    )


@given(instances())
def test_an_instance_survives_its_file(instance: TwoLevelInstance) -> None:
    text = instance_text(instance)
    assert parse_bytes(text.encode()).instances == (instance,)


@given(instances())
def test_an_outcome_is_json(instance: TwoLevelInstance) -> None:
    outcome = solve(instance)
    assert json.loads(outcome_text([outcome], is_list=False)) == outcome.to_json()
    assert json.loads(outcome_text([outcome] * 2, is_list=True)) == [outcome.to_json()] * 2


def test_values_are_written_only_where_they_differ() -> None:
    instance = read(with_member(value=9))
    first, second = json.loads(instance_text(instance))["groups"][1]["members"]
    assert first == {"name": "bob", "bid": 4}
    assert second == {"name": "cid", "bid": 3, "value": 9}
