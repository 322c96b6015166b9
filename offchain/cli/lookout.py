"""What `consort keep` shows of itself: a status file, a page, alerts; the options `--status`, `--http`, `--alert` and `--log`."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from offchain.cli.exits import BadInput
from offchain.io.fields import show
from offchain.io.output import OutputFailed, check_file, reason, write_whole

if TYPE_CHECKING:
    from offchain.chain.backend import Chain
    from offchain.keeper.view import View
    from offchain.keeper.watch.logs import Form, Log
    from offchain.keeper.watch.mail import Service
    from offchain.keeper.watch.observer import Observer
    from offchain.keeper.watch.status import Status
    from offchain.keeper.watch.web import Board

ALERT_VARIABLE: Final = "CONSORT_ALERT"
"""The environment variable with URLs of alert services, apart by white space."""
LOOPBACK: Final = "127.0.0.1"
_MOST_PORT: Final = 65_535
_ADDRESS: Final = re.compile(
    r"(?:(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):)?(?P<port>[0-9]{1,5})"
)

StatusFile = Annotated[
    str | None,
    typer.Option(
        "--status",
        metavar="FILE",
        help="Where the status is written after each round, whole or not at all, as JSON.",
        show_default=False,
    ),
]
Http = Annotated[
    str | None,
    typer.Option(
        "--http",
        metavar="[HOST:]PORT",
        help="Where a page about the keeper is served, with /status.json, /healthz and /metrics: on this machine only,"
        " unless HOST says otherwise.",
        show_default=False,
    ),
]
Alerts = Annotated[
    list[str] | None,
    typer.Option(
        "--alert",
        metavar="URL",
        help=f"Who is told of troubles: a URL of a service that apprise knows; several, if it is given several times. They"
        f" hold secrets, so better in the environment variable {ALERT_VARIABLE}, apart by spaces.",
        show_default=False,
    ),
]
LogForm = Annotated[
    str,
    typer.Option(
        "--log", metavar="FORM", help="How messages are written to standard error: text or json."
    ),
]
LogLevel = Annotated[
    str,
    typer.Option(
        "--log-level",
        metavar="LEVEL",
        help="Which messages: debug, info, warning or error and what is worse.",
    ),
]


def form_of(text: str) -> "Form":
    """What `--log` says. Raises BadInput."""
    from typing import get_args

    from offchain.keeper.watch.logs import Form

    for form in get_args(Form):
        if form == text:
            return form  # type: ignore[no-any-return]
    raise BadInput(f"--log: {show(text)} is neither text nor json")


def level_of(text: str) -> int:
    """What `--log-level` says. Raises BadInput."""
    from offchain.keeper.watch.logs import LEVELS

    if text not in LEVELS:
        raise BadInput(f"--log-level: {show(text)} is none of {', '.join(LEVELS)}")
    return LEVELS[text]


@dataclass(frozen=True)
class Shown:
    """What is to be shown, and where. http: host and port. services: that are told of troubles."""

    file: Path | None
    http: tuple[str, int] | None
    services: "Sequence[Service]"

    @property
    def any(self) -> bool:
        """Whether anybody looks."""
        return bool(self.file or self.http or self.services)


def shown(status: str | None, http: str | None, urls: Sequence[str]) -> Shown:
    """What the options say. Raises BadInput or OutputFailed."""
    from offchain.keeper.watch.mail import Apprise, NoAlerts

    file = None if status is None else Path(status)
    if file is not None:
        check_file(file)
    try:
        services = [Apprise(url) for url in (*urls, *os.environ.get(ALERT_VARIABLE, "").split())]
    except NoAlerts as error:
        raise BadInput(f"--alert: {error}") from error
    return Shown(file, None if http is None else address("--http", http), services)


def address(option: str, text: str) -> tuple[str, int]:
    """Host and port of `[HOST:]PORT`, by default of this machine only. Raises BadInput."""
    found = _ADDRESS.fullmatch(text)
    if found is None or int(found["port"]) > _MOST_PORT:
        raise BadInput(f"{option}: {show(text)} is neither a port nor HOST:PORT")
    return (found["host"] or LOOPBACK).strip("[]"), int(found["port"])


class Lookout:
    """Shows statuses of one run, if anybody looks."""

    def __init__(self, observer: "Observer", board: "Board", file: Path | None, log: "Log") -> None:
        self._observer, self._board, self._file, self._log = observer, board, file, log
        self._place: tuple[Chain, str] | None = None
        self._is_told = False
        self.is_watched = True

    def begin(self, chain: "Chain", account: str) -> None:
        """The keepers are at work on this chain, from this account."""
        self._place = chain, account

    def could_not_start(self) -> None:
        """They are not yet."""
        if self.is_watched:
            self._show(self._observer.could_not_start())

    def round_is_over(self, views: "Sequence[View]", is_good: bool, resting: int) -> None:
        """Shows how things are. `is_good`: whether the chain could be read. `resting`: what waits to be tried again."""
        if self.is_watched and self._place is not None:
            chain, account = self._place
            self._show(self._observer.round(chain, account, views, is_good, resting))

    def stopped(self) -> None:
        """The run is over."""
        if self.is_watched:
            self._show(replace(self._observer.last, state="stopped"))

    def _show(self, status: "Status") -> None:
        self._board.status = status
        if self._file is None:
            return
        try:
            write_whole(self._file, to_bytes(status))
        except OutputFailed as error:
            if not self._is_told:
                self._log.warning("status", f"--status: {error}; the keeper works on")
            self._is_told = True
        else:
            self._is_told = False


def to_bytes(status: "Status") -> bytes:
    """A status as it stands in a file."""
    import json

    return (json.dumps(status.to_json(), indent=2) + "\n").encode()


@contextmanager
def looking_out(what: Shown, observer: "Observer", log: "Log") -> Iterator[Lookout]:
    """Shows the run that the body is. Raises BadInput if the page cannot be served."""
    from offchain.keeper.watch.mail import alerting
    from offchain.keeper.watch.web import Board, listening, serving

    board = Board(observer.last)
    lookout = Lookout(observer, board, what.file, log)
    lookout.is_watched = what.any
    with ExitStack() as stack:
        if what.http is not None:
            host, port = what.http
            try:
                at = listening(host, port)
            except OSError as error:
                raise BadInput(f"--http: {host}:{port}: {reason(error)}") from error
            stack.enter_context(serving(at, board))
            taken = at.getsockname()[1]
            name = f"[{host}]" if ":" in host else host
            log.info("page", f"The keeper's page: http://{name}:{taken}/", port=taken)
        if what.services:
            stack.enter_context(alerting(what.services, board, log))
        stack.callback(lookout.stopped)
        yield lookout
