"""How much faster the simulation is than the reference mechanisms: `python -m benchmarks.simulation`.

Both compute the same figures of the same drawn auctions, are held equal, and are timed in one run, as by
`consort simulate --compare`. All figures include what members gain by lies, and what becomes of pay-your-bid aggregation when
they answer each other.
"""

from offchain.report.tables import as_text
from offchain.simulation.cells import Cell
from offchain.simulation.compare import races, table

AUCTIONS = 100
"""Of which the reference computes all figures."""
CELLS = (
    Cell("lognormal", ((2, 50),), 1, 0.0, 1, 1, 2_048, 1),
    Cell("pareto", ((4, 25),), 1, 0.0, 1, 1, 2_048, 1),
    Cell("pareto", ((5, 20), (1, 100)), 1, 0.0, 1, 1, 2_048, 1),
)


def main() -> None:
    """Prints two rows for each size."""
    print(as_text(table([race for cell in CELLS for race in races(cell, AUCTIONS)])))


if __name__ == "__main__":
    main()
