"""Auctions at a house on revm, of which the model tells the outcome: books of DAOs, turns of bids, the end, every wei."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.enumerations import Phase
from offchain.bindings.seals import Opening, commitment
from offchain.chain.backend import Receipt, Reverted
from offchain.chain.revm import Revm
from offchain.houses.house import Account, AtHouse, ask
from offchain.houses.nouns import NounsHouse, NounsTerms
from offchain.houses.packages import nouns
from offchain.houses.rivals import ether_refuser
from offchain.houses.zora import BUFFER, INCREMENT, ZoraAuction, ZoraHouse
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.two_level import Group, LotOutcome
from tests.differential.house_lives import (
    MEMBER,
    Code,
    HouseOutcome,
    HouseTerms,
    Kind,
    Life,
    MemberKey,
)
from tests.houses.adapter_world import BIDDING, BOND_BPS, REVEAL, TALLY, Floor
from tests.reverts import reverts

OWNER, KEEPER, PEOPLE = 0, 1, range(2, 100)
PURSE = 1 << 110
"""What everybody has, in wei: for bids of 2^64 units."""
REFUSER = "refuser"
PAST = 9
"""Auctions that each house has behind it."""
DAO = contract("DAO")


class Venue(Protocol):
    """A house on which one auction after another is held.

    is_careful: whether it sells only to who can take the item, and pays everybody else back.
    """

    floor: Floor
    is_careful: bool

    @property
    def weth(self) -> Deployed:
        """In which it refunds who takes no ether."""

    def reset(self, code: Code) -> None:
        """Begins anew, on that code."""

    def offer(self, terms: HouseTerms) -> AtHouse:
        """The next auction, on these terms."""

    def upgrade(self) -> None:
        """Puts the next code behind the house, in mid-auction."""

    def change(self, auction: AtHouse, what: str, value: int) -> None:
        """Changes a term, the `reserve`, `percent` or `buffer`. Raises Reverted."""


class NounsVenue:
    """Nouns' house, whose terms its owner changes from auction to auction."""

    is_careful = False

    def __init__(self, chain: Revm) -> None:
        self.house = NounsHouse.deploy(chain, chain.actor(OWNER), NounsTerms(reserve=1))
        self.floor = Floor.on_nouns(self.house, chain.actor(KEEPER))
        owner = self.house.owner
        self._codes = [
            owner.create(nouns(name))
            for name in ("NounsAuctionHousePreV2Migration", "NounsAuctionHouseV2")
        ]
        for _ in range(PAST):
            self._next()
        self._chain = chain
        self._start = chain.snapshot()

    @property
    def weth(self) -> Deployed:
        """See `Venue`."""
        return self.house.weth

    def reset(self, code: Code) -> None:
        """See `Venue`."""
        self._chain.restore(self._start)
        if code is Code.SECOND:
            self.upgrade()

    def offer(self, terms: HouseTerms) -> NounsHouse:
        """See `Venue`."""
        self.house.set_reserve(terms.reserve)
        self.house.set_increment(terms.percent)
        self.house.set_buffer(terms.buffer)
        self._next()
        return self.house

    def upgrade(self) -> None:
        """See `Venue`."""
        between, second = self._codes
        self.house.upgrade_to(between)
        self.house.owner.send(self.house.at_migration(), "migrate")
        self.house.upgrade_to(second)

    def change(self, auction: AtHouse, what: str, value: int) -> None:
        """See `Venue`."""
        setters = {
            "reserve": self.house.set_reserve,
            "percent": self.house.set_increment,
            "buffer": self.house.set_buffer,
        }
        setters[what](value)

    def _next(self) -> None:
        end = self.house.auction().end
        assert end is not None
        self.house.chain.advance_to(end)
        self.house.settle(self.floor.keeper.address)


class ZoraVenue:
    """Zora's house, where a seller lists one item after another; its increment and buffer are fixed."""

    is_careful = True

    def __init__(self, chain: Revm) -> None:
        self.house = ZoraHouse.deploy(chain, chain.actor(OWNER))
        self._seller = Account(chain, chain.actor(OWNER))
        self._item = self._seller.create(contract("Item"))
        self._listed = 0
        last = [self._list(1) for _ in range(PAST)][-1]
        self.floor = Floor.on_zora(last, chain.actor(KEEPER))
        self._chain = chain
        self._start = chain.snapshot()

    @property
    def weth(self) -> Deployed:
        """See `Venue`."""
        return self.house.weth

    def reset(self, code: Code) -> None:
        """See `Venue`."""
        self._chain.restore(self._start)
        self._listed = PAST

    def offer(self, terms: HouseTerms) -> ZoraAuction:
        """See `Venue`."""
        assert (terms.percent, terms.buffer) == (INCREMENT, BUFFER)
        return self._list(terms.reserve)

    def upgrade(self) -> None:
        """Never: this house has one code."""
        raise AssertionError("Zora's house is not upgraded")

    def change(self, auction: AtHouse, what: str, value: int) -> None:
        """See `Venue`. Of its terms only the reserve is its seller's, as long as nobody has bid."""
        assert isinstance(auction, ZoraAuction)
        assert what == "reserve"
        auction.set_reserve(self._seller.address, value)

    def _list(self, reserve: int) -> ZoraAuction:
        self._listed += 1
        seller = self._seller.address
        self._seller.send(self._item, "mint", seller, self._listed)
        return self.house.list_item(seller, self._item, self._listed, reserve)


@dataclass(frozen=True)
class Cast:
    """Who takes part in an auction, its lot and what everybody had before it, in wei.

    bidders: who bids at the house for each group, and `REFUSER`, who takes no ether.
    """

    life: Life
    house: AtHouse
    lot: int
    daos: Mapping[str, Deployed]
    bidders: Mapping[str, str]
    accounts: Mapping[MemberKey, str]
    purses: Mapping[str, int]

    def members(self, name: str) -> dict[str, str]:
        """The accounts of the members of a group, by their names."""
        return {member: at for (group, member), at in self.accounts.items() if group == name}


class HouseStage:
    """Plays lives at a venue, each from the same beginning, so that its seed alone makes it."""

    def __init__(self, chain: Revm, venue: Callable[[Revm], Venue]) -> None:
        self.chain, self.venue = chain, venue(chain)
        self.floor = self.venue.floor
        self.refusing = Account(chain, chain.actor(PEOPLE.stop))
        self.seen: Counter[str] = Counter()
        """How often what makes a difference happened."""

    def play(self, life: Life) -> HouseOutcome:
        """A life, to the last claim. What is left anywhere is checked."""
        rng = random.Random(life.seed)
        cast = self.begin(life)
        self._bid_in_turns(cast, rng)
        return self.finish(cast, rng)

    # The groups

    def begin(self, life: Life) -> Cast:
        """A lot of the next auction, and DAOs that are tallied on it."""
        self.venue.reset(life.code)
        house = self.venue.offer(life.terms)
        lot = self.floor.register(house.auction().number)
        keys = [(group.name, one.name) for group in life.instance.groups for one in group.members]
        accounts = dict(zip(keys, map(self.chain.actor, PEOPLE), strict=False))
        watched = [*accounts.values(), self.chain.actor(OWNER)]
        purses = {at: self.chain.balance(at) for at in watched}
        daos = {
            name: self._create(life, lot, place)
            for place, (name, kind) in enumerate(life.kinds.items())
            if kind is not Kind.INDIVIDUAL
        }
        bidders = {
            name: self.floor.paddle(lot, daos[name]) if name in daos else accounts[name, MEMBER]
            for name in life.kinds
        }
        bidders[REFUSER] = ether_refuser(self.refusing)
        cast = Cast(life, house, lot, daos, bidders, accounts, purses)
        groups = [group for group in life.instance.groups if group.name in daos]
        salts = {group.name: self._place(cast, group) for group in groups}
        self.chain.advance_to(self.chain.now() + BIDDING)
        for group in groups:
            if life.kinds[group.name] is Kind.SEALED:
                self._open(cast, group, salts[group.name])
        self.chain.advance_to(self.chain.now() + REVEAL)
        for group in groups:
            if group.name not in life.untallied:
                self.floor.tally(daos[group.name], lot, self._bids(cast, group.name))
        if life.untallied:
            self.chain.advance_to(self.chain.now() + TALLY)
        return cast

    def _create(self, life: Life, lot: int, place: int) -> Deployed:
        name, factory = f"g{place}", self.floor.factory
        is_copy = name in life.standalone
        terms = (self.floor.adapter.address, life.kinds[name] is Kind.OPEN, 1, place.to_bytes(32))
        make = "createStandalone" if is_copy else "create"
        made = self.floor.keeper.send(factory, make, *terms, (lot,))
        (dao,) = (one.args["dao"] for one in factory.events([made]) if one.name == "DAOCreated")
        return Deployed(DAO, dao)

    def _place(self, cast: Cast, group: Group) -> dict[str, bytes]:
        """Everybody bids, if anything; the salts of sealed bids."""
        dao, members, salts = cast.daos[group.name], cast.members(group.name), dict[str, bytes]()
        for place, member in enumerate(group.members):
            bid, at = member.bids[0], members[member.name]
            if not bid:
                continue
            deposit = _deposit(cast.life, group, place) * WEI_PER_UNIT
            if cast.life.kinds[group.name] is Kind.OPEN:
                self.chain.send(dao.call(at, "raiseBid", cast.lot, value=deposit))
                continue
            salts[member.name] = salt = place.to_bytes(32)
            opening = Opening(dao.address, cast.lot, at, bid, salt)
            sealed = commitment(self.chain.chain_id, opening)
            self.chain.send(dao.call(at, "commit", cast.lot, sealed, value=deposit))
        return salts

    def _open(self, cast: Cast, group: Group, salts: Mapping[str, bytes]) -> None:
        members = cast.members(group.name)
        openings = tuple(
            (members[one.name], one.bids[0], salts[one.name])
            for one in group.members
            if one.name in salts and (group.name, one.name) not in cast.life.silent
        )
        self.floor.keeper.send(cast.daos[group.name], "revealBatch", cast.lot, openings)

    def _bids(self, cast: Cast, name: str) -> dict[str, int]:
        """The open bids of a DAO's members by account, counted or not, in units."""
        return {
            cast.accounts[name, one.name]: one.bids[0]
            for one in cast.life.instance.group(name).members
            if one.bids[0] and (name, one.name) not in cast.life.silent
        }

    # The auction

    def _bid_in_turns(self, cast: Cast, rng: random.Random) -> None:
        """The first who does not lead and can bids the least, by what the house and the adapter say; until nobody can."""
        life, bids = cast.life, 0
        upgrades_at = rng.randint(0, 5) if life.code is Code.UPGRADED else None
        end = cast.house.auction().end
        if end is not None and rng.random() < 0.5:
            self.chain.advance_to(end - rng.randint(1, max(1, life.terms.buffer)))
        while True:
            if bids == upgrades_at:
                self.venue.upgrade()
                self.seen["upgraded after a bid"] += bids > 0
            able = next((name for name in life.kinds if self._can_bid(cast, name)), None)
            if able is None:
                break
            self._bid(cast, able)
            bids += 1
            self._let_time_pass(cast, rng.randint(0, life.pace))
        if upgrades_at is not None and bids < upgrades_at:
            self.venue.upgrade()
        self.seen["extended"] += end is not None and cast.house.auction().end != end
        for name, dao in cast.daos.items():
            reaches = cast.house.least_bid() <= cast.life.limits[name]
            with reverts("AlreadyLeads" if reaches else "BeyondLimit"):
                self.floor.raise_for(cast.lot, dao)

    def _bidder(self, cast: Cast) -> str | None:
        """Who leads at the house."""
        return cast.house.auction().bidder

    def _can_bid(self, cast: Cast, name: str) -> bool:
        least, leader = cast.house.least_bid(), self._bidder(cast)
        if name in cast.daos:
            dao = cast.daos[name]
            limit = self.floor.ask(self.floor.adapter, "limitOf", cast.lot, dao.address)
            return leader != cast.bidders[name] and least <= limit * WEI_PER_UNIT
        least = -(-least // cast.life.grid(name)) * cast.life.grid(name)
        return leader != cast.bidders[name] and least <= cast.life.limits[name]

    def _bid(self, cast: Cast, name: str) -> None:
        if name in cast.daos:
            self.floor.raise_for(cast.lot, cast.daos[name])
        else:
            grid = cast.life.grid(name)
            cast.house.bid(cast.bidders[name], -(-cast.house.least_bid() // grid) * grid)

    def _let_time_pass(self, cast: Cast, seconds: int) -> None:
        """Never so much that the auction ends."""
        end, now = cast.house.auction().end, self.chain.now()
        assert end is not None
        self.chain.advance_to(min(now + seconds, max(now, end - 1)))

    # The end

    def finish(self, cast: Cast, rng: random.Random) -> HouseOutcome:
        """The house's auction ends, the lot is settled, everybody claims; what came of it, and where every wei is."""
        auction = cast.house.auction()
        ends = self.floor.deadline(cast.lot) if auction.end is None else auction.end
        self.chain.advance_to(ends)
        name = next((one for one, at in cast.bidders.items() if at == auction.bidder), None)
        winner = cast.daos.get(name or "")
        if cast.life.is_late:
            self.chain.advance_to(self.floor.deadline(cast.lot))
        else:
            self._conclude(cast, rng)
        if winner is not None:
            self._settle(cast, winner, name or "")
        if cast.life.is_late:
            self._conclude(cast, rng)
            if winner is not None:
                self.floor.keeper.send(self.floor.adapter, "deliver", cast.lot)
        self._claim(cast, rng)
        amount = auction.amount
        if name == REFUSER and self.venue.is_careful:
            name, amount = None, 0
        outcome = HouseOutcome(self._outcome(cast, name, amount), amount)
        self._audit(cast, outcome)
        self._note(cast, outcome)
        return outcome

    def _note(self, cast: Cast, outcome: HouseOutcome) -> None:
        life, lot = cast.life, outcome.lot
        self.seen["unsold"] += lot.winner is None
        self.seen["won by an individual"] += lot.winner is not None and lot.winner not in cast.daos
        self.seen["won by one"] += lot.winner in cast.daos and len(lot.served) == 1
        self.seen["won by some"] += lot.winner in cast.daos and len(lot.served) > 1
        self.seen["rounded up"] += lot.paid > lot.price
        self.seen["settled before the item came"] += life.is_late and lot.winner in cast.daos
        self.seen["off the grid"] += not life.on_grid and lot.winner is not None
        self.seen["a bond"] += bool(life.silent)
        self.seen["no tally"] += bool(life.untallied)

    def _conclude(self, cast: Cast, rng: random.Random) -> None:
        """Where no bid has started its clock there is nothing to settle."""
        if cast.house.auction().end is None:
            return
        if rng.random() < 0.5:
            cast.house.settle(self.floor.keeper.address)
        else:
            self.floor.keeper.send(self.floor.adapter, "conclude", cast.lot)

    def _settle(self, cast: Cast, winner: Deployed, name: str) -> None:
        assert self.floor.standing(cast.lot).phase == Phase.CLOSED
        self.floor.settle(winner, cast.lot, self._bids(cast, name))

    def _claim(self, cast: Cast, rng: random.Random) -> None:
        """By the keeper in a batch, or everybody alone, in any order."""
        for name, dao in rng.sample(list(cast.daos.items()), len(cast.daos)):
            members = list(cast.members(name).values())
            rng.shuffle(members)
            if rng.random() < 0.5:
                self.floor.keeper.send(dao, "claimBatch", cast.lot, tuple(members))
                continue
            for at in members:
                _, _, deposit = ask(self.chain, dao, "bidOf", cast.lot, at)[0]
                if deposit:
                    self._claim_alone(dao, cast.lot, at)

    def _claim_alone(self, dao: Deployed, lot: int, at: str) -> Receipt | None:
        """None if nothing is left: the share, or the bond, is all of the deposit."""
        try:
            return self.chain.send(dao.call(at, "claim", lot))
        except Reverted as refused:
            error = DAO.error(refused.data)
            assert error is not None
            assert error.name == "NothingToClaim", error
            return None

    def _outcome(self, cast: Cast, name: str | None, amount: int) -> LotOutcome:
        """By what the contracts say."""
        adapter, bids = self.floor.adapter, dict[str, int]()
        for group in cast.life.counted.groups:
            dao = cast.daos.get(group.name)
            bids[group.name] = (
                group.members[0].bids[0]
                if dao is None
                else self.floor.ask(adapter, "limitOf", cast.lot, dao.address)
            )
        if name is None:
            return LotOutcome(None, 0, 0, 0, (), bids)
        if name not in cast.daos:
            price = amount // WEI_PER_UNIT
            return LotOutcome(name, price, price, price, (MEMBER,), bids)
        dao = cast.daos[name]
        served = tuple(
            member
            for member, at in cast.members(name).items()
            if self.floor.ask(dao, "isServed", cast.lot, at)
        )
        assert len(served) == self.floor.ask(dao, "servedOf", cast.lot)
        share = self.floor.ask(dao, "bookOf", cast.lot)[5]
        price = self.floor.standing(cast.lot).price
        return LotOutcome(name, price, share, share * len(served), served, bids)

    def _audit(self, cast: Cast, outcome: HouseOutcome) -> None:
        """Everybody has what the outcome leaves, the item is the winner's, and nothing is anywhere else."""
        lot, amount = outcome.lot, outcome.amount
        for group in cast.life.instance.groups:
            burnt = 0
            for place, member in enumerate(group.members):
                at = cast.accounts[group.name, member.name]
                paid = cast.purses[at] - self.chain.balance(at)
                bond = self._bond(cast, group, place)
                burnt += bond
                is_served = lot.winner == group.name and member.name in lot.served
                if group.name in cast.daos:
                    assert paid == (lot.share * is_served + bond) * WEI_PER_UNIT, (group, member)
                    assert paid <= (member.bids[0] + bond) * WEI_PER_UNIT
                else:
                    assert paid == amount * is_served, group
            if group.name in cast.daos:
                dao = cast.daos[group.name]
                assert self.chain.balance(dao.address) == burnt * WEI_PER_UNIT, group
                assert self.chain.balance(cast.bidders[group.name]) == 0, group
                assert self.floor.ask(dao, "lentOf", cast.lot) == 0
        owner = self.chain.actor(OWNER)
        assert self.chain.balance(owner) - cast.purses[owner] == amount
        surplus = (lot.paid - lot.price) * WEI_PER_UNIT if lot.winner in cast.daos else 0
        assert self.chain.balance(self.floor.adapter.address) == surplus
        assert self.chain.balance(self.floor.ask(self.floor.adapter, "house")) == 0
        self._check_item(cast, lot)

    def _bond(self, cast: Cast, group: Group, place: int) -> int:
        """What a member's silence costs, in units."""
        if (group.name, group.members[place].name) not in cast.life.silent:
            return 0
        return _deposit(cast.life, group, place) * BOND_BPS // 10_000

    def _check_item(self, cast: Cast, lot: LotOutcome) -> None:
        if lot.winner is None:
            return
        token, token_id = ask(self.chain, self.floor.adapter, "itemOf", cast.lot)
        owner = ask(self.chain, Deployed(contract("Item"), token), "ownerOf", token_id)[0]
        if lot.winner in cast.daos:
            expected = self.floor.ask(cast.daos[lot.winner], "estateAt", cast.lot)
        else:
            expected = cast.bidders[lot.winner]
        assert owner == expected, (owner, expected)


def furnished(chain: Revm | None = None) -> Revm:
    """A chain, a new one if none is given, on which everybody has a purse."""
    chain = chain or Revm()
    people = (OWNER, KEEPER, *PEOPLE, PEOPLE.stop)
    chain.fund_all({chain.actor(place): PURSE for place in people})
    return chain


def _deposit(life: Life, group: Group, place: int) -> int:
    """Under a bid, in units: the bid itself where bids are open, and under some of the others."""
    bid = group.members[place].bids[0]
    return bid if life.kinds[group.name] is Kind.OPEN or bid > 2**60 else bid + place % 3 * 7
