"""A demo of UniversalAuction: four firms, each with a survey of a field that is good or bad."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from rich.console import Console

from offchain.chain.backend import Chain
from offchain.demo import chance
from offchain.demo.purchase import CENT, JOINING, ending, key, money
from offchain.demo.teller import Scene, on
from offchain.model.instances.signals import DEFAULT_TYPE, Rule, SignalBidder, Table
from offchain.model.instances.universal_signals import UniversalSignalsInstance
from offchain.model.mechanisms.universal_allocation import (
    Served,
    colouring_of,
    served,
    solve,
)
from offchain.play.kept import KeptUniversals
from offchain.play.universal import Play
from offchain.report import tables
from offchain.report.amounts import eth
from offchain.report.chance_figures import valuations
from offchain.report.drawing import Picture
from offchain.report.people import Fate, Tone
from offchain.report.played import Report
from offchain.report.tables import Row

BAD, GOOD = range(2)
# What the right to drill is worth to each in hundredths of an ETH, by how many surveys are good, 0 to 4.
_WORTH: Final = {
    "Farmer": (50, 55, 60, 65, 70),
    "Driller": (20, 60, 110, 130, 150),
    "Major": (0, 30, 90, 180, 260),
    "Fund": (10, 40, 100, 150, 300),
}
_SURVEYS: Final = {"Farmer": BAD, "Driller": GOOD, "Major": GOOD, "Fund": GOOD}


def _worth(worth: Sequence[int], surveys: Sequence[int]) -> int:
    return CENT * worth[sum(surveys)]


INSTANCE: Final = UniversalSignalsInstance(
    signals=2,
    rule=Rule.WELFARE,
    types=(DEFAULT_TYPE,),
    bidders=tuple(
        SignalBidder(
            name,
            DEFAULT_TYPE,
            _SURVEYS[name],
            Table.of((2,) * len(_WORTH), partial(_worth, worth)),
        )
        for name, worth in _WORTH.items()
    ),
)
_COLOURS: Final = ("even", "odd")
"""The mark of a good survey is 1 in Z_2, so that a base has the colour of how many are good there."""


def play(chain: Chain, console: Console) -> Report:
    """Plays it; see `chance.run`."""
    names = chance.names_by_account(chain, (bidder.name for bidder in INSTANCE.bidders))
    teller = chance.telling(console, "UniversalAuction", *_scenes(chain, names))
    with teller:
        stage = KeptUniversals(chain, source=chance.source_on(chain), observer=teller)
        (lot,) = stage.open(INSTANCE, 1)
        found = stage.play(INSTANCE, lot, 0)
        stage.audit()
    instance = replace(INSTANCE, draw=chance.word_drawn(teller))
    expected = solve(instance)
    played = chance.conclude(
        chain,
        teller,
        "A right to drill, and what four surveys say",
        "The mechanism is beside Theorem 12 of “Prior-Free Clock Auctions for Bidders with Interdependent Values”.",
        {"auction": stage.auction, "source": stage.randomness},
        "sale and price with this word",
        found.sale == expected.sale,
    )
    return chance.report(
        played,
        instance,
        lead=_lead(found),
        key=key(found.sale, expected.lottery, "both draws"),
        everybody=money(teller.events, names, found.sale, lambda name: _fate(name, found)),
        heading="What the right is worth",
        picture=Picture(
            "picture",
            "Everybody's valuation is public, and so are the surveys in the end. Whoever is the best owner at the true number of "
            "good surveys, or would be with its own survey bad, is served; which of those may buy is drawn. It pays what the "
            "right is worth to it at the number where it begins to be the best owner, which its own survey cannot change.",
            f"Lines: what the right is worth to each of {len(INSTANCE.bidders)} bidders by how many surveys are good; in truth "
            f"{sum(INSTANCE.profile)} are.",
            lambda theme: valuations(
                {name: tuple(CENT * one for one in worth) for name, worth in _WORTH.items()},
                sum(INSTANCE.profile),
                found.sale.winner,
                found.sale.price,
                theme,
            ),
            title="What it is worth, by how many surveys are good",
        ),
        details=_details(),
    )


def _scenes(chain: Chain, names: Mapping[str, str]) -> tuple[Scene, ...]:
    return (
        chance.deployment("An item, the auction"),
        Scene(
            "Listing",
            "The seller puts the right into escrow. A survey is bad or good; the mark of a good one is 1, and marks are added up "
            "modulo 2.",
            frozenset({"list"}),
        ),
        JOINING,
        Scene(
            "Valuations",
            "Each registers, for all to see, what the right is worth to it by how many surveys are good, and seals its own "
            "survey.",
            frozenset({"register"}),
        ),
        Scene(
            "Surveys are revealed",
            "No valuation can change any more. Everybody has left its survey with a keeper, which opens it. Whoever kept silent "
            "would count with a bad one, and lose its deposit.",
            frozenset({"reveal"}),
            on(SignalRevealed=lambda args: f"{names[args['bidder']]}: {_said(args['signal'])}."),
        ),
        *chance.draw_scenes(
            chain,
            "All surveys are known. Who may buy is drawn, and knowing it would have changed no report.",
        ),
        Scene(
            "The colour decides",
            "Each who is served has a base: the least survey with which it is the best owner, beside the surveys of the others. "
            "The word draws a colour, even or odd, and who has a base with so many good surveys may buy. Anyone can hand in the "
            "valuations, here the keeper that has them from the logs.",
            frozenset({"decide"}),
            on(
                ColourDrawn=lambda args: f"The colour is {_COLOURS[args['colour']]}.",
                OfferMade=lambda args: (
                    f"{names[args['bidder']]} may buy at {eth(args['price'])} ETH."
                ),
                LotUnsold=lambda args: "Nobody has a base of that colour: the right goes back.",
            ),
        ),
        Scene(
            "The purchase",
            "The price is at most what it is worth to the buyer.",
            frozenset({"buy"}),
            on(LotSettled=lambda args: f"{names[args['winner']]} buys."),
        ),
        *ending(names, "Deposits go back."),
    )


def _said(signal: int) -> str:
    return "a good survey" if signal == GOOD else "a bad survey"


def _lead(found: Play) -> str:
    happened = f"The colour drawn was {_COLOURS[found.colour]}: {found.sale.winner} bought at {eth(found.sale.price)} ETH."
    return (
        "What a right to drill is worth to each of four firms depends on the surveys of all four, and each knows only its own. "
        f"Whatever is drawn, its true survey is its best report. {happened}"
    )


def _fate(name: str, found: Play) -> Fate:
    if name == found.sale.winner:
        return Fate("bought", "Its base had the colour that was drawn, and it bought.", Tone.GOOD)
    if any(INSTANCE.bidders[one.bidder].name == name for one in _served()):
        return Fate("was served", "Its base had the other colour.")
    return Fate(
        "was not served", "With the others' surveys it was the best owner at neither of its own."
    )


def _served() -> list[Served]:
    return served(INSTANCE.worths, INSTANCE.profile, colouring_of(INSTANCE))


def _details() -> tables.Table:
    worths = INSTANCE.worths(INSTANCE.profile)
    colours = {one.bidder: _COLOURS[one.colour] for one in _served()}
    rows = [
        (bidder.name, _said(bidder.signal), colours.get(place, ""), eth(worths[place]))
        for place, bidder in enumerate(INSTANCE.bidders)
    ]
    return tables.Table(
        title="Who had which survey",
        headings=("bidder", "survey", "colour of its base", "worth to it"),
        rows=tuple(map(Row, rows)),
        note="In ETH; what it is worth with all surveys known. Who has no base is not served.",
    )
