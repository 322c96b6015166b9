"""Brownie as a user runs it: in this repository, whose contracts it compiles once, and one process at a time."""

import fcntl
import re
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from offchain.io.paths import PROJECT

COMPILED = PROJECT / "build" / "contracts"
"""Where Brownie leaves what it compiled, a file for each contract."""
COMPILING_SECONDS = 4_500
"""Against hanging, for a test that compiles, and may have to wait for another that does."""
_BROWNIE = PROJECT / ".venv" / "bin" / "brownie"
_LONGEST = 1_800
"""Seconds, against hanging: compiling takes 110 of them on a quiet machine, a script fewer than ten."""


def brownie(*arguments: str) -> str:
    """What `brownie` prints, without colours; it has to succeed.

    Tests run in several processes, and Brownie compiles into one folder: whoever comes second waits, and finds it compiled.
    """
    with _alone():
        return _run(*arguments)


def compile_anew(names: Iterable[str]) -> None:
    """Have Brownie compile contracts whatever it kept of them.

    It keeps one whose own text, and that of those it inherits from or calls, is as it was. But the bytecode ends with a digest
    of all that is imported, comments included.
    """
    with _alone():
        for name in names:
            (COMPILED / f"{name}.json").unlink(missing_ok=True)
        _run("compile")


@contextmanager
def _alone() -> Iterator[None]:
    COMPILED.parent.mkdir(exist_ok=True)
    with (COMPILED.parent / "brownie.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(*arguments: str) -> str:
    done = subprocess.run(
        [str(_BROWNIE), *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=_LONGEST,
        check=False,
    )
    output = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    assert done.returncode == 0, output + done.stderr
    assert "Traceback" not in output
    return output
