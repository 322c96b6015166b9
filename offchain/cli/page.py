"""`consort page`: the web page of a deployment, for a browser on this machine."""

import json
import os
import time
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from offchain.cli.backends import NODE_VARIABLE
from offchain.cli.deploy import DEFAULT_OUT
from offchain.cli.deployment_file import read_deployment
from offchain.cli.exits import BadInput, put, say
from offchain.cli.interrupts import until_stopped
from offchain.cli.page_server import INDEX, Served, serving
from offchain.io.output import reason
from offchain.io.paths import PACKAGED, PROJECT, is_packaged
from offchain.io.urls import argument, is_url

BUILT: Final = PACKAGED / "page" if is_packaged() else PROJECT / "build" / "page"
"""Where `make page` puts it, or a wheel."""
DEPLOYMENT: Final = "deployment.json"
_TYPES: Final = {INDEX: "text/html", "page.js": "text/javascript", "page.css": "text/css"}
_MOST_PORT: Final = 65_535
_PAUSE: Final = 3_600.0


def _node(on: str | None) -> str | None:
    if on is not None and not is_url(on):
        raise typer.BadParameter(f"{argument(on)} is not an http(s) or ws(s) URL of a running node")
    return on


def command(
    deployment: Annotated[
        str, typer.Option(metavar="FILE", help="What `consort deploy` wrote.")
    ] = DEFAULT_OUT,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            callback=_node,
            envvar=NODE_VARIABLE,
            metavar="URL",
            help="The node that the page reads from. By default that of the reader's wallet.",
            show_default=False,
        ),
    ] = None,
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
) -> None:
    """Serve the web page of a deployment to browsers on this machine, until Ctrl-C.

    Members bid there, groups and sellers do their part, and anybody the steps that are open to all, with a wallet in
    the browser. The page is static: any host can serve build/page (make page) with a deployment.json beside it.
    """
    files = {name: Served(_built(name), kind) for name, kind in _TYPES.items()}
    files[DEPLOYMENT] = Served(_deployment(deployment, on), "application/json")
    try:
        with until_stopped("Stopped."), serving(files, port) as url:
            put(f"{url}\n")
            say("Serving the page until Ctrl-C.")
            while True:
                time.sleep(_PAUSE)
    except OSError as error:
        raise BadInput(f"--port: {port} cannot be had: {reason(error)}") from error


def _built(name: str) -> bytes:
    try:
        return (BUILT / name).read_bytes()
    except OSError as error:
        remedy = "`make page` before `make wheel`" if is_packaged() else "`make page`"
        raise BadInput(
            f"{os.path.relpath(BUILT / name)} cannot be read: {reason(error)}; {remedy} builds the page"
        ) from error


def _deployment(file: str, node: str | None) -> bytes:
    """The deployment file with the node in it, as the page reads it."""
    deployed = read_deployment(file)
    fields: dict[str, Any] = {
        name: value for name, value in asdict(deployed).items() if value is not None
    }
    fields["adapters"] = [one.to_json() for one in deployed.adapters]
    if deployed.beacon is not None:
        fields["beacon"] = deployed.beacon.to_json()
    if node is not None:
        fields["node"] = node
    return json.dumps(fields).encode()
