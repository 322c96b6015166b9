"""How long tests wait: no step is to fail since a machine is busy."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 300.0
"""Seconds, against hanging alone: what is waited for so takes less than a tenth of it on a quiet machine."""
LONG_PATIENCE = 1_200.0
"""The same for what takes up to two minutes there."""


def until(done: Callable[[], Any], told: Callable[[], str] = str, every: float = 0.05) -> Any:
    """What `done` gives once that is true, looked at `every` so many seconds; what is `told` goes with the failure."""
    end = time.monotonic() + PATIENCE
    while not (found := done()):
        assert time.monotonic() < end, told()
        time.sleep(every)
    return found
