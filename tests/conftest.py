"""What all tests need."""

import os
import random
import re
import secrets
import signal
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

# An assertion in a helper shows its values, too.
pytest.register_assert_rewrite("tests")

# A run in a shell's background inherits an ignored SIGINT, and so would the programs that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Pages are as wide as the terminal says that the tests were started in: they are compared without it.
os.environ.pop("COLUMNS", None)

TEST_SEED: Final = "TEST_SEED"
"""By which random tests draw: where it is not set, each the same every time, so that what one finds was done by a change; `anew`,
what nobody has drawn; or a number, what was drawn by that."""
_SEED = os.environ.get(TEST_SEED)
if _SEED == "anew":
    _SEED = os.environ[TEST_SEED] = str(
        secrets.randbelow(2**32)
    )  # processes that share the tests have it, too

# Neither a busy machine nor a draw of large examples is a failure. A failing example is printed with the line that replays it.
settings.register_profile(
    "consort",
    deadline=None,
    derandomize=_SEED is None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("consort")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Hypothesis draws by the seed."""
    if _SEED is not None:
        config.option.hypothesis_seed = _SEED


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """And so do tests that draw seeds of their own."""
    random.seed(f"{_SEED} {item.nodeid}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what draws the same again."""
    if _SEED is not None:
        terminalreporter.write_line(f"random tests drew by {TEST_SEED}={_SEED}")


_PLACE_IN_MEMORY = re.compile(r" at 0x[0-9a-f]{6,16}>")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuses names that differ from process to process: tests that are shared among several could not be told apart."""
    for item in items:
        if _PLACE_IN_MEMORY.search(item.nodeid):
            raise pytest.UsageError(f"{item.nodeid}: a case is named by its place in memory")
