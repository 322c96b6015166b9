"""Instances and outcomes of the resilient mechanism, and their JSON.

Values and prices are integers in units; rebates, and so payments and revenues, are fractions.
Instances built directly, rather than read, are not checked: names must be distinct, bundles tuples
of goods in the order of the instance, offers disjoint, to others, and at positive prices.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar

from offchain.io.fields import Field, fraction_text, named_entries, show
from offchain.model.instances.bundles import (
    AMOUNT_LIMIT,
    Bundle,
    Places,
    Values,
    places_of,
    read_bundle,
    read_goods,
    read_values,
    values_to_json,
)


class Coin(StrEnum):
    """Which sides of the coin an instance asks for."""

    HEADS = "heads"
    TAILS = "tails"
    BOTH = "both"


class Answer(StrEnum):
    """What a player says to the bundle that the star offers it."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Offer:
    """A bundle offered to a player at a price of at least 1 unit."""

    to: str
    goods: Bundle
    price: int


@dataclass(frozen=True, slots=True)
class ResilientPlayer:
    """A player, its values for bundles (0 for those it does not list), and what it announces.

    offer: bundles for others, all disjoint. wish: the goods it would have as the star. answer: what
    it says when the star offers it a bundle, None for the truth. knows: of other players, by name, the
    least that bundles are worth to them as far as it knows (0 for what is not listed); None if it knows
    all their values.
    """

    name: str
    values: Values
    offer: tuple[Offer, ...] = ()
    wish: Bundle = ()
    answer: Answer | None = None
    knows: Mapping[str, Values] | None = None

    def value(self, bundle: Bundle) -> int:
        """What exactly this bundle is worth to the player."""
        return self.values.get(bundle, 0)


@dataclass(frozen=True, slots=True)
class ResilientInstance:
    """Goods, players in the order of the file, and the rebate's epsilon, 0 < epsilon < 1.

    seller: bundles that the seller itself offers to players, all disjoint; none without such an offer.
    """

    mechanism: ClassVar[str] = "resilient"

    epsilon: Fraction
    goods: Bundle
    players: tuple[ResilientPlayer, ...]
    coin: Coin = Coin.BOTH
    seller: tuple[Offer, ...] = ()

    def to_json(self) -> dict[str, object]:
        """The instance as `read` takes it."""
        own = {"seller": {"offer": _offer_to_json(self.seller)}} if self.seller else {}
        return {
            "mechanism": self.mechanism,
            "epsilon": fraction_text(self.epsilon),
            "goods": list(self.goods),
            "coin": self.coin.value,
            "players": [_player_to_json(player) for player in self.players],
            **own,
        }


@dataclass(frozen=True, slots=True)
class Side:
    """What happens on one side of the coin.

    allocation: the players that get something, in file order. payments: every player's, negative
    when it receives.
    """

    allocation: Mapping[str, Bundle]
    payments: Mapping[str, Fraction]

    @property
    def revenue(self) -> Fraction:
        """What the seller receives."""
        return sum(self.payments.values(), Fraction(0))

    def to_json(self) -> dict[str, object]:
        """The side as one field of an outcome."""
        return {
            "allocation": {name: list(bundle) for name, bundle in self.allocation.items()},
            "payments": {name: fraction_text(payment) for name, payment in self.payments.items()},
            "revenue": fraction_text(self.revenue),
        }


@dataclass(frozen=True, slots=True)
class ResilientOutcome:
    """The star, the sides of the coin that were asked for, and the revenue expected of a fair one.

    star: None where the seller's own offer takes the place of every player's: it is carried out on
    tails, and nothing is sold on heads. heads, tails: None if not asked for. expected_revenue:
    before the coin falls, so the same whichever side was asked for. gas: what the chain used, None
    from the reference model; outcomes that differ only in gas are equal.
    """

    mechanism: ClassVar[str] = "resilient"

    star: str | None
    heads: Side | None
    tails: Side | None
    expected_revenue: Fraction
    gas: Mapping[str, int] | None = field(default=None, compare=False)

    def to_json(self) -> dict[str, object]:
        """The outcome as the command line prints it; `gas` is there only if known."""
        sides = {"heads": self.heads, "tails": self.tails}
        written: dict[str, object] = {
            "mechanism": self.mechanism,
            "star": self.star,
            **{name: side.to_json() for name, side in sides.items() if side is not None},
            "expected_revenue": fraction_text(self.expected_revenue),
        }
        if self.gas is not None:
            written["gas"] = dict(self.gas)
        return written


def read(instance: Field) -> ResilientInstance:
    """The resilient instance of a JSON object. Raises InvalidInput naming the field and its value."""
    fields = instance.record(
        required=("mechanism", "epsilon", "goods", "players"), optional=("coin", "seller")
    )
    epsilon = fields["epsilon"].fraction(zero=False)
    goods = read_goods(fields["goods"])
    coin = Coin(fields["coin"].choice(list(Coin))) if "coin" in fields else Coin.BOTH
    entries = named_entries(fields["players"], "player")
    records = [
        entry.record(required=("name", "values"), optional=("offer", "wish", "answer", "knows"))
        for entry in entries
    ]
    places = places_of(goods)
    # All names and values come first: an offer may be to a player further down, and what is known of it has to be true.
    names = [record["name"].name() for record in records]
    values = {
        name: read_values(record["values"], places)
        for record, name in zip(records, names, strict=True)
    }
    players = tuple(
        _read_player(record, name, values, places)
        for record, name in zip(records, names, strict=True)
    )
    seller = _read_seller(fields["seller"], values.keys(), places) if "seller" in fields else ()
    return ResilientInstance(epsilon, goods, players, coin, seller)


def _read_player(
    fields: dict[str, Field], name: str, values: Mapping[str, Values], places: Places
) -> ResilientPlayer:
    """values: everybody's."""
    names = values.keys()
    return ResilientPlayer(
        name=name,
        values=values[name],
        offer=_read_offer(fields["offer"], name, names, places) if "offer" in fields else (),
        wish=read_bundle(fields["wish"], places) if "wish" in fields else (),
        answer=Answer(fields["answer"].choice(list(Answer))) if "answer" in fields else None,
        knows=_read_knows(fields["knows"], name, values, places) if "knows" in fields else None,
    )


def _read_knows(
    knows: Field, name: str, values: Mapping[str, Values], places: Places
) -> dict[str, Values]:
    """The least that bundles are worth to others as far as player `name` knows: no more than they are."""
    known: dict[str, Values] = {}
    for other, entry in knows.members().items():
        if other not in values:
            entry.fail(f"{show(other)} is not one of the players")
        if other == name:
            entry.fail(f"{show(other)} is the player itself: what it knows is of others")
        known[other] = read_values(entry, places)
        named = zip(known[other].items(), entry.members().values(), strict=True)
        for (bundle, least), written in named:
            worth = values[other].get(bundle, 0)
            if least > worth:
                written.fail(f"{least} is above {worth}, what it is worth to {show(other)}")
    return known


def _read_seller(seller: Field, names: Set[str], places: Places) -> tuple[Offer, ...]:
    return _read_offer(seller.record(required=("offer",))["offer"], None, names, places)


def _read_offer(
    offer: Field, name: str | None, names: Set[str], places: Places
) -> tuple[Offer, ...]:
    """Offers to different players but `name`, whose they are (None: the seller's), of bundles without a common good."""
    offers = []
    offered_to: dict[str, Field] = {}
    offered: dict[str, Field] = {}
    for entry in offer.entries():
        fields = entry.record(required=("to", "goods", "price"))
        to = fields["to"].name()
        if to not in names:
            fields["to"].fail(f"{show(to)} is not one of the players")
        if to == name:
            fields["to"].fail(f"{show(to)} makes the offer, which is to others only")
        if to in offered_to:
            fields["to"].fail(f"{show(to)} already gets {offered_to[to].path}")
        offered_to[to] = entry
        bundle = read_bundle(fields["goods"], places)
        if not bundle:
            fields["goods"].fail("[] holds no good")
        for good in fields["goods"].entries():
            if good.value in offered:
                good.fail(f"{show(good.value)} is already in {offered[str(good.value)].path}")
        offered.update(dict.fromkeys(bundle, entry))
        offers.append(Offer(to, bundle, fields["price"].integer(1, AMOUNT_LIMIT)))
    return tuple(offers)


def _player_to_json(player: ResilientPlayer) -> dict[str, object]:
    written: dict[str, object] = {
        "name": player.name,
        "values": values_to_json(player.values),
        "offer": _offer_to_json(player.offer),
        "wish": list(player.wish),
    }
    if player.answer is not None:
        written["answer"] = player.answer.value
    if player.knows is not None:
        written["knows"] = {name: values_to_json(least) for name, least in player.knows.items()}
    return written


def _offer_to_json(offers: Sequence[Offer]) -> list[dict[str, object]]:
    return [{"to": offer.to, "goods": list(offer.goods), "price": offer.price} for offer in offers]
