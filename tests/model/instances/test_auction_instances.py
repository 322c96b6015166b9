"""Instance files of VCG, the resilient mechanism and approximate valuations: read, refused, written again."""

import json
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offchain.io.errors import InvalidInput
from offchain.model.document import instance_text, outcome_text, parse_bytes, parse_text
from offchain.model.instances import (
    BID_LIMIT,
    Answer,
    ApproximateInstance,
    Coin,
    Instance,
    Offer,
    ResilientInstance,
    ResilientPlayer,
    VcgInstance,
    VcgPlayer,
)
from offchain.model.instances.bundles import Values
from offchain.model.kinds import solve
from tests.model.checking import refusal


def changed(document: dict[str, object], fields: dict[str, object]) -> dict[str, object]:
    """The document with other fields; ... takes one away."""
    return {name: value for name, value in {**document, **fields}.items() if value is not ...}


def vcg(**fields: object) -> dict[str, object]:
    """A small VCG instance with some fields of its own."""
    players = [{"name": "1", "values": {"a": 1, "a,b": 5}}, {"name": "2", "values": {"b": 2}}]
    return changed({"mechanism": "vcg", "goods": ["a", "b"], "players": players}, fields)


def vcg_player(**fields: object) -> dict[str, object]:
    """The same with fields of the second player's own."""
    second = changed({"name": "2", "values": {"b": 2}}, fields)
    return vcg(players=[{"name": "1", "values": {}}, second])


def resilient(**fields: object) -> dict[str, object]:
    """A small resilient instance with some fields of its own."""
    players = [{"name": "1", "values": {"a": 3}}, {"name": "2", "values": {"b": 2}}]
    document = {"mechanism": "resilient", "epsilon": "1/2", "goods": ["a", "b"]}
    return changed({**document, "players": players}, fields)


def resilient_player(**fields: object) -> dict[str, object]:
    """The same with fields of the first player's own."""
    first = changed({"name": "1", "values": {"a": 3}}, fields)
    others = [{"name": "2", "values": {"b": 2}}, {"name": "3", "values": {}}]
    return resilient(players=[first, *others])


def offering(*offers: object) -> dict[str, object]:
    """The same where the first player offers these."""
    return resilient_player(offer=list(offers))


def selling(*offers: object) -> dict[str, object]:
    """A small resilient instance where the seller itself offers these."""
    return resilient(seller={"offer": list(offers)})


def offer(**fields: object) -> dict[str, object]:
    """An offer with some fields of its own."""
    return changed({"to": "2", "goods": ["a"], "price": 1}, fields)


def approximate(**fields: object) -> dict[str, object]:
    """A small approximate instance with some fields of its own."""
    return changed({"mechanism": "approximate", "delta": "1/2", "bids": {"a": 10, "b": 7}}, fields)


def read(document: object) -> Instance:
    """The only instance of a document."""
    return parse_text(json.dumps(document)).instances[0]


def test_vcg() -> None:
    assert read(vcg()) == VcgInstance(
        goods=("a", "b"),
        players=(VcgPlayer("1", {("a",): 1, ("a", "b"): 5}), VcgPlayer("2", {("b",): 2})),
    )


def test_resilient() -> None:
    players = [
        {
            "name": "1",
            "values": {"a": 3, "a,b": 10},
            "offer": [{"to": "2", "goods": ["b", "a"], "price": 2}],
            "wish": ["b", "a"],
        },
        {"name": "2", "values": {}, "offer": [], "wish": [], "answer": "no"},
    ]
    assert read(resilient(coin="tails", players=players)) == ResilientInstance(
        epsilon=Fraction(1, 2),
        goods=("a", "b"),
        players=(
            ResilientPlayer(
                "1",
                {("a",): 3, ("a", "b"): 10},
                offer=(Offer("2", ("a", "b"), 2),),
                wish=("a", "b"),
            ),
            ResilientPlayer("2", {}, answer=Answer.NO),
        ),
        coin=Coin.TAILS,
    )


def test_resilient_defaults() -> None:
    instance = read(resilient())
    assert isinstance(instance, ResilientInstance)
    assert instance.coin is Coin.BOTH
    assert instance.players[0] == ResilientPlayer("1", {("a",): 3}, (), (), None)


def test_what_a_player_knows_of_others() -> None:
    """Of some bundles of some players, no more than they are worth; nothing of anybody is not the same as everything."""
    instance = read(resilient_player(knows={"2": {"b": 1, "a,b": 0}}))
    assert isinstance(instance, ResilientInstance)
    assert instance.players[0].knows == {"2": {("b",): 1, ("a", "b"): 0}}
    assert [player.knows for player in instance.players[1:]] == [None, None]
    nothing = read(resilient_player(knows={}))
    assert isinstance(nothing, ResilientInstance)
    assert nothing.players[0].knows == {}
    assert solve(instance) == solve(read(resilient_player()))


def test_a_seller_s_own_offer() -> None:
    """To anybody, also to who makes offers itself; a player may be called seller. None is as if there were no field."""
    instance = read(selling(offer(to="1", goods=["b"], price=7), offer()))
    assert isinstance(instance, ResilientInstance)
    assert instance.seller == (Offer("1", ("b",), 7), Offer("2", ("a",), 1))
    assert read(selling()) == read(resilient())
    assert "seller" not in read(resilient()).to_json()
    players = [{"name": "seller", "values": {}}, {"name": "2", "values": {}}]
    named = read(resilient(players=players, seller={"offer": [offer(to="seller")]}))
    assert isinstance(named, ResilientInstance)
    assert named.seller == (Offer("seller", ("a",), 1),)


def test_approximate() -> None:
    bids = {"a": 10, "b": 7}
    assert read(approximate()) == ApproximateInstance(Fraction(1, 2), bids, None)
    assert read(approximate(draw="0")) == ApproximateInstance(Fraction(1, 2), bids, Fraction(0))
    assert read(approximate(delta="2/6", draw="99/100")) == ApproximateInstance(
        Fraction(1, 3), bids, Fraction(99, 100)
    )


def test_the_largest_amounts() -> None:
    large = {"a": BID_LIMIT}
    assert read(approximate(bids=large)) == ApproximateInstance(Fraction(1, 2), large)
    instance = read(vcg_player(values=large))
    assert isinstance(instance, VcgInstance)
    assert instance.players[1].values == {("a",): 2**64 - 1}
    read(offering(offer(price=BID_LIMIT)))


FRACTION = 'is not a fraction in a string, like "1/3"'


@pytest.mark.parametrize(
    ("document", "message"),
    [
        # Goods.
        (vcg(goods=...), "goods: missing"),
        (vcg(goods=[]), "goods: [] holds no good"),
        (vcg(goods="a"), 'goods: "a" is not a list'),
        (vcg(goods={"a": 1}), "goods: an object is not a list"),
        (vcg(goods=["a", 1]), "goods[1]: 1 is not a string"),
        (vcg(goods=["a", True]), "goods[1]: true is not a string"),
        (vcg(goods=["a", ""]), 'goods[1]: "" is an empty name'),
        (vcg(goods=["a", "b", "a"]), 'goods[2]: "a" is already goods[0]'),
        (vcg(goods=["a,b", "a"]), 'goods[0]: "a,b" has a comma, which separates'),
        # Players.
        (vcg(players=...), "players: missing"),
        (vcg(players=[]), "players: [] holds no player"),
        (vcg(players={}), "players: an object is not a list"),
        (vcg(players=["1"]), 'players[0]: "1" is not an object'),
        (vcg_player(name="1"), 'players[1].name: "1" is already the name of players[0]'),
        (vcg_player(name=""), 'players[1].name: "" is an empty name'),
        (vcg_player(name=2), "players[1].name: 2 is not a string"),
        (vcg_player(name=...), "players[1].name: missing"),
        (vcg_player(values=...), "players[1].values: missing"),
        (vcg_player(bid=1), "players[1].bid: unknown field with value 1 (known: name, values)"),
        (vcg(reserve=1), "reserve: unknown field with value 1 (known: mechanism, goods, players)"),
        # Values.
        (vcg_player(values=[]), "players[1].values: a list is not an object"),
        (vcg_player(values=3), "players[1].values: 3 is not an object"),
        (vcg_player(values={"c": 1}), 'players[1].values.c: "c" is not one of the goods'),
        (vcg_player(values={"a,c": 1}), 'players[1].values["a,c"]: "c" is not one of the goods'),
        (vcg_player(values={"a, b": 1}), 'players[1].values["a, b"]: " b" is not one of the goods'),
        (vcg_player(values={"a,": 1}), 'players[1].values["a,"]: "" is not one of the goods'),
        (vcg_player(values={"": 1}), 'players[1].values[""]: a bundle holds at least one good'),
        (vcg_player(values={"b,a": 1}), 'players[1].values["b,a"]: write it as "a,b": every good'),
        (vcg_player(values={"a,a": 1}), 'players[1].values["a,a"]: write it as "a": every good'),
        (
            vcg_player(values={"a,b": 1, "b,a": 2}),
            'players[1].values["b,a"]: write it as "a,b": every good once, in file order',
        ),
        (vcg_player(values={"a": -1}), "players[1].values.a: -1 is negative"),
        (vcg_player(values={"a": 1.0}), "players[1].values.a: 1.0 is not an integer"),
        (vcg_player(values={"a": True}), "players[1].values.a: true is not an integer"),
        (vcg_player(values={"a": None}), "players[1].values.a: null is not an integer"),
        (vcg_player(values={"a": "1"}), 'players[1].values.a: "1" is not an integer'),
        (
            vcg_player(values={"a": 2**64}),
            "players[1].values.a: 18446744073709551616 is above 2^64-1",
        ),
        # The resilient mechanism: epsilon and coin.
        (resilient(epsilon=...), "epsilon: missing"),
        (resilient(epsilon=0.5), f"epsilon: 0.5 {FRACTION}"),
        (resilient(epsilon=1), f"epsilon: 1 {FRACTION}"),
        (resilient(epsilon=True), f"epsilon: true {FRACTION}"),
        (resilient(epsilon=None), f"epsilon: null {FRACTION}"),
        (resilient(epsilon=["1/2"]), f"epsilon: a list {FRACTION}"),
        (resilient(epsilon="0.5"), f'epsilon: "0.5" {FRACTION}'),
        (resilient(epsilon="half"), f'epsilon: "half" {FRACTION}'),
        (resilient(epsilon=""), f'epsilon: "" {FRACTION}'),
        (resilient(epsilon="1/"), f'epsilon: "1/" {FRACTION}'),
        (resilient(epsilon="1/-2"), f'epsilon: "1/-2" {FRACTION}'),
        (resilient(epsilon=" 1/2"), f'epsilon: " 1/2" {FRACTION}'),
        (resilient(epsilon="1/2\n"), f'epsilon: "1/2\\n" {FRACTION}'),
        (resilient(epsilon="\u0661/2"), f'epsilon: "\\u0661/2" {FRACTION}'),
        (resilient(epsilon="1/2/3"), f'epsilon: "1/2/3" {FRACTION}'),
        (resilient(epsilon="1/0"), 'epsilon: "1/0" has denominator 0'),
        (resilient(epsilon="0"), 'epsilon: "0" is not above 0 and below 1'),
        (resilient(epsilon="0/7"), 'epsilon: "0/7" is not above 0 and below 1'),
        (resilient(epsilon="1"), 'epsilon: "1" is not above 0 and below 1'),
        (resilient(epsilon="3/2"), 'epsilon: "3/2" is not above 0 and below 1'),
        (resilient(epsilon="-1/2"), 'epsilon: "-1/2" is not above 0 and below 1'),
        (resilient(epsilon="1/" + "9" * 101), 'epsilon: "1/9999'),
        (resilient(coin="edge"), 'coin: "edge" is not one of heads, tails, both'),
        (resilient(coin="Heads"), 'coin: "Heads" is not one of heads, tails, both'),
        (resilient(coin=True), "coin: true is not one of heads, tails, both"),
        (resilient(coin=None), "coin: null is not one of heads, tails, both"),
        (
            resilient(sellers=[]),
            "sellers: unknown field with value a list (known: mechanism, epsilon, goods, players, coin, seller)",
        ),
        (resilient(players=[]), "players: [] holds no player"),
        (resilient(goods=[]), "goods: [] holds no good"),
        (resilient_player(name="3"), 'players[2].name: "3" is already the name of players[0]'),
        (resilient_player(values={"b,a": 1}), 'players[0].values["b,a"]: write it as "a,b"'),
        (resilient_player(values={"a": -1}), "players[0].values.a: -1 is negative"),
        (
            resilient_player(bid=1),
            "players[0].bid: unknown field with value 1 (known: name, values, offer, wish, answer, knows)",
        ),
        # Wishes and answers.
        (resilient_player(wish="a"), 'players[0].wish: "a" is not a list'),
        (resilient_player(wish=["c"]), 'players[0].wish[0]: "c" is not one of the goods'),
        (resilient_player(wish=["a,b"]), 'players[0].wish[0]: "a,b" is not one of the goods'),
        (
            resilient_player(wish=["a", "a"]),
            'players[0].wish[1]: "a" is already players[0].wish[0]',
        ),
        (resilient_player(wish=[1]), "players[0].wish[0]: 1 is not a string"),
        (resilient_player(answer="maybe"), 'players[0].answer: "maybe" is not one of yes, no'),
        (resilient_player(answer=True), "players[0].answer: true is not one of yes, no"),
        (resilient_player(answer=None), "players[0].answer: null is not one of yes, no"),
        # What a player knows of others.
        (resilient_player(knows=[]), "players[0].knows: a list is not an object"),
        (resilient_player(knows=None), "players[0].knows: null is not an object"),
        (resilient_player(knows={"9": {}}), 'players[0].knows["9"]: "9" is not one of the players'),
        (
            resilient_player(knows={"1": {}}),
            'players[0].knows["1"]: "1" is the player itself: what it knows is of others',
        ),
        (resilient_player(knows={"2": 2}), 'players[0].knows["2"]: 2 is not an object'),
        (
            resilient_player(knows={"2": {"c": 1}}),
            'players[0].knows["2"].c: "c" is not one of the goods',
        ),
        (resilient_player(knows={"2": {"b": -1}}), 'players[0].knows["2"].b: -1 is negative'),
        (
            resilient_player(knows={"2": {"b": "1"}}),
            'players[0].knows["2"].b: "1" is not an integer',
        ),
        (
            resilient_player(knows={"2": {"b": 3}}),
            'players[0].knows["2"].b: 3 is above 2, what it is worth to "2"',
        ),
        (
            resilient_player(knows={"3": {"a": 0, "b": 1}}),
            'players[0].knows["3"].b: 1 is above 0, what it is worth to "3"',
        ),
        # Offers.
        (resilient_player(offer={}), "players[0].offer: an object is not a list"),
        (offering(3), "players[0].offer[0]: 3 is not an object"),
        (offering(offer(to=...)), "players[0].offer[0].to: missing"),
        (offering(offer(goods=...)), "players[0].offer[0].goods: missing"),
        (offering(offer(price=...)), "players[0].offer[0].price: missing"),
        (offering(offer(value=1)), "players[0].offer[0].value: unknown field with value 1"),
        (
            offering(offer(to="1")),
            'players[0].offer[0].to: "1" makes the offer, which is to others',
        ),
        (offering(offer(to="9")), 'players[0].offer[0].to: "9" is not one of the players'),
        (offering(offer(to=2)), "players[0].offer[0].to: 2 is not a string"),
        (
            offering(offer(), offer(goods=["b"])),
            'players[0].offer[1].to: "2" already gets players[0].offer[0]',
        ),
        (
            offering(offer(), offer(to="3", goods=["b", "a"])),
            'players[0].offer[1].goods[1]: "a" is already in players[0].offer[0]',
        ),
        (offering(offer(goods=[])), "players[0].offer[0].goods: [] holds no good"),
        (offering(offer(goods="a")), 'players[0].offer[0].goods: "a" is not a list'),
        (offering(offer(goods=["c"])), 'players[0].offer[0].goods[0]: "c" is not one of the goods'),
        (
            offering(offer(goods=["a", "a"])),
            'players[0].offer[0].goods[1]: "a" is already players[0].offer[0].goods[0]',
        ),
        (offering(offer(price=0)), "players[0].offer[0].price: 0 is below 1"),
        (offering(offer(price=-2)), "players[0].offer[0].price: -2 is negative"),
        (offering(offer(price=1.5)), "players[0].offer[0].price: 1.5 is not an integer"),
        (offering(offer(price=True)), "players[0].offer[0].price: true is not an integer"),
        (offering(offer(price="1")), 'players[0].offer[0].price: "1" is not an integer'),
        (offering(offer(price=2**64)), "players[0].offer[0].price: 18446744073709551616 is above"),
        # The seller's own offer.
        (resilient(seller=[]), "seller: a list is not an object"),
        (resilient(seller=None), "seller: null is not an object"),
        (resilient(seller={}), "seller.offer: missing"),
        (
            resilient(seller={"offer": [], "wish": ["a"]}),
            "seller.wish: unknown field with value a list (known: offer)",
        ),
        (resilient(seller={"offer": {}}), "seller.offer: an object is not a list"),
        (selling(3), "seller.offer[0]: 3 is not an object"),
        (selling(offer(to=...)), "seller.offer[0].to: missing"),
        (selling(offer(goods=...)), "seller.offer[0].goods: missing"),
        (selling(offer(price=...)), "seller.offer[0].price: missing"),
        (selling(offer(value=1)), "seller.offer[0].value: unknown field with value 1"),
        (selling(offer(to="9")), 'seller.offer[0].to: "9" is not one of the players'),
        (selling(offer(to="seller")), 'seller.offer[0].to: "seller" is not one of the players'),
        (selling(offer(to=None)), "seller.offer[0].to: null is not a string"),
        (
            selling(offer(), offer(goods=["b"])),
            'seller.offer[1].to: "2" already gets seller.offer[0]',
        ),
        (
            selling(offer(), offer(to="1", goods=["b", "a"])),
            'seller.offer[1].goods[1]: "a" is already in seller.offer[0]',
        ),
        (selling(offer(goods=[])), "seller.offer[0].goods: [] holds no good"),
        (selling(offer(goods=["c"])), 'seller.offer[0].goods[0]: "c" is not one of the goods'),
        (selling(offer(price=0)), "seller.offer[0].price: 0 is below 1"),
        (selling(offer(price=-2)), "seller.offer[0].price: -2 is negative"),
        (selling(offer(price="1")), 'seller.offer[0].price: "1" is not an integer'),
        (selling(offer(price=2**64)), "seller.offer[0].price: 18446744073709551616 is above"),
        # Approximate valuations.
        (approximate(delta=...), "delta: missing"),
        (approximate(delta=0.5), f"delta: 0.5 {FRACTION}"),
        (approximate(delta="1/0"), 'delta: "1/0" has denominator 0'),
        (approximate(delta="0"), 'delta: "0" is not above 0 and below 1'),
        (approximate(delta="1"), 'delta: "1" is not above 0 and below 1'),
        (approximate(delta="-1/3"), 'delta: "-1/3" is not above 0 and below 1'),
        (approximate(draw="1"), 'draw: "1" is not at least 0 and below 1'),
        (approximate(draw="5/4"), 'draw: "5/4" is not at least 0 and below 1'),
        (approximate(draw="-1/9"), 'draw: "-1/9" is not at least 0 and below 1'),
        (approximate(draw="1/0"), 'draw: "1/0" has denominator 0'),
        (approximate(draw=0), f"draw: 0 {FRACTION}"),
        (approximate(draw=0.3), f"draw: 0.3 {FRACTION}"),
        (approximate(draw=None), f"draw: null {FRACTION}"),
        (approximate(bids=...), "bids: missing"),
        (approximate(bids={}), "bids: {} holds no player"),
        (approximate(bids=[10, 7]), "bids: a list is not an object"),
        (approximate(bids={"": 1}), 'bids[""]: "" is an empty name'),
        (approximate(bids={"\ud800": 1}), 'bids["\\ud800"]: "\\ud800" has half a surrogate pair'),
        (approximate(bids={"a": -1}), "bids.a: -1 is negative"),
        (approximate(bids={"a": 1.5}), "bids.a: 1.5 is not an integer"),
        (approximate(bids={"a": True}), "bids.a: true is not an integer"),
        (approximate(bids={"a": None}), "bids.a: null is not an integer"),
        (approximate(bids={"a": 2**64}), "bids.a: 18446744073709551616 is above 2^64-1"),
        (
            approximate(players=1),
            "players: unknown field with value 1 (known: mechanism, delta, bids, groups, draw)",
        ),
        # Lists name the instance.
        ([vcg(), vcg_player(values={"a": -1})], "[1].players[1].values.a: -1 is negative"),
        ([vcg(), resilient(epsilon="2")], '[1].epsilon: "2" is not above 0 and below 1'),
        ([approximate(bids={"a": -1})], "[0].bids.a: -1 is negative"),
    ],
)
def test_refusals_name_the_field_and_the_value(document: object, message: str) -> None:
    assert refusal(json.dumps(document)).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"mechanism": "vcg", "goods": ["a"], "players": [{"name": "1", "values": {"a": 1, "a": 2}}]}',
            "players[0].values.a: stands twice in the same object",
        ),
        (
            '{"mechanism": "approximate", "delta": "1/2", "bids": {"a": 1, "a": 2}}',
            "bids.a: stands twice in the same object",
        ),
        ('{"mechanism": "approximate", "delta": NaN, "bids": {"a": 1}}', f"delta: NaN {FRACTION}"),
        (
            f'{{"mechanism": "approximate", "delta": "1/2", "bids": {{"a": {"9" * 5000}}}}}',
            f"bids.a: {'9' * 60}... (5000 characters) is above 2^64-1",
        ),
    ],
)
def test_what_only_text_can_say(text: str, message: str) -> None:
    assert refusal(text) == message


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2**70)
    | st.floats()
    | st.sampled_from(["1/2", "1/0", "a", "b", "a,b", "yes", "heads", "2"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "values", "offer", "to", "goods", "price", "wish", "a", "a,b"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(
    st.sampled_from(["goods", "players", "epsilon", "coin", "seller", "delta", "bids", "draw"]),
    json_values,
)
def test_any_json_is_read_or_refused_and_nothing_else(name: str, value: object) -> None:
    for document in (
        vcg(**{name: value}),
        vcg(players=[value]),
        resilient(**{name: value}),
        resilient_player(offer=[value], wish=value),
        resilient_player(knows=value),
        resilient_player(knows={"2": value}),
        resilient(seller={"offer": [value]}),
        approximate(**{name: value}),
    ):
        with suppress(InvalidInput):
            solve(parse_text(json.dumps(document)).instances[0])


names = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=3)
amounts = st.integers(0, BID_LIMIT)
proper = st.fractions(0, 1).filter(lambda fraction: 0 < fraction < 1)


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Instances of the three kinds over the whole range of every field."""
    kind = draw(st.sampled_from(["vcg", "resilient", "approximate"]))
    players = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    if kind == "approximate":
        drawn = draw(st.none() | proper | st.just(Fraction(0)))
        return ApproximateInstance(draw(proper), {name: draw(amounts) for name in players}, drawn)
    goods = tuple(
        draw(st.lists(names.filter(lambda n: "," not in n), min_size=1, max_size=3, unique=True))
    )
    bundles = st.sets(st.sampled_from(goods), min_size=1).map(
        lambda chosen: tuple(good for good in goods if good in chosen)
    )
    values = st.dictionaries(bundles, amounts, max_size=3)
    if kind == "vcg":
        return VcgInstance(goods, tuple(VcgPlayer(name, draw(values)) for name in players))

    def offers(to: list[str]) -> tuple[Offer, ...]:
        free = list(goods)
        made = []
        for name in to:
            size = draw(st.integers(0, len(free)))
            if size:
                made.append(Offer(name, tuple(free[:size]), draw(st.integers(1, BID_LIMIT))))
            del free[:size]
        return tuple(made)

    worths = {name: draw(values) for name in players}

    def knowledge(name: str) -> dict[str, Values] | None:
        others = draw(st.none() | st.sets(st.sampled_from(players)))
        return (
            None
            if others is None
            else {
                other: {
                    bundle: draw(st.integers(0, worth)) for bundle, worth in worths[other].items()
                }
                for other in sorted(others - {name})
            }
        )

    return ResilientInstance(
        epsilon=draw(proper),
        goods=goods,
        players=tuple(
            ResilientPlayer(
                name=name,
                values=worths[name],
                offer=offers([other for other in players if other != name]),
                wish=draw(st.just(()) | bundles),
                answer=draw(st.sampled_from([None, *Answer])),
                knows=knowledge(name),
            )
            for name in players
        ),
        coin=draw(st.sampled_from(list(Coin))),
        seller=offers(players) if draw(st.booleans()) else (),
    )


@given(instances())
def test_an_instance_survives_its_file(instance: Instance) -> None:
    assert parse_bytes(instance_text(instance).encode()).instances == (instance,)


@given(instances())
def test_an_outcome_is_json_without_floats(instance: Instance) -> None:
    text = outcome_text([solve(instance)], is_list=False)
    assert json.loads(text, parse_float=pytest.fail)["mechanism"] == instance.mechanism


def test_sums_of_hundreds_of_fractions_can_be_written() -> None:
    """Python itself refuses to write integers of more than 4,300 digits."""
    bids = {str(player): BID_LIMIT - player**3 for player in range(400)}
    text = outcome_text([solve(ApproximateInstance(Fraction(1, 3), bids))], is_list=False)
    assert len(json.loads(text)["unsold"]) > 4300
