"""How a verifiable random function plugs in: the example adapter keeps the promises of the interface."""

import pytest
from brownie import accounts

from tests.contracts.checks import logs_of, plain, reverts_with

ID = 5


@pytest.fixture(scope="module")
def coordinator(ToldCoordinator):
    """Answers what it is told to."""
    return accounts[0].deploy(ToldCoordinator)


@pytest.fixture(scope="module")
def source(VrfRandomness, coordinator):
    """The adapter."""
    return accounts[0].deploy(VrfRandomness, coordinator)


def test_answer(source, coordinator, alice, bob):
    """The coordinator's word reaches the consumer that asked, under its id, and no other."""
    source.request(ID, {"from": alice})
    source.request(ID, {"from": bob})
    assert plain(source.wordOf(alice, ID)) == ("False", 0)
    tx = coordinator.answer(source, 1, 77, {"from": bob})
    assert logs_of(tx, source) == [("WordDrawn", {"consumer": alice, "id": ID, "word": 77})]
    assert plain(source.wordOf(alice, ID)) == ("True", 77)
    assert plain(source.wordOf(bob, ID)) == ("False", 0)


def test_one_answer_per_ticket(source, coordinator, alice):
    """Neither a second answer nor one to nothing changes a word."""
    source.request(ID, {"from": alice})
    coordinator.answer(source, 1, 77, {"from": alice})
    for ticket in (0, 1, 2):
        with reverts_with(source, "UnknownTicket", ticket):
            coordinator.answer(source, ticket, 78, {"from": alice})
    assert plain(source.wordOf(alice, ID)) == ("True", 77)


def test_strangers_and_repeats(source, coordinator, alice, bob):
    """Only the coordinator answers, and a draw is asked for once."""
    source.request(ID, {"from": alice})
    with reverts_with(source, "NotCoordinator", bob):
        source.rawFulfillRandomWords(1, [78], {"from": bob})
    with reverts_with(source, "AlreadyRequested", alice, ID):
        source.request(ID, {"from": alice})
