"""How instances and outcomes are written: as the standard encoder writes the whole, whatever is yielded at a time."""

import json

import pytest

from offchain.model.document import instance_text, outcome_pieces, outcome_text, parse_text
from offchain.model.kinds import solve

INSTANCES = [
    {
        "mechanism": "two-level",
        "groups": [{"name": name, "members": [{"name": "Zoë\n☃", "bid": bid}]}],
    }
    for name, bid in (("Ünion", 5), ("a\nb", 3), ("☂", 7))
]


def written(value: object) -> str:
    """In lines, by two spaces a level, letters as they are."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def test_an_instance() -> None:
    for one in INSTANCES:
        (read,) = parse_text(json.dumps(one)).instances
        assert instance_text(read) == written(read.to_json())


@pytest.mark.parametrize("many", range(len(INSTANCES) + 1))
def test_outcomes(many: int) -> None:
    """Of a list in one text that is a list, none and one among them; one piece for each, and the end."""
    outcomes = [solve(one) for one in parse_text(json.dumps(INSTANCES[:many])).instances]
    pieces = list(outcome_pieces(outcomes, is_list=True))
    assert len(pieces) == many + 1
    assert "".join(pieces) == written([one.to_json() for one in outcomes])
    assert outcome_text(outcomes, is_list=True) == "".join(pieces)


def test_an_outcome_on_its_own() -> None:
    """And several, each on its own."""
    outcomes = [solve(one) for one in parse_text(json.dumps(INSTANCES)).instances]
    for one in outcomes:
        assert outcome_text([one], is_list=False) == written(one.to_json())
    pieces = list(outcome_pieces(outcomes, is_list=False))
    assert pieces == [written(one.to_json()) for one in outcomes]
