"""How far reading has come is told if it takes long, and only then."""

from offchain.cli.journal import Progress


class Told:
    """A progress line whose clock is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.lines: list[str] = []
        self.progress = Progress(self.lines.append, lambda: self.now)

    def at(self, now: float, block: int, newest: int = 20_000) -> None:
        self.now = now
        self.progress(block, newest)


def test_what_is_quick_is_not_told() -> None:
    told = Told()
    for block in range(0, 20_001, 1_000):
        told.at(block / 11_000, block)
    assert told.lines == []


def test_after_two_seconds_and_then_every_five() -> None:
    told = Told()
    for tenth in range(201):
        told.at(tenth / 10, 100 * tenth, 20_100)
    assert told.lines[0] == "Reading the chain: block 2,000 of 20,100 …"
    assert len(told.lines) == 4


def test_each_reading_has_its_own_two_seconds() -> None:
    """A keeper reads a few blocks in every step; that is not one long reading."""
    told = Told()
    for step in range(100):
        told.at(12.0 * step, step)
        told.at(12.0 * step + 1, 20_000)
    assert told.lines == []
