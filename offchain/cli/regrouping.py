"""The groups of a list, found, told and written: what `consort regroup` does."""

import json
from pathlib import Path
from textwrap import fill
from time import monotonic

from offchain.cli.exits import BadInput, put, say
from offchain.cli.files import read_list, write_report
from offchain.cli.numbers import number, units
from offchain.cli.width import columns
from offchain.io.errors import InvalidInput
from offchain.model.document import parse_bytes
from offchain.model.instances.contributions import parse
from offchain.model.instances.two_level import RESERVE_LIMIT, TwoLevelInstance
from offchain.model.mechanisms.regrouping import Regrouping, each_its_own, in_equal_shares
from offchain.report.tables import WIDTH, as_text
from offchain.simulation import regroupings
from offchain.simulation.regroupings import IN_ETH, IN_UNITS, OWN, Amounts, Bidder, Regrouped
from offchain.simulation.report import write_regrouping

_SECONDS = 2.0
"""A search that takes longer says so, every so often."""


def show(
    file: str, way: str, most: int | None, prices: list[str], as_json: bool, folder: Path | None
) -> None:
    """The best groups on standard output and, with a folder, as a report.

    way: one of `regroupings.WAYS`; `most` is not None for OWN. prices: as given; by default what the undivided group bids.
    """
    bidders, amounts = _read(file)
    found = _best([one.units for one in bidders], way, most)
    one = Regrouped(bidders, found, way, amounts)
    given = list(dict.fromkeys(_price(text, amounts) for text in prices))
    wanted = [] if way == OWN else given or [one.undivided] * bool(one.undivided)
    put(_json(one, wanted) if as_json else _text(one, wanted))
    if folder is not None:
        write_report(lambda: write_regrouping(one, wanted, Path(file).name, folder))


def _price(text: str, amounts: Amounts) -> int:
    if amounts is IN_ETH:
        return units("--price", text)
    return number("--price", text, 1, RESERVE_LIMIT)


def _best(bids: list[int], way: str, most: int | None) -> Regrouping:
    looks = _Looks()
    if way == OWN and most is not None:
        return each_its_own(bids, most, looks)
    return in_equal_shares(bids, most, looks)


def _json(one: Regrouped, wanted: list[int]) -> str:
    told = regroupings.to_json(one, wanted)
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _text(one: Regrouped, wanted: list[int]) -> str:
    facts = "\n".join(f"{name:24}{value}" for name, value in regroupings.facts(one))
    width = columns()
    tables = [
        regroupings.groups(one, regroupings.SHOWN),
        *([regroupings.prices(one, wanted)] if wanted else []),
    ]
    told = fill(regroupings.explanation(one), width or WIDTH)
    return f"{facts}\n\n{told}\n\n" + "\n".join(as_text(table, width) for table in tables)


def _read(file: str) -> tuple[tuple[Bidder, ...], Amounts]:
    """The bidders of a list of contributions or of an instance, which starts with a brace, and in what their amounts are told."""
    data = read_list("FILE", file)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b"["):
        gifts = parse(data, file)
        return tuple(Bidder(gift.address, gift.units) for gift in gifts), IN_ETH
    try:
        return _of_instance(data), IN_UNITS
    except InvalidInput as error:
        raise BadInput(f"{file}: {error}") from error


def _of_instance(data: bytes) -> tuple[Bidder, ...]:
    held = parse_bytes(data)
    if held.is_list:
        raise InvalidInput("a list of instances, where one is needed")
    (instance,) = held.instances
    if not isinstance(instance, TwoLevelInstance):
        raise InvalidInput(
            f"mechanism: {instance.mechanism} has no groups to divide, two-level has"
        )
    if len(instance.groups) != 1:
        raise InvalidInput(f"groups: {len(instance.groups)} of them, where one is divided")
    if instance.items != 1:
        raise InvalidInput(f"items: {instance.items}, where the groups are for one")
    (group,) = instance.groups
    return tuple(Bidder(member.name, member.bids[0]) for member in group.members)


class _Looks:
    """Called at every step of a search: says how many there were, where it takes long."""

    def __init__(self) -> None:
        self._count, self._since = 0, monotonic()

    def __call__(self) -> None:
        self._count += 1
        if monotonic() - self._since >= _SECONDS:
            self._since = monotonic()
            say(f"searching: {self._count:,} steps so far")
