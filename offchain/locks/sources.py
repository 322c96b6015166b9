"""Several sources of signatures, and sources by the names that users give them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from offchain.io.urls import is_url
from offchain.locks.beacon import Beacon, Signature
from offchain.locks.http_source import HttpSource
from offchain.locks.round_file import RoundFile
from offchain.locks.source import NoSignature, Source, Trouble


@dataclass(frozen=True, slots=True)
class Sources:
    """Several, asked in turn until one gives the signature: no liar among them can keep it from being found."""

    each: tuple[Source, ...]

    def signature(self, round_: int) -> Signature:
        """See `Source`; has the troubles of all of them."""
        troubles: list[Trouble] = []
        for source in self.each:
            try:
                return source.signature(round_)
            except NoSignature as error:
                troubles += error.troubles
        raise NoSignature(round_, troubles)


def sources(beacon: Beacon, places: Sequence[str]) -> Sources:
    """The sources of a beacon at these places: URLs of drand's API (`HttpSource`), or paths of files (`RoundFile`)."""
    return Sources(
        tuple(
            HttpSource(beacon, place) if is_url(place) else RoundFile(beacon, Path(place))
            for place in places
        )
    )
