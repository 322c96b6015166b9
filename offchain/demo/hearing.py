"""The beacon of a demo: it signs as the chain's time comes, is asked over HTTP, and what was heard of it is remembered."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from offchain.locks.beacon import Signature
from offchain.locks.beacon_server import serving
from offchain.locks.http_source import HttpSource
from offchain.locks.local_beacon import LocalBeacon
from offchain.locks.source import NoSignature, Source

Serve = Callable[[LocalBeacon], AbstractContextManager[Source]]
"""Makes a beacon's signatures available while the body runs."""


@contextmanager
def over_http(beacon: LocalBeacon) -> Iterator[Source]:
    """Serves the beacon on this machine, as drand serves its networks, and asks it there."""
    with serving(beacon) as url:
        yield HttpSource(beacon.beacon, url)


class Heard:
    """A source that remembers what came of it. signatures: by round. trouble: why the last one asked for was not to be had."""

    def __init__(self, source: Source) -> None:
        self._source: Final = source
        self.signatures: dict[int, Signature] = {}
        self.trouble: NoSignature | None = None

    def signature(self, round_: int) -> Signature:
        """See `Source`."""
        try:
            found = self.signatures[round_] = self._source.signature(round_)
        except NoSignature as error:
            self.trouble = error
            raise
        self.trouble = None
        return found
