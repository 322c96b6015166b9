"""What docs/houses.md says is so: the demo's figures, times, the snippet, the houses' terms."""

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

from benchmarks.gas import report
from benchmarks.gas.groups import CHEAP_LOCKED
from benchmarks.gas.peers import party_all_in
from offchain.bindings.constants import HouseLots
from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.enumerations import Phase
from offchain.chain.backend import Reverted, Transaction
from offchain.chain.revm import Revm
from offchain.demo.scenario import at_house, built_in
from offchain.houses.house import Account, ask
from offchain.houses.nouns import NOUNS_TERMS, NounsHouse
from offchain.houses.zora import BUFFER, INCREMENT
from offchain.io.units import WEI_PER_ETH, WEI_PER_UNIT
from offchain.model.instances.rivals import Rival
from offchain.model.mechanisms.ascending import AscendingAuction
from offchain.model.mechanisms.contest import Terms, play_out
from offchain.play.ascending import SLACK
from offchain.report.amounts import eth
from tests.docs.markdown import ROOT, blocks

PAGE = " ".join((ROOT / "docs" / "houses.md").read_text(encoding="utf-8").split())


def test_the_demos_figures() -> None:
    increment = Fraction(NOUNS_TERMS.increment, 100)
    scenario = at_house(built_in(), increment, "")
    (collector,) = scenario.rivals
    rival = Rival(collector.name, collector.members[0].bids[0])
    reserve = scenario.instance.reserves[0] * WEI_PER_UNIT
    end = NOUNS_TERMS.duration
    house = AscendingAuction(reserve, increment, end, NOUNS_TERMS.buffer, WEI_PER_UNIT)
    tallied = end - HouseLots.MARGIN - SLACK
    outcome, _ = play_out(
        scenario.counted, [rival], Terms(house, 0, tallied - 7_200, tallied - 3_600)
    )
    (lot,) = outcome.items
    assert lot.winner == scenario.focus
    for told in (
        f"an ascending auction of {NOUNS_TERMS.duration // 3_600} hours, each bid {NOUNS_TERMS.increment} % above",
        f"up to {eth(rival.limit)} ETH",
        f"limits of {eth(lot.group_bids[scenario.focus])} and {eth(lot.group_bids['GalleryDAO'])} ETH",
        f"wins at {eth(lot.price)} ETH",
        f"{len(lot.served)} members share it at {eth(lot.share)} ETH each",
    ):
        assert told in PAGE


def test_the_houses_terms() -> None:
    assert f"| {NOUNS_TERMS.increment} %, {NOUNS_TERMS.buffer // 60} minutes when it began" in PAGE
    assert f"| {INCREMENT} %, {BUFFER // 60} minutes |" in PAGE
    assert f"after {NOUNS_TERMS.duration // 3_600} hours from its start" in PAGE


def test_the_snippet_registers_an_auction_and_founds_a_dao_on_it_as_late_as_told() -> None:
    """Half an hour before the house's end bidding can still be on, and not a second later."""
    chain = Revm()
    keeper = chain.actor(0)
    chain.fund_all({keeper: 10 * WEI_PER_ETH})
    account = Account(chain, keeper)
    house = NounsHouse.deploy(chain, keeper, replace(NOUNS_TERMS, reserve=WEI_PER_ETH))
    factory = account.create(contract("DAOFactory"))
    market = account.create(contract("Auctioneer"), factory.address, bytes(32))
    terms = factory.address, bytes(32), market.address, house.address
    adapter = account.create(contract("NounsAdapter"), *terms)
    auction = house.auction()
    assert auction.end is not None
    (block,) = (b for b in blocks("python") if b.page == ROOT / "docs" / "houses.md")
    latest = auction.end - 30 * 60
    assert "half an hour before the house's end" in PAGE
    for bidding, taken in ((latest + 1, False), (latest, True)):
        names: dict[str, Any] = {"noun": auction.number, "adapter": adapter.address}
        names |= {"salt": bytes(32), "end_of_bidding": bidding}
        names |= {"end_of_reveal": bidding + 600, "end_of_tally": bidding + 1_200}
        exec(block.text, names)
        assert sends(account, adapter, names["registered"]) == taken
    assert sends(account, factory, names["founded"])
    (phase, _, _) = ask(chain, adapter, "standing", 1)
    assert phase == Phase.BIDDING
    (lot,) = ask(chain, adapter, "lotOf", 1)
    assert lot[0] == auction.number


def sends(account: Account, to: Deployed, data: bytes) -> bool:
    """Whether a call is taken."""
    try:
        account.chain.send(Transaction(account.address, to.address, data))
    except Reverted:
        return False
    return True


def test_the_gas_is_that_of_the_snapshot() -> None:
    snapshot = json.loads((ROOT / "benchmarks" / "gas" / "gas.json").read_text(encoding="utf-8"))
    text = (ROOT / "docs" / "houses.md").read_text(encoding="utf-8")
    section = text.split("## What it costs")[1].split("\n## ")[0]
    members, once, often, party = (
        [int(cell.strip().replace(",", "")) for cell in line.strip("|").split("|")[1:]]
        for line in section.splitlines()
        if line.startswith(("| members", "| gas each", "| a PartyBid"))
    )
    for raises, told in ((1, once), (5, often)):
        found = snapshot["houses_all_in"][str(raises)]
        assert told == [found[str(size)]["per_member"] for size in members]
    assert party == [round(party_all_in(size)[0]) for size in members]
    steps = snapshot["steps"]["houses"]
    for step in ("answer", "answer DAO"):
        assert f"{steps[step]['gas']:,} over" in section
    assert (
        f"one transaction of {round(report.of_kind(snapshot, CHEAP_LOCKED, 'bid')):,};" in section
    )
