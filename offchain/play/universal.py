"""Universal auctions through `UniversalAuction` on any chain, their bidders truthful.

Each auction is a lot of its own, drawn by a word that the caller chooses (`SetRandomness`). Everything that a play returns is
read from the contract's events, nothing from the reference model.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from offchain.bindings.constants import TabledAuction, UniversalAuction
from offchain.bindings.contracts import Event
from offchain.bindings.seals import Opening, commitment, new_salt
from offchain.bindings.value_tables import batches, packed
from offchain.chain.backend import Chain
from offchain.chain.errors import ChainError
from offchain.io.addresses import Address
from offchain.model.instances.lotteries import Lottery, merged, outcome_of
from offchain.model.instances.signals import UNSOLD, Sale, SignalBidder
from offchain.model.instances.universal_signals import UniversalOutcome, UniversalSignalsInstance
from offchain.play.colours import colours_of, marks_of
from offchain.play.limits import check_universal
from offchain.play.observer import Observer
from offchain.play.tabled import DEPOSIT, TabledStage
from offchain.play.universal_tables import kinds_of, tables
from offchain.play.words import Source, ToldWords

_ANSWER_SECONDS: Final = TabledAuction.MAX_ANSWER
"""Nobody is in a hurry here, and no play takes that long."""


@dataclass(frozen=True, slots=True)
class Play:
    """One auction: which of so many colours was drawn, and the sale."""

    colour: int
    colours: int
    sale: Sale


@dataclass(slots=True)
class Trail:
    """An auction under way, as its events tell it. accounts: the bidders', in file order. offer: to whom, by index, and the price
    in units.
    """

    instance: UniversalSignalsInstance
    accounts: Sequence[Address]
    colour: int = 0
    colours: int = 0
    offer: tuple[int, int] | None = None
    sale: Sale | None = None

    def take(self, event: Event) -> None:
        """Takes in the next event; those that say nothing of the outcome are passed over."""
        said = event.args
        match event.name:
            case "ColourDrawn":
                self.colour, self.colours = said["colour"], said["colours"]
            case "OfferMade":
                self.offer = self.accounts.index(said["bidder"]), said["price"]
            case "LotSettled":
                bidder = self.instance.bidders[self.accounts.index(said["winner"])]
                self.sale = Sale(bidder.name, said["price"])
            case "LotUnsold":
                self.sale = UNSOLD


class UniversalAuctions(TabledStage[UniversalSignalsInstance]):
    """The contracts deployed on a chain, ready to play auctions one after another. On an open lot all signals are revealed; the
    draw alone is missing.
    """

    _name = "UniversalAuction"

    def __init__(
        self,
        chain: Chain,
        phase_seconds: int = 3_600,
        source: Source = ToldWords,
        observer: Observer | None = None,
    ) -> None:
        """As `DrawnStage`."""
        super().__init__(chain, phase_seconds, source, observer)
        self._openings: list[Opening] = []

    def play(self, instance: UniversalSignalsInstance, lot: int, word: int) -> Play:
        """Plays an open lot with this word, from the draw to the last deposit.

        Whoever is offered the item buys. `ChainError` if a transaction fails or the auction comes to no end.
        """
        trail = Trail(instance, self._players(len(instance.bidders)))
        self._decide(lot, trail, word)
        if trail.offer is not None:
            bidder, price = trail.offer
            self._take("buy", [self._purchase(lot, trail.accounts[bidder], price)], trail)
        if trail.sale is None:
            raise ChainError(f"lot {lot} came to no end: {self.phase_of(lot).name}")
        self._wind_up(lot, trail.accounts, trail.sale)
        return Play(trail.colour, trail.colours, trail.sale)

    # The parts of an auction

    def _terms(self, instance: UniversalSignalsInstance, end: int) -> tuple[object, ...]:
        marks = marks_of(instance)
        rows = () if marks is None else marks.rows
        revealed = end + 2 * self._seconds
        return (
            instance.signals,
            len(set(self._kinds(instance))),
            0 if marks is None else marks.colours,
            end,
            end + self._seconds,
            revealed,
            _ANSWER_SECONDS,
            DEPOSIT,
            bytes(mark for row in rows for mark in row[1:]).ljust(
                UniversalAuction.MOST_SIDES, b"\0"
            ),
        )

    def _kinds(self, instance: UniversalSignalsInstance) -> Sequence[int]:
        return kinds_of(instance)

    def _tables(self, instance: UniversalSignalsInstance) -> list[bytes]:
        return [packed(table) for table in tables(instance, self._kinds(instance))]

    def _sealed(self, lot: int, account: Address, bidder: SignalBidder) -> tuple[object, ...]:
        opening = Opening(self.auction, lot, account, bidder.signal, new_salt())
        self._openings.append(opening)
        return (commitment(self._chain.chain_id, opening),)

    def _until_draw(self, lots: range, end: int) -> None:
        super()._until_draw(lots, end)
        self._reveal(lots)
        self._chain.advance_to(end + self._seconds)

    def _reveal(self, lots: range) -> None:
        """Everybody reveals its signals."""
        reveals = [
            self._auction.call(one.bidder, "reveal", one.lot, one.bidder, one.bid, one.salt)
            for one in self._openings
        ]
        self._openings.clear()
        self._send("reveal", reveals)

    def _decide(self, lot: int, trail: Trail, word: int) -> None:
        """The word is asked for, comes, and decides."""
        self._take("draw", [self._auction.call(self._keeper_account, "requestDraw", lot)], trail)
        self._words.deliver(self.auction, lot, word)
        for first, some in batches(self._tables(trail.instance)):
            if trail.sale is None:  # where no base has the colour, no table is read
                decide = self._auction.call(self._keeper_account, "decide", lot, first, some)
                self._take("decide", [decide], trail)


class UniversalStage:
    """The contracts deployed on a chain, ready to solve instances one after another."""

    def __init__(
        self, chain: Chain, phase_seconds: int = 3_600, observer: Observer | None = None
    ) -> None:
        """Deploys the contracts, of which `observer` hears. `phase_seconds`: how long joining, registering and revealing last
        each.

        `ChainError` if the chain cannot be reached.
        """
        self._auctions = UniversalAuctions(chain, phase_seconds, observer=observer)

    def play(
        self, instance: UniversalSignalsInstance, observer: Observer | None = None
    ) -> UniversalOutcome:
        """The outcome over all colours, each drawn on the chain, with the gas of all auctions that took; one of them is drawn by
        the instance's word, if it has one, and is the sale.

        `InvalidInput` if the contract does not hold the instance (`limits.check_universal`). `ChainError` if a transaction fails,
        a word draws another colour than it should, or money went astray.
        """
        check_universal(instance)
        auctions = self._auctions
        auctions.watch(observer)
        words = list(range(colours_of(instance)))
        if instance.draw is not None:
            words[instance.draw % len(words)] = instance.draw
        lots = auctions.open(instance, len(words))
        plays = [auctions.play(instance, lot, word) for lot, word in zip(lots, words, strict=True)]
        if [(one.colour, one.colours) for one in plays] != [
            (c, len(words)) for c in range(len(words))
        ]:
            raise ChainError(f"words {words} did not draw one colour each: {plays}")
        auctions.audit()
        lottery = replace(outcome_of(instance, _lottery(instance, plays)), gas=auctions.gas)
        drawn = None if instance.draw is None else plays[instance.draw % len(words)].sale
        return UniversalOutcome(lottery, len(words), steps=1, sale=drawn)


def _lottery(instance: UniversalSignalsInstance, plays: Sequence[Play]) -> Lottery:
    """Each play as likely as another."""
    indices = {bidder.name: index for index, bidder in enumerate(instance.bidders)}
    return merged(
        ((indices[play.sale.winner], play.sale.price), Fraction(1, len(plays)))
        for play in plays
        if play.sale.winner is not None
    )
