"""The cells of a sweep: one setting each, and the auctions drawn for it.

Which numbers are drawn depends on the seed, the family and who takes part, never on other cells, their order, or who computes
them: a cell's random stream is NumPy's `SeedSequence` of the seed with a hash of these and the number of a block as spawn key. So
cells that differ in reserve, strength or correlation alone share their random numbers, which makes them easier to compare.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

from offchain.model.instances.rules import Increment
from offchain.simulation.families import HARMONIC, SCALE, VALUE_LIMIT, Units, quantile, whole

_BLOCK_VALUES = 2**18
_BLOCK_AUCTIONS = 2_048
_PIECE_VALUES = 2**22
_WORD_LIMIT = 2**62
"""No sum of a group's values and no rank·bid is above this, so that `int64` holds them."""
_KEPT_BYTES = 2**24
FORMAT = 2
"""Part of every key: raise it when a cell's figures change, so that old files are not taken for new ones."""

Mix = tuple[tuple[int, int], ...]
"""The groups of an auction in order of arrival, as runs of groups of one size: how many, and the members of each."""


def mix_text(mix: Mix) -> str:
    """As it is written on the command line: "5x20+1x100"."""
    return "+".join(f"{groups}x{members}" for groups, members in mix)


@dataclass(frozen=True, slots=True)
class Cell:
    """One setting. Each auction has `rivals` individuals, who arrive first, and the groups of `mix`.

    correlation: of the normal numbers behind the values of one group, 0 to 1 (a Gaussian copula). strength: what a rival's value
    is multiplied by. values: what the family `file` draws from. increment: of an ascending auction that is played beside, if any.
    """

    family: str
    mix: Mix
    rivals: int
    correlation: float
    strength: int
    reserve: int
    auctions: int
    seed: int
    values: tuple[int, ...] = ()
    increment: Increment | None = None

    @property
    def key(self) -> str:
        """A name that only this setting has: a hash of all that is set."""
        setting = {name: value for name, value in asdict(self).items() if value is not None}
        return _hash([FORMAT, setting])

    @property
    def stream(self) -> tuple[int, ...]:
        """Words that name the random numbers of the cell, together with its seed."""
        name = _hash([self.family, self.values, self.mix, self.rivals])
        return tuple(int(name[place : place + 8], 16) for place in range(0, len(name), 8))

    @property
    def groups(self) -> int:
        """How many groups take part in an auction."""
        return sum(groups for groups, _ in self.mix)

    @property
    def people(self) -> int:
        """How many bid in an auction: members and rivals."""
        return sum(groups * members for groups, members in self.mix) + self.rivals

    @property
    def largest(self) -> int:
        """The members of the largest group."""
        return max(members for _, members in self.mix)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The members of every bidder in order of arrival, 1 for a rival."""
        sizes = (1,) * self.rivals
        return sizes + tuple(members for groups, members in self.mix for _ in range(groups))

    @property
    def value_limit(self) -> int:
        """The largest value: as many of it as a group has members, or ranks times it, stay within 2^62."""
        return min(VALUE_LIMIT, _WORD_LIMIT // self.largest)

    @property
    def label(self) -> str:
        """The parameters that differ between cells of a sweep, in words."""
        return (
            f"{self.family}, {mix_text(self.mix)}, {self.rivals} rivals x{self.strength}, "
            f"correlation {self.correlation:g}"
            + (f", increment {self.increment}" if self.increment is not None else "")
        )


def _hash(setting: object) -> str:
    """24 hexadecimal digits."""
    written = json.dumps(setting, sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Draw:
    """Auctions of one cell, values in units: of the rivals (auctions x rivals), and of members, an array for each run of groups
    of one size (auctions x groups x members).
    """

    rivals: Units
    groups: tuple[Units, ...]

    def first(self, auctions: int) -> "Draw":
        """The first auctions of these."""
        return Draw(self.rivals[:auctions], tuple(values[:auctions] for values in self.groups))


@dataclass(frozen=True, slots=True)
class Piece:
    """Some blocks of a cell in a row, the unit of work: from the block `first` to the one before `stop`."""

    cell: Cell
    first: int
    stop: int

    @property
    def auctions(self) -> int:
        """How many auctions the piece has."""
        size = block_size(self.cell)
        return min(self.stop * size, self.cell.auctions) - self.first * size


def block_size(cell: Cell) -> int:
    """Auctions in a block: about 2 MB of values, or one auction."""
    return max(1, min(_BLOCK_AUCTIONS, _BLOCK_VALUES // cell.people))


def pieces(cell: Cell, values: int = _PIECE_VALUES) -> list[Piece]:
    """The cell in order, cut into pieces of about so many `values`, of one block at least."""
    size = block_size(cell)
    total = -(-cell.auctions // size)
    step = max(1, values // (size * cell.people))
    return [Piece(cell, first, min(first + step, total)) for first in range(0, total, step)]


def blocks(piece: Piece) -> Iterator[Draw]:
    """The auctions of a piece, a block at a time."""
    # Once so much was freed, glibc keeps freed memory for later. Else every block would ask the system for all its pages anew,
    # which takes longer than the arithmetic.
    np.empty(_KEPT_BYTES, dtype=np.uint8)
    size = block_size(piece.cell)
    for number in range(piece.first, piece.stop):
        yield draw(piece.cell, number, min(size, piece.cell.auctions - number * size))


def whole_cell(cell: Cell) -> Piece:
    """All of the cell as one piece."""
    return Piece(cell, 0, -(-cell.auctions // block_size(cell)))


def draw(cell: Cell, block: int, auctions: int) -> Draw:
    """The auctions of one block. Rivals are drawn as members of the largest group are, where the family asks for a size."""
    if cell.family == HARMONIC:
        return _harmonic(cell, auctions)
    from scipy.special import ndtr

    random = np.random.Generator(
        np.random.PCG64(np.random.SeedSequence(cell.seed, spawn_key=(*cell.stream, block)))
    )
    value = quantile(cell.family, cell.values)
    found = []
    for groups, members in cell.mix:
        common = random.standard_normal((auctions, groups, 1))
        own = random.standard_normal((auctions, groups, members))
        mixed = np.sqrt(cell.correlation) * common + np.sqrt(1 - cell.correlation) * own
        found.append(whole(value(ndtr(mixed), members), cell.value_limit))
    rivals = random.standard_normal((auctions, cell.rivals))
    return Draw(
        rivals=whole(value(ndtr(rivals), cell.largest) * cell.strength, cell.value_limit),
        groups=tuple(found),
    )


def _harmonic(cell: Cell, auctions: int) -> Draw:
    ranks = np.arange(1, cell.largest + 1, dtype=np.int64)
    values = np.maximum(SCALE // ranks, 1)
    return Draw(
        rivals=np.full((auctions, cell.rivals), min(SCALE * cell.strength, cell.value_limit)),
        groups=tuple(
            np.tile(values[:members], (auctions, groups, 1)) for groups, members in cell.mix
        ),
    )
