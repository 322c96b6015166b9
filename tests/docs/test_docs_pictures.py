"""The pictures of tools/draw_pictures.py are committed as it draws them; benchmarks draw others beside them."""

import runpy
import xml.etree.ElementTree as ElementTree

from tests.docs.markdown import ROOT

SCRIPT = runpy.run_path(str(ROOT / "tools" / "draw_pictures.py"))


def test_pictures_are_up_to_date() -> None:
    drawn = SCRIPT["pictures"]()
    folder = SCRIPT["PICTURES"]
    for name, picture in drawn.items():
        assert (folder / name).read_text(encoding="utf-8") == picture, (
            f"run tools/draw_pictures.py: {name}"
        )


def test_pictures_are_well_formed() -> None:
    for name, picture in SCRIPT["pictures"]().items():
        assert ElementTree.fromstring(picture).tag.endswith("svg"), name
