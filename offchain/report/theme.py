"""Colours of the pictures and the page, for light and for dark surroundings.

Served and not served differ in lightness as well as in hue, so that they can be told apart without
colour vision and in grey print; so do served and rivals.
"""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as #rrggbb, each another one. is_narrow: what is drawn is for a narrow page."""

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
    is_narrow: bool = False

    @property
    def colours(self) -> dict[str, str]:
        """All colours by their names."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: colour for name, colour in found.items() if name not in ("name", "is_narrow")}


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
    rival="#4a1d3f",
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
    rival="#f8dcec",
    price="#ff8f85",
    peak="#56d38c",
)
THEMES = (LIGHT, DARK)
