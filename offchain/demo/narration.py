"""What is said about each step of an auction among groups: plain sentences, with the figures of this one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from offchain.bindings.constants import BidBook
from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.enumerations import Phase
from offchain.demo.fates import entries
from offchain.demo.hearing import Heard
from offchain.demo.scenario import Scenario
from offchain.demo.teller import Row, Scene
from offchain.keeper.books import Book, Box, Lot
from offchain.keeper.ledger import Ledger
from offchain.locks.beacon import LOCK_MARGIN, Beacon
from offchain.locks.source import NoSignature
from offchain.play.behaviour import MemberKey, leading_individuals
from offchain.play.observer import ObservedChain
from offchain.report.amounts import count, money
from offchain.report.auction import Entry

_LONG = 1_000
"""Some steps are passed over if they serve fewer."""

SETTLEMENT: Final = (
    "The keeper points to the checkpoint in which rank · bid reaches the price. The contract reads from "
    "it T, the most members who can share the price; that costs the same however many members there are."
)


class Narration:
    """The sentences on one auction. `ledger` tells what stands on the chain when a step is over, `heard` what its keeper was told
    by the beacon to which bids are locked.

    entries: what became of every bidder, contracts: where they bid; known once the refunds are over.
    """

    def __init__(
        self,
        scenario: Scenario,
        chain: ObservedChain,
        ledger: Ledger,
        beacon: Beacon,
        heard: Heard,
        accounts: Mapping[MemberKey, str],
        phase_seconds: int,
    ) -> None:
        self._scenario = scenario
        self._chain = chain
        self._ledger = ledger
        self._beacon, self._heard = beacon, heard
        self._accounts = accounts
        self._minutes = phase_seconds // 60
        self.entries: tuple[Entry, ...] = ()
        self.contracts: tuple[str, ...] = ()
        self._names = {address: group for (group, _), address in accounts.items()}
        groups = scenario.instance.groups
        alone = leading_individuals(groups, scenario.behaviour)
        self._daos = [group.name for group in groups[alone:]]

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """The parts of the auction, in order."""
        reserve = money(self._scenario.instance.reserves[0])
        return (
            scene_of(
                "list",
                "Listing",
                "The seller hands an item, an ERC-721 token, to the auctioneer. "
                f"It goes for no less than the reserve of {reserve}. "
                f"Bidding, reveal and tally last {self._minutes} minutes each.",
            ),
            *self._gathering,
            *self._opening,
            scene_of(
                "settle",
                "Closing",
                "The highest bid wins, and pays the least that it had to bid in order to win.",
                self._closed,
                then=Scene("Settlement", SETTLEMENT, frozenset(), lambda _: self._settled()),
            ),
            self._refunds,
            scene_of(
                "proceeds", "Proceeds", "The seller withdraws what it has earned.", self._withdrawn
            ),
        )

    @property
    def _gathering(self) -> tuple[Scene, ...]:
        """The scenes up to the last bid."""
        return (
            scene_of(
                "create",
                "Groups",
                "The factory makes a DAO for each group: a small proxy, or a full copy for a crowd. Who bids alone needs none.",
                self._groups,
            ),
            scene_of(
                "enter",
                "Entering",
                "The DAOs enter the lot: from now on their members can bid on it.",
                least=_LONG,
            ),
            scene_of(
                "fund",
                "Money",
                "The bidders are given the money they will put down, and some for gas.",
                least=_LONG,
            ),
            scene_of(
                "bid",
                "Sealed bids",
                "Each bidder sends one transaction, and is done: a commitment, which hides the bid; a deposit, a round "
                "sum of at least twice the bid, which tells little about it; and a lock, the bid encrypted to a moment "
                "after bidding ends. Nobody can read it before, and anybody after.",
                self._sealed,
            ),
        )

    @property
    def _opening(self) -> tuple[Scene, ...]:
        """The scenes in which it turns out what everybody bids."""
        return (
            scene_of(
                "reveal",
                "Reveal",
                "Bidding is over, and bidders have nothing more to do. The keeper, who was told nothing, fetches the beacon's "
                "signature, checks it, opens the locks with it, and sends what fits the commitments, many bids in one "
                "transaction.",
                self._opened,
            ),
            scene_of(
                "tally",
                "Tally",
                "Sorting is done off-chain and proved on-chain: the keeper lists each DAO's members from the lowest bid "
                "up, and the contract checks the order as it counts. With rank = how many bid at least as much, it keeps "
                "the largest rank · bid in a checkpoint per call. The largest of all is what the DAO can pay in equal "
                "shares: its willingness to pay, which it bids.",
                self._tallied,
            ),
        )

    @property
    def _refunds(self) -> Scene:
        return scene_of(
            "refund",
            "Refunds",
            "The keeper sends every deposit back, less the share of who is served and the bond of whose bid nobody opened. "
            "Anybody could have claimed their own before.",
            self._refunded,
        )

    @property
    def _lot(self) -> Lot:
        return self._ledger.lots[max(self._ledger.lots)]

    def _books(self) -> Sequence[Book]:
        return self._ledger.books_on(self._lot.number)

    def _dao_books(self) -> Sequence[Book]:
        return [book for book in self._books() if book.of_dao]

    def _individuals(self) -> Mapping[str, Box]:
        """The bids of individuals, by their accounts."""
        return {
            bidder: box
            for book in self._books()
            if not book.of_dao
            for bidder, box in book.boxes.items()
        }

    def _groups(self) -> list[str]:
        crowds = self._scenario.behaviour.standalone
        return [
            f"{group.name}: {count(len(group.members), 'member')}, {'a full copy' if group.name in crowds else 'a proxy'}."
            for group in self._scenario.instance.groups
            if group.name in self._daos
        ]

    def _sealed(self) -> list[str]:
        self._ledger.sync()
        deposits = [box.deposit for book in self._books() for box in book.boxes.values()]
        return [
            f"{count(len(deposits), 'bid lies', 'bids lie')} sealed, on deposits of {money(sum(deposits))}. "
            "Neither rivals nor the contracts nor the keeper know any of them.",
            f"Round {self._round:,} of the beacon opens their locks. It is signed {LOCK_MARGIN // 60} minutes after "
            "bidding ends.",
        ]

    @property
    def _round(self) -> int:
        """The round that bids are locked to."""
        return self._beacon.round_for(self._lot.end_of_bidding)

    def _opened(self) -> list[str]:
        self._ledger.sync()
        daos = self._dao_books()
        trouble = self._heard.trouble
        if trouble is not None and all(
            box.is_sealed for book in self._books() for box in book.boxes.values()
        ):
            return [
                f"The beacon gives nothing ({_causes(trouble)}). So members open their own bids, by their receipts."
            ]
        said = [
            f"{self._names[bidder]} bids {money(box.bid)}."
            for bidder, box in self._individuals().items()
            if box.bid is not None
        ]
        signature = self._heard.signatures.get(self._round)
        if signature is not None:
            said.insert(
                0,
                f"Round {self._round:,} is signed: 0x{signature.data[:8].hex()}…, which fits the beacon's key.",
            )
        for book in daos:
            silent = [box for box in book.boxes.values() if box.is_sealed]
            said.append(
                f"{self._name(book)}: {count(len(book.boxes) - len(silent), 'bid')} opened."
            )
            if silent:
                said.append(f"{self._name(book)}: {self._silence(silent)}")
        return said

    def _silence(self, silent: Sequence[Box]) -> str:
        """What those did whose bids nobody opened, and what it costs them."""
        without = sum(not box.lock for box in silent)
        bond = f"{self._lot.bond_bps / (BidBook.BPS / 100):g} %"
        did = (
            (without, "sent no lock and kept silent"),
            (len(silent) - without, "sent garbage as a lock"),
        )
        told = ", ".join(f"{number:,} {what}" for number, what in did if number)
        return (
            f"{told}. Bids that nobody opens do not count, and cost {bond} of the deposit: else one could open only "
            "those that suit one."
        )

    def _tallied(self) -> list[str]:
        said = []
        for book in self._dao_books():
            if book.tallier is None:
                continue
            steps = len(book.progress.get(book.tallier, ()))
            said.append(
                f"{self._name(book)} bids {money(book.willingness_to_pay)} "
                f"({count(steps, 'checkpoint')}).{self._why(book)}"
            )
        return said

    def _why(self, book: Book) -> str:
        """The most members whose equal shares make the willingness to pay."""
        ascending = book.ascending()
        for counted, (bid, _) in enumerate(ascending):
            rank = len(ascending) - counted
            if rank * bid == book.willingness_to_pay:
                return f" {count(rank, 'member')} can pay {money(bid)} each."
        return ""

    def _closed(self) -> list[str]:
        lot = self._lot
        if not self._is_decided():  # a DAO of which nobody opened a bid is tallied first
            return []
        if lot.winner is None:
            return [f"Nobody bids the reserve of {money(lot.reserve)}: the item goes back."]
        winner = self._group_of(lot.winner)
        said = f"{winner} wins and pays {money(lot.price)}"
        bids = {self._names[one]: box.bid or 0 for one, box in self._individuals().items()}
        bids |= {self._name(book): book.willingness_to_pay for book in self._dao_books()}
        rivals = [group for group in bids if group != winner]
        rival = max(rivals, key=lambda group: bids[group], default="")
        bid = bids.get(rival, 0)
        if lot.price == bid:
            return [f"{said}: what {rival} bids, the highest bid beside its own."]
        if lot.price == bid + 1:
            return [
                f"{said}: 1 gwei more than {rival}, the highest rival, bids. {rival}'s bid came first and would win a "
                "tie, so this is the least with which it wins."
            ]
        return [f"{said}: the reserve."]

    def _is_decided(self) -> bool:
        """Whether it is known what becomes of the lot."""
        auctioneer = Deployed(contract("Auctioneer"), self._ledger.auctioneer)
        (phase,) = self._chain.view(auctioneer, "phase", self._lot.number)
        return Phase(phase) in (Phase.SETTLED, Phase.VOID)

    def _settled(self) -> list[str]:
        lot = self._lot
        book = next((book for book in self._dao_books() if book.contract == lot.winner), None)
        if book is None:
            return []
        over = lot.paid - lot.price
        rounding = (
            f" Shares are rounded up to whole gwei, which makes {money(over)} more than the price."
            if over
            else ""
        )
        return [
            f"T = {book.served:,}: they pay {money(book.share)} each, together {money(lot.paid)}, and have access.{rounding}",
            f"The item lies at the DAO's estate, {self._owner()}, and is theirs: each has one vote of {book.served:,} on "
            "selling it again, and an equal part of what that brings.",
        ]

    def _owner(self) -> str:
        """Who has the item."""
        item = Deployed(contract("Item"), self._lot.token)
        owner: str
        (owner,) = self._chain.view(item, "ownerOf", self._lot.token_id)
        return owner

    def _refunded(self) -> list[str]:
        self.contracts = tuple(book.contract for book in self._books())
        self.entries = entries(
            self._ledger, self._lot.number, self._scenario.instance, self._accounts
        )
        refunds = [entry.refund for entry in self.entries if entry.refund]
        bonds = [entry.bond for entry in self.entries if entry.bond]
        said = [f"{money(sum(refunds))} went back to {count(len(refunds), 'bidder')}."]
        if bonds:
            said.append(
                f"{count(len(bonds), 'bidder')} lost {money(sum(bonds))} of bonds. They are burnt: they stay "
                "in the contract for ever, and nobody gains by them."
            )
        return said

    def _withdrawn(self) -> list[str]:
        paid, bonds = self._lot.paid, sum(entry.bond for entry in self.entries)
        said = f"It gets {money(paid)}"
        if not bonds:
            return [f"{said}, all that was paid."]
        return [
            f"{said}. With the {money(bonds)} burnt that is all that bidders are out of: {money(paid + bonds)}."
        ]

    def _name(self, book: Book) -> str:
        return self._group_of(book.contract)

    def _group_of(self, bidder: str) -> str:
        """The group whose DAO, or only member, has this address."""
        if bidder in self._names:
            return self._names[bidder]
        return self._daos[self._lot.daos.index(bidder)]


ROWS: Final = {
    "list": Row("mint, approve and list the item", is_repeated=False),
    "create": Row("create the DAOs"),
    "enter": Row("DAOs enter the lot"),
    "bid": Row("sealed bids, deposits, locks"),
    "reveal": Row("open bids, in batches"),
    "tally": Row("prove the order, checkpoints"),
    "settle": Row("T and share from a checkpoint"),
    "refund": Row("push refunds, in batches"),
    "reclaim": Row("item back to the seller"),
    "proceeds": Row("the seller withdraws"),
}


def scene_of(
    step: str,
    title: str,
    purpose: str,
    results: Callable[[], list[str]] = list,
    least: int = 1,
    then: Scene | None = None,
) -> Scene:
    """A scene of one step, of which the ledger tells what came of it."""
    return Scene(title, purpose, frozenset({step}), lambda _: results(), least, then)


def _causes(trouble: NoSignature) -> str:
    return "; ".join(f"{one.source}: {one.cause}" for one in trouble.troubles)
