"""The keeper of the beacon: proves what is due, hands over what is too late, and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.bindings.enumerations import BeaconPhase
from offchain.chain.backend import Chain, Transaction
from offchain.chain.connect import connect
from offchain.chain.errors import ChainError
from offchain.keeper.beacon import PROOF_WINDOW, BeaconKeeper, Draw

BEACON = contract("BeaconRandomness")
DELAY = 132
KEEPER, CONSUMER, OTHER = range(3)


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    with connect("anvil") as started:
        yield started


@pytest.fixture
def beacon(chain: Chain) -> str:
    """A source of its own for each test."""
    second = create(chain, chain.actor(KEEPER), "SetRandomness")
    return create(chain, chain.actor(KEEPER), "BeaconRandomness", second)


def keeper_of(chain: Chain, beacon: str, **options: Any) -> BeaconKeeper:
    """A keeper for one consumer, which fails loudly."""

    def refuse(what: str, error: Exception) -> None:
        raise error

    given: dict[str, Any] = {"consumers": {chain.actor(CONSUMER)}, "on_skip": refuse, **options}
    return BeaconKeeper(chain, beacon, chain.actor(KEEPER), **given)


def ask(chain: Chain, beacon: str, id_: int, who: int = CONSUMER) -> Draw:
    """A request; its draw."""
    chain.send(Transaction(chain.actor(who), beacon, BEACON.encode("request", id_)))
    return Draw(chain.actor(who), id_)


def state(chain: Chain, beacon: str, draw: Draw) -> tuple[BeaconPhase, int]:
    """Where the contract has the draw, and its block."""
    answer = chain.call(beacon, BEACON.encode("drawOf", draw.consumer, draw.id))
    phase, block = BEACON.decode("drawOf", answer)
    return phase, block


def test_proves_when_the_block_has_come_and_not_before(chain: Chain, beacon: str) -> None:
    keeper = keeper_of(chain, beacon)
    draw = ask(chain, beacon, 1)
    _, block = state(chain, beacon, draw)
    chain.advance_to_block(block - 1)
    assert keeper.step() == []
    chain.advance_to_block(block)
    (proof,) = keeper.step()
    assert (proof.step, proof.draw) == ("prove", draw)
    assert 60_000 < proof.gas_used < 80_000
    assert state(chain, beacon, draw)[0] is BeaconPhase.DRAWN
    assert keeper.step() == []


@pytest.mark.parametrize(
    ("passed", "step", "phase"),
    [(255, "prove", BeaconPhase.DRAWN), (256, "fall back", BeaconPhase.FELL_BACK)],
)
def test_the_last_block_for_a_proof(
    chain: Chain, beacon: str, passed: int, step: str, phase: BeaconPhase
) -> None:
    """What is sent comes one block later: in the 256th it proves, in the 257th it falls back."""
    draw = ask(chain, beacon, 1)
    chain.advance_to_block(state(chain, beacon, draw)[1] + passed)
    assert [proof.step for proof in keeper_of(chain, beacon).step()] == [step]
    assert state(chain, beacon, draw)[0] is phase


def test_overtaken_by_the_clock(chain: Chain, beacon: str) -> None:
    """Of two that are both just in time, the first takes the last block: the second falls back in the next step."""
    draws = [ask(chain, beacon, id_) for id_ in (1, 2)]
    chain.advance_to_block(state(chain, beacon, draws[1])[1] + PROOF_WINDOW - 1)
    skipped = list[str]()
    keeper = keeper_of(chain, beacon, on_skip=lambda what, error: skipped.append(what))
    assert [proof.step for proof in keeper.step()] == ["fall back"]
    assert skipped == [str(draws[1])]
    assert [(proof.step, proof.draw) for proof in keeper.step()] == [("fall back", draws[1])]


def test_draws_of_strangers_are_left_alone(chain: Chain, beacon: str) -> None:
    """Asking is cheap, and proving is not: nobody can make the keeper pay for draws of no use."""
    spam = [ask(chain, beacon, id_, OTHER) for id_ in range(5)]
    draw = ask(chain, beacon, 1)
    chain.advance_to_block(chain.block() + DELAY)
    assert [proof.draw for proof in keeper_of(chain, beacon).step()] == [draw]
    assert {state(chain, beacon, one)[0] for one in spam} == {BeaconPhase.WAITING}


def test_a_keeper_started_anew_goes_on(chain: Chain, beacon: str) -> None:
    """Nothing is remembered, so nothing is lost; and what another keeper did is not done again."""
    draws = [ask(chain, beacon, id_) for id_ in range(3)]
    chain.advance_to_block(chain.block() + DELAY)
    one, another = keeper_of(chain, beacon), keeper_of(chain, beacon)
    assert [proof.draw for proof in one.step()] == draws
    assert another.step() == []
    assert keeper_of(chain, beacon, first_block=chain.block()).step() == []


def test_one_that_fails_stops_no_other(
    chain: Chain, beacon: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that does not tell one header, for now, is asked again in the next step."""
    draws = [ask(chain, beacon, id_) for id_ in (1, 2)]
    blocks = [state(chain, beacon, draw)[1] for draw in draws]
    chain.advance_to_block(blocks[1])
    tell, skipped = chain.header, list[str]()

    def forgetful(number: int) -> bytes:
        if number == blocks[0]:
            raise ChainError("no such block")
        return tell(number)

    keeper = keeper_of(
        chain, beacon, on_skip=lambda what, error: skipped.append(f"{what}: {error}")
    )
    with monkeypatch.context() as patch:
        patch.setattr(chain, "header", forgetful)
        assert [proof.draw for proof in keeper.step()] == [draws[1]]
    assert skipped == [f"{draws[0]}: no such block"]
    assert [proof.draw for proof in keeper.step()] == [draws[0]]


def test_settled_draws_are_forgotten_in_time(chain: Chain, beacon: str) -> None:
    """Not at once, since a chain can be reorganized; but a keeper that runs for years does not ask for ever."""
    keeper = keeper_of(chain, beacon)
    ask(chain, beacon, 1)
    chain.advance_to_block(chain.block() + DELAY)
    keeper.step()
    calls = list[bytes]()
    ask_chain = chain.call

    def counting(to: str, data: bytes, sender: str | None = None) -> bytes:
        calls.append(data)
        return ask_chain(to, data, sender)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chain, "call", counting)
        keeper.step()
        assert len(calls) == 1
        chain.advance_to_block(chain.block() + 70)
        keeper.step()
        keeper.step()
    assert len(calls) == 2
