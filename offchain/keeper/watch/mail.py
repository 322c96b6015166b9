"""Sends alerts to services by their apprise URLs, beside the keeper's work. The URLs hold secrets: no message names one."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Protocol

from offchain.keeper.watch.alarm import Alarm, Message
from offchain.keeper.watch.health import alerts
from offchain.keeper.watch.logs import Log
from offchain.keeper.watch.web import Board

LOOK_SECONDS: Final = 5.0
"""How often it is looked whether there is something to send."""
_SUBJECT: Final = "Consort keeper"


class NoAlerts(Exception):
    """Alerts cannot be sent; the message says why, and names no URL."""


class Service(Protocol):
    """Where alerts go."""

    def send(self, message: Message) -> bool:
        """Sends a message; whether it arrived, as far as is known. May raise anything."""


class Apprise:
    """The service at one URL, by the library of that name."""

    def __init__(self, url: str) -> None:
        """Raises NoAlerts: the library is missing, or knows no such service."""
        try:
            import apprise
        except ImportError as error:
            raise NoAlerts(
                "alerts need the package apprise: pip install 'consort[keeper]'"
            ) from error
        # it logs URLs where they fail
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        self._warning, self._success = apprise.NotifyType.WARNING, apprise.NotifyType.SUCCESS
        self._service = apprise.Apprise()
        if not self._service.add(url):
            scheme = url.partition("://")[0] if "://" in url else ""
            raise NoAlerts(f"there is no alert service of that URL ({scheme[:12] or 'no scheme'})")

    def send(self, message: Message) -> bool:
        """See `Service`."""
        kind = self._success if message.is_over else self._warning
        title = f"{_SUBJECT}: {message.title}"
        return bool(self._service.notify(body=message.body, title=title, notify_type=kind))


@contextmanager
def alerting(
    services: Sequence[Service],
    board: Board,
    log: Log,
    every: float = LOOK_SECONDS,
    clock: Callable[[], float] = time.time,
) -> Iterator[None]:
    """Sends what there is to send of a board while the body runs, from a thread of its own: a keeper that hangs is an alert,
    too, and a service that does holds up other alerts alone. `every`: seconds between looks. `clock`: seconds since the epoch.
    """
    ended = threading.Event()
    mailer = _Mailer(services, board, log, clock)

    def work() -> None:
        while not ended.wait(every):
            mailer.look()

    thread = threading.Thread(target=work, name="alerts", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(every)


class _Mailer:
    def __init__(
        self, services: Sequence[Service], board: Board, log: Log, clock: Callable[[], float]
    ) -> None:
        self._services, self._board, self._log, self._clock = services, board, log, clock
        self._alarm = Alarm()
        self._dead: set[int] = set()

    def look(self) -> None:
        """Sends what is to be sent now."""
        now = self._clock()
        status = self._board.status
        for message in self._alarm.update(alerts(status, int(now)), now):
            self._log.info("alerted", f"{message.title}: {message.body}")
            for number, service in enumerate(self._services):
                self._send(number, service, message)

    def _send(self, number: int, service: Service, message: Message) -> None:
        """Sends to one service. That it fails is told once, until it works again."""
        try:
            arrived = service.send(message)
        except Exception:  # whatever goes wrong there; what it says may hold the URL
            arrived = False
        if arrived:
            self._dead.discard(number)
        elif number not in self._dead:
            self._dead.add(number)
            self._log.warning("unsent", f"alert service {number + 1} does not take messages")
