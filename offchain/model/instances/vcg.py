"""Instances and outcomes of the VCG mechanism, and their JSON.

All amounts are integers in units. Instances built directly, rather than read, are not checked:
names must be distinct and bundles tuples of goods in the order of the instance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from offchain.io.fields import Field, named_entries
from offchain.model.instances.bundles import (
    Bundle,
    Places,
    Values,
    places_of,
    read_goods,
    read_values,
    values_to_json,
)


@dataclass(frozen=True, slots=True)
class VcgPlayer:
    """A player and what it bids for bundles. Disposal is free: a superset is worth at least as much."""

    name: str
    values: Values


@dataclass(frozen=True, slots=True)
class VcgInstance:
    """Goods sold together to players, in the order of the file."""

    mechanism: ClassVar[str] = "vcg"

    goods: Bundle
    players: tuple[VcgPlayer, ...]

    def to_json(self) -> dict[str, object]:
        """The instance as `read` takes it."""
        return {
            "mechanism": self.mechanism,
            "goods": list(self.goods),
            "players": [
                {"name": player.name, "values": values_to_json(player.values)}
                for player in self.players
            ],
        }


@dataclass(frozen=True, slots=True)
class VcgOutcome:
    """Who gets what, what everybody pays, and the sums, in units.

    allocation: the players that get something, in file order, each with one of the bundles it
    lists. payments: every player's. welfare: what the players bid for what they get. revenue: the
    payments together.
    """

    mechanism: ClassVar[str] = "vcg"

    allocation: Mapping[str, Bundle]
    payments: Mapping[str, int]
    welfare: int
    revenue: int

    def to_json(self) -> dict[str, object]:
        """The outcome as the command line prints it."""
        return {
            "mechanism": self.mechanism,
            "allocation": {name: list(bundle) for name, bundle in self.allocation.items()},
            "payments": dict(self.payments),
            "welfare": self.welfare,
            "revenue": self.revenue,
        }


def read(instance: Field) -> VcgInstance:
    """The VCG instance of a JSON object. Raises InvalidInput naming the field and its value."""
    fields = instance.record(required=("mechanism", "goods", "players"))
    goods = read_goods(fields["goods"])
    places = places_of(goods)
    players = tuple(
        _read_player(player, places) for player in named_entries(fields["players"], "player")
    )
    return VcgInstance(goods, players)


def _read_player(player: Field, places: Places) -> VcgPlayer:
    fields = player.record(required=("name", "values"))
    return VcgPlayer(fields["name"].name(), read_values(fields["values"], places))
