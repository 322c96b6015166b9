"""All locks of a round: thousands, which one signature opens."""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Final

from offchain.locks.beacon import Signature
from offchain.locks.bids import LockedBid, open_lock
from offchain.locks.ibe import Refusal

_AT_ONCE: Final = 64
"""Locks in one piece of work: some 0.1 s."""


def open_all(
    signature: Signature,
    locks: Iterable[bytes],
    workers: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> Generator[LockedBid | Refusal, None, None]:
    """`open_lock` of each, in order, as they come. Takes 1.5 ms a lock, shared among the workers.

    workers: threads. The library lets go of the interpreter while it pairs points, which is two thirds of the time.
    progress: hears every now and then how many are done. At most some hundred locks are taken ahead.
    """
    remaining = iter(locks)
    done = 0
    with ThreadPoolExecutor(workers) as pool:
        pending: list[Future[list[LockedBid | Refusal]]] = []
        try:
            while True:
                while len(pending) < 2 * workers and (some := list(islice(remaining, _AT_ONCE))):
                    pending.append(pool.submit(_open_some, signature, some))
                if not pending:
                    return
                opened = pending.pop(0).result()
                done += len(opened)
                progress(done)
                yield from opened
        finally:
            pool.shutdown(cancel_futures=True)


def _open_some(signature: Signature, locks: list[bytes]) -> list[LockedBid | Refusal]:
    return [open_lock(signature, lock) for lock in locks]
