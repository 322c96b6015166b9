"""What all tests need."""

import os
import re
import signal

import pytest
from hypothesis import HealthCheck, settings

# An assertion in a helper shows its values, too.
pytest.register_assert_rewrite("tests")

# A run in a shell's background inherits an ignored SIGINT, and so would the programs that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Pages are as wide as the terminal says that the tests were started in: they are compared without it.
os.environ.pop("COLUMNS", None)

# Neither a busy machine nor a draw of large examples is a failure. A failing example is printed with the line that replays it.
settings.register_profile(
    "consort",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("consort")

_PLACE_IN_MEMORY = re.compile(r" at 0x[0-9a-f]{6,16}>")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuses names that differ from process to process: tests that are shared among several could not be told apart."""
    for item in items:
        if _PLACE_IN_MEMORY.search(item.nodeid):
            raise pytest.UsageError(f"{item.nodeid}: a case is named by its place in memory")
