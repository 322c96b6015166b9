"""Reports of auctions on paper, for a browser to look at: `python -m tests.report.samples FOLDER`."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from offchain.model.instances.constitutiondao import COLLECTOR, CONSTITUTION_DAO, GALLERY_DAO
from offchain.report import ascending_report, auction_report
from offchain.report.auction import Auction
from offchain.report.played import Report
from tests.report.paper_ascents import ascend
from tests.report.paper_auctions import build, example

HOSTILE: Final = "</script><img src=x onerror=hacked()> $a_b$ " + "long" * 40


def crowd() -> Auction:
    """17,448 members with names as long as addresses, three of whom keep silent, against two individuals."""
    bids = [200] * 20 + [max(17_448 - place, 1) // 500 + 1 for place in range(17_428)]
    silent = [("Crowd", f"m{place}") for place in (5, 5_000, 12_000)]
    auction = build({"Rival": [1_200], "Other": [900], "Crowd": bids}, silent)
    entries = tuple(
        one if one.group != "Crowd" else replace(one, member=f"0x{int(one.member[1:]):040x}")
        for one in auction.entries
    )
    return replace(auction, entries=entries)


SAMPLES: Final[Mapping[str, Callable[[], Report]]] = {
    "small": lambda: auction_report.report(example()),
    "won": lambda: auction_report.report(
        build(
            {
                "Collector": [COLLECTOR],
                "GalleryDAO": GALLERY_DAO,
                "ConstitutionDAO": CONSTITUTION_DAO,
            },
            [("ConstitutionDAO", "m21"), ("ConstitutionDAO", "m41")],
            unit=1,
        )
    ),
    "silent": lambda: auction_report.report(
        build({"Rival": [3], "DAO": [2, 1]}, silent=[("DAO", "m1"), ("DAO", "m2")])
    ),
    "hostile": lambda: auction_report.report(build({HOSTILE: [3], f"D{HOSTILE}": [5] * 20})),
    "crowd": lambda: auction_report.report(crowd()),
    "house": lambda: ascending_report.report(
        ascend({"Gallery": [5, 5, 4, 4, 3], "Crowd": [40, 20, 10, 10, 6, 5]}, {"Rich": 25}, 10)
    ),
}


def main() -> None:
    """Writes them, each into a folder of its name."""
    for name, made in SAMPLES.items():
        made().write(Path(sys.argv[1]) / name)


if __name__ == "__main__":
    main()
