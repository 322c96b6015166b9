"""What a keeper says, line by line: as text, or as an object of JSON with fields, on whatever takes lines.

    with logging_to(print, "json", logging.INFO) as log:
        log.info("action", "lot 1 reveal …", lot=1, gas=90_000)

`logging` of the standard library does the rest. A failing stream is no reason to stop.
"""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final, Literal

Form = Literal["text", "json"]

LOGGER: Final = "consort.keep"
LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
_FIELDS: Final = "told"
"""The attribute of a record with its event and fields."""


class Log:
    """Says lines: what kind of `event`, in words, and as fields what programs want to know of it."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger

    def debug(self, event: str, text: str, **fields: Any) -> None:
        """What only who looks for a fault wants to know."""
        self._say(logging.DEBUG, event, text, fields)

    def info(self, event: str, text: str, **fields: Any) -> None:
        """What goes as it should."""
        self._say(logging.INFO, event, text, fields)

    def warning(self, event: str, text: str, **fields: Any) -> None:
        """What does not, and is tried again."""
        self._say(logging.WARNING, event, text, fields)

    def error(self, event: str, text: str, **fields: Any) -> None:
        """What somebody has to look at."""
        self._say(logging.ERROR, event, text, fields)

    def _say(self, level: int, event: str, text: str, fields: dict[str, Any]) -> None:
        self._logger.log(level, "%s", text, extra={_FIELDS: {"event": event} | fields})


@contextmanager
def logging_to(
    write: Callable[[str], None], form: Form, level: int, quiet: frozenset[str] = frozenset()
) -> Iterator["Log"]:
    """A log whose lines go to `write` while the body runs. `quiet`: events that text leaves out, since they stand elsewhere."""
    logger = logging.getLogger(LOGGER)
    handler = _Lines(write)
    handler.setFormatter(_Json() if form == "json" else _Text())
    if form == "text":
        handler.addFilter(lambda record: _told_of(record).get("event") not in quiet)
    before = logger.level, logger.propagate
    logger.setLevel(level)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield Log(logger)
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate = before


class _Lines(logging.Handler):
    """Hands lines on."""

    def __init__(self, write: Callable[[str], None]) -> None:
        super().__init__()
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._write(self.format(record))
        except Exception:  # a line that cannot be said stops no work
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Nobody can be told."""


class _Text(logging.Formatter):
    """The words alone."""

    def format(self, record: logging.LogRecord) -> str:
        return record.getMessage()


class _Json(logging.Formatter):
    """One object a line: time, level, event, text, and the event's fields."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        head = {"time": at, "level": record.levelname.lower()}
        fields = _told_of(record)
        line = head | {"event": fields.get("event", "message"), "text": record.getMessage()}
        return json.dumps(line | fields, ensure_ascii=True, default=str)


def _told_of(record: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = getattr(record, _FIELDS, {})
    return found
