"""With how much gas a payment is pushed, to the unit: with less a wallet could not log it, with more a batch could be held up."""

from dataclasses import replace

import pytest

from offchain.bindings.constants import Payments
from offchain.bindings.explain import explain
from offchain.chain.backend import Reverted, Transaction
from offchain.chain.revm import Revm
from offchain.io.addresses import to_bytes
from offchain.io.units import WEI_PER_UNIT
from tests.estate.estate_world import World

STIPEND = 2_300
"""What the EVM adds where ether is sent along (Yellow Paper, appendix G)."""
BEFORE = 17
"""Gas that a meter has spent when it reads: CALLDATASIZE 2, PUSH1 3, JUMPI 10, GAS itself 2."""


def meter(world: World) -> str:
    """A bidder that logs the gas it is paid with; whatever else it is told it does as an `Actor`."""
    actor = to_bytes(world.puppet())
    read = bytes.fromhex("36600c57" + "5a5f52" + "60205fa0" + "00")
    obey = (
        bytes.fromhex("5b" + "365f5f37" + "5f5f365f73")
        + actor
        + bytes.fromhex("5af4" + "3d5f5f3e" + "603657" + "3d5ffd" + "5b3d5ff3")
    )
    code = read + obey
    copied = bytes.fromhex(f"60{len(code):02x}600a5f3960{len(code):02x}5ff3")
    made = world.chain.send(Transaction(world.keeper, None, copied + code))
    assert made.contract is not None
    world.puppets.add(made.contract)
    return made.contract


@pytest.mark.parametrize("standalone", [False, True], ids=["cheap", "standalone"])
def test_a_push_comes_with_12_300_gas(standalone: bool) -> None:
    """From the DAO's deposits; all contracts push by the same function."""
    world = World(Revm(), standalone=standalone, won=False)
    wallet = meter(world)
    world.chain.fund_all({wallet: 10**21})
    lot = world.list_item(reserve=30)
    world.win(world.dao, lot, 30, world.bids | {wallet: 3})
    before = world.balance(wallet)
    receipt = world.send(world.stranger, world.dao, "claimBatch", lot, [wallet])
    assert world.balance(wallet) - before == 6 * WEI_PER_UNIT
    (told,) = [log for log in receipt.logs if log.address == wallet]
    assert int.from_bytes(told.data) + BEFORE == Payments.PUSH_GAS + STIPEND == 12_300


def test_a_caller_cannot_starve_a_push() -> None:
    """With less gas than the reserve nothing is pushed and nothing lost; with the least that does, the payment arrives."""
    world = World(Revm())
    call = world.dao.call(world.stranger, "claimBatch", world.lot, [world.dan])
    before = world.balance(world.dan)
    lefts = []
    for gas in range(80_000, 200_000, 50):
        try:
            world.chain.send(replace(call, gas=gas))
        except Reverted as error:
            if explain(error.data).startswith("NotEnoughGas"):
                left, needed = (int.from_bytes(error.data[at : at + 32]) for at in (4, 36))
                assert left < needed == Payments.PUSH_RESERVE == 60_000
                lefts.append(left)
            assert world.balance(world.dan) == before
        else:
            break
    assert lefts[-1] > 60_000 - 100
    assert world.balance(world.dan) - before == 14 * WEI_PER_UNIT
