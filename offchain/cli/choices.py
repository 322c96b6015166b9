"""Options that take one of some names, which a table in the code has."""

from collections.abc import Collection
from typing import Any

import typer


def choice(option: str, names: Collection[str], text: str) -> Any:
    """The option, of which the help says `text`."""

    def known(name: str) -> str:
        if name not in names:
            raise typer.BadParameter(f"{name!r} is not one of {', '.join(map(repr, names))}")
        return name

    return typer.Option(option, parser=known, metavar=f"<{'|'.join(names)}>", help=text)
