"""Calls that have to fail, by what the contract said."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from offchain.bindings.explain import explain
from offchain.chain.backend import Reverted


def error_of(data: bytes) -> str:
    """The name of the error that a call reverted with, or how else it is explained."""
    return explain(data).partition("(")[0]


@contextmanager
def reverts(error: str) -> Iterator[pytest.ExceptionInfo[Reverted]]:
    """The body is to revert with the error of this name: `WrongPhase`, or an error with its arguments, `NoBid(lot=1)`."""
    with pytest.raises(Reverted) as caught:
        yield caught
    told = explain(caught.value.data)
    assert error in (told, told.partition("(")[0]), told
