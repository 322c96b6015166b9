"""Outcomes and what the checks say of them, word for word: of the examples in docs, and of small instances of each kind and rule.

    .venv/bin/python tests/model/checks/test_said.py

writes tests/model/checks/said.txt anew: what has changed in it is to be read.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from offchain.model.document import parse_text
from offchain.model.instances.instance import Instance
from offchain.model.kinds import check_reference, solve
from offchain.model.mechanisms.price_rule import RULES

HERE = Path(__file__).parent
SAID = HERE / "said.txt"
EXAMPLES = sorted((HERE.parents[2] / "docs" / "examples").glob("*.json"))


def instances() -> Iterator[tuple[str, Instance]]:
    """Each with what it is called in said.txt."""
    for path in (*EXAMPLES, HERE / "said.json"):
        for index, instance in enumerate(parse_text(path.read_text(encoding="utf-8")).instances):
            yield f"{path.name}[{index}]", instance


def sayings() -> dict[str, str]:
    """The outcome, and what all checks say, by instance; by the plain rule only where it is another answer."""
    said: dict[str, str] = {}
    for name, instance in instances():
        said[f"{name} solved"] = f"{json.dumps(solve(instance).to_json())}\n"
        for rule in RULES:
            findings = check_reference(instance, RULES[rule])
            text = "".join(f"{one.verdict} | {one.name} | {one.detail}\n" for one in findings)
            if text not in said.values() or rule == "exact":
                said[f"{name} {rule}"] = text
    return said


def written(said: dict[str, str]) -> str:
    return "\n".join(f"# {name}\n{text}" for name, text in said.items())


def test_models_and_checks_say_what_they_said() -> None:
    assert written(sayings()).splitlines() == SAID.read_text(encoding="utf-8").splitlines()


def test_every_kind_of_verdict_and_each_mechanism_is_said() -> None:
    text = SAID.read_text(encoding="utf-8")
    for verdict in ("holds", "FAILS", "not claimed"):
        assert f"\n{verdict} | " in text
    mechanisms = {one["mechanism"] for one in json.loads((HERE / "said.json").read_text())}
    assert len(mechanisms) >= 6, "one instance of each mechanism that is not in docs alone"


if __name__ == "__main__":
    SAID.write_text(written(sayings()), encoding="utf-8")
