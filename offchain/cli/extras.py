"""What a plain installation leaves out: libraries of which most users have no need, in extras."""

from collections.abc import Mapping
from typing import Final

EXTRAS: Final[Mapping[str, str]] = {
    "distributed": "simulation",
    "matplotlib": "report",
    "numpy": "simulation",
    "pyarrow": "simulation",
    "scipy": "simulation",
}
"""In which extra of the package each module comes; the smaller one of two."""


def remedy(error: ModuleNotFoundError) -> str | None:
    """What brings the module that is missing; None if it is none of an extra."""
    module = (error.name or "").partition(".")[0]
    extra = EXTRAS.get(module)
    if extra is None:
        return None
    return f"{module} is not installed, which this needs: pip install 'consort[{extra}]'"
