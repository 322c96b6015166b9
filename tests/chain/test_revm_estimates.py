"""Estimates in process: an execution of their own behind each, whatever was estimated before."""

import pytest

from offchain.chain.backend import Reverted, Transaction
from offchain.chain.revm import Revm

# Reads the word of memory at the place that the call names: gas grows with it. CALLDATALOAD(0), MLOAD, STOP.
READER = bytes.fromhex("635f3551005f526004601cf3")
NEAR, FAR, FARTHER, BEYOND = 0, 100_000, 500_000, 1 << 40


@pytest.fixture
def chain() -> Revm:
    return Revm()


@pytest.fixture
def reader(chain: Revm) -> str:
    receipt = chain.send(Transaction(chain.actor(0), None, READER))
    assert receipt.contract is not None
    return receipt.contract


def read(chain: Revm, reader: str, place: int, gas: int | None = None) -> Transaction:
    return Transaction(chain.actor(0), reader, place.to_bytes(32, "big"), gas=gas)


@pytest.mark.parametrize("before", [NEAR, FAR, FARTHER])
@pytest.mark.parametrize("place", [NEAR, FAR, FARTHER])
def test_suffices_and_is_not_far_off_whatever_came_before(
    chain: Revm, reader: str, before: int, place: int
) -> None:
    chain.estimate(read(chain, reader, before))
    gas = chain.estimate(read(chain, reader, place))
    used = chain.send(read(chain, reader, place, gas)).gas_used
    assert used <= gas <= used * 5 // 4 + 75_000


def test_alone_it_is_close(chain: Revm, reader: str) -> None:
    gas = chain.estimate(read(chain, reader, FAR))
    used = chain.send(read(chain, reader, FAR, gas)).gas_used
    assert used <= gas <= used + used // 50 + 2_500


@pytest.mark.parametrize("before", [None, NEAR, FARTHER])
def test_what_fails_with_any_gas_has_no_estimate(
    chain: Revm, reader: str, before: int | None
) -> None:
    if before is not None:
        chain.estimate(read(chain, reader, before))
    with pytest.raises(Reverted):
        chain.estimate(read(chain, reader, BEYOND))
    assert chain.estimate(read(chain, reader, NEAR)) >= 21_000


def test_changes_nothing(chain: Revm, reader: str) -> None:
    owner, other = chain.actor(1), chain.actor(2)
    chain.fund(owner, 10)
    pay = Transaction(owner, other, b"", value=7)
    state = (chain.block(), chain.now())
    assert {chain.estimate(pay) for _ in range(3)} == {chain.estimate(pay)}
    assert (chain.balance(owner), chain.balance(other)) == (10, 0)
    assert (chain.block(), chain.now()) == state
