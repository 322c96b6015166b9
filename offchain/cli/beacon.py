"""`consort beacon`: a beacon for a devnet, until it is stopped."""

import time
from typing import Annotated, Final

import typer

from offchain.cli.exits import BadInput, put, say
from offchain.cli.interrupts import until_stopped
from offchain.io.output import reason

_MOST_PORT: Final = 65_535
_MOST_PERIOD: Final = 86_400
_PAUSE: Final = 3_600.0


def command(
    port: Annotated[
        int,
        typer.Option(
            min=0,
            max=_MOST_PORT,
            metavar="N",
            help="The port on 127.0.0.1. By default one that is free.",
            show_default=False,
        ),
    ] = 0,
    period: Annotated[
        int,
        typer.Option(
            min=1, max=_MOST_PERIOD, metavar="SECONDS", help="From one round to the next."
        ),
    ] = 3,
) -> None:
    """Run a beacon for a devnet, to which bids can be locked, until Ctrl-C.

    Prints its address and its chain hash. Keepers, pages and tlock-js find there what they find at
    drand's servers: /CHAIN_HASH/info, /CHAIN_HASH/public/ROUND, /CHAIN_HASH/public/latest.

    The key is new and lives in this command alone: what is locked to it can be read by this machine at
    any time, and by nobody once the command has ended. For money use drand's own network.
    """
    from offchain.locks.beacon_server import serving
    from offchain.locks.local_beacon import new_beacon

    local = new_beacon(int(time.time()), period)
    try:
        with until_stopped("Stopped."), serving(local, port) as url:
            put(f"address     {url}\nchain hash  {local.beacon.chain_hash.hex()}\n")
            say(f"Signing a round every {period} s until Ctrl-C.")
            while True:
                time.sleep(_PAUSE)
    except OSError as error:
        raise BadInput(f"--port: {port} cannot be had: {reason(error)}") from error
