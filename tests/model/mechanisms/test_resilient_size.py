"""Large resilient auctions: twice as many players, goods and offers take twice the work, counted rather than timed."""

from collections.abc import Callable

import pytest

from offchain.io.fields import Field
from offchain.model.checks import Verdict
from offchain.model.instances import ResilientInstance
from offchain.model.instances.resilient import read
from offchain.model.kinds import check_reference
from offchain.model.mechanisms.resilient import solve

GROWTH = 2.2
"""What doubling may cost at most: 2 and a logarithm. A name sought in a list costs 4."""


class Name(str):
    """A name that counts how often it is looked up or compared: what a search through a list does much of."""

    looks = 0

    def __hash__(self) -> int:
        Name.looks += 1
        return super().__hash__()

    def __eq__(self, other: object) -> bool:
        Name.looks += 1
        return super().__eq__(other)


def one_star(size: int) -> Field:
    """One player offers a good to each of the others."""
    goods, names = some_names("g", size), some_names("p", size)
    offers = [offer(to, good) for to, good in zip(names, goods, strict=True)]
    star: dict[str, object] = {"name": "star", "values": {}, "offer": offers, "wish": goods}
    others: list[dict[str, object]] = [
        {"name": name, "values": {good: 2}} for name, good in zip(names, goods, strict=True)
    ]
    return document(goods, [star, *others])


def everybody(size: int) -> Field:
    """Everybody offers a good to the one before."""
    goods, names = some_names("g", size), some_names("p", size)
    players: list[dict[str, object]] = [
        {
            "name": name,
            "values": {goods[n]: 2},
            "offer": [offer(names[n - 1], goods[n - 1])],
            "wish": [goods[n]],
        }
        for n, name in enumerate(names)
    ]
    return document(goods, players)


def some_names(prefix: str, count: int) -> list[Name]:
    return [Name(f"{prefix}{n}") for n in range(count)]


def offer(to: Name, good: Name) -> dict[str, object]:
    return {"to": Name(to), "goods": [Name(good)], "price": 1}


def document(goods: list[Name], players: list[dict[str, object]]) -> Field:
    return Field(
        "", {"mechanism": "resilient", "epsilon": "1/2", "goods": goods, "players": players}
    )


def looks(work: Callable[[], object]) -> int:
    """How many looks some work takes."""
    Name.looks = 0
    work()
    return Name.looks


def work(asked: Field) -> list[int]:
    """The looks that it takes to read, solve and write, and check an instance."""
    instance = read(asked)
    return [
        looks(lambda: read(asked)),
        looks(lambda: solve(instance).to_json()),
        looks(lambda: check_reference(instance)),
    ]


@pytest.mark.parametrize("made", [one_star, everybody])
def test_twice_as_many_take_twice_as_many_looks(made: Callable[[int], Field]) -> None:
    """Of reading, solving, writing and checking alike."""
    size = 1_100
    for fewer, more in zip(work(made(size)), work(made(2 * size)), strict=True):
        assert size < fewer < more < GROWTH * fewer


@pytest.mark.parametrize("made", [one_star, everybody])
def test_twenty_thousand_offers(made: Callable[[int], Field]) -> None:
    """A minute and more, where anything is sought in a list."""
    instance = read(made(20_000))
    assert isinstance(instance, ResilientInstance)
    outcome = solve(instance)
    assert outcome.tails is not None
    assert len(outcome.tails.payments) == len(instance.players)
    assert outcome.tails.allocation


def test_what_is_too_much_to_try_is_said() -> None:
    """The checks that try every answer, and what everybody could know, are given up by name; the others are made."""
    findings = check_reference(read(one_star(1_100)))
    assert [finding.detail for finding in findings[4:]] == [
        "not worked out: too many answers",
        *["not worked out: too many bundles"] * 2,
    ]
    assert {finding.verdict for finding in findings[:2]} == {Verdict.HOLDS}
    few = {"mechanism": "resilient", "epsilon": "1/2", "goods": ["g"]}
    players = [{"name": f"p{n}", "values": {}} for n in range(1_001)]
    findings = check_reference(read(Field("", {**few, "players": players})))
    assert findings[5].detail == "not worked out: too many players"
