"""A demo of ApproximateAuction: collectors who know what a car is worth to them only within a quarter."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

from rich.console import Console

from offchain.bindings.contracts import Event
from offchain.bindings.draw_proofs import DRAWS
from offchain.bindings.entries import account_in, amount_in
from offchain.chain.backend import Chain
from offchain.demo import chance
from offchain.demo.teller import Scene, on
from offchain.io.units import UNITS_PER_ETH, WEI_PER_UNIT
from offchain.keeper.books import Book
from offchain.model.instances.approximate import ApproximateInstance, ApproximateOutcome
from offchain.model.mechanisms.approximate import (
    deterministic_guarantee,
    probabilistic_guarantee,
    solve,
)
from offchain.play.approximate import ApproximateStage
from offchain.report.amounts import count, eth
from offchain.report.chance_figures import chances
from offchain.report.drawing import Picture
from offchain.report.people import Fate, People, Person, Tone
from offchain.report.played import Report
from offchain.report.tables import Row, Table

INSTANCE: Final = ApproximateInstance(
    delta=Fraction(1, 4),
    bids={
        "Ada": 12 * UNITS_PER_ETH,
        "Bruno": 11 * UNITS_PER_ETH,
        "Chiara": 10 * UNITS_PER_ETH,
        "Dev": 3 * UNITS_PER_ETH,
    },
    draw=Fraction(0),
)
"""The draw is replaced by the one that falls."""


def play(chain: Chain, console: Console) -> Report:
    """Plays it; see `chance.run`."""
    names = chance.names_by_account(chain, INSTANCE.bids)
    teller = chance.telling(console, "ApproximateAuction", *_scenes(chain, names))
    with teller:
        stage = ApproximateStage(chain, source=chance.source_on(chain), observer=teller)
        outcome = stage.play(INSTANCE, teller)
    draw = Fraction(chance.word_drawn(teller) >> 1, DRAWS)
    instance = replace(INSTANCE, draw=draw)
    played = chance.conclude(
        chain,
        teller,
        "A car that nobody can value exactly",
        "The mechanism is the lottery that “Mechanism Design with Approximate Valuations” calls M_f: the closer a bid is to the "
        "highest, the larger its chance.",
        {"auction": stage.auction, "source": stage.randomness},
        "chances as fractions, winner and price at this draw",
        solve(instance) == outcome,
    )
    sale = outcome.sale
    assert sale is not None  # the instance has a draw
    return chance.report(
        played,
        instance,
        lead=_lead(sale.winner, sale.price),
        key=(
            ("winner", sale.winner or "nobody"),
            ("price", f"{eth(sale.price)} ETH"),
            (
                "of its worth to who values it most, a second price secures",
                _percent(deterministic_guarantee(INSTANCE.delta)),
            ),
            ("of that worth, this lottery secures on average", _percent(_guarantee())),
        ),
        everybody=_money(stage.auction, teller.events, names, outcome),
        heading="Who can win, and who did",
        picture=Picture(
            "picture",
            "Each bidder has a piece of the line from 0 to 1, as wide as its chance; whoever has the piece into which the draw "
            "falls wins. How deep into the piece it falls decides the price, at most the bid.",
            f"The line from 0 to 1 in {len(INSTANCE.bids) + 1} pieces, one for each bidder and one for nobody, each in its row; "
            f"the draw falls on {float(draw):.4f}, into the piece of {sale.winner or 'nobody'}.",
            lambda theme: chances(INSTANCE.bids, outcome.probabilities, draw, sale.winner, theme),
            title="Whose piece the draw falls into",
        ),
        details=_chances(outcome),
    )


def _scenes(chain: Chain, names: Mapping[str, str]) -> tuple[Scene, ...]:
    return (
        chance.deployment("An item, the auction"),
        Scene(
            "Listing",
            "The seller puts the car into escrow, and says how well people know their values: within 1 ± 1/4.",
            frozenset({"list"}),
        ),
        Scene(
            "Sealed bids",
            "Everybody seals a bid under a deposit that hides it. Any bid in the range of what the car may be worth is "
            "reasonable; none is surely the best.",
            frozenset({"bid"}),
        ),
        Scene(
            "Reveal",
            "Bidding is over, and the bids are opened.",
            frozenset({"reveal"}),
            lambda events: _opened(events, names),
        ),
        *chance.draw_scenes(
            chain, "All bids are open, so nothing that the draw decides can change."
        ),
        Scene(
            "Decision",
            "Anyone proves into whose piece the draw falls, and the least bid that would still have had it: the price.",
            frozenset({"decide"}),
            on(DrawDecided=lambda args: _decided(args, names)),
        ),
        Scene(
            "Settlement and refunds",
            "The winner pays from its deposit and gets the car; everybody gets back what is left.",
            frozenset({"settle", "reclaim", "refund"}),
            lambda events: chance.back(events, names),
        ),
        Scene(
            "Proceeds", "The seller withdraws the price.", frozenset({"proceeds"}), chance.PROCEEDS
        ),
    )


def _opened(events: Sequence[Event], names: Mapping[str, str]) -> list[str]:
    entries = [
        entry for event in events if event.name == "BidsOpened" for entry in event.args["entries"]
    ]
    told = [f"{names[account_in(entry)]} {eth(amount_in(entry))}" for entry in entries]
    return [f"{', '.join(told)} ETH."] if told else []


def _decided(args: Mapping[str, Any], names: Mapping[str, str]) -> str:
    winner = names.get(args["winner"])
    if winner is None:
        return "The draw falls beyond all pieces: nobody gets the car."
    return f"{winner} wins at {eth(args['price'])} ETH, having bid {eth(args['bid'])}."


def _guarantee() -> Fraction:
    return probabilistic_guarantee(INSTANCE.delta, len(INSTANCE.bids))


def _lead(winner: str | None, price: int) -> str:
    happened = (
        "The draw fell on nobody, and the car went back to its seller."
        if winner is None
        else f"The draw fell on {winner}, who pays {eth(price)} ETH."
    )
    return (
        f"{count(len(INSTANCE.bids), 'collector')} bid for a car whose worth they know only within a quarter. Selling to the "
        f"highest bid could lose {_percent(1 - deterministic_guarantee(INSTANCE.delta))} of its worth to the one who values "
        f"it most; a lottery among the highest bids loses, in expectation, at most"
        f" {_percent(1 - _guarantee())}, and nothing guarantees them more. {happened}"
    )


def _money(
    contract: str, events: Sequence[Event], names: Mapping[str, str], outcome: ApproximateOutcome
) -> People:
    """What became of everybody's money, as the contract tells it."""
    book = Book(contract, lot=0, bond_bps=0, of_dao=False)
    for event in events:
        book.apply(event)
    boxes = {names[bidder]: box for bidder, box in book.boxes.items()}
    return People(
        title="Everybody's money",
        persons=tuple(
            Person(
                name=name,
                fate=_fate(name, outcome),
                back=box.received * WEI_PER_UNIT,
                paid=(box.deposit - box.received - box.burnt) * WEI_PER_UNIT,
                bond=box.burnt * WEI_PER_UNIT,
                deposit=box.deposit * WEI_PER_UNIT,
                bid=bid * WEI_PER_UNIT,
            )
            for name, bid in INSTANCE.bids.items()
            for box in [boxes[name]]
        ),
    )


def _fate(name: str, outcome: ApproximateOutcome) -> Fate:
    sale = outcome.sale
    assert sale is not None
    if name == sale.winner:
        return Fate(
            "won", f"The draw fell into its piece. It pays {eth(sale.price)} ETH.", Tone.GOOD
        )
    if not outcome.probabilities[name]:
        return Fate("no chance", "Its bid is too far below the highest to have a piece.")
    return Fate("not drawn", f"The draw fell on {sale.winner or 'nobody'}.")


def _chances(outcome: ApproximateOutcome) -> Table:
    rows = [
        (name, eth(bid), _percent(outcome.probabilities[name]))
        for name, bid in INSTANCE.bids.items()
    ]
    return Table(
        title="Who had what chance",
        headings=("bidder", "bid", "chance"),
        rows=tuple(map(Row, (*rows, ("nobody", "", _percent(outcome.unsold))))),
        note="In ETH, exact; chances rounded.",
    )


def _percent(share: Fraction) -> str:
    return f"{round(share * 1000) / 10:.1f} %"
