"""The snippets of the pages about auctions without groups, run: what they make is taken by the contracts on revm."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.bindings.enumerations import ClockPhase, Pricing
from offchain.chain.backend import Transaction
from offchain.chain.revm import Revm
from offchain.io.units import GWEI
from offchain.keeper.announced import Announced
from offchain.keeper.openings import Openings
from offchain.keeper.release import DEPTH
from offchain.keeper.resilient import SaleKeeper
from offchain.keeper.sales import Sales
from offchain.keeper.universal import UniversalKeeper
from offchain.keeper.universals import Universals
from tests.docs.markdown import ROOT, blocks

HOUR = 3_600
ACCOUNTS = 5


def snippet(page: str) -> str:
    """All Python on a page."""
    return "\n".join(b.text for b in blocks("python") if b.page == ROOT / "docs" / page)


def world(auction: str) -> tuple[Revm, str, Sequence[str]]:
    """A chain, the auction, and accounts with money, the last of them a token: three items of it are the first account's."""
    chain = Revm()
    accounts = [chain.actor(place) for place in range(ACCOUNTS)]
    chain.fund_all(dict.fromkeys(accounts, 10**18))
    seller = accounts[0]
    house = create(chain, seller, auction, create(chain, seller, "SetRandomness"))
    item, token = create(chain, seller, "Item"), contract("Item")
    for data in (
        *(token.encode("mint", seller, number) for number in range(3)),
        token.encode("setApprovalForAll", house, True),
    ):
        chain.send(Transaction(seller, item, data))
    return chain, house, (*accounts, item)


def test_the_announcement_that_the_page_seals_can_be_revealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its player, or by a keeper to whom it was entrusted."""
    monkeypatch.chdir(tmp_path)
    chain, auction, (seller, ann, bob, cid, dan, item) = world("ResilientAuction")
    sale = contract("ResilientAuction")
    goods = [(item, number) for number in range(3)]
    end = chain.now() + HOUR
    data = sale.encode("list", goods, 1, 2, (end, end + HOUR, HOUR, 1_000))
    chain.send(Transaction(seller, auction, data, GWEI))

    openings = {}
    for player, first, second in ((ann, bob, cid), (dan, cid, bob)):  # the snippet has to sort
        names: dict[str, Any] = {"ann": player, "bob": first, "cid": second}
        names |= {"auction": auction, "chain_id": chain.chain_id}
        exec(snippet("resilient.md"), names)
        chain.send(Transaction(player, auction, names["data"], 47 * GWEI))
        openings[player] = names["opening"]
    chain.advance_to(end)
    chain.send(Transaction(ann, auction, openings[ann]))
    chain.advance_to_block(chain.block() + DEPTH)
    announced = Announced(tmp_path / "announced.jsonl")
    assert SaleKeeper(chain, Sales(chain, auction), seller, announced).step() == 1
    logs = [sale.event(log) for log in chain.logs([auction], 0)]
    revealed = [event.args for event in logs if event and event.name == "AnnouncementOpened"]
    assert [event["player"] for event in revealed] == [ann, dan]


def test_the_table_that_the_page_packs_can_be_registered() -> None:
    """A table in another order of totals would fall somewhere, and be refused."""
    chain, auction, (seller, *bidders, _, item) = world("SignalClockAuction")
    house = contract("SignalClockAuction")
    end = chain.now() + HOUR
    terms = (4, 2, Pricing.WELFARE, end, end + HOUR, HOUR, 1)
    chain.send(Transaction(seller, auction, house.encode("list", item, 0, terms)))
    for bidder, kind in zip(bidders, (0, 0, 1), strict=True):
        chain.send(Transaction(bidder, auction, house.encode("join", 1, kind), GWEI))
    chain.advance_to(end)
    names: dict[str, bytes] = {}
    exec(snippet("signal-clock.md"), names)
    chain.send(Transaction(bidders[0], auction, names["data"]))
    (phase,) = house.decode("phase", chain.call(auction, house.encode("phase", 1)))
    assert ClockPhase(phase) is ClockPhase.REGISTERING
    registered = [house.event(log) for log in chain.logs([auction], 0)]
    assert [e.args["bidder"] for e in registered if e and e.name == "TableRegistered"] == bidders[
        :1
    ]


def test_the_signal_that_the_page_seals_is_revealed_by_a_keeper(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    chain, auction, (seller, *bidders, _, item) = world("UniversalAuction")
    house = contract("UniversalAuction")
    end = chain.now() + HOUR
    terms = (2, 1, 0, end, end + HOUR, end + 2 * HOUR, HOUR, 1, bytes(12))
    chain.send(Transaction(seller, auction, house.encode("list", item, 0, terms)))
    for bidder in bidders:
        chain.send(Transaction(bidder, auction, house.encode("join", 1, 0), GWEI))
    chain.advance_to(end)
    names: dict[str, Any] = {"auction": auction, "ann": bidders[0], "chain_id": chain.chain_id}
    exec(snippet("universal.md"), names)
    chain.send(Transaction(bidders[0], auction, names["data"]))
    chain.advance_to(end + HOUR)
    chain.advance_to_block(chain.block() + DEPTH)
    entrusted = Openings(tmp_path / "openings.jsonl")
    assert UniversalKeeper(chain, Universals(chain, auction), seller, entrusted).step() == 1
    revealed = [house.event(log) for log in chain.logs([auction], 0)]
    assert [e.args["signal"] for e in revealed if e and e.name == "SignalRevealed"] == [1]
