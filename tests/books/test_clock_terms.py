"""The longest and the shortest times that a lot of the signal clock may have: each is taken, and a second beyond is refused."""

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.bindings.enumerations import Pricing
from offchain.chain.backend import Transaction
from offchain.chain.revm import Revm
from tests.reverts import reverts

HOUSE, ITEM = contract("SignalClockAuction"), contract("Item")
MINUTE, DAY = 60, 86_400
SHORT, LONG = 10 * MINUTE, 30 * DAY


@pytest.mark.parametrize(
    ("bound", "beyond"),
    [
        ((1, SHORT, SHORT), (0, SHORT, SHORT)),
        ((LONG, SHORT, SHORT), (LONG + 1, SHORT, SHORT)),
        ((DAY, SHORT, SHORT), (DAY, SHORT - 1, SHORT)),
        ((DAY, LONG, SHORT), (DAY, LONG + 1, SHORT)),
        ((DAY, DAY, SHORT), (DAY, DAY, SHORT - 1)),
        ((DAY, DAY, DAY), (DAY, DAY, DAY + 1)),
    ],
)
def test_bounds_of_times(bound: tuple[int, int, int], beyond: tuple[int, int, int]) -> None:
    """Until joining ends, from there until registering does, and to answer."""
    chain = Revm()
    seller = chain.actor(0)
    house = create(chain, seller, "SignalClockAuction", create(chain, seller, "SetRandomness"))
    item = create(chain, seller, "Item")
    for call in (ITEM.encode("mint", seller, 1), ITEM.encode("approve", house, 1)):
        chain.send(Transaction(seller, item, call))

    def listing(joining: int, registering: int, answer: int) -> bytes:
        end = chain.now() + joining
        terms = (2, 1, Pricing.REVENUE, end, end + registering, answer, 1)
        return HOUSE.encode("list", item, 1, terms)

    with reverts("BadSchedule"):
        chain.call(house, listing(*beyond), seller)
    chain.call(house, listing(*bound), seller)
