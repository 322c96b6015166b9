"""Two-level instances through the auctioneer and its DAOs, on a chain.

Whatever the outcome says is read off the chain's logs, and who has access from the DAO that has the item.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from itertools import count

from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.deployment import Deployment, deploy
from offchain.bindings.seals import Opening
from offchain.chain.backend import Chain, Transaction
from offchain.io.addresses import Address
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.books import Book, Box
from offchain.keeper.ledger import Ledger
from offchain.keeper.openings import Openings
from offchain.keeper.sending import Action
from offchain.locks.local_beacon import LocalBeacon
from offchain.locks.source import Source
from offchain.model.instances.two_level import (
    BID_LIMIT,
    LotOutcome,
    TwoLevelInstance,
    TwoLevelOutcome,
    lot_welfare,
    optimal_lot_welfare,
)
from offchain.play.auction_house import Hand, HouseStage, Kind
from offchain.play.audit import check_item
from offchain.play.behaviour import STRAIGHT, Behaviour, Lock, MemberKey, leading_individuals
from offchain.play.bidders import Bid, Bidder, Cast, with_locks
from offchain.play.locking import Locksmith
from offchain.play.observer import Observer
from offchain.play.stage import FIRST_PLAYER

Hire = Callable[[Deployment, Callable[[Action], None]], Hand]
"""Finds a hand for contracts that were just deployed; it tells of every transaction it sends."""


class TwoLevelStage(HouseStage):
    """Auctioneer and factory deployed on a chain. Every auction gets new lots and new DAOs."""

    def __init__(
        self,
        chain: Chain,
        phase_seconds: int = 3_600,
        openings: Openings | None = None,
        hire: Hire | None = None,
        observer: Observer | None = None,
        beacon: LocalBeacon | None = None,
        source: Source | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Deploys the contracts, of which `observer` hears. `phase_seconds`: how long bidding, reveal and tally last each.
        `openings`: where members leave their openings. `hire`: who does the keeper's work, by default a `Keeper` in this
        process. `beacon`, `source`, `progress`: see `HouseStage`.
        """
        super().__init__(chain, phase_seconds, observer, beacon, source, progress)
        self.deployment: Deployment = deploy(
            chain,
            self._seller,
            creator=self._create,
            beacon=self.beacon.beacon,
        )
        self._factory = Deployed(contract("DAOFactory"), self.deployment.factory)
        self._open(Deployed(contract("Auctioneer"), self.deployment.auctioneer))
        self._entrusted = Openings() if openings is None else openings
        self.ledger = Ledger(chain, self.auction, self.deployment.block)
        if hire is None:
            self._keeper = self._hire(self._entrusted)
        else:
            self._keeper = hire(self.deployment, self._on_action)

    def _create(self, name: str, *arguments: object) -> Address:
        return self._observed.create(self._seller, name, *arguments).address

    def play(
        self,
        instance: TwoLevelInstance,
        behaviour: Behaviour = STRAIGHT,
        observer: Observer | None = None,
        accounts: Mapping[MemberKey, Address] | None = None,
    ) -> TwoLevelOutcome:
        """Plays `instance` and reads its outcome off the chain, with the gas used by step.

        `accounts`: the address a member bids from, where it should be a certain one that the back
        end can send from.
        `ChainError` if a transaction fails, or if money or an item went astray (see `audit`).
        """
        self._begin(observer)
        cast: Cast | None = None
        for items in behaviour.turns(instance.items):
            end_of_bidding = self._chain.now() + self._seconds
            lots = self._list(instance, items, behaviour, end_of_bidding)
            cast = cast or self._gather(instance, behaviour, accounts or {})
            self._enter(self._seller, cast.daos, list(lots))
            self._sell(cast, lots, behaviour, end_of_bidding)
            cast = replace(cast, lots=(*cast.lots, *lots))
        assert cast is not None
        return self._conclude(instance, cast, self._withdraw_proceeds)

    def _sell(
        self, cast: Cast, lots: Mapping[int, int], behaviour: Behaviour, end_of_bidding: int
    ) -> None:
        """Sells some lots, which have their item, at the same time; the keeper pays nobody out yet."""
        openings = self._bid(cast, lots, behaviour, end_of_bidding)
        self._chain.advance_to(end_of_bidding)
        self._reveal(openings, list(lots), behaviour, end_of_bidding)
        self._chain.advance_to(self.ledger.lots[min(lots)].end_of_reveal)
        self._claim(cast, lots, behaviour, lambda box: box.is_sealed)
        in_daos = self._number(list(lots), lambda book, bid: book.of_dao and not bid.is_sealed)
        self._keep({"tally": in_daos, "settle": len(lots)}, refunds=False)
        self._claim(cast, lots, behaviour, lambda box: True)

    def _conclude(
        self, instance: TwoLevelInstance, cast: Cast, withdraw: Callable[[], int]
    ) -> TwoLevelOutcome:
        """The keeper pays everybody out; the outcome, with all money accounted for (`withdraw` as in `audit`)."""
        self._keep({"refund": self._number(cast.lots, lambda _, bid: not bid.closed)})
        outcome = self._read(instance, cast)
        self._close(cast.lots, withdraw)
        return outcome

    # Listing and entering

    def _list(
        self,
        instance: TwoLevelInstance,
        items: Sequence[int],
        behaviour: Behaviour,
        end_of_bidding: int,
    ) -> dict[int, int]:
        """Lists items of the instance; the numbers of their lots, each with its item."""
        schedule = self._schedule(end_of_bidding, behaviour.bond_bps)
        transactions: list[Transaction] = []
        for item in items:
            token, mint = self._mint()
            terms = self._item.address, token, instance.reserves[item], schedule
            transactions += [
                mint,
                self._item.call(self._seller, "approve", self.auction, token),
                self._auction.call(self._seller, "list", *terms),
            ]
        receipts = self._send("list", transactions)
        numbers = [event.args["lot"] for event in self._auction.events(receipts)]
        return dict(zip(numbers, items, strict=True))

    def _gather(
        self,
        instance: TwoLevelInstance,
        behaviour: Behaviour,
        accounts: Mapping[MemberKey, Address],
        start: int = FIRST_PLAYER,
    ) -> Cast:
        """Everybody, and a new DAO for each group that has one. Accounts that are not given are actors from `start` on."""
        groups = instance.groups[leading_individuals(instance.groups, behaviour) :]
        kinds = [
            Kind(group.name in behaviour.open_groups, group.name in behaviour.standalone)
            for group in groups
        ]
        created = self._create_daos(self._seller, kinds)
        daos = {group.name: dao for group, dao in zip(groups, created, strict=True)}
        indices = count(start)
        members = {
            group.name: tuple(
                Bidder(
                    key=(group.name, member.name),
                    member=member,
                    account=accounts.get((group.name, member.name)) or self._chain.actor(index),
                    contract=daos.get(group.name, self._auction),
                    is_open=group.name in behaviour.open_groups,
                )
                for member, index in zip(group.members, indices, strict=False)
            )
            for group in instance.groups
        }
        bidders = {
            name: daos[name].address if name in daos else bidders[0].account
            for name, bidders in members.items()
        }
        recipients = {
            bidder.key: self._chain.actor(next(indices))
            for name, (bidder, *_) in members.items()
            if name not in daos and bidder.key in behaviour.naming
        }
        return Cast((), tuple(created), members, bidders, recipients)

    # Bidding

    def _bid(
        self, cast: Cast, lots: Mapping[int, int], behaviour: Behaviour, end_of_bidding: int
    ) -> list[tuple[Bidder, list[Opening]]]:
        """Everybody bids; the openings of the bids that stand in the end."""
        self._fund(cast, lots, behaviour)
        smith = Locksmith(self.beacon.beacon, end_of_bidding)
        drafts = [(b, b.drafts(lots, behaviour)) for b in cast.bidders]
        self._place([both for both in drafts if both[0].key in behaviour.changed], behaviour, smith)
        openings = [(b, b.openings(lots, behaviour)) for b in cast.bidders]
        self._entrusted.add(o for b, its in openings if behaviour.entrusts(b.key) for o in its)
        bids = [(b, [self._bid_of(b, cast, o, behaviour) for o in its]) for b, its in openings]
        self._place(bids, behaviour, smith)
        self._send(
            "name",
            [
                self._auction.call(bidder.account, "nameRecipient", opening.lot, recipient)
                for bidder, its in openings
                if (recipient := cast.recipients.get(bidder.key)) is not None
                for opening in its
            ],
        )
        self._send(
            "withdraw",
            [
                bidder.contract.call(bidder.account, "withdraw", opening.lot, bidder.account)
                for bidder, its in openings
                if bidder.key in behaviour.withdrawn
                for opening in its
            ],
        )
        return [(b, its) for b, its in openings if b.key not in behaviour.withdrawn]

    def _fund(self, cast: Cast, lots: Mapping[int, int], behaviour: Behaviour) -> None:
        amounts: dict[Address, int] = {}
        for bidder in cast.bidders:
            bids = (bidder.member.bids[item] for item in lots.values())
            deposits = sum(bidder.deposit(bid, behaviour) for bid in bids)
            amounts[bidder.account] = (
                amounts.get(bidder.account, self._pocket_money) + deposits * WEI_PER_UNIT
            )
        self._observed.fund(amounts)

    def _place(
        self,
        bids: Sequence[tuple[Bidder, Sequence[Bid]]],
        behaviour: Behaviour,
        smith: Locksmith,
    ) -> None:
        """Sends bids, with their locks."""
        locked = with_locks(bids, behaviour, smith)
        chain_id = self._chain.chain_id
        self._send("bid", [t for bidder, its in locked for t in bidder.send(its, chain_id)])
        self.ledger.sync()

    def _bid_of(self, bidder: Bidder, cast: Cast, opening: Opening, behaviour: Behaviour) -> Bid:
        """The bid of an opening; what lies there already, of a draft, and what is rolled are of its deposit."""
        wanted = bidder.deposit(opening.bid, behaviour)
        drafted = self._book(bidder, opening.lot).boxes.get(bidder.account)
        lying = drafted.deposit if drafted else 0
        if bidder.key in behaviour.rolling and cast.lots and not bidder.is_open:
            before = cast.lots[-1]
            left = self._claimable(bidder, before)
            if 0 < left <= BID_LIMIT - lying:
                return Bid(opening, max(0, wanted - lying - left), rolled_from=before)
        return Bid(opening, wanted - lying)

    # Afterwards

    def _reveal(
        self,
        openings: Sequence[tuple[Bidder, Sequence[Opening]]],
        lots: Sequence[int],
        behaviour: Behaviour,
        end_of_bidding: int,
    ) -> None:
        """Members who open by themselves do so, then the keeper opens what it can, once the locks open if there are any. If the
        beacon is silent, members open what they locked by their receipts.
        """
        for bidder, its in openings:
            if bidder.key in behaviour.opening and not bidder.is_open:
                self._send("reveal", [_reveal(bidder, one) for one in its])
        if behaviour.locks:
            beacon = self.beacon.beacon
            self._chain.advance_to(beacon.time_of(beacon.round_for(end_of_bidding)))
        sealed = self._number(lots, lambda _, bid: bid.is_sealed)
        self._keep({"reveal": sealed}, refunds=False)
        closed = [
            _reveal(bidder, one)
            for bidder, its in openings
            if behaviour.locks.get(bidder.key) is Lock.TRUE and not bidder.is_open
            for one in its
            if self._book(bidder, one.lot).boxes[bidder.account].is_sealed
        ]
        if closed:
            self._send("reveal", closed)

    def _claim(
        self,
        cast: Cast,
        lots: Collection[int],
        behaviour: Behaviour,
        is_free: Callable[[Box], bool],
    ) -> None:
        """Members who claim by themselves do so, as far as their bids are free."""
        self.ledger.sync()
        claims = [
            bidder.contract.call(bidder.account, "claim", lot)
            for bidder in cast.bidders
            if bidder.key in behaviour.claiming
            for lot in lots
            if self._claimable(bidder, lot) > 0
            and is_free(self._book(bidder, lot).boxes[bidder.account])
        ]
        for claim in claims:
            self._send("claim", [claim])

    # Reading the outcome

    def _read(self, instance: TwoLevelInstance, cast: Cast) -> TwoLevelOutcome:
        lots = tuple(self._read_lot(instance, cast, lot) for lot in cast.lots)
        payments: dict[str, dict[str, int]] = {group.name: {} for group in instance.groups}
        for bidder in cast.bidders:
            group, name = bidder.key
            payments[group][name] = sum(self._paid(bidder, lot) for lot in cast.lots)
        return TwoLevelOutcome(
            items=lots,
            payments=payments,
            welfare=sum(lot_welfare(instance, item, lot) for item, lot in enumerate(lots)),
            optimal_welfare=sum(
                optimal_lot_welfare(instance, item) for item in range(instance.items)
            ),
            gas=self.gas,
        )

    def _read_lot(self, instance: TwoLevelInstance, cast: Cast, number: int) -> LotOutcome:
        lot = self.ledger.lots[number]
        group_bids = {
            group.name: self._group_bid(cast, number, group.name) for group in instance.groups
        }
        owner = self._owner_of(lot.token_id)
        if lot.winner is None:
            check_item(number, owner, lot.seller)
            return LotOutcome(None, 0, 0, 0, (), group_bids)
        winner = next(name for name, account in cast.groups.items() if account == lot.winner)
        members = cast.members[winner]
        first = members[0]
        book = self._book(first, number)
        if first.contract == self._auction:
            check_item(number, owner, cast.recipients.get(first.key, first.account))
            granted = [True]  # the winner itself, who bids for nobody else
        else:
            check_item(number, owner, *self._estates([first.contract], number))
            accounts = [bidder.account for bidder in members]
            granted = self._granted(first.contract, number, accounts)
        served = tuple(b.key[1] for b, is_served in zip(members, granted, strict=True) if is_served)
        return LotOutcome(winner, lot.price, book.share, lot.paid, served, group_bids)

    def _group_bid(self, cast: Cast, lot: int, group: str) -> int:
        bidder = cast.groups[group]
        first = cast.members[group][0]
        if first.contract == self._auction:
            box = self._book(first, lot).boxes.get(bidder)
            return (box.bid or 0) if box else 0
        return self.ledger.lots[lot].group_bids.get(bidder, 0)

    def _paid(self, bidder: Bidder, lot: int) -> int:
        """What a bidder paid for a lot, in units: the deposit less what came back and less the bond."""
        box = self._book(bidder, lot).boxes.get(bidder.account)
        return box.deposit - box.received - box.burnt if box else 0

    def _claimable(self, bidder: Bidder, lot: int) -> int:
        """What a bidder could claim on a lot that is over, in units."""
        book = self._book(bidder, lot)
        return book.due(bidder.account) if bidder.account in book.boxes else 0

    def _book(self, bidder: Bidder, lot: int) -> Book:
        return self.ledger.book(bidder.contract.address, lot)


def _reveal(bidder: Bidder, opening: Opening) -> Transaction:
    """The transaction by which a bidder opens its own bid."""
    return bidder.contract.call(bidder.account, "reveal", opening.lot, opening.bid, opening.salt)
