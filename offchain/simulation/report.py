"""Writes what a simulation found into a folder: a page, pictures, and tables as CSV."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

from offchain.io.units import WEI_PER_UNIT
from offchain.report import curve
from offchain.report.amounts import count, eth
from offchain.report.curve import Curve
from offchain.report.drawing import Picture
from offchain.report.page import Page, Section, tabled, write
from offchain.report.people import Fate, People, Person, Tone
from offchain.report.tables import as_csv
from offchain.simulation import ascents, contributions, pictures, regroupings
from offchain.simulation.ascents import House
from offchain.simulation.cells import Cell, mix_text
from offchain.simulation.contributions import Served
from offchain.simulation.regroupings import Regrouped
from offchain.simulation.summary import Figures, table

_SUMS = ("auctions", "sold", "optimum", "welfare", "revenue", "served", "members")
_REGROUPING = (
    "The groups are those of Chen and Zhou, “Less-excludable Mechanism for DAOs in Public Good Auctions”, on a grid of whole "
    "units."
)
_MECHANISM = "The mechanism is that of “When Bidders Are DAOs”, on a grid of whole units."


def write_sweep(found: Mapping[Cell, tuple[Figures, ...]], title: str, folder: Path) -> list[Path]:
    """The page, two pictures and the sums of a sweep. Returns what was written, the page first. OutputFailed if that fails."""
    rows = list(found.items())
    cell, _ = rows[0]
    left_out = (
        f"The pictures show the first {pictures.MOST_CELLS} of {len(rows)} combinations."
        if len(rows) > pictures.MOST_CELLS
        else ""
    )
    page = Page(
        title="Many auctions",
        lead="The equal split against groups that bid the sum of what their members offer: with the truth, with members who "
        "answer each other in turn until nobody gains by another bid, and with members who all answer the truth at once. Such a "
        "group pays its own sum (pay-your-bid) or the second price, in proportion to its members' bids.",
        key=(
            ("combinations", f"{len(rows):,}"),
            ("auctions of each", f"{cell.auctions:,}"),
            ("seed", f"{cell.seed}"),
        ),
        sections=(
            Section("Welfare", (pictures.welfare(rows),)),
            Section("Revenue", (pictures.revenue(rows), *filter(None, [left_out]))),
            Section("All figures", (table(found, title),)),
        ),
        footer=(_MECHANISM,),
    )
    return write(page, folder, "simulation.html", {"summary.csv": _summary(rows).encode()})


def write_curve(
    found: Curve,
    lists: Sequence[Served],
    name: str,
    folder: Path,
    kind: str,
    house: House | None = None,
) -> list[Path]:
    """The page, the picture and the raw curve of one list of contributions, and who is served at the prices of `lists`, all of
    them, as `kind` (parquet or csv). With a house also what the group has there. OutputFailed if that fails.
    """
    split = Picture(
        "curve",
        "The i highest contributors can pay i times the i-th highest contribution in equal shares. The group bids the largest of "
        "these products.",
        f"Line chart of i times the i-th highest contribution over i, for {count(len(found.bids), 'contribution')}: largest at "
        f"i = {found.rank:,} with {eth(found.willingness_to_pay)} ETH.",
        lambda theme: curve.draw(found, theme, "the group", what="contribution"),
        title="What the group can pay in equal shares",
    )
    page = Page(
        title="What would our DAO bid?",
        lead=contributions.explanation(found),
        key=contributions.facts(found),
        sections=(
            Section("What the group can pay", (split,)),
            *([] if house is None else [_at_a_house(found, house)]),
            *tabled(contributions.prices(found)),
            *(_members(one, f"served.{kind}") for one in lists),
        ),
        footer=(f"Contributions as listed in {name}, in whole gwei.", _MECHANISM),
    )
    served = contributions.raw_served(lists)
    files = {
        "curve.csv": contributions.raw_curve(found).encode(),
        "prices.csv": contributions.raw(found).encode(),
        f"served.{kind}": _parquet(served)
        if kind == "parquet"
        else as_csv(contributions.SERVED_COLUMNS, served).encode(),
    }
    if house is not None:
        files["bids.csv"] = ascents.raw_bids(found, house).encode()
        files["house.csv"] = ascents.raw_sales(found, house).encode()
    return write(page, folder, "contributions.html", files)


def write_regrouping(one: Regrouped, wanted: Sequence[int], name: str, folder: Path) -> list[Path]:
    """The page, the picture, everybody with their group as CSV, and who is served at the prices wanted. OutputFailed if that
    fails.
    """
    page = Page(
        title="Groups within a group",
        lead=regroupings.explanation(one),
        key=regroupings.facts(one),
        sections=(
            Section("What each member pays", (regroupings.picture(one),)),
            *tabled(
                regroupings.groups(one),
                *([regroupings.prices(one, wanted)] if wanted else []),
            ),
        ),
        footer=(f"Bids as listed in {name}.", _REGROUPING),
    )
    return write(page, folder, "regroup.html", {"groups.csv": regroupings.raw(one).encode()})


def _at_a_house(found: Curve, house: House) -> Section:
    table = ascents.table(found, house)
    left_out = [] if len(house.rivals) == 1 else ["The picture shows the first of the individuals."]
    return Section(table.title, (ascents.picture(found, house), *left_out, table))


def _members(served: Served, file: str) -> Section:
    """Everybody who is served at a price."""
    table = contributions.members(served)
    if not served.members:
        return Section(table.title, (table.note,))
    fate = Fate("served", f"Contributed at least the share of {eth(served.share)} ETH.", Tone.GOOD)
    persons = tuple(
        Person(
            gift.address,
            fate,
            back=(gift.units - served.share) * WEI_PER_UNIT,
            paid=served.share * WEI_PER_UNIT,
            bond=0,
            deposit=gift.units * WEI_PER_UNIT,
        )
        for gift in served.members
    )
    return Section(
        table.title, (People(table.title, persons, deposit_called="contributed", file=file),)
    )


def _parquet(rows: Sequence[contributions.ServedRow]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # A bid fits 64 bits; a price, which may be the willingness to pay of many, need not.
    kinds = (pa.decimal128(38), pa.string(), pa.uint64(), pa.uint64(), pa.uint64())
    columns = {
        name: pa.array([row[place] for row in rows], kind)
        for place, (name, kind) in enumerate(zip(contributions.SERVED_COLUMNS, kinds, strict=True))
    }
    buffer = BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def _summary(rows: Sequence[tuple[Cell, tuple[Figures, ...]]]) -> str:
    """The exact sums as CSV, a line for each combination and way to sell; `key` names the file with the auctions."""
    setting: tuple[str, ...] = (
        "key",
        "family",
        "groups",
        "rivals",
        "strength",
        "correlation",
        "reserve",
        "seed",
    )
    setting += ("increment",) * any(cell.increment is not None for cell, _ in rows)
    return as_csv(
        (*setting, "way", *_SUMS, "worst_optimum_over_welfare", "largest_gain"),
        (
            (
                *(
                    mix_text(cell.mix) if name == "groups" else getattr(cell, name)
                    for name in setting
                ),
                figures.way,
                *(getattr(figures, name) for name in _SUMS),
                figures.worst,
                "" if figures.gain is None else figures.gain,
            )
            for cell, ways in rows
            for figures in ways
        ),
    )
