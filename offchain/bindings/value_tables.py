"""Tables of values as both auctions of signals take them; see contracts/libraries/ValueTables.sol."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from offchain.bindings.constants import ValueTables

_BATCH_BYTES: Final = 96_000
"""Of tables in one transaction: nodes refuse those of more than 128 kB."""


def packed(values: Iterable[int]) -> bytes:
    """A table's values in units, the last type's total running fastest."""
    return b"".join(value.to_bytes(ValueTables.WIDTH, "big") for value in values)


def batches(tables: Sequence[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """The tables in runs that fit a transaction, each with the place of its first."""
    first, run, size = 0, list[bytes](), 0
    for place, table in enumerate(tables):
        if run and size + len(table) > _BATCH_BYTES:
            yield first, run
            first, run, size = place, [], 0
        run.append(table)
        size += len(table)
    yield first, run
