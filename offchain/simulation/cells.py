"""The cells of a sweep: one setting each, and the auctions drawn for it.

Which numbers are drawn depends on the seed and the cell's own parameters, never on other cells, their order, or who computes
them: a cell's random stream is NumPy's `SeedSequence` of the seed with the cell's key and the number of a block as spawn key.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

from offchain.simulation.families import (
    HARMONIC,
    SCALE,
    VALUE_LIMIT,
    Units,
    quantile,
    whole,
)

_BLOCK_VALUES = 2**18
_BLOCK_AUCTIONS = 2_048
_WORD_LIMIT = 2**62
"""No sum of a group's values and no rank·bid is above this, so that `int64` holds them."""
FORMAT = 1
"""Part of every key: raise it when a cell's figures change, so that old files are not taken for new ones."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One setting. Each auction has `rivals` individuals, who arrive first, and `groups` groups of `members` each.

    correlation: of the normal numbers behind the values of one group, 0 to 1 (a Gaussian copula). strength: what a rival's value
    is multiplied by. values: what the family `file` draws from.
    """

    family: str
    groups: int
    members: int
    rivals: int
    correlation: float
    strength: int
    reserve: int
    auctions: int
    seed: int
    values: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """A name that only this setting has: a hash of all of it."""
        text = json.dumps([FORMAT, asdict(self)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    @property
    def value_limit(self) -> int:
        """The largest value: `members` of it, or ranks up to `members` times it, stay within 2^62."""
        return min(VALUE_LIMIT, _WORD_LIMIT // self.members)

    @property
    def label(self) -> str:
        """The parameters that differ between cells of a sweep, in words."""
        return (
            f"{self.family}, {self.groups} x {self.members}, {self.rivals} rivals x{self.strength}, "
            f"correlation {self.correlation:g}"
        )


@dataclass(frozen=True, slots=True)
class Draw:
    """Auctions of one cell: values of the rivals (auctions x rivals) and of members (auctions x groups x members), in units."""

    rivals: Units
    groups: Units


def blocks(cell: Cell) -> Iterator[Draw]:
    """All auctions of the cell, a block at a time: about 2 MB of values, or one auction."""
    per_auction = cell.groups * cell.members + cell.rivals
    size = max(1, min(_BLOCK_AUCTIONS, _BLOCK_VALUES // per_auction))
    for number, start in enumerate(range(0, cell.auctions, size)):
        yield draw(cell, number, min(size, cell.auctions - start))


def draw(cell: Cell, block: int, auctions: int) -> Draw:
    """The auctions of one block."""
    if cell.family == HARMONIC:
        return _harmonic(cell, auctions)
    from scipy.special import ndtr

    words = tuple(int(cell.key[place : place + 8], 16) for place in range(0, 24, 8))
    random = np.random.Generator(
        np.random.PCG64(np.random.SeedSequence(cell.seed, spawn_key=(*words, block)))
    )
    common = random.standard_normal((auctions, cell.groups, 1))
    own = random.standard_normal((auctions, cell.groups, cell.members))
    rivals = random.standard_normal((auctions, cell.rivals))
    mixed = np.sqrt(cell.correlation) * common + np.sqrt(1 - cell.correlation) * own
    value = quantile(cell.family, cell.values)
    return Draw(
        rivals=whole(value(ndtr(rivals), cell.members) * cell.strength, cell.value_limit),
        groups=whole(value(ndtr(mixed), cell.members), cell.value_limit),
    )


def _harmonic(cell: Cell, auctions: int) -> Draw:
    ranks = np.arange(1, cell.members + 1, dtype=np.int64)
    return Draw(
        rivals=np.full((auctions, cell.rivals), min(SCALE * cell.strength, cell.value_limit)),
        groups=np.tile(np.maximum(SCALE // ranks, 1), (auctions, cell.groups, 1)),
    )
