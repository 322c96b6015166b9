"""A chain with the contracts on it, on which auctions are played one after another."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from offchain.bindings.contracts import Contract
from offchain.bindings.contracts import contract as contract_named
from offchain.bindings.deployment import Deployment, create, deploy
from offchain.bindings.seals import Opening, commitment, new_salt
from offchain.chain.backend import Chain, Receipt, Transaction
from offchain.keeper.keeper import Action, Keeper
from offchain.keeper.ledger import Book, Ledger
from offchain.keeper.receipts import Receipts
from offchain.model.instances.two_level import (
    BID_LIMIT,
    Group,
    LotOutcome,
    Member,
    TwoLevelInstance,
    TwoLevelOutcome,
    lot_welfare,
    optimal_lot_welfare,
)
from offchain.play.audit import audit
from offchain.play.behaviour import STRAIGHT, Behaviour, MemberKey
from offchain.play.observer import Observer, Silent
from offchain.play.sending import send
from offchain.play.terms import BOND_BPS, FIRST_PLAYER, KEEPER, SELLER, UNIT, pocket_money, trusting

_QUERIES = 500
"""How many questions go to a contract at once: about 3 million gas of them."""
_FIRST_DEPOSIT = 1
"""Units that who changes a bid puts down with the first one: no more than any bid, so that a second deposit never falls below."""


class Hand(Protocol):
    """Whoever does the keeper's work; see `Keeper`."""

    def step(self, refunds: bool = True) -> int:
        """Does what can be done now; 0 if nothing is left to do, of paying out only if it is time for `refunds`."""


Hire = Callable[[Deployment, Callable[[Action], None]], Hand]
"""Finds a hand for contracts that were just deployed; it tells of every transaction it sends."""


@dataclass(frozen=True, slots=True)
class Bidder:
    """A member on the chain: the account it sends from and the contract it bids at (its DAO, or the auctioneer)."""

    key: MemberKey
    member: Member
    account: str
    contract: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody in one auction: its lots by item, the members of each group in file order, and each group's bidder at the
    auctioneer.
    """

    lots: tuple[int, ...]
    members: Mapping[str, tuple[Bidder, ...]]
    groups: Mapping[str, str]

    @property
    def bidders(self) -> tuple[Bidder, ...]:
        """All members of all groups, in file order."""
        return tuple(bidder for members in self.members.values() for bidder in members)


class Stage:
    """Contracts deployed on `chain`, ready to play auctions. Every auction gets new lots and new DAOs."""

    def __init__(
        self,
        chain: Chain,
        phase_seconds: int = 3_600,
        receipts: Receipts | None = None,
        hire: Hire | None = None,
    ) -> None:
        """Deploys the contracts. `phase_seconds`: how long bidding, reveal and tally last each. `receipts`: where members leave
        their openings. `hire`: who does the keeper's work, by default a `Keeper` in this process.
        """
        self._chain = chain
        self._phase_seconds = phase_seconds
        self._seller, self._keeper_account = chain.actor(SELLER), chain.actor(KEEPER)
        self._pocket_money = pocket_money(chain)
        chain.fund_all(dict.fromkeys((self._seller, self._keeper_account), self._pocket_money))
        self.deployment: Deployment = deploy(chain, self._seller)
        self._item = create(chain, self._seller, "Item")
        self._auctioneer, self._factory = contract_named("Auctioneer"), contract_named("DAOFactory")
        self._dao, self._token = contract_named("DAO"), contract_named("Item")
        self._receipts = Receipts() if receipts is None else receipts
        self.ledger = Ledger(chain, self.deployment.auctioneer, self.deployment.block)
        self._gas: Counter[str] = Counter()
        self._keeper: Hand = (
            hire(self.deployment, self._on_action)
            if hire is not None
            else Keeper(
                chain,
                self.ledger,
                self._keeper_account,
                self._receipts,
                on_action=self._on_action,
                depth=0,  # nobody else bids here
                clock=trusting(chain),
            )
        )
        self._minted = 0
        self._observer: Observer = Silent()

    def play(
        self,
        instance: TwoLevelInstance,
        behaviour: Behaviour = STRAIGHT,
        observer: Observer | None = None,
        accounts: Mapping[MemberKey, str] | None = None,
    ) -> TwoLevelOutcome:
        """Plays `instance` and reads its outcome off the chain, with the gas used by step.

        `accounts`: the address a member bids from, where it should be a certain one that the back
        end can send from.
        `ChainError` if a transaction fails, or if money went astray (see `audit`).
        """
        self._gas.clear()
        self._observer = observer or Silent()
        end_of_bidding = self._chain.now() + self._phase_seconds
        cast = self._set_up(instance, behaviour, end_of_bidding, accounts or {})
        self._bid(cast, behaviour)
        self._chain.advance_to(end_of_bidding)
        self._keep({"reveal": self._sealed_bids(cast)}, refunds=False)
        self._chain.advance_to(end_of_bidding + self._phase_seconds)
        self._keep({"tally": self._open_bids(cast), "settle": len(cast.lots)}, refunds=False)
        self._claim(cast, behaviour)
        self._keep({"refund": self._deposits(cast)}, refunds=True)
        outcome = self._read(instance, cast)
        audit(self._chain, self.ledger, cast.lots, self._withdraw_proceeds)
        self.ledger.forget(cast.lots)
        return outcome

    def _keep(self, totals: Mapping[str, int], refunds: bool) -> None:
        """Lets the keeper work until nothing is left to do; `totals` says what it will do."""
        for step, total in totals.items():
            self._observer.begins(step, total)
        while self._keeper.step(refunds):
            pass
        self.ledger.sync()
        for step in totals:
            self._observer.ends(step, self._gas[step])

    def _on_action(self, action: Action) -> None:
        self._gas[action.step] += action.gas_used
        self._observer.advances(action.step, action.members)

    def _sealed_bids(self, cast: Cast) -> int:
        self.ledger.sync()
        return sum(
            account.is_sealed for book in self._books(cast) for account in book.accounts.values()
        )

    def _open_bids(self, cast: Cast) -> int:
        books = (book for book in self._books(cast) if book.contract != self.deployment.auctioneer)
        return sum(not account.is_sealed for book in books for account in book.accounts.values())

    def _deposits(self, cast: Cast) -> int:
        self.ledger.sync()
        return sum(
            not account.closed for book in self._books(cast) for account in book.accounts.values()
        )

    def _books(self, cast: Cast) -> Iterator[Book]:
        for lot in cast.lots:
            yield from self.ledger.books_on(lot)

    # Listing and entering

    def _set_up(
        self,
        instance: TwoLevelInstance,
        behaviour: Behaviour,
        end_of_bidding: int,
        accounts: Mapping[MemberKey, str],
    ) -> Cast:
        lots = self._list(instance, end_of_bidding)
        contracts = self._create_daos(instance, behaviour, lots)
        indices = count(FIRST_PLAYER)
        members = {
            group.name: tuple(
                Bidder(
                    key=(group.name, member.name),
                    member=member,
                    account=accounts.get((group.name, member.name)) or self._chain.actor(index),
                    contract=contracts.get(group.name, self.deployment.auctioneer),
                    is_open=group.name in behaviour.open_groups,
                )
                for member, index in zip(group.members, indices, strict=False)
            )
            for group in instance.groups
        }
        individuals = {
            name: bidders[0].account for name, bidders in members.items() if name not in contracts
        }
        return Cast(lots, members, contracts | individuals)

    def _list(self, instance: TwoLevelInstance, end_of_bidding: int) -> tuple[int, ...]:
        seconds = self._phase_seconds
        schedule = (
            end_of_bidding,
            end_of_bidding + seconds,
            end_of_bidding + 2 * seconds,
            BOND_BPS,
        )
        transactions: list[Transaction] = []
        for reserve in instance.reserves:
            self._minted += 1
            transactions += [
                self._call(
                    self._seller, self._item, self._token, "mint", self._seller, self._minted
                ),
                self._call(
                    self._seller,
                    self._item,
                    self._token,
                    "approve",
                    self.deployment.auctioneer,
                    self._minted,
                ),
                self._call(
                    self._seller,
                    self.deployment.auctioneer,
                    self._auctioneer,
                    "list",
                    self._item,
                    self._minted,
                    reserve,
                    schedule,
                ),
            ]
        receipts = self._send("list", transactions)
        return tuple(
            event.args["lot"]
            for receipt in receipts
            for log in receipt.logs
            if log.address == self.deployment.auctioneer
            and (event := self._auctioneer.event(log)) is not None
        )

    def _create_daos(
        self, instance: TwoLevelInstance, behaviour: Behaviour, lots: Sequence[int]
    ) -> dict[str, str]:
        """DAOs by group, entered on all lots, in file order; groups that bid as individuals have none."""
        groups = instance.groups[_leading_individuals(instance.groups, behaviour) :]
        created = self._send(
            "create",
            [
                self._call(
                    self._seller,
                    self.deployment.factory,
                    self._factory,
                    "create",
                    self.deployment.auctioneer,
                    group.name in behaviour.open_groups,
                    0,
                )
                for group in groups
            ],
        )
        daos = {}
        for group, receipt in zip(groups, created, strict=True):
            event = self._factory.event(receipt.logs[0])
            assert event is not None
            daos[group.name] = event.args["dao"]
        self._send(
            "enter",
            [
                self._call(self._seller, d, self._dao, "enter", lot)
                for d in daos.values()
                for lot in lots
            ],
        )
        return daos

    # Bidding

    def _bid(self, cast: Cast, behaviour: Behaviour) -> None:
        self._fund(cast, behaviour)
        changing = [b for b in cast.bidders if b.key in behaviour.changed]
        self._send("bid", [t for b in changing for t in self._first_bids(cast, b)])
        openings = [(b, self._openings(cast, b)) for b in cast.bidders]
        self._receipts.add(o for b, its in openings if b.key not in behaviour.silent for o in its)
        self._send("bid", [t for b, its in openings for t in self._bids(b, its, behaviour)])
        leaving = [(b, its) for b, its in openings if b.key in behaviour.withdrawn]
        self._send("withdraw", [t for b, its in leaving for t in self._withdrawals(b, its)])

    def _fund(self, cast: Cast, behaviour: Behaviour) -> None:
        self._observer.begins("fund", len(cast.bidders))
        amounts: dict[str, int] = {}
        for bidder in cast.bidders:
            deposits = sum(_deposit(bid, bidder, behaviour) for bid in bidder.member.bids)
            amounts[bidder.account] = (
                amounts.get(bidder.account, self._pocket_money) + deposits * UNIT
            )
        self._chain.fund_all(amounts, self._advancer("fund"))
        self._observer.ends("fund", 0)

    def _openings(self, cast: Cast, bidder: Bidder) -> list[Opening]:
        """The bids of a member, one for each lot on which it bids anything."""
        return [
            Opening(bidder.contract, lot, bidder.account, bid, new_salt())
            for lot, bid in zip(cast.lots, bidder.member.bids, strict=True)
            if bid > 0
        ]

    def _first_bids(self, cast: Cast, bidder: Bidder) -> list[Transaction]:
        """Bids that will be replaced: of one unit, on a first deposit."""
        drafts = (
            Opening(bidder.contract, lot, bidder.account, 1, new_salt())
            for lot, bid in zip(cast.lots, bidder.member.bids, strict=True)
            if bid > 0
        )
        return [self._single_bid(bidder, draft, _FIRST_DEPOSIT) for draft in drafts]

    def _bids(
        self, bidder: Bidder, openings: list[Opening], behaviour: Behaviour
    ) -> list[Transaction]:
        """The transactions that bring a member's bids to `openings`; who changes them has a first deposit on each lot already."""
        first_deposit = _FIRST_DEPOSIT if bidder.key in behaviour.changed else 0
        added = [_deposit(opening.bid, bidder, behaviour) - first_deposit for opening in openings]
        if not openings:
            return []
        if len(openings) == 1:
            return (
                []
                if bidder.is_open and added[0] == 0
                else [self._single_bid(bidder, openings[0], added[0])]
            )
        contract = self._contract(bidder.contract)
        if bidder.is_open:
            raised = [(o.lot, more) for o, more in zip(openings, added, strict=True) if more]
            if not raised:
                return []
            data = contract.encode("raiseBids", raised)
        else:
            seals = [
                (o.lot, commitment(self._chain.chain_id, o), more)
                for o, more in zip(openings, added, strict=True)
            ]
            data = contract.encode("commitMany", seals)
        return [Transaction(bidder.account, bidder.contract, data, sum(added) * UNIT)]

    def _single_bid(self, bidder: Bidder, opening: Opening, added: int) -> Transaction:
        contract = self._contract(bidder.contract)
        if bidder.is_open:
            data = contract.encode("raiseBid", opening.lot)
        else:
            data = contract.encode("commit", opening.lot, commitment(self._chain.chain_id, opening))
        return Transaction(bidder.account, bidder.contract, data, added * UNIT)

    def _withdrawals(self, bidder: Bidder, openings: list[Opening]) -> list[Transaction]:
        contract = self._contract(bidder.contract)
        return [
            self._call(
                bidder.account, bidder.contract, contract, "withdraw", opening.lot, bidder.account
            )
            for opening in openings
        ]

    # Afterwards

    def _claim(self, cast: Cast, behaviour: Behaviour) -> None:
        """Members who claim by themselves do so once all lots are settled, before the keeper pays anybody."""
        self.ledger.sync()
        claims = [
            self._call(b.account, b.contract, self._contract(b.contract), "claim", lot)
            for b in cast.bidders
            if b.key in behaviour.claiming
            for lot in cast.lots
            if b.account in (book := self.ledger.book(b.contract, lot)).accounts
            and book.due(b.account) > 0
        ]
        for claim in claims:
            self._gas["claim"] += self._chain.send(claim).gas_used

    def _withdraw_proceeds(self) -> int:
        """Lets the seller take what it earned; returns the wei that had been owed to it."""
        auctioneer = self.deployment.auctioneer
        data = self._chain.call(auctioneer, self._auctioneer.encode("proceeds", self._seller))
        owed: int = self._auctioneer.decode("proceeds", data)[0]
        if owed:
            self._send(
                "proceeds",
                [
                    self._call(
                        self._seller, auctioneer, self._auctioneer, "withdrawProceeds", self._seller
                    )
                ],
            )
        return owed

    # Reading the outcome

    def _read(self, instance: TwoLevelInstance, cast: Cast) -> TwoLevelOutcome:
        lots = tuple(self._read_lot(instance, cast, lot) for lot in cast.lots)
        payments: dict[str, dict[str, int]] = {group.name: {} for group in instance.groups}
        for bidder in cast.bidders:
            paid = sum(
                _paid(self.ledger.book(bidder.contract, lot), bidder.account) for lot in cast.lots
            )
            payments[bidder.key[0]][bidder.key[1]] = paid
        return TwoLevelOutcome(
            items=lots,
            payments=payments,
            welfare=sum(lot_welfare(instance, item, lot) for item, lot in enumerate(lots)),
            optimal_welfare=sum(
                optimal_lot_welfare(instance, item) for item in range(instance.items)
            ),
            gas={**self._gas, "total": self._gas.total()},
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
        book = self.ledger.book(members[0].contract, number)
        granted = self._granted(members, number, lot.winner)
        served = tuple(b.key[1] for b, is_served in zip(members, granted, strict=True) if is_served)
        return LotOutcome(winner, lot.price, book.share, lot.paid, served, group_bids)

    def _group_bid(self, cast: Cast, lot: int, group: str) -> int:
        bidder = cast.groups[group]
        if cast.members[group][0].contract == self.deployment.auctioneer:
            account = self.ledger.book(self.deployment.auctioneer, lot).accounts.get(bidder)
            return (account.bid or 0) if account else 0
        return self.ledger.lots[lot].group_bids.get(bidder, 0)

    def _granted(self, members: Sequence[Bidder], lot: int, winner: str) -> list[bool]:
        """To whom the chain grants access: the winner itself, or those of the winning DAO's `members` to whom it says so."""
        dao = members[0].contract
        if dao == self.deployment.auctioneer:
            return [bidder.account == winner for bidder in members]
        queries = [self._dao.encode("hasAccess", lot, bidder.account) for bidder in members]
        answers: list[bytes] = []
        for start in range(0, len(queries), _QUERIES):
            some = self._dao.encode("multicall", queries[start : start + _QUERIES])
            answers += self._dao.decode("multicall", self._chain.call(dao, some))[0]
        return [self._dao.decode("hasAccess", answer)[0] for answer in answers]

    # Transactions

    def _contract(self, address: str) -> Contract:
        return self._auctioneer if address == self.deployment.auctioneer else self._dao

    def _call(
        self, sender: str, to: str, contract: Contract, function: str, *arguments: object
    ) -> Transaction:
        return Transaction(sender, to, contract.encode(function, *arguments))

    def _send(self, step: str, transactions: Sequence[Transaction]) -> list[Receipt]:
        self._observer.begins(step, len(transactions))
        receipts = send(self._chain, transactions, self._advancer(step))
        for receipt in receipts:
            self._gas[step] += receipt.gas_used
        self._observer.ends(step, self._gas[step])
        return receipts

    def _advancer(self, step: str) -> Callable[[int], None]:
        """Turns the numbers done so far, which the back end tells, into what came on top each time."""
        seen = 0

        def advance(done: int) -> None:
            nonlocal seen
            self._observer.advances(step, done - seen)
            seen = done

        return advance


def _leading_individuals(groups: Sequence[Group], behaviour: Behaviour) -> int:
    """How many groups from the first on bid as individuals: those of one member, as long as no DAO stands before them, since
    an individual's bid arrives in the reveal phase and a DAO's after it.
    """
    for index, group in enumerate(groups):
        if len(group.members) > 1 or group.name in behaviour.open_groups:
            return index
    return len(groups)


def _deposit(bid: int, bidder: Bidder, behaviour: Behaviour) -> int:
    """What a member puts down for a bid, in units: as it behaves, where the field allows; the bid itself if it is open."""
    return bid if bidder.is_open else min(behaviour.deposit(bid), BID_LIMIT)


def _paid(book: Book, account: str) -> int:
    """What a bidder paid for a lot, in units: the deposit less what came back and less the bond."""
    entry = book.accounts.get(account)
    if entry is None:
        return 0
    return entry.deposit - entry.received - entry.forfeited
