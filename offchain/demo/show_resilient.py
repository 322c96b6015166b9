"""A demo of ResilientAuction: two rooms that are worth most together, and neighbours who collude under VCG.

The values are those of Ausubel and Milgrom ("A New Approach to Auctions and Resilient Mechanism
Design", §1.2), in hundredths of an ETH, with one who knows what the third player would pay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil
from typing import Final

from rich.console import Console

from offchain.bindings.contracts import Event
from offchain.bindings.enumerations import CoinOutcome
from offchain.chain.backend import Chain
from offchain.demo import chance
from offchain.demo.teller import Scene, on
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.bundles import Bundle, Values
from offchain.model.instances.resilient import Coin, Offer, ResilientInstance, ResilientPlayer
from offchain.model.instances.vcg import VcgInstance, VcgPlayer
from offchain.model.mechanisms import vcg
from offchain.model.mechanisms.resilient import revenue_guarantee, solve, worth
from offchain.play.kept import KeptSales
from offchain.play.resilient import Result
from offchain.play.resilient_books import SaleBook
from offchain.report.amounts import eth
from offchain.report.chance_figures import knowledge
from offchain.report.drawing import Picture
from offchain.report.people import Fate, People, Person, Tone
from offchain.report.played import Report
from offchain.report.tables import Row, Table

CENT: Final = 10**7
"""A hundredth of an ETH, in units."""
EAST, WEST = "east room", "west room"
BOTH: Final = (EAST, WEST)
SELLER: Final = "the seller"
KNOWN: Final = 99 * CENT
"""The most that Dora knows the rooms to be sellable for."""
INSTANCE: Final = ResilientInstance(
    epsilon=Fraction(1, 2),
    goods=BOTH,
    players=(
        ResilientPlayer("Ann", {(EAST,): CENT}, (Offer("Ben", (WEST,), CENT // 2),), (EAST,)),
        ResilientPlayer("Ben", {(WEST,): CENT}, (), (WEST,)),
        ResilientPlayer("Choir", {BOTH: 100 * CENT}, (), BOTH),
        ResilientPlayer("Dora", {(EAST,): 2 * CENT}, (Offer("Choir", BOTH, KNOWN),), (EAST,)),
    ),
    seller=(Offer("Dora", (EAST,), CENT),),
)


def play(chain: Chain, console: Console) -> Report:
    """Plays it; see `chance.run`."""
    names = chance.names_by_account(chain, (player.name for player in INSTANCE.players))
    teller = chance.telling(console, "ResilientAuction", *_scenes(chain, names))
    with teller:
        stage = KeptSales(chain, source=chance.source_on(chain), observer=teller)
        result = stage.play_once(INSTANCE, observer=teller)
    instance = replace(INSTANCE, coin=result.coin)
    played = chance.conclude(
        chain,
        teller,
        "Two rooms, and what one knows of the others",
        "The mechanism is that of “A New Approach to Auctions and Resilient Mechanism Design”, and so are the values.",
        {"auction": stage.auction, "source": stage.randomness},
        f"star, allocation and exact payments on {result.coin.value}",
        _agrees(instance, result),
    )
    revenue = result.side.revenue
    offered = {player.name: worth(player.offer) for player in INSTANCE.players}
    offered[SELLER] = worth(INSTANCE.seller)
    return chance.report(
        played,
        instance,
        lead=_lead(result),
        key=(
            ("star", result.star or "nobody"),
            ("coin", result.coin.value),
            ("the seller gets", f"{eth(int(revenue))} ETH"),
            (
                "guaranteed on average",
                f"{eth(int(revenue_guarantee(KNOWN, INSTANCE.epsilon)))} ETH",
            ),
            ("VCG, if two collude", f"{eth(_vcg_revenue(colluding=True))} ETH"),
        ),
        everybody=_money(teller.events, names, result),
        heading="What everybody knows",
        picture=Picture(
            "picture",
            "Everybody offers bundles to others, at prices that it knows them to accept. Whose offers are worth the most is the "
            "star: on tails its offers are carried out, on heads it gets its wish for nothing. The seller's own would take "
            "their place if they were worth more, and nothing would be sold on heads.",
            f"Bars: the worth of everybody's offers, the highest that of {result.star or SELLER}; the seller gets "
            f"{eth(int(revenue))} ETH.",
            lambda theme: knowledge(offered, result.star, int(revenue), theme),
            title="What everybody offers to others",
        ),
        details=_details(result),
    )


def _scenes(chain: Chain, names: Mapping[str, str]) -> tuple[Scene, ...]:
    return (
        chance.deployment("Two items, the auction"),
        Scene(
            "Listing",
            "The seller puts both rooms into escrow. They are sold at once, in any bundles.",
            frozenset({"mint", "list"}),
        ),
        Scene(
            "Sealed announcements",
            "Everybody announces two things, sealed: bundles for others at prices that one knows them to accept, and a wish of "
            "one's own. A deposit covers the prices, since the star pays what others decline. The seller, who knows little, "
            "seals an offer in the same way.",
            frozenset({"commit"}),
        ),
        Scene(
            "Reveal",
            "From here on nobody does more than answer: a keeper was entrusted with the announcements, and opens them. The star "
            "is who offers the most, unless the seller itself offers more.",
            frozenset({"reveal"}),
            lambda events: _announced(events, names),
        ),
        *chance.draw_scenes(
            chain, "All announcements are open, so nothing that the coin decides can change."
        ),
        Scene(
            "The coin",
            "Heads: the star gets its wish for nothing, which is why it tells what it knows. Tails: its offer is carried out.",
            frozenset({"decide"}),
            on(Decided=lambda args: _OUTCOMES[args["outcome"]]),
        ),
        Scene(
            "Answers",
            "Whoever is offered a bundle says YES and pays, or NO, and then the star pays.",
            frozenset({"answer"}),
            on(
                Answered=lambda args: (
                    f"{names[args['player']]} says {'YES' if args['yes'] else 'NO'}."
                )
            ),
        ),
        Scene(
            "Delivery and refunds",
            "The keeper has goods go to their new owners, and deposits and rebates to everybody.",
            frozenset({"deliver", "claim"}),
            lambda events: chance.back(events, names),
        ),
        Scene("Proceeds", "The seller withdraws.", frozenset({"withdraw"}), chance.PROCEEDS),
    )


def _announced(events: Sequence[Event], names: Mapping[str, str]) -> list[str]:
    told = [
        f"{names.get(event.args['player'], SELLER)} {eth(event.args['revenue'])}"
        for event in events
        if event.name == "AnnouncementOpened"
    ]
    return [f"Offers to others: {', '.join(told)} ETH."] if told else []


_OUTCOMES: Final = {
    CoinOutcome.HEADS: "Heads.",
    CoinOutcome.TAILS: "Tails.",
    CoinOutcome.OWN: "Tails: the seller's own offer is worth the most, and is carried out.",
    CoinOutcome.UNSOLD: "Heads: the seller's own offer is worth the most, so nothing is sold.",
}


def _lead(result: Result) -> str:
    happened = (
        f"The coin fell on heads: {result.star} gets its wish for nothing."
        if result.coin is Coin.HEADS
        else f"The coin fell on tails: {result.star}'s offer was carried out, and the seller gets "
        f"{eth(int(result.side.revenue))} ETH."
    )
    return (
        f"The choir would pay {eth(100 * CENT)} ETH for both rooms, Ann and Ben {eth(CENT)} each for one. Under VCG the seller "
        f"gets {eth(_vcg_revenue(colluding=False))} ETH, and nothing if Ann and Ben collude. Here Dora, who knows the choir, "
        f"offers it both rooms for {eth(KNOWN)} ETH, and Ann and Ben can do nothing about it. {happened}"
    )


def _vcg_revenue(colluding: bool) -> int:
    """What VCG brings among Ann, Ben and the choir: on their values, or with Ann and Ben each claiming the choir's."""

    def values(player: ResilientPlayer) -> Values:
        claim = 100 * CENT
        own: dict[Bundle, int] = {
            bundle: claim if colluding and len(bundle) == 1 else value
            for bundle, value in player.values.items()
        }
        return own

    players = tuple(VcgPlayer(one.name, values(one)) for one in INSTANCE.players[:3])
    return vcg.solve(VcgInstance(BOTH, players)).revenue


def _money(events: Sequence[Event], names: Mapping[str, str], result: Result) -> People:
    """What became of everybody's money, as the contract tells it."""
    book = SaleBook()
    for event in events:
        book.take(event)
    return People(
        title="Everybody's money",
        persons=tuple(
            Person(
                name=name,
                fate=_fate(name, result),
                back=box.received,
                paid=box.paid,
                bond=box.bond * WEI_PER_UNIT,
                deposit=(box.deposit + box.price) * WEI_PER_UNIT,
                bid=worth(player.offer) * WEI_PER_UNIT,
            )
            for (account, name), player in zip(names.items(), INSTANCE.players, strict=True)
            for box in [book.boxes[account]]
        ),
        note="Put down: the deposit, and the price where one buys. On tails whoever offered something gets a rebate, less than "
        "half of a gwei, which makes a negative sum of who pays nothing.",
        bid_called="offers to others",
    )


def _fate(name: str, result: Result) -> Fate:
    got = result.side.allocation.get(name, ())
    gets = f"gets {' and '.join(got) or 'nothing'}"
    if name == result.star:
        reason = (
            "The star. On heads it gets its wish for nothing."
            if result.coin is Coin.HEADS
            else "The star. On tails its offers to others are carried out."
        )
    elif got:
        reason = f"Was offered that at {eth(ceil(result.side.payments[name]))} ETH, and said YES."
    else:
        reason = "Nothing that was carried out was for it."
    return Fate(gets, reason, Tone.GOOD if got else Tone.PLAIN)


def _details(result: Result) -> Table:
    rows = []
    for player in INSTANCE.players:
        got = result.side.allocation.get(player.name, ())
        paid = result.side.payments[player.name]
        rows.append(
            (
                player.name,
                " and ".join(got),
                eth(player.value(got)),
                eth(ceil(paid)),
                f"0.{round((ceil(paid) - paid) * 1000):03d}",
            )
        )
    return Table(
        title="Who gets and pays what",
        headings=("player", "gets", "worth to it", "pays", "rebate, gwei"),
        rows=tuple(map(Row, rows)),
        texts=2,
        note="In ETH but for rebates, which are rounded.",
    )


def _agrees(instance: ResilientInstance, result: Result) -> bool:
    expected = solve(instance)
    side = expected.heads if result.coin is Coin.HEADS else expected.tails
    return (expected.star, side) == (result.star, result.side)
