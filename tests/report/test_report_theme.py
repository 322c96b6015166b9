"""The colours by which bars are told apart differ to everybody, however many colours they see."""

from itertools import combinations
from typing import Final

import numpy as np
import pytest

from offchain.report.theme import THEMES, Theme

SIGHTS: Final = {
    "all colours": np.eye(3),
    "no red": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "no green": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "no blue": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
"""What of light is seen, linear in red, green and blue (Machado, Oliveira and Fernandes, 2009)."""
TO_XYZ: Final = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE: Final = np.array([0.95047, 1.0, 1.08883])
APART: Final = 25.0
"""Of CIELAB; 2 can just be seen side by side."""


def seen(colour: str, sight: np.ndarray) -> np.ndarray:
    """A colour as it is seen, in CIELAB."""
    parts = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(sight @ linear, 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_bars_are_told_apart(theme: Theme, sight: str) -> None:
    bars = {name: theme.colours[name] for name in ("served", "unserved", "silent", "rival")}
    found = {name: seen(colour, SIGHTS[sight]) for name, colour in bars.items()}
    near = {
        (one, other): float(np.linalg.norm(found[one] - found[other]))
        for one, other in combinations(found, 2)
    }
    assert {pair: apart for pair, apart in near.items() if apart < APART} == {}


def test_the_measure_knows_what_is_alike_without_green() -> None:
    """Grey and the pink that stood beside it."""
    grey, pink = (seen(colour, SIGHTS["no green"]) for colour in ("#a9b4c0", "#c2649b"))
    assert float(np.linalg.norm(grey - pink)) < APART
