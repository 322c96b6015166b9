"""A demo of SignalClockAuction: four experts, each with an opinion of whether a painting is genuine."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console

from offchain.bindings.contracts import Event
from offchain.chain.backend import Chain
from offchain.demo import chance
from offchain.demo.purchase import CENT, JOINING, ending, key, money
from offchain.demo.teller import Scene, on
from offchain.model.instances.signal_clock import SignalClockInstance
from offchain.model.instances.signals import DEFAULT_TYPE, Rule, SignalBidder, Table
from offchain.model.mechanisms.signal_discovery import Coins, clock_auction, solve
from offchain.play.kept import KeptClocks
from offchain.play.signal_clock_trail import Play
from offchain.report import tables
from offchain.report.amounts import eth
from offchain.report.chance_figures import valuations
from offchain.report.drawing import Picture
from offchain.report.people import Fate, Tone
from offchain.report.played import Report
from offchain.report.tables import Row

GRADES: Final = 3
"""Opinions: 0 a copy, 1 undecided, 2 genuine."""
# What the painting is worth to each in hundredths of an ETH, by the total of all opinions, 0 to 8.
_WORTH: Final = {
    "Dealer": (1, 40, 70, 100, 120, 140, 160, 180, 200),
    "Museum": (0, 5, 20, 60, 130, 200, 260, 320, 400),
    "Fund": (0, 10, 30, 90, 150, 190, 220, 250, 280),
    "Heir": (50, 55, 60, 65, 70, 75, 80, 85, 90),
}
_OPINIONS: Final = {"Dealer": 1, "Museum": 2, "Fund": 2, "Heir": 0}
INSTANCE: Final = SignalClockInstance(
    signals=GRADES,
    rule=Rule.WELFARE,
    types=(DEFAULT_TYPE,),
    bidders=tuple(
        SignalBidder(
            name,
            DEFAULT_TYPE,
            _OPINIONS[name],
            Table((len(worth),), tuple(CENT * one for one in worth)),
        )
        for name, worth in _WORTH.items()
    ),
)
_ASKED: Final = ("first", "second", "third", "fourth")


def play(chain: Chain, console: Console) -> Report:
    """Plays it; see `chance.run`."""
    names = chance.names_by_account(chain, (bidder.name for bidder in INSTANCE.bidders))
    teller = chance.telling(console, "SignalClockAuction", *_scenes(chain, names))
    with teller:
        stage = KeptClocks(chain, source=chance.source_on(chain), observer=teller)
        (lot,) = stage.open(INSTANCE, 1)
        found = stage.play(INSTANCE, lot, 0)
        stage.audit()
    played = chance.conclude(
        chain,
        teller,
        "A painting, and what four experts make of it",
        "The mechanism is that of “Prior-Free Clock Auctions for Bidders with Interdependent Values”.",
        {"auction": stage.auction, "source": stage.randomness},
        "sale, price and clocks with these draws",
        _agrees(found),
    )
    return chance.report(
        played,
        INSTANCE,
        lead=_lead(found),
        key=key(found.sale, solve(INSTANCE), "all draws"),
        everybody=money(teller.events, names, found.sale, lambda name: _fate(name, found)),
        heading="What the painting is worth",
        picture=Picture(
            "picture",
            "Everybody's valuation is public; where on the axis the truth lies nobody knows. Whoever tells its signal, and so "
            "narrows the totals that are possible, cannot win any more; the last one is offered the painting at its value at the "
            "least possible total at which it is the best owner, which its own signal cannot change.",
            f"Lines: what the painting is worth to each of {len(INSTANCE.bidders)} bidders by the total of all signals; the true "
            f"total is {sum(INSTANCE.profile)}.",
            lambda theme: valuations(
                {bidder.name: bidder.value.entries for bidder in INSTANCE.bidders},
                sum(INSTANCE.profile),
                found.sale.winner,
                found.sale.price,
                theme,
            ),
            title="What it is worth, by what all know together",
        ),
        details=_details(found),
    )


def _scenes(chain: Chain, names: Mapping[str, str]) -> tuple[Scene, ...]:
    return (
        chance.deployment("An item, the auction"),
        Scene(
            "Listing",
            "The seller puts the painting into escrow. Opinions go from 0, a copy, to 2, genuine.",
            frozenset({"list"}),
        ),
        JOINING,
        Scene(
            "Valuations",
            "Each registers, for all to see, what the painting is worth to it at any total of opinions. The opinions "
            "themselves stay private.",
            frozenset({"register"}),
        ),
        *chance.draw_scenes(
            chain, "All valuations are known, so nothing that the draw decides can change."
        ),
        Scene(
            "The clock is set",
            "The word decides at which totals the price may lie, and who is asked in which order. Anyone can hand in the "
            "valuations, here a keeper that has them from the logs, and the auction notes who is the best owner at each total.",
            frozenset({"draw", "prepare"}),
        ),
        Scene(
            "The clock",
            "One bidder after another is asked for its opinion, by a clock that rises until it leaves. Asked by chance, or "
            "since it is the best owner at no total any more: either way it cannot win.",
            frozenset({"learn", "answer"}),
            lambda events: _told(events, names),
        ),
        Scene(
            "The offer",
            "The last one has told nothing yet. It may buy at its value at the least total at which it is the best owner.",
            frozenset({"offer", "answer", "buy"}),
            on(
                OfferStated=lambda args: _stated(args, names),
                LotSettled=lambda args: f"{names[args['winner']]} buys.",
                LotUnsold=lambda args: "Nobody buys: the painting goes back.",
            ),
        ),
        *ending(names, "Deposits go back, and an unsold painting to its seller."),
    )


def _told(events: Sequence[Event], names: Mapping[str, str]) -> list[str]:
    """Where everybody who was asked stopped."""
    heights: dict[str, int] = {}
    said = []
    for event in events:
        if event.name == "ClockRaised":
            heights[event.args["bidder"]] = event.args["signal"]
        if event.name == "BidderLeft" or (
            event.name == "ClockRaised" and event.args["signal"] == GRADES - 1
        ):
            bidder = event.args["bidder"]
            said.append(f"{names[bidder]} tells {heights.get(bidder, 0)}, and is out.")
    return said


def _stated(args: Mapping[str, Any], names: Mapping[str, str]) -> str:
    return (
        f"{names[args['bidder']]} may buy at {eth(args['price'])} ETH; who buys says that its opinion is at least "
        f"{args['signal']}."
    )


def _lead(found: Play) -> str:
    sale = found.sale
    happened = (
        "This time nobody bought: chance asked the one whom it could have gone to."
        if sale.winner is None
        else f"{sale.winner} was asked last, and bought at {eth(sale.price)} ETH."
    )
    return (
        "What a painting is worth to each of four experts depends on the opinions of all four, and each knows only its own. "
        f"No bid could say that. {happened}"
    )


def _details(found: Play) -> tables.Table:
    worths = INSTANCE.worths(INSTANCE.profile)
    rows = [
        (
            bidder.name,
            f"{bidder.signal}",
            f"{found.clocks[place]}",
            _asked(found, place),
            eth(worths[place]),
        )
        for place, bidder in enumerate(INSTANCE.bidders)
    ]
    return tables.Table(
        title="Who knew and told what",
        headings=("bidder", "opinion", "clock", "asked", "worth to it"),
        rows=tuple(map(Row, rows)),
        note="In ETH; what it is worth at the true total of all opinions, which nobody knew.",
    )


def _fate(name: str, found: Play) -> Fate:
    if name == found.sale.winner:
        return Fate("bought", "Asked last, it took the offer.", Tone.GOOD)
    place = list(_WORTH).index(name)
    if asked := _asked(found, place):
        return Fate(
            "out", f"Asked {asked}, it told {found.clocks[place]} and could not win any more."
        )
    return Fate("did not buy", "It was asked last, and there was no offer that it took.")


def _asked(found: Play, place: int) -> str:
    if place not in found.discovered:
        return ""
    return _ASKED[found.discovered.index(place)]


def coins_of(found: Play) -> Coins:
    """The reference's coins for the draws that the chain made."""
    kind, residue, *later = found.drawings
    members = INSTANCE.members(kind.digit)
    drawn, pick = list[int](), 0
    for drawing in later:
        active = [place for place in range(len(members)) if drawing.state[2] >> place & 1]
        if len(active) > 1:
            drawn.append(members[active[drawing.digit]])
        else:
            pick = drawing.digit
    rest = (member for member in members if member not in drawn)
    return Coins(kind.digit, residue.digit, (*drawn, *rest), pick)


def _agrees(found: Play) -> bool:
    record = clock_auction(INSTANCE, coins_of(found))
    return (record.sale, record.clocks) == (found.sale, found.clocks)
