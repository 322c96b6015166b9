"""Seeds in chunks, a test each: some are played every time, all of them where it is asked for.

.venv/bin/pytest tests/differential -m ""    or    make test ARGS=--long
"""

import pytest
from _pytest.mark import ParameterSet


def chunks(seeds: int, chunk: int, each_time: int) -> list[ParameterSet]:
    """The first seed of each chunk, of which those up to `each_time` are played every time."""
    firsts = range(0, seeds, chunk)
    return [
        pytest.param(first, marks=() if first < each_time else pytest.mark.long) for first in firsts
    ]
