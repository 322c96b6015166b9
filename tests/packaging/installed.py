"""An environment outside the checkout that has a wheel of Consort and what that says it needs, and nothing else.

What it needs is linked from the checkout's own environment, package by package, as the wheel's metadata asks for it: what is not
declared is not there. No network is asked.
"""

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from importlib.metadata import Distribution, PathDistribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from tests.patience import LONG_PATIENCE

_SHELL = ("sh", "sleep")
"""What starting a node takes beside the node."""


@dataclass(frozen=True)
class Installed:
    """Where `consort` is installed. home: an empty folder to run it in."""

    prefix: Path
    home: Path

    @property
    def packages(self) -> Path:
        """Its site-packages."""
        return self.prefix / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"

    def run(
        self,
        *arguments: str,
        path: tuple[Path, ...] = (),
        seconds: float = LONG_PATIENCE,
        **more: str,
    ) -> subprocess.CompletedProcess[str]:
        """Runs `consort` with these arguments. path: folders of programs beside its own; there is no node otherwise."""
        places = [self.prefix / "bin", self.prefix / "tools", *path]
        return subprocess.run(
            [str(self.prefix / "bin" / "consort"), *arguments],
            cwd=self.home,
            env={"PATH": os.pathsep.join(map(str, places)), "HOME": str(self.home), **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )


def install(folder: Path, wheel: Path, extras: frozenset[str] = frozenset()) -> Installed:
    """An environment in that folder with the wheel and these extras of it."""
    made = Installed(folder / "venv", folder / "home")
    made.home.mkdir()
    venv.create(made.prefix, with_pip=False, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--python", str(made.prefix / "bin" / "python"), "install"]
    options = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    subprocess.run([*pip, *options, str(wheel)], check=True, timeout=LONG_PATIENCE)
    (info,) = made.packages.glob("consort-*.dist-info")
    for one in needed(PathDistribution(info), extras):
        for top in {file.parts[0] for file in one.files or () if file.parts[0] != ".."}:
            link = made.packages / top
            if not link.exists():
                link.symlink_to(Path(str(one.locate_file(top))))
    (made.prefix / "tools").mkdir()
    for name in _SHELL:
        (made.prefix / "tools" / name).symlink_to(f"/bin/{name}")
    return made


def needed(root: Distribution, extras: frozenset[str] = frozenset()) -> list[Distribution]:
    """What a distribution with these extras needs, directly or not, of those installed here."""
    here = {canonicalize_name(one.metadata["Name"]): one for one in distributions()}
    found: dict[NormalizedName, frozenset[str]] = {}
    ahead: list[tuple[Distribution, frozenset[str]]] = [(root, extras)]
    while ahead:
        one, asked = ahead.pop()
        for text in one.requires or ():
            requirement = Requirement(text)
            if not _applies(requirement, asked):
                continue
            name = canonicalize_name(requirement.name)
            known, wanted = found.get(name), frozenset(requirement.extras)
            if known is None or not wanted <= known:
                found[name] = wanted | (known or frozenset())
                ahead.append((root if name == "consort" else here[name], found[name]))
    return [here[name] for name in found if name != "consort"]


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": one}) for one in ("", *extras))
