"""Instances of the optimal mechanism under approximate valuations through the contract, on a chain.

Every bidder of an instance with bids is an individual, every group of one with groups a DAO with open
bids; both can play together (`play_groups`). What the outcome says is read off the chain: the chances
from the contract's own view, which checks them, and winner, price and shares from what happened to the
item and the money.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from offchain.bindings.contracts import Deployed
from offchain.bindings.draw_proofs import PLAYERS_PER_STEP, prove, word_of
from offchain.bindings.entries import account_in, amount_in
from offchain.bindings.seals import Opening, commitment, new_salt
from offchain.chain.backend import Chain, Transaction
from offchain.io.addresses import Address
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.ledger import APPROXIMATE, Ledger
from offchain.keeper.openings import Openings
from offchain.model.instances.approximate import (
    NO_SALE,
    ApproximateGroupsInstance,
    ApproximateGroupsSale,
    ApproximateInstance,
    ApproximateOutcome,
    ApproximateSale,
    GroupSale,
)
from offchain.model.instances.two_level import BID_LIMIT
from offchain.play.auction_house import HouseStage, Kind
from offchain.play.limits import check_approximate
from offchain.play.observer import Observer
from offchain.play.words import Source, ToldWords


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody in one auction: its lot, the individuals' accounts, each DAO and its members' accounts."""

    lot: int
    individuals: tuple[Address, ...]
    daos: tuple[Address, ...]
    members: tuple[tuple[Address, ...], ...]

    @property
    def everybody(self) -> tuple[Address, ...]:
        """The individuals, then the DAOs."""
        return (*self.individuals, *self.daos)


class ApproximateStage(HouseStage):
    """The contract deployed on a chain, with draws that fall as the play wants them; ready to play auctions."""

    def __init__(
        self,
        chain: Chain,
        phase_seconds: int = 3_600,
        players_per_step: int = PLAYERS_PER_STEP,
        source: Source = ToldWords,
        observer: Observer | None = None,
    ) -> None:
        """Deploys the contracts, of which `observer` hears. `phase_seconds`: how long bidding, reveal and tally last each.
        `players_per_step`: how many players one transaction meets that decides a lot. `source`: where words come from; if
        they are not told, an instance's draw is not the one that decides.
        """
        super().__init__(chain, phase_seconds, observer)
        block, create = chain.block(), self._observed.create
        self._words = source(self._observed, self._keeper_account)
        self.randomness = self._words.address
        self._factory = create(self._keeper_account, "DAOFactory")
        terms = self._factory.address, self.beacon.beacon.chain_hash, self.randomness
        self._open(create(self._keeper_account, APPROXIMATE, *terms))
        self._approve_all()
        self._entrusted = Openings()
        self.ledger = Ledger(chain, self.auction, block, APPROXIMATE)
        self._keeper = self._hire(self._entrusted, players_per_step)

    def play(
        self,
        instance: ApproximateInstance | ApproximateGroupsInstance,
        observer: Observer | None = None,
    ) -> ApproximateOutcome:
        """Plays `instance` and reads its outcome off the chain, with the gas used by step.

        Without a draw the outcome holds the chances alone; the lot is decided all the same, by draw
        0, so that everybody gets its money back.

        Raises:
            InvalidInput: it does not fit the contract.
            ChainError: a transaction fails, or money went astray.
        """
        check_approximate(instance)
        self._begin(observer)
        individuals: list[int] = []
        groups: list[list[int]] = []
        if isinstance(instance, ApproximateInstance):
            names = list(instance.bids)
            individuals = list(instance.bids.values())
        else:
            names = [group.name for group in instance.groups]
            groups = [group.bids_on(0) for group in instance.groups]
        cast = self.bid(individuals, groups, instance.delta)
        chances = self._chances(cast, instance.delta)
        self._conclude(cast.lot, instance.draw or Fraction(0))
        sale: ApproximateSale | ApproximateGroupsSale | None = None
        if instance.draw is not None:
            sold = self._sale(cast)
            if isinstance(instance, ApproximateInstance):
                sale = ApproximateSale(
                    None if sold.winner is None else names[sold.winner], sold.price
                )
            else:
                sale = ApproximateGroupsSale.of(
                    instance.groups, sold.winner, sold.price, sold.share, sold.served
                )
        self._close([cast.lot])
        return ApproximateOutcome(
            probabilities=dict(zip(names, chances, strict=True)),
            unsold=1 - sum(chances, Fraction(0)),
            sale=sale,
            gas=self.gas,
        )

    def play_groups(
        self,
        individuals: Sequence[int],
        groups: Sequence[Sequence[int]],
        delta: Fraction,
        draw: Fraction,
    ) -> GroupSale:
        """Plays an auction among individuals and groups, each a DAO with open bids; see `approximate_groups.sell`.

        Raises:
            ChainError: a transaction fails, or money went astray.
        """
        self._begin(None)
        cast = self.bid(individuals, groups, delta)
        self._conclude(cast.lot, draw)
        sale = self._sale(cast)
        self._close([cast.lot])
        return sale

    # Bidding

    def bid(
        self, individuals: Sequence[int], groups: Sequence[Sequence[int]], delta: Fraction
    ) -> Cast:
        """An auction up to its draw, which is asked for: individuals' bids opened in their order, DAOs tallied in theirs."""
        end_of_bidding = self._chain.now() + self._seconds
        lot = self._list(delta, end_of_bidding)
        count = len(individuals)
        accounts = tuple(self._players(count))
        openings = [
            Opening(self.auction, lot, account, bid, new_salt())
            for account, bid in zip(accounts, individuals, strict=True)
        ]
        bids = [self._sealed_bid(opening) for opening in openings]
        daos = self._create_daos(self._keeper_account, [Kind(is_open=True)] * len(groups))
        self._enter(self._keeper_account, daos, [lot])
        members: list[tuple[Address, ...]] = []
        for dao, group in zip(daos, groups, strict=True):
            members.append(tuple(self._players(len(group), count + sum(map(len, members)))))
            bids += [
                dao.call(member, "raiseBid", lot, value=bid * WEI_PER_UNIT)
                for member, bid in zip(members[-1], group, strict=True)
                if bid > 0
            ]
        self._observed.fund({bid.sender: self._pocket_money + bid.value for bid in bids})
        self._send("bid", bids)
        self._chain.advance_to(end_of_bidding)
        self._entrusted.add(openings)
        self._keep({"reveal": count})
        self._chain.advance_to(end_of_bidding + self._seconds)
        tally = {"tally": len(bids) - count} if groups else {}
        self._keep({**tally, "draw": 1})
        return Cast(lot, accounts, tuple(dao.address for dao in daos), tuple(members))

    def _list(self, delta: Fraction, end_of_bidding: int) -> int:
        token, mint = self._mint()
        terms = delta.numerator, delta.denominator, self._schedule(end_of_bidding)
        listing = self._auction.call(self._seller, "list", self._item.address, token, *terms)
        self._send("list", [mint, listing])
        lot: int
        (lot,) = self._view("lotCount")
        return lot

    def _sealed_bid(self, opening: Opening) -> Transaction:
        seal = commitment(self._chain.chain_id, opening)
        value = _deposit(opening.bid) * WEI_PER_UNIT
        return self._auction.call(opening.bidder, "commit", opening.lot, seal, value=value)

    # The draw

    def _chances(self, cast: Cast, delta: Fraction) -> list[Fraction]:
        """Everybody's chance, as the contract has it; 0 of those who do not play."""
        entries = self.ledger.players(cast.lot)
        if not entries:
            return [Fraction(0)] * len(cast.everybody)
        winners = prove([amount_in(entry) for entry in entries], delta, 0).all.winners
        answer = self._view("chancesOf", cast.lot, winners.word, entries)
        chances = (Fraction(*terms) for terms in zip(*answer, strict=True))
        chance = dict(zip(map(account_in, entries), chances, strict=True))
        return [chance.get(account, Fraction(0)) for account in cast.everybody]

    def _conclude(self, lot: int, draw: Fraction) -> None:
        """Has the word of a lot come, if it asked for one, and the lot decided, settled or returned, and paid out."""
        players = self.ledger.players(lot)
        if players:
            self._words.deliver(self.auction, lot, word_of(draw))
        decision = {"decide": len(players), "settle": 1} if players else {}
        self._keep({**decision, "refund": self._number([lot], lambda _, bid: not bid.closed)})

    def _sale(self, cast: Cast) -> GroupSale:
        """Who holds the item now, what the lot cost, and, of a DAO, who is served at which share."""
        lot = self.ledger.lots[cast.lot]
        holder = self._owner_of(lot.token_id)
        if holder == self._seller:
            return NO_SALE
        if holder in cast.individuals:
            return GroupSale(cast.individuals.index(holder), lot.price, lot.price, ())
        daos = [Deployed(self._dao, dao) for dao in cast.daos]
        place = self._estates(daos, cast.lot).index(holder)
        dao, members = daos[place], cast.members[place]
        granted = self._granted(dao, cast.lot, members)
        served = tuple(index for index, is_granted in enumerate(granted) if is_granted)
        share = self.ledger.book(dao.address, cast.lot).share
        return GroupSale(len(cast.individuals) + place, lot.price, share, served)


def _deposit(bid: int) -> int:
    """What is put down for a bid, in units: twice as much, which hides it from who does not know the habit; at least 1."""
    return max(1, min(2 * bid, BID_LIMIT))
