"""What groups cost by how they are made and how their members bid: full copies and cheap DAOs, with time locks and without, and
members who let their deposits go from lot to lot.

Each of the four bids on as many lots and loses them all to an individual; what others can send, the keeper sends in batches of
all members.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.gas.bench import PHASE, StepBench, measured
from benchmarks.gas.sealing import Sealer
from offchain.bindings.contracts import contract
from offchain.bindings.deployment import deploy
from offchain.bindings.seals import Opening
from offchain.chain.backend import Transaction
from offchain.chain.jsonrpc import JsonRpc
from offchain.io.units import WEI_PER_UNIT

MEMBERS: Final = 400
STEPS: Final = ("bid", "reveal", "tally", "refund", "roll")
"""What a member's lots take."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How a DAO is made, and whether its members lock their bids."""

    is_cheap: bool
    is_locked: bool

    @property
    def name(self) -> str:
        """As tables have it."""
        made = "cheap DAO" if self.is_cheap else "full copy"
        return f"{made}, with locks" if self.is_locked else made

    def step(self, step: str) -> str:
        """What one of its `STEPS` is called among all that are measured."""
        return f"{self.name}: {step}"


FULL, FULL_LOCKED, CHEAP, CHEAP_LOCKED = KINDS = (
    Kind(is_cheap=False, is_locked=False),
    Kind(is_cheap=False, is_locked=True),
    Kind(is_cheap=True, is_locked=False),
    Kind(is_cheap=True, is_locked=True),
)
ONCE: Final = {
    "list": "list",
    "create": "create a cheap DAO",
    "create 1": "create a cheap DAO that enters a lot at once",
    "create 10": "create a cheap DAO that enters 10 lots at once",
    "createStandalone": "create a full copy",
    "createStandalone 1": "create a full copy that enters a lot at once",
    "enter": "enter",
    "enter cheap": "enter, for a cheap DAO",
}
"""What is done once for all members, with what it is called in tables."""
_LOTS: Final = 3
_MANY: Final = 10
_FIRST_SELLER: Final = 1_000


def measure() -> dict[str, dict[str, int]]:
    """Plays the lots, and returns what `measured` does, for each step of each kind and all that is done once."""
    return measured(_Bench, [*(kind.step(step) for kind in KINDS for step in STEPS), *ONCE])


class _Bench(StepBench):
    start = 7_000_000_000
    seed = 2024

    def __init__(self, chain: JsonRpc) -> None:
        super().__init__(chain, MEMBERS + 1)
        *self._members, self._rival = self._people
        self._house, self._dao = contract("Auctioneer"), contract("DAO")
        self._deployment = deploy(chain, self._keeper)
        self._at = self._house, self._deployment.auctioneer
        self._item = self._create("Item")
        self._sealer = Sealer(chain.chain_id, self._random)
        self._made = 0

    def play(self) -> None:
        """Every kind's lots, and all that is done once."""
        self.make()
        for kind in KINDS:
            self.play_lots(kind)

    def make(self) -> None:
        """DAOs that enter no lot when they are made, or one, or ten."""
        self._list("", _MANY)  # in an auction house that has items, the next is cheaper
        lots = [self._list("list", phases=10 * _MANY) for _ in range(_MANY)]
        for function, enter in (("create", "enter cheap"), ("createStandalone", "enter")):
            dao = self._make(function, function, [])
            self._call(enter, self._keeper, "enter", lots[0], at=(self._dao, dao))
            self._make(f"{function} 1", function, lots[:1])
        self._make(f"create {_MANY}", "create", lots)

    def play_lots(self, kind: Kind) -> None:
        """Members bid on the first lot, roll to every other one, and are refunded on the last."""
        dao = self._make("", "create" if kind.is_cheap else "createStandalone", [])
        bids = {member: self._random.randrange(10**6, 10**9) for member in self._members}
        lots: list[int] = []
        for _ in range(_LOTS):
            lots.append(self._list("", phases=1))
            self._call("", self._keeper, "enter", lots[-1], at=(self._dao, dao))
            self._play_lot(kind, dao, bids, lots)
        refund = ("claimBatch", lots[-1], self._members)
        self._keep(kind, "refund", dao, *refund)

    # The parts of a lot

    def _list(self, step: str, phases: int) -> int:
        """A new lot of a new seller, on which bidding lasts so many `phases`."""
        lot, seller = self._new_lot(_FIRST_SELLER, phases=10)
        self._mint(seller, self._item, lot, self._deployment.auctioneer)
        self._chain.advance_to(self._now)
        ends = [self._now + (phases + further) * PHASE for further in range(3)]
        self._call(step, seller, "list", self._item, lot, 1, (*ends, 1_000))
        return lot

    def _make(self, step: str, function: str, lots: Sequence[int]) -> str:
        """A new sealed DAO."""
        self._made += 1
        terms = self._deployment.auctioneer, False, 0, self._made.to_bytes(32, "big")
        factory = contract("DAOFactory"), self._deployment.factory
        self._call(step, self._keeper, function, *terms, lots, at=factory)
        view = "predict" if function == "create" else "predictStandalone"
        asked = factory[0].encode(view, self._keeper, *terms)
        (dao,) = factory[0].decode(view, self._chain.call(factory[1], asked))
        return str(dao)

    def _play_lot(self, kind: Kind, dao: str, bids: Mapping[str, int], lots: Sequence[int]) -> None:
        """Bids on the last of `lots`, or rolls to it from the one before; all loses to the rival, who bids more than any DAO."""
        lot = lots[-1]
        openings = [self._sealer.opening(dao, lot, who, bid) for who, bid in bids.items()]
        step, function, numbers = (
            ("roll", "roll", lots[-2:]) if lots[1:] else ("bid", "commit", lots)
        )
        sent = [self._seal(kind, opening, function, numbers) for opening in openings]
        self._call_each(kind.step(step), sent)
        best = self._sealer.opening(self._deployment.auctioneer, lot, self._rival, 10**12)
        seal = self._sealer.seal(best)
        self._call("", self._rival, "commit", lot, seal, value=best.bid * WEI_PER_UNIT)
        self._next_phase()
        self._call("", self._rival, "reveal", lot, best.bid, best.salt)
        words = [(one.bidder, one.bid, one.salt) for one in openings]
        self._keep(kind, "reveal", dao, "revealBatch", lot, words)
        self._next_phase()
        order = sorted(bids, key=lambda who: (bids[who], int(who, 16)))
        self._keep(kind, "tally", dao, "tally", lot, order)

    def _seal(
        self, kind: Kind, opening: Opening, function: str, lots: Sequence[int]
    ) -> Transaction:
        arguments: list[object] = [*lots, self._sealer.seal(opening)]
        if kind.is_locked:
            arguments.append(self._sealer.lock(opening, self._now + PHASE))
        value = 2 * opening.bid * WEI_PER_UNIT if function == "commit" else 0
        data = self._dao.encode(function, *arguments)
        return Transaction(opening.bidder, opening.contract, data, value)

    def _keep(self, kind: Kind, step: str, dao: str, function: str, *arguments: object) -> None:
        """The keeper serves all members at once."""
        at = (self._dao, dao)
        self._call(kind.step(step), self._keeper, function, *arguments, serves=MEMBERS, at=at)
