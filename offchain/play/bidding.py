"""How groups of an instance bid: members in DAOs of their own, individuals at the auctioneer, each by its behaviour."""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import count

from offchain.bindings.seals import Opening
from offchain.chain.backend import Transaction
from offchain.io.addresses import Address
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.books import Box
from offchain.keeper.openings import Openings
from offchain.model.instances.two_level import BID_LIMIT, Group
from offchain.play.auction_house import HouseStage, Kind
from offchain.play.behaviour import Behaviour, Lock, MemberKey, leading_individuals
from offchain.play.bidders import Bid, Bidder, Cast, with_locks
from offchain.play.locking import Locksmith
from offchain.play.outcomes import book_of, claimable
from offchain.play.stage import FIRST_PLAYER


class BiddingStage(HouseStage):
    """The stage of auctions among the groups of an instance. Those that derive from it sell."""

    _entrusted: Openings
    """Where members leave their openings."""

    def _gather(
        self,
        groups: Sequence[Group],
        behaviour: Behaviour,
        accounts: Mapping[MemberKey, Address],
        start: int = FIRST_PLAYER,
        individuals: int | None = None,
    ) -> Cast:
        """Everybody, and a new DAO for each group that has one. Accounts that are not given are actors from `start` on.
        `individuals`: how many of the first bid as such, by default as they behave.
        """
        if individuals is None:
            individuals = leading_individuals(groups, behaviour)
        in_daos = groups[individuals:]
        kinds = [
            Kind(group.name in behaviour.open_groups, group.name in behaviour.standalone)
            for group in in_daos
        ]
        created = self._create_daos(self._seller, kinds)
        daos = {group.name: dao for group, dao in zip(in_daos, created, strict=True)}
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
            for group in groups
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
        drafted = book_of(self.ledger, bidder, opening.lot).boxes.get(bidder.account)
        lying = drafted.deposit if drafted else 0
        if bidder.key in behaviour.rolling and cast.lots and not bidder.is_open:
            before = cast.lots[-1]
            left = claimable(self.ledger, bidder, before)
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
            if book_of(self.ledger, bidder, one.lot).boxes[bidder.account].is_sealed
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
            if claimable(self.ledger, bidder, lot) > 0
            and is_free(book_of(self.ledger, bidder, lot).boxes[bidder.account])
        ]
        for claim in claims:
            self._send("claim", [claim])


def _reveal(bidder: Bidder, opening: Opening) -> Transaction:
    """The transaction by which a bidder opens its own bid."""
    return bidder.contract.call(bidder.account, "reveal", opening.lot, opening.bid, opening.salt)
