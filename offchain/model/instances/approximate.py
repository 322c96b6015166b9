"""Instances and outcomes of the optimal mechanism under approximate valuations, and their JSON.

Bids and prices are integers in units; probabilities, the inaccuracy and the draw are fractions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar, Final

from offchain.io.fields import Field, fraction_text
from offchain.model.instances.two_level import BID_LIMIT, Group, read_groups


@dataclass(frozen=True, slots=True)
class ApproximateInstance:
    """One good, players who know their values only within a factor, and the draw if it is made.

    delta: the inaccuracy, 0 < delta < 1: every player knows an x such that its value lies between
    (1 - delta) * x and (1 + delta) * x. bids: by name, in file order. draw: 0 <= draw < 1.
    """

    mechanism: ClassVar[str] = "approximate"

    delta: Fraction
    bids: Mapping[str, int]
    draw: Fraction | None = None

    def to_json(self) -> dict[str, object]:
        """The instance as `read` takes it."""
        written: dict[str, object] = {
            "mechanism": self.mechanism,
            "delta": fraction_text(self.delta),
            "bids": dict(self.bids),
        }
        if self.draw is not None:
            written["draw"] = fraction_text(self.draw)
        return written


@dataclass(frozen=True, slots=True)
class ApproximateGroupsInstance:
    """The same with groups for players, each of which bids what its members can pay in equal shares.

    groups: in the order in which they arrive; of one item, so that every member has one bid and value.
    """

    mechanism: ClassVar[str] = ApproximateInstance.mechanism

    delta: Fraction
    groups: tuple[Group, ...]
    draw: Fraction | None = None

    def to_json(self) -> dict[str, object]:
        """The instance as `read` takes it."""
        written: dict[str, object] = {
            "mechanism": self.mechanism,
            "delta": fraction_text(self.delta),
            "groups": [group.to_json() for group in self.groups],
        }
        if self.draw is not None:
            written["draw"] = fraction_text(self.draw)
        return written


@dataclass(frozen=True, slots=True)
class ApproximateSale:
    """What a draw decides. Unsold: winner None, price 0."""

    winner: str | None
    price: int

    def to_json(self) -> dict[str, object]:
        """The fields of an outcome that a draw adds."""
        return {"winner": self.winner, "price": self.price}


@dataclass(frozen=True, slots=True)
class ApproximateGroupsSale:
    """What a draw decides among groups. Unsold: winner None, price and share 0, nobody served.

    price: asked of the group. share: paid by each served member. served: names in file order.
    payments: what each member of each group pays.
    """

    winner: str | None
    price: int
    share: int
    served: tuple[str, ...]
    payments: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(
        cls,
        groups: Sequence[Group],
        winner: int | None,
        price: int,
        share: int,
        served: Sequence[int],
    ) -> "ApproximateGroupsSale":
        """The sale to the group at that place, whose members at these places are served."""
        won = {(winner, place) for place in served}
        return cls(
            winner=None if winner is None else groups[winner].name,
            price=price,
            share=share,
            served=()
            if winner is None
            else tuple(groups[winner].members[place].name for place in served),
            payments={
                group.name: {
                    member.name: share if (index, place) in won else 0
                    for place, member in enumerate(group.members)
                }
                for index, group in enumerate(groups)
            },
        )

    def to_json(self) -> dict[str, object]:
        """The fields of an outcome that a draw adds."""
        return {
            "winner": self.winner,
            "price": self.price,
            "share": self.share,
            "served": list(self.served),
            "payments": {group: dict(paid) for group, paid in self.payments.items()},
        }


@dataclass(frozen=True, slots=True)
class ApproximateOutcome:
    """Every player's probability of winning, the rest, and what the draw decides if there is one.

    gas: what the chain used, None from the reference model; outcomes that differ only in gas are
    equal.
    """

    mechanism: ClassVar[str] = "approximate"

    probabilities: Mapping[str, Fraction]
    unsold: Fraction
    sale: ApproximateSale | ApproximateGroupsSale | None
    gas: Mapping[str, int] | None = field(default=None, compare=False)

    def to_json(self) -> dict[str, object]:
        """The outcome as the command line prints it; without a draw there is no winner and no price.

        `gas` is there only if known.
        """
        written: dict[str, object] = {
            "mechanism": self.mechanism,
            "probabilities": {
                name: fraction_text(chance) for name, chance in self.probabilities.items()
            },
            "unsold": fraction_text(self.unsold),
        }
        if self.sale is not None:
            written |= self.sale.to_json()
        if self.gas is not None:
            written["gas"] = dict(self.gas)
        return written


@dataclass(frozen=True, slots=True)
class GroupSale:
    """What a draw decides where groups bid too, in units. winner: its place among individuals and groups; None: unsold.

    served: the members by their places in the group; empty for an individual.
    """

    winner: int | None
    price: int
    share: int
    served: tuple[int, ...]


NO_SALE: Final = GroupSale(None, 0, 0, ())


def read(instance: Field) -> ApproximateInstance | ApproximateGroupsInstance:
    """The instance of a JSON object, which has either bids or groups.

    Raises InvalidInput naming the field and its value.
    """
    fields = instance.record(required=("mechanism", "delta"), optional=("bids", "groups", "draw"))
    if "bids" in fields and "groups" in fields:
        fields["groups"].fail("beside bids: it is either bids or groups")
    if "bids" not in fields and "groups" not in fields:
        instance.at("bids", None).fail("missing, and so is groups: it is one of the two")
    delta = fields["delta"].fraction(zero=False)
    draw = fields["draw"].fraction(zero=True) if "draw" in fields else None
    if "groups" in fields:
        return ApproximateGroupsInstance(delta, read_groups(fields["groups"], items=1), draw)
    return ApproximateInstance(delta, _read_bids(fields["bids"]), draw)


def _read_bids(bids: Field) -> dict[str, int]:
    entries = bids.members()
    if not entries:
        bids.fail("{} holds no player")
    return {
        Field(entry.path, name).name(): entry.integer(0, BID_LIMIT)
        for name, entry in entries.items()
    }
