"""Families of valuations, each a quantile function: from a number u in (0, 1) to a whole number of units, at least 1.

Floats occur here only, in drawing; a value once drawn is an integer, and everything after it is exact.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from offchain.model.instances.constitutiondao import CONSTITUTION_DAO

Units = NDArray[np.int64]
Floats = NDArray[np.float64]

SCALE = 1_000_000
"""Units in 1, the size of a typical value."""
VALUE_LIMIT = 2**40
"""No value is above this: one that would be is cut to it."""
PARETO_SHAPE = 1.5
LOGNORMAL_SIGMA = 1.0
HARMONIC = "harmonic"
"""Member i of every group has the value 1/i and a rival 1: nothing is drawn. The worst case of the equal split."""
FILE = "file"
"""Drawn, with repetition, from the values that a file lists."""

Quantile = Callable[[Floats, int], Floats]
"""From u and the number of members of a group to values in units, not yet whole."""


def _lognormal(u: Floats, members: int) -> Floats:
    from scipy.special import ndtri

    values: Floats = SCALE * np.exp(LOGNORMAL_SIGMA * ndtri(u))
    return values


def _equal_revenue(u: Floats, members: int) -> Floats:
    """P(V >= 1/k) = k/n for k = 1 … n: selling at any of these prices brings in the same, in expectation."""
    values: Floats = SCALE / np.maximum(np.ceil(u * members), 1)
    return values


def _drawn_from(values: tuple[int, ...]) -> Quantile:
    listed = np.array(sorted(values), dtype=np.float64)

    def quantile(u: Floats, members: int) -> Floats:
        places = np.minimum((u * listed.size).astype(np.int64), listed.size - 1)
        found: Floats = listed[places]
        return found

    return quantile


QUANTILES: Mapping[str, Quantile] = MappingProxyType(
    {
        "uniform": lambda u, members: SCALE * u,
        "lognormal": _lognormal,
        "pareto": lambda u, members: SCALE * (1 - u) ** (-1 / PARETO_SHAPE),
        "equal-revenue": _equal_revenue,
        "constitutiondao": _drawn_from(CONSTITUTION_DAO),
    }
)
FAMILIES = (*QUANTILES, HARMONIC, FILE)


def whole(values: Floats, limit: int) -> Units:
    """Rounded up to whole units, cut to 1 … limit. Doubles hold every whole number up to 2^53."""
    found: Units = np.clip(np.ceil(values), 1, limit).astype(np.int64)
    return found


def quantile(family: str, listed: tuple[int, ...]) -> Quantile:
    """The family's quantile function; `listed` are the values of the family `file`."""
    return _drawn_from(listed) if family == FILE else QUANTILES[family]
