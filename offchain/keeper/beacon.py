"""Sends the headers that draws by the beacon wait for: within 256 blocks somebody must, and anyone can.

Like the other keepers it keeps nothing of its own: what a draw waits for is asked of the contract
before anything is sent, so it can be killed at any point, and any number can work side by side.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final

from offchain.bindings.contracts import contract
from offchain.bindings.enumerations import BeaconPhase
from offchain.chain.backend import Chain, Log, Receipt, Transaction
from offchain.chain.errors import ChainError
from offchain.keeper.batches import GAS_MARGIN
from offchain.keeper.courier import Courier
from offchain.keeper.logbook import REORG_DEPTH
from offchain.keeper.logstore import LogStore
from offchain.keeper.pace import Pace
from offchain.keeper.purse import NO_LOT, Purse
from offchain.keeper.view import LotView, View

PROOF_WINDOW: Final = 256
"""For how many blocks a header can be proved; `BeaconRandomness.PROOF_WINDOW`."""
_MOST_GAS: Final = 500_000
"""What either step is sent with at most; they take 73,000 and 57,000. Where a node simulates them in the newest block, and not in
the next, they seem to fail with any gas.
"""
_RECHECK: Final = 16
"""After so many blocks a draw that needed nothing is asked about again: often enough to prove it if its proof was undone."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw by its consumer and the consumer's id."""

    consumer: str
    id: int

    def __str__(self) -> str:
        return f"draw {self.id} of {self.consumer}"


@dataclass(frozen=True, slots=True)
class Proof:
    """A transaction that was sent: "prove" or "fall back", for which draw, and its receipt."""

    step: str
    draw: Draw
    receipt: Receipt

    @property
    def gas_used(self) -> int:
        """The gas it took."""
        return self.receipt.gas_used


@dataclass(frozen=True, slots=True)
class _Settled:
    """Since which block a draw has needed nothing, as far as is known, and at which that was last asked."""

    since: int
    asked: int


class BeaconKeeper:
    """Keeps the draws of some consumers moving. Those of others it leaves alone: anyone can ask for any number.

    unfinished: whether the last step was at its bound before all draws had their turn.
    """

    def __init__(
        self,
        chain: Chain,
        beacon: str,
        account: str,
        consumers: Collection[str],
        first_block: int = 0,
        on_skip: Callable[[str, Exception], None] | None = None,
        store: LogStore | None = None,
        progress: Callable[[int, int], None] | None = None,
        only: Collection[int] | None = None,
        purse: Purse | None = None,
        pace: Pace | None = None,
    ) -> None:
        """`account` pays for gas; `first_block` is the first in which `beacon` can have logged anything. `on_skip` hears of
        what could not be done now, and why (`ChainError`). `store`: where requests that are final are kept from one keeper to
        the next. `progress` is called with the block that has been read, and the newest. `only`: the ids of the draws
        to serve, by default all. `purse`: the budget, `pace`: how long a step lasts.
        """
        self._chain, self._beacon = chain, beacon
        self._consumers = frozenset(consumers)
        self._abi = contract("BeaconRandomness")
        self._topics = sorted(self._abi.topics({"BlockChosen"}))
        self._first_block = first_block
        self._final = self._seen = first_block - 1
        self._settled_at: dict[Draw, _Settled | None] = {}
        self._on_skip = on_skip or (lambda what, error: None)
        self._store = store
        self._is_loaded = store is None
        self._progress = progress or (lambda block, newest: None)
        self._only = None if only is None else frozenset(only)
        self._purse, self._pace = purse or Purse(), pace or Pace()
        self._courier = Courier(chain, account, self._purse, self._pace)
        self._block_of: dict[Draw, int] = {}
        self._failures: Counter[Draw] = Counter()
        self.unfinished = False

    def step(self) -> list[Proof]:
        """Proves every draw whose block has come, and hands over those for which it is too late.

        Raises:
            ChainError: the chain could not be read at all.
        """
        self.unfinished = False
        newest = self._sync()
        self._pace.start()
        sent: list[Proof] = []
        # who was chosen first has the least time left; what failed waits for the others
        draws = sorted(self._settled_at, key=lambda one: (self._failures[one], self._block(one)))
        for draw in draws:
            self.unfinished = self._pace.requests > 0 and self._pace.is_over
            if self.unfinished or self._purse.is_empty:
                return sent
            try:
                proof = self._advance(draw, newest)
            except ChainError as error:
                self._failures[draw] += 1
                self._on_skip(str(draw), error)
            else:
                del self._failures[draw]
                sent += [proof] if proof else []
        return sent

    @property
    def view(self) -> View:
        """The draws that wait for their block or its proof, as of the last step; their deadlines are blocks, not times."""
        waiting = [one for one, settled in self._settled_at.items() if settled is None]
        lots = tuple(LotView(one.id, "draw", due=self._due(one)) for one in waiting)
        return View(self._beacon, "BeaconRandomness", self._seen, lots=lots)

    def _due(self, draw: Draw) -> str | None:
        """What there is to do for a draw that waits."""
        block = self._block(draw)
        if not block or self._seen < block:
            return None
        return "prove" if self._seen < block + PROOF_WINDOW else "fall back"

    def _block(self, draw: Draw) -> int:
        """The block that decides a draw, 0 if the contract was not asked yet."""
        return self._block_of.get(draw, 0)

    def _sync(self) -> int:
        """Takes in the requests of all blocks that were not final the last time, since a reorganization may have moved them; the
        newest block.
        """
        newest = self._chain.block()
        self._progress(self._final, newest)
        self._load()
        found = self._chain.logs(
            [self._beacon],
            self._final + 1,
            last_block=newest,
            topics=self._topics,
            progress=lambda block: self._progress(block, newest),
        )
        logs = [log for log in found if log.block <= newest and self._draw_of(log) is not None]
        self._take(logs)
        final = max(self._final, newest - REORG_DEPTH)
        if self._store is not None:
            self._store.hear(log for log in logs if log.block <= final)
            if not self._store.save(final):
                final, self._is_loaded = self._first_block - 1, False
        self._final, self._seen = final, newest
        self._progress(newest, newest)
        return newest

    def _load(self) -> None:
        """Takes what an earlier keeper left in the store."""
        if self._store is None or self._is_loaded:
            return
        entries = self._store.load()
        self._is_loaded = True
        for entry in entries:
            self._take(entry.logs)
            self._final = max(self._final, entry.last)

    def _take(self, logs: Iterable[Log]) -> None:
        for log in logs:
            draw = self._draw_of(log)
            if draw is not None:
                self._settled_at.setdefault(draw, None)

    def _draw_of(self, log: Log) -> Draw | None:
        """The draw that a log is of, if it is one of ours."""
        event = self._abi.event(log)
        if event is None or event.name != "BlockChosen":
            return None
        draw = Draw(event.args["consumer"], event.args["id"])
        is_ours = draw.consumer in self._consumers
        return draw if is_ours and (self._only is None or draw.id in self._only) else None

    def _advance(self, draw: Draw, newest: int) -> Proof | None:
        """Does what can be done for a draw, by what the contract says of it."""
        settled = self._settled_at[draw]
        if settled is not None and newest - settled.asked < _RECHECK:
            return None
        if settled is None and newest < self._block(draw):
            return None
        asked = ("drawOf", draw.consumer, draw.id)
        phase, block = self._courier.ask(self._abi, self._beacon, *asked)
        if phase != BeaconPhase.WAITING:
            self._settle(draw, newest)
            return None
        self._settled_at[draw], self._block_of[draw] = None, block
        if newest < block:
            return None
        # the transaction comes in a later block than the newest
        if newest < block + PROOF_WINDOW:
            self._pace.asked()
            return self._send("prove", draw, self._chain.header(block))
        return self._send("fall back", draw)

    def _settle(self, draw: Draw, newest: int) -> None:
        """Forgets a draw that has needed nothing for so long that no reorganization brings it back."""
        settled = self._settled_at[draw]
        since = newest if settled is None else settled.since
        if newest - since > REORG_DEPTH:
            del self._settled_at[draw]
            self._block_of.pop(draw, None)
        else:
            self._settled_at[draw] = _Settled(since, newest)

    def _send(self, step: str, draw: Draw, *header: bytes) -> Proof:
        function = "prove" if step == "prove" else "fallBack"
        data = self._abi.encode(function, draw.consumer, draw.id, *header)
        # what would fail, since another keeper was faster, is not sent
        transaction = Transaction(self._courier.account, self._beacon, data)
        gas = min(_MOST_GAS, int(self._courier.estimate(transaction) * GAS_MARGIN))
        receipt = self._courier.send(transaction, gas, NO_LOT)
        return Proof(step, draw, receipt)
