"""What an installation of the wheel takes on disk, with each extra: installed anew for each, for minutes, from the network.

python -m tools.installed_sizes dist/consort-0.1.0-py3-none-any.whl
"""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

EXTRAS = ("", "report", "simulation", "keeper")
MEGABYTE = 10**6


def bytes_in(folder: Path) -> int:
    """All files below a folder, as they lie there."""
    return sum(one.lstat().st_size for one in folder.rglob("*") if one.is_file())


def installed(wheel: Path, extra: str) -> int:
    """Bytes that the wheel brings into an environment of its own, without what the environment has by itself."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        empty = bytes_in(Path(folder))
        wanted = f"{wheel}[{extra}]" if extra else str(wheel)
        command = [str(Path(folder) / "bin" / "python"), "-m", "pip", "install", "-qq", wanted]
        subprocess.run([*command, "--disable-pip-version-check"], check=True)
        return bytes_in(Path(folder)) - empty


def main() -> None:
    """A line for each extra."""
    wheel = Path(sys.argv[1]).resolve()
    for extra in EXTRAS:
        name = f"consort[{extra}]" if extra else "consort"
        print(f"{name:22}{installed(wheel, extra) / MEGABYTE:5.0f} MB", flush=True)


if __name__ == "__main__":
    main()
