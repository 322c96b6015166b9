"""Colours of the pictures and the page, for light and for dark surroundings.

Served and not served differ in lightness as well as in hue, so that they can be told apart without
colour vision and in grey print.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as #rrggbb."""

    name: str
    page: str
    text: str
    muted: str
    rule: str
    panel: str
    served: str
    unserved: str
    silent: str
    rival: str
    price: str
    peak: str


LIGHT = Theme(
    name="light",
    page="#ffffff",
    text="#1c2128",
    muted="#57606a",
    rule="#d0d7de",
    panel="#f4f6f8",
    served="#0b62a8",
    unserved="#a9b4c0",
    silent="#d98a00",
    rival="#8a63b8",
    price="#b42318",
    peak="#1a7f4b",
)
DARK = Theme(
    name="dark",
    page="#12161c",
    text="#e6edf3",
    muted="#a3adb8",
    rule="#363d47",
    panel="#1b2129",
    served="#62b0ff",
    unserved="#66707c",
    silent="#f0b429",
    rival="#b794e6",
    price="#ff8f85",
    peak="#56d38c",
)
THEMES = (LIGHT, DARK)
