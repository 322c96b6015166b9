"""An auctioneer, DAOs and people for the contract tests, and the check that follows each test.

Both test folders take all fixtures from here, through their conftest.py.
"""

import gc
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import brownie
import pytest
from brownie import accounts

from offchain.bindings.deployment import NO_BEACON
from tests.contracts import clock, ledger
from tests.contracts.auction import create_dao, list_lot
from tests.puppets import Manner


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[None]:
    """Spare Brownie half its time: it collects garbage twice per test, in all that pytest loaded, and
    waits a second for any receipt that Anvil has not ready at once, or takes it for dropped."""
    gc.collect()
    gc.freeze()
    impatient = SimpleNamespace(time=lambda: 0.0, sleep=lambda seconds: time.sleep(seconds / 200))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(brownie.network.transaction, "time", impatient)
        patch.setattr(brownie.network.account, "time", impatient)
        yield


@pytest.fixture(autouse=True)
def forced(fn_isolation: None) -> Iterator[dict[str, int]]:
    """After every test, every contract holds what it owes, by logs alone; see ``ledger.check``.

    Yields where a test notes ether that it forced on a contract: wei by address.
    """
    extra: dict[str, int] = {}
    yield extra
    ledger.check(extra)


# PEOPLE


def person(number: int) -> Any:
    """A fixture: the account of this number."""

    @pytest.fixture(scope="session")
    def one() -> Any:
        return accounts[number]

    return one


seller, alice, bob, carol, dave = map(person, range(1, 6))
keeper, stranger = person(8), person(9)
"""Who does what anyone may do, and who has no part in anything."""


# CONTRACTS


@pytest.fixture(scope="module")
def factory(DAOFactory: Any) -> Any:
    """The origin of DAOs."""
    return accounts[0].deploy(DAOFactory)


@pytest.fixture(scope="module")
def auctioneer(Auctioneer: Any, factory: Any) -> Any:
    """The upper level."""
    return accounts[0].deploy(Auctioneer, factory, NO_BEACON)


@pytest.fixture(scope="module")
def item(Item: Any) -> Any:
    """What is sold."""
    return accounts[0].deploy(Item)


@pytest.fixture(scope="module")
def lot(auctioneer: Any, item: Any, seller: Any) -> int:
    """A lot in its bidding phase: reserve 3, bond 10 %, an hour for each phase."""
    return list_lot(auctioneer, item, seller)


@pytest.fixture(scope="module")
def dao(factory: Any, DAO: Any, auctioneer: Any, lot: int) -> Any:
    """A sealed DAO that entered the lot."""
    dao = create_dao(factory, DAO, auctioneer)
    dao.enter(lot, {"from": accounts[0]})
    return dao


@pytest.fixture
def rival(factory: Any, DAO: Any, auctioneer: Any, lot: int) -> Any:
    """Another sealed DAO that entered the lot; for this test only, since the lot waits for it."""
    rival = create_dao(factory, DAO, auctioneer)
    rival.enter(lot, {"from": accounts[0]})
    return rival


@pytest.fixture
def open_dao(factory: Any, DAO: Any, auctioneer: Any, lot: int) -> Any:
    """An open DAO, minimum bid 2, that entered the lot; for this test only."""
    dao = create_dao(factory, DAO, auctioneer, is_open=True, minimum=2)
    dao.enter(lot, {"from": accounts[0]})
    return dao


@pytest.fixture(params=["auctioneer", "dao"])
def book(request: Any, auctioneer: Any, dao: Any) -> Any:
    """Each contract that takes sealed bids: the auctioneer from individuals, the DAO from members."""
    return auctioneer if request.param == "auctioneer" else dao


@pytest.fixture(scope="module")
def words(SetRandomness: Any) -> Any:
    """The source of random words, which tests set."""
    return accounts[0].deploy(SetRandomness)


@pytest.fixture(scope="module")
def approximate(ApproximateAuction: Any, factory: Any, words: Any) -> Any:
    """The upper level under approximate valuations."""
    return accounts[0].deploy(ApproximateAuction, factory, NO_BEACON, words)


@pytest.fixture(scope="module")
def clock_house(SignalClockAuction: Any, words: Any) -> Any:
    """The signal clock auction."""
    return accounts[0].deploy(SignalClockAuction, words)


@pytest.fixture
def house(clock_house: Any, forced: dict[str, int]) -> Iterator[Any]:
    """The same, with the check after the test that it always held what it owed; see ``clock.check_debts``."""
    yield clock_house
    clock.check_debts(clock_house, forced.get(clock_house.address, 0))


@pytest.fixture
def actor(Actor: Any) -> Any:
    """Deploys bidders that misbehave in a chosen manner when paid."""

    def deploy(manner: Manner = Manner.ACCEPT) -> Any:
        contract = accounts[0].deploy(Actor)
        contract.behave(manner, {"from": accounts[0]})
        return contract

    return deploy
