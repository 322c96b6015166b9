"""Puts planned lots on the chain, with everybody's bids, and knows what the reference model says of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from benchmarks.soak.plan import Bid, LotPlan
from offchain.bindings.contracts import contract
from offchain.bindings.deployment import Deployment, create, deploy
from offchain.bindings.seals import Opening, commitment, lock, new_salt
from offchain.chain.backend import Chain, Receipt, Transaction
from offchain.io.units import WEI_PER_ETH, WEI_PER_UNIT
from offchain.keeper.ledger import APPROXIMATE, AUCTIONEER, Ledger
from offchain.keeper.openings import Openings
from offchain.locks.local_beacon import LocalBeacon

SELLER: Final = 0
_FIRST_BIDDER: Final = 1_000
BOND_BPS: Final = 1_000
INACCURACY: Final = Fraction(1, 2)
"""Of bids where lots are drawn."""
PLENTY: Final = 1_000 * WEI_PER_ETH


@dataclass(frozen=True, slots=True)
class Listed:
    """A lot on the chain. ends: of bidding, reveal and tally. bids: by contract and bidder."""

    plan: LotPlan
    number: int
    ends: tuple[int, int, int]
    daos: tuple[str, ...]
    bids: dict[tuple[str, str], Bid]


class Town:
    """An auction with its lots. kind: `AUCTIONEER` or `APPROXIMATE`. chain: asked for anew each time, as nodes are restarted."""

    def __init__(
        self, kind: str, chain: Callable[[], Chain], beacon: LocalBeacon, folder: Path
    ) -> None:
        """`folder` takes the deployment file and the openings that keepers are entrusted with."""
        self.kind, self._chain, self._beacon = kind, chain, beacon
        self.folder = folder
        self.seller = self._rich(SELLER)
        self.deployment: Deployment = deploy(chain(), self.seller, kind, beacon=beacon.beacon)
        self.deployment.write(folder / "deployment.json")
        self.auction = self.deployment.auctioneer
        self._item = create(chain(), self.seller, "Item")
        self._openings = Openings(folder / "openings.jsonl")
        self._bidders = self._daos = 0
        self.lots: list[Listed] = []

    @property
    def is_drawn(self) -> bool:
        """Whether lots are decided by draws."""
        return self.kind == APPROXIMATE

    def list(self, plan: LotPlan) -> None:
        """Lists a lot now, and has everybody bid."""
        number = len(self.lots) + 1
        self._send(self.seller, self._item, "Item", "mint", self.seller, number)
        self._send(self.seller, self._item, "Item", "approve", self.auction, number)
        bidding, reveal, tally = plan.phases
        end = self._chain().now() + bidding
        ends = (end, end + reveal, end + reveal + tally)
        terms = INACCURACY.as_integer_ratio() if self.is_drawn else (plan.reserve,)
        call = ("list", self._item, number, *terms, (*ends, BOND_BPS))
        self._send(self.seller, self.auction, self.kind, *call)
        daos = tuple(self._new_dao(number) for _ in plan.groups)
        books = [(self.auction, plan.individuals), *zip(daos, plan.groups, strict=True)]
        bids = {
            (book, self._bid(book, number, end, bid)): bid for book, some in books for bid in some
        }
        self.lots.append(Listed(plan, number, ends, daos, bids))

    def ledger(self) -> Ledger:
        """What logs say now."""
        ledger = Ledger(self._chain(), self.auction, self.deployment.block, self.kind)
        ledger.sync()
        return ledger

    def tallied(self) -> dict[int, int]:
        """The block in which the last of its groups bid, of each lot of which all have."""
        house, blocks = contract(self.kind), dict[int, list[int]]()
        logs = self._chain().logs([self.auction], 0, topics=[house.topic("DAOBid")])
        for log in logs:
            event = house.event(log)
            assert event is not None
            blocks.setdefault(event.args["lot"], []).append(log.block)
        lots = {lot.number: len(lot.daos) for lot in self.lots}
        return {lot: max(found) for lot, found in blocks.items() if len(found) == lots[lot]}

    def word_of(self, lot: int) -> int:
        """The random word of a lot that was drawn."""
        assert self.deployment.randomness is not None
        source = contract("BeaconRandomness")
        data = source.encode("wordOf", self.auction, lot)
        drawn, word = source.decode("wordOf", self._chain().call(self.deployment.randomness, data))
        assert drawn
        return int(word)

    def owner_of(self, lot: int) -> str:
        """Who has the item of a lot."""
        item = contract("Item")
        (owner,) = item.decode(
            "ownerOf", self._chain().call(self._item, item.encode("ownerOf", lot))
        )
        return str(owner)

    def estate_of(self, dao: str, lot: int) -> str:
        """Where the item goes that a DAO wins."""
        at = contract("DAO")
        (estate,) = at.decode("estateAt", self._chain().call(dao, at.encode("estateAt", lot)))
        return str(estate)

    def withdraw(self) -> int:
        """Pays the seller; how many wei."""
        at = contract(self.kind)
        answer = self._chain().call(self.auction, at.encode("proceeds", self.seller))
        (owed,) = at.decode("proceeds", answer)
        if owed:
            self._send(self.seller, self.auction, self.kind, "withdrawProceeds", self.seller)
        return int(owed)

    def _new_dao(self, lot: int) -> str:
        self._daos += 1
        terms = (self.auction, False, 0, self._daos.to_bytes(32, "big"), [lot])
        factory = self.deployment.factory
        receipt = self._send(self.seller, factory, "DAOFactory", "create", *terms)
        events = (
            contract("DAOFactory").event(log) for log in receipt.logs if log.address == factory
        )
        return next(str(one.args["dao"]) for one in events if one is not None)

    def _bid(self, book: str, lot: int, end: int, bid: Bid) -> str:
        """A sealed bid; who bid."""
        self._bidders += 1
        base = _FIRST_BIDDER * (2 if self.is_drawn else 1) * 1_000
        bidder = self._rich(base + self._bidders)
        opening = Opening(book, lot, bidder, bid.amount, new_salt(is_locked=True))
        seal = commitment(self._chain().chain_id, opening)
        call: tuple[Any, ...] = ("commit", lot, seal)
        if bid.is_locked and not bid.is_silent:
            beacon = self._beacon.beacon
            call = (*call, lock(beacon, beacon.round_for(end), opening))
        name = self.kind if book == self.auction else "DAO"
        self._send(bidder, book, name, *call, wei=2 * bid.amount * WEI_PER_UNIT)
        if not bid.is_locked and not bid.is_silent:
            self._openings.add([opening])
        return bidder

    def _rich(self, index: int) -> str:
        account = self._chain().actor(index)
        self._chain().fund(account, PLENTY)
        return account

    def _send(
        self, sender: str, to: str, name: str, function: str, *args: Any, wei: int = 0
    ) -> Receipt:
        data = contract(name).encode(function, *args)
        return self._chain().send(Transaction(sender, to, data, wei))


KINDS: Final[Sequence[str]] = (AUCTIONEER, APPROXIMATE)
