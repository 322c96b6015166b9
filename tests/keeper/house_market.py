"""Lots at a real auction house of others to keep: groups bid there through an adapter."""

from dataclasses import dataclass, field

from offchain.bindings.adapters import ADAPTER, MAKES
from offchain.bindings.deployment import create
from offchain.bindings.enumerations import Phase
from offchain.houses.nouns import NounsHouse, NounsTerms
from offchain.houses.rivals import answer
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.keeper import Keeper
from offchain.keeper.raising import RaiseMissed
from tests.keeper.market import BOND_BPS, Market

PHASE = 600
TERMS = NounsTerms(buffer=300, reserve=10**15, increment=5, duration=86_400)
RESERVE = TERMS.reserve // WEI_PER_UNIT
"""The least first bid at the house, in units."""
RIVAL, SECOND_RIVAL, HOUSE_OWNER = 90_001, 90_002, 90_003
RICH = 10**24


@dataclass
class HouseMarket(Market):
    """A market whose lots are auctions at a house in the manner of Nouns, its bids mostly open."""

    kind = ADAPTER
    rules: NounsTerms = TERMS
    market: str = ""
    house: NounsHouse = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        owner = self.rich(HOUSE_OWNER)
        self.house = NounsHouse.deploy(self.chain, owner, self.rules)
        self.market = self.deployment.auctioneer
        self.auctioneer = self.adapter_on(self.house.address)

    def adapter_on(self, house: str, make: str = "nouns") -> str:
        """A new adapter on a house."""
        known = (self.deployment.factory, self.beacon.beacon.chain_hash, self.deployment.auctioneer)
        return create(self.chain, self.seller, MAKES[make].adapter, *known, house)

    def rich(self, index: int) -> str:
        """An account with money to bid."""
        address = self.chain.actor(index)
        self.chain.fund(address, RICH)
        return address

    def register(self, number: int | None = None, start: int | None = None) -> int:
        """The house's auction as a lot, with phases as short as they can be."""
        number = self.house.auction().number if number is None else number
        start = start or self.chain.now() + PHASE
        schedule = (start, start + PHASE, start + 2 * PHASE, BOND_BPS)
        self.tell(self.seller, "register", number, schedule)
        return int(self.ask("lotCount")[0])

    def ends(self, lot: int) -> tuple[int, int, int]:
        found = self.ask("lotOf", lot)[0]
        return found[4], found[5], found[6]

    def group(self, lot: int, *bids: int) -> str:
        """An open DAO on a lot, with members who bid so many units each."""
        dao = self.new_dao(lot, is_open=True)
        self.place(dao, lot, *bids)
        return dao

    def tallied(self, lot: int, keeper: Keeper) -> None:
        """Has the keeper tally all."""
        self.until_tally(lot)
        while keeper.step():
            pass

    def end(self) -> int:
        """When the house's auction ends, as it stands."""
        end = self.house.auction().end
        assert end is not None
        return end

    def until_seconds_left(self, seconds: int) -> None:
        """Lets time pass until the house's auction ends in so many seconds."""
        self.chain.advance_to(self.end() - seconds)

    def rival(self, limit: int, index: int = RIVAL) -> bool:
        """Lets a rival answer up to a limit in wei; whether it did."""
        return answer(self.house, self.rich(index), limit) is not None

    def standing(self, lot: int) -> tuple[Phase, str, int]:
        phase, leader, price = self.ask("standing", lot)
        return Phase(phase), leader, price

    def paddle(self, lot: int, dao: str) -> str:
        return str(self.ask("paddleOf", lot, dao)[0])

    def leads(self, lot: int, dao: str) -> bool:
        """Whether a DAO leads at the house."""
        return self.house.auction().bidder == self.paddle(lot, dao)

    def estate(self, lot: int, dao: str) -> str:
        return str(self.view(dao, "DAO", "estateAt", lot)[0])

    def work(self, keeper: Keeper, seconds: int, every: int = 12) -> None:
        """Has a keeper look every so many seconds, for so long."""
        until = self.chain.now() + seconds
        while self.chain.now() < until:
            self.keep(keeper)
            self.chain.advance_to(min(until, self.chain.now() + every))
        self.keep(keeper)


def alerts(market: HouseMarket) -> list[str]:
    """What was told of bids that could not be sent."""
    return [str(error) for _, error in market.skipped if isinstance(error, RaiseMissed)]
