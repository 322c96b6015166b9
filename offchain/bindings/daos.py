"""DAOs are made in two ways, and which is cheaper in all is a matter of how many bid there."""

from typing import Final

CROWD: Final = 1_300
"""From so many members on a full copy is cheaper. It takes 3,400,000 gas more to make than a minimal proxy, and spares every
member 2,850: `python -m benchmarks.gas` measures both.
"""


def is_crowd(members: int) -> bool:
    """Whether for so many, who bid on one lot, a full copy (`DAOFactory.createStandalone`) is cheaper in all than a minimal proxy
    (`create`).
    """
    return members >= CROWD
