"""Every contract's state, and every field of every event, from logs alone: after random histories, and against lies.

A twin of each contract (`twin.py`) is moved by nothing but logs. After every transaction it must answer each view that may have
changed as the chain does, and at times all that were ever asked; money and items must have moved as it says. And each part of
each event lies, twice: with one part of one event changed, the same logs must contradict what is known, at once.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from eth_hash.auto import keccak

from offchain.bindings.constants import MOST_PLAYERS
from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.deployment import NO_BEACON, create
from offchain.bindings.enumerations import ResilientPhase
from offchain.bindings.seals import Opening, commitment
from offchain.chain.backend import Transaction
from offchain.chain.connect import connect
from offchain.io.paths import PROJECT
from offchain.io.units import WEI_PER_UNIT
from tests.differential.house_lives import HouseTerms
from tests.differential.house_stage import NounsVenue, ZoraVenue, furnished
from tests.estate.estate_world import World
from tests.puppets import Manner
from tests.rebuild.adapters import NounsAdapter, ZoraAdapter
from tests.rebuild.clocks import SignalClock
from tests.rebuild.daos import DAOFactory
from tests.rebuild.draws import Draws
from tests.rebuild.history import History
from tests.rebuild.houses import Auctioneer
from tests.rebuild.sales import Resilient
from tests.rebuild.seen import Part, Seen, events_of, missing, views_of
from tests.rebuild.sources import Beacon, Secrets, SetSource
from tests.rebuild.steps import Recorder, Step
from tests.rebuild.twin import Twin
from tests.rebuild.universal import Universal
from tests.rebuild.walkers import (
    ClockStroll,
    DrawsStroll,
    GroupsStroll,
    HouseStroll,
    ResilientStroll,
    UniversalStroll,
)
from tests.rebuild.words import WordsStroll
from tests.resilient.resilient_world import TAILS, announce, bits
from tests.resilient.resilient_world import World as ResilientWorld

PEOPLE, MINUTE = 12, 60
AT_HOUSES = (Auctioneer, DAOFactory, NounsAdapter, ZoraAdapter)
ADAPTERS = ("NounsAdapter", "ZoraAdapter")
LENDING = ("Lent", "Restored")
NOT_AN_AMOUNT = "a sealed bid has no amount"


def walked(
    seen: Seen,
    walker: Callable[[int, Recorder], Any],
    kinds: Iterable[type[Twin]],
    seeds: int,
    steps: int,
    people: Iterable[int] = range(PEOPLE),
) -> None:
    """Walks of some seeds, each a history of its own. What fails names its seed."""
    for seed in range(seeds):
        chain = Recorder()
        history = History(chain, map(chain.actor, people), kinds, seen)
        try:
            walk = walker(seed, chain)
            for _ in range(steps):
                walk.step()
            if finish := getattr(walk, "finish", None):
                finish()
            history.look_at_all()
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error!r}") from error


def groups(seen: Seen) -> None:
    walked(seen, GroupsStroll, (Auctioneer, DAOFactory), 12, 500)
    for standalone in (False, True):
        resold(seen, standalone)


def draws(seen: Seen) -> None:
    walked(seen, DrawsStroll, (SetSource, Draws, DAOFactory), 30, 200)
    crowded(seen)


def clocks(seen: Seen) -> None:
    walked(seen, ClockStroll, (SetSource, SignalClock), 6, 30)


def colours(seen: Seen) -> None:
    walked(seen, UniversalStroll, (SetSource, Universal), 6, 40)


def sales(seen: Seen) -> None:
    walked(seen, ResilientStroll, (SetSource, Resilient), 6, 30)
    rebated(seen)


def houses(seen: Seen) -> None:
    walked(seen, HouseStroll, AT_HOUSES, 10, 300, (*range(10, 15), 30))
    for venue in (NounsVenue, ZoraVenue):
        returned(seen, venue)


def words(seen: Seen) -> None:
    walked(seen, WordsStroll, (Secrets, Beacon), 4, 300)


def returned(seen: Seen, venue_of: Callable[[Recorder], NounsVenue | ZoraVenue]) -> None:
    """Lots settled before the house hands the item over, whose price comes back instead: to the estate."""
    chain = Recorder()
    people = [chain.actor(index) for index in range(10, 15)]
    history = History(chain, people, AT_HOUSES, seen)
    furnished(chain)
    venue = venue_of(chain)
    floor = venue.floor
    for turn in range(2):
        auction = venue.offer(HouseTerms((5 + turn) * WEI_PER_UNIT, 5, 900))
        lot = floor.register(auction.auction().number)
        bids = dict.fromkeys(people[turn : turn + 3], 3 + turn)
        (dao,) = floor.tallied({turn: bids}, lot)
        floor.raise_for(lot, dao)
        chain.advance_to(floor.deadline(lot))
        floor.settle(dao, lot, bids)
        price = floor.standing(lot).price * WEI_PER_UNIT
        chain.send(Transaction(floor.keeper.address, floor.paddle(lot, dao), b"", price))
        floor.keeper.send(floor.adapter, "deliver", lot)
        floor.keeper.send(dao, "deployEstate", lot)
        estate = Deployed(contract("Estate"), floor.ask(dao, "estateAt", lot))
        chain.send(estate.call(people[2], "claim"))
        auction.settle(floor.keeper.address)
    history.look_at_all()


def rebated(seen: Seen) -> None:
    """Sales with rebates for many, whose rounding leaves something of the pot."""
    chain = Recorder()
    history = History(chain, map(chain.actor, range(PEOPLE)), (SetSource, Resilient), seen)
    world = ResilientWorld(chain)
    players = [world.ann, world.bob, world.cid, world.dan]
    for some in (players[:2], players, players[:3]):
        lot, _ = world.sale()
        said = {who: announce((world.eve, 9 + place, bits(0))) for place, who in enumerate(some)}
        world.announced(lot, said)
        world.decide(lot, said[some[-1]], TAILS)
        world.to(lot, ResilientPhase.FINAL)
        world.send(world.keeper, "claimBatch", lot, some)
    history.look_at_all()


def resold(seen: Seen, standalone: bool) -> None:
    """An estate among whose owners are some who take no ether: it is not sold, then is, and everybody is paid."""
    chain = Recorder()
    history = History(chain, map(chain.actor, range(PEOPLE)), (Auctioneer, DAOFactory), seen)
    world = World(chain, standalone, won=False)
    bob, cid = world.puppet(), world.puppet()
    world.served = [world.ann, bob, cid]
    bids = {world.ann: 12, bob: 11, cid: 10, world.dan: 7}
    world.lot = world.list_item(reserve=30)
    world.win(world.dao, world.lot, 30, bids)
    world.estate = world.open_estate(world.dao, world.lot)
    world.vote(9, bob)
    world.vote(0, bob)
    lot = world.unsold(3)
    world.to_phase(lot, "endOfTally")
    world.send(world.stranger, world.house, "reclaim", lot)
    world.sell(32 if standalone else 20)
    for one in (bob, cid):
        world.behave(one, Manner.REFUSE)
    world.push(bob, cid)
    world.push(world.ann, bob) if standalone else world.send(world.ann, world.estate, "claim")
    world.send(bob, world.estate, "claimTo", world.dan)
    world.behave(cid, Manner.ACCEPT)
    world.push(cid, world.eve, bob)
    history.look_at_all()


def crowded(seen: Seen) -> None:
    """Lots that have almost all the players there can be, which no test could bring in: who comes too late does not play."""
    chain = Recorder()
    people = [chain.actor(index) for index in range(6)]
    for who in people:
        chain.fund(who, 10**18)
    history = History(chain, people, (SetSource, Draws), seen)
    source = create(chain, people[0], "SetRandomness")
    auction = create(
        chain,
        people[0],
        "ApproximateAuction",
        create(chain, people[0], "DAOFactory"),
        NO_BEACON,
        source,
    )
    item = create(chain, people[0], "Item")
    house, token, start = contract("ApproximateAuction"), contract("Item"), chain.now()

    def send(who: str, to: str, data: bytes, value: int = 0) -> None:
        chain.send(Transaction(who, to, data, value))

    send(people[0], item, token.encode("setApprovalForAll", auction, True))
    salt, ends = bytes(32), (start + MINUTE, start + 20 * MINUTE, start + 40 * MINUTE)
    for lot in (1, 2):
        send(people[0], item, token.encode("mint", people[0], lot))
        send(people[0], auction, house.encode("list", item, lot, 1, lot + 1, (*ends, 1_000)))
        for bid, who in enumerate(people):
            seal = commitment(chain.chain_id, Opening(auction, lot, who, bid, salt))
            send(who, auction, house.encode("commit", lot, seal), 9 * 10**9)
    chain.advance_to(ends[0])
    for lot in (1, 2):
        full = MOST_PLAYERS - lot
        chain.poke(auction, int.from_bytes(keccak(lot.to_bytes(32) + (7).to_bytes(32))), full)
        twin = history.world.twins[auction]
        assert isinstance(twin, Draws)
        twin.lotteries[lot].roster = full
        openings = [(who, bid, salt) for bid, who in enumerate(people)]
        for some in (openings[:1], openings[1:4]):
            send(people[1], auction, house.encode("revealBatch", lot, some))
        send(people[4], auction, house.encode("reveal", lot, 4, salt))
    history.look_at_all()


def headers(seen: Seen) -> None:
    """Draws that are proved by the header of their block: on a node, since nothing else has any."""
    with connect("anvil") as chain:
        made = [chain.actor(index) for index in range(3)]
        for who in made:
            chain.fund(who, 10**19)
        history = History(chain, (), (Secrets, Beacon), seen)
        source = contract("BeaconRandomness")

        def send(who: str, to: str | None, data: bytes) -> str | None:
            one = Transaction(who, to, data)
            receipt = chain.send(one)
            history.hear(Step(chain.now(), receipt.block, one, receipt.logs, receipt.contract))
            return receipt.contract

        secrets = send(made[0], None, contract("CommitRevealRandomness").creation(1, 600, 600))
        beacon = send(made[0], None, source.creation(secrets))
        assert beacon is not None
        asked = [(who, id_) for who in made for id_ in (1, 7)]
        for who, id_ in asked:
            send(who, beacon, source.encode("request", id_))
        chain.advance_to_block(chain.block() + 140)
        for who, id_ in asked:
            data = chain.call(beacon, source.encode("drawOf", who, id_))
            header = chain.header(source.decode("drawOf", data)[1])
            send(made[0], beacon, source.encode("prove", who, id_, header))
        history.look_at_all()


@dataclass(frozen=True)
class Case:
    """Histories, and of which contracts they show everything but the events named.

    alike: what has one value only, and why.
    """

    play: Callable[[Seen], None]
    shows: dict[str, tuple[str, ...]]
    alike: dict[Part, str] = field(default_factory=dict)


def sealed(*names: str) -> dict[Part, str]:
    """What bids of these contracts cannot say while they are sealed."""
    events = ("BidSealed", "BidLocked")
    return {(name, event, "entry.amount"): NOT_AN_AMOUNT for name in names for event in events}


CASES = {
    "groups": Case(
        groups,
        {"Auctioneer": (), "DAO": LENDING, "DAOFactory": (), "Estate": ()},
        sealed("Auctioneer", "DAO"),
    ),
    "draws": Case(
        draws,
        {"ApproximateAuction": ()},
        sealed("ApproximateAuction")
        | {("ApproximateAuction", "LotListed", "reserve"): "there are no reserves"},
    ),
    "clocks": Case(clocks, {"SignalClockAuction": ()}),
    "colours": Case(colours, {"UniversalAuction": ()}),
    "sales": Case(sales, {"ResilientAuction": ()}),
    "houses": Case(
        houses,
        {
            "NounsAdapter": (),
            "ZoraAdapter": (),
            "DAO": tuple({*events_of("DAO")} - {*LENDING}),
        },
        {(name, "LotRegistered", "token"): "a stage has one" for name in ADAPTERS},
    ),
    "words": Case(words, {"CommitRevealRandomness": (), "BeaconRandomness": ("WordDrawn",)}),
    "headers": Case(headers, {"BeaconRandomness": ("FellBack",)}),
}
UNASKED: dict[str, set[str]] = {name: {"readingOf", "relist"} for name in ADAPTERS}
"""Views that say what the house says, or nothing ever."""


@pytest.mark.parametrize("name", CASES)
def test_logs_tell_everything(name: str) -> None:
    case, seen = CASES[name], Seen()
    case.play(seen)
    for one, elsewhere in case.shows.items():
        events = [event for event in events_of(one) if event not in elsewhere]
        gaps = list(missing(seen, one, events, case.alike))
        assert not gaps
        asked = {view for of, view in seen.viewed if of == one}
        assert views_of(one) - UNASKED.get(one, set()) <= asked
    idle = [part for part in case.alike if len(seen.values[part]) != 1]
    assert not idle, "these have several values"


def declared() -> set[str]:
    """The contracts of the project that can be deployed, but for those of tests."""
    found: set[str] = set()
    for path in (PROJECT / "contracts").rglob("*.sol"):
        if path.parent.name != "test":
            found.update(re.findall(r"^contract (\w+)", path.read_text(encoding="utf-8"), re.M))
    return found


def test_every_contract_and_event_has_its_case() -> None:
    shown: dict[str, set[str]] = {}
    for case in CASES.values():
        for name, elsewhere in case.shows.items():
            assert {*elsewhere} <= events_of(name).keys()
            shown.setdefault(name, set()).update(events_of(name).keys() - {*elsewhere})
    expected = {name: {*events_of(name)} for name in declared() if events_of(name)}
    assert shown == expected
