"""`make wheel`: a wheel that works outside the checkout, with the compiled contracts and the web page in it, in dist/.

    python -m tools.build_wheel [FOLDER]

It is built of a copy, so that the checkout, in which Consort is installed editable, never holds what only a wheel should. Two
builds of one commit are the same file.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from offchain.bindings.artifacts import as_file, compiler, load_all
from offchain.io.paths import PROJECT
from tools.write_abi import declared

DIST: Final = PROJECT / "dist"
PAGE: Final = PROJECT / "build" / "page"
PLAYED: Final = frozenset({"Item", "NounsParts", "Puppet", "SetRandomness"})
"""What of contracts/test is put on chains by `consort` itself, in demos and by `solve --on`."""

_STAGE: Final = PROJECT / "build" / "wheel"


def main(arguments: list[str]) -> None:
    """Builds it in the folder named, by default dist/."""
    folder = Path(arguments[0]) if arguments else DIST
    wheel = build(folder)
    page = (
        "with the page" if (PAGE / "index.html").exists() else "without the page: `make page` first"
    )
    print(f"{os.path.relpath(wheel)}: {wheel.stat().st_size / 1e6:.1f} MB, {page}")


def build(folder: Path) -> Path:
    """The wheel, in that folder.

    Raises:
        CompileError: the contracts do not compile.
        CalledProcessError: setuptools fails.
    """
    stage()
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder)]
    environment = os.environ | {"SOURCE_DATE_EPOCH": _commit_time()}
    subprocess.run([*command, *options, str(_STAGE)], check=True, env=environment)
    (wheel,) = folder.glob(f"consort-{_version()}-*.whl")
    return wheel


def stage() -> None:
    """Puts together what the wheel is built of."""
    shutil.rmtree(_STAGE, ignore_errors=True)
    _STAGE.mkdir(parents=True)
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(PROJECT / name, _STAGE)
    code = shutil.ignore_patterns("__pycache__", "packaged")
    shutil.copytree(PROJECT / "offchain", _STAGE / "offchain", ignore=code)
    packaged = _STAGE / "offchain" / "packaged"
    (packaged / "abi").mkdir(parents=True)
    for name, text in contracts().items():
        (packaged / "abi" / name).write_text(text, encoding="utf-8")
    if (PAGE / "index.html").exists():
        shutil.copytree(PAGE, packaged / "page")


def contracts() -> dict[str, str]:
    """The files of all that contracts/ declares, by name; of what is there for tests, what is played with."""
    artifacts, made_by = load_all(), compiler()
    return {
        f"{name}.json": json.dumps(as_file(artifacts[name], one.source, made_by), indent=1) + "\n"
        for name, one in declared().items()
        if not one.is_double or name in PLAYED
    }


def _version() -> str:
    from offchain import __version__

    return __version__


def _commit_time() -> str:
    """Of the newest commit, in seconds since the epoch: what is written into the wheel as the time of its files."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is not None:
        return given
    command = ["git", "log", "-1", "--format=%ct"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "315532800"  # 1980, the earliest that a zip file can say


if __name__ == "__main__":
    main(sys.argv[1:])
