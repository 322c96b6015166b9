"""The keeper of the beacon: proves what is due, hands over what is too late, and nothing else."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.bindings.enumerations import BeaconPhase
from offchain.chain.backend import Chain, Log, Transaction
from offchain.chain.connect import connect
from offchain.chain.errors import ChainError
from offchain.keeper.beacon import PROOF_WINDOW, BeaconKeeper, Draw
from offchain.keeper.logstore import SAVE_EVERY, LogStore
from offchain.keeper.pace import Pace
from offchain.keeper.purse import Purse
from offchain.keeper.view import LotView
from tests.keeper.chains import Proxy, Watched

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


def test_a_step_ends_at_its_bound_and_the_next_goes_on(chain: Chain, beacon: str) -> None:
    draws = [ask(chain, beacon, id_) for id_ in (1, 2)]
    chain.advance_to_block(chain.block() + DELAY)
    keeper = keeper_of(chain, beacon, pace=Pace(requests=1))
    assert [proof.draw for proof in keeper.step()] == draws[:1]
    assert keeper.unfinished
    assert [proof.draw for proof in keeper.step()] == draws[1:]


def test_nothing_is_asked_of_a_draw_before_its_block_nor_soon_after_its_proof(
    chain: Chain, beacon: str
) -> None:
    """What its block is, that it is drawn, and after a while again, since a reorganization may undo it."""
    draw, watched = ask(chain, beacon, 1), Watched(chain)
    keeper = keeper_of(watched, beacon)
    for _ in range(3):
        keeper.step()
    assert len(watched.told) == 1
    chain.advance_to_block(state(chain, beacon, draw)[1])
    assert len(keeper.step()) == 1
    for _ in range(3):
        watched.told.clear()
        keeper.step()
        assert len(watched.told) == 1
        keeper.step()
        assert len(watched.told) == 1
        chain.advance_to_block(chain.block() + 16)


def test_what_is_due_is_seen_while_it_cannot_be_paid_for(chain: Chain, beacon: str) -> None:
    """With a purse that is emptied meanwhile: nothing is known, then what it waits for, and what there is to do."""
    draw, purse = ask(chain, beacon, 1), Purse(1)
    keeper = keeper_of(chain, beacon, purse=purse)
    keeper.step()
    purse.book(0, 1, 1)
    _, block = state(chain, beacon, draw)
    for newest, due in (
        (block - 1, None),
        (block, "prove"),
        (block + PROOF_WINDOW - 1, "prove"),
        (block + PROOF_WINDOW, "fall back"),
    ):
        chain.advance_to_block(newest)
        assert keeper.step() == []
        assert keeper.view.lots == (LotView(draw.id, "draw", due=due),)


class Careless(Proxy):
    """A node that hands out all events, whatever it is asked for, and whose blocks have other hashes once `forked`."""

    forked = False

    def logs(self, addresses: Sequence[str], first_block: int, *to: Any, **how: Any) -> list[Log]:
        self.first = first_block
        return self.chain.logs(addresses, first_block)

    def block_hash(self, number: int) -> bytes:
        found = self.chain.block_hash(number)
        return found[::-1] if self.forked and number else found


def test_requests_that_are_final_are_read_from_a_file(
    chain: Chain, beacon: str, tmp_path: Path
) -> None:
    """Another keeper, for some of the draws alone, reads on there; if the chain has lost those blocks it reads all anew."""
    draws = [ask(chain, beacon, id_) for id_ in (1, 2)]
    first = chain.block()
    node = Careless(chain)
    kept = LogStore(tmp_path / "logs", node, {"beacon": beacon})
    keeper = keeper_of(node, beacon, store=kept)
    assert keeper.step() == []
    assert node.first == 0
    chain.advance_to_block(chain.block() + DELAY)
    assert [proof.draw for proof in keeper.step()] == draws
    kept.close()
    kept = LogStore(tmp_path / "logs", node, {"beacon": beacon})
    another = keeper_of(node, beacon, store=kept, only=[2])
    assert another.step() == []
    assert node.first > first
    assert another._settled_at.keys() == {draws[1]}
    node.forked = True
    chain.advance_to_block(chain.block() + 2 * SAVE_EVERY)
    for begins in (True, False):
        another.step()
        assert (node.first > first) == begins
    kept.close()
