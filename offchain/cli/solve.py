"""`consort solve`: an instance file in, its outcome out."""

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from offchain.cli.auctions import ON_CHAIN, staging_of
from offchain.cli.backends import REFERENCE, On
from offchain.cli.exits import BadInput, say
from offchain.cli.files import Instances, open_instances, put_and_keep, refuse_unwritable
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI, FundFrom, MaxFee, spending
from offchain.io.errors import InvalidInput
from offchain.io.urls import named

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from offchain.chain.spending import Spending
    from offchain.model.instances import Instance, Outcome

DEFAULT_CHAIN = "revm"
"""Where some instances run unless the user says otherwise."""


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

    Without --on, two-level auctions by sealed bids are played through the contracts on revm, and
    everything else is solved by the reference models. With --on, every instance is played there,
    if contracts have its rules: ascending auctions at a house in the manner of Nouns for each item.
    """
    from offchain.model.document import outcome_pieces

    terms = spending(max_fee, fund_from)
    if out is not None:
        refuse_unwritable(out)
    with open_instances(file) as instances:
        if on is not None and on != REFERENCE:
            _refuse_unplayable(instances, on)
        with closing(_outcomes(instances, on, terms)) as outcomes:
            put_and_keep(outcome_pieces(outcomes, instances.is_list), out)


def _refuse_unplayable(instances: Instances, on: str) -> None:
    """Raises BadInput if an instance cannot be played on the chain `on`, before any is."""

    def check(instance: "Instance") -> None:
        if instance.mechanism not in ON_CHAIN:
            raise InvalidInput(
                f"mechanism: {instance.mechanism} has no contracts to run on a chain; "
                f"leave --on out or use --on {REFERENCE}"
            )
        staging_of(instance).check(instance)

    try:
        instances.each(check)
    except BadInput as error:
        raise BadInput(f"--on {named(on)}: {error}") from error


def _outcomes(
    instances: Instances, on: str | None, terms: "Spending"
) -> "Generator[Outcome, None, None]":
    """The outcomes, in order, as they come."""
    from offchain.model.kinds import solve

    is_played = _played(on)
    played: Iterator[Outcome] = iter(())
    if lots := instances.of(is_played):
        from offchain.play.solve import solve_on

        played = iter(
            solve_on(lots, on or DEFAULT_CHAIN, staging=staging_of, progress=say, spending=terms)
        )
    for index, instance in enumerate(instances):

        def tell(what: str, index: int = index) -> None:
            say(instances.place(index, what))

        try:
            yield next(played) if is_played(instance) else solve(instance, tell)
        except InvalidInput as error:
            raise BadInput(instances.place(index, str(error))) from error


def _played(on: str | None) -> "Callable[[Instance], bool]":
    """Which instances run on a chain: all, if the user names one, since the others were refused."""
    if on is None:
        return _runs_by_default
    return lambda one: on != REFERENCE


def _runs_by_default(instance: "Instance") -> bool:
    from offchain.model.instances import TwoLevelInstance

    return isinstance(instance, TwoLevelInstance) and instance.has_contract_rules
