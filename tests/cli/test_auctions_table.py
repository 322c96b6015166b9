"""The two tables of what there is: kinds of instances in the model, auctions in the command line; every row is whole."""

import json
import pkgutil
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from offchain.bindings.artifacts import load, load_all
from offchain.bindings.contracts import contract
from offchain.cli import app
from offchain.cli.auctions import AUCTIONS, ON_CHAIN, staging_of
from offchain.io.errors import InvalidInput
from offchain.io.paths import PROJECT
from offchain.model import instances as instances_package
from offchain.model.document import instance_text, parse_text
from offchain.model.kinds import KINDS, check_reference, solve
from offchain.play.solve import solve_on

GROUPS = [{"name": "A", "members": [{"name": "ann", "bid": 10}, {"name": "bob", "bid": 5}]}]
SIGNALS = {
    "signals": 2,
    "rule": "welfare",
    "bidders": [{"name": "a", "signal": 1, "value": [0, 5]}],
}
SAMPLES: dict[str, dict[str, Any]] = {
    "TwoLevelInstance": {"mechanism": "two-level", "groups": GROUPS},
    "TwoLevelLotteryInstance": {
        "mechanism": "two-level",
        "upper": {"lottery": "1/10"},
        "groups": GROUPS,
    },
    "ApproximateInstance": {"mechanism": "approximate", "delta": "1/2", "bids": {"a": 10, "b": 7}},
    "ApproximateGroupsInstance": {"mechanism": "approximate", "delta": "1/2", "groups": GROUPS},
    "ResilientInstance": {
        "mechanism": "resilient",
        "epsilon": "1/2",
        "goods": ["g"],
        "players": [{"name": "1", "values": {"g": 3}}, {"name": "2", "values": {"g": 2}}],
    },
    "SignalClockInstance": {"mechanism": "signal-clock", **SIGNALS},
    "MonotoneSignalsInstance": {"mechanism": "monotone-signals", **SIGNALS},
    "UniversalSignalsInstance": {"mechanism": "universal-signals", **SIGNALS, "draw": 6},
    "VcgInstance": {
        "mechanism": "vcg",
        "goods": ["g"],
        "players": [{"name": "1", "values": {"g": 3}}, {"name": "2", "values": {"g": 2}}],
    },
}
"""A small instance of each type that files can hold."""
BIDDERS = {
    "TwoLevelInstance": 2,
    "ApproximateInstance": 2,
    "ApproximateGroupsInstance": 2,
    "ResilientInstance": 2,
    "SignalClockInstance": 1,
    "UniversalSignalsInstance": 1,
}


def sample(name: str) -> Any:
    (instance,) = parse_text(json.dumps(SAMPLES[name])).instances
    return instance


def types_of_instances() -> set[str]:
    """The classes of the package that say which mechanism they are an instance of."""
    found = set()
    for module in pkgutil.iter_modules(instances_package.__path__, "offchain.model.instances."):
        for name, one in vars(import_module(module.name)).items():
            if name.endswith("Instance") and isinstance(getattr(one, "mechanism", None), str):
                found.add(name)
    return found


def auction_contracts() -> set[str]:
    """The contracts that can be deployed and list lots, those for tests left out."""
    files = [path.read_text() for path in (PROJECT / "contracts" / "test").glob("*.sol")]
    tests = {name for text in files for name in re.findall(r"^contract (\w+)", text, re.MULTILINE)}
    return {
        name
        for name, artifact in load_all().items()
        if artifact.bytecode
        and name not in tests
        and any(entry.get("name") == "list" for entry in artifact.abi)
    }


def test_every_type_of_instance_has_one_row() -> None:
    assert sorted(kind.type.__name__ for kind in KINDS) == sorted(types_of_instances())


def test_types_that_files_call_by_one_name_are_read_by_one_function() -> None:
    """Or else a file would be read by whichever row came last."""
    readers = {(kind.name, kind.read) for kind in KINDS}
    assert len(readers) == len({name for name, _ in readers})


@pytest.mark.parametrize("name", [kind.type.__name__ for kind in KINDS])
def test_every_kind_is_read_solved_and_checked(name: str) -> None:
    instance = sample(name)
    assert type(instance).__name__ == name
    (again,) = parse_text(instance_text(instance)).instances
    assert again == instance
    assert solve(instance).to_json()["mechanism"] == instance.mechanism
    assert check_reference(instance)


def test_every_kind_has_one_row_of_the_auctions() -> None:
    assert sorted(auction.name for auction in AUCTIONS) == sorted({kind.name for kind in KINDS})


def test_every_auction_contract_is_in_one_row() -> None:
    assert sorted(auction.contract for auction in ON_CHAIN.values()) == sorted(auction_contracts())


@pytest.mark.parametrize("name", [kind.type.__name__ for kind in KINDS if kind.name in ON_CHAIN])
def test_every_kind_with_contracts_is_played(name: str) -> None:
    """Or refused: rules of groups that no contract has."""
    instance = sample(name)
    if name not in BIDDERS:
        with pytest.raises(InvalidInput, match="upper"):
            staging_of(instance).check(instance)
        return
    staging_of(instance).check(instance)
    assert staging_of(instance).bidders(instance) == BIDDERS[name]
    assert list(solve_on([instance], "revm", staging_of)) == [solve(instance)]


FIELDS = {"factory": "factory", "beaconHash": "beacon", "randomness": "randomness"}
"""What a constructor takes, and where the deployment file says it."""


@pytest.mark.parametrize("name", ON_CHAIN)
def test_every_auction_is_deployed(name: str, tmp_path: Path) -> None:
    """With what its constructor takes; the two words for an auction in a file say whether groups bid there."""
    file = tmp_path / "deployment.json"
    deployed = ["deploy", "--on", "revm", "--mechanism", name, "--out", str(file)]
    assert CliRunner().invoke(app, deployed).exit_code == 0
    fields = json.loads(file.read_text())
    parts = contract(ON_CHAIN[name].contract).made_of
    assert parts
    assert {FIELDS[part] for part in parts} == {"factory", "beacon", "randomness"} & set(fields)
    assert ("auctioneer" in fields, "auction" in fields) == (
        "factory" in parts,
        "factory" not in parts,
    )


@pytest.mark.parametrize("name", ON_CHAIN)
def test_only_what_draws_waits_for_a_word(name: str) -> None:
    auction = ON_CHAIN[name]
    assert (auction.draw_seconds is not None) == (
        "randomness" in contract(auction.contract).made_of
    )


@pytest.mark.parametrize("name", ON_CHAIN)
def test_every_auction_is_shown(name: str, tmp_path: Path) -> None:
    """By a demo of its own kind."""
    shown = ["demo", "--on", "revm", "--mechanism", name, "--out", str(tmp_path)]
    assert CliRunner().invoke(app, shown).exit_code == 0
    assert json.loads((tmp_path / "instance.json").read_text())["mechanism"] == name


def test_keepers_know_an_auction_by_its_deployment_file() -> None:
    """Where groups bid, by whether it draws; elsewhere by what one contract alone answers."""
    of_groups = [auction for auction in ON_CHAIN.values() if auction.sign is None]
    others = [auction for auction in ON_CHAIN.values() if auction.sign is not None]
    assert of_groups
    assert others
    assert all("factory" in contract(auction.contract).made_of for auction in of_groups)
    assert all("factory" not in contract(auction.contract).made_of for auction in others)
    assert len({auction.draw_seconds is None for auction in of_groups}) == len(of_groups)
    for auction in others:
        assert auction.sign is not None
        view, _ = auction.sign
        answering = [name for name, one in ON_CHAIN.items() if has_view(one.contract, view)]
        assert [ON_CHAIN[name] for name in answering] == [auction]


def has_view(name: str, view: str) -> bool:
    """Whether a contract answers a view."""
    return any(entry.get("name") == view for entry in load(name).abi)
