"""Instances and outcomes of the two-level mechanism, and their JSON.

All amounts are integers in units. Instances built directly, rather than read, are not checked:
lists must have one entry per item and names must be distinct.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar, TypeAlias

from offchain.io.fields import Field, fraction_text, named_entries, show
from offchain.model.instances.rules import (
    CRITICAL_BID,
    DEFAULT_LOWER,
    Lottery,
    Lower,
    Upper,
    read_lower,
    read_upper,
)

BID_LIMIT = 2**64 - 1
"""The largest bid or value, in units: what the contracts keep of a bid."""

RESERVE_LIMIT = 2**96 - 1
"""The largest reserve, in units: what the contracts keep of a group's bid."""

ITEMS_LIMIT = 2**32 - 1
"""More items than any file can list bids for."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a group: what they bid for each item and what it is worth to them. A bid of 0 is none."""

    name: str
    bids: tuple[int, ...]
    values: tuple[int, ...]

    def to_json(self) -> dict[str, object]:
        """The member as one entry of its group's `members`; values that equal the bids are left out."""
        written: dict[str, object] = {"name": self.name, "bid": _amounts(self.bids)}
        if self.values != self.bids:
            written["value"] = _amounts(self.values)
        return written


@dataclass(frozen=True, slots=True)
class Group:
    """A group that bids as one; a single member is an individual bidder."""

    name: str
    members: tuple[Member, ...]

    def bids_on(self, item: int) -> list[int]:
        """The members' bids for an item, in their order."""
        return [member.bids[item] for member in self.members]

    def to_json(self) -> dict[str, object]:
        """The group as one entry of an instance's `groups`."""
        return {"name": self.name, "members": [member.to_json() for member in self.members]}


@dataclass(frozen=True, slots=True)
class TwoLevelInstance:
    """Items sold independently to groups, which arrive in the order given."""

    mechanism: ClassVar[str] = "two-level"

    items: int
    reserves: tuple[int, ...]
    groups: tuple[Group, ...]
    upper: Upper = CRITICAL_BID
    lower: Lower = DEFAULT_LOWER

    @property
    def has_contract_rules(self) -> bool:
        """Whether its rules are the defaults, which are those of the auctioneer's contract and its DAOs."""
        return self.upper == CRITICAL_BID and self.lower == DEFAULT_LOWER

    def group(self, name: str) -> Group:
        """The group of that name. Raises KeyError if there is none. O(groups)."""
        for group in self.groups:
            if group.name == name:
                return group
        raise KeyError(name)

    def to_json(self) -> dict[str, object]:
        """The instance as `read` takes it; values that equal the bids are left out, and so are default rules."""
        return _written(self)


@dataclass(frozen=True, slots=True)
class TwoLevelLotteryInstance:
    """The same where the upper rule is a lottery."""

    mechanism: ClassVar[str] = TwoLevelInstance.mechanism

    items: int
    reserves: tuple[int, ...]
    groups: tuple[Group, ...]
    upper: Lottery
    lower: Lower = DEFAULT_LOWER

    def to_json(self) -> dict[str, object]:
        """The instance as `read` takes it; values that equal the bids are left out, and so is the default rule."""
        return _written(self)


AnyTwoLevel: TypeAlias = TwoLevelInstance | TwoLevelLotteryInstance


def _written(instance: AnyTwoLevel) -> dict[str, object]:
    written: dict[str, object] = {"mechanism": instance.mechanism}
    if instance.upper != CRITICAL_BID:
        written["upper"] = instance.upper.to_json()
    if instance.lower != DEFAULT_LOWER:
        written["lower"] = instance.lower.value
    return written | {
        "items": instance.items,
        "reserve": _amounts(instance.reserves),
        "groups": [group.to_json() for group in instance.groups],
    }


@dataclass(frozen=True, slots=True)
class LotOutcome:
    """What happened to one item. Unsold: winner None, price, share and paid 0, nobody served.

    price: asked of the winning group. share: paid by each served member. paid: the shares together.
    served: names in file order. group_bids: what every group bids, in file order. charges: where the
    lower rule has members pay different amounts, what each of those served pays, and share is 0.
    """

    winner: str | None
    price: int
    share: int
    paid: int
    served: tuple[str, ...]
    group_bids: Mapping[str, int]
    charges: Mapping[str, int] | None = None

    def charge(self, member: str) -> int:
        """What a served member pays."""
        return self.share if self.charges is None else self.charges[member]

    def sale_json(self) -> dict[str, object]:
        """The sale alone; `share` is one amount, or an object with that of each of those served."""
        return {
            "winner": self.winner,
            "price": self.price,
            "share": self.share if self.charges is None else dict(self.charges),
            "paid": self.paid,
            "served": list(self.served),
        }

    def to_json(self) -> dict[str, object]:
        """The lot as one entry of an outcome's `items`."""
        return self.sale_json() | {"group_bids": dict(self.group_bids)}


@dataclass(frozen=True, slots=True)
class TwoLevelOutcome:
    """What the mechanism did: every lot, what each member of each group pays in all, and the welfare.

    upper, lower: the rules that it went by. gas: what the chain used, None from the reference model;
    outcomes that differ only in gas are equal.
    """

    mechanism: ClassVar[str] = "two-level"

    items: tuple[LotOutcome, ...]
    payments: Mapping[str, Mapping[str, int]]
    welfare: int
    optimal_welfare: int
    upper: Upper = CRITICAL_BID
    lower: Lower = DEFAULT_LOWER
    gas: Mapping[str, object] | None = field(default=None, compare=False)

    def to_json(self) -> dict[str, object]:
        """The outcome as the command line prints it; `gas` is there only if known, `rules` if they are not the defaults."""
        written: dict[str, object] = {"mechanism": self.mechanism}
        if self.upper != CRITICAL_BID or self.lower != DEFAULT_LOWER:
            written["rules"] = [self.upper.name, self.lower.value]
        written |= {
            "items": [lot.to_json() for lot in self.items],
            "payments": {group: dict(paid) for group, paid in self.payments.items()},
            "welfare": self.welfare,
            "optimal_welfare": self.optimal_welfare,
        }
        if self.gas is not None:
            written["gas"] = dict(self.gas)
        return written


@dataclass(frozen=True, slots=True)
class LotteryLot:
    """What may happen to one item.

    chances: every outcome with its probability, the likeliest first, equals by winner and then price.
    group_bids: what every group bids, in file order.
    """

    chances: tuple[tuple[Fraction, LotOutcome], ...]
    group_bids: Mapping[str, int]

    @property
    def unsold(self) -> Fraction:
        """The probability that nobody gets it."""
        return self.probability(None)

    def probability(self, group: str | None) -> Fraction:
        """With which a group gets it."""
        won = (chance for chance, lot in self.chances if lot.winner == group)
        return sum(won, Fraction(0))

    def to_json(self) -> dict[str, object]:
        """The lot as one entry of an outcome's `items`."""
        return {
            "probabilities": {
                group: fraction_text(self.probability(group)) for group in self.group_bids
            },
            "unsold": fraction_text(self.unsold),
            "outcomes": [
                {"probability": fraction_text(chance)} | lot.sale_json()
                for chance, lot in self.chances
            ],
            "group_bids": dict(self.group_bids),
        }


@dataclass(frozen=True, slots=True)
class TwoLevelLotteryOutcome:
    """What the mechanism does where the upper rule is a lottery: payments and welfare are expected ones."""

    mechanism: ClassVar[str] = TwoLevelOutcome.mechanism

    items: tuple[LotteryLot, ...]
    payments: Mapping[str, Mapping[str, Fraction]]
    welfare: Fraction
    optimal_welfare: int
    upper: Lottery
    lower: Lower = DEFAULT_LOWER

    def to_json(self) -> dict[str, object]:
        """The outcome as the command line prints it."""
        return {
            "mechanism": self.mechanism,
            "rules": [self.upper.name, self.lower.value],
            "items": [lot.to_json() for lot in self.items],
            "payments": {
                group: {member: fraction_text(paid) for member, paid in members.items()}
                for group, members in self.payments.items()
            },
            "welfare": fraction_text(self.welfare),
            "optimal_welfare": self.optimal_welfare,
        }


def _amounts(amounts: tuple[int, ...]) -> int | list[int]:
    """One amount per item, as `_read_amounts` takes them: a single one bare."""
    return amounts[0] if len(amounts) == 1 else list(amounts)


def lot_welfare(instance: AnyTwoLevel, item: int, lot: LotOutcome) -> int:
    """The sum of the served members' values for the item, in units; 0 if it is unsold."""
    if lot.winner is None:
        return 0
    served = frozenset(lot.served)
    winner = next(group for group in instance.groups if group.name == lot.winner)
    return sum(m.values[item] for m in winner.members if m.name in served)


def optimal_lot_welfare(instance: AnyTwoLevel, item: int) -> int:
    """The most welfare that the item can give: one group gets it and serves all its members; 0 if none bids."""
    return max((group_value(group, item) for group in instance.groups), default=0)


def group_value(group: Group, item: int) -> int:
    """The sum of all members' values for the item, in units."""
    return sum(member.values[item] for member in group.members)


def read(instance: Field) -> AnyTwoLevel:
    """The two-level instance of a JSON object. Raises InvalidInput naming the field and its value."""
    fields = instance.record(
        required=("mechanism", "groups"), optional=("items", "reserve", "upper", "lower")
    )
    upper = read_upper(fields["upper"]) if "upper" in fields else CRITICAL_BID
    lower = read_lower(fields["lower"]) if "lower" in fields else DEFAULT_LOWER
    items = fields["items"].integer(1, ITEMS_LIMIT) if "items" in fields else 1
    # Groups come first: their lists bound `items` by what the file really holds.
    groups = read_groups(fields["groups"], items)
    reserves = _read_reserves(fields.get("reserve"), items)
    if isinstance(upper, Lottery):
        return TwoLevelLotteryInstance(items, reserves, groups, upper, lower)
    return TwoLevelInstance(items, reserves, groups, upper, lower)


def read_groups(groups: Field, items: int) -> tuple[Group, ...]:
    """A list of groups of different names, at least one. Raises InvalidInput naming the field and its value."""
    return tuple(_read_group(group, items) for group in named_entries(groups, "group"))


def _read_group(group: Field, items: int) -> Group:
    fields = group.record(required=("name", "members"))
    members = tuple(
        _read_member(member, items) for member in named_entries(fields["members"], "member")
    )
    return Group(name=fields["name"].name(), members=members)


def _read_member(member: Field, items: int) -> Member:
    fields = member.record(required=("name", "bid"), optional=("value",))
    name = fields["name"].name()
    bids = _read_amounts(fields["bid"], items)
    return Member(
        name, bids, values=_read_amounts(fields["value"], items) if "value" in fields else bids
    )


def _read_amounts(amounts: Field, items: int) -> tuple[int, ...]:
    """One bid or value per item; with a single item a bare number will do."""
    if items == 1 and not isinstance(amounts.value, list):
        return (amounts.integer(0, BID_LIMIT),)
    return tuple(entry.integer(0, BID_LIMIT) for entry in _one_per_item(amounts, items))


def _read_reserves(reserve: Field | None, items: int) -> tuple[int, ...]:
    if reserve is None:
        return (1,) * items
    if not isinstance(reserve.value, list):
        return (reserve.integer(1, RESERVE_LIMIT),) * items
    return tuple(entry.integer(1, RESERVE_LIMIT) for entry in _one_per_item(reserve, items))


def _one_per_item(amounts: Field, items: int) -> list[Field]:
    if not isinstance(amounts.value, list):
        amounts.fail(f"{show(amounts.value)} is not a list of {items}, one entry per item")
    entries = amounts.entries()
    if len(entries) != items:
        amounts.fail(f"a list of {len(entries)}, but items is {items}")
    return entries
