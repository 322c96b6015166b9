"""Sends the headers that draws by the beacon wait for: within 256 blocks somebody must, and anyone can.

Like the other keepers it keeps nothing of its own: what a draw waits for is asked of the contract
before anything is sent, so it can be killed at any point, and any number can work side by side.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from offchain.chain.backend import Chain, Transaction
from offchain.chain.codec import BeaconStage, contract
from offchain.chain.errors import ChainError
from offchain.keeper.ledger import REORG_DEPTH

PROOF_WINDOW: Final = 256
"""For how many blocks a header can be proved; `BeaconRandomness.PROOF_WINDOW`."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw by its consumer and the consumer's id."""

    consumer: str
    id: int

    def __str__(self) -> str:
        return f"draw {self.id} of {self.consumer}"


@dataclass(frozen=True, slots=True)
class Proof:
    """A transaction that was sent: "prove" or "fall back", for which draw, at what gas."""

    step: str
    draw: Draw
    gas_used: int


class BeaconKeeper:
    """Keeps the draws of some consumers moving. Those of others it leaves alone: anyone can ask for any number."""

    def __init__(
        self,
        chain: Chain,
        beacon: str,
        account: str,
        consumers: Collection[str],
        first_block: int = 0,
        on_skip: Callable[[str, Exception], None] | None = None,
    ) -> None:
        """`account` pays for gas; `first_block` is the first in which `beacon` can have logged anything. `on_skip` hears of
        what could not be done now, and why (`ChainError`).
        """
        self._chain, self._beacon, self._account = chain, beacon, account
        self._consumers = frozenset(consumers)
        self._abi = contract("BeaconRandomness")
        self._next = first_block
        self._settled_at: dict[Draw, int | None] = {}
        self._on_skip = on_skip or (lambda what, error: None)

    def step(self) -> list[Proof]:
        """Proves every draw whose block has come, and hands over those for which it is too late.

        Raises:
            ChainError: the chain could not be read at all.
        """
        newest = self._sync()
        sent = []
        for draw in list(self._settled_at):
            try:
                proof = self._advance(draw, newest)
            except ChainError as error:
                self._on_skip(str(draw), error)
            else:
                sent += [proof] if proof else []
        return sent

    def _sync(self) -> int:
        """Takes in the requests since the last time, and those that a reorganization may have moved; the newest block."""
        newest = self._chain.block()
        for log in self._chain.logs([self._beacon], max(self._next - REORG_DEPTH, 0)):
            event = self._abi.event(log)
            if event is not None and event.name == "BlockChosen":
                draw = Draw(event.args["consumer"], event.args["id"])
                if draw.consumer in self._consumers:
                    self._settled_at.setdefault(draw, None)
        self._next = newest + 1
        return newest

    def _advance(self, draw: Draw, newest: int) -> Proof | None:
        """Does what can be done for a draw, by what the contract says of it."""
        asked = self._abi.encode("drawOf", draw.consumer, draw.id)
        stage, block = self._abi.decode("drawOf", self._chain.call(self._beacon, asked))
        if stage != BeaconStage.WAITING:
            self._settle(draw, newest)
            return None
        self._settled_at[draw] = None
        if newest < block:
            return None
        # the transaction comes in a later block than the newest
        if newest < block + PROOF_WINDOW:
            return self._send("prove", draw, self._chain.header(block))
        return self._send("fall back", draw)

    def _settle(self, draw: Draw, newest: int) -> None:
        """Forgets a draw that has needed nothing for so long that no reorganization brings it back."""
        since = self._settled_at[draw]
        if since is None:
            self._settled_at[draw] = newest
        elif newest - since > REORG_DEPTH:
            del self._settled_at[draw]

    def _send(self, step: str, draw: Draw, *header: bytes) -> Proof:
        function = "prove" if step == "prove" else "fallBack"
        data = self._abi.encode(function, draw.consumer, draw.id, *header)
        transaction = Transaction(self._account, self._beacon, data)
        self._chain.estimate(
            transaction
        )  # what would fail, since another keeper was faster, is not sent
        return Proof(step, draw, self._chain.send(transaction).gas_used)
