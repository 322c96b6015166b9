"""Two-level instances through the auctioneer and its DAOs, on a chain.

Whatever the outcome says is read off the chain's logs, and who has access from the DAO that has the item.
"""

from collections.abc import Callable, Mapping
from itertools import count

from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.deployment import Deployment, deploy
from offchain.chain.backend import Chain, Transaction
from offchain.io.addresses import Address
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.books import Book
from offchain.keeper.ledger import Ledger
from offchain.keeper.openings import Openings
from offchain.keeper.sending import Action
from offchain.model.instances.two_level import (
    LotOutcome,
    TwoLevelInstance,
    TwoLevelOutcome,
    lot_welfare,
    optimal_lot_welfare,
)
from offchain.play.auction_house import Hand, HouseStage
from offchain.play.behaviour import STRAIGHT, Behaviour, MemberKey
from offchain.play.bidders import Bidder, Cast, leading_individuals
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
    ) -> None:
        """Deploys the contracts, of which `observer` hears. `phase_seconds`: how long bidding, reveal and tally last each.
        `openings`: where members leave their openings. `hire`: who does the keeper's work, by default a `Keeper` in this
        process.
        """
        super().__init__(chain, phase_seconds, observer)
        self.deployment: Deployment = deploy(chain, self._seller, creator=self._create)
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
        `ChainError` if a transaction fails, or if money went astray (see `audit`).
        """
        self._begin(observer)
        end_of_bidding = self._chain.now() + self._seconds
        cast = self._set_up(instance, behaviour, end_of_bidding, accounts or {})
        self._bid(cast, behaviour)
        self._chain.advance_to(end_of_bidding)
        sealed = self._number(cast.lots, lambda _, bid: bid.is_sealed)
        self._keep({"reveal": sealed}, refunds=False)
        self._chain.advance_to(end_of_bidding + self._seconds)
        in_daos = self._number(cast.lots, lambda book, bid: book.of_dao and not bid.is_sealed)
        self._keep({"tally": in_daos, "settle": len(cast.lots)}, refunds=False)
        self._claim(cast, behaviour)
        self._keep({"refund": self._number(cast.lots, lambda _, bid: not bid.closed)})
        outcome = self._read(instance, cast)
        self._close(cast.lots)
        return outcome

    # Listing and entering

    def _set_up(
        self,
        instance: TwoLevelInstance,
        behaviour: Behaviour,
        end_of_bidding: int,
        accounts: Mapping[MemberKey, Address],
    ) -> Cast:
        lots = self._list(instance, end_of_bidding)
        groups = instance.groups[leading_individuals(instance.groups, behaviour) :]
        are_open = [group.name in behaviour.open_groups for group in groups]
        created = self._create_daos(self._seller, are_open, lots)
        daos = {group.name: dao for group, dao in zip(groups, created, strict=True)}
        indices = count(FIRST_PLAYER)
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
        return Cast(lots, members, bidders)

    def _list(self, instance: TwoLevelInstance, end_of_bidding: int) -> tuple[int, ...]:
        schedule = self._schedule(end_of_bidding)
        transactions: list[Transaction] = []
        for reserve in instance.reserves:
            token, mint = self._mint()
            terms = self._item.address, token, reserve, schedule
            transactions += [
                mint,
                self._item.call(self._seller, "approve", self.auction, token),
                self._auction.call(self._seller, "list", *terms),
            ]
        receipts = self._send("list", transactions)
        return tuple(event.args["lot"] for event in self._auction.events(receipts))

    # Bidding

    def _bid(self, cast: Cast, behaviour: Behaviour) -> None:
        self._fund(cast, behaviour)
        lots, chain_id = cast.lots, self._chain.chain_id
        changing = [b for b in cast.bidders if b.key in behaviour.changed]
        self._send("bid", [t for b in changing for t in b.first_bids(lots, chain_id)])
        openings = [(b, b.openings(lots)) for b in cast.bidders]
        self._entrusted.add(o for b, its in openings if b.key not in behaviour.silent for o in its)
        self._send("bid", [t for b, its in openings for t in b.bids(its, behaviour, chain_id)])
        withdrawn = [
            bidder.contract.call(bidder.account, "withdraw", opening.lot, bidder.account)
            for bidder, its in openings
            if bidder.key in behaviour.withdrawn
            for opening in its
        ]
        self._send("withdraw", withdrawn)

    def _fund(self, cast: Cast, behaviour: Behaviour) -> None:
        amounts: dict[Address, int] = {}
        for bidder in cast.bidders:
            deposits = sum(bidder.deposit(bid, behaviour) for bid in bidder.member.bids)
            amounts[bidder.account] = (
                amounts.get(bidder.account, self._pocket_money) + deposits * WEI_PER_UNIT
            )
        self._observed.fund(amounts)

    # Afterwards

    def _claim(self, cast: Cast, behaviour: Behaviour) -> None:
        """Members who claim by themselves do so once all lots are settled, before the keeper pays anybody."""
        self.ledger.sync()
        claims = [
            bidder.contract.call(bidder.account, "claim", lot)
            for bidder in cast.bidders
            if bidder.key in behaviour.claiming
            for lot in cast.lots
            if bidder.account in (book := self._book(bidder, lot)).boxes
            and book.due(bidder.account) > 0
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
        if lot.winner is None:
            return LotOutcome(None, 0, 0, 0, (), group_bids)
        winner = next(name for name, account in cast.groups.items() if account == lot.winner)
        members = cast.members[winner]
        book = self._book(members[0], number)
        accounts = [bidder.account for bidder in members]
        granted = [True]  # the winner itself, who bids for nobody else
        if members[0].contract != self._auction:
            granted = self._granted(members[0].contract, number, accounts)
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

    def _book(self, bidder: Bidder, lot: int) -> Book:
        return self.ledger.book(bidder.contract.address, lot)
