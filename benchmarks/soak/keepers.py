"""`consort keep` as a process of its own for one town: killed, started again, and watched through its status file and page."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from benchmarks.soak.town import Town
from offchain.chain.nodes import free_port

POLL: Final = "0.2"
GAVE_UP: Final = 3
"""What `consort keep` ends with where no node answers at its start."""
_PATIENCE: Final = 120.0
_PAUSE: Final = 0.1


class Crashed(Exception):
    """A keeper ended by itself, for no reason that a keeper may have; the message has its last words."""


class KeeperProcess:
    """Of one account for one town. kills, gave_up, starts: how often. statuses: every one that was read, by run, in order."""

    def __init__(self, town: Town, node: str, beacon: str, account: int, name: str) -> None:
        self._town, self.account, self.name = town, account, name
        self._node, self._beacon = node, beacon
        self.file = town.folder / f"{name}.json"
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.kills = self.gave_up = self.starts = self.unread = 0
        self.answers: list[int] = []
        self.statuses: list[list[dict[str, Any]]] = []

    def ensure(self) -> None:
        """Starts it if it does not run. `Crashed` if it ended otherwise than by a kill, or for want of a node."""
        if self._process is not None and self._process.poll() is None:
            return
        if self._process is not None:
            if self._process.returncode == GAVE_UP:
                self.gave_up += 1
            elif self._process.returncode != -signal.SIGKILL:
                raise Crashed(f"{self.name} ended with {self._process.returncode}: {self._words()}")
        self._start()

    def kill(self) -> None:
        """Ends it at once, wherever it is."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
            self.kills += 1

    def stop(self) -> dict[str, Any]:
        """Ends it in good order, once it has seen that all is done; its last status. `Crashed` if it does not."""
        deadline = time.monotonic() + _PATIENCE
        while not (self.statuses[-1] and self.statuses[-1][-1]["unfinished"] == 0):
            if time.monotonic() > deadline:
                raise Crashed(f"{self.name} does not see that all is done: {self._words()}")
            self.ensure()
            time.sleep(_PAUSE)
            self.look()
        assert self._process is not None
        self._process.terminate()
        if self._process.wait(_PATIENCE) != 0:
            raise Crashed(f"{self.name} ended with {self._process.returncode}: {self._words()}")
        self.look()
        return self.statuses[-1][-1]

    def look(self) -> None:
        """Reads the status, which is whole whenever it is read; ValueError if it is not."""
        with suppress(FileNotFoundError):
            status = json.loads(self.file.read_text())
            seen = self.statuses[-1]
            if status["started"] >= self._started and (not seen or seen[-1] != status):
                seen.append(status)

    def ask_page(self) -> None:
        """Asks for its health, as a container does; notes the answer, if it is up."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self._port}/healthz", timeout=20
            ) as one:
                self.answers.append(one.status)
        except urllib.error.HTTPError as error:
            self.answers.append(error.code)
        except (urllib.error.URLError, ConnectionError):
            self.unread += 1  # it is being started

    def _start(self) -> None:
        self.starts += 1
        self._started = int(time.time())
        self.statuses.append([])
        self.file.unlink(missing_ok=True)
        folder = self._town.folder
        command = [
            *(sys.executable, "-m", "offchain.cli", "keep", "--on", self._node),
            *("--deployment", str(folder / "deployment.json")),
            *("--openings", str(folder / "openings.jsonl"), "--cache", str(self._cache())),
            *("--beacon", self._beacon, "--account", str(self.account), "--poll", POLL),
            *("--status", str(self.file), "--http", str(self._port), "--log", "json"),
        ]
        with self._log().open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ.copy()
            )

    def _cache(self) -> Path:
        folder = self._town.folder / f"{self.name}-cache"
        folder.mkdir(exist_ok=True)
        return folder

    def _log(self) -> Path:
        return self._town.folder / f"{self.name}.log"

    def _words(self) -> str:
        return self._log().read_text(errors="replace")[-2_000:]
