"""Reading the files that a user names, and writing the ones asked for."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from offchain.cli.exits import BadInput

if TYPE_CHECKING:
    from offchain.instances import InstanceFile

STANDARD_INPUT = "-"


def read_instances(file: str) -> "InstanceFile":
    """The instances in the file, or on standard input if it is `-`.

    Raises BadInput if the file cannot be read or holds something else; the message starts with its
    name.
    """
    from offchain.instances import InstanceError, parse_bytes

    name = "standard input" if file == STANDARD_INPUT else file
    try:
        data = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
    except (OSError, ValueError) as error:
        raise BadInput(f"{name}: cannot be read: {_reason(error)}") from error
    try:
        return parse_bytes(data)
    except InstanceError as error:
        raise BadInput(f"{name}: {error}") from error


def refuse_unwritable(file: str) -> None:
    """Raise BadInput if the file can clearly not be written, before any work is done for it."""
    path = Path(file)
    if path.is_dir():
        raise BadInput(f"--out: {file} is a directory")
    if not path.parent.is_dir():
        raise BadInput(f"--out: {path.parent} is not a directory")


def report_folder(out: str | Path) -> Path:
    """Where a report goes. Raise BadInput if it clearly cannot, before any work is done for it."""
    folder = Path(out)
    taken = next((one for one in (folder, *folder.parents) if one.exists()), None)
    if taken is not None and not taken.is_dir():
        raise BadInput(f"--out: {taken} is not a directory")
    return folder


def write_text(file: str, text: str) -> None:
    """Write the file in UTF-8. Raises BadInput if that fails."""
    try:
        Path(file).write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise BadInput(f"--out: {file} cannot be written: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
