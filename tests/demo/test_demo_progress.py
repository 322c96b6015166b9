"""Progress: bars on a terminal, lines with the time left elsewhere."""

from io import StringIO

from rich.console import Console

from offchain.demo.progress import SECONDS_BETWEEN_LINES, Bars, Lines, Opening, meter


def test_a_terminal_gets_bars_that_stay() -> None:
    said = StringIO()
    console = Console(file=said, force_terminal=True, width=100)
    bars = meter(console)
    assert isinstance(bars, Bars)
    bars.begins("tally", 10)
    bars.advances(10)
    bars.ends()
    bars.advances(1)
    bars.begins("refund", 1)
    bars.advances(1)
    bars.ends()
    assert "10/10" in said.getvalue()
    assert "1/1" in said.getvalue()
    console.print("after")
    assert said.getvalue().endswith("after\n")


def test_bars_stop_when_the_play_does() -> None:
    said = StringIO()
    bars = Bars(Console(file=said, force_terminal=True, width=100))
    bars.begins("bid", 10)
    bars.advances(3)
    bars.breaks_off()
    bars.ends()
    bars.advances(1)
    assert "3/10" in said.getvalue()
    assert "3/3" not in said.getvalue()


def test_a_step_that_is_over_is_full_though_some_had_no_part_in_it() -> None:
    said = StringIO()
    bars = Bars(Console(file=said, force_terminal=True, width=100))
    bars.begins("reveal", 73)
    bars.advances(71)
    bars.ends()
    assert "71/71" in said.getvalue()


def test_elsewhere_a_line_every_so_often() -> None:
    said, now = StringIO(), [0.0]
    lines = Lines(Console(file=said, width=100), clock=lambda: now[0])
    lines.begins("bid", 17_448)
    for _ in range(4):
        now[0] += SECONDS_BETWEEN_LINES / 2
        lines.advances(4_362)
    lines.ends()
    now[0] += SECONDS_BETWEEN_LINES
    lines.advances(1)
    assert said.getvalue().splitlines() == [
        "  bid: 8,724 of 17,448, about 10 s left",
        "  bid: 17,448 of 17,448, about 0 s left",
    ]


def test_too_early_to_tell_how_long_it_takes() -> None:
    said, now = StringIO(), [0.0]
    lines = Lines(Console(file=said, width=100), clock=lambda: now[0])
    lines.begins("reveal", 17_448)
    now[0] += SECONDS_BETWEEN_LINES
    lines.advances(2)
    assert said.getvalue() == "  reveal: 2 of 17,448\n"


def test_locks_are_opened_with_other_work_in_between() -> None:
    """The keeper goes on with those that are left; the next book's begin anew."""
    said, now = StringIO(), [0.0]
    opening = Opening(Console(file=said, width=100), clock=lambda: now[0])
    for done, left in ((1, 1), (1_000, 6_000), (2_000, 6_000), (1_000, 4_000), (4_000, 4_000)):
        opening(done, left)
        now[0] += SECONDS_BETWEEN_LINES
    opening(1, 1)
    now[0] += SECONDS_BETWEEN_LINES
    opening(6_000, 6_000)
    assert said.getvalue().splitlines() == [
        "  locks: 2,000 of 6,000, about 20 s left",
        "  locks: 3,000 of 6,000, about 20 s left",
        "  locks: 6,000 of 6,000, about 0 s left",
    ]


def test_files_get_lines() -> None:
    assert isinstance(meter(Console(file=StringIO())), Lines)
