"""The pairs of rules as a table of Markdown, which docs/composing.md has between two marks of its own."""

from collections.abc import Iterable

from offchain.model.instances.rules import Ascending, Lottery, Posted
from offchain.model.mechanisms.lower import lower_of
from offchain.model.theory.composing import Lie, Pair, named
from offchain.model.theory.page import plain

HEAD = (
    "| upper | lower | the truth | coalitions | what is paid | welfare, proved | the optimum, at worst |\n"
    "| --- | --- | --- | --- | --- | --- | --- |"
)


def in_markdown(pairs: Iterable[Pair]) -> str:
    """A row for each pair, and below how many games each was tried in."""
    told = list(pairs)
    games, top = told[0].games, told[0].top
    note = f"Each pair in {games} games of one and two groups with values and bids 0..{top}."
    return "\n".join([HEAD, *map(line, told), "", note])


def line(pair: Pair) -> str:
    """One pair: what is claimed of it with the proof, or the first counter-example found."""
    cells = (
        named(pair.upper),
        pair.lower.value,
        _truth(pair),
        _coalitions(pair),
        _paid(pair),
        _welfare(pair),
        _worst(pair),
    )
    return f"| {' | '.join(cells)} |"


def _truth(pair: Pair) -> str:
    if pair.lie is not None:
        return f"no: {_game(pair.lie)}"
    match pair.upper:
        case Lottery():
            return "[best in expectation](#proofs)"
        case Ascending():
            return "[best against fixed limits](#proofs)"
        case _:
            return "[best](#proofs)"


def _coalitions(pair: Pair) -> str:
    if pair.coalition is None:
        return "[none gains](mechanism.md#coalitions)"
    if pair.lie is not None:
        return "no, as one liar gains"
    return f"no: {_game(pair.coalition)}"


def _paid(pair: Pair) -> str:
    if pair.short:
        return f"less than is asked, in {pair.short} games"
    if pair.beyond:
        return f"all bids, whatever is asked: more in {pair.beyond} games"
    if pair.overcharged:
        return f"what is asked, to a unit a head; more than the value in {pair.overcharged} games"
    return "what is asked, to a unit a head"


def _welfare(pair: Pair) -> str:
    whole = lower_of(pair.lower).serves_all
    match pair.upper:
        case Posted():
            return "[none is possible](#proofs)"
        case Lottery():
            bound = (
                "1 / (r + (1-r)/n)"
                if whole
                else "H_l / (r + (1-r)/n); whether that is reached: open"
            )
        case Ascending():
            bound = "1, and an increment" if whole else "H_l, and an increment"
        case _:
            bound = "1" if whole else "H_l, reached"
    if pair.lie is None:
        return bound
    return f"{bound}, of true bids; in equilibrium: open"


def _worst(pair: Pair) -> str:
    ratio, game = pair.worst
    if ratio is None:
        return f"without bound: no welfare in `{game}`"
    return f"{ratio}" if ratio == 1 else f"{ratio} in `{game}`"


def _game(lie: Lie) -> str:
    """The counter-example, the values as code."""
    game, _, told = str(lie).partition(": ")
    return f"`{game}`, {plain(told)}"
