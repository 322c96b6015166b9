"""What the packages of the houses hold: each contract's interface and bytecode, as its authors compiled it."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from offchain.bindings.artifacts import Artifact
from offchain.bindings.contracts import Contract
from offchain.chain.errors import ChainError
from offchain.io.paths import NODE_MODULES, is_packaged

NOUNS: Final = NODE_MODULES / "@nouns" / "contracts"
ZORA: Final = NODE_MODULES / "@zoralabs" / "auction-house"

# A typechain factory: the interface as an object literal of JavaScript, one key a line, and the bytecode in one string.
_ABI: Final = re.compile(r"^const _abi = (\[.*?^\]);$", re.DOTALL | re.MULTILINE)
_BYTECODE: Final = re.compile(r'^const _bytecode = "0x([0-9a-f]+)";$', re.MULTILINE)
_KEY: Final = re.compile(r"^(\s*)(\w+):", re.MULTILINE)
_LAST_COMMA: Final = re.compile(r",(\s*[\]}])")


class PackageMissing(ChainError):
    """A house's package is not installed, or holds something else than it should."""


@cache
def nouns(path: str, package: Path = NOUNS) -> Contract:
    """A contract of Nouns, by its path without suffix: `proxies/NounsAuctionHouseProxy`. Raises PackageMissing."""
    factories = package / "dist" / "typechain" / "factories" / "contracts"
    source = factories / f"{path}__factory.js"
    text = _read(source)
    abi, bytecode = _ABI.search(text), _BYTECODE.search(text)
    if abi is None or bytecode is None:
        raise _wrong(source)
    literal = _LAST_COMMA.sub(r"\1", _KEY.sub(r'\1"\2":', abi[1]))
    return _contract(source, path.rpartition("/")[2], _json(source, literal), bytecode[1])


@cache
def zora(path: str, package: Path = ZORA) -> Contract:
    """A contract of Zora's auction house, by its path without suffix: `test/WETH`. Raises PackageMissing."""
    name = path.rpartition("/")[2]
    source = package / "dist" / "artifacts" / f"{path}.sol" / f"{name}.json"
    found = _json(source, _read(source))
    return _contract(source, name, found["abi"], found["bytecode"].removeprefix("0x"))


def _read(source: Path) -> str:
    try:
        return source.read_text(encoding="utf-8")
    except OSError as error:
        raise PackageMissing(f"{source} is missing: {_remedy()}") from error


def _json(source: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise _wrong(source) from error


def _contract(source: Path, name: str, abi: Any, bytecode: str) -> Contract:
    try:
        return Contract(Artifact(name, tuple(abi), bytes.fromhex(bytecode), b"", {}))
    except ValueError as error:
        raise _wrong(source) from error


def _wrong(source: Path) -> PackageMissing:
    return PackageMissing(f"{source} is not what was expected: {_remedy()}")


def _remedy() -> str:
    return "only a checkout of Consort has the houses" if is_packaged() else "run `make setup`"
