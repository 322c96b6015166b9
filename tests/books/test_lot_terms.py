"""The least and the most that the times and the bond of a lot among groups may be: each is taken, a unit beyond is refused."""

import pytest

from offchain.chain.revm import Revm
from tests.estate.estate_world import World
from tests.reverts import reverts

SHORT, LONG, HOUR = 10 * 60, 30 * 86_400, 3_600
Terms = tuple[int, int, int, int]


@pytest.mark.parametrize(
    ("bound", "beyond", "error"),
    [
        ((1, HOUR, HOUR, 1_000), (0, HOUR, HOUR, 1_000), "BadSchedule"),
        ((1, SHORT, HOUR, 1_000), (1, SHORT - 1, HOUR, 1_000), "BadSchedule"),
        ((1, LONG, HOUR, 1_000), (1, LONG + 1, HOUR, 1_000), "BadSchedule"),
        ((1, HOUR, SHORT, 1_000), (1, HOUR, SHORT - 1, 1_000), "BadSchedule"),
        ((1, HOUR, LONG, 1_000), (1, HOUR, LONG + 1, 1_000), "BadSchedule"),
        ((1, HOUR, HOUR, 1_000), (1, HOUR, HOUR, 999), "BondTooLow(bondBps=999)"),
        ((1, HOUR, HOUR, 10_000), (1, HOUR, HOUR, 10_001), "BondTooHigh(bondBps=10001)"),
    ],
)
def test_bounds_of_a_lots_terms(bound: Terms, beyond: Terms, error: str) -> None:
    """Until bidding ends, to reveal, to tally, and the bond in hundredths of a percent."""
    world = World(Revm(), won=False)
    world.send(world.seller, world.item, "mint", world.seller, 77)
    world.send(world.seller, world.item, "approve", world.house.address, 77)

    def listing(bidding: int, reveal: int, tally: int, bond: int) -> tuple[object, ...]:
        end = world.chain.now() + bidding
        return world.item.address, 77, 1, (end, end + reveal, end + reveal + tally, bond)

    call = world.house.contract.encode
    with reverts(error):
        world.chain.call(world.house.address, call("list", *listing(*beyond)), world.seller)
    world.chain.call(world.house.address, call("list", *listing(*bound)), world.seller)
