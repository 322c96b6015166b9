"""Reading a chain: a line on standard error now and then if it takes long, and a folder for what is final."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from offchain.cli.exits import say

if TYPE_CHECKING:
    from offchain.chain.backend import Chain
    from offchain.keeper.logstore import LogStore

_QUIET_SECONDS = 2.0
_PAUSE_SECONDS = 5.0


class Progress:
    """Tells how far reading has come, if it has lasted for two seconds, and then every five."""

    def __init__(
        self, tell: Callable[[str], None] = say, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell, self._clock = tell, clock
        self._next: float | None = None

    def __call__(self, block: int, newest: int) -> None:
        """Up to `block` of `newest` has been read."""
        now = self._clock()
        if block >= newest:
            self._next = None
        elif self._next is None:
            self._next = now + _QUIET_SECONDS
        elif now >= self._next:
            self._next = now + _PAUSE_SECONDS
            self._tell(f"Reading the chain: block {block:,} of {newest:,} …")


def store_of(
    folder: Path | None, chain: "Chain", address: str, first_block: int
) -> "LogStore | None":
    """Where in a folder, if there is one, the final logs are kept that belong to the contract at `address`."""
    if folder is None:
        return None
    from offchain.keeper.logstore import LogStore

    subject = {"chain": chain.chain_id, "contract": address.lower(), "first_block": first_block}
    name = f"consort-{chain.chain_id}-{address.lower()}-{first_block}.logs"
    return LogStore(
        folder / name, chain, subject, on_flaw=lambda flaw: say(f"no cache of logs: {flaw}")
    )
