"""Whom an adapter, its paddles and its DAOs refuse, and why."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from offchain.bindings.artifacts import load
from offchain.bindings.constants import HouseLots
from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.enumerations import Phase
from offchain.chain.backend import Chain, Transaction
from offchain.io.addresses import NOBODY
from offchain.io.paths import PROJECT
from offchain.io.units import WEI_PER_ETH as ETH
from tests.houses.adapter_world import Standing
from tests.houses.lying_house import NUMBER, Answers, LyingHouse, lying_hall
from tests.houses.watch import MAKES, Hall, group
from tests.reverts import reverts


@pytest.fixture(params=list(MAKES))
def hall(request: pytest.FixtureRequest) -> Hall:
    return lying_hall(MAKES[request.param])


@pytest.fixture
def stranger(chain: Chain) -> str:
    return chain.actor(2)


def schedule(start: int, bond: int = 1_000) -> tuple[int, int, int, int]:
    return start, start + 600, start + 1_200, bond


def test_schedules(hall: Hall, house: LyingHouse, chain: Chain, stranger: str) -> None:
    """Ended, too short, too long, with too low or too high a bond; too near the house's end, or too far before it."""
    now, end = chain.now(), house.auction().end or 0
    register = hall.floor.adapter

    def listing(*times: int) -> Transaction:
        return register.call(stranger, "register", NUMBER, times)

    for times in ((now, now + 600, now + 1_200), (now + 1, now + 600, now + 1_200)):
        with reverts("BadSchedule"):
            chain.send(listing(*times, 1_000))
    with reverts("BondTooLow"):
        chain.send(listing(*schedule(now + 1, bond=999)))
    with reverts("BondTooHigh"):
        chain.send(listing(*schedule(now + 1, bond=10_001)))
    last = end - HouseLots.MARGIN - 1_200
    with reverts("TallyTooLate"):
        chain.send(listing(*schedule(last + 1)))
    chain.send(listing(*schedule(last)))
    house.say(NOBODY, 0, now + 1_201 + HouseLots.PATIENCE + 1)
    with reverts("TallyTooEarly"):
        chain.send(listing(*schedule(now + 1)))
    chain.send(listing(*schedule(now + 2)))
    assert hall.lot_of(2)["deadline"] == now + 1_202 + 2 * HouseLots.PATIENCE


def test_what_is_not_for_sale(hall: Hall, house: LyingHouse, chain: Chain, stranger: str) -> None:
    """Another number, one that is settled, and one whose end cannot be."""
    with reverts("NotOffered"):
        hall.floor.register(number=NUMBER + 1)
    house.say(NOBODY, 0, chain.now() + 86_400, settled=True)
    with reverts("NotOffered"):
        hall.floor.register(number=NUMBER)
    for end in (2**40 - HouseLots.PATIENCE, 2**256 - 1):
        house.say(NOBODY, 0, end)
        with reverts("NotOffered"):
            hall.floor.register(number=NUMBER)
    house.say(NOBODY, 0, 2**40 - 1 - HouseLots.PATIENCE)
    with reverts("TallyTooEarly"):
        hall.floor.register(number=NUMBER)
    house.say(NOBODY, 0, chain.now() - 1)
    with reverts("TallyTooLate"):
        hall.floor.register(number=NUMBER)


def test_steps_of_daos_by_others(hall: Hall, chain: Chain, stranger: str) -> None:
    """And by a DAO of the factory, out of time."""
    lot = hall.floor.register()
    adapter = hall.floor.adapter
    for call in (adapter.call(stranger, "enter", lot), adapter.call(stranger, "submit", lot, 1)):
        with reverts("UnknownDAO"):
            chain.send(call)
    dao = hall.found(())
    with reverts("WrongPhase"):
        chain.send(dao.call(stranger, "enter", lot + 1))
    chain.send(dao.call(stranger, "enter", lot))
    late = hall.found(())
    chain.advance_to(hall.floor.ends(lot)[0])
    with reverts("WrongPhase"):
        chain.send(late.call(stranger, "enter", lot))


def test_what_only_who_leads_can(
    hall: Hall, house: LyingHouse, chain: Chain, stranger: str
) -> None:
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 200, 200))
    second = hall.enter(lot, group(chain, 8, 200, 200))
    hall.tally(lot)
    adapter = hall.floor.adapter
    with reverts("NotLeader"):
        hall.recall(lot, dao)
    hall.floor.raise_for(lot, dao)
    with reverts("NotLeader"):
        hall.recall(lot, second)
    with reverts("MoneyIsOut"):
        hall.recall(lot, dao)
    with reverts("WrongPhase"):
        chain.send(adapter.call(stranger, "pay", lot, stranger))
    with reverts("WrongPhase"):
        hall.deliver(lot)
    chain.advance_to(house.auction().end or 0)
    hall.conclude(lot)
    with reverts("NotLeader"):
        chain.send(adapter.call(stranger, "pay", lot, stranger))
    with reverts("NotWinner"):
        hall.settle(second, lot)
    hall.leave()
    with reverts("NotLeader"):
        hall.recall(lot, dao)
    with reverts("NothingToDeliver"):
        hall.deliver(lot)


def test_an_adapter_sells_nothing_and_takes_nothing(
    hall: Hall, chain: Chain, stranger: str
) -> None:
    lot, adapter = hall.floor.register(), hall.floor.adapter
    with reverts("CannotSell"):
        chain.send(adapter.call(stranger, "relist", lot, 1, schedule(chain.now() + 1)))
    with reverts("Unasked"):
        chain.send(Transaction(stranger, adapter.address, b"", 1))
    with reverts("NoProceeds"):
        chain.send(adapter.call(stranger, "withdrawProceeds", stranger))


def test_paddles_obey_their_adapter_alone(
    hall: Hall, house: LyingHouse, chain: Chain, stranger: str
) -> None:
    """The template, and one that holds a bid that came back."""
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 200, 200))
    hall.tally(lot)
    hall.floor.raise_for(lot, dao)
    house.bid(chain.actor(3), ETH)
    paddles = (
        hall.floor.paddle(lot, dao),
        str(hall.floor.ask(hall.floor.adapter, "paddleTemplate")),
    )
    for paddle in paddles:
        act = Deployed(contract("Paddle"), paddle).call(stranger, "act", stranger, 1, b"")
        with reverts("NotAdapter"):
            chain.send(act)
    hall.leave()


def test_a_caller_with_too_little_gas_to_ask(
    hall: Hall, house: LyingHouse, chain: Chain, stranger: str
) -> None:
    """Silence would mean that the house has nothing for sale."""
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 4, 200, 200))
    hall.tally(lot)
    raising = hall.floor.adapter.call(stranger, "raiseFor", lot, dao.address)
    with reverts("NotEnoughGas"):
        chain.send(replace(raising, gas=90_000))
    house.behave(Answers.BURN_GAS)
    claiming = dao.call(chain.actor(4), "claim", lot)
    with reverts("NotEnoughGas"):
        chain.send(replace(claiming, gas=150_000))
    hall.leave()


def test_every_error_of_adapters_is_met() -> None:
    declared = {
        entry["name"]
        for name in ("NounsAdapter", "ZoraAdapter", "Paddle", "Questions", "HouseLots", "Paddles")
        for entry in load(name).abi
        if entry["type"] == "error"
    }
    tests = "".join(path.read_text() for path in (PROJECT / "tests" / "houses").glob("test_*.py"))
    met = set(re.findall(r'reverts\(\s*"(\w+)', tests))
    assert declared - met == {
        "FailedDeployment",  # of a proxy at an address that is taken: there is one try
        "InsufficientBalance",  # of a proxy that is made with ether: none is
        "PaymentRefused",  # of proceeds that an estate withdraws to itself, which takes them
        "ReentrancyGuardReentrantCall",  # met in test_reentering_houses.py, by its selector
    }


@pytest.mark.parametrize("lot", [0, 2, 2**256 - 1])
def test_a_lot_that_nobody_registered(hall: Hall, chain: Chain, stranger: str, lot: int) -> None:
    """It stands nowhere, here and in its DAOs, and no step is taken in it; the house's auction is another lot's."""
    assert hall.floor.register() == 1
    adapter, dao = hall.floor.adapter, hall.found(())
    assert hall.floor.standing(lot) == Standing(Phase.NONE, NOBODY, 0)
    assert Phase(hall.floor.ask(dao, "phase", lot)) == Phase.NONE
    for call in (
        dao.call(stranger, "enter", lot),
        dao.call(stranger, "tally", lot, ()),
        dao.call(stranger, "settle", lot, 0, 0, b""),
        adapter.call(stranger, "pay", lot, stranger),
        adapter.call(stranger, "deliver", lot),
    ):
        with reverts("WrongPhase"):
            chain.send(call)
    with reverts("BeyondLimit"):
        hall.floor.raise_for(lot, dao)
    with reverts("NotLeader"):
        hall.recall(lot, dao)
