"""The command line. `main` is what the console script `consort` calls."""

from offchain.cli import streams
from offchain.cli.app import app


def main() -> None:
    """Run the command line on this process's arguments; ends in SystemExit with one of `exits`' codes."""
    streams.prepare()
    app(prog_name="consort")


__all__ = ["app", "main"]
