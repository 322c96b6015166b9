"""What would our DAO bid: the curve of a list of contributions, for `consort curve` and `consort simulate --contributions`."""

from pathlib import Path
from textwrap import fill

from offchain.cli.exits import BadInput, put
from offchain.cli.files import read_list, write_report
from offchain.cli.width import columns
from offchain.model.instances.contributions import parse
from offchain.report.amounts import eth
from offchain.report.curve import Curve, curve
from offchain.report.tables import WIDTH, as_text
from offchain.simulation import ascents, contributions
from offchain.simulation.ascents import House
from offchain.simulation.report import write_curve


def show(
    option: str,
    file: str,
    prices: list[int],
    folder: Path | None,
    data: str,
    house: House | None = None,
) -> None:
    """The curve and who is served at `prices`, by default at what the DAO would bid, on standard output and as a report.

    `option`: what named the file, for messages. `data`: the format of its raw data. `house`: where it bids against an
    individual, if it does.
    """
    gifts = parse(read_list(option, file), file)
    found = curve(one.units for one in gifts)
    wanted = dict.fromkeys(prices or [found.willingness_to_pay])
    lists = [contributions.served(gifts, price) for price in wanted]
    facts = "\n".join(f"{name:42}{value}" for name, value in contributions.facts(found))
    width = columns()
    why = fill(contributions.explanation(found), width or WIDTH)
    if house is not None:
        _refuse_endless(found, house)
    tables = [
        *([] if house is None else [ascents.table(found, house)]),
        contributions.prices(found),
        *(contributions.members(one, contributions.SHOWN) for one in lists),
    ]
    put(f"{facts}\n\n{why}\n\n" + "\n".join(as_text(table, width) for table in tables))
    if folder is not None:
        write_report(lambda: write_curve(found, lists, Path(file).name, folder, data, house))


def _refuse_endless(found: Curve, house: House) -> None:
    for rival in house.rivals:
        many = ascents.bids(found, house, rival)
        if many > ascents.MOST_BIDS:
            raise BadInput(
                f"--increment: makes {many:,} bids against {eth(rival)} ETH, and {ascents.MOST_BIDS:,} are the most"
            )
