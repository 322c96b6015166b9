"""What the plays of auction houses share: DAOs and individuals bid, and a keeper does what follows."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.draw_proofs import PLAYERS_PER_STEP
from offchain.chain.backend import Chain, Receipt
from offchain.io.addresses import Address
from offchain.keeper.books import Book, Box
from offchain.keeper.keeper import Keeper
from offchain.keeper.ledger import Ledger
from offchain.keeper.openings import Openings
from offchain.keeper.purse import Allowance
from offchain.keeper.release import CLOCK_TOLERANCE
from offchain.keeper.rounds import Rounds
from offchain.keeper.sending import Action
from offchain.keeper.unlocking import Unlocker
from offchain.locks.local_beacon import LocalBeacon, new_beacon
from offchain.locks.source import Source
from offchain.play.audit import audit
from offchain.play.hand import Hand, exhaust
from offchain.play.observer import Observer
from offchain.play.stage import BOND_BPS, Stage, portions

_QUERIES = 500
"""How many questions go to a contract at once: about 3 million gas of them."""


_OF_ONE_LOT = frozenset({"raise", "recall", "conclude", "settle", "deliver"})
"""Steps that tell of many members, or none, but serve one lot."""


class Kind(NamedTuple):
    """Of which kind a DAO is: whether its bids are open, and whether it is a full copy."""

    is_open: bool
    is_standalone: bool = False


class HouseStage(Stage):
    """The stage of an auction at which DAOs bid (contracts/base/AuctionHouse.sol).

    Those that derive from it set the ledger of the auction's logs, and who does the keeper's work, which tells `_on_action`.
    """

    ledger: Ledger
    _factory: Deployed
    _keeper: Hand

    def __init__(
        self,
        chain: Chain,
        phase_seconds: int,
        observer: Observer | None,
        beacon: LocalBeacon | None = None,
        source: Source | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """`beacon`: to whose rounds bids are locked, by default one that signs as the chain's time comes. `source`: where the
        keeper has its signatures from, by default the beacon itself. `progress` is called with how many locks of a book it
        has opened, and how many there are.
        """
        super().__init__(chain, phase_seconds, observer)
        self.beacon = beacon or new_beacon(genesis=chain.now(), clock=chain.now)
        self._source = source or self.beacon
        self._progress = progress
        self._dao = contract("DAO")
        self._step: str | None = None
        self._ahead: list[str] = []
        self._left: Counter[str] = Counter()
        self._receipts_of_step: list[Receipt] = []
        self._created = 0
        self._burnt: Counter[str] = Counter()

    def _hire(
        self,
        openings: Openings,
        players_per_step: int = PLAYERS_PER_STEP,
        allowance: Allowance | None = None,
    ) -> Keeper:
        """A keeper in this process, who opens the bids of `openings`, and those that are locked to the stage's beacon."""
        return Keeper(
            self._chain,
            self.ledger,
            self._keeper_account,
            openings,
            on_action=self._on_action,
            players_per_step=players_per_step,
            allowance=allowance,
            depth=0,  # nobody else bids here
            combines=False,  # each step is told and counted by itself
            clock=_trusting(self._chain),
            unlocker=Unlocker(
                self.beacon.beacon,
                Rounds([self._source]),
                self._chain.chain_id,
                self._progress,
            ),
        )

    def _schedule(self, end_of_bidding: int, bond_bps: int = BOND_BPS) -> tuple[int, int, int, int]:
        """When bidding, reveal and tally end, and the bond of those who do not reveal, in basis points of the deposit."""
        seconds = self._seconds
        return (end_of_bidding, end_of_bidding + seconds, end_of_bidding + 2 * seconds, bond_bps)

    def _create_daos(self, founder: Address, kinds: Sequence[Kind]) -> list[Deployed]:
        """DAOs of these kinds, created in their order."""
        creations = [
            self._factory.call(
                founder,
                "createStandalone" if kind.is_standalone else "create",
                self.auction,
                kind.is_open,
                0,
                self._salt(),
                [],
            )
            for kind in kinds
        ]
        events = self._factory.events(self._send("create", creations))
        return [Deployed(self._dao, event.args["dao"]) for event in events]

    def _enter(self, founder: Address, daos: Sequence[Deployed], lots: Sequence[int]) -> None:
        """All `daos` enter all `lots`."""
        self._send("enter", [dao.call(founder, "enter", lot) for dao in daos for lot in lots])

    def _salt(self) -> bytes:
        """One that no DAO of this stage was created with."""
        self._created += 1
        return self._created.to_bytes(32, "big")

    def _keep(self, totals: Mapping[str, int], refunds: bool = True) -> None:
        """Lets the keeper work until nothing is left to do; `totals` says how many its steps will serve, in their order."""
        self._left, self._ahead = Counter(totals), list(totals)
        self._begin_next()
        exhaust(self._keeper, refunds)
        self._end_step()
        while self._ahead:  # what it did not come to
            self._begin_next()
            self._end_step()

    def _on_action(self, action: Action) -> None:
        """The keeper has sent a transaction."""
        step = action.step
        if step != self._step:
            self._end_step()
            self._begin_step(step)
        self._count(step, [action.receipt])
        self._receipts_of_step.append(action.receipt)
        served = 1 if step in _OF_ONE_LOT else action.members
        self._left[step] -= served
        self._observed.observer.advances(step, served)
        if self._left[step] <= 0:
            self._end_step()
            self._begin_next()

    def _begin_next(self) -> None:
        if self._ahead:
            self._begin_step(self._ahead[0])

    def _begin_step(self, step: str) -> None:
        self._step = step
        if step in self._ahead:
            self._ahead.remove(step)
        self._observed.observer.begins(step, max(0, self._left[step]))

    def _end_step(self) -> None:
        self.ledger.sync()  # whoever hears of the end may look at it
        if self._step is not None:
            self._observed.observer.ends(self._step, self._receipts_of_step)
        self._step, self._receipts_of_step = None, []

    def _number(self, lots: Sequence[int], counts: Callable[[Book, Box], bool]) -> int:
        """How many of the bids on `lots` count."""
        self.ledger.sync()
        books = [book for lot in lots for book in self.ledger.books_on(lot)]
        return sum(counts(book, box) for book in books for box in book.boxes.values())

    def _estates(self, daos: Sequence[Deployed], lot: int) -> list[Address]:
        """To which address the item of a lot goes, if one of the `daos` wins it."""
        return [self._observed.view(dao, "estateAt", lot)[0] for dao in daos]

    def _granted(self, dao: Deployed, lot: int, members: Sequence[Address]) -> list[bool]:
        """To whom of the `members` a DAO grants access to what it won."""
        queries = [self._dao.encode("hasAccess", lot, member) for member in members]
        answers: list[bytes] = []
        for some in portions(queries, _QUERIES):
            answers += self._observed.view(dao, "multicall", some)[0]
        return [self._dao.decode("hasAccess", answer)[0] for answer in answers]

    def _close(self, lots: Sequence[int], withdraw: Callable[[], int] | None = None) -> None:
        """Pays the seller (`withdraw` as in `audit`), and checks where all money went. `MoneyAstray` if some is missing or too
        much.
        """
        audit(self._chain, self.ledger, lots, withdraw or self._withdraw_proceeds, self._burnt)
        self.ledger.forget(lots)


def _trusting(chain: Chain) -> Callable[[], float]:
    """The clock of a keeper that takes the chain's word for the time: nobody else bids in a play."""
    return lambda: chain.now() + CLOCK_TOLERANCE
