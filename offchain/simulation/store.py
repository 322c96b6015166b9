"""The raw data of a sweep: one file per cell, one row per auction, written whole or not at all."""

from pathlib import Path
from typing import BinaryIO

import numpy as np

from offchain.io.output import make_folder, replacing
from offchain.simulation.cells import Cell
from offchain.simulation.families import Units
from offchain.simulation.outcomes import Columns, columns_of

FORMATS = ("parquet", "csv")


class Store:
    """The folder `auctions` in an output folder. A finished cell's file is named by the cell's key."""

    def __init__(self, folder: Path, kind: str) -> None:
        self._folder = folder / "auctions"
        self._kind = kind

    def path(self, cell: Cell) -> Path:
        """Where the cell's rows are, or will be."""
        return self._folder / f"{cell.family}-{cell.key}.{self._kind}"

    def read(self, cell: Cell) -> Columns | None:
        """The cell's columns if it is finished; None if not, or if the file is not what it should be."""
        path = self.path(cell)
        if not path.exists():
            return None
        try:
            columns = _read_parquet(path) if self._kind == "parquet" else _read_csv(path, cell)
        except (OSError, ValueError, KeyError):
            return None
        whole = set(columns) == set(columns_of(cell))
        return columns if whole and len(columns["optimum"]) == cell.auctions else None

    def write(self, cell: Cell, columns: Columns) -> None:
        """Write the cell's rows: a stopped run leaves no half file. OutputFailed if that fails."""
        make_folder(self._folder)
        with replacing(self.path(cell)) as file:
            if self._kind == "parquet":
                _write_parquet(file, cell, columns)
            else:
                _write_csv(file, cell, columns)


def _write_parquet(file: BinaryIO, cell: Cell, columns: Columns) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({name: columns[name] for name in columns_of(cell)})
    pq.write_table(table.replace_schema_metadata({"cell": cell.label, "key": cell.key}), file)


def _read_parquet(path: Path) -> dict[str, Units]:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    return {name: table.column(name).to_numpy() for name in table.column_names}


def _write_csv(file: BinaryIO, cell: Cell, columns: Columns) -> None:
    names = columns_of(cell)
    rows = np.stack([columns[name] for name in names], axis=1)
    np.savetxt(file, rows, fmt="%d", delimiter=",", header=",".join(names), comments="")


def _read_csv(path: Path, cell: Cell) -> dict[str, Units]:
    with path.open(encoding="utf-8") as file:
        names = file.readline().rstrip("\n").split(",")
    if tuple(names) != columns_of(cell):
        raise ValueError(f"{path}: other columns than those of an auction")
    rows = np.loadtxt(path, dtype=np.int64, delimiter=",", skiprows=1, ndmin=2)
    return {name: rows[:, place].copy() for place, name in enumerate(names)}
