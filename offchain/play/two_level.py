"""Two-level instances through the auctioneer and its DAOs, on a chain.

Whatever the outcome says is read off the chain's logs, and who has access from the DAO that has the item.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.deployment import Deployment, deploy
from offchain.chain.backend import Chain, Transaction
from offchain.io.addresses import Address
from offchain.keeper.ledger import Ledger
from offchain.keeper.openings import Openings
from offchain.keeper.sending import Action
from offchain.locks.local_beacon import LocalBeacon
from offchain.locks.source import Source
from offchain.model.instances.two_level import LotOutcome, TwoLevelInstance, TwoLevelOutcome
from offchain.play.audit import check_item
from offchain.play.behaviour import STRAIGHT, Behaviour, MemberKey
from offchain.play.bidders import Cast
from offchain.play.bidding import BiddingStage
from offchain.play.hand import Hand
from offchain.play.limits import check_two_level
from offchain.play.observer import Observer
from offchain.play.outcomes import book_of, outcome_of, payments_in, served_by

Hire = Callable[[Deployment, Callable[[Action], None]], Hand]
"""Finds a hand for contracts that were just deployed; it tells of every transaction it sends."""


class TwoLevelStage(BiddingStage):
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
        `ChainError` if a transaction fails, or if money or an item went astray (see `audit`);
        `InvalidInput` if the instance does not fit (`check_two_level`).
        """
        check_two_level(instance)
        self._begin(observer)
        cast: Cast | None = None
        for items in behaviour.turns(instance.items):
            end_of_bidding = self._chain.now() + self._seconds
            lots = self._list(instance, items, behaviour, end_of_bidding)
            cast = cast or self._gather(instance.groups, behaviour, accounts or {})
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

    # Listing

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

    # Reading the outcome

    def _read(self, instance: TwoLevelInstance, cast: Cast) -> TwoLevelOutcome:
        lots = tuple(self._read_lot(cast, lot) for lot in cast.lots)
        return outcome_of(instance, lots, payments_in(self.ledger, cast), self.gas)

    def _read_lot(self, cast: Cast, number: int) -> LotOutcome:
        lot = self.ledger.lots[number]
        group_bids = {group: self._group_bid(cast, number, group) for group in cast.members}
        owner = self._owner_of(lot.token_id)
        if lot.winner is None:
            check_item(number, owner, lot.seller)
            return LotOutcome(None, 0, 0, 0, (), group_bids)
        winner = next(name for name, account in cast.groups.items() if account == lot.winner)
        members = cast.members[winner]
        first = members[0]
        if first.contract == self._auction:
            check_item(number, owner, cast.recipients.get(first.key, first.account))
            served: tuple[str, ...] = (first.key[1],)  # the winner itself, who bids for nobody else
        else:
            check_item(number, owner, *self._estates([first.contract], number))
            served = served_by(members, number, self._granted)
        share = book_of(self.ledger, first, number).share
        return LotOutcome(winner, lot.price, share, lot.paid, served, group_bids)

    def _group_bid(self, cast: Cast, lot: int, group: str) -> int:
        bidder = cast.groups[group]
        first = cast.members[group][0]
        if first.contract == self._auction:
            box = book_of(self.ledger, first, lot).boxes.get(bidder)
            return (box.bid or 0) if box else 0
        return self.ledger.lots[lot].group_bids.get(bidder, 0)
