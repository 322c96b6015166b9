"""The houses' own code is read out of their packages, and what is missing or odd there is said."""

from pathlib import Path

import pytest

from offchain.houses.packages import PackageMissing, nouns, zora

FACTORY = Path("dist/typechain/factories/contracts/Thing__factory.js")
ARTIFACT = Path("dist/artifacts/Thing.sol/Thing.json")


def write(package: Path, place: Path, text: str) -> None:
    (package / place).parent.mkdir(parents=True)
    (package / place).write_text(text)


def test_the_houses_are_those_that_were_pinned() -> None:
    first, second, other = (
        nouns("NounsAuctionHouse"),
        nouns("NounsAuctionHouseV2"),
        zora("AuctionHouse"),
    )
    assert len(first.creation()) == 8_638
    assert len(second.creation()) == 11_623
    assert len(other.creation("0x" + "11" * 20, "0x" + "22" * 20)) == 20_960 + 2 * 32
    assert second.error(bytes.fromhex("5114a31e")) is not None
    assert first.error(bytes.fromhex("5114a31e")) is None


@pytest.mark.parametrize("read", [nouns, zora])
def test_a_missing_package_is_named(read: type, tmp_path: Path) -> None:
    with pytest.raises(PackageMissing, match=r"Thing.* is missing: run `make setup`"):
        read("Thing", tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        'const _abi = [\n];\nconst _bytecode = "0x60ZZ";\n',
        'const _abi = [\n    oops\n];\nconst _bytecode = "0x60";\n',
        'const _abi = [\n];\nconst _bytecode = "0x600";\n',
    ],
    ids=["empty", "no hexadecimal", "no interface", "half a byte"],
)
def test_a_factory_of_another_form_is_refused(text: str, tmp_path: Path) -> None:
    write(tmp_path, FACTORY, text)
    with pytest.raises(PackageMissing, match="not what was expected"):
        nouns("Thing", tmp_path)


def test_an_artifact_of_another_form_is_refused(tmp_path: Path) -> None:
    write(tmp_path, ARTIFACT, "{")
    with pytest.raises(PackageMissing, match="not what was expected"):
        zora("Thing", tmp_path)


def test_code_that_is_not_linked_is_refused(tmp_path: Path) -> None:
    """It would have to be deployed with a library that is not here."""
    write(tmp_path, ARTIFACT, '{"abi": [], "bytecode": "0x60__$0123456789$__"}')
    with pytest.raises(PackageMissing, match="not what was expected"):
        zora("Thing", tmp_path)
