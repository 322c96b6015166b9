"""Groups at an ascending auction that others run, by the house's own code, against individuals who bid there by themselves.

Whatever the outcome says is read off the chain: bids from the house's logs, the winner from who has the item, money from the
DAOs' logs and from balances.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from offchain.bindings.adapters import ADAPTER, MAKES, House
from offchain.bindings.constants import HouseLots
from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.deployment import deploy, with_adapters
from offchain.chain.backend import Chain
from offchain.houses.house import ask
from offchain.houses.nouns import NOUNS_TERMS, NounsHouse, NounsTerms
from offchain.io.addresses import Address
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.ledger import Ledger
from offchain.keeper.openings import Openings
from offchain.keeper.purse import Allowance
from offchain.locks.local_beacon import LocalBeacon
from offchain.locks.source import Source
from offchain.model.instances.rivals import PlacedBid, Rival, fight, jump
from offchain.model.instances.two_level import LotOutcome, TwoLevelInstance, TwoLevelOutcome
from offchain.play.audit import audit_books, check_balance, check_item, check_proceeds, check_tokens
from offchain.play.behaviour import Behaviour, MemberKey
from offchain.play.bidders import Cast
from offchain.play.bidding import BiddingStage
from offchain.play.house_floor import HouseFloor
from offchain.play.observer import Observer
from offchain.play.outcomes import book_of, outcome_of, payments_in, served_by

MAKE: Final = "nouns"
"""Of which make the house is."""
SLACK: Final = 60
"""Seconds between the latest end of a tally that the adapter takes and the one that is registered."""
BIDDING_SECONDS: Final = 600
"""How long members have where time is real: the house's auction is made that short."""
_ALL: Final = Allowance(raises=sys.maxsize)
"""As many bids as a play takes: nobody is at this house but who belongs to it."""


@dataclass(frozen=True, slots=True)
class Ascended:
    """What came of it. bids: all that the house took, in order, bidders by name. start: when groups could begin to bid.
    announced: the end of the auction then. schedule: ends of bidding, reveal and tally. surplus: what rounding shares up left
    with nobody, in units.
    """

    outcome: TwoLevelOutcome
    bids: tuple[PlacedBid, ...]
    start: int
    announced: int
    schedule: tuple[int, int, int]
    surplus: int


def house_terms(
    chain: Chain, seconds: int, reserve: int, increment: int = NOUNS_TERMS.increment
) -> NounsTerms:
    """A house's: those with which the real one began, but for the reserve, in units, and the increment, in percent; where time is
    real its auction is shorter. `seconds`: how long reveal and tally last each.
    """
    duration = (
        max(NOUNS_TERMS.duration, 4 * seconds) if chain.time_is_free else shortest_auction(seconds)
    )
    wei = reserve * WEI_PER_UNIT
    return replace(NOUNS_TERMS, reserve=wei, increment=increment, duration=duration)


def shortest_auction(seconds: int) -> int:
    """How many seconds an auction lasts where time is real, with these for reveal and tally each."""
    return BIDDING_SECONDS + 2 * seconds + HouseLots.MARGIN + SLACK


class AscendingStage(BiddingStage):
    """A house in the manner of Nouns with its first auction running, and an adapter on it: for one play."""

    def __init__(
        self,
        chain: Chain,
        phase_seconds: int = 3_600,
        terms: NounsTerms = NOUNS_TERMS,
        observer: Observer | None = None,
        beacon: LocalBeacon | None = None,
        source: Source | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Deploys the house, and the contracts, of which `observer` hears. `phase_seconds`: how long reveal and tally last each;
        bidding has what they leave of the auction. `beacon`, `source`, `progress`: see `HouseStage`.
        """
        super().__init__(chain, phase_seconds, observer, beacon, source, progress)
        self.terms = terms
        self._floor: HouseFloor | None = None
        self._block = chain.block()
        self.house = NounsHouse.deploy(chain, self._seller, terms)
        self.number, self.announced = self.house.auction().number, self._end
        self._item = self.house.token
        deployment = deploy(chain, self._seller, creator=self._create, beacon=self.beacon.beacon)
        house = House(MAKE, self.house.address)
        self.deployment = with_adapters(deployment, [house], self._create_as)
        (adapter,) = self.deployment.adapters
        self._factory = Deployed(contract("DAOFactory"), deployment.factory)
        self._auction = Deployed(contract(MAKES[MAKE].adapter), adapter.address)
        self._entrusted = Openings()
        self.ledger = Ledger(chain, self.auction, self._block, ADAPTER)
        self._keeper = self._hire(self._entrusted, allowance=_ALL)

    def play(
        self,
        instance: TwoLevelInstance,
        behaviour: Behaviour,
        rivals: Sequence[Rival],
        accounts: Mapping[MemberKey, Address],
        observer: Observer | None = None,
    ) -> Ascended:
        """Plays the auction that runs. Groups of `instance`, of one item, that are called like one of the `rivals` are these:
        they bid at the house by themselves. Reserve and increment are the house's. Nobody claims by itself.

        `accounts`: of all. Steps beside those of `TwoLevelStage.play`: `register`, `rival`, `raise`, `conclude`.
        `ChainError` if a transaction fails, or if money or the item went astray.
        """
        self._begin(observer)
        start, schedule = self._chain.now(), self._times(self.announced)
        alone = {one.name: accounts[one.name, one.name] for one in rivals}
        lot = self._register(schedule, behaviour.bond_bps)
        groups = [group for group in instance.groups if group.name not in alone]
        cast = self._gather(groups, behaviour, accounts, individuals=0)
        self._enter(self._keeper_account, cast.daos, [lot])
        openings = self._bid(cast, {lot: 0}, behaviour, schedule[0])
        cast = replace(cast, lots=(lot,))
        self._observed.fund(
            {alone[one.name]: self._pocket_money + one.limit * WEI_PER_UNIT for one in rivals}
        )
        floor = self._floor = self._on_floor(cast, alone)
        jump(floor, rivals, start, schedule[0])
        self._chain.advance_to(schedule[0])
        self._reveal(openings, [lot], behaviour, schedule[0])
        self._chain.advance_to(schedule[1])
        in_daos = self._number([lot], lambda book, bid: book.of_dao and not bid.is_sealed)
        self._keep({"tally": in_daos}, refunds=False)
        fight(floor, rivals)
        earned = self._sold(lot, is_ours=floor.leader in cast.members)
        self._keep({"refund": self._number([lot], lambda _, bid: not bid.closed)})
        bids = tuple(floor.bids(self.number, self._block))
        sold = self._read_lot(instance, cast, {one.name: one.limit for one in rivals}, floor, bids)
        surplus = sold.paid - sold.price
        self._audit(cast, earned, sold.price, surplus, floor)
        payments = self._payments(instance, cast, sold)
        outcome = outcome_of(instance, (sold,), payments, self.gas)
        return Ascended(outcome, bids, start, self.announced, schedule, surplus)

    def _create(self, name: str, *arguments: object) -> Address:
        return self._observed.create(self._seller, name, *arguments).address

    def _create_as(self, _: str, name: str, *arguments: object) -> Address:
        return self._create(name, *arguments)

    @property
    def now(self) -> int:
        """The time there."""
        return self._chain.now()

    @property
    def leader(self) -> str | None:
        """Who leads at the house, by name, once somebody can."""
        return None if self._floor is None else self._floor.leader

    # Before bidding

    @property
    def _end(self) -> int:
        end = self.house.auction().end
        assert end is not None
        return end

    def _times(self, end: int) -> tuple[int, int, int]:
        """Ends of bidding, reveal and tally: as late as the adapter takes them, so that limits stay sealed as long as can be."""
        tallied = end - HouseLots.MARGIN - SLACK
        return tallied - 2 * self._seconds, tallied - self._seconds, tallied

    def _register(self, schedule: tuple[int, int, int], bond_bps: int) -> int:
        terms = self.number, (*schedule, bond_bps)
        call = self._auction.call(self._keeper_account, "register", *terms)
        (registered,) = self._auction.events(self._send("register", [call]))
        lot: int = registered.args["lot"]
        return lot

    # The auction

    def _on_floor(self, cast: Cast, alone: Mapping[str, Address]) -> HouseFloor:
        """The house's floor, on which DAOs are known by their groups."""
        (lot,) = cast.lots
        names = {account: name for name, account in alone.items()}
        for name, dao in cast.groups.items():
            names[self._view("paddleOf", lot, dao)[0]] = name
        floor = HouseFloor(
            self.house, self.terms.buffer, names, self._send, lambda: self._raise(cast, floor)
        )
        return floor

    def _raise(self, cast: Cast, floor: HouseFloor) -> None:
        """The keeper has every DAO bid as far as it goes."""
        (lot,) = cast.lots
        tallied = self.ledger.lots[lot].group_bids
        limits = {name: tallied.get(dao, 0) for name, dao in cast.groups.items()}
        self._keep({"raise": self._raises(limits, floor)}, refunds=False)

    def _raises(self, limits: Mapping[str, int], floor: HouseFloor) -> int:
        """How many bids follow one another until one is above all limits but the highest, and at most one more."""
        amount, leader = floor.least, floor.leader
        if all(limit < amount for name, limit in limits.items() if name != leader):
            return 0
        bids, lower = 1, sorted(limits.values())[:-1]
        while lower and amount <= lower[-1]:
            bids, amount = bids + 1, amount - -amount * self.terms.increment // 100
        return bids

    def _sold(self, lot: int, is_ours: bool) -> int:
        """Has the house settle, and the DAO that won, if it is `is_ours`; what the house's owner earned, in wei."""
        before = self._chain.balance(self._seller)
        if is_ours:
            self._keep({"conclude": 1, "settle": 1}, refunds=False)
        else:
            self._send("conclude", [self._auction.call(self._keeper_account, "conclude", lot)])
        return self._chain.balance(self._seller) - before

    # Reading the outcome

    def _read_lot(
        self,
        instance: TwoLevelInstance,
        cast: Cast,
        limits: Mapping[str, int],
        floor: HouseFloor,
        bids: Sequence[PlacedBid],
    ) -> LotOutcome:
        (number,) = cast.lots
        lot = self.ledger.lots[number]
        tallied = {name: lot.group_bids.get(dao, 0) for name, dao in cast.groups.items()}
        known = {**limits, **tallied}
        group_bids = {group.name: known[group.name] for group in instance.groups}
        if not bids:
            return LotOutcome(None, 0, 0, 0, (), group_bids)
        winner, price = bids[-1].bidder, bids[-1].amount
        owner = self._owner_of(lot.token_id)
        if winner not in cast.members:
            check_item(number, owner, floor.address_of(winner))
            return LotOutcome(winner, price, price, price, (winner,), group_bids)
        members = cast.members[winner]
        check_item(number, owner, *self._estates([members[0].contract], number))
        share = book_of(self.ledger, members[0], number).share
        served = served_by(members, number, self._granted)
        return LotOutcome(winner, lot.price, share, lot.paid, served, group_bids)

    def _payments(
        self, instance: TwoLevelInstance, cast: Cast, sold: LotOutcome
    ) -> dict[str, dict[str, int]]:
        """What everybody paid, in file order: who bids alone the price, if it won."""
        paid = payments_in(self.ledger, cast)
        return {
            group.name: paid.get(group.name)
            or {group.name: sold.price if sold.winner == group.name else 0}
            for group in instance.groups
        }

    def _audit(self, cast: Cast, earned: int, price: int, surplus: int, floor: HouseFloor) -> None:
        """Checks where all money went: the house's owner has the price, the adapter what rounding left, and nobody's is out."""
        check_proceeds(earned, price * WEI_PER_UNIT)
        self._burnt[self.auction] += surplus
        audit_books(self._chain, self.ledger, cast.lots, self._burnt)
        paddles = [floor.address_of(name) for name in cast.groups]
        for holder in (self.house.address, *paddles):
            check_balance(self._chain, holder)
            (wrapped,) = ask(self._chain, self.house.weth, "balanceOf", holder)
            check_tokens(holder, wrapped)
