"""People of a market in process, who take steps as the commands do, without anybody to ask."""

from dataclasses import dataclass, replace
from pathlib import Path

from offchain.bindings.seals import Opening
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.openings import Openings
from offchain.taking_part.bidding import Wish, seal
from offchain.taking_part.collecting import claim
from offchain.taking_part.status import Money, status
from offchain.taking_part.steps import Step
from offchain.taking_part.venues import Person, Venue, venue
from offchain.taking_part.words import Refused
from tests.keeper.market import Market

GWEI_FUNDS = 10**6 * WEI_PER_UNIT


@dataclass
class Crowd:
    """A market, and the receipts of its people in one file."""

    market: Market

    @property
    def file(self) -> Path:
        return self.market.folder / "receipts.jsonl"

    def receipts(self) -> Openings:
        """As a command that has just been started reads them."""
        return Openings(self.file)

    def person(self, address: str | None = None) -> Person:
        """Somebody, by default a new account; looks at the chain as it is now."""
        who = address or self.market.new_bidder(GWEI_FUNDS)
        market = self.market
        return Person(market.chain, market.deployment, market.kind, who)

    def at(self, where: str | None, address: str | None = None) -> Venue:
        """A book, for somebody."""
        return venue(self.person(address), where)

    def take(self, person: Person, step: Step | None) -> list[str]:
        """Rehearses and takes a step, with its receipt in the file."""
        assert step is not None
        step.rehearse(person.chain)
        return step.take(person.chain, self.keep)

    def keep(self, opening: Opening) -> None:
        known = self.receipts()
        if opening not in known.of(opening.contract, opening.lot, opening.bidder):
            known.add([opening])

    def bid(self, where: str | None, wish: Wish, address: str | None = None) -> str:
        """Seals a bid; whose it is."""
        place = self.at(where, address)
        self.take(place.person, seal(place, wish, self.receipts()))
        return place.person.address

    def claim(self, where: str | None, lot: int, who: str, to: str | None = None) -> list[str]:
        place = self.at(where, who)
        return self.take(place.person, claim(place, lot, to or who))

    def money(self, lot: int, who: str) -> Money:
        """The one book in which somebody has money on a lot."""
        (found,) = status(self.person(who), self.market.auctioneer, lot, who).money
        return found


def refusal(act: object, *arguments: object) -> str:
    """The sentence with which something is refused."""
    assert callable(act)
    try:
        act(*arguments)
    except Refused as refused:
        told = str(refused)
        assert told.isprintable()
        assert len(told) < 400
        return told
    raise AssertionError("that was not refused")


def elsewhere(person: Person, **fields: object) -> Person:
    """The person with another deployment file."""
    return Person(
        person.chain,
        replace(person.deployed, **fields),  # type: ignore[arg-type]
        person.kind,
        person.address,
    )
