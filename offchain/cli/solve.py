"""`consort solve`: an instance file in, its outcome out."""

from typing import TYPE_CHECKING, Annotated

import typer

from offchain.chain.urls import named
from offchain.cli.backends import REFERENCE, On
from offchain.cli.exits import BadInput, put, say
from offchain.cli.files import read_instances, refuse_unwritable, write_text
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI, FundFrom, MaxFee, spending

if TYPE_CHECKING:
    from offchain.chain.spending import Spending
    from offchain.instances import InstanceFile, Outcome

DEFAULT_CHAIN = "revm"
"""Where two-level auctions run unless the user says otherwise."""

WITH_CONTRACTS = frozenset({"two-level", "resilient", "signal-clock", "approximate"})
"""The mechanisms that run on a chain."""


def command(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Instance file in JSON; -: standard input.")
    ],
    on: On = None,
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="Also write the outcome to this file.")
    ] = None,
    max_fee: MaxFee = DEFAULT_MAX_FEE_GWEI,
    fund_from: FundFrom = None,
) -> None:
    """Solve an instance file and print the outcome as JSON.

    Without --on, two-level auctions are played through the contracts on revm, and all other
    mechanisms are solved by their reference models. With --on, every instance is played there, if
    its mechanism has contracts.
    """
    from offchain.instances import outcome_text

    terms = spending(max_fee, fund_from)
    if out is not None:
        refuse_unwritable(out)
    instances = read_instances(file)
    outcomes = _solve(instances, on, terms)
    text = outcome_text(outcomes, instances.is_list)
    if out is not None:
        write_text(out, text)
    put(text)


def _solve(file: "InstanceFile", on: str | None, terms: "Spending") -> "list[Outcome]":
    """The outcomes, in order. Raises BadInput if `on` names a chain that an instance cannot run on."""
    from offchain.instances import TwoLevelInstance
    from offchain.mechanisms import solve

    if on == REFERENCE:
        return [solve(instance) for instance in file.instances]

    from offchain.play.solve import solve_on

    if on is None:
        lots = [one for one in file.instances if isinstance(one, TwoLevelInstance)]
        played = iter(solve_on(lots, DEFAULT_CHAIN, progress=say) if lots else ())
        return [
            next(played) if isinstance(instance, TwoLevelInstance) else solve(instance)
            for instance in file.instances
        ]
    for index, instance in enumerate(file.instances):
        if instance.mechanism not in WITH_CONTRACTS:
            where = f"{file.path(index)}.mechanism" if file.is_list else "mechanism"
            raise BadInput(
                f"--on {named(on)}: {where}: {instance.mechanism} has no contracts to run on a chain; "
                f"leave --on out or use --on {REFERENCE}"
            )
    return solve_on(file.instances, on, progress=say, spending=terms) if file.instances else []
