"""People whose group bids at Nouns' real house: the same steps, at an adapter."""

from pathlib import Path

from offchain.bindings.adapters import AdapterAt
from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.deployment import Deployment
from offchain.chain.revm import Revm
from offchain.houses.nouns import NounsHouse, NounsTerms
from offchain.io.units import WEI_PER_ETH
from offchain.keeper.openings import Openings
from offchain.taking_part.bidding import Wish, raise_by, seal
from offchain.taking_part.collecting import claim
from offchain.taking_part.estates import EstateOf, part, vote
from offchain.taking_part.groups import Charter, create_dao, enter
from offchain.taking_part.status import status
from offchain.taking_part.steps import Step
from offchain.taking_part.venues import Person, venue
from tests.houses.adapter_world import FUNDS, Floor
from tests.taking_part.crowd import refusal

MILLI = 10**6
TERMS = NounsTerms(buffer=300, reserve=WEI_PER_ETH // 10, increment=5, duration=86_400)


def take(person: Person, step: Step | None) -> list[str]:
    assert step is not None
    step.rehearse(person.chain)
    return step.take(person.chain, lambda _: None)


def test_a_group_at_a_house_of_others(tmp_path: Path) -> None:
    """Made at the adapter, bid in, told where it stands; it wins there, and each one's money is told."""
    chain = Revm()
    chain.fund_all({chain.actor(place): FUNDS for place in range(8)})
    house = NounsHouse.deploy(chain, chain.actor(0), TERMS)
    floor = Floor.on_nouns(house, chain.actor(1))
    adapter, market = floor.adapter.address, floor.market.address
    adapters = (AdapterAt("nouns", house.address, adapter),)
    deployed = Deployment(chain.chain_id, 0, floor.factory.address, market, None, None, adapters)

    def person(place: int) -> Person:
        return Person(chain, deployed, "Auctioneer", chain.actor(place))

    ann, bob = chain.actor(2), chain.actor(3)
    lot = floor.register(starts=house.auction().end - 7_200)  # type: ignore[operator]
    made = create_dao(person(2), Charter(adapter, True, 0, (lot,), 5))
    dao = take(person(2), made)[0].removeprefix("The DAO stands at ").rstrip(".")
    at_dao = Deployed(contract("DAO"), dao)
    assert "no lot 9" in refusal(enter, venue(person(2), dao), 9)
    assert "has entered lot 1 already" in refusal(enter, venue(person(2), dao), lot)
    sealed = create_dao(person(3), Charter(adapter, False, 0, (), 5))
    other = take(person(3), sealed)[0].removeprefix("The DAO stands at ").rstrip(".")
    take(person(3), enter(venue(person(3), other), lot))
    # its beacon is none, so that nothing can be locked there
    receipts = Openings(tmp_path / "receipts.jsonl")
    assert "no beacon" in refusal(seal, venue(person(3), other), Wish(lot, 5), receipts)
    step = seal(venue(person(3), other), Wish(lot, MILLI, locked=False), receipts)
    assert step is not None
    assert "rivals can drive it there" in " ".join(step.risks)
    take(person(3), step)
    for place in (2, 3):
        take(person(place), raise_by(venue(person(place), dao), lot, 300 * MILLI))
    lines = status(person(2), adapter, lot, ann)
    assert "Phase bidding" in " ".join(lines.lines)
    assert lines.money[0].deposit == "0.3 ETH, under a bid of 0.3 ETH"
    chain.advance_to(floor.ends(lot)[1])
    floor.tally(at_dao, lot, {ann: 300 * MILLI, bob: 300 * MILLI})
    chain.send(person(1).call(other, "DAO", "tally", lot, []))
    chain.advance_to(floor.ends(lot)[2])
    assert "not decided yet" in refusal(claim, venue(person(2), dao), lot, ann)
    floor.raise_for(lot, at_dao)
    assert "Phase draw" in " ".join(status(person(2), adapter, lot, None).lines)
    chain.advance_to(house.auction().end)  # type: ignore[arg-type]
    house.settle(chain.actor(1))
    floor.settle(at_dao, lot, {ann: 300 * MILLI, bob: 300 * MILLI})
    found = status(person(2), adapter, lot, ann).money[0]
    assert found.pays == "0.05 ETH: served"
    assert found.back == "0.25 ETH"
    before = chain.balance(ann)
    take(person(2), claim(venue(person(2), dao), lot, ann))
    assert chain.balance(ann) - before == WEI_PER_ETH // 4
    silent = status(person(3), adapter, lot, bob).money
    assert {one.bond for one in silent} == {
        "0 ETH: the bid is open",
        "0.0001 ETH lost: nobody opened the bid in time",
    }
    # what was won is sold again at the market of the adapter
    estate = EstateOf(venue(person(2), dao), lot)
    assert "1 of 2 want" in take(person(2), vote(estate, MILLI))[0]
    assert "was not sold again" in refusal(part(estate, ann).rehearse, chain)
