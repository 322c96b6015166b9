"""`consort deploy --house`: adapters on houses that stand, and words for what is no house."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from offchain.bindings.adapters import AdapterAt, House, answers
from offchain.bindings.contracts import asked
from offchain.bindings.creation_gas import ADAPTER_GAS
from offchain.bindings.deployment import Deployment, note_of
from offchain.chain import nodes
from offchain.chain.backend import Chain
from offchain.chain.connect import connect
from offchain.chain.rpc import Rpc
from offchain.cli import app
from offchain.houses.nouns import NounsHouse
from offchain.houses.zora import ZoraHouse
from offchain.locks.beacon import QUICKNET


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with nodes.anvil() as node:
        yield node.url


@pytest.fixture(scope="module")
def chain(url: str) -> Iterator[Chain]:
    with connect(url) as found:
        found.fund(found.actor(9), 10**20)
        yield found


@pytest.fixture(scope="module")
def nouns(chain: Chain) -> str:
    return NounsHouse.deploy(chain, chain.actor(9)).address


@pytest.fixture(scope="module")
def zora(chain: Chain) -> str:
    return ZoraHouse.deploy(chain, chain.actor(9)).at.address


def consort(*arguments: str) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(app, ["deploy", *arguments])


def test_each_house_gets_its_adapter(
    tmp_path: Path, url: str, chain: Chain, nouns: str, zora: str
) -> None:
    """Made for the same factory, beacon and auctioneer, and told in the file and on standard output."""
    file = tmp_path / "deployment.json"
    houses = ("--house", nouns.lower(), "--house", f"zora:{zora}")
    result = consort("--on", url, "--out", str(file), *houses)
    assert result.exit_code == 0, result.stderr
    deployment = Deployment.read(file)
    first, second = deployment.adapters
    assert (first.make, first.house, second.make, second.house) == ("nouns", nouns, "zora", zora)
    for one in (first, second):
        assert f"adapter     {one.address} of {one.make} at {one.house}\n" in result.stdout
        for view, value in {
            "factory": deployment.factory,
            "market": deployment.auctioneer,
            "beaconHash": QUICKNET.chain_hash,
            "house": one.house,
        }.items():
            assert asked(chain, one.address, "HouseAdapter", view) == (value,)
    assert asked(chain, first.address, "NounsAdapter", "nouns") is not None
    assert asked(chain, second.address, "ZoraAdapter", "media") is not None
    assert note_of(House("zora", zora)) in result.stderr
    with closing(Rpc(url)) as rpc:
        for number in (chain.block() - 1, chain.block()):
            block = rpc.ask("eth_getBlockByNumber", hex(number), False)
            assert 0.9 * ADAPTER_GAS < block.field("gasUsed").number() <= ADAPTER_GAS


def test_a_house_of_another_make_is_told(
    tmp_path: Path, url: str, chain: Chain, nouns: str, zora: str
) -> None:
    """And nothing is deployed for it."""
    file, before = tmp_path / "d.json", chain.block()
    for make, address, silent, real in (
        ("nouns", zora, "nouns", "zora"),
        ("zora", nouns, "zora", "nouns"),
    ):
        assert answers(chain, House(real, address))
        result = consort("--on", url, "--out", str(file), "--house", f"{make}:{address}")
        assert result.exit_code == 2
        assert (
            f"--house: {address} is no auction house of the make {make}: it does not answer {silent}();"
            f" it is one of the make {real}\n"
        ) in result.stderr
    nothing = chain.actor(77)
    result = consort("--on", url, "--out", str(file), "--house", nothing)
    assert result.exit_code == 2
    assert result.stderr.endswith(
        f"{nothing} is no auction house of the make nouns: it does not answer nouns()\n"
    )
    assert not file.exists()
    assert chain.block() == before


A, B = "0x" + "12" * 20, "0x" + "34" * 20


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--house", "0x12"), '"0x12" is not an address'),
        (("--house", f"sothebys:{A}"), '"sothebys" is not one of nouns, zora'),
        (("--house", f":{A}"), '"" is not one of nouns, zora'),
        (("--house", A, "--house", f"zora:{A}"), f"{A} is named twice"),
        (
            ("--house", A, "--mechanism", "approximate"),
            "what is won there cannot be sold again at --mechanism approximate",
        ),
    ],
    ids=["address", "make", "no make", "twice", "mechanism"],
)
def test_what_is_no_house_is_refused(
    tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    result = consort("--on", "revm", "--out", str(tmp_path / "d.json"), *options)
    assert result.exit_code == 2
    assert f"error: --house: {message}\n" in result.stderr


def test_the_file_of_one_who_names_no_house_has_no_adapters(tmp_path: Path) -> None:
    """So that readers from before there were any take it."""
    file = tmp_path / "d.json"
    assert consort("--on", "revm", "--out", str(file)).exit_code == 0
    assert "adapters" not in file.read_text()
    assert Deployment.read(file).adapters == ()


def test_adapters_are_written_and_read(tmp_path: Path) -> None:
    adapters = (AdapterAt("nouns", A, B), AdapterAt("zora", A, A))
    deployment = Deployment(5, 7, A, B, adapters=adapters)
    deployment.write(tmp_path / "d.json")
    assert Deployment.read(tmp_path / "d.json") == deployment
