"""The committed pictures are those that tools/draw_pictures.py draws."""

import runpy
import xml.etree.ElementTree as ElementTree

from markdown import ROOT

SCRIPT = runpy.run_path(str(ROOT / "tools" / "draw_pictures.py"))


def test_pictures_are_up_to_date() -> None:
    drawn = SCRIPT["pictures"]()
    folder = SCRIPT["PICTURES"]
    assert {path.name for path in folder.iterdir()} == set(drawn)
    for name, picture in drawn.items():
        assert (folder / name).read_text(encoding="utf-8") == picture, (
            f"run tools/draw_pictures.py: {name}"
        )


def test_pictures_are_well_formed() -> None:
    for name, picture in SCRIPT["pictures"]().items():
        assert ElementTree.fromstring(picture).tag.endswith("svg"), name
