"""`consort solve`: an instance file in, its outcome out."""

from typing import TYPE_CHECKING, Annotated

import typer

from offchain.cli.backends import REFERENCE, On
from offchain.cli.exits import put, say
from offchain.cli.files import read_instances, refuse_unwritable, write_text

if TYPE_CHECKING:
    from offchain.instances import Instance, Outcome


def command(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Instance file in JSON; -: standard input.")
    ],
    on: On = "revm",
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="Also write the outcome to this file.")
    ] = None,
) -> None:
    """Solve an instance file and print the outcome as JSON."""
    from offchain.instances import outcome_text

    if out is not None:
        refuse_unwritable(out)
    instances = read_instances(file)
    outcomes = _solve(list(instances.instances), on)
    text = outcome_text(outcomes, instances.is_list)
    if out is not None:
        write_text(out, text)
    put(text)


def _solve(instances: "list[Instance]", on: str) -> "list[Outcome]":
    """The outcomes, in order; what has no contract is solved by its reference model wherever the rest runs."""
    from offchain.instances import TwoLevelInstance
    from offchain.mechanisms import solve

    lots = [instance for instance in instances if isinstance(instance, TwoLevelInstance)]
    if on == REFERENCE or not lots:
        return [solve(instance) for instance in instances]

    from offchain.play.solve import solve_on

    played = iter(solve_on(lots, on, progress=say))
    return [
        next(played) if isinstance(instance, TwoLevelInstance) else solve(instance)
        for instance in instances
    ]
