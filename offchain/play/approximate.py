"""Instances of the optimal mechanism under approximate valuations through the contract, on a chain.

Every bidder of an instance with bids is an individual, every group of one with groups a DAO with open
bids; both can play together (`play_groups`). What the outcome says is read off the chain: the chances
from the contract's own view, which checks them, and winner, price and shares from what happened to the
item and the money.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.bindings.draw_proofs import (
    MOST_PLAYERS,
    PLAYERS_PER_STEP,
    TERM_LIMIT,
    account_of,
    bid_of,
    prove,
    word_of,
)
from offchain.bindings.seals import Opening, commitment, new_salt
from offchain.chain.backend import Chain, Receipt, Transaction
from offchain.io.errors import InvalidInput
from offchain.keeper.keeper import Action, Keeper
from offchain.keeper.ledger import APPROXIMATE, Ledger
from offchain.keeper.receipts import Receipts
from offchain.model.instances.approximate import (
    NO_SALE,
    ApproximateGroupsInstance,
    ApproximateGroupsSale,
    ApproximateInstance,
    ApproximateOutcome,
    ApproximateSale,
    GroupSale,
)
from offchain.model.instances.two_level import BID_LIMIT, Group
from offchain.play.audit import audit
from offchain.play.sending import send_counted
from offchain.play.terms import BOND_BPS, FIRST_PLAYER, KEEPER, SELLER, UNIT, pocket_money, trusting
from offchain.play.words import Source, ToldWords

Address = str


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


class ApproximateStage:
    """The contract deployed on `chain`, with draws that fall as the play wants them; ready to play auctions."""

    def __init__(
        self,
        chain: Chain,
        phase_seconds: int = 3_600,
        players_per_step: int = PLAYERS_PER_STEP,
        source: Source = ToldWords,
    ) -> None:
        """`phase_seconds`: how long bidding, reveal and tally last each. `players_per_step`: how many players one
        transaction meets that decides a lot. `source`: where words come from; if they are not told, an instance's
        draw is not the one that decides.
        """
        self._chain = chain
        self._seconds = phase_seconds
        self._seller, self._keeper_account = chain.actor(SELLER), chain.actor(KEEPER)
        self._pocket_money = pocket_money(chain)
        chain.fund_all(dict.fromkeys((self._seller, self._keeper_account), self._pocket_money))
        self._abi, self._token = contract(APPROXIMATE), contract("Item")
        self._factory_abi, self._dao = contract("DAOFactory"), contract("DAO")
        block = chain.block()
        self._words = source(chain, self._keeper_account)
        self.randomness = self._words.address
        self._factory = create(chain, self._keeper_account, "DAOFactory")
        self.auction = create(
            chain, self._keeper_account, APPROXIMATE, self._factory, self.randomness
        )
        self._item = create(chain, self._seller, "Item")
        approval = self._token.encode("setApprovalForAll", self.auction, True)
        chain.send(Transaction(self._seller, self._item, approval))
        self.ledger = Ledger(chain, self.auction, block, APPROXIMATE)
        self._gas: Counter[str] = Counter()
        self._receipts = Receipts()
        self._keeper = Keeper(
            chain,
            self.ledger,
            self._keeper_account,
            self._receipts,
            on_action=self._on_action,
            players_per_step=players_per_step,
            depth=0,  # nobody else bids here
            clock=trusting(chain),
        )
        self._minted = 0

    def play(self, instance: ApproximateInstance | ApproximateGroupsInstance) -> ApproximateOutcome:
        """Plays `instance` and reads its outcome off the chain, with the gas used by step.

        Without a draw the outcome holds the chances alone; the lot is decided all the same, by draw
        0, so that everybody gets its money back.

        Raises:
            InvalidInput: it does not fit the contract.
            ChainError: a transaction fails, or money went astray.
        """
        check_playable(instance)
        self._gas.clear()
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
        self._close(cast.lot)
        return ApproximateOutcome(
            probabilities=dict(zip(names, chances, strict=True)),
            unsold=1 - sum(chances, Fraction(0)),
            sale=sale,
            gas={**self._gas, "total": self._gas.total()},
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
        self._gas.clear()
        cast = self.bid(individuals, groups, delta)
        self._conclude(cast.lot, draw)
        sale = self._sale(cast)
        self._close(cast.lot)
        return sale

    # Bidding

    def bid(
        self, individuals: Sequence[int], groups: Sequence[Sequence[int]], delta: Fraction
    ) -> Cast:
        """An auction up to its draw, which is asked for: individuals' bids opened in their order, DAOs tallied in theirs."""
        end_of_bidding = self._chain.now() + self._seconds
        lot = self._list(delta, end_of_bidding)
        count = len(individuals)
        accounts = tuple(self._chain.actor(FIRST_PLAYER + place) for place in range(count))
        openings = [
            Opening(self.auction, lot, account, bid, new_salt())
            for account, bid in zip(accounts, individuals, strict=True)
        ]
        chain_id = self._chain.chain_id
        bids = [
            Transaction(
                one.bidder,
                self.auction,
                self._abi.encode("commit", lot, commitment(chain_id, one)),
                _deposit(one.bid) * UNIT,
            )
            for one in openings
        ]
        daos = tuple(self._create_dao(lot) for _ in groups)
        members: list[tuple[Address, ...]] = []
        for dao, group in zip(daos, groups, strict=True):
            first = FIRST_PLAYER + count + sum(map(len, members))
            members.append(tuple(self._chain.actor(first + place) for place in range(len(group))))
            data = self._dao.encode("raiseBid", lot)
            bids += [
                Transaction(member, dao, data, bid * UNIT)
                for member, bid in zip(members[-1], group, strict=True)
                if bid > 0
            ]
        self._chain.fund_all({bid.sender: self._pocket_money + bid.value for bid in bids})
        self._send("bid", bids)
        self._chain.advance_to(end_of_bidding)
        self._receipts.add(openings)
        self._keep()
        self._chain.advance_to(end_of_bidding + self._seconds)
        self._keep()
        return Cast(lot, accounts, daos, tuple(members))

    def _list(self, delta: Fraction, end_of_bidding: int) -> int:
        self._minted += 1
        seconds = self._seconds
        schedule = (
            end_of_bidding,
            end_of_bidding + seconds,
            end_of_bidding + 2 * seconds,
            BOND_BPS,
        )
        mint = self._token.encode("mint", self._seller, self._minted)
        terms = delta.numerator, delta.denominator
        data = self._abi.encode("list", self._item, self._minted, *terms, schedule)
        self._send(
            "list",
            [
                Transaction(self._seller, self._item, mint),
                Transaction(self._seller, self.auction, data),
            ],
        )
        lot: int = self._view(self._abi, self.auction, "lotCount")[0]
        return lot

    def _create_dao(self, lot: int) -> Address:
        data = self._factory_abi.encode("create", self.auction, True, 0)
        transaction = Transaction(self._keeper_account, self._factory, data)
        (receipt,) = self._send("create", [transaction])
        event = self._factory_abi.event(receipt.logs[0])
        assert event is not None
        dao: Address = event.args["dao"]
        enter = self._dao.encode("enter", lot)
        self._send("enter", [Transaction(self._keeper_account, dao, enter)])
        return dao

    # The draw

    def _chances(self, cast: Cast, delta: Fraction) -> list[Fraction]:
        """Everybody's chance, as the contract has it; 0 of those who do not play."""
        entries = self.ledger.players(cast.lot)
        if not entries:
            return [Fraction(0)] * len(cast.everybody)
        winners = prove([bid_of(entry) for entry in entries], delta, 0).all.winners
        answer = self._view(self._abi, self.auction, "chancesOf", cast.lot, winners.word, entries)
        chances = (Fraction(*terms) for terms in zip(*answer, strict=True))
        chance = dict(zip(map(account_of, entries), chances, strict=True))
        return [chance.get(int(account, 16), Fraction(0)) for account in cast.everybody]

    def _conclude(self, lot: int, draw: Fraction) -> None:
        """Has the word of a lot come, if it asked for one, and the lot decided, settled or returned, and paid out."""
        if self.ledger.players(lot):
            self._words.deliver(self.auction, lot, word_of(draw))
        self._keep()

    def _sale(self, cast: Cast) -> GroupSale:
        """Who holds the item now, what the lot cost, and, of a DAO, who is served at which share."""
        lot = self.ledger.lots[cast.lot]
        (holder,) = self._view(self._token, self._item, "ownerOf", lot.token_id)
        if holder == self._seller:
            return NO_SALE
        winner = cast.everybody.index(holder)
        if winner < len(cast.individuals):
            return GroupSale(winner, lot.price, lot.price, ())
        members = cast.members[winner - len(cast.individuals)]
        granted = [self._view(self._dao, holder, "hasAccess", cast.lot, m)[0] for m in members]
        served = tuple(place for place, is_granted in enumerate(granted) if is_granted)
        return GroupSale(winner, lot.price, self.ledger.book(holder, cast.lot).share, served)

    def _close(self, lot: int) -> None:
        """Checks the money, and pays the seller."""
        audit(self._chain, self.ledger, [lot], self._withdraw_proceeds)
        self.ledger.forget([lot])

    def _withdraw_proceeds(self) -> int:
        owed: int = self._view(self._abi, self.auction, "proceeds", self._seller)[0]
        if owed:
            data = self._abi.encode("withdrawProceeds", self._seller)
            self._send("proceeds", [Transaction(self._seller, self.auction, data)])
        return owed

    # Transactions

    def _keep(self) -> None:
        """Lets the keeper reveal, tally, draw, settle, return and refund until nothing is left to do."""
        while self._keeper.step() or self._keeper.unfinished:
            pass
        self.ledger.sync()

    def _on_action(self, action: Action) -> None:
        self._gas[action.step] += action.gas_used

    def _view(self, abi: Any, address: Address, function: str, *arguments: object) -> Any:
        return abi.decode(function, self._chain.call(address, abi.encode(function, *arguments)))

    def _send(self, step: str, transactions: Sequence[Transaction]) -> list[Receipt]:
        return send_counted(self._chain, transactions, self._gas, step)


def check_playable(instance: ApproximateInstance | ApproximateGroupsInstance) -> None:
    """Raises InvalidInput, naming the field, if an instance does not fit the contract."""
    denominator = instance.delta.denominator
    if denominator >= TERM_LIMIT:
        raise InvalidInput(
            f"delta: denominator: {denominator} is more than the contract holds, "
            f"which is {TERM_LIMIT - 1}"
        )
    if isinstance(instance, ApproximateInstance):
        field, players = "bids", len(instance.bids)
    else:
        field, players = "groups", len(instance.groups)
        for place, group in enumerate(instance.groups):
            _check_group(f"groups[{place}]", group)
    if players > MOST_PLAYERS:
        raise InvalidInput(
            f"{field}: {players} players are more than the contract holds, which is {MOST_PLAYERS}"
        )


def _check_group(path: str, group: Group) -> None:
    """The contract keeps 64 bits of what a DAO bids: the most that its members can pay in equal shares."""
    ranked = enumerate(sorted(group.bids_on(0), reverse=True), start=1)
    bid = max(rank * amount for rank, amount in ranked)
    if bid > BID_LIMIT:
        raise InvalidInput(
            f"{path}: its members can pay {bid} together, more than the contract holds, "
            "which is 2^64-1"
        )


def _deposit(bid: int) -> int:
    """What is put down for a bid, in units: twice as much, which hides it from who does not know the habit; at least 1."""
    return max(1, min(2 * bid, BID_LIMIT))
