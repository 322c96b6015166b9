"""Commands that run until they are stopped."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from offchain.cli.exits import say


@contextmanager
def until_stopped(last_words: str = "") -> Iterator[None]:
    """Lets Ctrl-C and SIGTERM end the body in good order; `last_words` are then said."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        if last_words:
            say(last_words)
    finally:
        signal.signal(signal.SIGTERM, before)
