"""Writes the report of an auction into a folder."""

from pathlib import Path

from offchain.io.output import write_folder
from offchain.model.document import instance_text, outcome_text
from offchain.report.auction import Auction
from offchain.report.figures import PICTURES, SIZE, png
from offchain.report.page import page
from offchain.report.theme import LIGHT, THEMES

PAGE = "report.html"
_CSS_PIXELS_PER_INCH = 96


def write(auction: Auction, folder: Path) -> list[Path]:
    """Writes the page, the pictures in light colours, and the instance and outcome as `consort solve` reads and prints them.

    Makes `folder` if need be, and returns what was written, the page first. OutputFailed if that fails.
    """
    pictures = {
        (name, theme.name): png(name, auction, theme) for name in PICTURES for theme in THEMES
    }
    width, height = (round(inches * _CSS_PIXELS_PER_INCH) for inches in SIZE)
    files = {
        PAGE: page(auction, pictures, (width, height)).encode(),
        **{f"{name}.png": pictures[name, LIGHT.name] for name in PICTURES},
        "instance.json": instance_text(auction.instance).encode(),
        "outcome.json": outcome_text([auction.outcome], is_list=False).encode(),
    }
    return write_folder(folder, files)
