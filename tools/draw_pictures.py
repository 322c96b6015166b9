"""Draws the pictures of the documentation: docs/pictures/*.svg, each for light and for dark pages.

Plain text in, plain shapes out: `python tools/draw_pictures.py` writes them all, and tests/docs/test_docs_pictures.py
holds that the committed ones are what it writes. Figures come from the reference model.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from itertools import pairwise
from pathlib import Path
from textwrap import wrap
from typing import ClassVar
from xml.sax.saxutils import escape

from offchain.bindings.constants import BidBook
from offchain.demo.scenario import built_in, hiding_deposit
from offchain.io.units import UNITS_PER_ETH
from offchain.model.mechanisms.two_level import solve
from offchain.report.amounts import eth

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
LINE = 17
"""Distance of two lines of small text, in pixels."""


@dataclass(frozen=True)
class Palette:
    """Colours on a page: text, quieter text and arrows, code, and boxes by their kind."""

    text: str
    quiet: str
    code: str
    fills: dict[str, str]
    borders: dict[str, str]


PALETTES = {
    "light": Palette(
        "#1f2328",
        "#59636e",
        "#0550ae",
        {"plain": "#f6f8fa", "main": "#ddf4ff", "good": "#dafbe1", "bad": "#ffebe9"},
        {"plain": "#afb8c1", "main": "#54aeff", "good": "#4ac26b", "bad": "#ff8182"},
    ),
    "dark": Palette(
        "#e6edf3",
        "#9198a1",
        "#79c0ff",
        {"plain": "#161b22", "main": "#121d2f", "good": "#12261e", "bad": "#25171c"},
        {"plain": "#3d444d", "main": "#1f6feb", "good": "#238636", "bad": "#b62324"},
    ),
}


class Canvas:
    """Shapes in one palette. Coordinates in pixels, from the upper left."""

    def __init__(self, width: int, height: int, title: str, palette: Palette) -> None:
        self._palette = palette
        self._head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" role="img" font-family="-apple-system, \'Segoe UI\', Helvetica, Arial, sans-serif">'
            f"\n<title>{escape(title)}</title>"
        )
        self._shapes: list[str] = []

    def box(
        self,
        x: int,
        y: int,
        width: int,
        height: int,
        kind: str = "plain",
        *,
        line: str = "",
    ) -> None:
        """A rounded box. line: attributes of its border, if that is not plain."""
        fill, border = self._palette.fills[kind], self._palette.borders[kind]
        self._shapes.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{fill}" stroke="{border}"{line}/>'
        )

    def text(
        self,
        x: int,
        y: int,
        text: str,
        size: int = 12,
        weight: str = "normal",
        *,
        quiet: bool = False,
        anchor: str = "middle",
        code: bool = False,
    ) -> None:
        """One line of text, its baseline at `y`."""
        colour = (
            self._palette.quiet if quiet else self._palette.code if code else self._palette.text
        )
        family = ' font-family="ui-monospace, Menlo, Consolas, monospace"' if code else ""
        self._shapes.append(
            f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
            f'text-anchor="{anchor}"{family}>{escape(text)}</text>'
        )

    def lines(self, x: int, y: int, texts: Iterable[str]) -> None:
        """Small lines one below the other; a backtick in front makes a line code."""
        for row, line in enumerate(texts):
            self.text(x, y + row * LINE, line.removeprefix("`"), code=line.startswith("`"))

    def phase(self, x: int, y: int, width: int, name: str, note: str, kind: str) -> None:
        """A phase of a lot: a box with its name, and a note below."""
        self.box(x, y, width, 52, kind)
        self.text(x + width // 2, y + 22, name, 15, "600")
        self.text(x + width // 2, y + 41, note, 11, quiet=True)

    def part(self, x: int, y: int, width: int, name: str, notes: list[str], kind: str) -> None:
        """A part of the program: a box with its name and two lines on what it does."""
        self.box(x, y, width, 80, kind)
        self.text(x + width // 2, y + 26, name, 15, "600")
        self.lines(x + width // 2, y + 47, notes)

    def arrow(self, *points: tuple[int, int]) -> None:
        """A line along the points with a head at the last one, which comes along an axis."""
        (x0, y0), (x1, y1) = points[-2:]
        dx, dy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
        path = " ".join(f"{x},{y}" for x, y in (*points[:-1], (x1 - 6 * dx, y1 - 6 * dy)))
        wings = " ".join(
            f"{x},{y}"
            for x, y in (
                (x1, y1),
                (x1 - 8 * dx - 4 * dy, y1 - 8 * dy - 4 * dx),
                (x1 - 8 * dx + 4 * dy, y1 - 8 * dy + 4 * dx),
            )
        )
        colour = self._palette.quiet
        self._shapes.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
            f'<polygon points="{wings}" fill="{colour}"/>'
        )

    def rule(self, x0: int, x1: int, y: int) -> None:
        """A thin line across."""
        colour = self._palette.borders["plain"]
        self._shapes.append(f'<line x1="{x0}" y1="{y}" x2="{x1}" y2="{y}" stroke="{colour}"/>')

    def svg(self) -> str:
        """The whole picture."""
        return "\n".join([self._head, *self._shapes, "</svg>"]) + "\n"


@dataclass(frozen=True)
class Stop:
    """A part of a picture for narrow pages: a box with name and note, and below it who does what: code, and words."""

    name: str
    note: str
    kind: str
    lines: tuple[tuple[str, str, str], ...]


Cells = list[list[str]]
"""For each phase the lines on what somebody does then; a backtick in front makes a line code."""
Phases = list[tuple[str, str, str]]
"""Name, note and kind of each."""

LOT_PHASES: Phases = [
    ("Bidding", "as long as the seller set", "main"),
    ("Reveal", "10 minutes to 30 days", "main"),
    ("Tally", "ends early if all have bid", "main"),
    ("Closed", "winner and price fixed", "main"),
    ("Settled", "paid and delivered", "good"),
]
LOT_ROWS: list[tuple[str, Cells]] = [
    (
        "Member",
        [
            ["`commit", "seal, deposit, lock;", "can replace, withdraw"],
            [],
            [],
            [],
            ["`hasAccess", "for the share,", "or all comes back"],
        ],
    ),
    (
        "Anyone",
        [
            ["`create, enter", "a DAO, on the lot"],
            ["`revealBatch", "by the signature of the", "beacon's round"],
            ["`tally", "proves a DAO's order;", "bids what they can pay"],
            ["`settle", "share fixed, price paid,", "item to the estate"],
            ["`claimBatch", "sends to each", "what it is owed"],
        ],
    ),
    (
        "Seller",
        [["`list", "item into escrow"], [], [], [], ["`withdrawProceeds", "the price"]],
    ),
    (
        "Served",
        [
            [],
            [],
            [],
            [],
            ["`vote, resell", "the item is theirs:", "sold again, equal parts"],
        ],
    ),
]
VOID = ["`reclaim", "item to the seller;", "`claim, claimBatch", "deposits back"]
ESTATE_PHASES: Phases = [
    ("Won", "item at the estate's address", "main"),
    ("Votes", "for years, if need be", "main"),
    ("Resale", "7, 2 and 1 days, as any lot", "main"),
    ("Sold", "the item is the buyer's", "good"),
]
ESTATE_ROWS: list[tuple[str, Cells]] = [
    (
        "Served",
        [
            [],
            ["`vote", "the reserve it wants;", "the last word counts"],
            ["bids there, or not,", "like everybody"],
            ["`claim, claimTo", "an equal part, once"],
        ],
    ),
    (
        "Anyone",
        [
            ["`deployEstate", "puts code there, once"],
            ["`resell", "at a reserve that more", "than half want now"],
            ["`settle, reclaim", "if it is sold,", "and if it is not"],
            ["`claimBatch", "pays many at once"],
        ],
    ),
    ("hasAccess", [["yes"], ["yes"], ["yes"], ["no: it is sold"]]),
]
HOUSE_PHASES: Phases = [
    ("Bidding", "sealed, as late as can be", "main"),
    ("Reveal", "10 minutes or more", "main"),
    ("Tally", "10 minutes or more", "main"),
    ("Draw", "the house decides", "main"),
    ("Settled", "share is fixed", "good"),
]
HOUSE_ROWS: list[tuple[str, Cells]] = [
    (
        "Member",
        [
            ["`commit", "seal, deposit, lock: once, in its DAO;", "can replace, withdraw"],
            [],
            [],
            [],
            ["`hasAccess", "for the share, or", "all comes back"],
        ],
    ),
    (
        "Anyone",
        [
            ["`register, create, enter", "the auction as a lot,", "a DAO on it"],
            ["`revealBatch", "by the beacon's", "signature"],
            ["`tally", "what it can pay:", "the limit, public"],
            ["`raiseFor", "the least bid, while it is", "within the limit"],
            ["`conclude", "`settle", "`claimBatch"],
        ],
    ),
    (
        "Money",
        [
            ["all in the DAO"],
            ["all in the DAO"],
            ["all in the DAO"],
            ["one bid out at most: in the", "DAO's paddle, or at the house"],
            ["price: house,", "rest: members"],
        ],
    ),
]


SERVED, BACK, SILENT = "good", "plain", "bad"
BORDERS = {
    SERVED: ' stroke-width="2.5"',
    BACK: "",
    SILENT: ' stroke-width="2" stroke-dasharray="4 3"',
}
"""What became of a member is told by a box's border, too, for who sees no colours."""


def result(palette: Palette) -> str:
    """What came of the first demo: what each bidder could pay, and what became of each member of the group that won."""
    demo = built_in()
    (sold,) = solve(demo.counted).items
    group = next(group for group in demo.instance.groups if group.name == demo.focus)
    silent = {name for of, name in demo.silent if of == group.name}
    served = set(sold.served)
    canvas = Canvas(600, 600, "What came of an auction", palette)
    canvas.text(300, 28, f"{sold.winner} wins the item at {eth(sold.price)} ETH", 19, "600")
    canvas.text(300, 56, "The most that each bidder could pay:", 16)
    bids = sorted(sold.group_bids.items(), key=lambda entry: -entry[1])
    for row, (name, bid) in enumerate(bids):
        y = 70 + 34 * row
        canvas.text(152, y + 19, name, 15, anchor="end")
        canvas.box(162, y, 340 * bid // bids[0][1], 26, SERVED if name == sold.winner else BACK)
        canvas.text(590, y + 19, f"{eth(bid)} ETH", 15, anchor="end")
    canvas.text(
        300, 204, f"Each of its {len(group.members)} members bid alone, sealed, in ETH:", 16
    )
    fates: dict[str, int] = dict.fromkeys((SERVED, BACK, SILENT), 0)
    for place, member in enumerate(group.members):
        x, y = 5 + 59 * (place % 10), 216 + 40 * (place // 10)
        fate = SERVED if member.name in served else SILENT if member.name in silent else BACK
        fates[fate] += 1
        canvas.box(x, y, 55, 34, fate, line=BORDERS[fate])
        weight = "600" if fate == SERVED else "normal"
        canvas.text(x + 27, y + 23, _roughly(member.bids[0]), 15, weight)
    words = {
        SERVED: f"{fates[SERVED]} pay {eth(sold.share)} ETH each, and own the item",
        BACK: f"{fates[BACK]} bid less than that, and get everything back",
        SILENT: f"{fates[SILENT]} sent nothing that opens: they lose their bonds",
    }
    for row, (fate, text) in enumerate(words.items()):
        y = 470 + 42 * row
        canvas.box(60, y, 55, 34, fate, line=BORDERS[fate])
        canvas.text(130, y + 23, text, 17, anchor="start")
    return canvas.svg()


def _roughly(units: int) -> str:
    """An amount in ETH to two digits."""
    return f"{Context(prec=2).create_decimal(Decimal(units) / UNITS_PER_ETH).normalize():f}"


def lot(palette: Palette) -> str:
    """The life of a lot: its phases from left to right, and below each who can do what."""
    canvas = Canvas(1000, 517, "The life of a lot", palette)
    left, step, width = 92, 184, 154
    middle = left + width // 2
    for column, (name, note, kind) in enumerate(LOT_PHASES):
        canvas.phase(left + column * step, 10, width, name, note, kind)
        if column:
            canvas.arrow((left + column * step - step + width, 36), (left + column * step, 36))
    for y, (who, cells) in zip((108, 190, 272, 334), LOT_ROWS, strict=True):
        canvas.rule(10, 990, y - 26)
        canvas.text(10, y, who, 13, "600", anchor="start")
        for column, cell in enumerate(cells):
            canvas.lines(middle + column * step, y, cell)
    canvas.arrow((left + width + 10, 121), (left + 4 * step, 121))
    canvas.text(middle + 2 * step, 113, "nothing more to do")
    canvas.text(
        middle + 2 * step,
        139,
        "without a lock: reveal, or hand the opening to keepers",
        quiet=True,
    )
    canvas.text(
        middle + 2 * step,
        351,
        "the estate of the DAO and lot: one vote each, more than half decide",
    )
    canvas.rule(10, 990, 387)
    canvas.lines(
        middle + 3 * step // 2,
        441,
        ["nobody at the reserve when Tally ends,", "or not settled within 3 days"],
    )
    canvas.arrow((middle + 3 * step // 2 + 128, 444), (left + 3 * step, 444))
    canvas.phase(left + 3 * step, 418, width, "Void", "nobody pays a price", "bad")
    canvas.arrow((left + 3 * step + width, 444), (left + 4 * step, 444))
    canvas.lines(middle + 4 * step, 422, VOID)
    return canvas.svg()


def estate(palette: Palette) -> str:
    """The life of an estate: from the lot that was won to the one that is sold, and below each step who can do what."""
    canvas = Canvas(1000, 362, "The life of an estate", palette)
    left, step, width = 150, 215, 180
    middle = left + width // 2
    for column, (name, note, kind) in enumerate(ESTATE_PHASES):
        canvas.phase(left + column * step, 10, width, name, note, kind)
        if column:
            canvas.arrow((left + (column - 1) * step + width, 36), (left + column * step, 36))
    canvas.arrow(
        (middle + 2 * step, 62), (middle + 2 * step, 96), (middle + step, 96), (middle + step, 62)
    )
    canvas.text(middle + 3 * step // 2, 88, "unsold: it comes back", quiet=True)
    for row, (who, cells) in enumerate(ESTATE_ROWS):
        y = 143 + 84 * row
        canvas.rule(10, 990, y - 28)
        canvas.text(10, y, who, 13, "600", anchor="start")
        for column, cell in enumerate(cells):
            canvas.lines(middle + column * step, y, cell)
    return canvas.svg()


@dataclass(frozen=True)
class Room:
    """A room of offchain/: where its box stands in the picture of the layers, and what it is for.

    width, indent: of its box and from where its column begins, in pixels, where several share a row of a column.
    """

    column: int
    row: int
    notes: tuple[str, str]
    width: int = 380
    indent: int = 0

    WIDTH: ClassVar = 380
    HEIGHT: ClassVar = 66

    @property
    def left(self) -> int:
        """Where its box begins, in pixels."""
        return 110 + 480 * self.column + self.indent

    @property
    def top(self) -> int:
        """Where its box begins, in pixels."""
        return 103 + 90 * self.row

    @property
    def middle(self) -> tuple[int, int]:
        """The middle of its box, in pixels."""
        return self.left + self.width // 2, self.top + self.HEIGHT // 2


ROOMS = {
    "demo": Room(0, 0, ("an auction of each kind,", "told as it runs and reported"), 205, 175),
    "simulation": Room(1, 0, ("many auctions at once", "through the reference model")),
    "taking_part": Room(0, 1, ("a person's steps:", "checked, told, sent"), 165),
    "play": Room(0, 1, ("an instance on a chain,", "with an audit of every wei"), 205, 175),
    "report": Room(1, 1, ("figures, tables and a page,", "from plain data")),
    "keeper": Room(0, 2, ("books from logs; opens, tallies,", "draws, settles and pays out"), 205),
    "houses": Room(0, 2, ("others' auction houses,", "by their own code"), 165, 215),
    "bindings": Room(0, 3, ("the contracts in Python: calls,", "events, seals, deployment")),
    "model": Room(1, 2, ("instances < mechanisms < checks <", "theory: exact, without a chain")),
    "locks": Room(1, 3, ("bids locked to a beacon's round,", "and the signature that opens them")),
    "chain": Room(0, 4, ("nodes, transactions, logs:", "one interface, no contract's name")),
    "io": Room(1, 4, ("text, fields, files,", "addresses, errors")),
}
"""The rooms below `cli`, from the top."""

IMPORTS = (
    ("cli", "demo"),
    ("cli", "simulation"),
    ("cli", "taking_part"),
    ("demo", "play"),
    ("demo", "report"),
    ("simulation", "report"),
    ("taking_part", "keeper"),
    ("play", "keeper"),
    ("play", "houses"),
    ("play", "model"),
    ("keeper", "bindings"),
    ("houses", "bindings"),
    ("bindings", "chain"),
    ("bindings", "locks"),
    ("report", "model"),
    ("chain", "io"),
    ("model", "io"),
    ("locks", "io"),
)
"""Which room imports from which, where no other lies between them: whatever a path leads to may be imported, too."""


def layers(palette: Palette) -> str:
    """What stands on what, from the command line down to the contracts."""
    canvas = Canvas(1000, 885, "The layers of Consort", palette)
    for y, name in ((45, "Commands"), (321, "Python"), (737, "Contracts")):
        canvas.text(10, y, name, 13, "600", anchor="start")
    canvas.box(110, 15, 880, 50)
    canvas.text(128, 45, "cli", 15, "600", anchor="start")
    canvas.text(
        250,
        45,
        "consort: solve, check, theory, simulate, demo, deploy, keep; bid, status, list, …",
        14,
        anchor="start",
    )
    for name, room in ROOMS.items():
        _room(canvas, name, room)
    for above, below in IMPORTS:
        _import(canvas, ROOMS.get(above), ROOMS[below])
    canvas.text(792, 275, "outcomes: model's == play's", 12, quiet=True, anchor="start")
    canvas.arrow((310, 529), (310, 590))
    canvas.text(320, 559, "calls down, logs up", 12, quiet=True, anchor="start")

    canvas.box(110, 590, 880, 285)
    canvas.part(
        130, 640, 200, "DAOFactory", ["the only origin of DAOs:", "proxies, or full copies"], "main"
    )
    canvas.part(400, 640, 200, "DAO", ["members' bids and money;", "Tally, EqualSplit"], "main")
    canvas.part(780, 640, 200, "Auctioneer", ["items, individuals' bids;", "PriceRule"], "main")
    canvas.part(400, 762, 200, "Estate", ["the item of those served:", "votes, parts"], "main")
    canvas.arrow((330, 680), (400, 680))
    canvas.text(365, 671, "create", 12, code=True)
    canvas.arrow((600, 665), (780, 665))
    canvas.text(690, 656, "enter, submit, pay", 12, code=True)
    canvas.arrow((780, 698), (600, 698))
    canvas.text(690, 716, "phase, leader, price", 12, quiet=True)
    canvas.arrow((500, 720), (500, 762))
    canvas.text(508, 746, "deployEstate", 12, code=True, anchor="start")
    canvas.arrow((600, 785), (820, 785), (820, 720))
    canvas.text(710, 776, "relist, withdrawProceeds", 12, code=True)
    canvas.arrow((880, 720), (880, 818), (600, 818))
    canvas.text(740, 811, "the item; what it brings", 12, quiet=True)
    canvas.arrow((940, 720), (940, 862), (230, 862), (230, 720))
    canvas.text(315, 856, "isDAO", 12, code=True)
    canvas.text(
        550,
        611,
        "BidBook: what both levels do with a bid, from commit to refund, is one base contract;",
        12,
        quiet=True,
    )
    canvas.text(
        550,
        628,
        "Approximate-, Resilient-, SignalClock- and UniversalAuction stand beside the Auctioneer",
        12,
        quiet=True,
    )
    return canvas.svg()


def _room(canvas: Canvas, name: str, room: Room) -> None:
    """Its box, with the notes beside its name, or below where there is less room."""
    canvas.box(room.left, room.top, room.width, room.HEIGHT, "good" if room.column else "main")
    whole = room.width == room.WIDTH
    canvas.text(
        room.left + (18 if whole else 12),
        room.top + (39 if whole else 21),
        name,
        15,
        "600",
        anchor="start",
    )
    left, top = (140, 28) if whole else (12, 40)
    for line, note in enumerate(room.notes):
        canvas.text(room.left + left, room.top + top + LINE * line, note, anchor="start")


def _import(canvas: Canvas, above: Room | None, below: Room) -> None:
    """The arrow of an import: down a column, from `cli` where there is no room above, and around what stands between; else
    across, by way of the gap.
    """
    x, y = below.middle
    if above is None:
        canvas.arrow((x, 65), (x, below.top))
    elif above.column == below.column and _is_between(above, below):
        right = above.left + above.width
        canvas.arrow((right, above.middle[1]), (985, above.middle[1]), (985, y), (right, y))
    elif above.column == below.column:
        left = max(above.left, below.left)
        x = (left + min(above.left + above.width, below.left + below.width)) // 2
        canvas.arrow((x, above.top + above.HEIGHT), (x, below.top))
    elif above.row == below.row:
        canvas.arrow((above.left + above.width, y), (below.left, y))
    else:
        # below where an arrow from above comes to the next column
        start = above.top + above.HEIGHT * 3 // 4
        canvas.arrow((above.left + above.width, start), (550, start), (550, y), (below.left, y))


def _is_between(above: Room, below: Room) -> bool:
    """Whether a room stands between two of a column."""
    return any(
        one.column == above.column and above.row < one.row < below.row for one in ROOMS.values()
    )


def draw(palette: Palette) -> str:
    """The two ways to a random word: a header's proof, and secrets where nobody sends it."""
    canvas = Canvas(1000, 330, "The way to a random word", palette)
    canvas.text(10, 45, "Beacon", 13, "600", anchor="start")
    canvas.text(10, 215, "Secrets", 13, "600", anchor="start")
    canvas.phase(110, 15, 170, "request", "the books are closed", "main")
    canvas.phase(420, 15, 170, "block N", "its mix is unknown till now", "plain")
    canvas.phase(820, 15, 170, "word", "for good", "good")
    canvas.arrow((280, 41), (420, 41))
    canvas.text(350, 33, "132 blocks", 12, quiet=True)
    canvas.arrow((590, 41), (820, 41))
    canvas.text(705, 33, "prove", 12, code=True)
    canvas.text(705, 60, "within 256 blocks, anyone,", 12, quiet=True)
    canvas.text(705, 77, "by the header of N", 12, quiet=True)
    canvas.arrow((505, 67), (505, 125), (195, 125), (195, 185))
    canvas.text(350, 116, "fallBack", 12, code=True)
    canvas.text(350, 143, "nobody proved it in time", 12, quiet=True)
    canvas.phase(110, 185, 170, "open", "no round is under way", "plain")
    canvas.phase(420, 185, 170, "sealing", "everybody has all of it", "main")
    canvas.phase(680, 185, 170, "opening", "bonds are redeemed", "main")
    canvas.arrow((280, 211), (420, 211))
    canvas.text(350, 203, "commit", 12, code=True)
    canvas.text(350, 230, "the first seal", 12, quiet=True)
    canvas.arrow((590, 211), (680, 211))
    canvas.text(635, 203, "reveal", 12, code=True)
    canvas.arrow((850, 211), (905, 211), (905, 67))
    canvas.text(895, 150, "all are open, or", 12, quiet=True, anchor="end")
    canvas.text(895, 167, "draw", 12, code=True, anchor="end")
    canvas.arrow((765, 237), (765, 290), (195, 290), (195, 237))
    canvas.text(480, 281, "nobody opened any: their bonds are burnt", 12, quiet=True)
    return canvas.svg()


def timelock(palette: Palette) -> str:
    """The way of a locked bid: sealed by its member, opened by anyone once the beacon has signed the round."""
    canvas = Canvas(1000, 245, "The way of a locked bid", palette)
    canvas.text(10, 45, "Chain", 13, "600", anchor="start")
    canvas.phase(110, 15, 330, "Bidding", "the lock is logged, and never read", "main")
    canvas.phase(460, 15, 390, "Reveal", "what fits its commitment is open", "main")
    canvas.phase(870, 15, 120, "Tally", "as ever", "plain")
    canvas.text(10, 165, "World", 13, "600", anchor="start")
    canvas.phase(110, 135, 220, "member", "one transaction, then nothing", "good")
    canvas.arrow((220, 135), (220, 67))
    canvas.text(228, 105, "commit", 12, code=True, anchor="start")
    canvas.text(282, 105, "seal, deposit, lock", 12, quiet=True, anchor="start")
    canvas.phase(460, 135, 180, "beacon", "signs the round", "plain")
    canvas.arrow((450, 67), (450, 110), (550, 110), (550, 135))
    canvas.text(558, 105, "120 s after the end of bidding", 12, quiet=True, anchor="start")
    canvas.phase(730, 135, 180, "anyone", "decrypts, compares", "good")
    canvas.arrow((640, 161), (730, 161))
    canvas.text(685, 153, "signature", 12, quiet=True)
    canvas.arrow((820, 135), (820, 67))
    canvas.text(828, 105, "revealBatch", 12, code=True, anchor="start")
    canvas.arrow((390, 67), (390, 220), (820, 220), (820, 187))
    canvas.text(595, 212, "BidLocked", 12, code=True)
    return canvas.svg()


def house(palette: Palette) -> str:
    """A lot at a house of others: its phases under the house's own auction, who does what in each, and where the money is."""
    canvas = Canvas(1000, 430, "A lot at a house of others", palette)
    columns = [(110, 270), (395, 130), (540, 130), (685, 185), (885, 105)]
    canvas.text(10, 45, "House", 13, "600", anchor="start")
    canvas.phase(
        110, 15, 760, "its own auction", "open bids; one near the end moves the end", "plain"
    )
    canvas.phase(885, 15, 105, "over", "item handed on", "plain")
    canvas.arrow((870, 41), (885, 41))
    canvas.text(10, 142, "Lot", 13, "600", anchor="start")
    for (x, width), (name, note, kind) in zip(columns, HOUSE_PHASES, strict=True):
        canvas.phase(x, 112, width, name, note, kind)
    for (x, width), (right, _) in pairwise(columns):
        canvas.arrow((x + width, 138), (right, 138))
    canvas.arrow((777, 112), (777, 67))
    canvas.text(785, 92, "createBid", 12, code=True, anchor="start")
    canvas.arrow((250, 67), (250, 112))
    canvas.text(258, 92, "register", 12, code=True, anchor="start")
    canvas.arrow((937, 67), (937, 112))
    canvas.text(930, 92, "the item", 12, quiet=True, anchor="end")
    for row, (who, cells) in enumerate(HOUSE_ROWS):
        y = 212 + 92 * row
        canvas.rule(10, 990, y - 28)
        canvas.text(10, y, who, 13, "600", anchor="start")
        for (x, width), cell in zip(columns, cells, strict=True):
            canvas.lines(x + width // 2, y, cell)
    return canvas.svg()


CHOICES = (
    (
        "its own value",
        "to the unit",
        "Auctioneer",
        "one critical bid, no chance",
        "welfare ≥ best / H",
        "H = 1 + 1/2 + … + 1/members of the largest group",
    ),
    (
        "its own value, roughly",
        "within a factor of 1 ± δ",
        "ApproximateAuction",
        "a lottery among the highest",
        "welfare ≥ best · (r + (1 - r)/n)",
        "n individuals, r = ((1 - δ)/(1 + δ))²",
    ),
    (
        "what others would pay",
        "for any bundles",
        "ResilientAuction",
        "offers to others, and a coin",
        "revenue ≥ half of what one knows",
        "to sell the goods for, or nearly",
    ),
    (
        "a signal",
        "of a common quality",
        "SignalClockAuction",
        "clocks, one after another",
        "welfare ≥ best / 5ℓ(k - 1)",
        "k signals, ℓ types of expertise",
    ),
    (
        "a signal",
        "and values that follow in any way",
        "UniversalAuction",
        "draws one of several auctions",
        "welfare ≥ best / (ℓk(k - 1)/2 + 1)",
        "k signals, ℓ types of expertise",
    ),
)
"""What bidders know, the auction for it, and what is guaranteed, each with a note."""
KNOWN, MADE_FOR, PROMISED = (
    "What does a bidder know?",
    "the auction for it",
    "guaranteed on average, if all bid as they should",
)


def choosing(palette: Palette) -> str:
    """From what bidders know to the auction for it."""
    canvas = Canvas(1000, 26 + 80 * len(CHOICES), "Which auction for which knowledge", palette)
    canvas.text(130, 24, KNOWN, 14, "600")
    canvas.text(455, 24, MADE_FOR, 12, quiet=True)
    canvas.text(822, 24, PROMISED, 12, quiet=True)
    for row, (known, how, name, note, promise, where) in enumerate(CHOICES):
        y = 44 + 80 * row
        canvas.phase(10, y, 240, known, how, "plain")
        canvas.arrow((250, y + 26), (330, y + 26))
        canvas.phase(330, y, 250, name, note, "main")
        canvas.arrow((580, y + 26), (655, y + 26))
        canvas.phase(655, y, 335, promise, where, "good")
    return canvas.svg()


def money(palette: Palette) -> str:
    """What becomes of a member's deposit in the first demo, by what becomes of its bid."""
    demo = built_in()
    (sold,) = solve(demo.counted).items
    bid = UNITS_PER_ETH // 10
    deposit = hiding_deposit(bid)
    bond = deposit * demo.behaviour.bond_bps // BidBook.BPS
    canvas = Canvas(600, 446, "What becomes of a member's deposit", palette)
    canvas.text(
        300, 28, f"A bid of {eth(bid)} ETH, under a deposit of {eth(deposit)} ETH", 19, "600"
    )
    canvas.text(300, 54, "Nobody sees the bid until bidding is over.", 16, quiet=True)
    fates = (
        ("served: the share is at most the bid", sold.share, SERVED, "to the seller"),
        ("not served: it is higher, or the group does not win", 0, SERVED, ""),
        ("nobody opens the bid", bond, SILENT, "burnt"),
        ("the lot is void", 0, SERVED, ""),
    )
    for row, (fate, gone, kind, where) in enumerate(fates):
        y = 78 + 86 * row
        canvas.text(10, y + 18, fate, 16, "600", anchor="start")
        width = 580 * gone // deposit
        # what is little has its words above
        canvas.box(10 + width, y + 28, 580 - width, 40, BACK)
        canvas.text(10 + width + (580 - width) // 2, y + 54, f"{eth(deposit - gone)} back", 16)
        if gone:
            canvas.box(10, y + 28, width, 40, kind, line=BORDERS[kind])
            words = f"{eth(gone)} {where}"
            if width > 200:
                canvas.text(10 + width // 2, y + 54, words, 16, "600")
            else:
                canvas.text(590, y + 18, words, 16, anchor="end")
    canvas.text(
        300, 434, "In ETH; what the share is turns out when the group has won.", 15, quiet=True
    )
    return canvas.svg()


ON_THE_PAGE: tuple[Stop, ...] = (
    Stop(
        "Member",
        "follows the link of its group",
        "main",
        (
            ("sees", "", "item, dates, members, terms, warnings"),
            ("does", "", "saves a receipt, then seals a bid: one transaction"),
            ("then", "", "nothing; served or not, and what came back"),
        ),
    ),
    Stop(
        "Group",
        "anyone starts one, for a lot",
        "main",
        (
            ("does", "", "creates a DAO, enters the lot, shares the link"),
            ("later", "", "votes on a resale, takes its part"),
        ),
    ),
    Stop(
        "Seller",
        "brings an ERC-721 item",
        "main",
        (
            ("does", "", "approves, lists with dates that fit, watches the bids"),
            ("then", "", "collects the price, or gets the item back"),
        ),
    ),
    Stop(
        "Anybody",
        "needs a wallet and a node",
        "good",
        (
            ("does", "", "any step that is open: open, tally, settle, refund"),
            ("sees", "", "the outcome, worked out once more by the rules"),
        ),
    ),
)


def page(palette: Palette) -> str:
    """Who does what on the web page."""
    canvas = Canvas(1000, 262, "Who does what on the page", palette)
    for column, stop in enumerate(ON_THE_PAGE):
        x, y = 10 + 248 * column, 96
        canvas.phase(x, 10, 236, stop.name, stop.note, stop.kind)
        for who, _, words in stop.lines:
            canvas.text(x, y, who, 12, quiet=True, anchor="start")
            for line in wrap(words, 32):
                canvas.text(x + 44, y, line, 12, anchor="start")
                y += LINE
            y += 8
    return canvas.svg()


def narrow(title: str, stops: Sequence[Stop]) -> Callable[[Palette], str]:
    """A picture for telephones: one thing below the other, in larger letters."""

    def drawn(palette: Palette) -> str:
        height = 6 + sum(map(_height, stops))
        canvas = Canvas(_NARROW, height, title, palette)
        y = 6
        for stop in stops:
            notes = _lines(stop.note, 48)
            canvas.box(6, y, _NARROW - 12, _TALL + len(notes) * _ROW, stop.kind)
            canvas.text(18, y + 25, stop.name, 18, "600", anchor="start")
            for row, note in enumerate(notes):
                canvas.text(18, y + 47 + _ROW * row, note, 15, quiet=True, anchor="start")
            y += _TALL + len(notes) * _ROW + _SPACE
            for who, code, words in stop.lines:
                canvas.text(10, y + 6, who, 15, "600", anchor="start")
                for line in _lines(code):
                    canvas.text(_WORDS, y + 6, line, 15, code=True, anchor="start")
                    y += _ROW
                for line in _lines(words):
                    canvas.text(_WORDS, y + 6, line, 15, anchor="start")
                    y += _ROW
                y += 6
            y += 6
        return canvas.svg()

    return drawn


def _height(stop: Stop) -> int:
    texts = sum(
        (len(_lines(code)) + len(_lines(words))) * _ROW + 6 for _, code, words in stop.lines
    )
    return _TALL + len(_lines(stop.note, 48)) * _ROW + _SPACE + texts + 6


_NARROW, _TALL, _ROW, _SPACE, _WORDS = 440, 34, 21, 18, 96
"""Pixels: how wide a narrow picture is, a box without notes high, a line of text high, what is below a box, where words begin."""


def _lines(text: str, width: int = 42) -> list[str]:
    return wrap(text, width)


def stops(phases: Phases, rows: Sequence[tuple[str, Cells]]) -> list[Stop]:
    """Phases and who does what in each, one below the other."""
    return [
        Stop(
            name,
            note,
            kind,
            tuple(
                (
                    who,
                    ", ".join(line[1:] for line in cells[column] if line.startswith("`")),
                    " ".join(line for line in cells[column] if not line.startswith("`")),
                )
                for who, cells in rows
                if cells[column]
            ),
        )
        for column, (name, note, kind) in enumerate(phases)
    ]


NARROW: dict[str, tuple[str, Sequence[Stop]]] = {
    "lot": (
        "The life of a lot",
        [
            *stops(LOT_PHASES, LOT_ROWS),
            Stop(
                "Void",
                "nobody at the reserve when Tally ends, or not settled within 3 days: nobody pays a price",
                "bad",
                (
                    ("Anyone", "reclaim", "item to the seller"),
                    ("", "claim, claimBatch", "deposits back"),
                ),
            ),
        ],
    ),
    "estate": ("The life of an estate", stops(ESTATE_PHASES, ESTATE_ROWS)),
    "house": ("A lot at a house of others", stops(HOUSE_PHASES, HOUSE_ROWS)),
    "choosing": (
        "Which auction for which knowledge",
        [
            Stop(
                known,
                how,
                "plain",
                (("auction", name, note), ("promise", "", f"{promise}: {where}")),
            )
            for known, how, name, note, promise, where in CHOICES
        ],
    ),
    "timelock": (
        "The way of a locked bid",
        [
            Stop(
                "Bidding",
                "the lock is logged, and never read",
                "main",
                (("member", "commit", "seal, deposit, lock: one transaction, then nothing"),),
            ),
            Stop(
                "120 seconds later",
                "the beacon signs the round",
                "plain",
                (
                    (
                        "anyone",
                        "BidLocked",
                        "decrypts with the signature, compares with the commitment",
                    ),
                ),
            ),
            Stop(
                "Reveal",
                "what fits its commitment is open",
                "main",
                (("anyone", "revealBatch", "sends what it found"),),
            ),
            Stop("Tally", "as ever", "plain", ()),
        ],
    ),
    "draw": (
        "The way to a random word",
        [
            Stop("Request", "the books are closed", "main", (("then", "", "132 blocks go by"),)),
            Stop(
                "Block N",
                "its mix is unknown till now",
                "plain",
                (
                    ("anyone", "prove", "within 256 blocks, by the header of N"),
                    ("else", "fallBack", "nobody proved it in time: secrets"),
                ),
            ),
            Stop(
                "Sealing",
                "secrets, if the word has to come from them",
                "main",
                (("anyone", "commit", "the first seal begins it; everybody has all of it"),),
            ),
            Stop(
                "Opening",
                "bonds are redeemed",
                "main",
                (
                    (
                        "anyone",
                        "reveal",
                        "all are open, or draw; if nobody opened any, bonds are burnt and it begins again",
                    ),
                ),
            ),
            Stop("Word", "for good", "good", ()),
        ],
    ),
    "layers": (
        "The layers of Consort",
        [
            Stop("cli", "the commands of consort", "plain", ()),
            *(
                Stop(
                    name,
                    " ".join(room.notes),
                    "good" if room.column else "main",
                    tuple(
                        (
                            "imports",
                            "",
                            ", ".join(below for above, below in IMPORTS if above == name),
                        )
                        for _ in [0]
                        if any(above == name for above, _ in IMPORTS)
                    ),
                )
                for name, room in ROOMS.items()
            ),
        ],
    ),
    "page": ("Who does what on the page", ON_THE_PAGE),
}
"""The same for narrow pages, by the name of the picture."""


DRAWINGS: dict[str, Callable[[Palette], str]] = {
    "result": result,
    "money": money,
    "page": page,
    "lot": lot,
    "estate": estate,
    "layers": layers,
    "draw": draw,
    "timelock": timelock,
    "choosing": choosing,
    "house": house,
}


def pictures() -> dict[str, str]:
    """Every picture by its file name."""
    drawings = DRAWINGS | {f"{name}-narrow": narrow(*told) for name, told in NARROW.items()}
    return {
        f"{name}-{shade}.svg": draw(palette)
        for name, draw in drawings.items()
        for shade, palette in PALETTES.items()
    }


if __name__ == "__main__":
    for file, picture in pictures().items():
        (PICTURES / file).write_text(picture, encoding="utf-8")
