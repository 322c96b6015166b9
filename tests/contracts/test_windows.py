"""Windows that cannot fit each other are refused: who can hold a word back until nobody waits for it has a choice for nothing."""

from dataclasses import dataclass
from typing import Any

import pytest
from brownie import accounts

from offchain.bindings.deployment import NO_BEACON
from tests.contracts.approximate_lots import list_game, sealed_to_draw
from tests.contracts.auction import next_block_at
from tests.contracts.checks import reverts_with
from tests.contracts.clock import ClockLot

DAY, SLACK, USE = 86_400, 1_800, 600
BEACON = (132 + 256 + 1) * 12
BOND = 10**17
WINDOWS = {
    "ApproximateAuction": 3 * DAY,
    "ResilientAuction": 7 * DAY,
    "SignalClockAuction": 3 * DAY,
}


@dataclass(frozen=True)
class Deployer:
    """Deploys a house over a source."""

    container: Any
    first: list[Any]
    window: int

    def __call__(self, source):
        return accounts[0].deploy(self.container, *self.first, source)


@pytest.fixture
def containers(ApproximateAuction, ResilientAuction, SignalClockAuction):
    """The houses that draw, by name."""
    houses = ApproximateAuction, ResilientAuction, SignalClockAuction
    return {house._name: house for house in houses}


@pytest.fixture(params=WINDOWS)
def deploy(request, containers, factory):
    """Deploys one of them; it knows how long the house waits."""
    first = [factory, NO_BEACON] if request.param == "ApproximateAuction" else []
    return Deployer(containers[request.param], first, WINDOWS[request.param])


def refused(deploy, source, longest):
    """Deployment over the source fails: it says that its words may take so long."""
    return reverts_with(deploy.container, "SourceTooSlow", source, longest, deploy.window)


def test_the_longest_that_fits(deploy, TimedRandomness):
    """To the second, and half an hour for the transactions in between."""
    most = deploy.window - SLACK
    source = accounts[0].deploy(TimedRandomness, most)
    assert deploy(source).randomness() == source
    for longest in (most + 1, deploy.window, 2**256 - 1):
        source = accounts[0].deploy(TimedRandomness, longest)
        with refused(deploy, source, longest):
            deploy(source)


@pytest.mark.parametrize("days", [1, 2, 7])
@pytest.mark.parametrize("behind_the_beacon", [False, True])
def test_secrets_whose_windows_are_too_long(
    deploy, CommitRevealRandomness, BeaconRandomness, days, behind_the_beacon
):
    """Sealing and opening count together, and what comes before them where they are the second source."""
    source = accounts[0].deploy(CommitRevealRandomness, BOND, days * DAY, days * DAY)
    longest = 2 * days * DAY
    if behind_the_beacon:
        source = accounts[0].deploy(BeaconRandomness, source)
        longest += BEACON
    assert source.wordWithin() == longest
    if longest <= deploy.window - SLACK:
        deploy(source)
        return
    with refused(deploy, source, longest):
        deploy(source)


@pytest.mark.parametrize("longest", [2**256 - 1, 2**256 - BEACON, 2**255])
def test_a_second_source_beyond_all_bounds(deploy, TimedRandomness, BeaconRandomness, longest):
    """What it says together with the beacon fits no word: it must not pass for a source that does not say."""
    source = accounts[0].deploy(BeaconRandomness, accounts[0].deploy(TimedRandomness, longest))
    told = min(longest + BEACON, 2**256 - 1)
    assert source.wordWithin() == told
    with refused(deploy, source, told):
        deploy(source)


def test_sources_that_do_not_say(
    deploy, SetRandomness, VrfRandomness, ToldCoordinator, BeaconRandomness
):
    """Nobody can know: such a source is its deployer's choice, alone or behind the beacon."""
    told = accounts[0].deploy(ToldCoordinator)
    for source in (
        accounts[0].deploy(SetRandomness),
        accounts[0].deploy(VrfRandomness, told),
        told,
        accounts[5],
    ):
        assert deploy(source).randomness() == source
    over = accounts[0].deploy(BeaconRandomness, told)
    assert over.wordWithin() == BEACON
    deploy(over)


LONGEST = 5_000


@pytest.mark.parametrize("late", [0, 1])
def test_asking_too_late_for_a_draw(
    ApproximateAuction, TimedRandomness, factory, item, seller, alice, bob, late
):
    """From then on the lot can only become void: ten minutes must be left for a word that comes when its time ends."""
    source = accounts[0].deploy(TimedRandomness, LONGEST)
    house = accounts[0].deploy(ApproximateAuction, factory, NO_BEACON, source)
    lot = list_game(house, item, seller)
    sealed_to_draw(house, lot, [(alice, 5), (bob, 3)])
    deadline = int(house.bookOf(lot)["endOfTally"]) + 3 * DAY
    next_block_at(deadline - LONGEST - USE + late)
    if late:
        with reverts_with(house, "TooLateToDraw", lot, deadline):
            house.requestDraw(lot, {"from": alice})
        assert not house.lotteryOf(lot)["requested"]
        return
    house.requestDraw(lot, {"from": alice})
    assert house.lotteryOf(lot)["requested"]


@pytest.mark.parametrize("late", [0, 1])
def test_asking_too_late_for_the_word_of_a_clock(
    SignalClockAuction, TimedRandomness, item, seller, alice, late
):
    """The same."""
    source = accounts[0].deploy(TimedRandomness, LONGEST)
    house = accounts[0].deploy(SignalClockAuction, source)
    lot = ClockLot(house, source, item, seller)
    lot.join(alice)
    lot.close_joining()
    lot.register(alice, 3, 3)
    deadline = lot.terms[4] + 3 * DAY
    next_block_at(deadline - LONGEST - USE + late)
    if late:
        with reverts_with(house, "TooLateToDraw", lot.number, deadline):
            house.requestDraw(lot.number, {"from": alice})
        return
    house.requestDraw(lot.number, {"from": alice})
