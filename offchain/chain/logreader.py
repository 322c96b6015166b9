"""Event logs in pages that a node takes, however many of them strangers make there be.

Nodes limit how many blocks, addresses and results a question may span, each in its own words, and some say so only by not
answering. A question that is refused is cut: by blocks or by addresses, whichever is at fault, and what works is remembered; one
address in one block by the events that are asked for; and what is still too much is picked out of the receipts of that block, of
which each is bounded by the gas of one transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import itemgetter
from typing import Final

from offchain.chain.answers import COUNT_BITS, HASH_BYTES, Answer, MalformedAnswer
from offchain.chain.backend import Log, Progress, quietly
from offchain.chain.errors import ChainError
from offchain.chain.rpc import NoAnswer, Rpc, RpcError, blob, quantity

ADDRESSES: Final = 500
"""How many a question names at first; Geth takes 1,000."""

_ANY_SPAN: Final = 1 << COUNT_BITS
_UNKNOWN_METHOD: Final = -32601
_STREAK: Final = 8
_LONGEST_STREAK: Final = 256
_RANGE: Final = re.compile(r"\[\s*0x([0-9a-f]{1,16})\s*,\s*0x([0-9a-f]{1,16})\s*\]", re.IGNORECASE)
_BLOCKS: Final = re.compile(
    r"(?<![\w.])([0-9][0-9,_]{0,9})(k?)[\s-]*blocks?\b"
    r"|block range\D{0,40}?(?<![\w.])([0-9][0-9,_]{0,9})(k?)(?![\w])",
    re.IGNORECASE,
)
_NAMES_ADDRESSES: Final = re.compile("address", re.IGNORECASE)

Place = tuple[int, int]
"""Where a log stands: block, and index in the block."""
Refusal = RpcError | NoAnswer


@dataclass(frozen=True, slots=True)
class _Page:
    """A question: the logs of `addresses` whose first topic is among `topics` (None: any), in these blocks."""

    addresses: tuple[str, ...]
    topics: tuple[bytes, ...] | None
    first: int
    last: int

    @property
    def blocks(self) -> int:
        """How many blocks it spans."""
        return self.last - self.first + 1

    def filter(self) -> Callable[[Log], bool]:
        """Whether a log is among those asked for."""
        addresses = frozenset(self.addresses)
        heads = None if self.topics is None else {(one,) for one in self.topics}

        def holds(log: Log) -> bool:
            return (
                log.address in addresses
                and self.first <= log.block <= self.last
                and (heads is None or log.topics[:1] in heads)
            )

        return holds


class _TooWide(Exception):
    """The node refuses so many blocks at once."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class _Limit:
    """A size that a node takes: halved when refused, doubled after a streak of successes, a longer one after each failure."""

    def __init__(self, most: int) -> None:
        self.value = most
        self._most = most
        self._streak, self._needed, self._on_trial = 0, _STREAK, False

    def shrink(self, refused: int, hint: int | None = None) -> None:
        self.value = hint if hint is not None and 0 < hint < refused else max(1, refused // 2)
        if self._on_trial:
            self._needed = min(2 * self._needed, _LONGEST_STREAK)
        self._streak, self._on_trial = 0, False

    def succeeded(self, size: int) -> None:
        if size < self.value:
            return
        if self._on_trial:
            self._needed, self._on_trial = _STREAK, False
        self._streak += 1
        if self._streak >= self._needed and self.value < self._most:
            self.value = min(2 * self.value, self._most)
            self._streak, self._on_trial = 0, True


class LogReader:
    """Reads logs from one node, and remembers what it takes."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self._span = _Limit(_ANY_SPAN)
        self._chunk = _Limit(ADDRESSES)

    def read(
        self,
        addresses: Sequence[str],
        first: int,
        last: int,
        topics: Sequence[bytes] | None = None,
        progress: Progress = quietly,
    ) -> list[Log]:
        """The events of `addresses` in these blocks, in order: all, or those whose first topic is among `topics`.

        `progress` hears up to which block everything has been read.

        Raises:
            ChainError: the node did not answer, or refuses even what one transaction logged.
        """
        wanted = tuple(dict.fromkeys(addresses))
        some = None if topics is None else tuple(topics)
        found: list[tuple[Place, Log]] = []
        proven = self._span.value, self._chunk.value
        while wanted and first <= last:
            page = _Page(wanted, some, first, min(last, first + self._span.value - 1))
            try:
                found += self._read(page)
            except _TooWide as wide:
                hint = _hinted_span(wide.refusal, page)
                self._span.shrink(page.blocks, hint)
                continue
            except ChainError:
                # what nothing was read with teaches nothing
                self._span.value, self._chunk.value = proven
                raise
            self._span.succeeded(page.blocks)
            proven = self._span.value, self._chunk.value
            first = page.last + 1
            progress(page.last)
        return [log for _, log in _in_order(found, self._rpc.url)]

    def _read(self, page: _Page) -> list[tuple[Place, Log]]:
        """A page, in as many questions as its addresses take. `_TooWide` if it spans too many blocks."""
        found: list[tuple[Place, Log]] = []
        left = page.addresses
        while left:
            part = replace(page, addresses=left[: self._chunk.value])
            try:
                found += self._ask(part)
            except (RpcError, NoAnswer) as refusal:
                if not _may_be_too_large(refusal):
                    raise
                if len(part.addresses) > 1 and self._are_too_many(part, refusal):
                    self._chunk.shrink(len(part.addresses))
                    continue
                if part.blocks > 1:
                    raise _TooWide(refusal) from refusal
                found += self._at_one_contract(part, refusal)
            self._chunk.succeeded(len(part.addresses))
            left = left[len(part.addresses) :]
        return found

    def _are_too_many(self, page: _Page, refusal: Refusal) -> bool:
        """Whether its addresses are what the node refuses, and not its blocks."""
        if page.blocks == 1 or _NAMES_ADDRESSES.search(str(refusal)):
            return True
        if _hinted_span(refusal, page) is not None:
            return False
        try:
            self._ask(replace(page, addresses=page.addresses[:1]))
        except (RpcError, NoAnswer) as second:
            if not _may_be_too_large(second):
                raise
            return False
        return True

    def _at_one_contract(self, page: _Page, refusal: Refusal) -> list[tuple[Place, Log]]:
        """What one contract logged in one block, where that is too much for one answer."""
        if page.topics is None or len(page.topics) <= 1:
            return self._from_receipts(page, refusal)
        found: list[tuple[Place, Log]] = []
        for topic in page.topics:
            part = replace(page, topics=(topic,))
            try:
                found += self._ask(part)
            except (RpcError, NoAnswer) as second:
                if not _may_be_too_large(second):
                    raise
                found += self._from_receipts(part, second)
        return found

    def _from_receipts(self, page: _Page, refusal: Refusal) -> list[tuple[Place, Log]]:
        """The last resort: the receipts of the block, all at once or one by one."""
        try:
            receipts = self._receipts(quantity(page.first))
        except (RpcError, NoAnswer):
            raise refusal from None
        logs = (_placed(log) for one in receipts for log in one.field("logs").items())
        wanted = page.filter()
        return [(place, log) for place, log in logs if wanted(log)]

    def _receipts(self, block: str) -> list[Answer]:
        try:
            told = self._rpc.ask("eth_getBlockReceipts", block)
            if not told.is_missing():
                return told.items()
        except (RpcError, NoAnswer) as refusal:
            if not _may_be_too_large(refusal, of_unknown_method=True):
                raise
        sent = self._rpc.ask("eth_getBlockByNumber", block, False).field("transactions").items()
        hashes = [blob(one.blob(HASH_BYTES)) for one in sent]
        return self._rpc.answers([("eth_getTransactionReceipt", (one,)) for one in hashes])

    def _ask(self, page: _Page) -> list[tuple[Place, Log]]:
        query: dict[str, object] = {
            "address": list(page.addresses),
            "fromBlock": quantity(page.first),
            "toBlock": quantity(page.last),
        }
        if page.topics is not None:
            query["topics"] = [[blob(one) for one in page.topics]]
        answer = self._rpc.ask("eth_getLogs", query)
        wanted = page.filter()
        found = []
        for raw in answer.items():
            place, log = _placed(raw)
            if not wanted(log):
                raise raw.unwanted("was not asked for")
            found.append((place, log))
        return found


def read_log(raw: Answer) -> Log:
    """A log of an answer. `MalformedAnswer` if it is none of a mined block."""
    return Log(
        raw.field("address").address(),
        tuple([topic.blob(HASH_BYTES) for topic in raw.field("topics").items()]),
        raw.field("data").blob(),
        raw.field("blockNumber").number(COUNT_BITS),
    )


def _placed(raw: Answer) -> tuple[Place, Log]:
    log = read_log(raw)
    return (log.block, raw.field("logIndex").number(COUNT_BITS)), log


def _in_order(found: list[tuple[Place, Log]], url: str) -> list[tuple[Place, Log]]:
    """The logs as the chain has them. `MalformedAnswer` if two stand at one place."""
    found.sort(key=itemgetter(0))
    for (place, _), (following, _) in pairwise(found):
        if place == following:
            block, index = place
            raise MalformedAnswer(
                f"{url}: eth_getLogs: two logs are number {index} of block {block}"
            )
    return found


def _may_be_too_large(refusal: Refusal, of_unknown_method: bool = False) -> bool:
    """Whether a smaller question could be answered, or another method where this one is not known."""
    if isinstance(refusal, NoAnswer):
        return refusal.perhaps_too_large
    return not refusal.is_about_requests() and (
        of_unknown_method or refusal.code != _UNKNOWN_METHOD
    )


def _hinted_span(refusal: Refusal, page: _Page) -> int | None:
    """How many blocks the node says that it takes, if it says so."""
    message = str(refusal)
    if found := _RANGE.search(message):
        first, last = (int(one, 16) for one in found.groups())
        span = last - first + 1
        return span if first == page.first and 0 < span < page.blocks else None
    for amount, thousands, other, other_thousands in _BLOCKS.findall(message):
        digits = (amount or other).replace(",", "").replace("_", "")
        span = int(digits) * (1_000 if thousands or other_thousands else 1)
        if 0 < span < page.blocks:
            return span
    return None
