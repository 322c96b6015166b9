"""Transactions on their way into a block: signed here, sent, waited for, and replaced when they are stuck.

An account's next nonce is the number of its transactions in blocks, never the node's "pending": that counts
what is stuck, and forgets what was dropped. So what an earlier process left behind is replaced by the first
transaction of this one, and no gap opens. A transaction is known by its hash before it leaves, so a lost answer is
no reason to send another one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from eth_account.signers.local import LocalAccount

from offchain.chain.backend import Transaction, Unsettled
from offchain.chain.client import Client, Patience
from offchain.chain.errors import ChainError
from offchain.chain.fees import TIGHTER, Fees, FeeTooHighError, gwei, suggest
from offchain.chain.rpc import RpcError, blob, quantity

REPLACE_AFTER: Final = 3
"""How many blocks may pass a transaction over before it is offered at more."""
REPLACE_AFTER_SECONDS: Final = 6.0
"""And how many seconds at least, where blocks come many a second."""

_FAILURES_BORNE: Final = 5
"""How often in a row a node may not answer while a transaction is waited for."""
_LAG_SECONDS: Final = 4.0
"""How long a nonce may be taken before its receipt is found."""
_KNOWN: Final = re.compile(r"already (known|imported)|known transaction", re.IGNORECASE)
_PASSED: Final = re.compile(r"nonce (is )?too low|nonce.*(already|expired|lower)", re.IGNORECASE)
_UNDERPRICED: Final = re.compile(
    r"underpriced|could not replace|replacement|fee ?too ?low|less than (the )?block base fee|"
    r"below configured minimum",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Sent:
    """A transaction on its way.

    bound: wei per gas at most. hashes: of all versions of it. height, since: of the chain and of the clock when the last one
    was sent. displaced_at: when its nonce was first seen to be taken, without a receipt. lost: so it stayed.
    """

    transaction: Transaction
    gas: int
    nonce: int
    fees: Fees
    bound: int
    height: int
    since: float
    raw: str = ""
    hashes: list[str] = field(default_factory=list)
    receipt: Mapping[str, Any] | None = None
    displaced_at: float | None = None
    lost: bool = False


class Outbox:
    """Sends for `keys` with signatures made here, and for the accounts that the node has `unlocked`.

    max_fee: wei per gas at most. patience: how long a transaction may take to be mined, in seconds.
    """

    def __init__(
        self,
        client: Client,
        chain_id: int,
        keys: Mapping[str, LocalAccount],
        unlocked: Iterable[str],
        max_fee: int,
        patience: float,
    ) -> None:
        self._client = client
        self._rpc = client.rpc
        self._chain_id = chain_id
        self._keys = keys
        self._unlocked = frozenset(map(str.lower, unlocked))
        self._max_fee = max_fee
        self._patience = patience

    def fees(self, bound: int | None = None) -> Fees:
        """What to offer now, within a tighter `bound` if there is one; see `suggest`."""
        if bound is None or bound >= self._max_fee:
            return suggest(self._rpc, self._max_fee)
        return suggest(self._rpc, bound, TIGHTER)

    def bound_of(self, one: Transaction) -> int:
        """The most that a unit of its gas may cost, in wei."""
        return self._max_fee if one.max_fee is None else min(self._max_fee, one.max_fee)

    def can_send_from(self, address: str) -> bool:
        """Whether there is a key for it, here or at the node."""
        return address in self._keys or address.lower() in self._unlocked

    def send(self, ready: Sequence[tuple[Transaction, int]], fees: Fees) -> list[Mapping[str, Any]]:
        """Sends transactions, each with its gas limit, and waits; the receipts of the first of them, at least of one.

        Raises:
            RpcError: the node refused the first.
            Unsettled: it cannot be told what became of one, or another transaction took its place.
        """
        nonces = self._client.nonces([one.sender for one, _ in ready])
        height = self._client.latest().number
        sent: list[_Sent] = []
        for place, (one, gas) in enumerate(ready):
            # Offers fall, so that blocks keep the order.
            bound = self.bound_of(one)
            offer = _bounded(fees.better_by(len(ready) - 1 - place), bound)
            version = _Sent(one, gas, nonces[one.sender], offer, bound, height, time.monotonic())
            try:
                self._submit(version)
            except ChainError:
                if not sent:
                    raise
                break
            sent.append(version)
            nonces[one.sender] += 1
        try:
            self._wait(sent)
            return self._receipts(sent)
        except ChainError as error:
            raise Unsettled(str(error), sum(one.gas * one.fees.most for one in sent)) from error

    def _receipts(self, sent: Sequence[_Sent]) -> list[Mapping[str, Any]]:
        """Those before the first that another transaction displaced."""
        receipts = [one.receipt for one in sent]
        lost = next((place for place, one in enumerate(receipts) if one is None), len(sent))
        if lost == 0 or any(receipts[lost:]):
            one = sent[lost]
            raise ChainError(
                f"{self._rpc.url}: another transaction of {one.transaction.sender} took the nonce "
                f"{one.nonce} of the one {one.transaction.what}"
            )
        return [one for one in receipts[:lost] if one is not None]

    # Sending

    def _submit(self, one: _Sent) -> None:
        """Sends a version of it, at more than its offer if an older transaction has to make room."""
        while True:
            try:
                self._submit_as_offered(one)
                return
            except RpcError as error:
                if not _UNDERPRICED.search(error.message):
                    raise
                raised = one.fees.raised(one.bound)
                if raised is None:
                    raise ChainError(
                        f"{self._rpc.url}: a transaction of {one.transaction.sender} with nonce {one.nonce} "
                        f"stands in the way, and replacing it takes more than the bound of "
                        f"{gwei(one.bound)} gwei ({'--max-fee' if one.bound == self._max_fee else TIGHTER})"
                    ) from error
                one.fees = raised

    def _submit_as_offered(self, one: _Sent) -> None:
        told: dict[str, Any] = {"gas": one.gas, "nonce": one.nonce} | one.fees.fields()
        told |= {"data": blob(one.transaction.data), "value": one.transaction.value}
        if one.transaction.to is not None:
            told["to"] = one.transaction.to
        key = self._keys.get(one.transaction.sender)
        if key is None:
            one.hashes.append(self._by_the_node(one.transaction.sender, told))
            return
        signed = key.sign_transaction(told | {"chainId": self._chain_id})
        one.raw = blob(signed.raw_transaction)
        self._broadcast(one.raw)
        one.hashes.append(blob(signed.hash))

    def _broadcast(self, raw: str) -> None:
        try:
            self._rpc.request("eth_sendRawTransaction", raw)
        except RpcError as error:
            # It was sent before, and only the answer was lost; or it is in a block already, or another is.
            if not _KNOWN.search(error.message) and not _PASSED.search(error.message):
                raise
        except ChainError:
            pass  # it may have arrived: what stands on the chain will tell

    def _by_the_node(self, sender: str, told: Mapping[str, Any]) -> str:
        asked = {name: quantity(v) if isinstance(v, int) else v for name, v in told.items()}
        return self._rpc.ask("eth_sendTransaction", asked | {"from": sender}).text()

    # Waiting

    def _wait(self, sent: Sequence[_Sent]) -> None:
        """Waits until each has a receipt, or cannot have one any more."""
        patience, failures = Patience(self._rpc.url, self._patience), 0
        while True:
            try:
                self._look([one for one in sent if _is_open(one)])
                failures = 0
            except FeeTooHighError:
                raise
            except ChainError:
                failures += 1
                if failures == _FAILURES_BORNE:
                    raise
            waiting = [one for one in sent if _is_open(one)]
            if not waiting:
                return
            patience.for_block_of(waiting[0].hashes[-1])

    def _look(self, waiting: Sequence[_Sent]) -> None:
        """What became of them; those that blocks pass over are pushed."""
        mined = self._client.nonces([one.transaction.sender for one in waiting])
        found = self._client.receipts([hash_ for one in waiting for hash_ in one.hashes])
        for one in waiting:
            one.receipt = next((found[hash_] for hash_ in one.hashes if hash_ in found), None)
            if one.receipt is None and mined[one.transaction.sender] > one.nonce:
                # A node may count a transaction before it finds the receipt.
                now = time.monotonic()
                one.displaced_at = one.displaced_at or now
                one.lost = now - one.displaced_at > _LAG_SECONDS
        if any(one.receipt is None for one in waiting):
            self._push([o for o in waiting if o.receipt is None and o.displaced_at is None])

    def _push(self, waiting: Sequence[_Sent]) -> None:
        """Offers more for the first of each sender that blocks pass over, and for what is too cheap; sends the rest again, since
        a pool may have dropped it."""
        height = self._client.latest().number
        clock = time.monotonic()
        stuck = [
            one
            for one in waiting
            if height - one.height >= REPLACE_AFTER and clock - one.since >= REPLACE_AFTER_SECONDS
        ]
        if not stuck:
            return
        now = self.fees(max(one.bound for one in stuck))
        first: set[str] = set()
        for one in sorted(stuck, key=lambda sent: sent.nonce):
            one.height, one.since = height, clock
            if one.transaction.sender not in first or one.fees.most < now.most:
                self._replace(one, now)
            elif one.raw:
                self._broadcast(one.raw)
            first.add(one.transaction.sender)

    def _replace(self, one: _Sent, now: Fees) -> None:
        """Offers more, if the bound and the sender's money allow."""
        before, raised = one.fees, one.fees.raised(one.bound)
        if raised is not None:
            one.fees = _bounded(raised.at_least(now), one.bound)
            try:
                self._submit(one)
                return
            except ChainError:
                one.fees = before
        if one.raw:
            self._broadcast(one.raw)


def _bounded(fees: Fees, bound: int) -> Fees:
    most = min(fees.most, bound)
    return Fees(most, None if fees.tip is None else min(most, fees.tip))


def _is_open(one: _Sent) -> bool:
    return one.receipt is None and not one.lost
