"""Auctions whose bids are locked, played by a keeper that was told nothing."""

from dataclasses import replace

import pytest

from offchain.bindings.contracts import contract
from offchain.chain.revm import Revm
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.openings import Openings
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance
from offchain.model.kinds import solve
from offchain.play.behaviour import Behaviour, Lock, MemberKey, counted
from offchain.play.two_level import TwoLevelStage
from tests.differential.reproduction import reproducible
from tests.differential.scenarios import scenario

FIRST, AUCTIONS = 4_000_000, 100
FALSE = [lock for lock in Lock if lock is not Lock.TRUE]
LIAR: MemberKey = ("dao", "m0")


def keys(instance: TwoLevelInstance) -> list[MemberKey]:
    """Everybody."""
    return [(group.name, member.name) for group in instance.groups for member in group.members]


def group(name: str, *bids: tuple[int, ...]) -> Group:
    """A group whose members bid these on each item."""
    return Group(name, tuple(Member(f"m{place}", one, one) for place, one in enumerate(bids)))


def test_locks_and_openings_left_with_the_keeper_come_to_the_same() -> None:
    """Whatever else the members do. With locks the keeper has no opening of anybody's."""
    told, untold = Openings(), Openings()
    stages = TwoLevelStage(Revm(), openings=told), TwoLevelStage(Revm(), openings=untold)
    for seed in range(FIRST, FIRST + AUCTIONS):
        auction = scenario(seed)
        behaviour = replace(auction.behaviour, silent=frozenset(), locks={})
        locks = dict.fromkeys(keys(auction.instance), Lock.TRUE)
        with reproducible(seed, auction.instance, behaviour):
            outcomes = [
                stage.play(auction.instance, one)
                for stage, one in zip(
                    stages, (behaviour, replace(behaviour, locks=locks)), strict=True
                )
            ]
            assert outcomes[0] == outcomes[1] == solve(counted(auction.instance, behaviour))
    assert len(told) > 0
    assert len(untold) == 0


@pytest.mark.parametrize("opens", [False, True], ids=["silent", "opens by itself"])
@pytest.mark.parametrize("lock", FALSE, ids=lambda lock: lock.name)
def test_a_false_lock_costs_who_sent_it_the_bond_unless_it_opens_by_itself(
    lock: Lock, opens: bool
) -> None:
    """Nobody else loses anything."""
    instance = TwoLevelInstance(1, (1,), (group("rival", (9,)), group("dao", (8,), (7,), (6,))))
    locks = dict.fromkeys(keys(instance), Lock.TRUE) | {LIAR: lock}
    opening = frozenset({LIAR}) if opens else frozenset()
    behaviour = Behaviour(locks=locks, opening=opening, bond_bps=2_500)
    rival, (_, *honest) = instance.groups[0], instance.groups[1].members
    unheard = Group("dao", (Member("m0", (0,), (8,)), *honest))
    counting = instance if opens else replace(instance, groups=(rival, unheard))
    assert counted(instance, behaviour) == counting
    chain = Revm()
    stage = TwoLevelStage(chain)
    assert stage.play(instance, behaviour) == solve(counting)
    (log,) = chain.logs([stage.deployment.factory], 0)
    event = contract("DAOFactory").event(log)
    assert event is not None
    burnt = 0 if opens else 16 * 2_500 // 10_000
    assert chain.balance(event.args["dao"]) == burnt * WEI_PER_UNIT


@pytest.mark.parametrize("lock", [None, Lock.TRUE], ids=["without a lock", "with a lock"])
def test_deposits_roll_from_lot_to_lot(lock: Lock | None) -> None:
    """After a loss and after a win, in a cheap DAO, a full copy, and at the auctioneer; the second bid needs no more money."""
    groups = group("alone", (3, 9)), group("cheap", (8, 4), (7, 4)), group("full", (5, 5), (6, 3))
    instance = TwoLevelInstance(2, (1, 1), groups)
    everybody = frozenset(keys(instance))
    locks = dict.fromkeys(everybody, lock) if lock else {}
    behaviour = Behaviour(rolling=everybody, standalone=frozenset({"full"}), locks=locks)
    chain = Revm()
    stage = TwoLevelStage(chain)
    assert stage.play(instance, behaviour) == solve(instance)
    rolled = contract("DAO").topic("Rolled")
    daos = [contract("DAOFactory").event(log) for log in chain.logs([stage.deployment.factory], 0)]
    books = [stage.deployment.auctioneer, *(event.args["dao"] for event in daos if event)]
    counts = [len(chain.logs([book], 0, topics=[rolled])) for book in books]
    assert counts == [len(group.members) for group in groups]


def test_recipients_and_claims_in_the_tally_phase() -> None:
    """An individual's item goes where it said; who kept silent has its rest before anything is settled, or nothing of it."""
    groups = group("alone", (30,)), group("dao", (8,), (7,), (6,))
    instance = TwoLevelInstance(1, (1,), groups)
    quiet = frozenset({LIAR})
    for bond_bps in (1_000, 10_000):
        behaviour = Behaviour(
            silent=quiet, claiming=quiet, naming=frozenset({("alone", "m0")}), bond_bps=bond_bps
        )
        chain = Revm()
        stage = TwoLevelStage(chain)
        assert stage.play(instance, behaviour) == solve(counted(instance, behaviour))
        house = contract("Auctioneer")
        logs = chain.logs([stage.deployment.auctioneer], 0)
        events = [event for log in logs if (event := house.event(log)) is not None]
        (settled,) = [log.block for log in logs if log.topics[0] == house.topic("LotSettled")]
        (named,) = [event for event in events if event.name == "RecipientNamed"]
        item = chain.call(
            next(event.args["token"] for event in events if event.name == "LotListed"),
            contract("Item").encode("ownerOf", 1),
        )
        assert contract("Item").decode("ownerOf", item) == (named.args["recipient"],)
        assert named.args["recipient"] != named.args["bidder"]
        (entered,) = [event.args["dao"] for event in events if event.name == "DAOEntered"]
        claims = chain.logs([entered], 0, topics=[contract("DAO").topic("Claimed")])
        assert [log.block < settled for log in claims] == ([True] if bond_bps < 10_000 else [])
